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
from cutroom.render.program.curves import number
from cutroom.render.program.graph import Graph, Step
from cutroom.render.program.layers import Canvas, Layer, changing, on_canvas, pixel_format
from cutroom.render.program.shots import Shots, joined, overlay

_OTHERWISE = frozenset({"circle_crop", "rect_crop", "fade_grays", "horizontal_blur"})
"""Transitions that `xfade` draws in another way."""
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
        return self._graph.one([below, moved], overlay(run.layer, alpha=False, more=shown), pixel_format(alpha=False))

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
        inside = window.left is None or window.right is None
        progress = Fraction(0) if inside else Fraction(1, 2) - Fraction(window.cut - window.begin, length)
        begins = (window.begin - left.begin - progress * length) / self._canvas.fps
        kind = window.transition.transition
        if kind in _OTHERWISE:
            raise EditError(
                f"the ffmpeg program draws a {kind} otherwise", value=kind, hint="choose another for this command"
            )
        alpha = left.layer.alpha or right.layer.alpha or not all(run.layer.fills(self._canvas) for run in (left, right))
        if kind in _DIPS and not alpha:
            return self._dipped(left, right, window, progress)
        if kind in _DIPS:
            raise EditError(f"the ffmpeg program has no {kind} of clear layers", value=kind, hint="dissolve instead")
        options = {
            "transition": XFADE[kind],
            "duration": number(float(length / self._canvas.fps)),
            "offset": number(float(begins)),
        }
        sides = [self._side(run.layer, alpha=alpha) for run in (left, right)]
        label = self._graph.one(sides, ("xfade", options), pixel_format(alpha=alpha))
        made = Layer.of(label, _whole(self._canvas), alpha=alpha)
        return Run(left.begin, right.end, replace(made, premultiplied=alpha))

    def _dipped(self, left: Run, right: Run, window: Window, progress: Fraction) -> Run:
        """Out to one colour, and in from it."""
        luma = _DIPS[window.transition.transition]
        length = window.end - window.begin
        way = [progress + Fraction(i, length) for i in range(length)]
        turn = next(i for i, at in enumerate(way) if at >= Fraction(1, 2))
        shares = [abs(1 - 2 * float(at)) for at in way]
        first = [1.0] * (window.begin - left.begin) + shares[:turn]
        second = shares[turn:] + [1.0] * (right.end - window.end)
        cuts = ({"end_frame": len(first)}, {"start_frame": window.begin + turn - right.begin})
        parts: list[str] = []
        for run, mixed, cut in zip((left, right), (first, second), cuts, strict=True):
            rest: list[Step] = [("trim", cut), ("setpts", {"expr": "PTS-STARTPTS"})]
            steps = changing(self._graph, [("lutyuv", _towards(luma, share)) for share in mixed], self._canvas.fps)
            parts.append(self._graph.one([run.layer.label], *rest, *steps, pixel_format(alpha=False)))
        whole = Layer.of(joined(self._graph, parts), _whole(self._canvas), alpha=False)
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


def _towards(luma: int, share: float) -> dict[str, str]:
    """A picture of which so much is left, the rest one grey."""
    codes = {"y": luma, "u": 128, "v": 128}
    return {plane: f"round({grey}+(val-{grey})*{number(share)})" for plane, grey in codes.items()}
