"""Blurs, sharpness, glow and coarse squares, as filters of the ffmpeg program."""

from __future__ import annotations

from cutroom.effects.nodes import BoxBlur, Glow, MotionBlur, Pixelate, Sharpen
from cutroom.render.program.curves import number
from cutroom.render.program.graph import Graph, Step
from cutroom.render.program.layers import Canvas, Layer
from cutroom.render.program.masks import eight, given, merged, several, shone, taken, threefold

_WIDEST = 1024
"""Pixels of a box's radius."""
_KNEE = 0.1
_LEAST = 0.1
"""In pixels; a Gaussian that is narrower leaves every pixel to itself."""
_LUMA, _CHROMA = 1 | 8, 2 | 4
"""Planes; alpha goes with luma."""


def deep(*, alpha: bool) -> Step:
    """The format for sums and slopes that eight bits would spoil."""
    return "format", {"pix_fmts": "yuva420p16le" if alpha else "yuv420p16le"}


def gaussian(sigma: float) -> list[Step]:
    """A Gaussian blur of all planes."""
    luma = {"sigma": number(max(sigma, _LEAST)), "steps": 6, "planes": _LUMA}
    return [("gblur", luma), ("gblur", {**luma, "sigma": number(max(sigma / 2, _LEAST)), "planes": _CHROMA})]


def box_blurred(graph: Graph, canvas: Canvas, layer: Layer, node: BoxBlur) -> Layer:
    """Means of squares."""
    layer = taken(graph, canvas, layer)
    radius = node.radius * canvas.height
    label = graph.one([layer.label], deep(alpha=layer.alpha))
    label = _boxed(graph, label, radius, _LUMA)
    label = _boxed(graph, label, radius / 2, _CHROMA)
    return given(graph, canvas, layer, graph.one([label], eight(alpha=layer.alpha)))


def _boxed(graph: Graph, label: str, radius: float, planes: int) -> str:
    """Boxes of two whole radii, in the shares that spread a picture as far as one between them."""
    inner = min(int(radius), _WIDEST - 1)
    side, part = 2 * radius + 1, radius - inner

    def spread(reach: int) -> float:
        return reach * (reach + 1) / 3

    wanted = (inner * (inner + 1) * (2 * inner + 1) / 3 + 2 * part * (inner + 1) ** 2) / side
    share = (wanted - spread(inner)) / (spread(inner + 1) - spread(inner))
    narrow, wide = several(graph, label, 2)
    if inner:
        narrow = graph.one([narrow], ("avgblur", {"sizeX": inner, "planes": planes}))
    wide = graph.one([wide], ("avgblur", {"sizeX": inner + 1, "planes": planes}))
    weights = f"{number(1 - share)} {number(share)}"
    return graph.one([narrow, wide], ("mix", {"inputs": 2, "weights": weights, "planes": planes}))


def sharpened(graph: Graph, canvas: Canvas, layer: Layer, node: Sharpen) -> Layer:
    """More of what luma differs from its own blur."""
    layer = taken(graph, canvas, layer, spread=False)
    sharp, soft = several(graph, layer.label, 2, deep(alpha=layer.alpha))
    blur: list[Step] = [
        ("gblur", {"sigma": number(max(node.radius * canvas.height, _LEAST)), "steps": 6, "planes": _LUMA})
    ]
    if layer.alpha:
        blur = [("premultiply", {"inplace": 1}), *blur, ("unpremultiply", {"inplace": 1})]
    soft = graph.one([soft], *blur, deep(alpha=layer.alpha))
    weights = f"{number(1 + node.amount)} {number(-node.amount)}"
    mixed: Step = ("mix", {"inputs": 2, "weights": weights, "scale": 1, "planes": 1})
    limits: Step = ("lutyuv", {"y": "clip(val,minval,maxval)"})
    return given(graph, canvas, layer, graph.one([sharp, soft], mixed, limits, eight(alpha=layer.alpha)))


def glowing(graph: Graph, canvas: Canvas, layer: Layer, node: Glow) -> Layer:
    """Bright parts that shine."""
    layer = taken(graph, canvas, layer)
    alpha = layer.alpha
    picture, bright, neutral, grey = several(graph, layer.label, 4)
    told = f"clip(((val-16)/219-{number(node.threshold)})/{_KNEE},0,1)*255"
    grey = graph.one([grey], ("extractplanes", {"planes": "y"}), ("lut", {"c0": told}))
    solid = None
    if alpha:
        grey, solid = several(graph, grey, 2)
        bright = graph.one([bright], ("lutyuv", {"a": 255}))
    nothing = graph.one([neutral], ("lutyuv", {"y": 16, "u": 128, "v": 128, "a": 0}))
    strength = number(node.strength)
    stronger = {
        "y": f"clip((val-16*256)*{strength},0,219*256)",
        **dict.fromkeys("uv", f"clip((val-128*256)*{strength}+128*256,0,maxval)"),
        "a": f"clip(val*{strength},0,maxval)",
    }
    steps = [deep(alpha=alpha), *gaussian(node.radius * canvas.height), ("lutyuv", stronger), eight(alpha=alpha)]
    light = merged(graph, nothing, bright, threefold(graph, grey, alpha=solid), *steps)
    return given(graph, canvas, layer, shone(graph, picture, light, alpha=alpha, solid=True))


def pixelated(graph: Graph, canvas: Canvas, layer: Layer, node: Pixelate) -> Layer:
    """Squares of one colour."""
    layer = taken(graph, canvas, layer)
    block = max(node.block * canvas.height, 1.0)
    first = (layer.x + 0.5 - canvas.width / 2, layer.y + 0.5 - canvas.height / 2)
    planes = {"lum": _square("lum", 1, first, block)}
    planes |= {name: _square(name, 2, (first[0], first[1] + 0.5), block) for name in ("cb", "cr")}
    if layer.alpha:
        planes["a"] = _square("alpha", 1, first, block)
    return given(graph, canvas, layer, graph.one([layer.label], ("geq", {**planes, "interpolation": "nearest"})))


def _square(plane: str, step: int, first: tuple[float, float], block: float) -> str:
    """The mean of the square that a sample lies in, from sums over all that is left of and above its corners."""
    parts = []
    for i, (at, size) in enumerate((("X", "W"), ("Y", "H"))):
        start, side = number(first[i]), number(block)
        low, high = 2 * i, 2 * i + 1
        # the last sample before the square, and the last one in it
        parts.append(f"st({low},floor(({step}*{at}+{start})/{side})*{side})")
        parts.append(f"st({high},min({size}-1,ceil((ld({low})+{side}-({start}))/{step})-1))")
        parts.append(f"st({low},max(-1,ceil((ld({low})-({start}))/{step})-1))")

    def total(x: int, y: int) -> str:
        inside = "*".join(f"gte(ld({k}),0)" for k in (x, y) if k in {0, 2})
        return f"{plane}sum(max(0,ld({x})),max(0,ld({y})))" + (f"*{inside}" if inside else "")

    mean = f"({total(1, 3)}-{total(0, 3)}-{total(1, 2)}+{total(0, 2)})/((ld(1)-ld(0))*(ld(3)-ld(2)))"
    return ";".join([*parts, mean])


def motion_blurred(graph: Graph, canvas: Canvas, layer: Layer, node: MotionBlur) -> Layer:
    """Means of frames."""
    layer = taken(graph, canvas, layer)
    weights = " ".join(number(weight) for weight in node.weights)
    return given(
        graph, canvas, layer, graph.one([layer.label], ("tmix", {"frames": len(node.weights), "weights": weights}))
    )
