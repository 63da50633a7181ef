"""`apply(document, operation)`: pure, with structural sharing; a failed operation changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from cutroom.edit import decorate, place, remove
from cutroom.edit import operations as ops
from cutroom.edit.draft import Draft
from cutroom.edit.trim import trim
from cutroom.errors import EditError
from cutroom.schema.document import Document
from cutroom.schema.track import Track


@dataclass(frozen=True, slots=True)
class Applied:
    """What an operation made."""

    document: Document
    created: tuple[str, ...]
    """Ids of new media, tracks, clips, effects and transitions, in the order they were made."""
    notes: tuple[str, ...]
    """What happened beside what was asked (a transition that lost its clip, a track that stayed)."""


def apply(document: Document, operation: ops.Operation) -> Applied:
    """Apply one operation.

    Args:
        document: is not changed.
        operation: any of `cutroom.edit.operations`.

    Raises:
        EditError: what stands in the way, and by how much.

    Example:
        >>> from cutroom.schema.document import Document
        >>> from cutroom.edit.operations import AddTrack
        >>> made = apply(Document(id="p"), AddTrack(track="video", title="V1"))
        >>> [track.title for track in made.document.tracks]
        ['V1']
    """
    draft = Draft(document, operation.id)
    _VERBS[type(operation)](draft, operation)
    return Applied(draft.document, tuple(draft.created), tuple(draft.notes))


def _add_media(draft: Draft, op: ops.AddMedia) -> None:
    if any(media.id == op.media.id for media in draft.document.media):
        raise EditError(f"the project has media {op.media.id} already", value=op.media.id)
    draft.document = draft.document.replace(media=(*draft.document.media, op.media))
    draft.created.append(op.media.id)


def _set_settings(draft: Draft, op: ops.SetSettings) -> None:
    draft.document = draft.document.evolve(settings=op.settings)


def _add_track(draft: Draft, op: ops.AddTrack) -> None:
    document = draft.document
    if any(track.title == op.title for track in document.tracks):
        raise EditError(f"there is a track {op.title} already", value=op.title, hint="choose another title")
    made = Track(id=draft.make_id("t"), kind=op.track, title=op.title)
    tracks = list(document.tracks)
    same = [i for i, track in enumerate(tracks) if track.kind == op.track]
    if same:
        at = same[-1] + 1
    else:  # pictures at the bottom, titles above them, sound last
        order = {"video": 0, "title": 1, "subtitle": 2, "audio": 3}
        at = sum(order[track.kind] < order[op.track] for track in tracks)
    tracks.insert(at, made)
    draft.document = document.evolve(timeline=document.timeline.replace(tracks=tuple(tracks)))
    draft.created.append(made.id)


def _batch(draft: Draft, op: ops.Batch) -> None:
    for inner in op.operations:
        made = apply(draft.document, inner)
        draft.document = made.document
        draft.created += made.created
        draft.notes += made.notes


_VERBS: dict[type, Callable[[Draft, Any], None]] = {
    ops.AddMedia: _add_media,
    ops.SetSettings: _set_settings,
    ops.AddTrack: _add_track,
    ops.Append: place.append,
    ops.Insert: place.insert,
    ops.Overwrite: place.overwrite,
    ops.Move: place.move,
    ops.Trim: trim,
    ops.Split: remove.split,
    ops.Lift: remove.lift,
    ops.Extract: remove.extract,
    ops.Delete: remove.delete,
    ops.AddEffect: decorate.add_effect,
    ops.SetEffect: decorate.set_effect,
    ops.MoveEffect: decorate.move_effect,
    ops.RemoveEffect: decorate.remove_effect,
    ops.AddTransition: decorate.add_transition,
    ops.RemoveTransition: decorate.remove_transition,
    ops.SetTitle: decorate.set_title,
    ops.Batch: _batch,
}
