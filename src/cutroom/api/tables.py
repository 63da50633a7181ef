"""The document as tables."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import TYPE_CHECKING

from cutroom.edit.limits import inside_parts
from cutroom.effects.checks import kind_on
from cutroom.effects.python.declared import registry_for
from cutroom.effects.registry import Registry
from cutroom.schema.clip import Clip, CompoundSource
from cutroom.schema.document import Document
from cutroom.schema.effect import Effect as EffectValue
from cutroom.schema.resource import short_name
from cutroom.schema.speed import Ramp
from cutroom.schema.time import to_frame
from cutroom.schema.track import TrackKind

if TYPE_CHECKING:
    import pandas as pd


def clips_table(document: Document) -> pd.DataFrame:
    """One row per clip, by track and then by time; `Timeline.to_df` says what the columns are."""
    import pandas as pd

    fps = document.settings.fps
    rows = []
    for track in document.tracks:
        base, ticks = track.grid.base, track.grid.ticks
        # whole numbers, each divided once: fractions of ten thousand clips would take three times as long
        twice, whole = 2 * fps.numerator, base * fps.denominator
        frames = [(twice * tick + whole) // (2 * whole) for tick in ticks]
        for i, clip in enumerate(track.items):
            if clip.kind == "gap":
                continue
            source, start, end = clip.source, ticks[i], ticks[i + 1]
            above, below = clip.start.as_integer_ratio()
            speed = clip.speed
            plain = isinstance(speed, Fraction) and speed.numerator == speed.denominator
            out = (above * base + (end - start) * below) / (below * base) if plain else float(clip.end)
            shown, angle = _shown(document, source) if source.kind == "compound" else (None, None)
            rows.append(
                (
                    clip.id,
                    track.title,
                    track.kind,
                    document.find_media(source.media).path if source.kind == "media" else None,
                    source.text if source.kind == "title" else None,
                    start / base,
                    end / base,
                    (end - start) / base,
                    frames[i],
                    frames[i + 1],
                    above / below,
                    out,
                    1.0 if plain else None if isinstance(speed, Ramp) else float(speed),
                    clip.reverse,
                    clip.link,
                    clip.group,
                    shown,
                    angle,
                    ", ".join(short_name(effect.effect) for effect in clip.effects),
                )
            )
    columns = ["id", "track", "kind", "media", "text", "start", "end", "duration", "start_frame", "end_frame"]
    columns += ["source_start", "source_end", "speed", "reverse", "link", "group", "compound", "angle", "effects"]
    frame = pd.DataFrame(rows, columns=columns)
    return frame.astype({"start_frame": "Int64", "end_frame": "Int64", "speed": "float64", "reverse": "bool"})


def _shown(document: Document, source: CompoundSource) -> tuple[str, str | None]:
    """Titles of a compound and of its angle."""
    compound = document.compound(source.compound)
    angle = next((track.title for track in compound.timeline.tracks if track.id == source.angle), None)
    return compound.title, angle


def _spans_table(
    document: Document, columns: list[str], rows: list[tuple[tuple[Fraction, Fraction], tuple[object, ...]]]
) -> pd.DataFrame:
    """Rows with start, end, duration and their frames, after their first two columns."""
    import pandas as pd

    fps = document.settings.fps
    times = ["start", "end", "duration", "start_frame", "end_frame"]
    made = [
        (*rest[:2], float(start), float(end), float(end - start), to_frame(start, fps), to_frame(end, fps), *rest[2:])
        for (start, end), rest in rows
    ]
    frame = pd.DataFrame(made, columns=[*columns[:2], *times, *columns[2:]])
    return frame.astype(dict.fromkeys(times[:3], "float64") | dict.fromkeys(times[3:], "Int64"))


def transitions_table(document: Document) -> pd.DataFrame:
    """One row per transition; `Timeline.transitions_df` says what the columns are."""
    fps = document.settings.fps
    rows: list[tuple[tuple[Fraction, Fraction], tuple[object, ...]]] = []
    for track in document.tracks:
        edges = {clip.id: (start, start + clip.duration) for start, clip in track.clips()} if track.transitions else {}
        for one in track.transitions:
            cut = edges[one.left][1] if one.left else edges[one.right or ""][0]
            before, after = inside_parts(one, fps)
            names = (one.id, track.title, one.transition, one.left, one.right)
            rows.append(((cut - before, cut + after), names))
    return _spans_table(document, ["id", "track", "transition", "left", "right"], rows)


def cues_table(document: Document) -> pd.DataFrame:
    """One row per subtitle; `Timeline.cues_df` says what the columns are."""
    cues = [((cue.start, cue.end), (cue.id, track.title, cue.text)) for track in document.tracks for cue in track.cues]
    return _spans_table(document, ["id", "track", "text"], [(times, row) for times, row in cues])


def tracks_table(document: Document) -> pd.DataFrame:
    """One row per track; `Timeline.tracks_df` says what the columns are."""
    import pandas as pd

    switches = ["muted", "solo", "locked", "hidden", "sync_lock", "volume", "pan"]
    rows = [
        (
            *(track.id, place, track.title, track.kind, len(track.clips()), float(track.duration)),
            *(getattr(track, switch) for switch in switches),
        )
        for place, track in enumerate(document.tracks)
    ]
    frame = pd.DataFrame(rows, columns=["id", "place", "title", "kind", "clips", "duration", *switches])
    return frame.astype({"place": "Int64", "clips": "Int64"} | dict.fromkeys(switches[:5], "bool"))


def markers_table(document: Document) -> pd.DataFrame:
    """One row per marker; `Timeline.markers_df` says what the columns are."""
    import pandas as pd

    fps = document.settings.fps
    rows = [(m.id, float(m.time), to_frame(m.time, fps), m.title, m.marker) for m in document.timeline.markers]
    frame = pd.DataFrame(rows, columns=["id", "time", "time_frame", "title", "kind"])
    return frame.astype({"time": "float64", "time_frame": "Int64"})


def effects_table(document: Document, registry: Registry, clips: Iterable[tuple[TrackKind, Clip]]) -> pd.DataFrame:
    """The effects of many clips as one table; `EffectChain.to_df` says what the columns are."""
    import pandas as pd

    known = registry_for(document, registry).effects
    files = {one.sha256: one.title for one in document.resources}
    rows: list[tuple[object, ...]] = []
    for kind, clip in clips:
        for place, effect in enumerate(clip.effects):
            spec = known.get(effect.effect, {}).get(kind_on(kind))
            defaults = {one.key: one.default for one in spec.parameters} if spec else {}
            values = {**defaults, **effect.parameters}
            for name in dict.fromkeys((*values, *effect.curves)) or ("",):
                value, curve = values.get(name), effect.curves.get(name, ())
                shown = files.get(value, value) if isinstance(value, str) else value
                own = (effect.id, clip.id, place, short_name(effect.effect), effect.enabled)
                rows.append((*own, name, shown, name in effect.parameters or bool(curve), len(curve)))
    columns = ["id", "clip", "place", "effect", "enabled", "parameter", "value", "set", "keyframes"]
    return pd.DataFrame(rows, columns=columns).astype({"enabled": "bool", "value": "object", "set": "bool"})


def keyframes_table(document: Document, chains: list[tuple[str, tuple[EffectValue, ...]]]) -> pd.DataFrame:
    """The keyframes of many clips as one table; `Timeline.keyframes_df` says what the columns are."""
    import pandas as pd

    fps = document.settings.fps
    rows = [
        (
            *(
                effect.id,
                clip,
                short_name(effect.effect),
                parameter,
                float(key.time),
                to_frame(key.time, fps),
                key.value,
            ),
            key.easing if isinstance(key.easing, str) else f"cubic_bezier{key.easing}",
        )
        for clip, chain in chains
        for effect in chain
        for parameter, curve in effect.curves.items()
        for key in curve
    ]
    texts = ["id", "clip", "effect", "parameter"]
    frame = pd.DataFrame(rows, columns=[*texts, "time", "time_frame", "value", "easing"])
    types = dict.fromkeys([*texts, "easing"], "str")
    return frame.astype({**types, "time": "float64", "time_frame": "Int64", "value": "float64"})
