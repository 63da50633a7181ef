"""Other light made the canvas's: the formulas of `media/tone.py` as expressions, worked out once for a table."""

from __future__ import annotations

import numpy as np

from cutroom.media.light import Light
from cutroom.media.tone import BRIGHTEST, GAMMA, HLG, LUMINANCE, PQ, TOP, WHITE, between, to_pq
from cutroom.render.program.curves import exact
from cutroom.render.program.graph import Graph, Step
from cutroom.render.program.layers import Canvas

_LEVEL = 6
"""Of the table: its square is the number of steps of each channel."""


def toned(graph: Graph, canvas: Canvas, label: str, light: Light, *, alpha: bool) -> str:
    """A stream of R'G'B' of 16 bits as BT.709 shows it: looked up between the colours of a table."""
    side = _LEVEL**3
    form: Step = ("format", {"pix_fmts": "gbrap16le" if alpha else "gbrp16le"})
    # packed, as the program's versions differ in the order of the planes of such a table
    packed: Step = ("format", {"pix_fmts": "rgba64le" if alpha else "rgb48le"})
    same: Step = ("setparams", {"colorspace": "gbr", "range": "full"})
    source: Step = ("color", {"color": "black", "size": f"{side}x{side}", "rate": canvas.rate})
    planes = {name: f"{_formula(light)};{_encoded(i)}" for i, name in enumerate("rgb")}
    table = graph.one([], source, ("trim", {"end_frame": 1}), form, same, ("geq", planes), packed)
    coloured = graph.one([label], same, packed)
    return graph.one([coloured, table], ("haldclut", {"clut": "first"}), form)


def _formula(light: Light) -> str:
    """Puts linear BT.709 of the table's colour at a pixel into the numbers 4, 5 and 6; red changes fastest."""
    rows = between(light.primaries, "bt709").tolist()
    steps = _LEVEL**2
    places = (f"mod(ld(0),{steps})", f"mod(floor(ld(0)/{steps}),{steps})", f"floor(ld(0)/{steps**2})")
    before = ["st(0,Y*W+X)", *(f"st({4 + i},{place})" for i, place in enumerate(places))]
    white = exact((steps - 1) * TOP / 65535)  # the table's last entry stands for 65535
    before += [f"st({i},{_decoded(light, f'clip(ld({4 + i})/{white},0,1)')})" for i in range(3)]
    if light.transfer == "hlg":
        luminance = "+".join(f"{exact(share)}*ld({i})" for i, share in enumerate(LUMINANCE))
        before.append(f"st(3,{exact(Light.HLG_PEAK / WHITE)}*pow(max({luminance},1e-12),0.2))")
        before += [f"st({i},ld({i})*ld(3))" for i in range(3)]
    mixed = ["+".join(f"({exact(share)})*ld({i})" for i, share in enumerate(row)) for row in rows]
    before += [f"st({4 + i},{told})" for i, told in enumerate(mixed)]
    if light.transfer != "sdr":
        before += [f"st({i},max(0,ld({i})))" for i in (4, 5, 6)]
        before.append("st(7,max(1e-8,max(ld(4),max(ld(5),ld(6)))))")
        before.append(f"st(8,{_rolled(light.peak)}/ld(7))")
        before += [f"st({i},ld({i})*ld(8))" for i in (4, 5, 6)]
    return ";".join(before)


def _encoded(channel: int) -> str:
    return f"{TOP}*pow(clip(ld({4 + channel}),0,1),{exact(1 / GAMMA)})"


def _decoded(light: Light, value: str) -> str:
    """Linear light."""
    if light.transfer == "pq":
        return f"st(9,{value})*0+{_from_pq('ld(9)')}/{WHITE}"
    if light.transfer == "hlg":
        a, b, c = (exact(number) for number in HLG)
        return f"st(9,{value})*0+if(lte(ld(9),0.5),ld(9)^2/3,(exp((ld(9)-{c})/{a})+{b})/12)"
    return f"pow({value},{GAMMA})"


def _from_pq(value: str) -> str:
    """cd/m²."""
    m1, m2, c1, c2, c3 = PQ
    power = f"pow({value},{exact(1 / m2)})"
    return f"{BRIGHTEST}*pow(max({power}-{exact(c1)},0)/({exact(c2)}-{exact(c3)}*{power}),{exact(1 / m1)})"


def _to_pq(light: str) -> str:
    m1, m2, c1, c2, c3 = PQ
    power = f"pow(max({light},0)/{BRIGHTEST},{exact(m1)})"
    return f"pow(({exact(c1)}+{exact(c2)}*{power})/(1+{exact(c3)}*{power}),{exact(m2)})"


def _rolled(peak: float) -> str:
    """The number 7, the brightest of three, brought into range; on the scale of SDR's white."""
    if peak <= WHITE:
        return "min(ld(7),1)"
    top, white = float(to_pq(np.array(peak))), float(to_pq(np.array(WHITE)))
    most = white / top
    knee = 1.5 * most - 0.5
    k, m = exact(knee), exact(most)
    value = f"st(9,min({_to_pq(f'{WHITE}*ld(7)')}/{exact(top)},1))"
    t = f"((ld(9)-{k})/{exact(1 - knee)})"
    bent = f"((2*{t}^3-3*{t}^2+1)*{k}+({t}^3-2*{t}^2+{t})*{exact(1 - knee)}+(3*{t}^2-2*{t}^3)*{m})"
    return f"({value}*0+if(lt(ld(9),{k}),ld(7),{_from_pq(f'({bent}*{exact(top)})')}/{WHITE}))"
