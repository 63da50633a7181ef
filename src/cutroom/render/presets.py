"""Named export settings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from types import MappingProxyType
from typing import TYPE_CHECKING

from cutroom.errors import nearest
from cutroom.schema.base import Frozen
from cutroom.schema.export import ExportSettings

if TYPE_CHECKING:
    import pandas as pd


class Preset(Frozen):
    """Export settings with a name."""

    preset: str
    description: str
    settings: ExportSettings


class Presets:
    """Presets by name.

    Example:
        >>> default_presets().get("h264").settings.codec
        'h264'
    """

    def __init__(self, presets: tuple[Preset, ...]) -> None:
        self._presets: Mapping[str, Preset] = MappingProxyType({preset.preset: preset for preset in presets})

    def __iter__(self) -> Iterator[Preset]:
        return iter(self._presets.values())

    def get(self, name: str) -> Preset:
        """A preset.

        Raises:
            UnknownNameError: there is none of this name; the hint has the nearest ones.
        """
        try:
            return self._presets[name]
        except KeyError:
            raise nearest(name, self._presets, what="preset") from None

    def to_df(self) -> pd.DataFrame:
        """One row per preset: ``preset``, ``description`` and every field of its settings (missing where a codec has no
        such thing; ``max_size`` is "1920x1080", ``gop`` and ``max_fps`` are fractions as text)."""
        import pandas as pd

        rows = []
        for preset in self:
            fields = preset.settings.model_dump(mode="json")
            if preset.settings.max_size is not None:
                fields["max_size"] = "{}x{}".format(*preset.settings.max_size)
            rows.append({"preset": preset.preset, "description": preset.description, **fields})
        return pd.DataFrame(rows).astype({"audio_bitrate": "Int64", "crf": "float64", "loudness": "float64"})


_HD = (1920, 1080)
_PRESETS: tuple[tuple[str, str, ExportSettings], ...] = (
    ("h264", "H.264 and AAC in MP4, at the project's size and rate", ExportSettings()),
    (
        "h264-10bit",
        "As h264, in 10 bits all the way (High 10): no bands in skies; browsers may not play it",
        ExportSettings(pixel_format="yuv420p10le"),
    ),
    ("h264-1080p", "As h264, at most 1920 x 1080", ExportSettings(max_size=_HD)),
    ("hevc-1080p", "HEVC and AAC in MP4, at most 1920 x 1080", ExportSettings(codec="hevc", max_size=_HD)),
    ("av1-1080p", "AV1 and AAC in MP4, at most 1920 x 1080", ExportSettings(codec="av1", max_size=_HD)),
    ("vp9-webm", "VP9 and Opus in WebM, at the project's size and rate", ExportSettings(codec="vp9")),
    (
        "prores-422-hq",
        "ProRes 422 HQ and PCM of 24 bits in QuickTime, for other editors: about 220 Mbit/s at 1080p30",
        ExportSettings(codec="prores"),
    ),
    (
        "preview",
        "Small and quick, to look at: at most 640 x 360 and 30 frames a second",
        ExportSettings(max_size=(640, 360), max_fps=Fraction(30), crf=26, audio_bitrate=128_000),
    ),
    ("wav", "The sound alone, in PCM of 24 bits", ExportSettings(codec="none", audio_codec="pcm_s24le")),
    ("mp3", "The sound alone, in MP3 at 192 kbit/s", ExportSettings(codec="none", audio_codec="mp3")),
)


def default_presets() -> Presets:
    """The built-in presets."""
    return Presets(tuple(Preset(preset=name, description=told, settings=settings) for name, told, settings in _PRESETS))
