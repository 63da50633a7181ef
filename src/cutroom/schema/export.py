"""How a timeline becomes a file: typed fields only, never an encoder's own option string."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any, Literal, Self, cast

from pydantic import Field, model_validator

from cutroom.errors import ValidationError
from cutroom.schema.base import Frozen
from cutroom.schema.formats import (
    CONTAINERS,
    MP3_BITRATES,
    PICTURES,
    SOUNDS,
    AudioCodec,
    Codec,
    Container,
    Effort,
    PictureFacts,
    PixelFormat,
    SoundFacts,
)
from cutroom.schema.time import Duration, Rate, to_frame


class ExportSettings(Frozen):
    """Settings of an export. The defaults are the preset `h264`: the project's size and rate, H.264 and AAC in MP4.

    What is not given is what is usual for the codec that is: its container, pixel format, quality, and sound.

    Example:
        >>> ExportSettings().gop_frames(Fraction(30000, 1001))
        60
        >>> ExportSettings(crf=18).replace(encoder_preset="medium").crf
        18.0
        >>> film = ExportSettings(codec="prores")
        >>> film.container, film.pixel_format, film.audio_codec
        ('mov', 'yuv422p10le', 'pcm_s24le')
        >>> ExportSettings(audio_codec="mp3", codec="none").container
        'mp3'
    """

    container: Container = "mp4"
    codec: Codec = "h264"
    """Picture codec; encoded by x264, x265, SVT-AV1, libvpx, FFmpeg's own encoder of ProRes; "none": sound only."""
    encoder_preset: Effort | None = "veryfast"
    """The encoder's effort, in x264's words; SVT-AV1's and libvpx's numbers are chosen by them ("fast", usual for AV1,
    is SVT-AV1's 6). x264's `veryfast` takes about 0.4 of the processor time of `medium`; at equal CRF the files are
    about as large and look slightly worse (SSIM 0.992 beside 0.993 on filmed streets). None with ProRes, and without
    a picture."""
    crf: float | None = Field(default=20.0, ge=0, le=63)
    """Constant quality: lower is better and larger. Each codec has a scale of its own: of H.264 and HEVC to 51 (18 is
    hard to tell from the source), of AV1 and VP9 to 63. None with ProRes, and without a picture."""
    gop: Duration = Field(default=Fraction(2), le=10)
    """Longest stretch from keyframe to keyframe, in seconds; a segment is never longer."""
    threads: int = Field(default=1, ge=1, le=16)
    """Encoder threads of one segment. A constant, since x264's output depends on it; segments run side by side in
    workers."""
    pixel_format: PixelFormat | None = "yuv420p"
    """4:2:0 in 8 bits, which plays everywhere, or in 10: then every step works with 10 bits. ProRes has 4:2:2, whose
    colours are those of 4:2:0 between which lines are filled in. None without a picture."""
    max_size: tuple[int, int] | None = None
    """Width and height that a picture stays within, at its own shape; turned where the picture stands upright. A
    smaller picture stays as it is."""
    max_fps: Rate | None = None
    """Frames a second at most: of a faster project every second frame is taken, or every third, and so on."""
    audio_codec: AudioCodec = "aac"
    audio_bitrate: int | None = 192_000
    """Bits per second of the whole sound stream. None with PCM, and without sound."""
    loudness: float | None = Field(default=None, ge=-70, le=-5)
    """LUFS that the whole mix is brought to by one gain; true peaks are limited to -1 dBTP (EBU R 128: -23;
    YouTube: -14); None: it is left as loud as it is."""
    subtitles: Literal["burn", "soft", "none"] = "burn"
    """Drawn into the picture; as streams of plain text that players switch on and off (MP4); or left out. Those inside
    of compounds are part of the picture, and left out with `none` only."""
    subtitle_language: str = Field(default="und", pattern="^[a-z]{3}$")
    """Of soft subtitles, as ISO 639-2 has it: "eng", "fra"; "und" where nobody says."""

    @model_validator(mode="before")
    @classmethod
    def _usual(cls, given: Any) -> Any:
        """Fill in what belongs to the codecs that were chosen."""
        if not isinstance(given, Mapping):
            return given
        codec = given.get("codec", "h264")
        facts = PICTURES.get(cast(Codec, codec)) if isinstance(codec, str) else None
        usual: dict[str, Any] = {"encoder_preset": None, "crf": None, "pixel_format": None}
        if facts is not None:
            usual = {
                "audio_codec": facts.audio_codec,
                "pixel_format": facts.pixel_formats[0],
                "crf": facts.crf,
                "encoder_preset": facts.effort,
            }
        container = given.get("container")
        if container is not None and (facts is None or container != facts.containers[0]):
            usual |= {"audio_codec": _sound_in(container, usual.get("audio_codec", "aac"))}
        name = given.get("audio_codec", usual.get("audio_codec", "aac"))
        sound = SOUNDS.get(cast(AudioCodec, name)) if isinstance(name, str) else None
        both = [one.containers for one in (facts, sound) if one is not None]
        shared = [name for name in both[0] if all(name in names for names in both)] if both else []
        usual |= {
            "container": shared[0] if shared else "mp4",
            "audio_bitrate": None if sound is None else sound.bitrate,
        }
        return {**usual, **given}

    @model_validator(mode="after")
    def _fits(self) -> Self:
        """Refuse what does not go together."""
        picture, sound = PICTURES.get(self.codec), SOUNDS.get(self.audio_codec)
        if picture is None and sound is None:
            raise ValidationError("a file without picture and sound", value=self.codec, hint="choose a codec")
        if picture is None:
            self._absent("without a picture", "encoder_preset", "crf", "pixel_format", "max_size", "max_fps")
        else:
            self._fits_picture(picture)
        if sound is None:
            self._absent("without sound", "audio_bitrate", "loudness")
        else:
            self._fits_sound(sound)
        if self.subtitles == "soft" and (self.container != "mp4" or picture is None):
            raise ValidationError(
                f"soft subtitles are written into films in MP4 only, not into {CONTAINERS[self.container].called}",
                value=self.container,
                hint="burn them in, or write them as a file beside it: export_subtitles",
            )
        if self.max_size is not None and min(self.max_size) < 2:
            raise ValidationError(f"not a size: {self.max_size!r}", value=self.max_size, hint="give (width, height)")
        return self

    def _fits_picture(self, facts: PictureFacts) -> None:
        if self.container not in facts.containers:
            raise _homeless(facts, self.container)
        if self.pixel_format not in facts.pixel_formats:
            raise ValidationError(
                f"{facts.called} is not encoded in {self.pixel_format}",
                value=self.pixel_format,
                hint=f"pixel_format takes {_or(facts.pixel_formats)}",
            )
        if facts.crf is None:
            self._absent(f"in {facts.called}", "encoder_preset", "crf")
        elif self.crf is None or self.encoder_preset is None:
            name = "crf" if self.crf is None else "encoder_preset"
            usual = facts.crf if self.crf is None else facts.effort
            raise ValidationError(f"{facts.called} needs {name}", value=None, hint=f"the usual one is {usual!r}")
        elif self.crf > facts.most:
            raise ValidationError(
                f"crf of {facts.called} takes a number from 0 to {facts.most:g}, not {self.crf:g}",
                value=self.crf,
                hint=f"the usual one is {facts.crf:g}",
            )

    def _fits_sound(self, facts: SoundFacts) -> None:
        if self.container not in facts.containers:
            raise _homeless(facts, self.container)
        if facts.bitrate is None:
            self._absent(f"in {facts.called}", "audio_bitrate")
            return
        low, high = facts.bitrates
        if self.audio_bitrate is None or not low <= self.audio_bitrate <= high:
            raise ValidationError(
                f"audio_bitrate of {facts.called} takes a whole number from {low:g} to {high:g}, "
                f"not {self.audio_bitrate}",
                value=self.audio_bitrate,
                hint=f"the usual one is {facts.bitrate}",
            )
        if self.audio_codec == "mp3" and self.audio_bitrate not in {1000 * rate for rate in MP3_BITRATES}:
            nearest = min(MP3_BITRATES, key=lambda rate: abs(1000 * rate - (self.audio_bitrate or 0)))
            raise ValidationError(
                f"MP3 has no {self.audio_bitrate} bits a second", value=self.audio_bitrate, hint=f"take {nearest}000"
            )

    def _absent(self, where: str, *names: str) -> None:
        """Refuse settings of something that is not in the file."""
        for name in names:
            if (value := getattr(self, name)) is not None:
                raise ValidationError(f"there is no {name} {where}", value=value, hint=f"leave {name} out, or None")

    @property
    def depth(self) -> Literal[8, 10]:
        """Bits of each number of the picture."""
        return 8 if self.pixel_format in {None, "yuv420p"} else 10

    on_error: Literal["fail", "slate"] = "fail"
    """What to do where a source is damaged: fail, and say where, or show nothing there, and say so in the report."""

    def gop_frames(self, fps: Rate) -> int:
        """The GOP in frames, at least one."""
        return max(1, to_frame(self.gop, fps))


def _sound_in(container: object, usual: AudioCodec) -> AudioCodec:
    """The usual sound of a container, if it may hold it, else the first that it may."""
    able: list[AudioCodec] = [name for name, facts in SOUNDS.items() if container in facts.containers]
    return usual if usual in able or not able else able[0]


def _homeless(facts: PictureFacts | SoundFacts, container: Container) -> ValidationError:
    return ValidationError(
        f"{CONTAINERS[container].called} cannot hold {facts.called}",
        value=container,
        hint=f"container takes {_or(facts.containers)} then",
    )


def _or(names: tuple[str, ...]) -> str:
    return " or ".join(repr(name) for name in names)
