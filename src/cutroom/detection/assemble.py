"""From the parts that a worker told to one table of detections."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cutroom.schema.clock import MediaClock
from cutroom.schema.detection_columns import make_boxes, make_frames
from cutroom.schema.detections import Detections
from cutroom.schema.media import Media

Ints = NDArray[np.int64]


def assemble(
    parts: list[dict[str, Any]], media: Media, labels: tuple[str, ...], provenance: dict[str, Any]
) -> Detections:
    """The detections of a media file from parts as `tasks.detect` tells them, in order."""
    assert media.video is not None
    first = np.cumsum([0, *(len(part["times"]) for part in parts)])
    times = np.concatenate([np.zeros((0, 7), np.int64), *(part["times"] for part in parts)]).tolist()
    rows = (part["ids"] + [row, 0, 0] for part, row in zip(parts, first, strict=False))
    ids = np.concatenate([np.zeros((0, 3), np.int64), *rows])
    boxes = np.concatenate([np.zeros((0, 5), np.float32), *(part["boxes"] for part in parts)])
    base, frames = make_frames((n, Fraction(a, b), Fraction(c, d), Fraction(e, f)) for n, a, b, c, d, e, f in times)
    return Detections(
        clock=MediaClock.of(media),
        labels=labels,
        time_base=base,
        frames=frames,
        boxes=make_boxes(ids[:, 0], renumber(ids[:, 2]), ids[:, 1], boxes[:, 4], boxes[:, :4]),
        rate=media.video.rate,
        size=media.video.display_size,
        provenance=provenance,
    )


def renumber(numbers: Ints) -> Ints:
    """Tracks counted from 1 in the order in which they appear; those with a single box are none (-1)."""
    ids, first, inverse, counts = np.unique(numbers, return_index=True, return_inverse=True, return_counts=True)
    lasting = (ids >= 0) & (counts > 1)
    order = np.argsort(np.where(lasting, first, len(numbers)), kind="stable")
    fresh = np.full(len(ids), -1, dtype=np.int64)
    fresh[order[: int(lasting.sum())]] = np.arange(1, int(lasting.sum()) + 1)
    renumbered: Ints = fresh[inverse]
    return renumbered
