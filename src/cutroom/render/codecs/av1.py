"""AV1 by SVT-AV1."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cutroom.render.codecs.kinds import PictureCodec, PictureFormat, effort, quality

if TYPE_CHECKING:
    from cutroom.schema.export import ExportSettings

_PRESETS = (10, 9, 8, 7, 6, 5, 4, 3, 2, 1)
"""At 10, files of filmed streets are larger than x264's at `veryfast`, and look worse; 6 takes four times as long."""


def _options(settings: ExportSettings, picture: PictureFormat) -> dict[str, str]:
    """`irefresh-type=2` closes GOPs; `lp` is how much is done side by side, which does not change the bytes."""
    return {
        "preset": effort(settings, _PRESETS),
        "crf": quality(settings),
        "svtav1-params": f"irefresh-type=2:scd=0:lp={min(settings.threads, 6)}",
    }


CODEC = PictureCodec("libsvtav1", _options, environment={"SVT_LOG": "1"})
"""It tells its settings on standard error unless only errors are asked for."""
