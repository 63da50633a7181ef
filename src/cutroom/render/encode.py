"""Encoders, child side: pictures to H.264 packets, samples to AAC packets, both made to be joined.

One function configures each encoder. The muxer opens the same encoder to learn its parameter sets, so a file's header
and its segments cannot disagree without somebody noticing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from typing import NamedTuple

import av
import numpy as np
from av.audio.codeccontext import AudioCodecContext
from av.codec.context import Flags
from av.video.codeccontext import VideoCodecContext
from av.video.frame import PictureType, VideoFrame
from av.video.reformatter import ColorPrimaries, ColorRange, Colorspace, ColorTrc
from av.video.stream import VideoStream
from numpy.typing import NDArray

from cutroom.render.engine import cpu_class
from cutroom.render.packets import Packet, Packets
from cutroom.schema.export import ExportSettings

SAMPLES_PER_PACKET = 1024
"""Of AAC-LC."""
LAYOUTS = {1: "mono", 2: "stereo"}


class PictureFormat(NamedTuple):
    """Frames a second, and the size in pixels (even numbers)."""

    fps: Fraction
    width: int
    height: int


class SoundFormat(NamedTuple):
    """Samples a second, and channels (1 or 2)."""

    sample_rate: int
    channels: int


def configure_picture(context: VideoCodecContext, settings: ExportSettings, picture: PictureFormat) -> None:
    """Set up an H.264 encoder whose output can be joined to that of any other one set up alike.

    `stitchable` keeps x264 from fitting the parameter sets to the content; GOPs are closed; the number of threads,
    which changes the output, is a setting.
    """
    context.width, context.height, context.pix_fmt = picture.width, picture.height, settings.pixel_format
    context.time_base, context.framerate = 1 / picture.fps, picture.fps
    context.gop_size = settings.gop_frames(picture.fps)
    context.thread_count = settings.threads
    context.flags |= Flags.global_header
    context.color_range = ColorRange.MPEG
    context.colorspace = Colorspace.ITU709
    context.color_primaries = ColorPrimaries.BT709
    context.color_trc = ColorTrc.BT709
    context.options = {
        "preset": settings.encoder_preset,
        "crf": f"{settings.crf:g}",
        "forced-idr": "1",
        "a53cc": "0",
        "x264-params": ":".join(("stitchable=1:open-gop=0:scenecut=40", *repeatable(picture.width))),
    }


def repeatable(width: int) -> tuple[str, ...]:
    """What x264 must be told so that it gives the same bytes each time.

    Its AVX-512 code for macroblock trees does not where the width in macroblocks is no multiple of 8: 14 encodes of 20
    frames, 320 pixels wide, gave 7 streams; with AVX2, or 256 or 384 pixels wide, one (x264 in PyAV 19.0.2, AMD EPYC).
    Elsewhere AVX-512 stays on: without it encoding takes a quarter longer.
    """
    macroblocks = -(-width // 16)
    return ("asm=AVX2",) if macroblocks % 8 and "avx512f" in cpu_class() else ()


def configure_sound(context: AudioCodecContext, settings: ExportSettings, sound: SoundFormat) -> None:
    """Set up an AAC encoder."""
    context.sample_rate, context.format, context.layout = sound.sample_rate, "fltp", LAYOUTS[sound.channels]
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
        frames: in the settings' pixel format, of the picture's size; their timestamps are not looked at.
        settings: of the export.
        picture: rate and size.
        on_frame: called with the number of frames that went in so far.
    """
    context = av.CodecContext.create("libx264", "w")
    configure_picture(context, settings, picture)
    packets: list[Packet] = []
    for number, frame in enumerate(frames):
        frame.pts, frame.time_base = number, 1 / picture.fps
        frame.pict_type = PictureType.I if number == 0 else PictureType.NONE
        packets.extend(_packets(context.encode(frame)))
        if on_frame is not None:
            on_frame(number + 1)
    packets.extend(_packets(context.encode(None)))
    return Packets("h264", bytes(context.extradata or b""), tuple(packets))


def _packets(encoded: Iterable[av.Packet[VideoStream]]) -> Iterator[Packet]:
    for packet in encoded:
        assert packet.pts is not None
        yield Packet(packet.pts, packet.is_keyframe, bytes(packet))


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
        Packets `skip` to `skip + count` of the encoder; packet `n` completes samples [(n - 1) * 1024, n * 1024).
    """
    context = av.CodecContext.create("aac", "w")
    configure_sound(context, settings, SoundFormat(sample_rate, samples.shape[0]))
    peak = float(np.max(np.abs(samples), initial=0.0))
    limited = np.clip(samples, -1.0, 1.0)
    encoded: list[bytes] = []
    for first in range(0, samples.shape[1], SAMPLES_PER_PACKET):
        block = np.ascontiguousarray(limited[:, first : first + SAMPLES_PER_PACKET])
        frame = av.AudioFrame.from_ndarray(block, format="fltp", layout=LAYOUTS[samples.shape[0]])
        frame.sample_rate, frame.pts, frame.time_base = sample_rate, first, Fraction(1, sample_rate)
        encoded.extend(bytes(packet) for packet in context.encode(frame))
    encoded.extend(bytes(packet) for packet in context.encode(None))
    kept = tuple(Packet(number, True, data) for number, data in enumerate(encoded[skip : skip + count]))
    return Packets("aac", bytes(context.extradata or b""), kept, peak)
