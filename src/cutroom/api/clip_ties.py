"""Verbs of a clip on what it belongs with: links, groups, compounds and their angles."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cutroom.api.arguments import text, truth
from cutroom.api.times import step
from cutroom.edit import operations as ops
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

        before  [left~~~~~~~~]
        after   [left~][right]      clip.switch("right", at=…)

    The sound stays that of the angle it was, unless `sound` is on.

    Args:
        angle: title of a track of the multi-camera; `project.compound(...).angles` lists them.
        at: timeline time of the cut; None: no cut.
        sound: whether the linked sound changes too, to the recording of that angle.

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
        shown = clip
        if at is not None and (time := clock.at(at)) != clip.start:
            _, shown = clip.split(time)
        shown.apply(ops.SetAngle(clip=shown.id, angle=angle))
        if heard:
            _switch_sound(shown, angle)
    return shown


def _switch_sound(shown: Clip, angle: str) -> None:
    """Let the linked sound play what was recorded with an angle's pictures."""
    sounds = [clip for clip in shown.linked if clip.track.kind == "audio"]
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
