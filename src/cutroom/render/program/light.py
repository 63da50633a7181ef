"""Other light made the canvas's, pixel by pixel: the formulas of `media/tone.py` as expressions."""

from __future__ import annotations

import numpy as np

from cutroom.media.light import Light
from cutroom.media.tone import BRIGHTEST, GAMMA, HLG, LUMINANCE, PQ, TOP, WHITE, between, to_pq
from cutroom.render.program.curves import exact
from cutroom.render.program.graph import Step


def toned(light: Light) -> Step:
    """R'G'B' of 16 bits as BT.709 shows it; the three numbers of a pixel are worked out for each."""
    rows = between(light.primaries, "bt709").tolist()
    before = [f"st({i},{_decoded(light, f'clip({channel}(X,Y)/{TOP},0,1)')})" for i, channel in enumerate("rgb")]
    if light.transfer == "hlg":
        luminance = "+".join(f"{exact(share)}*ld({i})" for i, share in enumerate(LUMINANCE))
        before.append(f"st(3,{exact(Light.HLG_PEAK / WHITE)}*pow(max({luminance},1e-12),0.2))")
        before += [f"st({i},ld({i})*ld(3))" for i in range(3)]
    mixed = ["+".join(f"({exact(share)})*ld({i})" for i, share in enumerate(row)) for row in rows]
    before += [f"st({4 + i},{told})" for i, told in enumerate(mixed)]
    share = "1"
    if light.transfer != "sdr":
        before += [f"st({i},max(0,ld({i})))" for i in (4, 5, 6)]
        before.append("st(7,max(1e-8,max(ld(4),max(ld(5),ld(6)))))")
        before.append(f"st(8,{_rolled(light.peak)}/ld(7))")
        share = "ld(8)"
    planes = {
        name: ";".join([*before, f"{TOP}*pow(clip(ld({4 + i})*{share},0,1),{exact(1 / GAMMA)})"])
        for i, name in enumerate("rgb")
    }
    return "geq", planes


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
