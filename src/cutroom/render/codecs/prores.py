"""ProRes 422 HQ by FFmpeg's encoder that keeps to the format's own rates: every frame is a keyframe."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cutroom.render.codecs.kinds import PictureCodec, PictureFormat

if TYPE_CHECKING:
    from cutroom.schema.export import ExportSettings


def _options(settings: ExportSettings, picture: PictureFormat) -> dict[str, str]:
    """`prores_aw` is six times faster, but takes 329 Mbit/s of noise at 1080p30 where 220 are the format's."""
    return {"profile": "hq", "vendor": "apl0"}


CODEC = PictureCodec("prores_ks", _options)
