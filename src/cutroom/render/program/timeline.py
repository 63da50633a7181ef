"""Tracks of clips and transitions as one stream of pictures."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise

from cutroom.effects.catalogue.transitions import XFADE
from cutroom.effects.compiler.document import Pictures
from cutroom.effects.compiler.layout import Layout, Window
from cutroom.effects.segment import Fit
from cutroom.errors import EditError
from cutroom.render.program.blending import blended
from cutroom.render.program.crossings import DRAWN, Crossing
from cutroom.render.program.curves import number
from cutroom.render.program.graph import Graph, Step
from cutroom.render.program.layers import Canvas, Layer, changing, on_canvas
from cutroom.render.program.masks import eight, several
from cutroom.render.program.shots import Shots, joined, overlay

_DIPS = {"fade_black": 16, "fade_white": 235}
"""Through one colour; `xfade` has black and white outside of video's range."""


@dataclass(frozen=True)
class Run:
    """Clips that transitions hold together, as one layer.

    Args:
        begin: frame of the timeline.
        end: the one behind the last.
        layer: its pictures, from time 0.
    """

    begin: int
    end: int
    layer: Layer

    @property
    def length(self) -> int:
        """In frames."""
        return self.end - self.begin


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
                below = self._over(below, run)
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

    def _over(self, below: str, run: Run) -> str:
        straight: list[Step] = [("unpremultiply", {"inplace": 1})] if run.layer.premultiplied else []
        moved = self._graph.one(
            [run.layer.label], *straight, ("setpts", {"expr": f"round(PTS+{run.begin}/({self._canvas.fps})/TB)"})
        )
        shown = {"enable": f"between(n,{run.begin},{run.end - 1})"}
        if run.layer.mode != "normal":
            layer = on_canvas(self._graph, replace(run.layer, label=moved), self._canvas, alpha=True)
            below, ground = several(self._graph, below, 2)
            part: list[Step] = [("trim", {"start_frame": run.begin, "end_frame": run.end})]
            ground = self._graph.one([ground], *part)
            moved = blended(self._graph, self._canvas, ground, layer.label, run.layer.mode)
            run = replace(run, layer=replace(layer, label=moved, mode="normal"))
        return self._graph.one(
            [below, moved], overlay(run.layer, alpha=False, more=shown), self._canvas.form(alpha=False)
        )

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
                layer = on_canvas(self._graph, _clear(self._shots, end - begin, self._canvas), self._canvas, alpha=True)
            else:
                layer = self._shots.layer(shot, end - begin)
            run = self._edged(layout, index, Run(begin, end, layer))
            if joins and held is not None:
                assert window is not None
                held = self._crossed(held, run, window)
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
                before = Run(run.begin, window.end, _clear(self._shots, window.end - run.begin, self._canvas))
                run = self._crossed(before, run, window)
            elif window.left == index:
                after = Run(window.begin, run.end, _clear(self._shots, run.end - window.begin, self._canvas))
                run = self._crossed(run, after, window)
        return run

    def _crossed(self, left: Run, right: Run, window: Window) -> Run:
        """Two runs that overlap in a transition's window."""
        length = window.end - window.begin
        only = 1 if window.left is None else 0 if window.right is None else None
        progress = Fraction(0) if only is not None else Fraction(1, 2) - Fraction(window.cut - window.begin, length)
        kind = window.transition.transition
        if left.layer.mode != "normal" or right.layer.mode != "normal":
            raise EditError(
                "the ffmpeg program gets no transitions of layers that blend",
                value=kind,
                hint="take the transition away for this command, or export with Cutroom",
            )
        alpha = left.layer.alpha or right.layer.alpha or not all(run.layer.fills(self._canvas) for run in (left, right))
        way = [progress + Fraction(i, length) for i in range(length)]
        if kind in DRAWN:
            return self._drawn(left, right, window, Crossing(self._graph, self._canvas, way, alpha=alpha, only=only))
        if kind in _DIPS:
            return self._dipped(left, right, window, way, alpha=alpha, only=only)
        begins = (window.begin - left.begin - progress * length) / self._canvas.fps
        options = {
            "transition": XFADE[kind],
            "duration": number(float(length / self._canvas.fps)),
            "offset": number(float(begins)),
        }
        sides = [self._side(run.layer, alpha=alpha) for run in (left, right)]
        label = self._graph.one(sides, ("xfade", options), self._canvas.form(alpha=alpha))
        made = Layer.of(label, _whole(self._canvas), alpha=alpha)
        return Run(left.begin, right.end, replace(made, premultiplied=alpha))

    def _drawn(self, left: Run, right: Run, window: Window, crossing: Crossing) -> Run:
        """Before the window one side, behind it the other one; in it what a transition draws, frame by frame."""
        alpha = crossing.alpha
        sides = [several(self._graph, self._side(run.layer, alpha=alpha), 2) for run in (left, right)]
        first, last = window.begin - left.begin, window.end - right.begin
        form = eight(alpha=alpha)
        inner = [
            self._graph.one([sides[i][1]], *self._cut(begin, begin + window.end - window.begin), form)
            for i, begin in enumerate((first, window.begin - right.begin))
        ]
        made = crossing.run(window.transition.transition, (inner[0], inner[1]))
        clock: list[Step] = [*_whole_frames(self._canvas), self._canvas.form(alpha=alpha)]
        parts = [self._graph.one([made], *clock)]
        for place, side, begin, end in ((0, sides[0][0], 0, first), (len(sides), sides[1][0], last, right.length)):
            if begin < end:
                parts.insert(place, self._graph.one([side], *self._cut(begin, end), self._canvas.form(alpha=alpha)))
            else:
                self._graph.sink(side)
        whole = Layer.of(joined(self._graph, parts), _whole(self._canvas), alpha=alpha)
        return Run(left.begin, right.end, replace(whole, premultiplied=alpha))

    def _cut(self, begin: int, end: int) -> list[Step]:
        """Some frames, from time 0."""
        return [("trim", {"start_frame": begin, "end_frame": end}), *_whole_frames(self._canvas)]

    def _dipped(
        self, left: Run, right: Run, window: Window, way: list[Fraction], *, alpha: bool, only: int | None
    ) -> Run:
        """Out to one colour, and in from it; all the way, where a side is missing."""
        luma = _DIPS[window.transition.transition]
        shares = [abs(1 - 2 * float(at)) for at in way]
        turn = next((i for i, at in enumerate(way) if at >= Fraction(1, 2)), len(way))
        if only is not None:
            turn = len(way) if only == 0 else 0
            shares = [float(1 - at if only == 0 else at) for at in way]
        first = [1.0] * (window.begin - left.begin) + shares[:turn]
        second = shares[turn:] + [1.0] * (right.end - window.end)
        begins = (0, window.begin + turn - right.begin)
        parts: list[str] = []
        for run, mixed, begin in zip((left, right), (first, second), begins, strict=True):
            if not mixed:
                self._graph.sink(run.layer.label)
                continue
            layer = on_canvas(self._graph, run.layer, self._canvas, alpha=alpha)
            rest = self._cut(begin, begin + len(mixed))
            if layer.premultiplied:
                rest.append(("unpremultiply", {"inplace": 1}))
            scale = 1 << self._canvas.depth - 8
            steps = changing(
                self._graph, [("lutyuv", _towards(luma, share, scale)) for share in mixed], self._canvas.fps
            )
            parts.append(self._graph.one([layer.label], *rest, *steps, self._canvas.form(alpha=alpha)))
        whole = Layer.of(joined(self._graph, parts), _whole(self._canvas), alpha=alpha)
        return Run(left.begin, right.end, whole)

    def _side(self, layer: Layer, *, alpha: bool) -> str:
        """A run as `xfade` mixes it: on the whole canvas, colours multiplied by alpha."""
        whole = on_canvas(self._graph, layer, self._canvas, alpha=alpha)
        # a transition may begin half-way between two frames: on this clock that is a whole number
        steps: list[Step] = [("settb", {"expr": f"1/({2 * self._canvas.fps})"})]
        if alpha and not layer.premultiplied:
            steps.append(("premultiply", {"inplace": 1}))
        return self._graph.one([whole.label], *steps)


def _clear(shots: Shots, frames: int, canvas: Canvas) -> Layer:
    return Layer.of(shots.nothing(frames), _whole(canvas), alpha=True)


def _whole(canvas: Canvas) -> Fit:
    return Fit(x=0, y=0, width=canvas.width, height=canvas.height)


def _whole_frames(canvas: Canvas) -> list[Step]:
    """The canvas's clock, from 0."""
    return [("settb", {"expr": f"1/({canvas.fps})"}), ("setpts", {"expr": "N"})]


def _towards(luma: int, share: float, scale: int) -> dict[str, str]:
    """A picture of which so much is left, the rest one grey."""
    codes = {"y": luma * scale, "u": 128 * scale, "v": 128 * scale}
    return {plane: f"round({grey}+(val-{grey})*{number(share)})" for plane, grey in codes.items()}
