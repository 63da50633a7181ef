"""A shot's picture on its way to the canvas, as chains of the ffmpeg program's filters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import groupby, pairwise
from typing import NamedTuple

from cutroom.effects.nodes import Affine, ColourNode, Crop, Filter, Opacity, StillNode, Warp
from cutroom.effects.pictures.placement import Placement
from cutroom.effects.pictures.scaling import FLAGS, LEFT_SITES
from cutroom.effects.segment import Fit
from cutroom.errors import EditError
from cutroom.render.program.colours import affine_steps, colour_steps, from_rgb, to_rgb
from cutroom.render.program.curves import expression, number
from cutroom.render.program.graph import Graph, Step

CLEAR = "black@0"
_EVEN = 1e-6
_TOLERANCE = 0.01
"""Pixels that a moving picture may lie off, so that its expressions stay short."""
_MARGIN = 2
"""Clear pixels around a picture that is moved: the program repeats what lies at the edge."""


class Canvas(NamedTuple):
    """Size in pixels, and frames a second."""

    width: int
    height: int
    fps: Fraction


@dataclass(frozen=True)
class Layer:
    """A stream of pictures and where it lies.

    Args:
        label: of the stream.
        x: column of the canvas where it begins.
        y: row of the canvas where it begins.
        width: in pixels.
        height: in pixels.
        alpha: whether it has an alpha plane.
        placement: where its own rectangle lies.
        premultiplied: whether its colours are multiplied by alpha.
    """

    label: str
    x: int
    y: int
    width: int
    height: int
    alpha: bool
    placement: Placement
    premultiplied: bool = False

    @classmethod
    def of(cls, label: str, fit: Fit, *, alpha: bool) -> Layer:
        """A picture before its effects."""
        return cls(label, fit.x, fit.y, fit.width, fit.height, alpha, Placement.of(fit))

    def fills(self, canvas: Canvas) -> bool:
        """Whether it hides whatever is below."""
        return not self.alpha and (self.x, self.y, self.width, self.height) == (0, 0, canvas.width, canvas.height)


def pixel_format(*, alpha: bool) -> Step:
    """The format of every stream between two steps."""
    return "format", {"pix_fmts": "yuva420p" if alpha else "yuv420p"}


def on_canvas(graph: Graph, layer: Layer, canvas: Canvas, *, alpha: bool, margin: int = 0, form: str = "") -> Layer:
    """The layer on a stream as large as the canvas and a margin, clear (or black) around it; `form`: in this format."""
    size = (canvas.width + 2 * margin, canvas.height + 2 * margin)
    if (layer.x, layer.y, layer.width, layer.height, layer.alpha) == (-margin, -margin, *size, alpha):
        return layer
    pad = {
        "w": size[0],
        "h": size[1],
        "x": layer.x + margin,
        "y": layer.y + margin,
        "color": CLEAR if alpha else "black",
    }
    like: Step = ("format", {"pix_fmts": form}) if form else pixel_format(alpha=alpha)
    label = graph.one([layer.label], like, ("pad", pad))
    return replace(layer, label=label, x=-margin, y=-margin, width=size[0], height=size[1], alpha=alpha)


class Chain:
    """A shot's nodes, frame by frame, added to a graph.

    Args:
        graph: grows.
        canvas: that the shot is drawn on.
        chains: the nodes of each frame; one, where they are the same at all.
        paths: absolute path of each file, by its SHA-256.
    """

    def __init__(
        self, graph: Graph, canvas: Canvas, chains: Sequence[Sequence[StillNode]], paths: Mapping[str, str]
    ) -> None:
        self._graph = graph
        self._paths = paths
        self._canvas = canvas
        self._chains = chains
        kinds = {tuple(_shape(node) for node in nodes) for nodes in chains}
        if len(kinds) > 1:
            raise EditError(
                "an animation begins or ends with another chain of filters, which the ffmpeg program cannot change",
                hint="let its values stay a little off their neutral ones, or export with Cutroom",
            )

    def run(self, layer: Layer) -> Layer:
        """The layer after all nodes."""
        places = range(len(self._chains[0]))
        for is_rgb, group in groupby(places, key=lambda place: _is_rgb(self._chains[0][place])):
            columns = [[nodes[place] for nodes in self._chains] for place in group]
            if is_rgb:
                layer = self._coloured(layer, columns)
                continue
            for nodes in columns:
                layer = self._after(layer, nodes)
        return layer

    def _coloured(self, layer: Layer, columns: Sequence[Sequence[StillNode]]) -> Layer:
        """Neighbours that work on R'G'B'."""
        first = [nodes[0] for nodes in columns]
        alpha = layer.alpha or any(node.clears for node in first)
        spatial = any(node.spatial for node in first) and layer.alpha
        if spatial:
            layer = on_canvas(self._graph, layer, self._canvas, alpha=True)
        steps: list[Step] = [pixel_format(alpha=alpha), *to_rgb(alpha=alpha)]
        inner: list[Step] = []
        for nodes in columns:
            told = [colour_steps(node, self._paths) for node in nodes if isinstance(node, ColourNode | Filter)]
            inner += [
                step for same in zip(*told, strict=True) for step in changing(self._graph, same, self._canvas.fps)
            ]
        if spatial:
            inner = [("premultiply", {"inplace": 1}), *inner, ("unpremultiply", {"inplace": 1})]
        label = self._graph.one([layer.label], *steps, *inner, from_rgb(), pixel_format(alpha=alpha))
        return replace(layer, label=label, alpha=alpha)

    def _after(self, layer: Layer, nodes: Sequence[StillNode]) -> Layer:
        first = nodes[0]
        if isinstance(first, Filter | Affine):
            return self._filtered(layer, [node for node in nodes if isinstance(node, Filter | Affine)])
        if isinstance(first, Warp):
            return self._warped(layer, [node for node in nodes if isinstance(node, Warp)])
        if isinstance(first, Opacity):
            return self._faded(layer, [node.opacity for node in nodes if isinstance(node, Opacity)])
        if isinstance(first, Crop) and len(set(nodes)) == 1:
            return self._cropped(layer, first)
        raise EditError(
            f"the ffmpeg program has nothing for {'an animated ' if len(nodes) > 1 else ''}{first.kind}",
            value=first.kind,
            hint="switch that effect off for this command, or export with Cutroom",
        )

    def _filtered(self, layer: Layer, nodes: Sequence[Filter | Affine]) -> Layer:
        first = nodes[0]
        if first.spatial and layer.alpha:
            layer = on_canvas(self._graph, layer, self._canvas, alpha=True)
        alpha = layer.alpha or first.clears
        turns = any(isinstance(node, Affine) and node.turn for node in nodes)
        told = [affine_steps(n, turns=turns) if isinstance(n, Affine) else [(n.filter, n.args)] for n in nodes]
        steps = [step for same in zip(*told, strict=True) for step in changing(self._graph, same, self._canvas.fps)]
        if first.spatial and layer.alpha:
            steps = [("premultiply", {"inplace": 1}), *steps, ("unpremultiply", {"inplace": 1})]
        label = self._graph.one([layer.label], *steps, pixel_format(alpha=alpha))
        return replace(layer, label=label, alpha=alpha)

    def _faded(self, layer: Layer, opacities: Sequence[float]) -> Layer:
        fainter: list[Step] = [("lutyuv", {"a": _times(value)}) for value in opacities]
        steps = [pixel_format(alpha=True), *changing(self._graph, fainter, self._canvas.fps)]
        return replace(layer, label=self._graph.one([layer.label], *steps), alpha=True)

    def _cropped(self, layer: Layer, crop: Crop) -> Layer:
        placement = layer.placement.cropped(crop)
        (left, top), _, (right, bottom), _ = placement.corners()
        edges = [left, top, right, bottom]
        upright = abs(placement.matrix[0][1]) < _EVEN and abs(placement.matrix[1][0]) < _EVEN
        whole = [2 * round(edge / 2) for edge in edges]
        if not upright or any(abs(edge - even) > _EVEN for edge, even in zip(edges, whole, strict=True)):
            raise EditError(
                "the ffmpeg program cuts 4:2:0 pictures at every other pixel only, and this crop ends between them",
                value=tuple(edges),
                hint="choose a crop that ends on even pixels, or export with Cutroom",
            )
        x0, y0 = max(whole[0], layer.x), max(whole[1], layer.y)
        width = min(whole[2], layer.x + layer.width) - x0
        height = min(whole[3], layer.y + layer.height) - y0
        cut = {"w": width, "h": height, "x": x0 - layer.x, "y": y0 - layer.y, "exact": 1}
        label = self._graph.one([layer.label], ("crop", cut))
        return Layer(label, x0, y0, width, height, layer.alpha, placement)

    def _warped(self, layer: Layer, nodes: Sequence[Warp]) -> Layer:
        size = self._canvas.width, self._canvas.height
        scales = {node.scale for node in nodes}
        placement = layer.placement.warped(nodes[0], *size)
        small, shrunk = layer, (1.0, 1.0)
        if len(scales) == 1 and nodes[0].scale < 1:
            small, shrunk = self._shrunk(layer, nodes[0].scale)
        corners = [_corners(node, layer, shrunk, size) for node in nodes]
        options = {
            f"{axis}{corner}": expression([c[corner][i] for c in corners], "(on-1)", _TOLERANCE)
            for corner in range(4)
            for i, axis in enumerate("xy")
        }
        options |= {"sense": "destination", "interpolation": "linear", "eval": "frame" if len(corners) > 1 else "init"}
        moved: list[Step] = [("perspective", options)]
        cut: list[Step] = [("crop", {"w": size[0], "h": size[1], "x": _MARGIN, "y": _MARGIN})]
        label = self._moved(small, moved, cut) if layer.alpha else self._moved_solid(small, moved, cut)
        return Layer(label, 0, 0, *size, alpha=True, placement=placement)

    def _moved(self, layer: Layer, moved: list[Step], cut: list[Step]) -> str:
        """A picture with alpha; whatever mixes neighbouring pixels takes colours that are multiplied by it."""
        padded = on_canvas(self._graph, layer, self._canvas, alpha=True, margin=_MARGIN)
        before: list[Step] = [("premultiply", {"inplace": 1})]
        return self._graph.one([padded.label], *before, *moved, ("unpremultiply", {"inplace": 1}), *cut)

    def _moved_solid(self, layer: Layer, moved: list[Step], cut: list[Step]) -> str:
        """A solid picture: its colours go on past its edges, where its mask ends."""
        margins = {"left": layer.x + _MARGIN, "top": layer.y + _MARGIN}
        margins["right"] = self._canvas.width + 2 * _MARGIN - margins["left"] - layer.width
        margins["bottom"] = self._canvas.height + 2 * _MARGIN - margins["top"] - layer.height
        split = self._graph.chain([layer.label], [("split", {})], outputs=2)
        solid: list[Step] = [("format", {"pix_fmts": "gray"}), ("lutyuv", {"y": "maxval"})]
        mask = on_canvas(
            self._graph,
            replace(layer, label=self._graph.one([split[1]], *solid)),
            self._canvas,
            alpha=False,
            margin=_MARGIN,
            form="gray",
        )
        picture = on_canvas(self._graph, replace(layer, label=split[0]), self._canvas, alpha=False, margin=_MARGIN)
        on: list[Step] = [("fillborders", {**margins, "mode": "smear"})]
        parts = [self._graph.one([picture.label], *on, *moved, *cut), self._graph.one([mask.label], *moved, *cut)]
        return self._graph.one(parts, ("alphamerge", {}), pixel_format(alpha=True))

    def _shrunk(self, layer: Layer, scale: float) -> tuple[Layer, tuple[float, float]]:
        width, height = (max(2, 2 * round(length * scale / 2)) for length in (layer.width, layer.height))
        steps: list[Step] = [resized(width, height), pixel_format(alpha=layer.alpha)]
        label = self._graph.one([layer.label], *steps)
        ratio = (width / layer.width, height / layer.height)
        return replace(layer, label=label, width=width, height=height), ratio


def resized(width: int, height: int, **colours: str) -> Step:
    """The scaling that the export itself uses: its filter, and where chroma stands."""
    return "scale", {"w": width, "h": height, "flags": FLAGS, **colours, **LEFT_SITES}


def _corners(node: Warp, layer: Layer, shrunk: tuple[float, float], size: tuple[int, int]) -> list[tuple[float, float]]:
    """Where the corners of the padded stream land, in the order that `perspective` has, in its own pixels."""
    (a, b, x0), (c, d, y0) = node.matrix(*size)
    found = []
    for row in (-_MARGIN, size[1] + _MARGIN):
        for column in (-_MARGIN, size[0] + _MARGIN):
            # back to where this point lay before the picture was made smaller, in pixel edges
            across = layer.x + (column - layer.x) / shrunk[0] - 0.5
            down = layer.y + (row - layer.y) / shrunk[1] - 0.5
            found.append((a * across + b * down + x0 + 0.5 + _MARGIN, c * across + d * down + y0 + 0.5 + _MARGIN))
    return found


def _is_rgb(node: StillNode) -> bool:
    return isinstance(node, ColourNode) or (isinstance(node, Filter) and node.space == "rgb")


def _shape(node: StillNode) -> tuple[object, ...]:
    return (node.kind, node.filter, tuple(node.args), node.space) if isinstance(node, Filter) else (node.kind,)


def _times(opacity: float) -> str:
    return f"round(val*{number(opacity)})"


def changing(graph: Graph, steps: Sequence[Step], fps: Fraction) -> list[Step]:
    """A filter that is told its new values at each frame that has some; nothing is told where they never change."""
    if all(step == steps[0] for step in steps):
        return [steps[0]]
    name = graph.name(steps[0][0])  # of its own: a command reaches every filter that is called so
    told = _commands([(name, arguments) for _, arguments in steps], fps)
    return [("sendcmd", {"commands": told}), (name, steps[0][1])]


def _commands(steps: Sequence[Step], fps: Fraction) -> str:
    """What tells a filter its new values at each frame that has some."""
    told: list[str] = []
    for i, ((_, before), (name, arguments)) in enumerate(pairwise(steps), start=1):
        changed = [(key, value) for key, value in arguments.items() if before.get(key) != value]
        if changed:
            # a quarter of a frame early, so that no rounding of times makes it late
            at = number(float((Fraction(i) - Fraction(1, 4)) / fps))
            told.append(f"{at} " + ", ".join(f"{name} {key} {value}" for key, value in changed))
    return ";".join(told)
