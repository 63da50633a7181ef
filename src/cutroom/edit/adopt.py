"""What a project takes from its first video: whatever nobody chose."""

from __future__ import annotations

from fractions import Fraction

from cutroom.schema.document import Document, ProjectSettings
from cutroom.schema.media import Media

FILM_RATES = tuple(
    Fraction(rate)
    for rate in ("24000/1001", "24", "25", "30000/1001", "30", "48", "50", "60000/1001", "60", "100", "120", "240")
)
"""Rates that films are shown at: what a project takes where its first video has no steady rate."""

LEAST_SAMPLE_RATE = 44_100
"""Samples a second of a first sound that a project takes: with fewer, all later sound would lose its highs."""


def adopt(document: Document, media: Media) -> tuple[ProjectSettings, str]:
    """The settings after the first media has decided what nobody chose; odd sizes become even, as 4:2:0 needs.

    A still picture decides nothing. The rate stays where something stands on its frames already: a title or a marker.
    Then there is a note, too.
    """
    settings, note = document.settings, ""
    changes: dict[str, object] = {}
    left = list(settings.adopt)
    if media.video and not media.is_still:
        if "fps" in left:
            rate = media.video.rate
            steady = not media.video.variable_rate and 1 <= rate <= 240
            chosen = rate if steady else min(FILM_RATES, key=lambda usual: abs(usual - rate))
            if chosen == settings.fps or not _on_frames(document):
                changes["fps"] = chosen
            else:
                note = (
                    f"the project stays at {float(settings.fps):g} frames a second, on which titles or markers stand "
                    f"already; Project.create(fps={float(chosen):g}) has those of {media.path}"
                )
            left.remove("fps")
        if "size" in left:
            width, height = media.video.display_size
            changes["width"], changes["height"] = max(16, width + width % 2), max(16, height + height % 2)
            left.remove("size")
    if media.audio and "sample_rate" in left:
        if media.audio.sample_rate >= LEAST_SAMPLE_RATE:
            changes["sample_rate"] = min(media.audio.sample_rate, 192_000)
        left.remove("sample_rate")
    left_over = tuple(left)
    changed = changes or left_over != settings.adopt
    return (settings.replace(**changes, adopt=left_over) if changed else settings), note


def _on_frames(document: Document) -> bool:
    """Whether anything stands on the frame grid."""
    timelines = (document.timeline, *(compound.timeline for compound in document.compounds))
    return any(
        timeline.markers or any(track.kind != "audio" and (track.items or track.cues) for track in timeline.tracks)
        for timeline in timelines
    )
