"""Which tracks push which down: a track must be there, and may not duck itself, nor in a circle."""

from __future__ import annotations

from collections.abc import Iterator

from cutroom.errors import EditError, UnknownNameError, nearest
from cutroom.schema.clip import Clip
from cutroom.schema.document import Document
from cutroom.schema.track import Track

DUCKING = "ducking"


def require_no_circle(document: Document) -> None:
    """Make sure that every track that ducks another is there, and that none waits for itself.

    Raises:
        UnknownNameError: there is no such track of sound; the hint names the nearest.
        EditError: two tracks have this title, or a track ducks itself, perhaps by way of others.
    """
    listens: dict[str, set[str]] = {}
    for track in document.tracks:
        names = {str(name) for clip in track.items if isinstance(clip, Clip) for name in _named(clip)}
        if names:
            listens[track.id] = {_other(document, name, track.title).id for name in names}
    titles = {track.id: track.title for track in document.tracks}
    for start, others in listens.items():
        waiting, seen = list(others), set[str]()
        while waiting:
            other = waiting.pop()
            if other == start:
                raise EditError(
                    f"track {titles[start]} would duck itself",
                    value=titles[start],
                    hint="let another track push it down, or move the clip to another track",
                )
            if other not in seen:
                seen.add(other)
                waiting += listens.get(other, ())


def _named(clip: Clip) -> Iterator[object]:
    return (
        effect.parameters.get("track", "") for effect in clip.effects if effect.effect == DUCKING and effect.enabled
    )


def _other(document: Document, name: str, title: str) -> Track:
    try:
        return ducking_track(document, name)
    except UnknownNameError as error:
        what = f"{title} is ducked by track {name!r}, and there is no such track of sound"
        raise UnknownNameError(what, value=name, hint=error.hint) from None


def ducking_track(document: Document, name: str) -> Track:
    """The sound track of this id or title.

    Raises:
        UnknownNameError: there is none; the hint names the nearest.
        EditError: several have this title.
    """
    tracks = [track for track in document.tracks if track.kind == "audio"]
    found = [track for track in tracks if name == track.id] or [track for track in tracks if name == track.title]
    if not found:
        raise nearest(name, [track.title for track in tracks], what="sound track")
    if len(found) > 1:
        raise EditError(f"{len(found)} tracks are called {name!r}", value=name, hint="give the track's id")
    return found[0]
