"""What imitates lenses and drawing, as filters of the ffmpeg program."""

from __future__ import annotations

import math

from cutroom.effects.nodes import Edges, Flare, Fringe, Lens, Vignette
from cutroom.effects.pictures.colour import ycc
from cutroom.effects.pictures.scaling import from_rgb, to_rgb
from cutroom.effects.pictures.style import FlareStage
from cutroom.render.program.curves import exact, number
from cutroom.render.program.detail import deep
from cutroom.render.program.graph import Graph, Step
from cutroom.render.program.layers import Canvas, Layer
from cutroom.render.program.masks import (
    Plane,
    drawn,
    eight,
    fainter,
    given,
    grey_as,
    grids,
    merged,
    several,
    shone,
    taken,
    threefold,
)

_SOBEL = 0.7
"""Variance that the slope's own kernel adds to the blur's, in pixels squared."""


_TAPS = 49
"""The most that `convolution` has."""
_WEIGHT = 16384
"""Of all taps together: sums of 16-bit numbers stay whole."""
_GREY = 125.5 * 256
"""Luma half-way from black to white, in 16 bits."""


def smooth(expression: str) -> str:
    """From 0 at 0 to 1 at 1 without corners, and flat beyond."""
    return f"st(9,clip({expression},0,1))*0+ld(9)*ld(9)*(3-2*ld(9))"


def vignetted(graph: Graph, canvas: Canvas, layer: Layer, node: Vignette) -> Layer:
    """Darker towards its corners."""
    layer = taken(graph, canvas, layer, spread=False)
    luma, chroma = (f"255*({_dark(layer, node, grid)})" for grid in grids(layer))
    form = str(eight(alpha=layer.alpha)[1]["pix_fmts"])
    planes = {"lum": luma, "cb": chroma, "cr": chroma} | ({"a": "0"} if layer.alpha else {})
    mask = drawn(graph, canvas, (layer.width, layer.height), form, **planes)
    picture, black = several(graph, layer.label, 2)
    black = graph.one([black], ("lutyuv", {"y": 16, "u": 128, "v": 128}))
    return given(graph, canvas, layer, merged(graph, picture, black, mask))


def _dark(layer: Layer, node: Vignette, at: Plane) -> str:
    (a, b, x), (c, d, y) = layer.placement.matrix
    area = a * d - b * c
    left, top, right, bottom = layer.placement.window
    column, row = f"({at[0]}-({number(x)}))", f"({at[1]}-({number(y)}))"
    # from -1 to 1 in what is left of the layer
    across, down = (
        f"((({one}*({exact(own / area * 2)})-{two}*({exact(cross / area * 2)}))"
        f"-{number(low + high)})/{number(high - low)})"
        for one, own, two, cross, low, high in (
            (column, d, row, b, left, right),
            (row, a, column, c, top, bottom),
        )
    )
    distance = f"hypot({across},{down})/{number(math.sqrt(2))}"
    risen = smooth(f"({distance}-{number(node.radius)})/{number(max(node.softness, 1e-6))}")
    return f"{number(node.amount)}*({risen})"


def fringed(graph: Graph, canvas: Canvas, layer: Layer, node: Fringe) -> Layer:
    """Red larger, blue smaller; R'G'B' about the middle of the layer."""
    layer = taken(graph, canvas, layer)
    x, y, corner = _middle(layer)
    share = node.amount * canvas.height / corner
    middle = (x - layer.x - 0.5, y - layer.y - 0.5)  # as `perspective` counts: from the first pixel's own middle
    # half as strong on the way: colours that R'G'B' has no numbers for stay within them
    weaker = {"y": f"(val-{_GREY})/2+{_GREY}", **dict.fromkeys("uv", "(val-32768)/2+32768")}
    steps: list[Step] = [deep(alpha=False), ("lutyuv", weaker), *to_rgb(alpha=False), ("format", {"pix_fmts": "gbrp"})]
    rgb = graph.one([layer.label], *steps)
    parts = graph.chain([rgb], [("extractplanes", {"planes": "r+g+b"})], 3)
    red, green, blue = (
        graph.one([part], *_scaled(layer, middle, factor))
        for part, factor in zip(parts, (1 + share, 1, 1 - share), strict=True)
    )
    planes: dict[str, object] = {}
    for i in range(3):  # in the order green, blue, red
        planes |= {f"map{i}s": i, f"map{i}p": 0}
    planes["format"] = "gbrp"
    tags: Step = ("setparams", {"colorspace": "gbr", "range": "full"})
    stronger = {
        "y": f"clip((val-{_GREY})*2+{_GREY},4096,60160)",
        **dict.fromkeys("uv", "clip((val-32768)*2+32768,4096,61440)"),
    }
    steps = [tags, from_rgb(), deep(alpha=False), ("lutyuv", stronger), eight(alpha=False)]
    label = graph.one([green, blue, red], ("mergeplanes", planes), *steps)
    return given(graph, canvas, layer, label)


def _scaled(layer: Layer, middle: tuple[float, float], factor: float) -> list[Step]:
    """A plane scaled about a point."""
    if factor == 1:
        return []
    ends = [
        [m + (end - m) * factor for end in (0, length)]
        for m, length in zip(middle, (layer.width, layer.height), strict=True)
    ]
    corners = [(x, y) for y in ends[1] for x in ends[0]]
    options = {f"{axis}{i}": number(corner[k]) for i, corner in enumerate(corners) for k, axis in enumerate("xy")}
    return [("perspective", {**options, "sense": "destination", "interpolation": "linear"})]


def _middle(layer: Layer) -> tuple[float, float, float]:
    """The middle of the layer on the canvas, and how far its corners are from it."""
    x, y = layer.placement.at(0.5, 0.5)
    right, bottom = layer.placement.at(1.0, 1.0)
    return x, y, math.hypot(right - x, bottom - y)


def bent(graph: Graph, canvas: Canvas, layer: Layer, node: Lens) -> Layer:
    """Bent about its middle; every sample looked up where it comes from."""
    layer = taken(graph, canvas, layer, spread=False)
    luma, chroma = (_source(layer, node, grid, step) for grid, step in zip(grids(layer), (1, 2), strict=True))
    planes = {
        "lum": f"{luma}lum(ld(4),ld(5))",
        "cb": f"{chroma}cb(ld(4),ld(5))",
        "cr": f"{chroma}cr(ld(4),ld(5))",
    }
    within = "clip(1+ld(4),0,1)*clip(W-ld(4),0,1)*clip(1+ld(5),0,1)*clip(H-ld(5),0,1)"
    found = given(graph, canvas, layer, graph.one([layer.label], ("geq", planes)))
    mask = drawn(graph, canvas, (layer.width, layer.height), "gray", lum=f"{luma}255*{within}")
    return fainter(graph, canvas, found, mask)


def _source(layer: Layer, node: Lens, at: Plane, step: int) -> str:
    """Puts the sample that each comes from into the numbers 4 and 5."""
    x, y, corner = (number(value) for value in _middle(layer))
    first = (number(layer.x + 0.5), number(layer.y + (0.5 if step == 1 else 1.0)))
    radius = f"st(0,({at[0]}-{x})/{corner});st(1,({at[1]}-{y})/{corner});st(2,ld(0)^2+ld(1)^2)"
    longer = f"st(3,(1+({number(node.k1)})*ld(2)+({number(node.k2)})*ld(2)^2)*{corner})"
    to = f"st(4,(ld(0)*ld(3)+{x}-{first[0]})/{step});st(5,(ld(1)*ld(3)+{y}-{first[1]})/{step})"
    return f"{radius};{longer};{to};"


def flared(graph: Graph, canvas: Canvas, layer: Layer, node: Flare) -> Layer:
    """The light of a lamp."""
    layer = taken(graph, canvas, layer, spread=False)
    colour = ycc(node.colour)
    strength = number(node.strength)
    luma, chroma = (_lamp(node, canvas, grid) for grid in grids(layer))
    form = str(eight(alpha=layer.alpha)[1]["pix_fmts"])
    planes = {"lum": f"{luma}219*clip((ld(6)+{number(colour[0])}*ld(7))*{strength},0,1)"}
    for name, share in zip(("cb", "cr"), colour[1:], strict=True):
        planes[name] = f"{chroma}128+224*clip(ld(7)*{number(share)}*{strength},-0.5,0.5)"
    if layer.alpha:
        planes["a"] = "0"
    light = drawn(graph, canvas, (layer.width, layer.height), form, **planes)
    return given(graph, canvas, layer, shone(graph, layer.label, light, alpha=layer.alpha))


def _lamp(node: Flare, canvas: Canvas, at: Plane) -> str:
    """Puts white light into the number 6, and light of the flare's colour into 7."""
    unit = number(node.flare * canvas.height)
    lamp = (node.position_x / node.flare * canvas.width / canvas.height, node.position_y / node.flare)
    told = [
        f"st(0,({at[0]}-{number(canvas.width / 2)})/{unit})",
        f"st(1,({at[1]}-{number(canvas.height / 2)})/{unit})",
        f"st(2,ld(0)-({number(lamp[0])}))",
        f"st(3,ld(1)-({number(lamp[1])}))",
        "st(4,hypot(ld(2),ld(3)))",
        "st(6,exp(-(ld(4)/0.12)^2)+0.35*exp(-ld(4)/0.15))",
        "st(7,0.4*exp(-ld(4)/0.4)+0.15*exp(-((ld(4)-1)/0.06)^2)+0.4*exp(-(ld(3)/0.03)^2)*exp(-abs(ld(2))/1.2))",
    ]
    for way, radius, strength in FlareStage.GHOSTS:
        x, y = (number((1 - way) * place) for place in lamp)
        away = f"({number(radius)}-hypot(ld(0)-({x}),ld(1)-({y})))/{number(0.3 * radius)}"
        told.append(f"st(7,ld(7)+{number(strength)}*({smooth(away)}))")
    return ";".join(told) + ";"


def outlined(graph: Graph, canvas: Canvas, layer: Layer, node: Edges) -> Layer:
    """Lines where luma changes."""
    layer = taken(graph, canvas, layer, spread=False)
    picture, colour, slopes = several(graph, layer.label, 3)
    sigma = max(node.radius * canvas.height, 0.3)
    room = round(4 * sigma) + 2
    # the largest number stands for a step of twice the threshold, where lines have their full colour
    step = math.sqrt(2 * math.pi * (sigma**2 + _SOBEL)) / 8 / (219 / 255) / (2 * node.threshold)
    grey = graph.one(
        [slopes],
        ("extractplanes", {"planes": "y"}),
        *grey_as("gray16le"),
        # what lies at its edge goes on beyond it
        ("pad", {"w": f"iw+{2 * room}", "h": f"ih+{2 * room}", "x": room, "y": room}),
        ("fillborders", {**dict.fromkeys(("left", "right", "top", "bottom"), room), "mode": "smear"}),
        *_softened(sigma),
        ("lut", {"c0": "val/8"}),  # the program's sums overflow with larger ones
        ("sobel", {"scale": number(8 * step)}),
        ("crop", {"w": f"iw-{2 * room}", "h": f"ih-{2 * room}", "x": room, "y": room}),
        *grey_as("gray"),
        ("lut", {"c0": "st(0,clip(2*val/255-1,0,1))*0+round(255*ld(0)^2*(3-2*ld(0)))"}),
    )
    luma, cb, cr = ycc(node.colour)
    solid: Step = ("lutyuv", {"y": round(16 + 219 * luma), "u": round(128 + 224 * cb), "v": round(128 + 224 * cr)})
    if node.mode == "wires":
        picture = graph.one([picture], ("lutyuv", {"y": 16, "u": 128, "v": 128}))
    return given(graph, canvas, layer, merged(graph, picture, graph.one([colour], solid), threefold(graph, grey)))


def _softened(sigma: float) -> list[Step]:
    """A Gaussian blur of a grey stream, exactly where it is narrow: `gblur` is not, and thresholds show that."""
    reach = round(4 * sigma)
    if reach > _TAPS // 2:
        return [("gblur", {"sigma": number(sigma), "steps": 6})]
    bell = [math.exp(-((i / sigma) ** 2) / 2) for i in range(-reach, reach + 1)]
    taps = [round(_WEIGHT * value / sum(bell)) for value in bell]
    told = {"0m": " ".join(str(tap) for tap in taps), "0rdiv": exact(1 / sum(taps))}
    return [("convolution", {**told, "0mode": mode}) for mode in ("row", "column")]
