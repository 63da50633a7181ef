"""From a shot to a stream of exactly its frames: what is shown when, upright, in the canvas's colours."""

from __future__ import annotations

import base64
import io
import math
from collections.abc import Mapping
from fractions import Fraction

from cutroom.effects.compiler.fit import has_alpha
from cutroom.effects.segment import CompoundPicture, MediaPicture, PictureSegment, Shot, TitlePicture
from cutroom.errors import EditError, MediaNotFoundError
from cutroom.render.program.curves import number
from cutroom.render.program.graph import Graph, Step
from cutroom.render.program.layers import CLEAR, Canvas, Chain, Layer, pixel_format, resized
from cutroom.schema.media import Media

_BACK = Fraction(2)
"""Seconds before the first frame that reading begins: an index may round."""
_EARLY = 0.001
"""Seconds that frames are taken early: containers round their times, some to the millisecond."""
_LONGEST = 120_000
"""Bytes of one argument that Linux takes, about."""


class Shots:
    """Adds shots to a graph.

    Args:
        graph: grows.
        canvas: that they are drawn on.
        paths: absolute path of each file, by its SHA-256.
        media: of the project, by SHA-256.
    """

    def __init__(self, graph: Graph, canvas: Canvas, paths: Mapping[str, str], media: Mapping[str, Media]) -> None:
        self._graph = graph
        self._canvas = canvas
        self._paths = paths
        self._media = media

    def layer(self, shot: Shot, frames: int) -> Layer:
        """A stream of `frames` pictures of a shot after its effects, from time 0."""
        source = shot.source
        if shot.preroll:
            raise EditError(
                "the ffmpeg program cannot show a filter the frames before a clip's first",
                hint="switch effects that look back off for this command, or export with Cutroom",
            )
        if isinstance(source, MediaPicture):
            layer = Layer.of(self._file(source, shot, frames), shot.fit, alpha=has_alpha(source.input.stream))
        elif isinstance(source, CompoundPicture):
            layer = Layer.of(self._compound(source, frames), shot.fit, alpha=True)
        else:
            layer = Layer.of(self._title(source, frames), shot.fit, alpha=True)
        chains = [shot.nodes_at(i) for i in range(frames)]
        still = all(nodes == chains[0] for nodes in chains)
        return Chain(self._graph, self._canvas, chains[:1] if still else chains, self._paths).run(layer)

    def stretch(self, segment: PictureSegment) -> str:
        """A stretch of layers on a clear canvas."""
        canvas = self._canvas
        label = self.nothing(segment.frames)
        for layer in segment.layers:
            if layer.shot is None or layer.blend is not None:
                raise EditError(
                    "the ffmpeg program gets no transitions inside of a compound",
                    hint="unnest the compound, or export with Cutroom",
                )
            above = self.layer(layer.shot, segment.frames)
            label = self._graph.one([label, above.label], overlay(above, alpha=True), pixel_format(alpha=True))
        return self._graph.one([label], *_counted(segment.frames, canvas.fps))

    def nothing(self, frames: int, colour: str = CLEAR) -> str:
        """So many frames of one colour."""
        canvas = self._canvas
        rate = f"{canvas.fps.numerator}/{canvas.fps.denominator}"
        options = {"color": colour, "size": f"{canvas.width}x{canvas.height}", "rate": rate}
        tags = {"colorspace": "bt709", "range": "limited", "color_primaries": "bt709", "color_trc": "bt709"}
        steps: list[Step] = [("color", options), pixel_format(alpha=colour == CLEAR), ("setparams", tags)]
        return self._graph.one([], *steps, *_counted(frames, canvas.fps))

    def _file(self, source: MediaPicture, shot: Shot, frames: int) -> str:
        sha256, stream = source.input.sha256, source.input.stream
        if sha256 not in self._paths:
            raise MediaNotFoundError(
                f"no file is known for media {sha256[:12]}…", value=sha256, hint="put it back, or relink it"
            )
        if source.bend:
            raise EditError(
                "the ffmpeg program has no speed that changes within a clip",
                hint="give the clip one speed for this command, or export with Cutroom",
            )
        last = source.start + (frames - 1) * source.step
        low = max(stream.start, min(source.start, last))
        options, origin = self._opening(sha256, low)
        number_ = self._graph.input(*options, "-i", self._paths[sha256])
        steps: list[Step] = [("settb", {"expr": "AVTB"})]
        if origin is None:  # nothing tells where the file's clock begins, but its first frame
            steps.append(("setpts", {"expr": "PTS-STARTPTS"}))
            origin = stream.start
        since = number(float(min(source.start, last) - origin) + _EARLY)
        pace = source.step * self._canvas.fps
        steps.append(("setpts", {"expr": f"(PTS-{since}/TB)/({abs(pace)})" if abs(pace) != 1 else f"PTS-{since}/TB"}))
        steps.append(("fps", {"fps": _ratio(self._canvas.fps), "round": "up", "start_time": 0, "eof_action": "round"}))
        steps += [("tpad", {"stop": -1, "stop_mode": "clone"}), ("trim", {"end_frame": frames})]
        if pace < 0:
            steps += [("reverse", {}), ("setpts", {"expr": f"round(N/({self._canvas.fps})/TB)"})]
        ranges = {"in_range": "full" if source.full_range else "limited", "out_range": "limited"}
        matrices = {"in_color_matrix": source.matrix, "out_color_matrix": "bt709"}
        steps.append(resized(shot.fit.width, shot.fit.height, **matrices, **ranges))
        steps += [("setsar", {"sar": 1}), pixel_format(alpha=has_alpha(stream))]
        return self._graph.one([f"{number_}:{stream.index}"], *steps)

    def _opening(self, sha256: str, low: Fraction) -> tuple[tuple[str, ...], Fraction | None]:
        """Options of an input that begins before `low`, and the media time of its time 0; None: not known."""
        media = self._media[sha256]
        starts = [stream.start for stream in (media.video, media.audio) if stream is not None]
        if any(starts):
            return (), None
        begin = max(Fraction(0), Fraction(math.floor(low - _BACK)))
        return (("-ss", str(begin)) if begin else ()), begin

    def _title(self, source: TitlePicture, frames: int) -> str:
        from PIL import Image

        from cutroom.effects.text.title import draw_title

        if source.style.font is not None:
            raise EditError(
                "the title's font is one of your own, which is opened in workers only",
                value=source.style.font,
                hint="take a bundled font for this command, or export with Cutroom",
            )
        size = (self._canvas.width, self._canvas.height)
        file = io.BytesIO()
        Image.fromarray(draw_title(source.text, source.style, size, spans=source.spans)).save(
            file, "png", optimize=True
        )
        address = "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()
        if len(address) > _LONGEST:
            raise EditError(
                f"the title {source.text[:40]!r} is too large a picture for a command line",
                value=len(address),
                hint="make it smaller for this command, or export with Cutroom",
            )
        input_ = self._graph.input("-f", "png_pipe", "-i", address)
        steps: list[Step] = [("format", {"pix_fmts": "rgba"}), ("loop", {"loop": -1, "size": 1})]
        steps += [resized(*size, out_color_matrix="bt709", out_range="limited"), pixel_format(alpha=True)]
        rate: Step = ("fps", {"fps": _ratio(self._canvas.fps)})
        return self._graph.one([f"{input_}:v"], *steps, *_counted(frames, self._canvas.fps), rate)

    def _compound(self, source: CompoundPicture, frames: int) -> str:
        if source.step != 1 or source.bend or source.start.denominator != 1:
            raise EditError(
                "the ffmpeg program gets no compound at another speed",
                hint="give the compound its own speed for this command, or export with Cutroom",
            )
        parts: list[str] = []
        at, end = int(source.start), int(source.start) + frames
        for piece in source.pieces:
            begin, stop = max(piece.first, at), min(piece.first + piece.picture.frames, end)
            if begin >= stop:
                continue
            if begin > at:
                parts.append(self.nothing(begin - at))
            whole = self.stretch(piece.picture)
            cut = {"start_frame": begin - piece.first, "end_frame": stop - piece.first}
            parts.append(self._graph.one([whole], ("trim", cut), *_counted(stop - begin, self._canvas.fps)))
            at = stop
        if at < end:
            parts.append(self.nothing(end - at))
        return joined(self._graph, parts)


def overlay(layer: Layer, *, alpha: bool, more: Mapping[str, object] | None = None) -> Step:
    """Put a layer over what is below."""
    options = {"x": layer.x, "y": layer.y, "format": "auto" if alpha else "yuv420", "eof_action": "pass"}
    return "overlay", {**options, **(more or {})}


def joined(graph: Graph, parts: list[str]) -> str:
    """Streams one after the other."""
    return parts[0] if len(parts) == 1 else graph.one(parts, ("concat", {"n": len(parts), "v": 1, "a": 0}))


def _counted(frames: int, fps: Fraction) -> list[Step]:
    """Exactly so many frames, at the times of the canvas."""
    times = {"expr": f"round(N/({fps})/TB)"}
    return [("settb", {"expr": f"1/({fps})"}), ("trim", {"end_frame": frames}), ("setpts", times)]


def _ratio(value: Fraction) -> str:
    return f"{value.numerator}/{value.denominator}"
