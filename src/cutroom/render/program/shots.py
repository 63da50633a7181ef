"""From a shot to a stream of exactly its frames: what is shown when, upright, in the canvas's colours."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Literal

from cutroom.effects.compiler.fit import has_alpha
from cutroom.effects.nodes import Rolled, Typed
from cutroom.effects.pictures.scaling import FLAGS, LEFT, LEFT_SITES, sites
from cutroom.effects.segment import CompoundPicture, MediaPicture, PictureSegment, Shot, TitlePicture
from cutroom.effects.segment import Layer as SegmentLayer
from cutroom.errors import EditError, MediaNotFoundError
from cutroom.render.program.chain import Chain
from cutroom.render.program.converting import converted
from cutroom.render.program.curves import exact, number
from cutroom.render.program.graph import Graph, Step, joined
from cutroom.render.program.joins import Joins, Meeting, Run, whole
from cutroom.render.program.layers import CLEAR, Canvas, Layer, on_canvas, resized
from cutroom.render.program.light import toned
from cutroom.render.program.stacking import over
from cutroom.render.program.titles import Draw, drawn_here, title
from cutroom.schema.media import Media

_BACK = Fraction(2)
"""Seconds before the first frame that reading begins: an index may round."""
_EARLY = 0.001
"""Seconds that frames are taken early: containers round their times, some to the millisecond."""
_420 = {"yuv420p", "yuvj420p"}
"""Formats whose samples need no other place before their colours are converted."""
_YCC = ("yuv", "nv", "p0")
"""How the names of formats begin that have luma and chroma."""
_DECODERS = {"vp8": "libvpx", "vp9": "libvpx-vp9"}
"""The program's own decoders of these leave alpha out."""


class Shots:
    """Adds shots to a graph.

    Args:
        graph: grows.
        canvas: that they are drawn on.
        paths: absolute path of each file, by its SHA-256.
        media: of the project, by SHA-256.
        draw: draws titles.
    """

    def __init__(
        self,
        graph: Graph,
        canvas: Canvas,
        paths: Mapping[str, str],
        media: Mapping[str, Media],
        draw: Draw = drawn_here,
    ) -> None:
        self._draw = draw
        self._graph = graph
        self._canvas = canvas
        self._paths = paths
        self._media = media

    def layer(self, shot: Shot, frames: int) -> Layer:
        """A stream of `frames` pictures of a shot after its effects, from time 0."""
        source = shot.source
        seen = _seen(shot, frames)
        if not seen:
            return self.clear(frames)
        # frames before the first that filters look at: those that the clip has, and its first for those it lacks
        back, lead = shot.preroll, min(shot.lead, shot.preroll)
        numbers = [max(i, -lead) for i in range(-back, frames)]
        if isinstance(source, MediaPicture):
            label, alpha = self._file(source, shot, lead, frames), has_alpha(source.input.stream)
        elif isinstance(source, CompoundPicture):
            label, alpha = self._compound(source, lead, frames)
        else:
            label, alpha = self._title(source, shot, [*range(-lead, 0), *range(frames)]), True
        if back > lead:
            label = self._graph.one([label], ("tpad", {"start": back - lead, "start_mode": "clone"}))
        chains = [shot.nodes_at(i) for i in numbers]
        still = all(nodes == chains[0] for nodes in chains)
        chain = Chain(self._graph, self._canvas, chains[:1] if still else chains, self._paths)
        layer = chain.run(Layer.of(label, shot.fit, alpha=alpha))
        if layer is None:
            return self.clear(frames)
        if back:
            cut: Step = ("trim", {"start_frame": back})
            layer = replace(layer, label=self._graph.one([layer.label], cut, *_counted(frames, self._canvas.fps)))
        return layer if len(seen) == frames else self._part(layer, seen, frames)

    def _part(self, layer: Layer, seen: range, frames: int) -> Layer:
        """A layer at some of its frames, with nothing at the others."""
        layer = on_canvas(self._graph, layer, self._canvas, alpha=True)
        cut: Step = ("trim", {"start_frame": seen.start, "end_frame": seen.stop})
        shown = self._graph.one([layer.label], cut, *_counted(len(seen), self._canvas.fps))
        empty = [self.nothing(count) if count else "" for count in (seen.start, frames - seen.stop)]
        parts = [part for part in (empty[0], shown, empty[1]) if part]
        return replace(layer, label=joined(self._graph, parts))

    def stretch(self, segment: PictureSegment) -> tuple[str, bool]:
        """A stretch of layers, and whether it has alpha: on a clear canvas, unless a layer fills that."""
        below: str | None = None
        alpha = True
        for layer in segment.layers:
            above = self._inner(layer, segment.frames)
            if above.fills(self._canvas):
                if below is not None:
                    self._graph.sink(below)
                below, alpha = above.label, False
                continue
            below = self.nothing(segment.frames) if below is None else below
            below = over(self._graph, self._canvas, below, Run(0, segment.frames, above), alpha=alpha)
        below = self.nothing(segment.frames) if below is None else below
        return self._graph.one([below], *_counted(segment.frames, self._canvas.fps)), alpha

    def _inner(self, layer: SegmentLayer, frames: int) -> Layer:
        """A layer of a compound; in a transition, what that makes of its two sides."""
        if layer.blend is None and layer.shot is not None:
            return self.layer(layer.shot, frames)
        assert layer.blend is not None
        left, right = (
            Run(0, frames, self.clear(frames) if shot is None else self.layer(shot, frames))
            for shot in (layer.shot, layer.incoming)
        )
        only: Literal[0, 1] | None = 1 if layer.shot is None else 0 if layer.incoming is None else None
        meeting = Meeting(layer.blend.transition, 0, frames, layer.blend.progress, layer.blend.step, only)
        return Joins(self._graph, self._canvas).crossed(left, right, meeting).layer

    def nothing(self, frames: int, colour: str = CLEAR) -> str:
        """So many frames of one colour."""
        canvas = self._canvas
        options = {"color": colour, "size": f"{canvas.width}x{canvas.height}", "rate": canvas.rate}
        tags = {"colorspace": "bt709", "range": "limited", "color_primaries": "bt709", "color_trc": "bt709"}
        steps: list[Step] = [("color", options), canvas.form(alpha=colour == CLEAR), ("setparams", tags)]
        return self._graph.one([], *steps, *_counted(frames, canvas.fps))

    def clear(self, frames: int) -> Layer:
        """A layer with nothing to see."""
        return Layer.of(self.nothing(frames), whole(self._canvas), alpha=True)

    def _file(self, source: MediaPicture, shot: Shot, lead: int, frames: int) -> str:
        sha256, stream = source.input.sha256, source.input.stream
        if sha256 not in self._paths:
            raise MediaNotFoundError(
                f"no file is known for media {sha256[:12]}…", value=sha256, hint="put it back, or relink it"
            )
        decoder = ("-c:v", _DECODERS[stream.codec]) if has_alpha(stream) and stream.codec in _DECODERS else ()
        if stream.still:
            label = self._graph.stream(*decoder, "-i", self._paths[sha256], which=stream.index)
            held: list[Step] = [("loop", {"loop": -1, "size": 1}), *_counted(lead + frames, self._canvas.fps)]
            return self._normalised(source, shot, self._graph.one([label], *held))
        begin, last = source.time(-lead), source.time(frames - 1)
        if any(source.time(i) != source.start + i * source.step for i in range(-lead, frames)) and (
            source.step < 0 or lead
        ):
            raise EditError(
                "the ffmpeg program has no speed that changes within a clip that plays backwards or looks back",
                hint="give the clip one speed for this command, or export with Cutroom",
            )
        low = max(stream.start, min(begin, last))
        options, origin = self._opening(sha256, low)
        label = self._graph.stream(*options, *decoder, "-i", self._paths[sha256], which=stream.index)
        steps: list[Step] = [("settb", {"expr": "AVTB"})]
        if stream.interlaced:
            steps.insert(0, ("bwdif", {"mode": "send_field", "parity": "auto", "deint": "interlaced"}))
        if origin is None:  # nothing tells where the file's clock begins, but its first frame
            steps.append(("setpts", {"expr": "PTS-STARTPTS"}))
            origin = stream.start
        since = number(float(min(begin, last) - origin) + _EARLY)
        steps.append(("setpts", {"expr": self._clock(source, f"(PTS*TB-{since})")}))
        steps.append(("fps", {"fps": _ratio(self._canvas.fps), "round": "up", "start_time": 0, "eof_action": "round"}))
        steps += [("tpad", {"stop": -1, "stop_mode": "clone"}), ("trim", {"end_frame": lead + frames})]
        if source.step < 0:
            steps += [("reverse", {}), ("setpts", {"expr": f"round(N/({self._canvas.fps})/TB)"})]
        return self._normalised(source, shot, self._graph.one([label], *steps))

    def _clock(self, source: MediaPicture, seconds: str) -> str:
        """The canvas's time at which a moment of the media is shown."""
        pace = abs(source.step) * self._canvas.fps
        if not source.bend:
            return f"{seconds}/({pace})/TB"
        step, bend = exact(float(source.step)), exact(float(source.bend))
        root = f"sqrt(max(0,{step}*{step}+4*({bend})*{seconds}))"
        return f"({root}-{step})/(2*({bend}))/({self._canvas.fps})/TB"

    def _normalised(self, source: MediaPicture, shot: Shot, label: str) -> str:
        """To its place's size, in the canvas's colours."""
        alpha, (width, height) = has_alpha(source.input.stream), (shot.fit.width, shot.fit.height)
        given = {"in_color_matrix": source.matrix, "in_range": "full" if source.full_range else "limited"}
        made = {"out_color_matrix": "bt709", "out_range": "limited"}
        kept = {**given, "out_color_matrix": source.matrix, "out_range": given["in_range"]}
        end: list[Step] = [("setsar", {"sar": 1}), self._canvas.form(alpha=alpha)]
        stream = source.input.stream
        larger = width * height > stream.width * stream.height
        if source.light is None and not alpha and stream.pixel_format.startswith(_YCC):
            # colours where there are fewer pixels, and apart: swscale goes by way of R'G'B', which cuts off
            if larger and stream.pixel_format in _420:
                same: Step = ("scale", {"flags": FLAGS, **kept, **LEFT_SITES})
                label = converted(self._graph, self._canvas, self._graph.one([label], same), source)
                return self._graph.one([label], resized(width, height), *end)
            label = self._graph.one([label], resized(width, height, **kept))
            return self._graph.one([converted(self._graph, self._canvas, label, source)], *end)
        if source.light is None:
            return self._graph.one([label], resized(width, height, **given, **made), *end)
        rgb: list[Step] = [("scale", {"flags": FLAGS, **given, "out_range": "full", **sites("in", LEFT)})]
        rgb.append(("format", {"pix_fmts": "gbrap16le" if alpha else "gbrp16le"}))
        tags: Step = ("setparams", {"color_primaries": "bt709", "color_trc": "bt709"})
        back: Step = ("scale", {"flags": FLAGS, "in_range": "full", **made, **sites("out", LEFT)})
        place = [resized(width, height, **({} if larger else kept))]
        label = self._graph.one([label], *(() if larger else place), *rgb)
        label = toned(self._graph, self._canvas, label, source.light, alpha=alpha)
        form = self._canvas.form(alpha=alpha)
        return self._graph.one([label], tags, back, form, *(place if larger else ()), *end)

    def _opening(self, sha256: str, low: Fraction) -> tuple[tuple[str, ...], Fraction | None]:
        """Options of an input that begins before `low`, and the media time of its time 0; None: not known."""
        media = self._media[sha256]
        starts = [stream.start for stream in (media.video, media.audio) if stream is not None]
        if any(starts):
            return (), None
        begin = max(Fraction(0), Fraction(math.floor(low - _BACK)))
        return (("-ss", str(begin)) if begin else ()), begin

    def _title(self, source: TitlePicture, shot: Shot, numbers: Sequence[int]) -> str:
        from cutroom.effects.text.title import Now

        moments: list[Now] = []
        for i in numbers:
            nodes = shot.nodes_at(i)
            rolled = [node.way for node in nodes if isinstance(node, Rolled)]
            shown = math.prod(node.shown for node in nodes if isinstance(node, Typed))
            moments.append(Now(shown, rolled[-1] if rolled else None))
        label = title(self._graph, self._canvas, source, moments, self._draw)
        rate: Step = ("fps", {"fps": _ratio(self._canvas.fps)})
        return self._graph.one([label], *_counted(len(numbers), self._canvas.fps), rate)

    def _compound(self, source: CompoundPicture, lead: int, frames: int) -> tuple[str, bool]:
        if source.step != 1 or source.bend or source.start.denominator != 1:
            raise EditError(
                "the ffmpeg program gets no compound at another speed",
                hint="give the compound its own speed for this command, or export with Cutroom",
            )
        if source.before:
            raise EditError("the ffmpeg program gets no compound whose speed turns", hint="give it one speed")
        parts: list[tuple[str, bool]] = []
        at, end = int(source.start) - lead, int(source.start) + frames
        for piece in source.pieces:
            begin, stop = max(piece.first, at), min(piece.first + piece.picture.frames, end)
            if begin >= stop:
                continue
            if begin > at:
                parts.append((self.nothing(begin - at), True))
            there, has = self.stretch(piece.picture)
            cut = {"start_frame": begin - piece.first, "end_frame": stop - piece.first}
            parts.append((self._graph.one([there], ("trim", cut), *_counted(stop - begin, self._canvas.fps)), has))
            at = stop
        if at < end:
            parts.append((self.nothing(end - at), True))
        alpha = any(has for _, has in parts)
        form = self._canvas.form(alpha=True)
        labels = [self._graph.one([part], form) if alpha and not has else part for part, has in parts]
        return joined(self._graph, labels), alpha


def _seen(shot: Shot, frames: int) -> range:
    """The frames at which there is something to see: media may end before its clip does."""
    source = shot.source
    if not isinstance(source, MediaPicture) or source.input.stream.still:
        return range(frames)
    shown = [i for i in range(frames) if source.shows(i)]
    return range(shown[0], shown[-1] + 1) if shown else range(0)


def _counted(frames: int, fps: Fraction) -> list[Step]:
    """Exactly so many frames, at the times of the canvas."""
    times = {"expr": f"round(N/({fps})/TB)"}
    return [("settb", {"expr": f"1/({fps})"}), ("trim", {"end_frame": frames}), ("setpts", times)]


def _ratio(value: Fraction) -> str:
    return f"{value.numerator}/{value.denominator}"
