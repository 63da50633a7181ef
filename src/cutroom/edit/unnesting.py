"""The verb that puts what a compound clip shows back in its place."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from cutroom.edit.draft import Draft
from cutroom.edit.items import between
from cutroom.edit.limits import readable
from cutroom.edit.operations import Unnest
from cutroom.edit.structure import make_track
from cutroom.edit.switches import above, alike, present
from cutroom.errors import EditError
from cutroom.schema.base import derive_id
from cutroom.schema.clip import Clip, CompoundSource, Gap, Transition
from cutroom.schema.cue import Cue
from cutroom.schema.speed import NORMAL
from cutroom.schema.track import Track


def unnest(draft: Draft, op: Unnest) -> None:
    """``V1 [compound]`` → ``V2 ··[B]`` over ``V1 [A~][C]``: on tracks of the same titles.

    Subtitles come along with the picture. The compound stays in the project, and nothing else moves.

    Raises:
        EditError: the clip shows no compound, plays it at another speed, has effects or one angle only, or a clip, or a
            track of another kind, or one that is not seen or heard alike, is in the way.
    """
    first = draft.document.clip(op.clip)
    begins: dict[bool, Fraction] = {}
    outer: dict[bool, Track] = {}
    for t, i in draft.group(op.clip):
        track = draft.document.tracks[t]
        clip, is_sound = track.items[i], track.kind == "audio"
        assert isinstance(clip, Clip)
        _require_plain(clip, first, alone=is_sound not in begins)
        begins[is_sound], outer[is_sound] = track.start_of(i), track
        draft.splice(t, i, i + 1, [Gap(duration=clip.duration)])
    assert isinstance(first.source, CompoundSource)
    tracks = draft.document.compound(first.source.compound).timeline.tracks
    seen = [track for sound in begins for track in present(tracks, sound=sound)]
    for inner in tracks:
        begin = begins.get(inner.kind == "audio")
        if begin is not None:
            like = above(inner, outer[inner.kind == "audio"], seen=inner in seen)
            _put_back(draft, inner, first, begin, like)
            _put_cues_back(draft, inner, first, begin, like)


def _require_plain(clip: Clip, first: Clip, *, alone: bool) -> None:
    why = None
    if not isinstance(clip.source, CompoundSource):
        why = "shows no compound"
    elif clip.source != first.source or (clip.start, clip.duration) != (first.start, first.duration):
        why = "is linked to a clip that shows another part"
    elif not alone:
        why = "is linked to another clip of its kind"
    elif clip.source.angle is not None:
        why = "shows one angle only"
    elif clip.speed != NORMAL or clip.reverse:
        why = "plays at another speed"
    elif clip.effects:
        why = "has effects"
    if why:
        raise EditError(
            f"clip {clip.id} {why}, so its parts cannot take its place", value=clip.id, hint="undo that first"
        )


def _track_like(draft: Draft, inner: Track, like: Track | None) -> int:
    """Index of the track with the title of a compound's track, made where there is none.

    Args:
        draft: of the timeline.
        inner: the compound's track.
        like: it, with the switches that the one must have to be seen or heard alike; None: it would be too loud.
    """
    found = next((track for track in draft.document.tracks if track.title == inner.title), None)
    if found is not None and found.kind != inner.kind:
        raise EditError(
            f"{inner.title} is a track for {found.kind}, where the compound has one for {inner.kind}",
            value=inner.title,
            hint="rename one of the two tracks first",
        )
    if like is not None and found is None:
        make_track(draft, inner.kind, inner.title)
        index = draft.document.track_index(inner.title)
        switches = {name: getattr(like, name) for name in ("hidden", "muted", "solo", "volume", "pan")}
        draft.set_tracks({index: draft.document.tracks[index].evolve(**switches)})
        return index
    if like is None or not _is_present_alike(draft.document.tracks, found, like):
        verb = "heard" if inner.kind == "audio" else "seen"
        raise EditError(
            f"track {inner.title} is not {verb} as it is in the compound, so its clips cannot go there",
            value=inner.title,
            hint="set its switches as they are in the compound, or rename one of the two tracks first",
        )
    return draft.track(inner.title)


def _is_present_alike(tracks: Sequence[Track], found: Track | None, like: Track) -> bool:
    """Whether a track is seen or heard as another one would be in its place."""
    sound = like.kind == "audio"
    now = found in present(tracks, sound=sound)
    then = like in present([like if track is found else track for track in tracks], sound=sound)
    return now == then and (not now or not sound or found is None or alike(found, like))


def _put_back(draft: Draft, inner: Track, shown: Clip, begin: Fraction, like: Track | None) -> None:
    middle = between(inner, shown.start, shown.end)
    clips = [item for item in middle if isinstance(item, Clip)]
    if not clips:
        return
    t = _track_like(draft, inner, like)
    track = draft.document.tracks[t]
    end = begin + shown.duration
    other = next((item for item in between(track, begin, end) if isinstance(item, Clip)), None)
    if other is not None:
        raise EditError(
            f"clip {other.id} is in the way on track {track.title} for {readable(other.duration)}",
            value=other.id,
            hint="move it to another track first",
        )
    taken = any(draft.holds(clip.id) for clip in clips)
    names = {clip.id: draft.make_id("c") if taken else clip.id for clip in clips}
    items = [_renamed(draft, item, names[item.id]) if isinstance(item, Clip) else item for item in middle]
    draft.created += names.values()
    missing = shown.duration - sum(item.duration for item in items)
    draft.put(t, begin, end, [*items, *([Gap(duration=missing)] if missing else [])])
    cuts = _transitions(inner, shown, names)
    if taken:
        cuts = [cut.evolve(id=draft.make_id("x")) for cut in cuts]
    track = draft.document.tracks[t]
    draft.set_tracks({t: track.evolve(transitions=draft.standing(track, (*track.transitions, *cuts)))})


def _renamed(draft: Draft, clip: Clip, name: str) -> Clip:
    """The clip with another id; those of one link or group get the same new one."""
    if name == clip.id:
        return clip
    ties = {"l": clip.link, "g": clip.group}
    link, group = (old and derive_id(prefix, f"{draft.seed}/{old}", 0) for prefix, old in ties.items())
    return clip.evolve(id=name, link=link, group=group)


def _transitions(inner: Track, shown: Clip, names: dict[str, str]) -> list[Transition]:
    """The transitions beside the clips that are shown, but for those on an edge that is not, under their new names."""
    edges = {clip.id: (begins, begins + clip.duration) for begins, clip in inner.clips()}
    found: list[Transition] = []
    for cut in inner.transitions:
        times = [edges[cut.right][0]] if cut.right in edges else [edges[cut.left][1]] if cut.left in edges else []
        if any(shown.start <= time <= shown.end for time in times) and names.keys() & {cut.left, cut.right}:
            left, right = cut.left and names.get(cut.left, cut.left), cut.right and names.get(cut.right, cut.right)
            found.append(cut.evolve(left=left, right=right))
    return found


def _put_cues_back(draft: Draft, inner: Track, shown: Clip, begin: Fraction, like: Track | None) -> None:
    by = begin - shown.start
    cues = [
        cue.evolve(start=max(cue.start, shown.start) + by, end=min(cue.end, shown.end) + by)
        for cue in inner.cues
        if cue.start < shown.end and cue.end > shown.start
    ]
    if not cues:
        return
    t = _track_like(draft, inner, like)
    track = draft.document.tracks[t]
    known = {cue.id for cue in track.cues}
    named: list[Cue] = [cue.evolve(id=draft.make_id("u")) if cue.id in known else cue for cue in cues]
    draft.created += [cue.id for cue in named]
    together = tuple(sorted((*track.cues, *named), key=lambda cue: (cue.start, cue.end)))
    draft.set_tracks({t: track.evolve(cues=together)})
