"""Clips that ask for more than their media has: where on the timeline there is nothing to see or to hear. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import NamedTuple

from cutroom.effects.compiler.layout import Layout
from cutroom.effects.compiler.travel import frame_law, law
from cutroom.schema.clip import Clip
from cutroom.schema.document import Document
from cutroom.schema.media import AudioStream, Media, VideoStream


class Shortage(NamedTuple):
    """A stretch in which a clip has nothing to show, or nothing to play."""

    clip: Clip
    media: Media
    first: int
    """Frame, or sample, of the timeline."""
    end: int
    """The one behind the last."""
    stops: Fraction
    """Media time at which the picture or the sound ends."""


def picture_shortages(document: Document, layout: Layout) -> Iterator[Shortage]:
    """The frames of a track that clips have no pictures for, but for the one that rounding may ask for.

    A clip is clear there: the tracks below are seen, or black.
    """
    fps = document.settings.fps
    for index, clip, media in _media_clips(document, layout):
        stream = media.video
        if stream is None or stream.still or _is_enough(layout, index, clip, stream):
            continue
        start = layout.starts[index]

        def lacks(frame: int, clip: Clip = clip, stream: VideoStream = stream, start: int = start) -> bool:
            time, step, _ = frame_law(clip, frame - start, fps)
            return time >= stream.start + stream.duration + max(abs(step), 1 / stream.rate)

        yield from _found(clip, media, stream, layout.shown(index), lacks)


def sound_shortages(document: Document, layout: Layout) -> Iterator[Shortage]:
    """The samples of a track that clips have no sound for, where those are more than a frame of the timeline lasts."""
    rate, fps = Fraction(document.settings.sample_rate), document.settings.fps
    for index, clip, media in _media_clips(document, layout):
        stream = media.audio
        if stream is None or _is_enough(layout, index, clip, stream):
            continue
        start = layout.starts[index]

        def lacks(sample: int, clip: Clip = clip, stream: AudioStream = stream, start: int = start) -> bool:
            return law(clip, (sample - start) / rate, rate).start >= stream.start + stream.duration

        for short in _found(clip, media, stream, layout.shown(index), lacks):
            if (short.end - short.first) / rate > 1 / fps:
                yield short


def _media_clips(document: Document, layout: Layout) -> Iterator[tuple[int, Clip, Media]]:
    for index, item in enumerate(layout.track.items):
        if isinstance(item, Clip) and item.media is not None:
            yield index, item, document.find_media(item.media)


def _is_enough(layout: Layout, index: int, clip: Clip, stream: VideoStream | AudioStream) -> bool:
    """Whether the stream reaches behind the clip, and no transition takes more: true of nearly all clips."""
    if clip.end > stream.start + stream.duration:
        return False
    return not layout.windows or layout.shown(index) == (layout.starts[index], layout.starts[index + 1])


def _found(
    clip: Clip,
    media: Media,
    stream: VideoStream | AudioStream,
    shown: tuple[int, int],
    lacks: Callable[[int], bool],
) -> Iterator[Shortage]:
    """The part of a clip that lacks its media: the last of it, or the first where it plays backwards."""
    first, end = shown
    if first >= end or not lacks(first if clip.reverse else end - 1):
        return
    low, high = first, end  # of a clip that plays forwards, the first that lacks lies in [low, high)
    while low < high:
        middle = (low + high) // 2
        if lacks(middle) != clip.reverse:
            high = middle
        else:
            low = middle + 1
    stops = stream.start + stream.duration
    yield Shortage(clip, media, *((first, low) if clip.reverse else (low, end)), stops)
