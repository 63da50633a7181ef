"""One module per codec: how its encoder is set up so that segments join, and what a muxer must know about them.

None of them opens PyAV by itself: a plan asks for packet lengths and rates in the user's own process.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cutroom.render.codecs import aac, av1, h264, hevc, mp3, opus, pcm, prores, vp9

if TYPE_CHECKING:
    from cutroom.render.codecs.kinds import PictureCodec, SoundCodec
    from cutroom.schema.export import ExportSettings

PICTURES: dict[str, PictureCodec] = {
    "h264": h264.CODEC,
    "hevc": hevc.CODEC,
    "av1": av1.CODEC,
    "vp9": vp9.CODEC,
    "prores": prores.CODEC,
}
SOUNDS: dict[str, SoundCodec] = {
    "aac": aac.CODEC,
    "opus": opus.CODEC,
    "pcm_s16le": pcm.BITS_16,
    "pcm_s24le": pcm.BITS_24,
    "mp3": mp3.CODEC,
}


def picture_codec(settings: ExportSettings) -> PictureCodec:
    """The codec of the picture.

    Example:
        >>> from cutroom.schema.export import ExportSettings
        >>> picture_codec(ExportSettings()).encoder
        'libx264'
    """
    return PICTURES[settings.codec]


def sound_codec(settings: ExportSettings) -> SoundCodec:
    """The codec of the sound.

    Example:
        >>> from cutroom.schema.export import ExportSettings
        >>> sound_codec(ExportSettings()).packet
        1024
    """
    return SOUNDS[settings.audio_codec]
