"""What is in a media file, found by reading all its packets and decoding its first frames."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import BinaryIO, Literal, cast

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream as AvAudioStream
from av.container import InputContainer
from av.stream import Disposition
from av.video.frame import VideoFrame
from av.video.stream import VideoStream as AvVideoStream

from cutroom.errors import DamagedMediaError, UnsupportedMediaError
from cutroom.media.colours import colour_of
from cutroom.media.grid import FrameGrid
from cutroom.media.opening import (
    called,
    choose_streams,
    clock,
    counts_frames,
    open_container,
    packets,
    reraise_unless_media,
)
from cutroom.media.packets import PacketIndex
from cutroom.media.rates import choose_rate
from cutroom.media.scan import scan
from cutroom.schema.media import AudioStream, VideoStream

_TRIES = 200
"""Packets of a stream that may fail before it counts as undecodable."""
_DECLARES = frozenset(("mov", "matroska", "avi", "wav", "flac", "ogg"))
"""Formats that state their duration; elsewhere FFmpeg estimates it from the bit rate."""
_MISSING = Fraction(1, 4)
"""Seconds short of the declared duration from which a file counts as cut short."""


@dataclass(frozen=True)
class Probed:
    """What `probe_file` found."""

    format: str
    duration: Fraction
    video: VideoStream | None
    audio: AudioStream | None
    warnings: tuple[str, ...]


def probe_file(file: BinaryIO, progress: Callable[[int], None] | None = None) -> Probed:
    """Look into a media file: its first picture and sound decoded, then one pass over all its packets.

    Args:
        file: open for reading, seekable; it stays open.
        progress: called with the number of bytes seen now and then.

    Raises:
        UnsupportedMediaError: not media, or without a stream that can be decoded.
        DamagedMediaError: nothing in it decodes.
    """
    container = open_container(file)
    try:
        picture, sound = _first_frames(container, called(file))
    finally:
        container.close()
    container = open_container(file)
    try:
        return _describe(container, picture, sound, progress)
    finally:
        container.close()


def _first_frames(container: InputContainer, name: str) -> tuple[VideoFrame | None, AudioFrame | None]:
    """The first frame of each stream in use; it proves that the stream decodes."""
    wanted = {stream.index: stream.type for stream in choose_streams(container) if stream is not None}
    if not wanted:
        holds = ", ".join(sorted({stream.type for stream in container.streams})) or "nothing"
        raise UnsupportedMediaError(
            f"{name} holds no picture and no sound that can be decoded (it holds: {holds})",
            value=name,
            hint="convert it to H.264 and AAC first",
        )
    found: dict[str, VideoFrame | AudioFrame] = {}
    failures = dict.fromkeys(wanted, 0)
    for packet in packets(container, *(container.streams[index] for index in wanted)):
        kind = wanted[packet.stream_index]
        if kind in found or failures[packet.stream_index] > _TRIES:
            continue
        try:
            frames = packet.decode()
        except EOFError:
            continue
        except (av.FFmpegError, ValueError, OSError) as error:
            reraise_unless_media(error, name)
            failures[packet.stream_index] += 1
            frames = []
        if frames:
            found[kind] = cast("VideoFrame | AudioFrame", frames[0])
        if all(kind in found or failures[index] > _TRIES for index, kind in wanted.items()):
            break
    if not found:
        raise DamagedMediaError(
            f"nothing in {name} can be decoded", value=name, hint="copy the file again from its source"
        )
    return cast("VideoFrame | None", found.get("video")), cast("AudioFrame | None", found.get("audio"))


def _describe(
    container: InputContainer,
    picture: VideoFrame | None,
    sound: AudioFrame | None,
    progress: Callable[[int], None] | None,
) -> Probed:
    source, voice = choose_streams(container)
    indexes = {index.stream: index for index in scan(container, [s for s in (source, voice) if s], progress)}
    video = _video(container, source, picture, indexes[source.index]) if source and picture else None
    audio = _audio(voice, sound, indexes[voice.index]) if voice and sound else None
    warnings = [
        f"its {what} cannot be decoded and is left out"
        for what, streams, known in (("picture", _moving(container), video), ("sound", container.streams.audio, audio))
        if streams and known is None
    ]
    ends = [known.start + known.duration for known in (video, audio) if known is not None]
    warnings += _losses(container, max(ends), indexes.values())
    return Probed(_format(container), max(ends), video, audio, tuple(warnings))


def _moving(container: InputContainer) -> list[AvVideoStream]:
    """Picture streams that are no cover art."""
    return [stream for stream in container.streams.video if not stream.disposition & Disposition.attached_pic]


def _video(container: InputContainer, stream: AvVideoStream, frame: VideoFrame, index: PacketIndex) -> VideoStream:
    tick = clock(stream)
    pts = index.ordered()
    if frame.pts is not None and not counts_frames(container, stream):
        pts = pts[pts >= frame.pts]  # pictures before it refer to what the file does not hold
    if not len(pts):
        pts = np.array([frame.pts or 0], np.int64)
    claims = [stream.guessed_rate, stream.average_rate, stream.base_rate]
    rate, variable = choose_rate(pts, tick, [Fraction(r.numerator, r.denominator) for r in claims if r])
    start = max(int(pts[0]) * tick - index.origin, Fraction(0))
    shape = stream.sample_aspect_ratio
    matter = VideoStream(
        index=stream.index,
        codec=stream.codec_context.codec.canonical_name,
        width=frame.width,
        height=frame.height,
        rotation=_quarter(-frame.rotation),
        pixel_aspect=Fraction(shape.numerator, shape.denominator) if shape else Fraction(1),
        rate=rate,
        variable_rate=variable,
        start=start,
        duration=1 / rate,
        frames=len(pts),
        pixel_format=frame.format.name,
        colour=colour_of(frame),
        interlaced=frame.interlaced_frame,
    )
    last = FrameGrid(matter, tick, index.origin).start(int(pts[-1]))
    length = _last_length(index, tick) if variable or len(pts) == 1 else Fraction(0)
    return matter.replace(duration=last - start + (length or 1 / rate))


def _quarter(degrees: float) -> Literal[0, 90, 180, 270]:
    quarters: tuple[Literal[0, 90, 180, 270], ...] = (0, 90, 180, 270)
    return quarters[round(degrees / 90) % 4]


def _last_length(index: PacketIndex, tick: Fraction) -> Fraction:
    """How long the last frame is shown: what its packet says, else as long as most."""
    shown = index.pts[index.shown]
    if not len(shown):
        return Fraction(0)
    stated = int(index.duration[index.shown][np.argmax(shown)])
    usual = int(np.median(np.diff(np.sort(shown)))) if len(shown) > 1 else 0
    return (stated or usual) * tick


def _audio(stream: AvAudioStream, frame: AudioFrame, index: PacketIndex) -> AudioStream:
    tick = clock(stream)
    first = frame.pts if frame.pts is not None else int(index.pts.min(initial=0))
    start = max(first * tick - index.origin, Fraction(0))
    end = start + Fraction(frame.samples, frame.sample_rate)
    if index.shown.any():
        last = int((index.pts + index.duration)[index.shown].max())
        trimmed = last if stream.duration is None else (stream.start_time or 0) + stream.duration
        if 0 < last - trimmed <= 2 * int(index.duration.max()):
            last = trimmed  # the encoder filled up its last packet, and the file says by how much
        end = max(end, last * tick - index.origin)
    return AudioStream(
        index=stream.index,
        codec=stream.codec_context.codec.canonical_name,
        sample_rate=frame.sample_rate,
        channels=frame.layout.nb_channels,
        layout=frame.layout.name,
        start=start,
        duration=end - start,
    )


def _losses(container: InputContainer, duration: Fraction, indexes: Iterable[PacketIndex]) -> list[str]:
    """What is missing: FFmpeg itself says nothing when a file stops early."""
    found = []
    corrupt = sum(int(index.corrupt.sum()) for index in indexes)
    if corrupt:
        found.append(f"damaged packets: {corrupt}")
    declared = Fraction(container.duration or 0, 1_000_000)
    if container.format.name.split(",")[0] in _DECLARES and declared - duration > _MISSING:
        found.append(f"it is cut short: of {float(declared):.2f} s only {float(duration):.2f} s are there")
    return found


def _format(container: InputContainer) -> str:
    """One word for the format: FFmpeg calls MP4 and QuickTime one family."""
    family = container.format.name.split(",")
    if "mp4" in family:
        return "mov" if container.metadata.get("major_brand", "").strip() == "qt" else "mp4"
    return family[0]
