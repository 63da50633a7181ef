"""Verbs of a clip on what it belongs with: links, groups, compounds and their angles."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from cutroom.api.arguments import text, truth
from cutroom.api.times import step
from cutroom.edit import operations as ops
from cutroom.edit.sync import playing
from cutroom.errors import EditError
from cutroom.schema.clip import CompoundSource
from cutroom.schema.time import TimeLike

if TYPE_CHECKING:
    from cutroom.api.clip import Clip


def unlink(clip: Clip) -> Clip:
    """Let it and what is linked to it go their own ways: trims, moves and cuts are each one's own.

    ::

        before  V1 [A=]  A1 [A=]
        after   V1 [A]   A1 [A]     nothing moves

    Raises:
        EditError: it is not linked.

    Example:
        >>> clip.unlink().linked  # doctest: +SKIP
        []
    """
    _ = clip.value
    clip.apply(ops.Unlink(clip=clip.id))
    return clip


def ungroup(clip: Clip) -> Clip:
    """Dissolve the group that it belongs to.

    ::

        before  [A+][B][C+]
        after   [A][B][C]       nothing moves

    Raises:
        EditError: it is in none.

    Example:
        >>> clip.ungroup()  # doctest: +SKIP
    """
    _ = clip.value
    clip.apply(ops.Ungroup(clip=clip.id))
    return clip


def unnest(clip: Clip) -> list[Clip]:
    """Put what it shows of its compound in its place, on tracks of the same titles.

    ::

        before  V1 [compound]
        after   V2 ··[B]  V1 [A~][C]        nothing else moves; the compound stays in the project

    Returns:
        The clips that took its place.

    Raises:
        EditError: it shows no compound, or one angle only, or plays it at another speed or with effects; or a clip, or
            a track of another kind, is in the way.

    Example:
        >>> clips = scene.unnest()  # doctest: +SKIP
    """
    _ = clip.value
    made = clip.apply(ops.Unnest(clip=clip.id))
    document = clip.document
    return [clip.other(name) for name in made.created if any(t.index_of(name) is not None for t in document.tracks)]


def switch(clip: Clip, angle: str, at: TimeLike | None = None, *, sound: bool = False) -> Clip:
    """Show another angle of a multi-camera, from a timeline time on, or in all of the clip.

    ::

        before  V1 [left~~~~~~~~]  A1 [left~~~~~~~~]
        after   V1 [left~][right]  A1 [left~~~~~~~~]    clip.switch("right", at=…)
        after   V1 [left~][right]  A1 [left~][right]    clip.switch("right", at=…, sound=True)

    The picture is cut, and its sound goes on, linked to the part before the cut; `clip.roll` moves the cut alone.

    Args:
        angle: title of a track of the multi-camera; `project.compound(...).angles` lists them.
        at: timeline time of the cut; None: no cut.
        sound: whether the sound beneath is cut and changes too, to the recording of that angle.

    Returns:
        The clip that shows the angle: the part after the cut.

    Raises:
        EditError: the clip shows no compound, which has no such angle, or no sound for it; or the time is not inside.

    Example:
        >>> clip = tl.append(project.multicam("Talk", ["left.mp4", "right.mp4"]))  # doctest: +SKIP
        >>> clip.switch("right", at=4).switch("left", at=9)  # doctest: +SKIP
    """
    _ = clip.value
    text("angle", angle)
    heard = truth("sound", sound)
    with step(clip, "switch angle", clip.clock_kind) as clock:
        shown, begins = clip, clip.start if at is None else clock.at(at)
        sounds = _heard(clip, begins) if heard else []
        if begins != clip.start:
            shown = _cut(clip, begins)
            sounds = [_cut(one, begins) if one.start < begins else one for one in sounds]
        shown.apply(ops.SetAngle(clip=shown.id, angle=angle))
        if heard:
            _switch_sound(shown, angle, sounds)
    return shown


def _cut(clip: Clip, at: Fraction) -> Clip:
    """The part of a clip behind a cut; what is linked to it is not cut."""
    return clip.other(clip.apply(ops.Split(clip=clip.id, at=at, linked=False)).created[0])


def _heard(clip: Clip, at: Fraction) -> list[Clip]:
    """The sound that plays along with a clip at a timeline time: linked to it, or to a part that it was cut from."""
    document, mine = clip.document, playing(clip.start, clip.value)
    linked = [one for one in clip.linked if one.track.kind == "audio"]
    beneath = [
        clip.other(item.id)
        for track in document.tracks
        if track.kind == "audio" and (i := track.index_at(at)) < len(track.items)
        if (item := track.items[i]).kind == "clip" and playing(track.start_of(i), item) == mine
    ]
    return linked or beneath


def _switch_sound(shown: Clip, angle: str, sounds: list[Clip]) -> None:
    """Let sounds play what was recorded with an angle's pictures."""
    source = shown.value.source
    assert isinstance(source, CompoundSource)
    tracks = shown.document.compound(source.compound).timeline.tracks
    links = {clip.link for track in tracks if track.id == source.angle for _, clip in track.clips()} - {None}
    heard = next((t for t in tracks if t.kind == "audio" and any(clip.link in links for _, clip in t.clips())), None)
    if heard is None or not sounds:
        raise EditError(
            f"clip {shown.id} has no sound to switch" if heard else f"angle {angle} has no sound of its own",
            value=angle,
            hint="leave sound=False",
        )
    for clip in sounds:
        clip.apply(ops.SetAngle(clip=clip.id, angle=heard.id))
