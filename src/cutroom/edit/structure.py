"""Verbs on what a timeline is made of: media, settings, tracks, markers."""

from __future__ import annotations

from bisect import insort

from cutroom.edit import operations as ops
from cutroom.edit.draft import Draft
from cutroom.edit.limits import readable
from cutroom.errors import ClipGoneError, EditError
from cutroom.schema.document import MOST_MARKERS, Marker
from cutroom.schema.resource import MOST_PAYLOADS, MOST_RESOURCES
from cutroom.schema.time import FASTEST_RATE
from cutroom.schema.track import Track, TrackKind

_ORDER: dict[TrackKind, int] = {"video": 0, "title": 1, "subtitle": 2, "audio": 3}
"""Pictures at the bottom, titles above them, sound last."""


def add_media(draft: Draft, op: ops.AddMedia) -> None:
    """Put a media into the project.

    Raises:
        EditError: its id is taken.
    """
    if any(media.id == op.media.id for media in draft.document.media):
        raise EditError(
            f"the project has media {op.media.id} already", value=op.media.id, hint="give it another id, or none"
        )
    draft.document = draft.document.replace(media=(*draft.document.media, op.media))
    draft.created.append(op.media.id)


def set_media(draft: Draft, op: ops.SetMedia) -> None:
    """Describe a media anew.

    Raises:
        EditError: the project has none with this id, or a clip shows more than the new one has.
    """
    old = draft.document.find_media(op.media.id)
    media = tuple(op.media if known.id == old.id else known for known in draft.document.media)
    draft.document = draft.document.replace(media=media)
    grace = 1 / draft.document.settings.fps
    for track, clip in draft.document.everywhere():
        if clip.media != old.id:
            continue
        needed = "sound" if track.kind == "audio" else "picture"
        if (op.media.audio if needed == "sound" else op.media.video) is None:
            raise EditError(
                f"{op.media.path} has no {needed}, which clip {clip.id} plays",
                value=op.media.path,
                hint="relink to the same recording",
            )
        if not op.media.is_still and clip.end - op.media.duration > grace:
            raise EditError(
                f"{op.media.path} is {readable(clip.end - op.media.duration)} too short for clip {clip.id}",
                value=clip.end - op.media.duration,
                hint="relink to the same recording, or trim that clip first",
            )
    document = draft.document
    compounds = tuple(compound.evolve(timeline=draft.rechecked(compound.timeline)) for compound in document.compounds)
    draft.document = document.evolve(timeline=draft.rechecked(document.timeline), compounds=compounds)


def remove_media(draft: Draft, op: ops.RemoveMedia) -> None:
    """Take a media out of the project.

    Raises:
        EditError: a clip shows it.
    """
    media = draft.document.find_media(op.media)
    used = [clip.id for _, clip in draft.document.everywhere() if clip.media == media.id]
    if used:
        raise EditError(
            f"{media.path} is used by {len(used)} clips", value=used, hint="delete those clips first: tl.to_df()"
        )
    left = tuple(known for known in draft.document.media if known.id != media.id)
    draft.document = draft.document.evolve(media=left)


def add_resource(draft: Draft, op: ops.AddResource) -> None:
    """Put a resource into the project, or say where one lies now.

    Raises:
        EditError: there are too many, or the same content is something else already.
    """
    document, made = draft.document, op.resource
    old = next((known for known in document.resources if known.sha256 == made.sha256), None)
    if old is not None and old.kind != made.kind:
        raise EditError(f"{old.title} is a {old.kind} already", value=made.sha256, hint=f"it is no {made.kind}")
    if old is not None:
        resources = tuple(made if known.sha256 == made.sha256 else known for known in document.resources)
    elif len(document.resources) < MOST_RESOURCES:
        resources = (*document.resources, made)
    else:
        raise EditError(
            f"a project has at most {MOST_RESOURCES} resources", value=made.sha256, hint="remove what is not used"
        )
    if made.payload is not None and sum(one.fingerprint.size for one in resources if one.payload) > MOST_PAYLOADS:
        raise EditError(
            f"a project holds at most {MOST_PAYLOADS >> 20} MiB of code",
            value=made.sha256,
            hint="remove what is not used",
        )
    draft.document = document.evolve(resources=resources)
    draft.created.append(made.sha256)


def remove_resource(draft: Draft, op: ops.RemoveResource) -> None:
    """Take a resource out of the project.

    Raises:
        EditError: a title, a subtitle or an effect names it.
    """
    document = draft.document
    gone = document.find_resource(op.resource)
    if gone.sha256 in document.used_resources:
        raise EditError(
            f"{gone.title} is used by a title or an effect", value=gone.sha256, hint="give those another first"
        )
    draft.document = document.evolve(resources=tuple(known for known in document.resources if known is not gone))


def set_settings(draft: Draft, op: ops.SetSettings) -> None:
    """Set the format of picture and sound.

    Raises:
        EditError: more than 240 frames a second.
    """
    if op.settings.fps > FASTEST_RATE:
        raise EditError(
            f"a timeline has at most {FASTEST_RATE} frames a second", value=op.settings.fps, hint="give 25 or 30"
        )
    draft.document = draft.document.evolve(settings=op.settings)


def add_track(draft: Draft, op: ops.AddTrack) -> None:
    """``V1 A1`` + video → ``V1 V2 A1``, from the bottom: on top of its kind.

    Raises:
        EditError: the title is taken.
    """
    _require_free(draft, op.title)
    make_track(draft, op.track, op.title)


def make_track(draft: Draft, kind: TrackKind, title: str) -> None:
    """A new track on top of its kind, whose title is free."""
    document = draft.document
    made = Track(id=draft.make_id("t"), kind=kind, title=title)
    tracks = list(document.tracks)
    same = [i for i, track in enumerate(tracks) if track.kind == kind]
    at = same[-1] + 1 if same else sum(_ORDER[track.kind] < _ORDER[kind] for track in tracks)
    tracks.insert(at, made)
    draft.document = document.evolve(timeline=document.timeline.replace(tracks=tuple(tracks)))
    draft.created.append(made.id)


def _require_free(draft: Draft, title: str) -> None:
    if any(track.title == title for track in draft.document.tracks):
        raise EditError(f"there is a track {title} already", value=title, hint="choose another title")


def set_track(draft: Draft, op: ops.SetTrack) -> None:
    """Rename a track, or set its switches. A locked one can be unlocked, and nothing else."""
    index = draft.document.track_index(op.track)
    track = draft.document.tracks[index]
    names = ("title", "muted", "solo", "locked", "hidden", "sync_lock", "volume", "pan")
    changes = {name: value for name in names if (value := getattr(op, name)) is not None}
    if changes != {"locked": False}:
        draft.require_unlocked(index)
    if op.title is not None and op.title != track.title:
        _require_free(draft, op.title)
    draft.set_tracks({index: track.evolve(**changes)})


def move_track(draft: Draft, op: ops.MoveTrack) -> None:
    """``V1 V2 A1``, V1 to 1 → ``V2 V1 A1``, from the bottom: what lies over what changes, and nothing else.

    Raises:
        EditError: there are not so many tracks.
    """
    tracks = list(draft.document.tracks)
    if op.index >= len(tracks):
        raise EditError(f"there are {len(tracks)} tracks", value=op.index, hint=f"give 0 to {len(tracks) - 1}")
    tracks.insert(op.index, tracks.pop(draft.track(op.track)))
    draft.document = draft.document.evolve(timeline=draft.document.timeline.evolve(tracks=tuple(tracks)))


def remove_track(draft: Draft, op: ops.RemoveTrack) -> None:
    """``V1 V2 A1`` - V2 → ``V1 A1``, with what is on it; linked clips of other tracks stay, without the link."""
    index = draft.track(op.track)
    track = draft.document.tracks[index]
    if clips := len(track.clips()):
        draft.notes.append(f"{clips} clips went with track {track.title}")
    draft.ties.add(track.items)
    left = tuple(other for other in draft.document.tracks if other.id != track.id)
    draft.document = draft.document.evolve(timeline=draft.document.timeline.evolve(tracks=left))


def add_marker(draft: Draft, op: ops.AddMarker) -> None:
    """``1 5`` + 3 → ``1 3 5``: markers stand in order of time."""
    made = Marker(id=draft.make_id("m"), time=op.time, title=op.title, marker=op.marker)
    timeline, markers = draft.document.timeline, list(draft.document.timeline.markers)
    insort(markers, made, key=lambda marker: marker.time)
    known = len(markers) <= MOST_MARKERS  # no second look at ten thousand of them for each that is added
    added = timeline.evolve(markers=tuple(markers)) if known else timeline.replace(markers=tuple(markers))
    draft.document = draft.document.evolve(timeline=added)
    draft.created.append(made.id)


def set_marker(draft: Draft, op: ops.SetMarker) -> None:
    """Change a marker.

    Raises:
        ClipGoneError: there is none with this id.
    """
    old = _marker(draft, op.marker)
    changes = {"time": op.time, "title": op.title, "marker": op.kind}
    new = old.evolve(**{name: value for name, value in changes.items() if value is not None})
    _set_markers(draft, tuple(new if marker.id == old.id else marker for marker in draft.document.timeline.markers))


def remove_marker(draft: Draft, op: ops.RemoveMarker) -> None:
    """Take a marker away.

    Raises:
        ClipGoneError: there is none with this id.
    """
    old = _marker(draft, op.marker)
    _set_markers(draft, tuple(marker for marker in draft.document.timeline.markers if marker.id != old.id))


def _marker(draft: Draft, marker_id: str) -> Marker:
    for marker in draft.document.timeline.markers:
        if marker.id == marker_id:
            return marker
    raise ClipGoneError(f"there is no marker {marker_id!r}", value=marker_id, hint="it may have been removed")


def _set_markers(draft: Draft, markers: tuple[Marker, ...]) -> None:
    ordered = tuple(sorted(markers, key=lambda marker: marker.time))
    draft.document = draft.document.evolve(timeline=draft.document.timeline.replace(markers=ordered))
