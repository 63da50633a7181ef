"""Where a layer goes: movements, flips, crops and cells, as filters of the ffmpeg program."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cutroom.effects.nodes import Cell, Crop, Flip, Mirror
from cutroom.effects.pictures.cells import around, sides
from cutroom.effects.pictures.colour import ycc
from cutroom.effects.pictures.geometry import turned_over
from cutroom.effects.pictures.placement import Edge, Motion, Placement, inside
from cutroom.render.program.curves import expression
from cutroom.render.program.graph import Graph, Step
from cutroom.render.program.layers import Canvas, Layer, on_canvas, resized
from cutroom.render.program.masks import covered, cut, drawn, eight, given, grids, merged, several, taken

_EVEN = 1e-6
_TOLERANCE = 0.01
"""Pixels that a moving picture may lie off, so that its expressions stay short."""
_MARGIN = 8
"""Clear pixels around a picture that is moved: the program repeats what lies at the edge."""
_REACH = 8
"""Pixels that a solid picture's colours go on past its edges; no sample further away is looked up."""
_HALF_LEFT = {f"{plane}{key}": value for plane in "12" for key, value in (("m", "1 1 0"), ("mode", "row"))}
"""Chroma half-way between two samples: it stands at the left of its pixels, and must again after a flip."""

Way = Sequence[Motion | Flip]
"""Movements, one after the other."""


def moved(graph: Graph, canvas: Canvas, layer: Layer, ways: Sequence[Way], *, bare: bool = False) -> Layer:
    """A layer moved, at each frame its own way (one way: the same at all).

    Args:
        graph: grows.
        canvas: what it moves on.
        layer: what moves.
        ways: of each frame.
        bare: whether a solid layer's colours go on past its edges, and stay solid; something else cuts it.
    """
    told = [_mapped(canvas, layer.placement, way) for way in ways]
    placement = told[0][1]
    if len(ways) == 1 and (flipped := _turned_over(graph, canvas, layer, told[0][0], placement)) is not None:
        return flipped
    small, shrunk = layer, (1.0, 1.0)
    scales = {_scales(way) for way in ways}
    if len(scales) == 1 and min(own := next(iter(scales))) < 1:
        small, shrunk = _shrunk(graph, canvas, layer, own)
    corners = [_corners(matrix, layer, shrunk, canvas.size) for matrix, _ in told]
    options = {
        f"{axis}{corner}": expression([c[corner][i] for c in corners], "(on-1)", _TOLERANCE)
        for corner in range(4)
        for i, axis in enumerate("xy")
    }
    options |= {"sense": "destination", "interpolation": "linear", "eval": "frame" if len(corners) > 1 else "init"}
    steps: list[Step] = [("perspective", options)]
    back: list[Step] = [("crop", {"w": canvas.width, "h": canvas.height, "x": _MARGIN, "y": _MARGIN})]
    if layer.alpha:
        padded = on_canvas(graph, small, canvas, alpha=True, margin=_MARGIN)
        before: Step = ("premultiply", {"inplace": 1})
        label = graph.one(
            [padded.label], before, *steps, ("unpremultiply", {"inplace": 1}), *back, canvas.form(alpha=True)
        )
    else:
        label = _moved_solid(graph, canvas, small, [*steps, *back], bare=bare)
    return Layer(label, 0, 0, *canvas.size, alpha=layer.alpha or not bare, placement=placement)


def flipped(graph: Graph, canvas: Canvas, layer: Layer, flip: Flip) -> Layer:
    """A layer turned over about its own middle."""
    return moved(graph, canvas, layer, [[flip]])


def mirrored(graph: Graph, canvas: Canvas, layer: Layer, node: Mirror) -> Layer:
    """One half of a layer twice."""
    across = node.keep in {"left", "right"}
    here, there = several(graph, layer.label, 2)
    image = flipped(graph, canvas, replace(layer, label=there), Flip(across=across, down=not across))
    layer = replace(layer, label=here)
    if layer.alpha or (image.x, image.y, image.width, image.height) != (layer.x, layer.y, layer.width, layer.height):
        layer, image = (on_canvas(graph, one, canvas, alpha=True) for one in (layer, image))
    other = {"left": "right", "right": "left", "top": "bottom", "bottom": "top"}[node.keep]
    whole = replace(layer.placement, window=(0.0, 0.0, 1.0, 1.0))
    edges = [edge for group in whole.edges(Crop.model_validate({other: 0.5})) for edge in group]
    luma, chroma = (f"255*{covered([edges], grid)}" for grid in grids(layer))
    form = str(eight(alpha=layer.alpha)[1]["pix_fmts"])
    planes = {"lum": luma, "cb": chroma, "cr": chroma} | ({"a": luma} if layer.alpha else {})
    mask = drawn(graph, canvas, (layer.width, layer.height), form, **planes)
    kept, turned = taken(graph, canvas, layer), taken(graph, canvas, image)
    return given(graph, canvas, kept, merged(graph, turned.label, kept.label, mask))


def cropped(graph: Graph, canvas: Canvas, layer: Layer, crop: Crop) -> Layer:
    """What a crop leaves: whole pairs of pixels as they are, others by a mask."""
    placement = layer.placement.cropped(crop)
    (left, top), _, (right, bottom), _ = placement.corners()
    box = (left, top, right, bottom)
    upright = abs(placement.matrix[0][1]) < _EVEN and abs(placement.matrix[1][0]) < _EVEN
    whole = [2 * round(edge / 2) for edge in box]
    if not upright or any(abs(edge - even) > _EVEN for edge, even in zip(box, whole, strict=True)):
        return replace(cut(graph, canvas, layer, layer.placement.edges(crop)), placement=placement)
    (left, right), (top, bottom) = (sorted(whole[i::2]) for i in (0, 1))
    x0, y0 = int(max(left, layer.x)), int(max(top, layer.y))
    width, height = int(min(right, layer.x + layer.width)) - x0, int(min(bottom, layer.y + layer.height)) - y0
    part = {"w": width, "h": height, "x": x0 - layer.x, "y": y0 - layer.y, "exact": 1}
    return Layer(graph.one([layer.label], ("crop", part)), x0, y0, width, height, layer.alpha, placement)


def celled(graph: Graph, canvas: Canvas, layer: Layer, node: Cell) -> Layer | None:
    """A layer in its cell; None where its border leaves no room."""
    stretch = layer.placement.stretched(node, *canvas.size)
    if stretch is None:
        return None
    found = moved(graph, canvas, layer, [[stretch]], bare=True)
    box = inside(node, *canvas.size)
    if node.fit == "fit":
        xs, ys = zip(*found.placement.corners(), strict=True)
        own = (max(box[0], min(xs)), max(box[1], min(ys)), min(box[2], max(xs)), min(box[3], max(ys)))
    else:
        own = box
    inset = node.border * canvas.height
    inner = _cell_edges(node, canvas, own, inset, framed=own != box)
    placement = layer.placement.celled(node, *canvas.size)
    found = replace(cut(graph, canvas, found, inner), placement=placement)
    if not node.border:
        return found
    luma, cb, cr = ycc(node.colour)
    solid: Step = ("lutyuv", {"y": round(16 + 219 * luma), "u": round(128 + 224 * cb), "v": round(128 + 224 * cr)})
    picture, ground = several(graph, found.label, 2)
    frame = replace(found, label=graph.one([ground], eight(alpha=False), solid), alpha=False)
    outer = _cell_edges(node, canvas, inside(node.replace(border=0.0), *canvas.size), 0.0, framed=False)
    frame = cut(graph, canvas, frame, outer)
    over: Step = ("overlay", {"x": 0, "y": 0, "format": "auto", "eof_action": "pass"})
    return replace(found, label=graph.one([frame.label, picture], over, canvas.form(alpha=True)))


def _cell_edges(node: Cell, canvas: Canvas, box: tuple[float, ...], inset: float, *, framed: bool) -> list[list[Edge]]:
    left, top, right, bottom = box
    if not node.polygon:
        return sides((left, top, right, bottom))
    corners = [
        ((node.left + x * node.width) * canvas.width, (node.top + y * node.height) * canvas.height)
        for x, y in node.polygon
    ]
    edges = [[edge._replace(least=edge.least + inset)] for edge in around(corners)]
    return [*edges, *(sides((left, top, right, bottom)) if framed else [])]


def _mapped(canvas: Canvas, placement: Placement, way: Way) -> tuple[NDArray[np.float64], Placement]:
    """The map of the canvas's pixel centres, and where the layer lies after it."""
    matrix: NDArray[Any] = np.eye(3)
    for node in way:
        if isinstance(node, Flip):
            matrix = turned_over(placement, node) @ matrix
            placement = placement.flipped(node)
        else:
            matrix = np.array([*node.matrix(*canvas.size), (0, 0, 1)]) @ matrix
            placement = placement.warped(node, *canvas.size)
    return matrix, placement


def _scales(way: Way) -> tuple[float, float]:
    motions = [node for node in way if not isinstance(node, Flip)]
    across, down = (math.prod(node.scales[axis] for node in motions) for axis in (0, 1))
    return across, down


def _turned_over(
    graph: Graph, canvas: Canvas, layer: Layer, matrix: NDArray[np.float64], placement: Placement
) -> Layer | None:
    """The layer turned over onto whole pixels; None where its way is another one."""
    right, down = (round(float(matrix[i, i])) for i in (0, 1))
    if (right, down) == (1, 1) or abs(right) != 1 or abs(down) != 1:
        return None
    x, y = (
        round(float(matrix[i, 2])) + (start if way > 0 else -(start + length - 1))
        for i, way, start, length in ((0, right, layer.x, layer.width), (1, down, layer.y, layer.height))
    )
    whole = np.array([[right, 0, round(matrix[0, 2])], [0, down, round(matrix[1, 2])], [0, 0, 1]])
    odd = x % 2 or y % 2 or (right < 0 and layer.width % 2) or (down < 0 and layer.height % 2)
    if np.abs(matrix - whole).max() > _EVEN or odd:
        return None
    steps: list[Step] = [("vflip", {})] if down < 0 else []
    if right < 0:
        steps += [("hflip", {}), ("convolution", _HALF_LEFT)]
    return replace(layer, label=graph.one([layer.label], *steps), x=x, y=y, placement=placement)


def _moved_solid(graph: Graph, canvas: Canvas, layer: Layer, steps: list[Step], *, bare: bool) -> str:
    """A solid picture: its colours go on past its edges, where its mask ends."""
    if bare:
        picture = _gone_on(graph, canvas, layer)
        return graph.one([picture.label], *steps, canvas.form(alpha=False))
    split = several(graph, layer.label, 2)
    solid = graph.one([split[1]], ("format", {"pix_fmts": "gray"}), ("lutyuv", {"y": "maxval"}))
    mask = on_canvas(graph, replace(layer, label=solid), canvas, alpha=False, margin=_MARGIN, form="gray")
    picture = _gone_on(graph, canvas, replace(layer, label=split[0]))
    parts = [
        graph.one([picture.label], eight(alpha=False), *steps, eight(alpha=False)),
        graph.one([mask.label], *steps),
    ]
    return graph.one(parts, ("alphamerge", {}), canvas.form(alpha=True))


def _gone_on(graph: Graph, canvas: Canvas, layer: Layer) -> Layer:
    """A solid picture on the canvas and its margin, its colours gone on a little past its edges."""
    left, top = min(_REACH, layer.x + _MARGIN), min(_REACH, layer.y + _MARGIN)
    right = min(_REACH, canvas.width + _MARGIN - layer.x - layer.width)
    bottom = min(_REACH, canvas.height + _MARGIN - layer.y - layer.height)
    size = (layer.width + left + right, layer.height + top + bottom)
    # no further at once: the program fills no border that is wider than half of the picture it makes
    steps: list[Step] = [
        ("pad", {"w": size[0], "h": size[1], "x": left, "y": top}),
        ("fillborders", {"left": left, "right": right, "top": top, "bottom": bottom, "mode": "smear"}),
    ]
    label = graph.one([layer.label], canvas.form(alpha=False), *steps)
    more = replace(layer, label=label, x=layer.x - left, y=layer.y - top, width=size[0], height=size[1])
    return on_canvas(graph, more, canvas, alpha=False, margin=_MARGIN)


def _shrunk(
    graph: Graph, canvas: Canvas, layer: Layer, scales: tuple[float, float]
) -> tuple[Layer, tuple[float, float]]:
    sizes = zip((layer.width, layer.height), scales, strict=True)
    width, height = (max(2, 2 * round(length * scale / 2)) if scale < 1 else length for length, scale in sizes)
    label = graph.one([layer.label], resized(width, height), canvas.form(alpha=layer.alpha))
    ratio = (width / layer.width, height / layer.height)
    return replace(layer, label=label, width=width, height=height), ratio


def _corners(
    matrix: NDArray[np.float64], layer: Layer, shrunk: tuple[float, float], size: tuple[int, int]
) -> list[tuple[float, float]]:
    """Where the corners of the padded stream land, in the order that `perspective` has, in its own pixels."""
    (a, b, x0), (c, d, y0), _ = matrix.tolist()
    found = []
    for row in (-_MARGIN, size[1] + _MARGIN):
        for column in (-_MARGIN, size[0] + _MARGIN):
            # back to where this pixel's centre lay before the picture was made smaller
            across = layer.x + (column + 0.5 - layer.x) / shrunk[0] - 0.5
            down = layer.y + (row + 0.5 - layer.y) / shrunk[1] - 0.5
            found.append((a * across + b * down + x0 + _MARGIN, c * across + d * down + y0 + _MARGIN))
    return found
