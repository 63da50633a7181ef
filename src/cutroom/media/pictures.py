"""Image files: one frame, upright or with its rotation, in the numbers that the file holds."""

from __future__ import annotations

import io
from collections.abc import Iterator
from fractions import Fraction
from typing import BinaryIO, Literal, NamedTuple, cast

import av
import numpy as np
from av.filter import Graph
from av.sidedata.sidedata import Type as SideData
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame
from PIL import Image, JpegImagePlugin
from PIL import TiffImagePlugin as _  # noqa: F401  JPEG's EXIF is read by it, and a locked worker can load nothing

from cutroom.errors import DamagedMediaError, UnsupportedMediaError
from cutroom.media.colours import colour_of
from cutroom.media.opening import DECODER_OPTIONS, PICTURES, called, reraise_unless_media
from cutroom.media.stretch import Shown
from cutroom.media.video import VideoReader
from cutroom.schema.media import STILL_SECONDS, VideoStream

LARGEST = 512 << 20
"""Bytes of an image file that are read."""
_DECODERS = {"jpeg": "mjpeg"}
"""What FFmpeg calls a decoder that has another name than the format."""
_RATE = Fraction(25)
"""Of a still: it has none, and tables of other programs want one."""

Image.preinit()  # it would load its readers on their first use


def kind_of(head: bytes) -> str | None:
    """The format of an image file, by its first 12 bytes; None where it is none that can be read.

    Example:
        >>> kind_of(bytes.fromhex("89504e470d0a1a0a")), kind_of(b"RIFF0000AVI ")
        ('png', None)
    """
    for name, at, magic in PICTURES:
        if head[at:].startswith(magic):
            return None if name == "webp" and not head.startswith(b"RIFF") else name
    return None


def kind_of_file(file: BinaryIO) -> str | None:
    """As `kind_of`, of an open file."""
    try:
        file.seek(0)
        return kind_of(file.read(12))
    except OSError as error:
        reraise_unless_media(error, called(file))
        return None


class Decoded(NamedTuple):
    """An image file's picture."""

    frame: VideoFrame
    is_plain: bool
    """Whether it is what FFmpeg's decoder gives of the file."""


def decode_picture(data: bytes, name: str) -> Decoded:
    """The picture in an image file: in its own pixel format, turned as its frame says, not mirrored.

    Args:
        data: the file.
        name: for messages.

    Raises:
        UnsupportedMediaError: no image file, or one of a kind that cannot be read.
        DamagedMediaError: it cannot be decoded.
    """
    kind = kind_of(data[:12])
    if kind is None:
        raise UnsupportedMediaError(f"{name} is no image file that Cutroom reads", value=name, hint="save it as PNG")
    if kind == "webp" and b"ANIM" in data[:64]:
        raise UnsupportedMediaError(
            f"{name} is an animation in WebP, which cannot be read", value=name, hint="save it as GIF or as a film"
        )
    decoder = cast(VideoCodecContext, av.CodecContext.create(_DECODERS.get(kind, kind), "r"))
    decoder.options = DECODER_OPTIONS
    decoder.thread_count = 1
    try:
        found = [*decoder.decode(av.Packet(data)), *decoder.decode(None)]
    except (av.FFmpegError, ValueError, OSError) as error:
        raise _damaged(name, str(getattr(error, "strerror", None) or error).lower()) from error
    if not found:
        raise _damaged(name, "it holds no picture")
    frame = found[0]
    inks = kind == "jpeg" and frame.format.name == "gbrap"  # FFmpeg's name for the four inks of CMYK
    if inks or _is_mirrored(frame):
        frame = _from_inks(data, name) if inks else _flipped(frame)
    frame.pts, frame.time_base = 0, Fraction(1, 1000)
    return Decoded(frame, frame is found[0])


def still_of(frame: VideoFrame, kind: str) -> VideoStream:
    """What is known of an image file: one picture, which lasts as long as it is wanted."""
    return VideoStream(
        index=0,
        codec=kind,
        width=frame.width,
        height=frame.height,
        rotation=rotation_of(frame),
        rate=_RATE,
        variable_rate=True,
        duration=STILL_SECONDS,
        frames=1,
        pixel_format=frame.format.name,
        colour=colour_of(frame),
        still=True,
    )


def rotation_of(frame: VideoFrame) -> Literal[0, 90, 180, 270]:
    """Degrees clockwise that a frame is turned for display."""
    quarters: tuple[Literal[0, 90, 180, 270], ...] = (0, 90, 180, 270)
    return quarters[round(-frame.rotation / 90) % 4]


class PictureReader(VideoReader):
    """Reads an image file once; its picture is shown at any time.

    Args:
        file: open for reading, seekable; the reader owns it from here on.
        stream: what the probe found.
        threads: of no use here.

    Raises:
        DamagedMediaError: it cannot be decoded.
    """

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _open(self) -> None:
        self._current = Shown(Fraction(0), decode_picture(read_whole(self._file), self._name).frame)
        self._end = Fraction(0)
        self._frames = (nothing for nothing in cast("Iterator[Shown]", ()))


def open_reader(file: BinaryIO, stream: VideoStream, *, threads: int = 1) -> VideoReader:
    """What reads the frames of a stream: a film's, or an image file's one.

    Args:
        file: open for reading, seekable; the reader owns it from here on.
        stream: what the probe found.
        threads: decoder threads.

    Raises:
        MediaError: the file is not the one that was probed.
    """
    return (PictureReader if stream.still else VideoReader)(file, stream, threads=threads)


def read_whole(file: BinaryIO) -> bytes:
    """All bytes of an image file.

    Raises:
        UnsupportedMediaError: there are too many.
        MediaError: the disk cannot be read.
    """
    name = called(file)
    try:
        file.seek(0)
        data = file.read(LARGEST + 1)
    except OSError as error:
        reraise_unless_media(error, name)
        raise
    if len(data) > LARGEST:
        raise UnsupportedMediaError(
            f"{name} is an image file of more than {LARGEST >> 20} MiB", value=name, hint="save it smaller"
        )
    return data


def _is_mirrored(frame: VideoFrame) -> bool:
    found = frame.side_data.get(SideData.DISPLAYMATRIX)
    if found is None:
        return False
    matrix = np.frombuffer(bytes(found), np.int32)
    return bool(float(matrix[0]) * float(matrix[4]) < float(matrix[1]) * float(matrix[3]))


def _flipped(frame: VideoFrame) -> VideoFrame:
    """Upside down: what is left of a mirrored picture's orientation is a rotation then."""
    graph = Graph()
    graph.threads = 1
    source = graph.add(
        "buffer",
        video_size=f"{frame.width}x{frame.height}",
        pix_fmt=frame.format.name,
        time_base="1/1000",
        pixel_aspect="1/1",
        colorspace=str(int(frame.colorspace)),
        range=str(int(frame.color_range)),
    )
    # the first only walks its rows backwards, which nobody else expects; the second writes them down
    graph.link_nodes(source, graph.add("vflip"), graph.add("copy"), graph.add("buffersink")).configure()
    graph.vpush(frame)
    made = graph.vpull()
    assert isinstance(made, VideoFrame)
    return made


def _from_inks(data: bytes, name: str) -> VideoFrame:
    """A CMYK picture in RGB, as Pillow converts it: without a profile."""
    try:
        with Image.open(io.BytesIO(data), formats=[JpegImagePlugin.JpegImageFile.format]) as image:
            return VideoFrame.from_ndarray(np.asarray(image.convert("RGB")), "rgb24")
    except (OSError, ValueError, SyntaxError) as error:
        raise _damaged(name, str(error)) from error


def _damaged(name: str, reason: str) -> DamagedMediaError:
    return DamagedMediaError(
        f"{name} is damaged: {reason}", value=name, hint="copy the picture again from its source, or save it anew"
    )
