"""Looks at a finished file, child side: demuxes all of it, decodes around joins, compares with the plan."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING, Any, BinaryIO

import av
import numpy as np
from av.audio.stream import AudioStream
from av.codec.context import ThreadType
from av.container import InputContainer
from av.stream import Stream
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from numpy.typing import NDArray

from cutroom.media.opening import DECODER_OPTIONS, choose_streams, clock, open_container
from cutroom.render.trimming import notes

if TYPE_CHECKING:
    from cutroom.render.orders import FileLayout

DECODE_ALL = 300_000_000
"""Pixels up to which a whole picture is decoded: five seconds of 1080p at 30 frames a second."""
HEAR_ALL = 60
"""Seconds up to which a whole sound is decoded."""
SAMPLED_JOINS = (2, 6)
"""Fewest and most joins that are decoded in a longer file, spread over its length, the last one among them: decoding
all of a film would take a fifth of the time that encoding it took."""
SAMPLED_SHARE = Fraction(1, 10)
"""Of a longer file's length, about so much is decoded."""
JUST_AFTER = Fraction(1, 2)
"""Seconds that are decoded behind a join."""

_EMPTY = 2
"""Bytes of a subtitle that says nothing: its length."""

Rows = NDArray[np.int64]
"""Packets in file order: presentation time, decoding time, duration, keyframe (0 or 1), discarded (0 or 1), samples at
their beginning and at their end that are not heard."""
COARSE = Fraction(1, 1000)
"""Seconds of a clock's tick (Matroska's) with which frames lie beside their grid, by one tick at most."""


def examine(file: BinaryIO, path: str, expected: FileLayout | None, threads: int = 1) -> dict[str, Any]:
    """The fields of a `Verification`; so many threads decode.

    Raises:
        MediaError: the file is not media.
    """
    container = open_container(file)
    try:
        video, audio = choose_streams(container)
        problems: list[str] = []
        rows = _demux(container, [stream for stream in (video, audio) if stream is not None], problems)
        found = _Found(path)
        if video is not None:
            found.picture(video, rows[video.index])
        if audio is not None:
            found.sound(audio, rows[audio.index])
        problems += found.problems
        told = _texts(container, problems)
        found.subtitles = sum(map(len, told))
        if expected is not None:
            problems += _compare_texts(expected, told)
            problems += found.compare(expected, None if video is None else rows[video.index], video)
        if video is not None:
            shown = np.sort(rows[video.index][:, 0])
            joins = [] if expected is None else [int(shown[join]) for join in expected.joins if join < len(shown)]
            whole = found.frames * found.width * found.height <= DECODE_ALL
            windows = _windows(rows[video.index], clock(video), joins, whole=whole)
            found.decoded_frames, damage = _decode_pictures(container, video, windows, rows[video.index], threads)
            problems += damage
        if audio is not None and len(rows[audio.index]):
            found.decoded_samples, damage = _decode_sound(container, audio, rows[audio.index], found.samples)
            problems += damage
        return found.to_json(problems)
    finally:
        container.close()


class _Found:
    """What the packets say."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.frames = self.width = self.height = self.samples = self.sample_rate = 0
        self.decoded_frames = self.decoded_samples = self.subtitles = 0
        self.fps: Fraction | None = None
        self.lengths = [Fraction(0)]
        self.problems: list[str] = []

    def picture(self, stream: VideoStream, rows: Rows) -> None:
        """Frames, and whether their times lie on one grid."""
        tick = clock(stream)
        self.width, self.height = stream.codec_context.width, stream.codec_context.height
        self.frames = len(rows)
        if not self.frames:
            self.problems.append("the picture stream is empty")
            return
        self._decoding_order("picture", rows)
        shown = np.sort(rows[:, 0])
        steps = np.diff(shown)
        step = int(np.median(steps)) if len(steps) else int(rows[0, 2])
        self.fps = 1 / (step * tick) if step else None
        if tick >= COARSE and stream.average_rate:
            self.fps = Fraction(stream.average_rate.numerator, stream.average_rate.denominator)
            lines = np.array([round(i / (self.fps * tick)) for i in range(self.frames)])
            steps = np.where(np.abs(shown - shown[0] - lines)[1:] <= 1, step, -1)
        if shown[0] != 0:
            self.problems.append(f"the first frame is shown at {float(int(shown[0]) * tick):.6f} s, not at 0")
        if len(off := np.flatnonzero(steps != step)):
            at = float(int(shown[off[0] + 1]) * tick)
            self.problems.append(f"{len(off)} frames are off the frame grid, the first at {at:.6f} s")
        if not rows[0, 3]:
            self.problems.append("the first frame is not a keyframe")
        if rows[:, 4].any():
            self.problems.append(f"{int(rows[:, 4].sum())} frames are cut off by the edit list")
        self.lengths.append(int(shown[-1] + step) * tick if tick < COARSE or not self.fps else self.frames / self.fps)

    def sound(self, stream: AudioStream, rows: Rows) -> None:
        """Samples that are heard, and whether they follow each other."""
        tick = clock(stream)
        self.sample_rate = stream.codec_context.sample_rate
        if not len(rows):
            self.problems.append("the sound stream is empty")
            return
        self._decoding_order("sound", rows)
        ends = rows[:-1, 0] + rows[:-1, 2]
        if len(gaps := np.flatnonzero(np.abs(ends - rows[1:, 0]) > (tick >= COARSE))):
            at = float(int(rows[gaps[0] + 1, 0]) * tick)
            self.problems.append(f"the sound has {len(gaps)} gaps or overlaps, the first at {at:.6f} s")
        unheard = int(rows[:, 5:].sum())
        if unheard and (tick >= COARSE or (rows[0, 5] and rows[0, 0] >= 0)):  # times are rounded, or count that as well
            packet = round(int(np.median(rows[:, 2])) * tick * self.sample_rate)
            self.samples = packet * len(rows) - unheard
            self.lengths.append(Fraction(self.samples, self.sample_rate))
            return
        length = (int(rows[-1, 0] + rows[-1, 2])) * tick
        self.samples = round(length * self.sample_rate)
        self.lengths.append(length)

    def _decoding_order(self, what: str, rows: Rows) -> None:
        if len(rows) and (np.diff(rows[:, 1]) <= 0).any():
            self.problems.append(f"the {what}'s decoding times do not increase")
        if (rows[:, 0] < rows[:, 1]).any():
            self.problems.append(f"the {what} has packets that are shown before they are decoded")

    def compare(self, expected: FileLayout, rows: Rows | None, video: VideoStream | None) -> Iterator[str]:
        """What differs from the plan."""
        pairs: list[tuple[str, object, object]] = [
            ("frames", self.frames, expected.frames),
            ("samples", self.samples, expected.samples),
        ]
        if expected.frames:
            size = f"{expected.width} x {expected.height}"
            pairs += [("frames a second", self.fps, expected.fps), ("size", f"{self.width} x {self.height}", size)]
        if expected.frames and video is not None:
            pairs += [("pixel format", video.codec_context.pix_fmt, expected.settings.pixel_format)]
        if expected.samples:
            pairs += [("samples a second", self.sample_rate, expected.sample_rate)]
        yield from (f"{what}: {found}, expected {wanted}" for what, found, wanted in pairs if found != wanted)
        if rows is not None and video is not None and expected.frames:
            keys = set(np.flatnonzero(rows[np.argsort(rows[:, 0]), 3] == 1).tolist())
            missing = [join for join in expected.joins if join not in keys]
            if missing:
                yield f"{len(missing)} joins are no keyframes, the first at frame {missing[0]}"

    def to_json(self, problems: Sequence[str]) -> dict[str, Any]:
        return {
            "path": self.path,
            "frames": self.frames,
            "fps": None if self.fps is None else str(self.fps),
            "width": self.width,
            "height": self.height,
            "samples": self.samples,
            "sample_rate": self.sample_rate,
            "seconds": str(max(self.lengths)),
            "decoded_frames": self.decoded_frames,
            "decoded_samples": self.decoded_samples,
            "subtitles": self.subtitles,
            "problems": list(problems),
        }


def _demux(container: InputContainer, streams: Sequence[Stream], problems: list[str]) -> dict[int, Rows]:
    """Every packet's times, by stream."""
    found = {stream.index: array("q") for stream in streams}  # a long film has half a million packets
    try:
        for packet in container.demux(*streams):
            if not packet.size:
                continue
            if packet.pts is None or packet.dts is None:
                problems.append("a packet has no time")
                continue
            row = (packet.pts, packet.dts, packet.duration or 0, packet.is_keyframe, packet.is_discard)
            found[packet.stream_index].extend((*row, *notes(packet)))
    except (av.FFmpegError, OSError) as error:
        problems.append(f"the file cannot be read to its end: {error}")
    return {index: np.array(rows, dtype=np.int64).reshape(-1, 7) for index, rows in found.items()}


def _texts(container: InputContainer, problems: list[str]) -> list[list[tuple[int, int]]]:
    """When each subtitle stands, in milliseconds, by stream; the empty ones between them are none."""
    streams = container.streams.subtitles
    found: dict[int, list[tuple[int, int]]] = {stream.index: [] for stream in streams}
    try:
        if streams:
            container.seek(0)
        for packet in container.demux(*streams) if streams else ():
            if packet.size > _EMPTY and packet.pts is not None and packet.time_base is not None:
                start, end = (
                    round(time * packet.time_base * 1000) for time in (packet.pts, packet.pts + (packet.duration or 0))
                )
                found[packet.stream_index].append((start, end))
    except (av.FFmpegError, OSError) as error:
        problems.append(f"the subtitles cannot be read: {error}")
    return list(found.values())


def _compare_texts(expected: FileLayout, told: Sequence[Sequence[tuple[int, int]]]) -> Iterator[str]:
    """What differs from the plan in the subtitles."""
    if len(told) != len(expected.subtitles):
        yield f"streams of subtitles: {len(told)}, expected {len(expected.subtitles)}"
        return
    for found, track in zip(told, expected.subtitles, strict=True):
        wanted = [(one.start, one.end) for one in track.told]
        if len(found) != len(wanted):
            yield f"subtitles: {len(found)}, expected {len(wanted)}"
        elif off := [(a, b) for a, b in zip(found, wanted, strict=True) if a != b]:
            yield f"{len(off)} subtitles stand at other times, the first at {off[0][0][0] / 1000:.3f} s"


def _windows(rows: Rows, tick: Fraction, joins: Sequence[int], *, whole: bool) -> list[tuple[int, int]]:
    """Stretches to decode, as presentation times (first, end): a segment, and the beginning of the next one.

    Args:
        rows: the picture's packets.
        tick: seconds of a tick.
        joins: presentation times at which segments begin; none: take the keyframes.
        whole: whether to decode everything.
    """
    end = int(rows[:, 0].max()) + 1 if len(rows) else 0
    if whole or not len(rows):
        return [(0, end)] if len(rows) else []
    starts = sorted({0, *joins}) if joins else sorted(int(time) for time in rows[rows[:, 3] == 1, 0])
    longest = max((after - before for before, after in pairwise(starts)), default=0) + round(JUST_AFTER / tick)
    affordable = int(SAMPLED_SHARE * end / longest)
    count = min(max(affordable, SAMPLED_JOINS[0]), SAMPLED_JOINS[1], len(starts) - 1)
    chosen = sorted({round((i + 1) * (len(starts) - 1) / count) for i in range(count)}) if count > 0 else []
    over = round(JUST_AFTER / tick)
    return [(starts[i - 1], min(starts[i] + over, end)) for i in chosen] or [(0, min(over, end))]


def _decode_pictures(
    container: InputContainer, stream: VideoStream, windows: Sequence[tuple[int, int]], rows: Rows, threads: int
) -> tuple[int, list[str]]:
    """Decode stretches; how many frames came out, and what was damaged or missing."""
    tick, count, problems = clock(stream), 0, []
    stream.codec_context.options = {**DECODER_OPTIONS, "err_detect": "explode"}
    stream.codec_context.thread_type, stream.codec_context.thread_count = ThreadType.AUTO, threads
    for first, end in windows:
        wanted = {int(time) for time in rows[:, 0] if first <= time < end}
        seen: set[int] = set()
        failure = ""
        try:
            container.seek(first, stream=stream)
            for frame in _frames(container, stream, end):
                if frame.pts is not None and not frame.is_corrupt:
                    seen.add(frame.pts)
        except (av.FFmpegError, OSError) as error:
            failure = f" ({error})"
        count += len(seen & wanted)
        if missing := sorted(wanted - seen):
            at = float(missing[0] * tick)
            problems.append(f"{len(missing)} frames cannot be decoded, the first at {at:.6f} s{failure}")
    return count, problems


def _frames(container: InputContainer, stream: VideoStream, end: int) -> Iterator[VideoFrame]:
    """Decoded frames from where the demuxer stands, until all that are shown before `end` are out."""
    for packet in container.demux(stream):
        if packet.size and packet.dts is not None and packet.dts >= end:
            break
        yield from packet.decode()
    else:
        return
    yield from stream.codec_context.decode(None)


def _decode_sound(container: InputContainer, stream: AudioStream, rows: Rows, samples: int) -> tuple[int, list[str]]:
    """Decode a short file's sound, or the beginning and the end of a long one's."""
    tick = clock(stream)
    first, end = int(rows[0, 0]), int(rows[-1, 0] + rows[-1, 2])
    short, piece = end * tick <= HEAR_ALL, round(JUST_AFTER / tick)
    count = 0
    for start, stop in [(first, end)] if short else [(first, piece), (end - piece, end)]:
        heard = 0
        try:
            container.seek(start, stream=stream)
            for packet in container.demux(stream):
                if packet.size and packet.pts is not None and packet.pts >= stop:
                    break
                heard += sum(frame.samples for frame in packet.decode())
        except (av.FFmpegError, OSError) as error:
            return count + heard, [f"the sound cannot be decoded after {float(start * tick):.3f} s: {error}"]
        count += heard
        unheard = int(rows[:, 5:].sum())
        wanted = round((stop - max(start, 0)) * tick * stream.codec_context.sample_rate) - unheard
        if heard < (samples if short else wanted):
            return count, [f"sound is missing after {float(start * tick):.3f} s"]
    return count, []
