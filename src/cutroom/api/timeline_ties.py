"""Verbs of a timeline on clips that belong together: links, groups, compounds, transitions."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from cutroom.api import arguments
from cutroom.api.clip import Clip
from cutroom.api.times import step
from cutroom.api.transition import Transition
from cutroom.edit import operations as ops
from cutroom.effects.registry import Registry
from cutroom.schema.time import TimeLike

if TYPE_CHECKING:
    from cutroom.api.names import TransitionName
    from cutroom.api.timeline import Timeline

MOST_LINKED, MOST_CLIPS = 100, 10_000


def link(timeline: Timeline, *clips: Clip | Iterable[Clip]) -> Timeline:
    """Tie clips of different tracks together as picture and sound of one: trims and cuts of one are those of all.

    ::

        before  V1 [A]   A1 [B]
        after   V1 [A=]  A1 [B=]        each leaves what it was linked to before; nothing moves

    Args:
        clips: two clips or more.

    Raises:
        ValidationError: fewer than two, or one that is no clip of this timeline.
        EditError: two of them stand on the same track.

    Example:
        >>> tl.link(picture, sound)  # doctest: +SKIP
    """
    timeline.apply(ops.Link.checked(clips=_ids(timeline, clips, 2, MOST_LINKED)))
    return timeline


def group(timeline: Timeline, *clips: Clip | Iterable[Clip]) -> Timeline:
    """Move and delete clips together from now on.

    ::

        before  [A][B][C]
        after   [A+][B][C+]     each leaves the group that it was in; nothing moves

    Args:
        clips: two clips or more.

    Raises:
        ValidationError: fewer than two, or one that is no clip of this timeline.

    Example:
        >>> tl.group(tl.track("V1").clips)  # doctest: +SKIP
    """
    timeline.apply(ops.Group.checked(clips=_ids(timeline, clips, 2, MOST_CLIPS)))
    return timeline


def nest(timeline: Timeline, clips: Clip | Iterable[Clip], name: str) -> Clip:
    """Put clips, and what is linked to them, into a new compound, and one clip that shows it in their place.

    ::

        before  V2 ··[B]  V1 [A~][C]
        after   V1 [compound]           what was shown is shown still; nothing else moves

    Args:
        clips: of this timeline.
        name: title of the compound, 1 to 200 characters; `project.compound(name)` is its timeline.

    Returns:
        The clip that shows the compound; its sound is `clip.linked`.

    Raises:
        ValidationError: no clips, or one that is none of this timeline.
        EditError: another clip stands in between, or there is a compound of that name.

    Example:
        >>> scene = tl.nest(tl.clips[:2], "Scene 1")  # doctest: +SKIP
    """
    title = arguments.text("name", name)
    made = timeline.apply(ops.Nest.checked(clips=_ids(timeline, [clips], 1, MOST_CLIPS), title=title))
    document = timeline.document
    shown = [
        (track.kind == "audio", clip_id)
        for clip_id in made.created
        for track in document.tracks
        if track.index_of(clip_id) is not None
    ]
    return Clip(timeline.session, timeline.within, min(shown)[1])


def _ids(timeline: Timeline, clips: Any, least: int, most: int) -> tuple[str, ...]:
    """Ids of clips, given one by one or several at once.

    Raises:
        ValidationError: too few, too many, or something else among them.
        ClipGoneError: one that was removed.
    """
    found: dict[str, None] = {}
    for given in arguments.several("clips", clips):
        for clip in [given] if isinstance(given, Clip) else arguments.several("clips", given):
            if not isinstance(clip, Clip) or not clip.beside(timeline):
                raise arguments.wrong("clips", "clips of this timeline", clip)
            found[clip.value.id] = None
    if not least <= len(found) <= most:
        raise arguments.wrong("clips", f"{least} to {most} clips", list(found))
    return tuple(found)


def add_transition(
    timeline: Timeline,
    transition: TransitionName | str = "dissolve",
    left: Clip | None = None,
    right: Clip | None = None,
    *,
    duration: TimeLike = 0.5,
) -> Transition:
    """Attach a transition to the cut between two clips, and to the cut between their linked sounds.

    ::

        before  [A~~~][B~~~]
        after   [A~~[><]B~~]        nothing moves: both play on beyond the cut

    Args:
        transition: a name of `cr.transitions.to_df()`.
        left: the clip before the cut; None where nothing is.
        right: the clip after the cut; None where nothing is.
        duration: half of it lies on each side of the cut.

    Returns:
        Its handle; `tl.transitions` lists all.

    Raises:
        HandlesError: not enough media beyond the cut; says how much is missing on which side.

    Example:
        >>> tl.add_transition("dissolve", first, second, duration=0.5)  # doctest: +SKIP
    """
    for side, clip in (("left", left), ("right", right)):
        if clip is not None and not (isinstance(clip, Clip) and clip.beside(timeline)):
            raise arguments.wrong(side, "a clip of this timeline, or None where nothing is", clip)
    timeline.app.get(Registry).transition(arguments.text("transition", transition))
    with step(timeline, f"add {transition}", "video") as clock:
        length = clock.length(duration)
        made = timeline.apply(
            ops.AddTransition(
                transition=transition,
                left=left.id if left else None,
                right=right.id if right else None,
                duration=length,
            )
        )
        sounds = _linked_cut(left, right)
        if sounds:
            timeline.apply(ops.AddTransition(transition=transition, left=sounds[0], right=sounds[1], duration=length))
    return Transition(timeline.session, timeline.within, made.created[0])


def _linked_cut(left: Clip | None, right: Clip | None) -> tuple[str | None, str | None] | None:
    """The same cut on the linked sound, where there is one."""
    before = left.linked if left else []
    after = right.linked if right else []
    if (left and not before) or (right and not after):
        return None
    first = before[0] if before else None
    second = after[0] if after else None
    if first and second and first.end != second.start:
        return None
    return (first.id if first else None, second.id if second else None)
