"""Verbs on subtitles."""

from __future__ import annotations

from cutroom.edit.draft import Draft
from cutroom.edit.limits import require_font
from cutroom.edit.operations import SetCues
from cutroom.errors import EditError


def set_cues(draft: Draft, op: SetCues) -> None:
    """``x1-2 y2-4`` → ``w0-1 y2-5``: these cues in the place of all, in order of time; they may overlap.

    Raises:
        EditError: the track holds something else, or two cues share an id.
    """
    index = draft.track(op.track)
    track = draft.document.tracks[index]
    if track.kind != "subtitle":
        raise EditError(
            f"track {track.title} holds no subtitles", value=track.title, hint='tl.add_track("subtitle") makes one'
        )
    names = [cue.id for cue in op.cues]
    if len(set(names)) < len(names):
        raise EditError("two cues share an id", value=op.track, hint="give each cue an id of its own")
    for style in {cue.style for cue in op.cues}:
        require_font(draft.document, style)
    known = {cue.id for cue in track.cues}
    draft.created += [name for name in names if name not in known]
    ordered = tuple(sorted(op.cues, key=lambda cue: (cue.start, cue.end)))
    draft.set_tracks({index: track.evolve(cues=ordered)})
