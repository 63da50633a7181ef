"""Tracks of clips and transitions as one stream of pictures."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise
from typing import Literal

from cutroom.effects.compiler.document import Pictures
from cutroom.effects.compiler.layout import Layout, Window
from cutroom.render.program.graph import Graph, joined
from cutroom.render.program.joins import Joins, Meeting, Run
from cutroom.render.program.layers import Canvas, on_canvas
from cutroom.render.program.shots import Shots
from cutroom.render.program.stacking import over


class Timeline:
    """Adds a timeline's pictures to a graph.

    Args:
        graph: grows.
        canvas: size and rate.
        shots: adds the clips.
    """

    def __init__(self, graph: Graph, canvas: Canvas, shots: Shots) -> None:
        self._graph = graph
        self._canvas = canvas
        self._shots = shots
        self._joins = Joins(graph, canvas)

    def picture(self, pictures: Pictures, frames: int) -> str:
        """All tracks, one over the other, over black."""
        result: str | None = None
        for layout in pictures.layouts:
            runs = list(self._runs(pictures, layout) if not layout.track.cues else self._cues(pictures, layout, frames))
            if runs and result is None and all(run.layer.fills(self._canvas) for run in runs):
                result = self._in_a_row(runs, frames)
                continue
            below = self._shots.nothing(frames, "black") if result is None else result
            for run in runs:
                below = over(self._graph, self._canvas, below, run)
            result = below
        return self._shots.nothing(frames, "black") if result is None else result

    def _in_a_row(self, runs: list[Run], frames: int) -> str:
        """Runs that hide everything below, and black between them."""
        parts: list[str] = []
        at = 0
        for run in runs:
            if run.begin > at:
                parts.append(self._shots.nothing(run.begin - at, "black"))
            parts.append(run.layer.label)
            at = run.end
        if at < frames:
            parts.append(self._shots.nothing(frames - at, "black"))
        return joined(self._graph, parts)

    def _runs(self, pictures: Pictures, layout: Layout) -> Iterator[Run]:
        """Clip by clip; those with a transition between them together."""
        held: Run | None = None
        for index in range(len(layout.track.items)):
            if layout.clip(index) is None or layout.starts[index] == layout.starts[index + 1]:
                continue
            begin, end = layout.shown(index)
            shot = pictures.shot(layout, index)
            window = layout.window_at(begin)
            joins = window is not None and window.right == index and window.left is not None
            if shot is None:
                layer = on_canvas(self._graph, self._shots.clear(end - begin), self._canvas, alpha=True)
            else:
                layer = self._shots.layer(shot, end - begin)
            run = self._edged(layout, index, Run(begin, end, layer))
            if joins and held is not None:
                assert window is not None
                held = self._joins.crossed(held, run, _meeting(window))
                continue
            if held is not None:
                yield held
            held = run
        if held is not None:
            yield held

    def _cues(self, pictures: Pictures, layout: Layout, frames: int) -> Iterator[Run]:
        """Subtitles, between the moments at which one comes or goes."""
        for begin, end in pairwise(sorted({*(min(edge, frames) for edge in layout.edges), frames})):
            for shot in pictures.cues(layout, begin):
                yield Run(begin, end, self._shots.layer(shot, end - begin))

    def _edged(self, layout: Layout, index: int, run: Run) -> Run:
        """With a fade from or to nothing, where a transition has a clip on one side only."""
        for window in (layout.window_at(run.begin), layout.window_at(run.end - 1)):
            if window is None or (window.left is not None and window.right is not None):
                continue
            if window.right == index:
                before = Run(run.begin, window.end, self._shots.clear(window.end - run.begin))
                run = self._joins.crossed(before, run, _meeting(window))
            elif window.left == index:
                after = Run(window.begin, run.end, self._shots.clear(run.end - window.begin))
                run = self._joins.crossed(run, after, _meeting(window))
        return run


def _meeting(window: Window) -> Meeting:
    """Half-way exactly at the cut; a fade from or to nothing begins or ends at its edge of the clip."""
    length = window.end - window.begin
    only: Literal[0, 1] | None = 1 if window.left is None else 0 if window.right is None else None
    progress = Fraction(0) if only is not None else Fraction(1, 2) - Fraction(window.cut - window.begin, length)
    return Meeting(window.transition.transition, window.begin, window.end, progress, Fraction(1, length), only)
