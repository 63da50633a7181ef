"""Keys: alpha by colour or by lightness, as filters of the ffmpeg program."""

from __future__ import annotations

import math
from dataclasses import replace

from cutroom.effects.nodes import ChromaKey, LumaKey
from cutroom.effects.pictures.colour import ycc
from cutroom.render.program.curves import number
from cutroom.render.program.detail import deep
from cutroom.render.program.graph import Graph, Step
from cutroom.render.program.layers import Canvas, Layer
from cutroom.render.program.masks import eight, fainter, grey_as, merged, several, taken, threefold

_REACH = 2
"""Of the chroma samples to each side that a cleared one takes its colours from."""
_COT_60 = 1 / math.sqrt(3)
_BETWEEN = "X/2,Y/2-0.25"
"""Where a sample of luma stands among those of chroma."""


def luma_keyed(graph: Graph, canvas: Canvas, layer: Layer, node: LumaKey) -> Layer:
    """Clear where it is as light as that."""
    layer = taken(graph, canvas, layer, spread=False)
    outside = f"abs((val-16)/219-{number(node.threshold)})-{number(node.tolerance)}"
    kept = f"clip(({outside})/{number(node.softness)},0,1)" if node.softness else f"gt({outside},0)"
    kept = f"1-{kept}" if node.invert else kept
    picture, grey = several(graph, layer.label, 2)
    mask = graph.one([grey], ("extractplanes", {"planes": "y"}), ("lut", {"c0": f"round(255*({kept}))"}))
    return _keyed(graph, canvas, layer, (picture, mask))


def chroma_keyed(graph: Graph, canvas: Canvas, layer: Layer, node: ChromaKey) -> Layer:
    """Clear where it has a colour like that, and without that colour's light."""
    layer = taken(graph, canvas, layer, spread=False)
    luma, cb, cr = ycc(node.colour)
    picture, grey = several(graph, layer.label, 2)
    # how far it is where chroma stands, in 16 bits; then between those
    near = (
        f"hypot(cb(X,Y)/256-{number(128 + 224 * cb)},cr(X,Y)/256-{number(128 + 224 * cr)})/{number(255 * math.sqrt(2))}"
    )
    far = f"(cb({_BETWEEN})/65535-{number(node.similarity)})"
    kept = f"clip({far}/{number(node.blend)},0,1)" if node.blend else f"gt({far},0)"
    made: list[Step] = [
        deep(alpha=layer.alpha),
        ("geq", {"lum": "0", "cb": f"65535*{near}", "cr": "0"}),
        ("geq", {"lum": f"256*round(255*{kept})", "cb": "0", "cr": "0"}),
    ]
    mask = graph.one([grey], *made, ("extractplanes", {"planes": "y"}), *grey_as("gray"))
    spill: list[Step] = []
    length = math.hypot(cb, cr)
    if node.despill and length:
        axes = (number(cb / length), number(cr / length), number(node.despill / (length * 224)))
        planes = {"lum": f"{_spill(axes, _BETWEEN)}round(clip(lum(X,Y)-ld(2)*{number(luma * 219)},16,235))"}
        for name, share in (("cb", cb), ("cr", cr)):
            planes[name] = f"{_spill(axes, 'X,Y')}round(clip({name}(X,Y)-ld(2)*{number(share * 224)},16,240))"
        spill = [("geq", {**planes, "a": "alpha(X,Y)"})]
    return _keyed(graph, canvas, layer, (picture, mask), *spill)


def _spill(axes: tuple[str, str, str], at: str) -> str:
    """Puts the light of the key's colour, as a share of its own, into the number 2."""
    along, across, share = axes
    told = f"st(0,cb({at})-128);st(1,cr({at})-128)"
    lit = f"ld(0)*({along})+ld(1)*({across})-abs(ld(0)*({across})-ld(1)*({along}))*{number(_COT_60)}"
    return f"{told};st(2,max(0,{lit})*{share});"


def _keyed(graph: Graph, canvas: Canvas, layer: Layer, parts: tuple[str, str], *more: Step) -> Layer:
    """With the alpha of a mask; what is cleared takes on the chroma of what stays beside it."""
    picture, mask = parts
    found = fainter(graph, canvas, replace(layer, label=picture), mask)
    whole, around, weights = several(graph, found.label, 3, eight(alpha=True))
    beside = graph.one(
        [around],
        ("premultiply", {"inplace": 1}),
        ("avgblur", {"sizeX": _REACH, "planes": 6}),
        ("avgblur", {"sizeX": 2 * _REACH, "planes": 8}),
        ("unpremultiply", {"inplace": 1}),
    )
    solid, clear = several(graph, weights, 2, ("extractplanes", {"planes": "a"}))
    there = threefold(graph, solid, alpha=graph.one([clear], ("lut", {"c0": "maxval"})))
    own: Step = ("lutyuv", {"y": 255})  # luma stays its own all over; `maxval` is 235
    chroma = merged(graph, beside, whole, graph.one([there], own), eight(alpha=True))
    return replace(found, label=graph.one([chroma], *more, canvas.form(alpha=True)))
