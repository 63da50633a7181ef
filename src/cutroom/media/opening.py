"""Opening media safely, in one place: the formats, the limits, and what media time 0 means.

A media file comes from anywhere, so the demuxers that may look at it are listed, none of them may open anything else
(no protocol is allowed), and pictures have a largest size. Files are handed over open: no path is opened here.
"""

from __future__ import annotations

import errno
import math
import os
from collections.abc import Iterator
from fractions import Fraction
from typing import BinaryIO, cast

import av
import av.logging
from av.audio.stream import AudioStream as AvAudioStream
from av.container import InputContainer
from av.packet import Packet
from av.stream import Disposition, Stream
from av.video.codeccontext import VideoCodecContext
from av.video.stream import VideoStream as AvVideoStream

from cutroom.errors import CutroomError, DamagedMediaError, MediaError, UnsupportedMediaError
from cutroom.media.rates import nominal

FORMATS = "mov,mp4,matroska,webm,avi,mpegts,mpeg,wav,mp3,flac,ogg,aac,gif"
"""Demuxers that may read a file, as FFmpeg's `format_whitelist`. Playlists and image sequences stay out on purpose."""
MAX_PIXELS = 8192 * 8192
"""Largest picture that is decoded; a 243 KB file can claim to be far larger."""
CONTAINER_OPTIONS = {
    "format_whitelist": FORMATS,
    "protocol_whitelist": "",
    "analyzeduration": "60000000",  # microseconds: sound may begin late in a transport stream
}
DECODER_OPTIONS = {"max_pixels": str(MAX_PIXELS)}
"""Needed when a file is opened (FFmpeg decodes a little to look around) and again on every decoder."""
OPEN_OPTIONS: dict[str, dict[str, str]] = {"container_options": CONTAINER_OPTIONS, "options": DECODER_OPTIONS}
"""What every `av.open` of a media file is given."""

_WITH_ALPHA = {"vp8": "libvpx", "vp9": "libvpx-vp9"}
"""Decoders that know of the alpha of a codec."""
_SIGNATURES = (
    (0, (b"\x1aE\xdf\xa3", b"RIFF", b"OggS", b"fLaC", b"ID3", b"GIF8", b"\x00\x00\x01\xba")),
    (4, (b"ftyp", b"moov", b"mdat")),
)
"""How the listed formats begin: a file that begins so and still does not open is damaged, not foreign."""
PICTURES = (
    ("png", 0, b"\x89PNG"),
    ("jpeg", 0, b"\xff\xd8\xff"),
    ("tiff", 0, b"II*\0"),
    ("tiff", 0, b"MM\0*"),
    ("bmp", 0, b"BM"),
    ("webp", 8, b"WEBP"),
)
"""How image files begin that can be read: format, place, bytes."""
_OTHER_PICTURES = ((4, (b"ftypheic", b"ftypheix", b"ftypmif1", b"ftypavif")), (0, (b"\0\0\1\0", b"%PDF", b"8BPS")))

av.logging.set_level(None)  # FFmpeg's own log would cross threads and fill notebooks; errors arrive as exceptions

_PLENTY = 256 << 20
"""Bytes: more than any one picture has."""
_IMPOSSIBLE = (errno.EINVAL, errno.EOVERFLOW)


def called(file: BinaryIO) -> str:
    """How errors call a file: by its own name without the folder, where it has one."""
    name = getattr(file, "name", "")
    return os.path.basename(name) if isinstance(name, str) and name else "the media"


def open_container(file: BinaryIO) -> InputContainer:
    """Open a media file with every safety option.

    Args:
        file: open for reading, seekable; it stays open when the container is closed.

    Raises:
        UnsupportedMediaError: not media, or a format off the list.
        MediaError: the disk cannot be read.
        DamagedMediaError: a known format whose beginning is broken or missing.
    """
    name = called(file)
    try:
        file.seek(0)
        return cast(InputContainer, av.open(file, mode="r", **OPEN_OPTIONS))  # type: ignore[call-overload]
    except (av.FFmpegError, ValueError, OSError) as error:
        reraise_unless_media(error, name)
        head = _head(file, name)
        if not head:
            raise DamagedMediaError(f"{name} is empty", value=name, hint="copy or record it again") from error
        if _begins(head, tuple((at, (magic,)) for _, at, magic in PICTURES)):
            raise UnsupportedMediaError(
                f"{name} is a still picture, which has no packets and no sound", value=name, hint="show it in a clip"
            ) from error
        if _begins(head, _OTHER_PICTURES):
            raise UnsupportedMediaError(
                f"{name} is a picture of a kind that cannot be read", value=name, hint="save it as PNG, JPEG or TIFF"
            ) from error
        if _begins(head, _SIGNATURES):
            raise DamagedMediaError(
                f"{name} is damaged: {_reason(error)}",
                value=name,
                hint="the file was cut short or overwritten; copy it again from its source",
            ) from error
        raise UnsupportedMediaError(
            f"{name} is not a media file that Cutroom reads",
            value=name,
            hint="it reads MP4, MOV, Matroska, WebM, AVI, MPEG, WAV, MP3, FLAC, Ogg, AAC and GIF, and pictures in PNG, "
            "JPEG, TIFF, BMP and WebP",
        ) from error


def reraise_unless_media(error: Exception, name: str) -> None:
    """Raise again what is no fault of the media: this program's own errors, and those of a disk that fails.

    FFmpeg's errors mean the media, and so does a refused seek: damaged files ask for impossible places. They ask for
    impossible sizes as well, so that a lack of memory means the media where there is plenty.

    Raises:
        MediaError: the disk cannot be read.
        MemoryError: there is hardly any left.
    """
    if isinstance(error, CutroomError):
        raise error
    if isinstance(error, MemoryError):
        bytearray(_PLENTY)  # raises, too, where there is little
    if isinstance(error, av.FFmpegError) or not isinstance(error, OSError) or error.errno in _IMPOSSIBLE:
        return
    raise MediaError(
        f"{name} cannot be read: {_reason(error)}",
        value=name,
        hint="check that its disk or network share is connected and sound, then try again",
    ) from error


def _head(file: BinaryIO, name: str) -> bytes:
    try:
        file.seek(0)
        return file.read(12)
    except OSError as error:
        reraise_unless_media(error, name)
        return b""


def _begins(head: bytes, signatures: tuple[tuple[int, tuple[bytes, ...]], ...]) -> bool:
    return any(head[at:].startswith(magics) for at, magics in signatures)


def _reason(error: Exception) -> str:
    return str(getattr(error, "strerror", None) or error).lower()


def choose_streams(container: InputContainer) -> tuple[AvVideoStream | None, AvAudioStream | None]:
    """The picture stream and the sound stream that Cutroom uses: FFmpeg's best ones, cover art left out."""
    video = container.streams.best("video")
    if video is not None and (video.disposition & Disposition.attached_pic or not _decodable(video)):
        video = None
    audio = container.streams.best("audio", related=video)
    if audio is not None and not _decodable(audio):
        audio = None
    return cast("AvVideoStream | None", video), cast("AvAudioStream | None", audio)


def _decodable(stream: Stream) -> bool:
    return getattr(stream, "codec_context", None) is not None  # None where this FFmpeg has no decoder


def decoder_of(stream: AvVideoStream, *, alpha: bool) -> VideoCodecContext:
    """The decoder for a picture stream's packets, not opened yet.

    It is the stream's own, but for VP8 and VP9 with alpha: FFmpeg's own decoders drop it, those of libvpx keep it.

    Args:
        stream: of a container that stays open.
        alpha: whether there is alpha to be kept.
    """
    own = stream.codec_context
    name = _WITH_ALPHA.get(own.codec.canonical_name) if alpha else None
    if name is None:
        return own
    decoder = cast(VideoCodecContext, av.CodecContext.create(name, "r"))
    decoder.color_primaries, decoder.color_trc = own.color_primaries, own.color_trc  # what the container says of them
    decoder.colorspace, decoder.color_range = own.colorspace, own.color_range
    return decoder


def clock(stream: Stream) -> Fraction:
    """Seconds of one tick of a stream's clock, exactly."""
    return Fraction(stream.time_base.numerator, stream.time_base.denominator)


def origin(container: InputContainer) -> Fraction:
    """Where media time 0 lies on the file's own clock, in seconds.

    That is the earliest start of the streams in use, moved by less than a frame so that the picture begins a whole
    number of frames after it: sound that leads by a few milliseconds (an encoder's delay, in MPEG-TS) must not put
    every frame of the film between two frames of the timeline.
    """
    video, audio = choose_streams(container)
    starts = [s.start_time * clock(s) for s in (video, audio) if s is not None and s.start_time is not None]
    earliest = min(starts, default=Fraction(0))
    if video is None or video.start_time is None or not video.guessed_rate:
        return earliest
    begin = video.start_time * clock(video)
    rate = nominal(Fraction(video.guessed_rate.numerator, video.guessed_rate.denominator))
    return begin - math.floor((begin - earliest) * rate) / rate


def packets[S: Stream](container: InputContainer, *streams: S) -> Iterator[Packet[S]]:
    """The packets of `streams` up to the end, or to where the file cannot be read any further.

    An empty packet for each stream comes last, as from `demux`. FFmpeg reports a file that was cut short as an end in
    most formats and as an error in some; the probe tells what is missing.

    Raises:
        MediaError: the disk cannot be read.
    """
    try:
        yield from cast("Iterator[Packet[S]]", container.demux(*streams))
    except (av.FFmpegError, OSError) as error:
        reraise_unless_media(error, os.path.basename(container.name) or "the media")
        for stream in streams:
            last = cast("Packet[S]", Packet())
            last.stream, last.time_base = stream, stream.time_base
            yield last


def counts_frames(container: InputContainer, stream: AvVideoStream) -> bool:
    """Whether frames are placed by counting them, as in AVI, which stores no presentation times.

    FFmpeg's guesses at those times are permuted around B-frames, while the decoding timestamps of decoded frames
    (which only slice threads keep) count them in the order in which they are shown.
    """
    return container.format.name == "avi" and bool(stream.codec_context.has_b_frames)


def only(container: InputContainer, index: int, file: BinaryIO) -> Stream:
    """The stream at `index`, and let the demuxer skip all the others.

    Raises:
        MediaError: the file has no such stream: it is not the file that was probed.
    """
    if index >= len(container.streams) or not _decodable(container.streams[index]):
        raise MediaError(f"{called(file)} has no stream {index}", value=index, hint="probe the file again")
    for stream in container.streams:
        if stream.index != index:
            stream.discard = av.stream.Discard.all
    return container.streams[index]
