"""Which codecs, pixel formats and containers go together, and what each codec's settings are if nobody chose."""

from __future__ import annotations

from typing import Literal, NamedTuple

Codec = Literal["h264", "hevc", "av1", "vp9", "prores", "none"]
AudioCodec = Literal["aac", "opus", "pcm_s16le", "pcm_s24le", "mp3", "none"]
Container = Literal["mp4", "mov", "webm", "wav", "mp3"]
PixelFormat = Literal["yuv420p", "yuv420p10le", "yuv422p10le"]
Effort = Literal[
    "ultrafast", "superfast", "veryfast", "faster", "fast", "medium", "slow", "slower", "veryslow", "placebo"
]


class PictureFacts(NamedTuple):
    """What there is to know of a picture codec before anything is encoded."""

    called: str
    containers: tuple[Container, ...]
    """The usual one first."""
    pixel_formats: tuple[PixelFormat, ...]
    """The usual one first."""
    audio_codec: AudioCodec
    """The usual one beside it."""
    crf: float | None
    """The usual one; None: it has no such scale."""
    most: float = 0.0
    """The worst quality of its scale."""
    effort: Effort | None = None
    """The usual one."""
    least: int = 2
    """Pixels of the smallest width and height: x265 refuses less, SVT-AV1 writes beyond its memory at 8."""


class SoundFacts(NamedTuple):
    """What there is to know of a sound codec before anything is encoded."""

    called: str
    containers: tuple[Container, ...]
    """The usual one, for a file of sound alone, first."""
    bitrate: int | None
    """The usual one; None: it has none to choose."""
    bitrates: tuple[int, int] = (0, 0)
    """Least and most."""


class ContainerFacts(NamedTuple):
    """What there is to know of a container before a file is written."""

    called: str
    suffixes: tuple[str, ...]
    """The usual one first."""


PICTURES: dict[Codec, PictureFacts] = {
    "h264": PictureFacts("H.264", ("mp4", "mov"), ("yuv420p", "yuv420p10le"), "aac", 20.0, 51.0, "veryfast"),
    "hevc": PictureFacts("HEVC", ("mp4", "mov"), ("yuv420p", "yuv420p10le"), "aac", 22.0, 51.0, "veryfast", 16),
    "av1": PictureFacts("AV1", ("mp4", "webm"), ("yuv420p", "yuv420p10le"), "aac", 30.0, 63.0, "fast", 64),
    "vp9": PictureFacts("VP9", ("webm", "mp4"), ("yuv420p",), "opus", 31.0, 63.0, "veryfast"),
    "prores": PictureFacts("ProRes 422 HQ", ("mov",), ("yuv422p10le",), "pcm_s24le", None),
}
"""VP9 has 8 bits only: the library that encodes it was built without more."""
SOUNDS: dict[AudioCodec, SoundFacts] = {
    "aac": SoundFacts("AAC", ("mp4", "mov"), 192_000, (16_000, 512_000)),
    "opus": SoundFacts("Opus", ("webm",), 128_000, (16_000, 510_000)),
    "pcm_s16le": SoundFacts("PCM of 16 bits", ("wav", "mov"), None),
    "pcm_s24le": SoundFacts("PCM of 24 bits", ("wav", "mov"), None),
    "mp3": SoundFacts("MP3", ("mp3",), 192_000, (32_000, 320_000)),
}
CONTAINERS: dict[Container, ContainerFacts] = {
    "mp4": ContainerFacts("MP4", (".mp4", ".m4v", ".m4a")),
    "mov": ContainerFacts("QuickTime", (".mov",)),
    "webm": ContainerFacts("WebM", (".webm",)),
    "wav": ContainerFacts("WAV", (".wav",)),
    "mp3": ContainerFacts("MP3", (".mp3",)),
}
MP3_BITRATES = (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
"""Kilobits a second that MPEG-1 layer III has."""
