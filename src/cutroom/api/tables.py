"""The document as tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cutroom.schema.clip import MediaSource, TitleSource
from cutroom.schema.document import Document
from cutroom.schema.effect import Effect as EffectValue
from cutroom.schema.time import to_frame

if TYPE_CHECKING:
    import pandas as pd


def clips_table(document: Document) -> pd.DataFrame:
    """One row per clip, by track and then by time; `Timeline.to_df` says what the columns are."""
    import pandas as pd

    fps = document.settings.fps
    rows = []
    for track in document.tracks:
        for start, clip in track.clips():
            source = clip.source
            end = start + clip.duration
            rows.append(
                (
                    clip.id,
                    track.title,
                    track.kind,
                    document.find_media(source.media).path if isinstance(source, MediaSource) else None,
                    source.text if isinstance(source, TitleSource) else None,
                    float(start),
                    float(end),
                    float(clip.duration),
                    to_frame(start, fps),
                    to_frame(end, fps),
                    float(clip.start),
                    float(clip.end),
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
