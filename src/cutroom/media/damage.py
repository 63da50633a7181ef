"""What of a file cannot be decoded, found by decoding all of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import BinaryIO, NamedTuple

from cutroom.media.audio import CHUNK_SECONDS, AudioReader
from cutroom.media.pictures import open_reader
from cutroom.media.stretch import Lost
from cutroom.schema.media import AudioStream, VideoStream

_TELL_EVERY = 50
"""Frames between two words of how far it is."""


class Damaged(NamedTuple):
    """A stretch that is clear or silent in every export."""

    stream: str
    """picture or sound."""
    start: Fraction
    """Media time, in seconds."""
    end: Fraction


def find_damage(
    open_file: Callable[[], BinaryIO],
    video: VideoStream | None,
    audio: AudioStream | None,
    tell: Callable[[Fraction, Fraction], None],
) -> list[Damaged]:
    """All stretches that cannot be decoded, the picture's first, each in order.

    Args:
        open_file: opens the file; called for each stream.
        video: what the probe found.
        audio: likewise.
        tell: called with seconds that are done and all there are.
    """
    total = sum((one.duration for one in (video, audio) if one is not None), Fraction(0))
    found: list[Damaged] = []
    done = Fraction(0)
    if video is not None:
        found += _in_picture(open_file(), video, lambda seconds: tell(seconds, total))
        done = video.duration
    if audio is not None:
        found += _in_sound(open_file(), audio, lambda seconds: tell(done + seconds, total))
    return found


def _in_picture(file: BinaryIO, video: VideoStream, tell: Callable[[Fraction], None]) -> Iterator[Damaged]:
    with open_reader(file, video) as reader:
        for number, shown in enumerate(reader.everything()):
            if isinstance(shown, Lost):
                assert shown.end is not None
                yield Damaged("picture", shown.start, shown.end)
            elif number % _TELL_EVERY == 0:
                tell(shown.start)


def _in_sound(file: BinaryIO, audio: AudioStream, tell: Callable[[Fraction], None]) -> list[Damaged]:
    found: list[Damaged] = []
    with AudioReader(file, audio) as reader:
        begin, stop = Fraction(0), audio.start + audio.duration
        while begin < stop:
            end = begin + CHUNK_SECONDS
            reader.read(int(begin * audio.sample_rate), 1, audio.sample_rate, audio.channels)
            for first, last in reader.damaged(begin, end):
                if found and first <= found[-1].end:
                    found[-1] = found[-1]._replace(end=max(last, found[-1].end))
                else:
                    found.append(Damaged("sound", first, last))
            tell(begin)
            begin = end
    return found
