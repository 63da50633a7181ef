"""Detections over the picture of a timeline: through clips, fitting, crops and transforms to where they are seen."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from cutroom.effects.compiler.document import compile_picture
from cutroom.effects.pictures.placement import Placement
from cutroom.effects.segment import MediaPicture, Shot
from cutroom.schema.clock import MediaClock
from cutroom.schema.detections import Detections
from cutroom.schema.document import Document
from cutroom.widgets.protocol import Box

MOST = 300
"""Boxes drawn over one picture: what a detector gives at most."""


def boxes_at(detections: Detections, document: Document, frame: int, revision: int) -> tuple[Box, ...]:
    """The boxes to draw over a timeline frame, in fractions of its picture.

    Detections of a media follow it through every clip that shows it. Detections of a timeline show on the revision that
    they were made on only: on another they would stand beside what they mean. Where a clip is stabilized, its boxes
    stand where they are before that.
    """
    settings = document.settings
    found: Iterator[Box]
    if isinstance(detections.clock, MediaClock):
        segment = compile_picture(document, frame, 1, results=None)
        shots = [shot for layer in segment.layers for shot in (layer.shot, layer.incoming) if shot is not None]
        parts = (_through(shot, detections, settings.width, settings.height) for shot in shots)
        found = chain.from_iterable(parts)
    else:
        clock = detections.clock
        if clock is not None and (clock.document, clock.revision) != (document.id, revision):
            return ()
        width, height = detections.size or (settings.width, settings.height)
        seen = detections.at(Fraction(frame) / settings.fps)
        found = _rows(seen, seen.boxes.xyxy.astype(float) / (width, height, width, height))
    return tuple(box for box, _ in zip(found, range(MOST), strict=False))


def _through(shot: Shot, detections: Detections, width: int, height: int) -> Iterator[Box]:
    source = shot.source
    assert isinstance(detections.clock, MediaClock)
    if not isinstance(source, MediaPicture) or source.input.sha256 != detections.clock.sha256:
        return
    seen = detections.at(max(Fraction(0), source.start))
    if not len(seen):
        return
    placement = Placement.of(shot.fit)
    for node in shot.nodes_at(0):
        placement = placement.after(node, width, height)
    left, top, right, bottom = placement.window
    fractions = seen.boxes.xyxy.astype(float) / (source.input.stream.display_size * 2)
    inside = np.clip(fractions, (left, top, left, top), (right, bottom, right, bottom))
    x, y = placement.at(inside[:, [0, 2, 2, 0]], inside[:, [1, 1, 3, 3]])
    around = np.stack([x.min(axis=1), y.min(axis=1), x.max(axis=1), y.max(axis=1)], axis=1)
    yield from _rows(seen, around / (width, height, width, height))


def _rows(seen: Detections, fractions: NDArray[np.float64]) -> Iterator[Box]:
    inside = np.clip(fractions, 0.0, 1.0)
    boxes = seen.boxes
    for i in range(len(boxes)):
        left, top, right, bottom = (round(float(value), 5) for value in inside[i])
        if left < right and top < bottom:
            yield Box(
                box=(left, top, right, bottom),
                label=seen.labels[int(boxes.class_id[i])],
                confidence=round(float(boxes.confidence[i]), 3),
                track=int(boxes.track_id[i]) if boxes.track_id[i] >= 0 else None,
            )
