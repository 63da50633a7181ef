"""The document as tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cutroom.schema.document import Document
from cutroom.schema.effect import Effect as EffectValue

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
                    (above * base + (end - start) * below) / (below * base),
                    clip.link,
                    ", ".join(effect.effect for effect in clip.effects),
                )
            )
    columns = ["id", "track", "kind", "media", "text", "start", "end", "duration", "start_frame", "end_frame"]
    columns += ["source_start", "source_end", "link", "effects"]
    frame = pd.DataFrame(rows, columns=columns)
    return frame.astype({"start_frame": "Int64", "end_frame": "Int64"})


def effects_table(chains: list[tuple[str, tuple[EffectValue, ...]]]) -> pd.DataFrame:
    """The effects of many clips as one table."""
    import pandas as pd

    rows: list[tuple[object, ...]] = [
        (effect.id, clip, place, effect.effect, effect.enabled, parameter, value)
        for clip, chain in chains
        for place, effect in enumerate(chain)
        for parameter, value in (*effect.parameters.items(), *(() if effect.parameters else (("", None),)))
    ]
    return pd.DataFrame(rows, columns=["id", "clip", "place", "effect", "enabled", "parameter", "value"])
