"""VP9 by libvpx."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cutroom.render.codecs.kinds import PictureCodec, PictureFormat, effort, quality

if TYPE_CHECKING:
    from cutroom.schema.export import ExportSettings

_SPEEDS = (6, 5, 5, 4, 4, 3, 2, 1, 1, 0)


def _options(settings: ExportSettings, picture: PictureFormat) -> dict[str, str]:
    """A bit rate of 0 makes `crf` the only rule."""
    return {
        "deadline": "good",
        "cpu-used": effort(settings, _SPEEDS),
        "crf": quality(settings),
        "b": "0",
        "row-mt": "0",
    }


CODEC = PictureCodec("libvpx-vp9", _options)
