"""What differs between two documents, as rows; ids that mean the same thing are no difference."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any, NamedTuple

from cutroom.schema.clip import Clip, CompoundSource, TitleSource
from cutroom.schema.document import Document
from cutroom.schema.effect import Effect
from cutroom.schema.speed import Ramp
from cutroom.schema.track import Track

Key = tuple[str, str, str]
"""What it is, the compound it lies in ("" for the timeline), its id."""
Fields = dict[str, Any]


class Difference(NamedTuple):
    """One value that differs; a thing that came or went has one row with no field."""

    what: str
    """setting, media, track, clip, effect, transition, marker, cue or compound."""
    id: str
    where: str
    """Its track or clip, after the title of the compound that it lies in."""
    change: str
    """added, removed or changed."""
    field: str
    before: Any
    after: Any


def differences(before: Document, after: Document) -> list[Difference]:
    """What must be changed in `before` to make `after` of it, in order.

    Things are the same by their id; of those without a partner, the ones whose every field agrees are the same too, so
    that a document that was built anew by a script equals the first one.
    """
    old, new = dict(_things(before)), dict(_things(after))
    _pair_up(old, new)
    rows: list[Difference] = []
    for key, fields in old.items():
        what, where, name = key
        if key not in new:
            rows.append(Difference(what, name, _place(where, fields), "removed", "", _brief(fields), None))
            continue
        for field, value in fields.items():
            if value != new[key][field]:
                rows.append(Difference(what, name, _place(where, new[key]), "changed", field, value, new[key][field]))
    rows += [
        Difference(what, name, _place(where, fields), "added", "", None, _brief(fields))
        for (what, where, name), fields in new.items()
        if (what, where, name) not in old
    ]
    return rows


def _pair_up(old: dict[Key, Fields], new: dict[Key, Fields]) -> None:
    """Give things that agree in every field the same key."""
    free: dict[str, list[Key]] = {}
    for key, fields in old.items():
        if key not in new:
            free.setdefault(_text(key, fields), []).append(key)
    for key in [key for key in new if key not in old]:
        if partners := free.get(_text(key, new[key])):
            new[partners.pop(0)] = new.pop(key)


def _text(key: Key, fields: Fields) -> str:
    return repr((key[0], key[1], fields))


def _place(where: str, fields: Fields) -> str:
    inside = str(fields.get("track") or fields.get("clip") or "")
    return "/".join(part for part in (where, inside) if part)


def _brief(fields: Fields) -> str:
    return ", ".join(f"{name}={value}" for name, value in fields.items() if value not in (None, "", (), False))


def _things(document: Document) -> Iterator[tuple[Key, Fields]]:
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
    yield from _inside(document, "")
    for compound in document.compounds:
        yield ("compound", "", compound.id), {"title": compound.title, "multicam": compound.multicam}
        yield from _inside(document.inside(compound.id), compound.title)


def _inside(document: Document, where: str) -> Iterator[tuple[Key, Fields]]:
    partners = _partners(document)
    for number, track in enumerate(document.tracks):
        names = ("kind", "title", "muted", "solo", "locked", "hidden", "sync_lock", "volume", "pan")
        yield ("track", where, track.id), {"place": number, **{name: getattr(track, name) for name in names}}
        for start, clip in track.clips():
            yield ("clip", where, clip.id), _clip(document, track, start, clip, partners)
            for place, effect in enumerate(clip.effects):
                at = f"{track.title} {start}"
                fields = {"clip": at, "place": place, "effect": effect.effect, "enabled": effect.enabled}
                fields |= {"parameters": dict(effect.parameters), "keyframes": _keyframes(effect)}
                yield ("effect", where, f"{clip.id}/{effect.id}"), fields
        starts = {clip.id: start for start, clip in track.clips()}
        for transition in track.transitions:
            sides = {side: starts.get(name) if (name := getattr(transition, side)) else None for side in _SIDES}
            fields = {"track": track.title, "transition": transition.transition, "duration": transition.duration}
            yield ("transition", where, transition.id), {**fields, **sides}
        for cue in track.cues:
            fields = {"track": track.title, "start": cue.start, "end": cue.end, "text": cue.text}
            yield ("cue", where, cue.id), {**fields, "style": cue.style and cue.style.model_dump()}
    for marker in document.timeline.markers:
        yield ("marker", where, marker.id), {"time": marker.time, "title": marker.title, "kind": marker.marker}


_SIDES = ("left", "right")


def _keyframes(effect: Effect) -> tuple[tuple[Any, ...], ...]:
    """For each animated parameter its name, then (time, value, easing) of each key."""
    return tuple(
        (name, *((key.time, key.value, key.easing) for key in curve)) for name, curve in sorted(effect.curves.items())
    )


def _clip(
    document: Document, track: Track, start: Fraction, clip: Clip, partners: Mapping[str, tuple[str, ...]]
) -> Fields:
    speed = clip.speed
    return {
        "track": track.title,
        "source": _source(document, clip),
        "start": start,
        "duration": clip.duration,
        "source_start": clip.start,
        "speed": tuple((key.time, key.speed) for key in speed.keys) if isinstance(speed, Ramp) else speed,
        "reverse": clip.reverse,
        "link": partners.get(f"link {clip.link}", ()),
        "group": partners.get(f"group {clip.group}", ()),
    }


def _source(document: Document, clip: Clip) -> str:
    source = clip.source
    if isinstance(source, TitleSource):
        return repr((source.text, source.style.model_dump()))
    if isinstance(source, CompoundSource):
        compound = document.compound(source.compound)
        angle = next((track.title for track in compound.timeline.tracks if track.id == source.angle), "")
        return f"{compound.title}:{angle}"
    return document.find_media(source.media).path


def _partners(document: Document) -> dict[str, tuple[str, ...]]:
    """Where the members of each link and each group stand; a link or group of one is none."""
    found: dict[str, list[str]] = {}
    for track in document.tracks:
        for start, clip in track.clips():
            for kind, name in (("link", clip.link), ("group", clip.group)):
                if name is not None:
                    found.setdefault(f"{kind} {name}", []).append(f"{track.title} {start}")
    return {name: tuple(members) for name, members in found.items() if len(members) > 1}
