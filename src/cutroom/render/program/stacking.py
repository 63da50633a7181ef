"""One layer over another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from cutroom.errors import EditError
from cutroom.render.program.blending import blended
from cutroom.render.program.graph import Graph, Step
from cutroom.render.program.joins import Run
from cutroom.render.program.layers import Canvas, Layer, on_canvas
from cutroom.render.program.masks import several


def over(graph: Graph, canvas: Canvas, below: str, run: Run, *, alpha: bool = False) -> str:
    """A run over a stream as large as the canvas, for as long as it lasts; in its mode.

    Args:
        graph: grows.
        canvas: size and rate.
        below: the stream.
        run: comes over it.
        alpha: whether the stream has alpha, as it has inside of a compound that is not solid.

    Raises:
        EditError: a blend mode over what is not solid.
    """
    if alpha and run.layer.mode != "normal":
        raise EditError(
            "the ffmpeg program gets no blend modes inside of a compound, unless its lowest track fills the picture",
            value=run.layer.mode,
            hint="unnest the compound, or export with Cutroom",
        )
    straight: list[Step] = [("unpremultiply", {"inplace": 1})] if run.layer.premultiplied else []
    moved = graph.one([run.layer.label], *straight, ("setpts", {"expr": f"round(PTS+{run.begin}/({canvas.fps})/TB)"}))
    shown = {"enable": f"between(n,{run.begin},{run.end - 1})"}
    layer = replace(run.layer, label=moved, premultiplied=False)
    if layer.mode != "normal":
        layer = on_canvas(graph, layer, canvas, alpha=True)
        below, ground = several(graph, below, 2)
        ground = graph.one([ground], ("trim", {"start_frame": run.begin, "end_frame": run.end}))
        seen = blended(graph, canvas, ground, layer.label, layer.mode)
        layer = replace(layer, label=seen, mode="normal")
    return graph.one([below, layer.label], _overlay(layer, alpha=alpha, more=shown), canvas.form(alpha=alpha))


def _overlay(layer: Layer, *, alpha: bool, more: Mapping[str, object]) -> Step:
    options = {"x": layer.x, "y": layer.y, "format": "auto" if alpha else "yuv420", "eof_action": "pass"}
    return "overlay", {**options, **more}
