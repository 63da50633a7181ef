"""Detections from tables that people, other tools or `to_df()` made."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from cutroom.errors import ValidationError
from cutroom.schema.clock import MediaClock
from cutroom.schema.detection_columns import make_boxes, make_frames
from cutroom.schema.detections import Detections
from cutroom.schema.time import parse_time, to_frame

if TYPE_CHECKING:
    import pandas as pd

    from cutroom.schema.media import Media, VideoStream

_SIDES = ("x1", "y1", "x2", "y2")
_SAME = Fraction(1, 1_000_000)
_FINEST = 100_000
"""Largest denominator of a container's clock that a float64 of seconds still tells apart."""

_Row = tuple[int, Fraction, Fraction, Fraction]


def read_tables(
    cls: type[Detections], table: pd.DataFrame, media: Media, frames: pd.DataFrame | None = None
) -> Detections:
    """See `Detections.from_df`."""
    video = media.video
    if video is None:
        raise ValidationError(f"{media.path} has no picture", value=media.path, hint="detections belong to a picture")
    _need(table, ["label", *_SIDES])
    rows = _rows(table if frames is None else frames, video)
    order = {row[1]: i for i, row in enumerate(rows)}
    keys = [_time(record, video) for record in _records(table)]
    missing = next((key for key in keys if key not in order), None)
    if missing is not None:
        raise ValidationError(
            f"an object at {float(missing):g} s is in no analysed frame",
            value=float(missing),
            hint="add it to `frames`",
        )
    base, analysed = make_frames(rows)
    names = table["label"].astype("str").to_numpy(dtype=object)
    labels, classes = _classes(names, table)
    tracks = table["track_id"].fillna(-1) if "track_id" in table else np.full(len(table), -1)
    confidence = table["confidence"] if "confidence" in table else np.ones(len(table))
    index = np.array([order[key] for key in keys], dtype=np.int64)
    try:
        boxes = make_boxes(index, tracks, classes, confidence, table[list(_SIDES)])
    except (TypeError, ValueError) as error:
        raise ValidationError(f"a column holds what it cannot: {error}", value=None, hint="numbers only") from error
    return cls(
        clock=MediaClock.of(media),
        labels=labels,
        time_base=base,
        frames=analysed,
        boxes=boxes.take(np.argsort(index, kind="stable")),
        rate=video.rate,
        size=video.display_size,
        provenance={"model": "table"},
    )


def _need(table: pd.DataFrame, columns: list[str]) -> None:
    missing = [column for column in columns if column not in table.columns]
    if "frame" not in table.columns and "time" not in table.columns:
        missing.append("frame")
    if missing:
        raise ValidationError(
            f"the table has no column {missing[0]!r}",
            value=[str(column) for column in table.columns],
            hint=f"needed: label, {', '.join(_SIDES)}, and frame or time",
        )


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    import pandas as pd

    wanted = [column for column in ("frame", "time", "duration", "covers") if column in table.columns]
    return [{str(k): None if pd.isna(v) else v for k, v in r.items()} for r in table[wanted].to_dict("records")]


def _classes(names: Any, table: pd.DataFrame) -> tuple[tuple[str, ...], Any]:
    """Labels by class id: the table's own ids where they fit, else in the order of the alphabet."""
    if "class_id" in table and len(table):
        ids = table["class_id"].to_numpy(dtype=np.int64)
        if ids.min() >= 0 and ids.max() < 10_000:
            known = {int(i): str(n) for i, n in zip(ids, names, strict=True)}
            if all(known[int(i)] == n for i, n in zip(ids, names, strict=True)):
                return tuple(known.get(i, f"class {i}") for i in range(int(ids.max()) + 1)), ids
    labels = sorted(set(names))
    where = {label: i for i, label in enumerate(labels)}
    return tuple(labels), np.array([where[name] for name in names], dtype=np.int64)


def _rows(table: pd.DataFrame, video: VideoStream) -> list[_Row]:
    """Analysed frames, each once, in order; one stands for no more than up to the next."""
    _need(table, [])
    found: dict[Fraction, _Row] = {}
    for record in _records(table):
        start = _time(record, video)
        lasts = _length(record.get("duration"), 1 / video.rate)
        covers = _length(record.get("covers"), lasts)
        found.setdefault(start, (to_frame(start, video.rate), start, lasts, start + covers))
    ordered = sorted(found.values(), key=lambda row: row[1])
    following = [row[1] for row in ordered[1:]]
    return [
        (number, start, lasts, _until(until, after))
        for (number, start, lasts, until), after in zip(ordered, [*following, None], strict=True)
    ]


def _until(until: Fraction, after: Fraction | None) -> Fraction:
    """No further than the next frame, and up to it where only rounding lies between."""
    return after if after is not None and until > after - _SAME else until


def _time(record: dict[str, Any], video: VideoStream) -> Fraction:
    """When a frame starts: the frame's number, unless a time says that it lies off the grid."""
    number, seconds = record.get("frame"), record.get("time")
    first = to_frame(video.start, video.rate)
    grid = None if number is None else video.start + (int(number) - first) / video.rate
    if seconds is None:
        if grid is None:
            raise ValidationError("a row has neither a frame nor a time", value=record, hint="give one of them")
        return grid
    exact = parse_time(seconds, rate=video.rate)
    nearest = video.start + to_frame(exact - video.start, video.rate) / video.rate
    return nearest if abs(nearest - exact) < _SAME else exact.limit_denominator(_FINEST)


def _length(value: Any, default: Fraction) -> Fraction:
    if value is None:
        return default
    exact = parse_time(value)
    return default if abs(exact - default) < _SAME else exact.limit_denominator(_FINEST)
