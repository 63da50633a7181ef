"""How a timeline becomes a file: typed fields only, never an encoder's own option string."""

from __future__ import annotations

from fractions import Fraction
from typing import Literal

from pydantic import Field

from cutroom.schema.base import Frozen
from cutroom.schema.time import Duration, Rate, to_frame

X264Preset = Literal[
    "ultrafast", "superfast", "veryfast", "faster", "fast", "medium", "slow", "slower", "veryslow", "placebo"
]


class ExportSettings(Frozen):
    """Settings of an export. The defaults are the preset `h264`: the project's size and rate, H.264 and AAC in MP4.

    Example:
        >>> ExportSettings().gop_frames(Fraction(30000, 1001))
        60
        >>> ExportSettings(crf=18).replace(encoder_preset="medium").crf
        18.0
    """

    codec: Literal["h264"] = "h264"
    """Picture codec; encoded by x264."""
    encoder_preset: X264Preset = "veryfast"
    """x264's effort. `veryfast` takes about 0.4 of the processor time of `medium`; at equal CRF the files are about as
    large and look slightly worse (SSIM 0.992 beside 0.993 on filmed streets)."""
    crf: float = Field(default=20.0, ge=0, le=51)
    """Constant quality: lower is better and larger. 18 is hard to tell from the source, 23 is x264's own default."""
    gop: Duration = Field(default=Fraction(2), le=10)
    """Longest stretch from keyframe to keyframe, in seconds; a segment is never longer."""
    threads: int = Field(default=1, ge=1, le=16)
    """Encoder threads of one segment. A constant, since x264's output depends on it; segments run side by side in
    workers."""
    pixel_format: Literal["yuv420p", "yuv420p10le"] = "yuv420p"
    """4:2:0 in 8 bits, which plays everywhere, or in 10 (H.264 High 10): then every step works with 10 bits."""
    audio_codec: Literal["aac"] = "aac"
    audio_bitrate: int = Field(default=192_000, ge=16_000, le=512_000)
    """Bits per second of the whole sound stream."""
    loudness: float | None = Field(default=None, ge=-70, le=-5)
    """LUFS that the whole mix is brought to by one gain; true peaks are limited to -1 dBTP (EBU R 128: -23;
    YouTube: -14); None: it is left as loud as it is."""

    @property
    def depth(self) -> Literal[8, 10]:
        """Bits of each number of the picture."""
        return 8 if self.pixel_format == "yuv420p" else 10

    subtitles: Literal["burn", "soft", "none"] = "burn"
    """Drawn into the picture; as streams of plain text that players switch on and off; or left out. Those inside of
    compounds are part of the picture, and left out with `none` only."""
    subtitle_language: str = Field(default="und", pattern="^[a-z]{3}$")
    """Of soft subtitles, as ISO 639-2 has it: "eng", "fra"; "und" where nobody says."""

    on_error: Literal["fail", "slate"] = "fail"
    """What to do where a source is damaged: fail, and say where, or show nothing there, and say so in the report."""

    def gop_frames(self, fps: Rate) -> int:
        """The GOP in frames, at least one."""
        return max(1, to_frame(self.gop, fps))
