"""A shot's nodes as chains of the ffmpeg program's filters."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any

from cutroom.effects.nodes import (
    Affine,
    BlendMode,
    BoxBlur,
    Cell,
    ChromaKey,
    ColourNode,
    Crop,
    Edges,
    Filter,
    Flare,
    Flip,
    Fringe,
    Glow,
    Lens,
    LumaKey,
    Mirror,
    Mode,
    MotionBlur,
    Opacity,
    Pixelate,
    Rolled,
    Sharpen,
    StillNode,
    Typed,
    Vignette,
    Warp,
)
from cutroom.effects.order import gathered
from cutroom.effects.pictures.scaling import from_rgb, to_rgb
from cutroom.errors import EditError
from cutroom.render.program.colours import affine_steps, colour_steps, held_affine
from cutroom.render.program.curves import number
from cutroom.render.program.detail import box_blurred, glowing, motion_blurred, pixelated, sharpened
from cutroom.render.program.graph import Graph, Step
from cutroom.render.program.keys import chroma_keyed, luma_keyed
from cutroom.render.program.layers import Canvas, Layer, changing, on_canvas
from cutroom.render.program.moves import celled, cropped, mirrored, moved
from cutroom.render.program.neutral import evened, shape
from cutroom.render.program.style import bent, flared, fringed, outlined, vignetted

DRAWN: Mapping[type, Callable[[Graph, Canvas, Layer, Any], Layer | None]] = {
    BoxBlur: box_blurred,
    Cell: celled,
    ChromaKey: chroma_keyed,
    Crop: cropped,
    Edges: outlined,
    Flare: flared,
    Fringe: fringed,
    Glow: glowing,
    Lens: bent,
    LumaKey: luma_keyed,
    Mirror: mirrored,
    MotionBlur: motion_blurred,
    Pixelate: pixelated,
    Sharpen: sharpened,
    Vignette: vignetted,
}
"""What draws nodes that stay the same from frame to frame."""


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
        modes = {_mode(nodes) for nodes in chains}
        self._chains = [_ordered(nodes) for nodes in evened([_drawn(nodes) for nodes in chains])]
        kinds = {tuple(shape(node) for node in nodes) for nodes in self._chains}
        if len(kinds) > 1 or len(modes) > 1:
            raise EditError(
                "an animation begins or ends with another chain of filters, which the ffmpeg program cannot change",
                hint="let its values stay a little off their neutral ones, or export with Cutroom",
            )
        self.mode: BlendMode = modes.pop()

    def run(self, layer: Layer) -> Layer | None:
        """The layer after all nodes; None where nothing of it is left."""
        places = range(len(self._chains[0]))
        for kind, group in groupby(places, key=lambda place: _kind(self._chains[0][place])):
            columns = [[nodes[place] for nodes in self._chains] for place in group]
            if kind == "rgb":
                layer = self._coloured(layer, columns)
            elif kind == "warp":
                ways = [[node for node in way if isinstance(node, Warp | Flip)] for way in zip(*columns, strict=True)]
                layer = moved(self._graph, self._canvas, layer, ways)
            else:
                for nodes in columns:
                    after = self._after(layer, nodes)
                    if after is None:
                        return None
                    layer = after
        return replace(layer, mode=self.mode)

    def _coloured(self, layer: Layer, columns: Sequence[Sequence[StillNode]]) -> Layer:
        """Neighbours that work on R'G'B'."""
        form = self._canvas.form(alpha=layer.alpha)
        steps: list[Step] = [form, *to_rgb(alpha=layer.alpha)]
        inner: list[Step] = []
        for nodes in columns:
            told = [colour_steps(node, self._paths) for node in nodes if isinstance(node, ColourNode)]
            inner += [
                step for same in zip(*told, strict=True) for step in changing(self._graph, same, self._canvas.fps)
            ]
        return replace(layer, label=self._graph.one([layer.label], *steps, *inner, from_rgb(), form))

    def _after(self, layer: Layer, nodes: Sequence[StillNode]) -> Layer | None:
        first = nodes[0]
        if isinstance(first, Filter | Affine):
            return self._filtered(layer, [node for node in nodes if isinstance(node, Filter | Affine)])
        if isinstance(first, Opacity):
            return self._faded(layer, [node.opacity for node in nodes if isinstance(node, Opacity)])
        if layer.alpha and isinstance(first, Edges | Fringe | Lens):
            raise EditError(
                f"the ffmpeg program draws {first.kind} otherwise at the edges of a layer that is not solid",
                value=first.kind,
                hint="put that effect before those that move or cut the clip, or export with Cutroom",
            )
        same = len(set(nodes)) == 1
        if type(first) in DRAWN and same:
            return DRAWN[type(first)](self._graph, self._canvas, layer, first)
        known = type(first) in DRAWN
        raise EditError(
            f"the ffmpeg program has nothing for {'an animated ' if known else ''}{_named(first)}",
            value=first.kind,
            hint="switch that effect off for this command, or export with Cutroom",
        )

    def _filtered(self, layer: Layer, nodes: Sequence[Filter | Affine]) -> Layer:
        first, canvas = nodes[0], self._canvas
        if first.spatial and layer.alpha:
            layer = on_canvas(self._graph, layer, canvas, alpha=True)
        turns = any(isinstance(node, Affine) and node.turn for node in nodes)
        held = held_affine(nodes, canvas.depth)
        told = [affine_steps(n, turns=turns) if isinstance(n, Affine) else [(n.filter, n.args)] for n in held]
        steps = [step for same in zip(*told, strict=True) for step in changing(self._graph, same, canvas.fps)]
        if first.spatial and layer.alpha:
            steps = [("premultiply", {"inplace": 1}), *steps, ("unpremultiply", {"inplace": 1})]
        return replace(layer, label=self._graph.one([layer.label], *steps, canvas.form(alpha=layer.alpha)))

    def _faded(self, layer: Layer, opacities: Sequence[float]) -> Layer:
        fainter: list[Step] = [("lutyuv", {"a": f"round(val*{number(value)})"}) for value in opacities]
        steps = [self._canvas.form(alpha=True), *changing(self._graph, fainter, self._canvas.fps)]
        return replace(layer, label=self._graph.one([layer.label], *steps), alpha=True)


_NAMES = {"grain": "film_grain: its noise is our own", "settle": "denoise", "smooth": "denoise"}
"""Effects of the nodes that the program has nothing for."""


def _drawn(nodes: Sequence[StillNode]) -> list[StillNode]:
    return [node for node in nodes if not isinstance(node, Mode | Typed | Rolled)]


def _ordered(nodes: Sequence[StillNode]) -> list[StillNode]:
    """As they are run; how faint a layer is counts when it is put on the canvas."""
    drawn = [node for node in nodes if not isinstance(node, Opacity)]
    return [*gathered(drawn), *(node for node in nodes if isinstance(node, Opacity))]


def _mode(nodes: Sequence[StillNode]) -> BlendMode:
    return next((node.mode for node in reversed(nodes) if isinstance(node, Mode)), "normal")


def _named(node: StillNode) -> str:
    return _NAMES.get(node.kind, node.kind)


def _kind(node: StillNode) -> str:
    if isinstance(node, Warp | Flip):
        return "warp"
    return "rgb" if isinstance(node, ColourNode) else "yuv"
