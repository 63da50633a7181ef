"""Pictures that an expression draws once, masks made of them, and what is merged by masks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from cutroom.effects.nodes.own import OwnNode
from cutroom.effects.pictures.placement import Edge
from cutroom.errors import EditError
from cutroom.render.program.curves import number
from cutroom.render.program.graph import Graph, Step
from cutroom.render.program.layers import Canvas, Layer, on_canvas

TAGS: Step = ("setparams", {"colorspace": "bt709", "range": "limited"})
"""What every stream is marked with: where two differ, the program converts one of them on its own account."""
_SAME = {"in_range": "limited", "out_range": "limited"}
_FORMS = {False: "yuv420p", True: "yuva420p"}
NEUTRAL: Step = ("lutyuv", {"y": 0, "u": 128, "v": 128, "a": 0})
"""Nothing, for sums."""
Plane = tuple[str, str]
"""Expressions of the column and the row of a plane's sample, in pixels of the canvas."""


def eight(*, alpha: bool) -> Step:
    """The format in which masks are merged: eight bits, whatever the canvas has."""
    return "format", {"pix_fmts": _FORMS[alpha]}


def grey_as(form: str) -> list[Step]:
    """A grey stream in another format. All of its numbers mean something; calling it limited keeps it as it is."""
    return [("scale", _SAME), ("format", {"pix_fmts": form})]


def grids(layer: Layer) -> tuple[Plane, Plane]:
    """Where samples of luma and of chroma stand; chroma level with every other column, between two rows."""
    x, y = number(layer.x + 0.5), number(layer.y + 0.5)
    return (f"(X+{x})", f"(Y+{y})"), (f"(2*X+{x})", f"(2*Y+{number(layer.y + 1.0)})")


def drawn(graph: Graph, canvas: Canvas, size: tuple[int, int], form: str, **planes: str) -> str:
    """One picture, drawn by an expression for each plane; what is merged with it holds it as long as it needs."""
    source: Step = ("color", {"color": "black", "size": f"{size[0]}x{size[1]}", "rate": canvas.rate})
    return graph.one([], source, ("trim", {"end_frame": 1}), ("format", {"pix_fmts": form}), TAGS, ("geq", planes))


def covered(groups: Sequence[Sequence[Edge]], at: Plane) -> str:
    """How much of a pixel lies inside of edges, from 0 to 1; those of one group are parallel."""
    told = []
    for edges in groups:
        if not edges:
            continue
        parts = [
            f"clip({number(e.across)}*{at[0]}+{number(e.down)}*{at[1]}-{number(e.least - 0.5)},0,1)" for e in edges
        ]
        told.append(f"clip({'+'.join(parts)}-{len(parts) - 1},0,1)")
    return "*".join(told) or "1"


def cut(graph: Graph, canvas: Canvas, layer: Layer, groups: Sequence[Sequence[Edge]]) -> Layer:
    """What of a layer lies inside of edges."""
    luma, _ = grids(layer)
    mask = drawn(graph, canvas, (layer.width, layer.height), "gray", lum=f"255*{covered(groups, luma)}")
    return fainter(graph, canvas, layer, mask)


def fainter(graph: Graph, canvas: Canvas, layer: Layer, mask: str) -> Layer:
    """A layer whose alpha is multiplied by a mask (grey, 8 bits)."""
    if layer.alpha:
        picture, solid = graph.chain([layer.label], [eight(alpha=True), ("split", {})], outputs=2)
        alpha = graph.one([solid], ("extractplanes", {"planes": "a"}))
        mask = graph.one([alpha, mask], ("blend", {"all_mode": "multiply"}))
    else:
        picture = graph.one([layer.label], eight(alpha=False))
    label = graph.one([picture, mask], ("alphamerge", {}), canvas.form(alpha=True))
    return replace(layer, label=label, alpha=True)


def threefold(graph: Graph, grey: str, *, alpha: str | None = None) -> str:
    """A grey stream as a mask of all planes, chroma's at its own size; `alpha`: that plane's, another grey stream."""
    whole, small = several(graph, grey, 2)
    # chroma stands at every other column, between two rows: columns count 1 2 1, rows 1 1
    half: Step = ("scale", {"w": "ceil(iw/2)", "h": "ceil(ih/2)", "flags": "area+accurate_rnd", **_SAME})
    small = graph.one([small], ("convolution", {"0m": "1 1 0", "0mode": "row"}), half, ("format", {"pix_fmts": "gray"}))
    streams = [whole, small] if alpha is None else [whole, small, alpha]
    planes: dict[str, object] = {}
    for i, stream in enumerate((0, 1, 1) if alpha is None else (0, 1, 1, 2)):
        planes |= {f"map{i}s": stream, f"map{i}p": 0}
    form = eight(alpha=alpha is not None)
    return graph.one(streams, ("mergeplanes", {**planes, "format": form[1]["pix_fmts"]}), form)


def merged(graph: Graph, base: str, over: str, mask: str, *more: Step) -> str:
    """The second stream over the first one, as far as the mask says, plane by plane."""
    return graph.one([base, over, mask], ("maskedmerge", {}), *more)


def several(graph: Graph, label: str, count: int, *before: Step) -> tuple[str, ...]:
    """A stream so many times."""
    return graph.chain([label], [*before, ("split", {"outputs": count})], outputs=count)


def taken(graph: Graph, canvas: Canvas, layer: Layer, *, spread: bool = True) -> Layer:
    """A layer as its effects take it: 8 bits.

    What mixes neighbouring pixels (`spread`) takes one with alpha on the whole canvas, colours multiplied.
    """
    steps = [eight(alpha=layer.alpha)]
    if layer.alpha and spread:
        layer = on_canvas(graph, layer, canvas, alpha=True)
        steps += [("premultiply", {"inplace": 1}), eight(alpha=True)]
    return replace(layer, label=graph.one([layer.label], *steps), premultiplied=layer.alpha and spread)


def given(graph: Graph, canvas: Canvas, layer: Layer, label: str) -> Layer:
    """A layer that was taken, with what became of it: straight colours, the canvas's format."""
    steps: list[Step] = [("unpremultiply", {"inplace": 1})] if layer.premultiplied else []
    label = graph.one([label], *steps, canvas.form(alpha=layer.alpha))
    return replace(layer, label=label, premultiplied=False)


def shone(graph: Graph, picture: str, light: str, *, alpha: bool, solid: bool = False) -> str:
    """A picture P with light L: P + L * (1 - luma of P).

    Args:
        graph: grows.
        picture: 8 bits.
        light: luma from 0 (none) to 219, chroma about 128; the same format.
        alpha: whether they have it.
        solid: whether the light's alpha comes over the picture's likewise.
    """
    base, dark, neutral, clear = several(graph, picture, 4)
    grey = graph.one([dark], ("extractplanes", {"planes": "y"}), ("lut", {"c0": "clip(255*(235-val)/219,0,255)"}))
    room = None
    if alpha:
        room = graph.one([clear], ("extractplanes", {"planes": "a"}), ("lut", {"c0": "maxval-val" if solid else "0"}))
    else:
        graph.sink(clear)
    lit = merged(graph, graph.one([neutral], NEUTRAL), light, threefold(graph, grey, alpha=room))
    sums = {"c0_mode": "addition", "c1_mode": "grainmerge", "c2_mode": "grainmerge", "c3_mode": "addition"}
    # multiplied colours have other limits
    limits: list[Step] = [] if alpha else [("lutyuv", dict.fromkeys("yuv", "clipval"))]
    return graph.one([base, lit], ("blend", sums), *limits)


def refuse(node: OwnNode, what: str = "") -> EditError:
    """The error for a node that the program has nothing for."""
    return EditError(
        what or f"the ffmpeg program has nothing for {node.model_dump().get('kind', 'this')}",
        value=node,
        hint="switch that effect off for this command, or export with Cutroom",
    )
