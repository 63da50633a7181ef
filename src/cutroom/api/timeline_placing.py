"""Verbs of a timeline that put a media or a compound on it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cutroom.api.arguments import truth
from cutroom.api.place import MediaLike, Placing, place
from cutroom.api.tempo import SpeedLike
from cutroom.schema.time import TimeLike

if TYPE_CHECKING:
    from cutroom.api.clip import Clip
    from cutroom.api.compound import Compound
    from cutroom.api.timeline import Timeline


def append(
    timeline: Timeline,
    media: MediaLike | Compound,
    *,
    source: tuple[TimeLike, TimeLike | None] | None = None,
    track: str | None = None,
    sound: str | bool | None = True,
    speed: SpeedLike = 1,
    reverse: bool = False,
) -> Clip:
    """Put a stretch of a media at the end.

    ::

        before  [A][B]
        after   [A][B][C]

    Args:
        media: a path, a media of the project, or a compound; of a multi-camera the first angle is shown and heard.
        source: (in point, out point) in media time; None takes all of it, and 5 seconds of a still picture, of which
            `(0, 60)` takes a minute. All of a film is as long as its picture: sound that goes on after it is left out,
            with a Python warning, unless it is asked for, `(0, None)`; sound that ends sooner is told as well.
        track: where the picture (or a sound file) goes: "V1", "A1"; made when it is missing.
        sound: the track of the linked sound; True: the sound track of the same number; None or False: no sound.
        speed: 2 plays it twice as fast, in half the time, from 0.1 to 10; or a ramp, speeds by seconds after the clip's
            start: `{0: 1, 2: 0.5}`.
        reverse: whether it plays from the out point to the in point.

    Returns:
        The clip; its sound is `clip.linked`.

    Raises:
        MediaNotFoundError, UnsupportedMediaError, DamagedMediaError: the file cannot be used.
        HandlesError: the media is shorter than that; says by how much.
        EditError: the track cannot hold it, or a compound would show itself.

    Example:
        >>> tl.append("beach.mp4", source=(2, 5), speed=0.5)  # doctest: +SKIP
    """
    return place(timeline, "append", media, None, Placing(source, track, sound, speed, reverse))


def insert(
    timeline: Timeline,
    media: MediaLike | Compound,
    at: TimeLike,
    *,
    source: tuple[TimeLike, TimeLike | None] | None = None,
    track: str | None = None,
    sound: str | bool | None = True,
    speed: SpeedLike = 1,
    reverse: bool = False,
) -> Clip:
    """Put a stretch of a media at a time; what follows moves right on every sync-locked track.

    ::

        before  [A~~~~~~][B]
        after   [A~][C][A'~][B]

    Args:
        media: a path, a media of the project, or a compound.
        at: timeline time.
        source: (in point, out point) in media time; None takes all of it, as `append` does.
        track: where the picture (or a sound file) goes; made when it is missing.
        sound: the track of the linked sound; True: the sound track of the same number; None or False: no sound.
        speed: as `append` takes it.
        reverse: whether it plays from the out point to the in point.

    Returns:
        The clip.

    Raises:
        MediaError, HandlesError, EditError: as `append`.

    Example:
        >>> tl.insert("beach.mp4", at=4, source=(0, 2))  # doctest: +SKIP
    """
    return place(timeline, "insert", media, at, Placing(source, track, sound, speed, reverse))


def overwrite(
    timeline: Timeline,
    media: MediaLike | Compound,
    at: TimeLike,
    *,
    source: tuple[TimeLike, TimeLike | None] | None = None,
    track: str | None = None,
    sound: str | bool | None = True,
    speed: SpeedLike = 1,
    reverse: bool = False,
) -> Clip:
    """Put a stretch of a media at a time, over whatever is there.

    ::

        before  [A~~~~~~][B]
        after   [A~][C][A'][B]

    Args:
        media: a path, a media of the project, or a compound.
        at: timeline time; for a sound a `Fraction` is taken exactly, between two samples too.
        source: (in point, out point) in media time; None takes all of it, as `append` does.
        track: where the picture (or a sound file) goes; made when it is missing.
        sound: the track of the linked sound; True: the sound track of the same number; None or False: no sound.
        speed: as `append` takes it.
        reverse: whether it plays from the out point to the in point.

    Returns:
        The clip.

    Raises:
        MediaError, HandlesError, EditError: as `append`.

    Example:
        >>> tl.overwrite("song.mp3", at=0, track="A2")  # doctest: +SKIP
    """
    return place(timeline, "overwrite", media, at, Placing(source, track, sound, speed, reverse))


def fill(
    timeline: Timeline,
    media: MediaLike | Compound,
    span: Any,
    *,
    source: tuple[TimeLike, TimeLike | None] | None = None,
    fit: bool = False,
    track: str | None = None,
    sound: str | bool | None = True,
) -> Clip:
    """Fill a gap with a stretch of a media: no clip that is there changes or moves.

    ::

        before  [A]·······[B]
        after   [A]·[C~~]·[B]

    Args:
        media: a path, a media of the project, or a compound.
        span: (start, end) on the timeline, where nothing is.
        source: (in point, out point) in media time; None: all of it.
        fit: False: from the in point, trimmed to the span; True: all of the stretch, at the speed that fits it in.
        track: where the picture (or a sound file) goes; made when it is missing.
        sound: the track of the linked sound, which needs the gap too; True: of the same number; None or False: none.

    Returns:
        The clip.

    Raises:
        MediaError: the file cannot be used.
        HandlesError: the stretch is shorter than the span; says by how much.
        EditError: a clip is in the way, says how much room there is; or no speed from 0.1 to 10 fits it in.

    Example:
        >>> tl.fill("beach.mp4", span=(4, 6), source=(0, 3), fit=True).speed  # doctest: +SKIP
        Fraction(3, 2)
    """
    how = Placing(source, track, sound, fit=truth("fit", fit))
    return place(timeline, "fill", media, span, how)
