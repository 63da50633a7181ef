"""`apply(document, operation)`: pure, with structural sharing; a failed operation changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from cutroom.edit import decorate, neighbours, nesting, place, relate, remove, structure, subtitles, timing
from cutroom.edit import operations as ops
from cutroom.edit.bounds import check_bounds, check_depth
from cutroom.edit.draft import Draft
from cutroom.edit.locked import require_partners
from cutroom.edit.ripple import ripple
from cutroom.edit.ties import Ties, settled
from cutroom.edit.trim import trim
from cutroom.edit.unnesting import unnest
from cutroom.schema.document import Document


@dataclass(frozen=True, slots=True)
class Applied:
    """What an operation made."""

    document: Document
    created: tuple[str, ...]
    """Ids of new media, tracks, clips, effects and transitions, in the order they were made."""
    notes: tuple[str, ...]
    """What happened beside what was asked (a transition that lost its clip, a track that stayed)."""


Checker = Callable[[ops.Operation, Document], None]
"""Looks at an operation and the document it gives (names, ranges of effects); raises where something does not fit."""


def apply(document: Document, operation: ops.Operation, check: Checker | None = None) -> Applied:
    """Apply one operation. It leaves no link and no group to one clip alone.

    Args:
        document: is not changed.
        operation: any of `cutroom.edit.operations`.
        check: looks at the operation and what it made; at those of a batch one by one, each when it was done.

    Raises:
        EditError: what stands in the way, and by how much.
        LockedTrackError: the track is locked, or a clip would move away from its partner on a locked one.

    Example:
        >>> from cutroom.schema.document import Document
        >>> from cutroom.edit.operations import AddTrack
        >>> made = apply(Document(id="p"), AddTrack(track="video", title="V1"))
        >>> [track.title for track in made.document.tracks]
        ['V1']
    """
    whole = isinstance(operation, _WHOLE)
    inside = None if whole else operation.compound
    draft = Draft(document.inside(inside), operation.id)
    if isinstance(operation, ops.Batch):
        _batch(draft, operation, check)
    else:
        _VERBS[type(operation)](draft, operation)
    if not whole:
        draft.notes += require_partners(document.inside(inside), draft.document, draft.parted)
    draft.relink()
    nests = not isinstance(operation, ops.Batch) and check_bounds(document.inside(inside), draft.document)
    changed = _settled(document, _outside(document, draft.document, inside), draft.ties)
    if changed.compounds is not document.compounds:
        outside = Draft(changed, operation.id)
        nesting.settle_compounds(document, outside)
        changed = outside.document
        draft.notes += outside.notes
    if nests or (changed.compounds is not document.compounds and not isinstance(operation, ops.Batch)):
        check_depth(changed)  # of compounds of which none shows itself
    if check is not None and not isinstance(operation, ops.Batch):
        check(operation, changed)
    return Applied(changed, tuple(draft.created), tuple(draft.notes))


def _outside(document: Document, inside: Document, compound_id: str | None) -> Document:
    """The project after an edit of one of its compounds."""
    if compound_id is None:
        return inside
    compounds = tuple(c.evolve(timeline=inside.timeline) if c.id == compound_id else c for c in inside.compounds)
    return inside.evolve(timeline=document.timeline, compounds=compounds)


def _settled(before: Document, after: Document, ties: Ties) -> Document:
    """The project without links and groups that one clip alone was left with, on the timelines that were edited."""
    if not (ties.links or ties.groups):
        return after
    if after.timeline is not before.timeline:
        after = after.evolve(timeline=settled(after.timeline, ties))
    if after.compounds is not before.compounds:
        known = {id(compound) for compound in before.compounds}
        compounds = (c if id(c) in known else c.evolve(timeline=settled(c.timeline, ties)) for c in after.compounds)
        after = after.evolve(compounds=tuple(compounds))
    return after


def _batch(draft: Draft, op: ops.Batch, check: Checker | None) -> None:
    for inner in op.operations:
        made = apply(draft.document, inner.evolve(compound=inner.compound or op.compound), check)
        draft.document = made.document
        draft.created += made.created
        draft.notes += made.notes


_WHOLE = (
    *(ops.AddMedia, ops.SetMedia, ops.RemoveMedia, ops.AddResource, ops.RemoveResource, ops.SetSettings),
    *(ops.AddCompound, ops.SetCompound, ops.RemoveCompound),
    ops.Batch,  # its operations find their timelines themselves
)
"""Operations on the project, not on a timeline: they see all of it from inside of a compound, too."""

_VERBS: dict[type, Callable[[Draft, Any], None]] = {
    ops.AddMedia: structure.add_media,
    ops.SetMedia: structure.set_media,
    ops.RemoveMedia: structure.remove_media,
    ops.AddResource: structure.add_resource,
    ops.RemoveResource: structure.remove_resource,
    ops.SetSettings: structure.set_settings,
    ops.AddTrack: structure.add_track,
    ops.SetTrack: structure.set_track,
    ops.MoveTrack: structure.move_track,
    ops.RemoveTrack: structure.remove_track,
    ops.AddMarker: structure.add_marker,
    ops.SetMarker: structure.set_marker,
    ops.RemoveMarker: structure.remove_marker,
    ops.Append: place.append,
    ops.Insert: place.insert,
    ops.Overwrite: place.overwrite,
    ops.Fill: place.fill,
    ops.Move: place.move,
    ops.Arrange: place.arrange,
    ops.Ripple: ripple,
    ops.Trim: trim,
    ops.Roll: neighbours.roll,
    ops.Slip: neighbours.slip,
    ops.Slide: neighbours.slide,
    ops.Split: remove.split,
    ops.Lift: remove.lift,
    ops.Extract: remove.extract,
    ops.Delete: remove.delete,
    ops.Retime: timing.retime,
    ops.Reverse: timing.reverse,
    ops.Freeze: timing.freeze,
    ops.AddEffect: decorate.add_effect,
    ops.SetEffect: decorate.set_effect,
    ops.SetKeyframes: decorate.set_keyframes,
    ops.MoveEffect: decorate.move_effect,
    ops.RemoveEffect: decorate.remove_effect,
    ops.AddTransition: decorate.add_transition,
    ops.SetTransition: decorate.set_transition,
    ops.RemoveTransition: decorate.remove_transition,
    ops.SetTitle: decorate.set_title,
    ops.Link: relate.link,
    ops.Unlink: relate.unlink,
    ops.Group: relate.group,
    ops.Ungroup: relate.ungroup,
    ops.AddCompound: nesting.add_compound,
    ops.SetCompound: nesting.set_compound,
    ops.RemoveCompound: nesting.remove_compound,
    ops.Nest: nesting.nest,
    ops.Unnest: unnest,
    ops.SetAngle: nesting.set_angle,
    ops.SetCues: subtitles.set_cues,
}
