"""Named export settings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
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
        """One row per preset: ``preset``, ``description`` and every field of its settings."""
        import pandas as pd

        rows = []
        for preset in self:
            fields = preset.settings.model_dump(mode="json")
            rows.append({"preset": preset.preset, "description": preset.description, **fields})
        return pd.DataFrame(rows)


def default_presets() -> Presets:
    """The built-in presets."""
    return Presets(
        (
            Preset(
                preset="h264",
                description="H.264 and AAC in MP4, at the project's size and rate",
                settings=ExportSettings(),
            ),
            Preset(
                preset="h264-10bit",
                description="As h264, in 10 bits all the way (High 10): no bands in skies; browsers may not play it",
                settings=ExportSettings(pixel_format="yuv420p10le"),
            ),
        )
    )
