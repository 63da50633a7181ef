"""Encoders, child side: pictures and samples to packets that are made to be joined.

One function configures each encoder. The muxer opens the same encoder to learn its parameter sets, so a file's header
and its segments cannot disagree without somebody noticing.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from typing import Any, cast

import av
import numpy as np
from av.audio.codeccontext import AudioCodecContext
from av.codec.context import Flags
from av.video.codeccontext import VideoCodecContext
from av.video.frame import PictureType, VideoFrame
from av.video.reformatter import ColorPrimaries, ColorRange, Colorspace, ColorTrc
from av.video.stream import VideoStream
from numpy.typing import NDArray

from cutroom.render.codecs import picture_codec, sound_codec
from cutroom.render.codecs.kinds import PictureFormat, SoundFormat
from cutroom.render.packets import Packet, Packets
from cutroom.schema.export import ExportSettings

LAYOUTS = {1: "mono", 2: "stereo"}


def configure_picture(context: VideoCodecContext, settings: ExportSettings, picture: PictureFormat) -> None:
    """Set up an encoder whose output can be joined to that of any other one set up alike.

    GOPs are closed; the number of threads, which changes the output, is a setting.
    """
    codec = picture_codec(settings)
    os.environ.update(codec.environment)
    context.width, context.height = picture.width, picture.height
    assert settings.pixel_format is not None
    context.pix_fmt = settings.pixel_format
    context.time_base, context.framerate = 1 / picture.fps, picture.fps
    context.gop_size = settings.gop_frames(picture.fps)
    context.thread_count = settings.threads
    context.flags |= Flags.global_header
    context.color_range = ColorRange.MPEG
    context.colorspace = Colorspace.ITU709
    context.color_primaries = ColorPrimaries.BT709
    context.color_trc = ColorTrc.BT709
    context.options = codec.options(settings, picture)


def configure_sound(context: AudioCodecContext, settings: ExportSettings, sound: SoundFormat) -> None:
    """Set up a sound encoder."""
    codec = sound_codec(settings)
    context.sample_rate, context.layout = sound.sample_rate, LAYOUTS[sound.channels]
    if codec.pack is None:
        context.format = codec.sample_format
        context.options = dict(codec.options)
    if settings.audio_bitrate is not None:
        context.bit_rate = settings.audio_bitrate
    context.time_base = Fraction(1, sound.sample_rate)
    context.flags |= Flags.global_header


def encode_picture(
    frames: Iterable[VideoFrame],
    settings: ExportSettings,
    picture: PictureFormat,
    on_frame: Callable[[int], None] | None = None,
) -> Packets:
    """Encode one segment.

    Args:
        frames: in 4:2:0, of the settings' depth and the picture's size; their timestamps are not looked at.
        settings: of the export.
        picture: rate and size.
        on_frame: called with the number of frames that went in so far.
    """
    context = cast(VideoCodecContext, av.CodecContext.create(picture_codec(settings).encoder, "w"))
    configure_picture(context, settings, picture)
    packets: list[Packet] = []
    for number, given in enumerate(frames):
        frame = given if settings.pixel_format != "yuv422p10le" else with_every_line(given)
        frame.pts, frame.time_base = number, 1 / picture.fps
        frame.pict_type = PictureType.I if number == 0 else PictureType.NONE
        packets.extend(_packets(context.encode(frame)))
        if on_frame is not None:
            on_frame(number + 1)
    packets.extend(_packets(context.encode(None)))
    return Packets(settings.codec, bytes(context.extradata or b""), tuple(packets))


def _packets(encoded: Iterable[av.Packet[VideoStream]]) -> Iterator[Packet]:
    for packet in encoded:
        assert packet.pts is not None
        yield Packet(packet.pts, packet.is_keyframe, bytes(packet))


def with_every_line(frame: VideoFrame) -> VideoFrame:
    """4:2:2 of 4:2:0 in 10 bits: chroma that stands between two lines of luma is moved to each, as the straight line
    between its neighbours has it."""
    whole = VideoFrame(frame.width, frame.height, "yuv422p10le")
    _rows(whole, 0)[:] = _rows(frame, 0)
    for number in (1, 2):
        source = _rows(frame, number).astype(np.uint32)
        above, below = np.concatenate([source[:1], source[:-1]]), np.concatenate([source[1:], source[-1:]])
        lines = _rows(whole, number)
        lines[0::2] = (3 * source + above + 2) >> 2
        lines[1::2] = (3 * source + below + 2) >> 2
    whole.color_range, whole.colorspace = frame.color_range, frame.colorspace
    return whole


def _rows(frame: VideoFrame, number: int) -> NDArray[np.uint16]:
    """A plane's numbers, as many in a row as it has columns."""
    plane = frame.planes[number]
    return np.frombuffer(cast(Any, plane), np.uint16).reshape(plane.height, -1)[:, : plane.width]


def encode_sound(
    samples: NDArray[np.float32], settings: ExportSettings, sample_rate: int, *, skip: int, count: int
) -> Packets:
    """Encode a chunk of sound that is a part of a longer stream.

    Args:
        samples: float32, (channels, samples); a whole number of packets, with what comes before and after the chunk.
            Beyond full scale it is limited: no decoder would give more back.
        settings: of the export.
        sample_rate: samples a second.
        skip: packets at the beginning that are not kept: they warm up the encoder's transform and rate control.
        count: packets that are kept.

    Returns:
        Packets `skip` to `skip + count` of the encoder; packet `n` ends with sample `(n + 1) * packet - priming`.
    """
    codec = sound_codec(settings)
    peak = float(np.max(np.abs(samples), initial=0.0))
    limited = np.clip(samples, -1.0, 1.0)
    blocks = (limited[:, first : first + codec.packet] for first in range(0, samples.shape[1], codec.packet))
    if codec.pack is None:
        extradata, encoded = _encoded(blocks, settings, SoundFormat(sample_rate, samples.shape[0]))
    else:
        extradata, encoded = b"", [codec.pack(block) for block in blocks]
    kept = tuple(Packet(number, True, data) for number, data in enumerate(encoded[skip : skip + count]))
    return Packets(settings.audio_codec, extradata, kept, peak)


def _encoded(
    blocks: Iterable[NDArray[np.float32]], settings: ExportSettings, sound: SoundFormat
) -> tuple[bytes, list[bytes]]:
    """Extradata and packets."""
    codec = sound_codec(settings)
    context = cast(AudioCodecContext, av.CodecContext.create(codec.encoder, "w"))
    configure_sound(context, settings, sound)
    encoded: list[bytes] = []
    for number, block in enumerate(blocks):
        rows = block if codec.sample_format == "fltp" else block.T.reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(
            np.ascontiguousarray(rows), format=codec.sample_format, layout=LAYOUTS[sound.channels]
        )
        frame.sample_rate, frame.pts = sound.sample_rate, number * codec.packet
        frame.time_base = Fraction(1, sound.sample_rate)
        encoded.extend(bytes(packet) for packet in context.encode(frame))
    encoded.extend(bytes(packet) for packet in context.encode(None))
    return bytes(context.extradata or b""), encoded
