"""What differs between two documents, as rows; ids that mean the same thing are no difference."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, NamedTuple

from cutroom.edit.shared import Side, sides
from cutroom.schema.clip import Clip, CompoundSource, TextSpan, TitleSource
from cutroom.schema.document import Document
from cutroom.schema.effect import Effect
from cutroom.schema.speed import Ramp
from cutroom.schema.track import Track

Key = tuple[str, str, str]
"""What it is, the compound it lies in (its id in the first document, "" for the timeline), its id."""
Fields = dict[str, Any]


class Difference(NamedTuple):
    """One value that differs; a thing that came or went has one row with no field."""

    what: str
    """setting, media, resource, track, clip, effect, transition, marker, cue or compound."""
    id: str
    place: str
    """Its track or clip, after the title of the compound that it lies in."""
    change: str
    """added, removed or changed."""
    field: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class _Others:
    """Other things that a field names: it changes when they are others, not when they move or are renamed."""

    ids: tuple[str | None, ...]
    told: Any
    """What a reader knows them by: where they stand, what they are called."""

    def __bool__(self) -> bool:
        return bool(self.told)

    def __repr__(self) -> str:
        return repr(self.told)


def differences(before: Document, after: Document) -> list[Difference]:
    """What must be changed in `before` to make `after` of it, in order.

    Things are the same by their id; of those without a partner, the ones whose every field agrees are the same too, so
    that a document that was built anew by a script equals the first one. What both documents share is not looked at.
    """
    one, two = sides(before, after)
    old, new = dict(_things(one)), dict(_things(two))
    known = _pair_up(old, new) | {mine: theirs for mine, theirs in two.homes.items() if mine != theirs}
    titles = [{side.homes[c.id]: c.title for c in side.document.compounds} for side in (one, two)]
    rows: list[Difference] = []
    for key, fields in old.items():
        what, where, name = key
        if key not in new:
            place = _place(titles[0].get(where, ""), fields)
            rows.append(Difference(what, name, place, "removed", "", _brief(fields), None))
            continue
        for label, value in fields.items():
            other = new[key][label]
            if value != other and not _same(value, other, known):
                place = _place(titles[1].get(where, ""), new[key])
                rows.append(Difference(what, name, place, "changed", label, _told(value), _told(other)))
    rows += [
        Difference(what, name, _place(titles[1].get(where, ""), fields), "added", "", None, _brief(fields))
        for (what, where, name), fields in new.items()
        if (what, where, name) not in old
    ]
    return rows


def _pair_up(old: dict[Key, Fields], new: dict[Key, Fields]) -> dict[str, str]:
    """Give things that agree in every field the same key. Returns the ids that are another one's in `old`."""
    free: dict[str, list[Key]] = {}
    for key, fields in old.items():
        if key not in new:
            free.setdefault(_text(key, fields), []).append(key)
    found: dict[str, str] = {}
    for key in [key for key in new if key not in old] if free else ():
        if partners := free.get(_text(key, new[key])):
            partner = partners.pop(0)
            new[partner] = new.pop(key)
            found[key[2]] = partner[2]
    return found


def _text(key: Key, fields: Fields) -> str:
    return repr((key[0], key[1], fields))


def _same(value: Any, other: Any, known: Mapping[str, str]) -> bool:
    if not isinstance(value, _Others) or not isinstance(other, _Others):
        return False
    return value.told == other.told or {*value.ids} == {name and known.get(name, name) for name in other.ids}


def _told(value: Any) -> Any:
    return value.told if isinstance(value, _Others) else value


def _place(where: str, fields: Fields) -> str:
    inside = str(_told(fields.get("track")) or _told(fields.get("clip")) or "")
    return "/".join(part for part in (where, inside) if part)


def _brief(fields: Fields) -> str:
    told = {name: _told(value) for name, value in fields.items()}
    return ", ".join(f"{name}={value}" for name, value in told.items() if value not in (None, "", (), False))


def _things(side: Side) -> Iterator[tuple[Key, Fields]]:
    document = side.document
    settings = document.settings
    yield (
        ("setting", "", ""),
        {name: getattr(settings, name) for name in type(settings).model_fields if name != "adopt"},
    )
    for media in document.media:
        yield (
            ("media", "", media.id),
            {"path": media.path, "sha256": media.fingerprint.sha256, "duration": media.duration},
        )
    for resource in document.resources:
        yield ("resource", "", resource.sha256), {"path": resource.title, "kind": resource.kind}
    yield from _inside(side, document, "")
    for compound in document.compounds:
        home = side.homes[compound.id]
        yield ("compound", "", home), {"title": compound.title, "multicam": compound.multicam}
        yield from _inside(side, document.inside(compound.id), home)


def _inside(side: Side, document: Document, where: str) -> Iterator[tuple[Key, Fields]]:
    clips = {track.id: _closer(side, track) for track in document.tracks}
    partners = _partners(document, [clip for found in clips.values() for _, clip in found])
    for number, track in enumerate(document.tracks):
        names = ("kind", "title", "muted", "solo", "locked", "hidden", "sync_lock", "volume", "pan")
        yield ("track", where, track.id), {"place": number, **{name: getattr(track, name) for name in names}}
        stands = _Others((track.id,), track.title)
        for start, clip in clips[track.id]:
            yield ("clip", where, clip.id), {"track": stands, **_clip(document, start, clip, partners)}
            for place, effect in enumerate(clip.effects):
                at = _Others((clip.id,), f"{track.title} {start}")
                fields = {"clip": at, "place": place, "effect": effect.effect, "enabled": effect.enabled}
                fields |= {"parameters": dict(effect.parameters), "keyframes": _keyframes(effect)}
                yield ("effect", where, f"{clip.id}/{effect.id}"), fields
        for transition in track.transitions:
            if id(transition) not in side.skipped:
                sides = {name: _neighbour(track, getattr(transition, name)) for name in ("left", "right")}
                fields = {"track": stands, "transition": transition.transition, "duration": transition.duration}
                yield ("transition", where, transition.id), {**fields, **sides}
        for cue in track.cues:
            if id(cue) not in side.skipped:
                fields = {"track": stands, "start": cue.start, "end": cue.end, "text": cue.text}
                yield (
                    ("cue", where, cue.id),
                    {
                        **fields,
                        "style": cue.style and cue.style.model_dump(),
                        "spans": tuple(map(_span, cue.spans)),
                    },
                )
    for marker in document.timeline.markers:
        if id(marker) not in side.skipped:
            yield ("marker", where, marker.id), {"time": marker.time, "title": marker.title, "kind": marker.marker}


def _closer(side: Side, track: Track) -> list[tuple[Fraction, Clip]]:
    """The clips of a track that may differ, with their starts."""
    loose = side.loose.get(track.id)
    if loose is None:
        return track.clips()
    every = enumerate(track.items) if loose else ()
    return [(track.start_of(i), clip) for i, clip in every if clip.kind == "clip" and clip.id in loose]


def _keyframes(effect: Effect) -> tuple[tuple[Any, ...], ...]:
    """For each animated parameter its name, then (time, value, easing) of each key."""
    return tuple(
        (name, *((key.time, key.value, key.easing) for key in curve)) for name, curve in sorted(effect.curves.items())
    )


def _neighbour(track: Track, clip_id: str | None) -> _Others | None:
    index = None if clip_id is None else track.index_of(clip_id)
    return None if index is None else _Others((clip_id,), track.start_of(index))


def _clip(document: Document, start: Fraction, clip: Clip, partners: Mapping[str, _Others]) -> Fields:
    speed = clip.speed
    return {
        "source": _source(document, clip),
        "start": start,
        "duration": clip.duration,
        "source_start": clip.start,
        "speed": tuple((key.time, key.speed) for key in speed.keys) if isinstance(speed, Ramp) else speed,
        "reverse": clip.reverse,
        "keep_pitch": clip.keep_pitch,
        "link": partners.get(f"link {clip.link}", _NONE),
        "group": partners.get(f"group {clip.group}", _NONE),
    }


_NONE = _Others((), ())


def _span(span: TextSpan) -> dict[str, Any]:
    return span.model_dump(exclude_none=True)


def _source(document: Document, clip: Clip) -> Any:
    source = clip.source
    if isinstance(source, TitleSource):
        return repr((source.text, source.style.model_dump(), *map(_span, source.spans)))
    if isinstance(source, CompoundSource):
        compound = document.compound(source.compound)
        angle = next((track.title for track in compound.timeline.tracks if track.id == source.angle), "")
        return _Others((compound.id, source.angle), f"{compound.title}:{angle}")
    return document.find_media(source.media).path


def _partners(document: Document, clips: Collection[Clip]) -> dict[str, _Others]:
    """Who is in each link and each group of some clips, and where; a link or group of one is none."""
    ties = ({clip.link for clip in clips} | {clip.group for clip in clips}) - {None}
    found: dict[str, list[tuple[str, str]]] = {}
    for track in document.tracks if ties else ():
        for i, clip in enumerate(track.items):
            if clip.kind == "clip" and (clip.link in ties or clip.group in ties):
                row = clip.id, f"{track.title} {track.start_of(i)}"
                for kind, name in (("link", clip.link), ("group", clip.group)):
                    if name is not None:
                        found.setdefault(f"{kind} {name}", []).append(row)
    several = {name: tuple(zip(*rows, strict=True)) for name, rows in found.items() if len(rows) > 1}
    return {name: _Others(ids, told) for name, (ids, told) in several.items()}
