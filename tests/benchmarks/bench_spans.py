"""Spans of media, mapped onto a long timeline."""

from __future__ import annotations

import statistics
import time
from fractions import Fraction
from typing import Any

from cutroom.api.spans import on_timeline
from cutroom.schema.clip import Clip, MediaSource
from cutroom.schema.document import Document, ProjectSettings, Timeline
from cutroom.schema.media import AudioStream, Fingerprint, Media
from cutroom.schema.spans import Spans
from cutroom.schema.track import Track
from cutroom.session import Session

CLIPS, ROUNDS = 2_000, 9


def measure() -> list[dict[str, Any]]:
    """Half as many spans as clips, each on one clip."""
    sound = AudioStream(index=0, codec="pcm_s16le", sample_rate=48_000, channels=2, layout="stereo", duration=CLIPS)
    media = Media(
        id="m",
        path="m.wav",
        fingerprint=Fingerprint(sha256="a" * 64, size=1),
        format="wav",
        duration=CLIPS,
        audio=sound,
    )
    items = tuple(
        Clip(id=f"c{i}", source=MediaSource(media="m"), start=Fraction(i), duration=Fraction(1)) for i in range(CLIPS)
    )
    track = Track(id="t", kind="audio", title="A1", items=items)
    settings = ProjectSettings(fps=Fraction(30))
    session = Session(Document(id="p", settings=settings, media=(media,), timeline=Timeline(tracks=(track,))))
    spans = Spans.of_media([(2 * i, 2 * i + 1) for i in range(CLIPS // 2)], media)
    took = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        found = on_timeline(spans, session)
        took.append(time.perf_counter() - began)
        assert len(found) == CLIPS // 2
    value = 1000 * statistics.median(took)
    return [{"what": f"{CLIPS:,} clips, {CLIPS // 2:,} spans", "value": value, "unit": "ms", "goal": 500.0}]
