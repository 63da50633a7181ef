"""Two layers that overlap in a transition, as one layer."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Literal

from cutroom.effects.catalogue.transitions import XFADE
from cutroom.effects.segment import Fit
from cutroom.errors import EditError
from cutroom.render.program.crossings import DRAWN, Crossing
from cutroom.render.program.curves import number
from cutroom.render.program.graph import Graph, Step, joined
from cutroom.render.program.layers import Canvas, Layer, changing, on_canvas
from cutroom.render.program.masks import eight, several

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


@dataclass(frozen=True)
class Meeting:
    """A transition at work.

    Args:
        transition: which one.
        begin: frame of the timeline.
        end: the one behind the last.
        progress: how far it has come at its first frame here, from 0 to 1.
        step: how far it comes from one frame to the next.
        only: which side there is (0: the outgoing one), where the other one is nothing at all.
    """

    transition: str
    begin: int
    end: int
    progress: Fraction
    step: Fraction
    only: Literal[0, 1] | None

    @property
    def way(self) -> list[Fraction]:
        """How far it has come at each frame."""
        return [self.progress + i * self.step for i in range(self.end - self.begin)]


class Joins:
    """Adds transitions to a graph.

    Args:
        graph: grows.
        canvas: size and rate.
    """

    def __init__(self, graph: Graph, canvas: Canvas) -> None:
        self._graph = graph
        self._canvas = canvas

    def crossed(self, left: Run, right: Run, meeting: Meeting) -> Run:
        """Two runs that overlap in a transition.

        Raises:
            EditError: one of them has a blend mode.
        """
        kind, way, only = meeting.transition, meeting.way, meeting.only
        if left.layer.mode != "normal" or right.layer.mode != "normal":
            raise EditError(
                "the ffmpeg program gets no transitions of layers that blend",
                value=kind,
                hint="take the transition away for this command, or export with Cutroom",
            )
        alpha = left.layer.alpha or right.layer.alpha or not all(run.layer.fills(self._canvas) for run in (left, right))
        if kind in DRAWN:
            return self._drawn(left, right, meeting, Crossing(self._graph, self._canvas, way, alpha=alpha, only=only))
        if kind in _DIPS:
            return self._dipped(left, right, meeting, alpha=alpha)
        begins = (meeting.begin - left.begin - meeting.progress / meeting.step) / self._canvas.fps
        options = {
            "transition": XFADE[kind],
            "duration": number(float(1 / meeting.step / self._canvas.fps)),
            "offset": number(float(begins)),
        }
        sides = [self._side(run.layer, alpha=alpha) for run in (left, right)]
        label = self._graph.one(sides, ("xfade", options), self._canvas.form(alpha=alpha))
        made = Layer.of(label, whole(self._canvas), alpha=alpha)
        return Run(left.begin, right.end, replace(made, premultiplied=alpha))

    def _drawn(self, left: Run, right: Run, meeting: Meeting, crossing: Crossing) -> Run:
        """Before the transition one side, behind it the other one; in it what it draws, frame by frame."""
        alpha = crossing.alpha
        sides = [several(self._graph, self._side(run.layer, alpha=alpha), 2) for run in (left, right)]
        first, last = meeting.begin - left.begin, meeting.end - right.begin
        form = eight(alpha=alpha)
        inner = [
            self._graph.one([sides[i][1]], *self._cut(begin, begin + meeting.end - meeting.begin), form)
            for i, begin in enumerate((first, meeting.begin - right.begin))
        ]
        made = crossing.run(meeting.transition, (inner[0], inner[1]))
        clock: list[Step] = [*_whole_frames(self._canvas), self._canvas.form(alpha=alpha)]
        parts = [self._graph.one([made], *clock)]
        for place, side, begin, end in ((0, sides[0][0], 0, first), (len(sides), sides[1][0], last, right.length)):
            if begin < end:
                parts.insert(place, self._graph.one([side], *self._cut(begin, end), self._canvas.form(alpha=alpha)))
            else:
                self._graph.sink(side)
        found = Layer.of(joined(self._graph, parts), whole(self._canvas), alpha=alpha)
        return Run(left.begin, right.end, replace(found, premultiplied=alpha))

    def _cut(self, begin: int, end: int) -> list[Step]:
        """Some frames, from time 0."""
        return [("trim", {"start_frame": begin, "end_frame": end}), *_whole_frames(self._canvas)]

    def _dipped(self, left: Run, right: Run, meeting: Meeting, *, alpha: bool) -> Run:
        """Out to one colour, and in from it; all the way, where a side is missing."""
        luma, way, only = _DIPS[meeting.transition], meeting.way, meeting.only
        shares = [abs(1 - 2 * float(at)) for at in way]
        turn = next((i for i, at in enumerate(way) if at >= Fraction(1, 2)), len(way))
        if only is not None:
            turn = len(way) if only == 0 else 0
            shares = [float(1 - at if only == 0 else at) for at in way]
        first = [1.0] * (meeting.begin - left.begin) + shares[:turn]
        second = shares[turn:] + [1.0] * (right.end - meeting.end)
        begins = (0, meeting.begin + turn - right.begin)
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
        found = Layer.of(joined(self._graph, parts), whole(self._canvas), alpha=alpha)
        return Run(left.begin, right.end, found)

    def _side(self, layer: Layer, *, alpha: bool) -> str:
        """A run as `xfade` mixes it: on the whole canvas, colours multiplied by alpha."""
        there = on_canvas(self._graph, layer, self._canvas, alpha=alpha)
        # a transition may begin half-way between two frames: on this clock that is a whole number
        steps: list[Step] = [("settb", {"expr": f"1/({2 * self._canvas.fps})"})]
        if alpha and not layer.premultiplied:
            steps.append(("premultiply", {"inplace": 1}))
        return self._graph.one([there.label], *steps)


def whole(canvas: Canvas) -> Fit:
    """A canvas, filled."""
    return Fit(x=0, y=0, width=canvas.width, height=canvas.height)


def _whole_frames(canvas: Canvas) -> list[Step]:
    """The canvas's clock, from 0."""
    return [("settb", {"expr": f"1/({canvas.fps})"}), ("setpts", {"expr": "N"})]


def _towards(luma: int, share: float, scale: int) -> dict[str, str]:
    """A picture of which so much is left, the rest one grey."""
    codes = {"y": luma * scale, "u": 128 * scale, "v": 128 * scale}
    return {plane: f"round({grey}+(val-{grey})*{number(share)})" for plane, grey in codes.items()}
