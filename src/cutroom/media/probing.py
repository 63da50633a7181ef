"""What is in a media file, found by reading all its packets and decoding its first frames."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import BinaryIO, Literal, cast

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream as AvAudioStream
from av.container import InputContainer
from av.packet import Packet
from av.stream import Disposition
from av.video.frame import VideoFrame
from av.video.stream import VideoStream as AvVideoStream

from cutroom.errors import DamagedMediaError, UnsupportedMediaError
from cutroom.media.colours import colour_of
from cutroom.media.grid import FrameGrid
from cutroom.media.opening import (
    DECODER_OPTIONS,
    called,
    choose_streams,
    clock,
    counts_frames,
    decoder_of,
    open_container,
    packets,
    reraise_unless_media,
)
from cutroom.media.packets import PacketIndex
from cutroom.media.pictures import decode_picture, kind_of_file, read_whole, rotation_of, still_of
from cutroom.media.rates import choose_rate
from cutroom.media.scan import scan
from cutroom.media.wholeness import is_broken, missing_bytes
from cutroom.schema.media import AudioStream, VideoStream

_TRIES = 200
"""Packets of a stream that may fail before it counts as undecodable."""
_DECLARES = frozenset(("mov", "matroska", "avi", "wav", "flac", "ogg"))
"""Formats that state their duration; elsewhere FFmpeg estimates it from the bit rate."""
_MISSING = Fraction(1, 4)
"""Seconds short of the declared duration from which a file counts as cut short, whatever it says of its size."""
_PACKET = Fraction(1, 10)
"""Seconds of sound that a packet holds at most."""

_FIELD_ORDERS: Mapping[int, Literal["top", "bottom"]] = {2: "top", 3: "bottom", 4: "bottom", 5: "top"}
"""Which field is shown first, by FFmpeg's number: the last two are stored in the other order than they are shown."""


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

    Of an image file the picture is decoded, and that is all.

    A file that was cut short is warned of where it states its size or its duration. MPEG-TS states neither: what is
    there of it counts as all of it.

    Args:
        file: open for reading, seekable; it stays open.
        progress: called with the number of bytes seen now and then.

    Raises:
        UnsupportedMediaError: not media, or without a stream that can be decoded.
        DamagedMediaError: nothing in it decodes.
    """
    if (kind := kind_of_file(file)) is not None:
        video = still_of(decode_picture(read_whole(file), called(file)).frame, kind)
        return Probed(kind, video.duration, video, None, ())
    container = open_container(file)
    try:
        picture, sound = _first_frames(container, called(file))
    finally:
        container.close()
    missing = missing_bytes(file)
    container = open_container(file)
    try:
        return _describe(container, picture, sound, missing, progress)
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
    apart = {stream.index: decoder_of(stream, alpha=True) for stream in container.streams.video if _has_apart(stream)}
    for decoder in apart.values():
        decoder.options = DECODER_OPTIONS
    found: dict[str, VideoFrame | AudioFrame] = {}
    failures = dict.fromkeys(wanted, 0)
    for packet in packets(container, *(container.streams[index] for index in wanted)):
        kind = wanted[packet.stream_index]
        if kind in found or failures[packet.stream_index] > _TRIES:
            continue
        try:
            own = apart.get(packet.stream_index)
            frames = packet.decode() if own is None else own.decode(cast("Packet[AvVideoStream]", packet))
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


def _has_apart(stream: AvVideoStream) -> bool:
    """Whether alpha comes beside the packets' own data, as VP8 and VP9 have it in WebM and Matroska."""
    return any(key.lower() == "alpha_mode" and value == "1" for key, value in stream.metadata.items())


def _describe(
    container: InputContainer,
    picture: VideoFrame | None,
    sound: AudioFrame | None,
    missing: int,
    progress: Callable[[int], None] | None,
) -> Probed:
    source, voice = choose_streams(container)
    broken: list[int] = []
    indexes = {
        index.stream: index
        for index in scan(
            container,
            [s for s in (source, voice) if s],
            progress,
            lambda packet: None if packet.is_corrupt or not is_broken(packet) else broken.append(packet.stream_index),
        )
    }
    video = _video(container, source, picture, indexes[source.index]) if source and picture else None
    audio = _audio(voice, sound, indexes[voice.index]) if voice and sound else None
    warnings = [
        f"its {what} cannot be decoded and is left out"
        for what, streams, known in (("picture", _moving(container), video), ("sound", container.streams.audio, audio))
        if streams and known is None
    ]
    damaged = len(broken) + sum(int(index.corrupt.sum()) for index in indexes.values())
    if damaged:
        warnings.append(f"damaged packets: {damaged}")
    parts = [
        _Part(what, known.start + known.duration, known.start + _stated(container, stream), least)
        for what, stream, known, least in (
            ("picture", source, video, 1 / video.rate if video else _PACKET),
            ("sound", voice, audio, _PACKET),
        )
        if stream and known
    ]
    warnings += _losses(container, parts, missing)
    return Probed(_format(container), max(part.end for part in parts), video, audio, tuple(warnings))


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
    order = _FIELD_ORDERS.get(stream.codec_context.field_order)
    matter = VideoStream(
        index=stream.index,
        codec=stream.codec_context.codec.canonical_name,
        width=frame.width,
        height=frame.height,
        rotation=rotation_of(frame),
        pixel_aspect=Fraction(shape.numerator, shape.denominator) if shape else Fraction(1),
        rate=rate,
        variable_rate=variable,
        start=start,
        duration=1 / rate,
        frames=len(pts),
        pixel_format=frame.format.name,
        colour=colour_of(frame),
        interlaced=frame.interlaced_frame or order is not None,
        field_order=order,
    )
    last = FrameGrid(matter, tick, index.origin).start(int(pts[-1]))
    length = _last_length(index, tick) if variable or len(pts) == 1 else Fraction(0)
    return matter.replace(duration=last - start + (length or 1 / rate))


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


@dataclass(frozen=True)
class _Part:
    """The picture or the sound: where it ends, where the file says that it ends, and how far apart is nothing."""

    what: str
    end: Fraction
    stated: Fraction
    least: Fraction


def _stated(container: InputContainer, stream: AvVideoStream | AvAudioStream) -> Fraction:
    """How long a stream is by the file's index or header; 0 where only the whole file has a duration."""
    family = container.format.name.split(",")[0]
    if family == "mov" and stream.duration:
        return stream.duration * clock(stream)
    if family == "avi" and stream.type == "video":
        return stream.frames * clock(stream)  # FFmpeg shortens its duration to what is there
    return Fraction(0)


def _losses(container: InputContainer, parts: list[_Part], missing: int) -> list[str]:
    """What a file that stops early lacks: FFmpeg itself says nothing of it."""
    last = max(parts, key=lambda part: part.end)
    whole = Fraction(container.duration or 0, 1_000_000)
    declares = container.format.name.split(",")[0] in _DECLARES
    if not missing and not (declares and whole - last.end > _MISSING):
        return []
    for part in parts:
        if part.stated - part.end > part.least:
            return [_ends(part.what, part.end, part.stated)]
    if declares and whole - last.end > last.least:
        return [_ends(last.what, last.end, whole)]
    return [f"cut short: {missing} bytes are missing at its end"]


def _ends(what: str, end: Fraction, stated: Fraction) -> str:
    return f"cut short: the {what} ends at {float(end):.2f} s of {float(stated):.2f} s"


def _format(container: InputContainer) -> str:
    """One word for the format: FFmpeg calls MP4 and QuickTime one family."""
    family = container.format.name.split(",")
    if "mp4" in family:
        return "mov" if container.metadata.get("major_brand", "").strip() == "qt" else "mp4"
    return family[0]
