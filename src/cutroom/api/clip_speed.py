"""Verbs of a clip on how fast it plays."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cutroom.api.arguments import truth
from cutroom.api.tempo import SpeedLike, lasting, speed_of
from cutroom.api.times import NOISE, seconds, step
from cutroom.edit import operations as ops
from cutroom.edit.limits import source_end
from cutroom.errors import EditError
from cutroom.schema.speed import travel
from cutroom.schema.time import TimeLike

if TYPE_CHECKING:
    from cutroom.api.clip import Clip


def retime(clip: Clip, speed: SpeedLike, *, ripple: bool = True, keep_pitch: bool | None = None) -> Clip:
    """Play it, and what is linked to it, at another speed; it shows the same stretch of media, but for part of a frame.

    ::

        before  [A~~~~~~][B]
        after   [A~~][B]            clip.retime(3)
        after   [A~~]····[B]        clip.retime(3, ripple=False)

    The duration becomes the nearest whole number of frames for which there is media; where that shows less of it, or
    more, `project.last` says so. Sound goes up and down with the speed, as on tape: twice as fast is an octave higher;
    or it keeps its pitch. Keyframes keep their places in the clip.

    Args:
        speed: 2 is twice as fast, from 0.1 to 10; or a ramp, speeds from 0 to 10 by seconds after the clip's start
            (of the clip as it plays then), with straight lines in between: `{0: 1, 1.5: 0.25}`.
        ripple: whether what follows moves along, on every sync-locked track.
        keep_pitch: whether its sound stays as high as it is: on ramps and backwards too. Clicks, drums and consonants
            stay in sync to the sample, what is between them to a sixtieth of a second. It sounds best between half
            and twice the speed. None: as before, which is no at first.

    Raises:
        ValidationError: no such speed.
        EditError: the neighbour is in the way (without `ripple`), linked clips do not share their edges, the clip is a
            title or a held picture, or a ramp that never reaches the out point.

    Example:
        >>> clip.retime(0.5)  # doctest: +SKIP
        >>> clip.retime({0: 1, 2: 0.25}, ripple=False)  # doctest: +SKIP
        >>> clip.retime(1.25, keep_pitch=True)  # doctest: +SKIP
    """
    value, closes = clip.value, truth("ripple", ripple)
    keeps = None if keep_pitch is None else truth("keep_pitch", keep_pitch)
    if value.is_title:
        raise EditError(
            f"clip {clip.id} is a title, which plays no media and cannot be retimed",
            value=clip.id,
            hint="trim it to change how long it stands",
        )
    with step(clip, "retime", clip.clock_kind, ripple=closes) as clock:
        pace, played = speed_of(speed, clock.rate), travel(value.speed, value.duration)
        if not played:
            raise EditError(
                f"clip {clip.id} holds one picture, at no speed",
                value=clip.id,
                hint="trim it to change how long it stands",
            )
        end = source_end(clip.document, value.source)
        duration = lasting(pace, played, None if end is None else end - value.start, clock.grid)
        clip.apply(ops.Retime(clip=clip.id, speed=pace, duration=duration, keep_pitch=keeps, ripple=closes))
        shows = travel(pace, duration)
        if abs(shows - played) > NOISE:
            clip.session.note(f"it shows {seconds(shows)} of media, not {seconds(played)}: whole {clock.unit}s")
    return clip


def reverse(clip: Clip) -> Clip:
    """Play it, and what is linked to it, the other way round; a second call turns it back.

    ::

        before  [1 2 3][B]
        after   [3 2 1][B]      the same stretch of media; nothing moves

    Raises:
        EditError: the clip is a title, or linked clips do not share their edges.

    Example:
        >>> clip.reverse().reversed  # doctest: +SKIP
        True
    """
    _ = clip.value
    clip.apply(ops.Reverse(clip=clip.id))
    return clip


def freeze(clip: Clip, at: TimeLike, duration: TimeLike) -> Clip:
    """Hold the picture that it shows at a timeline time; what follows moves right, on every sync-locked track.

    ::

        before  [A~~~~~~A][B]
        after   [A~][hold][A'~~][B]     its sound falls silent meanwhile

    What is animated has the values of that moment while it is held, and goes on from them.

    Args:
        at: timeline time of the picture.
        duration: how long it stands still.

    Returns:
        The clip that stands still.

    Raises:
        EditError: the time is not inside the clip, or it has no picture of a media.
        LockedTrackError: a part of it would move away from what it is linked to on a locked track.
        TimeError: nothing is left of the duration.

    Example:
        >>> hold = clip.freeze(at=2, duration=1.5)  # doctest: +SKIP
    """
    _ = clip.value
    with step(clip, "freeze", "video") as clock:
        made = clip.apply(ops.Freeze(clip=clip.id, at=clock.at(at), duration=clock.length(duration)))
    return clip.other(made.created[0])
