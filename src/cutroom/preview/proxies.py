"""Proxies: small files with the same frames at the same times, quick to decode anywhere."""

from __future__ import annotations

from fractions import Fraction

from cutroom.effects.compiler.fit import has_alpha
from cutroom.schema.media import AudioStream, Colour, VideoStream

GOP = 12
"""Frames from one keyframe to the next."""
_AAC_RATES = frozenset({8_000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000, 64_000, 88_200, 96_000})


def picture_of(video: VideoStream, height: int) -> VideoStream:
    """The picture of a proxy: upright, BT.709, 8 bits, no larger than the media's; its times are the media's own.

    H.264, or ProRes 4444 where parts of the picture may be clear. Where even numbers of pixels do not have the shape of
    the picture, its pixels are not quite square, so that it lies on a canvas exactly where the media's would.

    Args:
        video: the media's.
        height: of the picture, or its width where that is less, in pixels; it becomes even.

    Example:
        >>> film = VideoStream(index=0, codec="h264", width=1920, height=1080, rate=Fraction(25), duration=Fraction(1),
        ...                    frames=25, pixel_format="yuv420p")
        >>> proxy = picture_of(film, 540)
        >>> proxy.width, proxy.height, proxy.pixel_aspect
        (960, 540, Fraction(1, 1))
    """
    across, down = video.width * video.pixel_aspect, Fraction(video.height)
    if video.rotation in {90, 270}:
        across, down = down, across
    scale = min(Fraction(1), height / min(across, down))
    if across < down:
        wide = _even(across * scale)
        tall = _even(wide * down / across)
    else:
        tall = _even(down * scale)
        wide = _even(tall * across / down)
    clear = has_alpha(video)
    return video.replace(
        index=0,
        codec="prores" if clear else "h264",
        width=wide,
        height=tall,
        rotation=0,
        pixel_aspect=across / down * tall / wide,
        pixel_format="yuva444p10le" if clear else "yuv420p",
        colour=Colour(matrix="bt709", primaries="bt709", transfer="bt709"),
        interlaced=False,
        field_order=None,
    )


def sound_of(audio: AudioStream) -> AudioStream:
    """The sound of a proxy: AAC in one or two channels, at the media's own times."""
    rate = audio.sample_rate if audio.sample_rate in _AAC_RATES else 48_000
    channels = min(audio.channels, 2)
    layout = "mono" if channels == 1 else "stereo"
    return audio.replace(index=1, codec="aac", sample_rate=rate, channels=channels, layout=layout)


def _even(pixels: Fraction) -> int:
    return max(2, 2 * round(pixels / 2))
