"""The functions that workers run to write pictures that were made in Python, or lie in files, and their tasks.

The file is QuickTime with a PNG a frame. It was chosen by measurement among what keeps RGB exactly (1280x720, one core;
a real film, and a drawn plot): PNG decodes in 15 and 3 ms, encodes in 29 and 3, takes 0.41 and 0.01 of the raw size;
FFV1 29 and 6, 28 and 11, 0.20 and 0.01; x264's RGB 23 and 1, 16 and 3, 0.52 and 0.02, and it has no alpha. Every frame
stands alone, so chunks are encoded apart and any frame is found without another one; QuickTime's clock holds every rate
exactly.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, cast

from cutroom.workers.context import DIRECT, Context

if TYPE_CHECKING:
    from av.video.codeccontext import VideoCodecContext
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

    from cutroom.render.orders import Piece

_CODEC = "png"
_OPTIONS = {"pred": "up", "compression_level": "1"}
_TELL_EVERY = 100
"""Frames between two words of how far it is."""
_FORMATS = {3: "rgb24", 4: "rgba"}
_AS_THEY_ARE = {"png": "png", "jpeg": "mjpeg"}
"""Codecs of image files that may stand in QuickTime byte for byte."""
_JPEG = frozenset({"yuvj420p", "yuvj422p", "yuvj444p"})
_EIGHT = 8
"""Bits."""


@dataclass(frozen=True)
class Canvas:
    """What all frames of a file have in common.

    Args:
        width: in pixels.
        height: in pixels.
        channels: 3 (RGB) or 4 (RGBA, straight alpha).
        fps: frames a second.
    """

    width: int
    height: int
    channels: int
    fps: Fraction

    @property
    def frame_bytes(self) -> int:
        """Of one raw frame."""
        return self.width * self.height * self.channels

    @property
    def reel(self) -> Reel:
        """The film that its frames become."""
        return Reel(_CODEC, self.width, self.height, _FORMATS[self.channels], self.fps)


@dataclass(frozen=True)
class Reel:
    """A film of which each frame stands alone.

    Args:
        codec: FFmpeg's name.
        width: in pixels.
        height: in pixels.
        pixels: the pixel format.
        fps: frames a second.
    """

    codec: str
    width: int
    height: int
    pixels: str
    fps: Fraction


@dataclass(frozen=True)
class TakePicturesTask:
    """Image files to take in.

    Args:
        paths: of the files.
    """

    paths: tuple[str, ...]

    def reads(self) -> tuple[str, ...]:
        """The files."""
        return self.paths

    def writes(self) -> tuple[str, ...]:
        """Nothing."""
        return ()


@dataclass(frozen=True)
class EncodeFramesTask:
    """Some frames to compress.

    Args:
        canvas: what they are.
        pixels: frame after frame, row after row, 8 bits a channel.
    """

    canvas: Canvas
    pixels: bytes

    def reads(self) -> tuple[str, ...]:
        """Nothing."""
        return ()

    def writes(self) -> tuple[str, ...]:
        """Nothing."""
        return ()


@dataclass(frozen=True)
class WriteFramesTask:
    """Compressed frames to put into a file.

    Args:
        reel: what they make up.
        spool: path of the file that holds them.
        frames: where, in order.
        output: path of the file to write.
    """

    reel: Reel
    spool: str
    frames: tuple[Piece, ...]
    output: str

    def reads(self) -> tuple[str, ...]:
        """The compressed frames."""
        return (self.spool,)

    def writes(self) -> tuple[str, ...]:
        """The file."""
        return (self.output,)


def warm() -> None:
    """Load everything that the functions need."""
    import av
    import numpy as np

    import cutroom.media.pictures  # noqa: F401

    frame = av.VideoFrame.from_ndarray(np.zeros((16, 16, 4), np.uint8), "rgba")
    _encoder(Canvas(16, 16, 4, Fraction(25))).encode(frame)


def encode_frames(task: EncodeFramesTask, context: Context = DIRECT) -> dict[str, Any]:
    """Compress frames.

    Returns:
        `frames`: the bytes of each.
    """
    import av
    import numpy as np

    canvas = task.canvas
    shape = (-1, canvas.height, canvas.width, canvas.channels)
    encoder = _encoder(canvas)
    packets: list[bytes] = []
    for number, array in enumerate(np.frombuffer(task.pixels, np.uint8).reshape(shape)):
        frame = av.VideoFrame.from_ndarray(array, _FORMATS[canvas.channels])
        frame.pts, frame.time_base = number, 1 / canvas.fps
        packets.extend(bytes(packet) for packet in encoder.encode(frame))
    packets.extend(bytes(packet) for packet in encoder.encode(None))
    return {"frames": packets}


def take_pictures(task: TakePicturesTask, context: Context = DIRECT) -> dict[str, Any]:
    """Look at image files, and make each a frame: PNG and JPEG stay as they are, others become PNG without loss.

    Of WebP and TIFF in Y'CbCr the picture is converted to RGB, rounded to 8 bits.

    Returns:
        `frames`: the bytes of each; `reels`: of each, codec, width, height and pixel format.

    Raises:
        UnsupportedMediaError, DamagedMediaError: a file is no picture, or cannot be decoded; names it.
    """
    from cutroom.media.pictures import decode_picture, kind_of, read_whole

    packets: list[bytes] = []
    reels: list[list[Any]] = []
    for path in task.paths:
        with context.open(path) as file:
            data = read_whole(file)
        frame, plain = decode_picture(data, os.path.basename(path))
        kind = kind_of(data[:12]) or ""
        codec = _AS_THEY_ARE.get(kind, _CODEC)
        own = plain and kind in _AS_THEY_ARE and (kind == "png" or frame.format.name in _JPEG)
        if not own:
            codec, data, frame = _CODEC, *_as_png(frame)
        packets.append(data)
        reels.append([codec, frame.width, frame.height, frame.format.name])
        context.progress(len(packets), len(task.paths))
    return {"frames": packets, "reels": reels}


def _as_png(frame: VideoFrame) -> tuple[bytes, VideoFrame]:
    """A picture as PNG, upright, and what was encoded."""
    import av
    import numpy as np
    from av.video.reformatter import ColorRange, Colorspace, Interpolation

    from cutroom.media.pictures import rotation_of

    parts = frame.format.components
    deep = max(part.bits for part in parts) > _EIGHT
    clear = any(part.is_alpha for part in parts)
    pixels = ("rgba64be" if clear else "rgb48be") if deep else ("rgba" if clear else "rgb24")
    array = frame.reformat(
        format=pixels,
        src_colorspace=Colorspace.ITU601 if "yuv" in frame.format.name else None,  # as all image files have it
        dst_color_range=ColorRange.JPEG,
        interpolation=Interpolation.BICUBIC,
        threads=1,
    ).to_ndarray()
    upright = np.ascontiguousarray(np.rot90(array, -(rotation_of(frame) // 90)))
    made = av.VideoFrame.from_ndarray(upright, pixels)
    encoder = cast("VideoCodecContext", av.CodecContext.create(_CODEC, "w"))
    encoder.width, encoder.height, encoder.pix_fmt = made.width, made.height, pixels
    encoder.time_base, encoder.thread_count, encoder.options = Fraction(1, 25), 1, _OPTIONS
    return b"".join(bytes(packet) for packet in (*encoder.encode(made), *encoder.encode(None))), made


def write_frames(task: WriteFramesTask, context: Context = DIRECT) -> None:
    """Write the file.

    Raises:
        OSError: it cannot be written.
    """
    import contextlib

    import av

    reel, file = task.reel, context.create(task.output)
    container = av.open(file, "w", format="mov")
    try:
        stream = cast("VideoStream", container.add_stream(reel.codec, rate=reel.fps))
        stream.width, stream.height = reel.width, reel.height
        stream.pix_fmt, stream.time_base = reel.pixels, 1 / reel.fps
        container.start_encoding()
        with context.open(task.spool) as spool:
            for number, piece in enumerate(task.frames):
                spool.seek(piece.offset)
                packet = av.Packet(spool.read(piece.size))
                packet.stream, packet.time_base = stream, 1 / reel.fps
                packet.pts = packet.dts = number
                packet.duration, packet.is_keyframe = 1, True
                container.mux(packet)
                if number % _TELL_EVERY == 0:
                    context.progress(number + 1, len(task.frames))
        container.close()
        file.flush()
    except BaseException:
        with contextlib.suppress(OSError):
            file.close()  # a container whose file is closed writes no index: nothing pretends to be whole
        raise


def _encoder(canvas: Canvas) -> VideoCodecContext:
    import av

    encoder = cast("VideoCodecContext", av.CodecContext.create(_CODEC, "w"))
    encoder.width, encoder.height, encoder.pix_fmt = canvas.width, canvas.height, _FORMATS[canvas.channels]
    encoder.time_base, encoder.framerate = 1 / canvas.fps, canvas.fps
    encoder.thread_count = 1  # as many chunks as there are cores are under way
    encoder.options = _OPTIONS
    return encoder
