"""Small pictures of a film."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from functools import lru_cache
from typing import Any, BinaryIO

import av
import cv2
import numpy as np
from av.container import InputContainer
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.reformatter import ColorRange, Colorspace, Interpolation
from av.video.stream import VideoStream as AvVideoStream

from cutroom.errors import DamagedMediaError, UnsupportedMediaError
from cutroom.media.colours import Matrix, colour_of, matrix_of, untagged
from cutroom.media.fields import Fields
from cutroom.media.light import light_of
from cutroom.media.opening import (
    DECODER_OPTIONS,
    called,
    choose_streams,
    clock,
    only,
    open_container,
    origin,
    packets,
    reraise_unless_media,
)
from cutroom.media.pictures import kind_of_file, open_reader
from cutroom.media.probing import probe_file
from cutroom.media.stretch import Lost
from cutroom.media.tone import Toner
from cutroom.schema.media import Colour, VideoStream

type KeyPacket = Packet[AvVideoStream]
QUALITY = 60
"""JPEG quality."""
_NUMBERS: Mapping[Matrix, Colorspace] = {
    "bt709": Colorspace.ITU709,
    "fcc": Colorspace.FCC,
    "bt601": Colorspace.ITU601,
    "smpte240m": Colorspace.SMPTE240M,
    "bt2020": Colorspace.BT2020,
}


def exact_thumbnails(
    file: BinaryIO,
    times: Sequence[Fraction],
    size: tuple[int, int],
    stream: VideoStream | None = None,
    progress: Callable[[int], None] | None = None,
) -> list[bytes]:
    """A JPEG of the frame shown at each media time.

    What is lost because it is damaged is black, as an export shows it.

    Args:
        file: open for reading, seekable; it is closed.
        times: seconds of media time.
        size: width and height of the box that the pictures fit into.
        stream: what the probe found; None: probe now.
        progress: called with the number of pictures done.

    Raises:
        UnsupportedMediaError: the file has no picture.
        DamagedMediaError: not a single frame can be decoded.
    """
    video = stream or probe_file(file).video
    if video is None:
        raise _no_picture(file)
    found: dict[Fraction, bytes] = {}
    with open_reader(file, video) as reader:
        for count, time in enumerate(sorted(set(times))):
            one = reader.look_at(time)
            found[time] = _black(video, size) if isinstance(one, Lost) else jpeg(one.frame, video.pixel_aspect, size)
            if progress is not None:
                progress(count + 1)
    return [found[time] for time in times]


def nearby_thumbnails(
    file: BinaryIO, times: Sequence[Fraction], size: tuple[int, int], progress: Callable[[int], None] | None = None
) -> list[bytes]:
    """A JPEG of the last keyframe at or before each media time: one decoded frame a picture, for strips.

    Raises:
        UnsupportedMediaError: the file has no picture.
        DamagedMediaError: no keyframe can be decoded.
    """
    if kind_of_file(file) is not None:
        return exact_thumbnails(file, times, size, None, progress)
    container = open_container(file)
    try:
        source, _ = choose_streams(container)
        if source is None:
            raise _no_picture(file)
        start, tick = origin(container), clock(source)
        only(container, source.index, file)
        source.codec_context.options = DECODER_OPTIONS
        source.codec_context.thread_count = 1
        shape = source.sample_aspect_ratio
        aspect = Fraction(shape.numerator, shape.denominator) if shape else Fraction(1)
        pictures: dict[int, bytes] = {}
        found: dict[Fraction, bytes] = {}
        last: bytes | None = None
        for count, time in enumerate(sorted(set(times))):
            for packet in _keyframes(container, source, int((time + start) / tick)):
                place = packet.pos if packet.pos is not None else packet.dts or 0
                frame = None if place in pictures else _decode_alone(source, packet)
                if frame is not None:
                    pictures[place] = jpeg(frame, aspect, size)
                if place in pictures:
                    last = pictures[place]
                    break
            if last is None:
                raise DamagedMediaError(
                    f"no picture of {called(file)} can be decoded at {float(time):.2f} s",
                    value=called(file),
                    hint="copy the file again from its source",
                )
            found[time] = last
            if progress is not None:
                progress(count + 1)
        return [found[time] for time in times]
    finally:
        container.close()


def _keyframes(container: InputContainer, source: AvVideoStream, goal: int) -> Iterator[KeyPacket]:
    """Packets of keyframes, from the one at or before `goal` on."""
    for place in (goal, source.start_time or 0):
        try:
            container.seek(place, stream=source, backward=True)
            break
        except (av.FFmpegError, OSError) as error:
            reraise_unless_media(error, os.path.basename(container.name) or "the media")
            continue  # a file that cannot be sought is read from where it stands
    return (packet for packet in packets(container, source) if packet.size and packet.is_keyframe)


def _decode_alone(source: AvVideoStream, packet: KeyPacket) -> VideoFrame | None:
    """The frame of one packet that needs no other; None where it does not decode."""
    context = source.codec_context
    try:
        frames = [*context.decode(packet), *context.decode(None)]
    except (av.FFmpegError, ValueError, OSError) as error:
        reraise_unless_media(error, "the media")
        frames = []
    context.flush_buffers()
    if not frames:
        return None
    return Fields().picture(None, frames[0], None, second=True) if frames[0].interlaced_frame else frames[0]


def _black(video: VideoStream, size: tuple[int, int]) -> bytes:
    """What stands for a frame that is lost, as large as that would be."""
    shape = video.height, max(1, round(video.width * video.pixel_aspect))
    picture = np.zeros(shape[::-1] if video.rotation % 180 else shape, np.uint8)
    return jpeg(VideoFrame.from_ndarray(picture, format="gray"), Fraction(1), size)


def jpeg(frame: VideoFrame, aspect: Fraction, size: tuple[int, int]) -> bytes:
    """A frame as JPEG, upright, with square pixels, no larger than `size` and never enlarged."""
    turned = round(-frame.rotation / 90) % 4
    width, height = max(1, round(frame.width * aspect)), frame.height
    box = size if turned % 2 == 0 else (size[1], size[0])
    scale = min(Fraction(box[0], width), Fraction(box[1], height), Fraction(1))
    toner = _toner(colour_of(frame))
    small = frame.reformat(
        width=max(1, round(width * scale)),
        height=max(1, round(height * scale)),
        format="bgr24" if toner is None else "gbrp16le",
        src_colorspace=_matrix(frame),
        dst_colorspace=Colorspace.DEFAULT,
        dst_color_range=ColorRange.JPEG,
        interpolation=Interpolation.AREA,
    )
    pixels: Any = small.to_ndarray() if toner is None else toner.bgr(small)
    picture = np.ascontiguousarray(np.rot90(pixels, -turned))
    done, data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
    assert done
    return data.tobytes()


def _matrix(frame: VideoFrame) -> int:
    """How libswscale numbers the frame's colour matrix."""
    try:
        return int(_NUMBERS[matrix_of(colour_of(frame), frame.width, frame.height)])
    except UnsupportedMediaError:
        return int(_NUMBERS[untagged(frame.width, frame.height)])


@lru_cache(maxsize=4)
def _toner(colour: Colour) -> Toner | None:
    """What brings other light to the canvas's; a film that cannot be brought there is still shown somehow."""
    try:
        light = light_of(colour)
    except UnsupportedMediaError:
        return None
    return None if light is None else Toner(light)


def _no_picture(file: BinaryIO) -> UnsupportedMediaError:
    return UnsupportedMediaError(
        f"{called(file)} has no picture", value=called(file), hint="ask for its waveform instead"
    )
