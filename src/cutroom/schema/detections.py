"""Detections: what a model saw in which frame, as columns; and the frames that were looked at, seen or not."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import TypeAdapter

from cutroom.errors import ValidationError
from cutroom.schema.clock import Clock, MediaClock, TimelineClock
from cutroom.schema.detection_columns import Boxes, Frames, Ints, make_boxes
from cutroom.schema.queries import check_query
from cutroom.schema.span import Span
from cutroom.schema.spans import Spans
from cutroom.schema.time import TimeLike, parse_time

if TYPE_CHECKING:
    import pandas as pd

    from cutroom.schema.media import Media

_CLOCK: TypeAdapter[MediaClock | TimelineClock] = TypeAdapter(Clock)


@dataclass(frozen=True, eq=False)
class Detections:
    """Objects found in frames of one clock.

    Selecting (`query`, `dets[mask]`) keeps the list of analysed frames: nothing there differs from not looked at.

    Args:
        clock: media or timeline that the times belong to; None for times of whatever they are used with.
        labels: names of the classes, by class id.
        time_base: seconds of one tick, exactly.
        frames: what was looked at.
        boxes: what was found.
        rate: nominal frames per second.
        size: width and height of the picture as displayed, in pixels.
        provenance: model, thresholds, tracker: JSON.
    """

    clock: MediaClock | TimelineClock | None
    labels: tuple[str, ...]
    time_base: Fraction
    frames: Frames
    boxes: Boxes
    rate: Fraction | None = None
    size: tuple[int, int] | None = None
    provenance: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        frames, boxes = self.frames, self.boxes
        for column in (*(getattr(frames, n) for n in Frames.__slots__), *(getattr(boxes, n) for n in Boxes.__slots__)):
            column.flags.writeable = False
        count = len(frames)
        if (
            any(len(c) != count for c in (frames.start, frames.duration, frames.until))
            or (np.diff(frames.start) <= 0).any()
        ):
            raise ValidationError("analysed frames must be in order and as long as each other", value=count)
        if len(boxes):
            if (np.diff(boxes.row) < 0).any() or boxes.row[0] < 0 or boxes.row[-1] >= count:
                raise ValidationError("boxes must be in the order of their frames", value=len(boxes))
            if boxes.class_id.min() < 0 or boxes.class_id.max() >= len(self.labels):
                raise ValidationError("a box has a class without a label", value=int(boxes.class_id.max()))
            if not np.isfinite(boxes.xyxy).all() or not np.isfinite(boxes.confidence).all():
                raise ValidationError("a box has a coordinate or confidence that is not a number", value=len(boxes))

    # -- reading ------------------------------------------------------------------------------------------------------

    def __len__(self) -> int:
        return len(self.boxes)

    def __bool__(self) -> bool:
        return len(self.boxes) > 0

    @property
    def source(self) -> str:
        """Where the frames came from, for people: a path or a timeline."""
        if isinstance(self.clock, MediaClock):
            return self.clock.path or self.clock.sha256[:12]
        return "" if self.clock is None else self.clock.document

    @property
    def within(self) -> tuple[tuple[Fraction, Fraction], ...]:
        """What was looked at, in seconds: the stretches that the analysed frames stand for."""
        start, until = self.frames.start, self.frames.until
        if not len(start):
            return ()
        breaks = np.flatnonzero(start[1:] > until[:-1])
        firsts, lasts = np.r_[0, breaks + 1], np.r_[breaks, len(start) - 1]
        return tuple((self._seconds(start[a]), self._seconds(until[b])) for a, b in zip(firsts, lasts, strict=True))

    def to_df(self) -> pd.DataFrame:
        """One row per object: source (str), frame (Int64), time, duration (float64 seconds of its frame), track_id
        (Int64, missing where nothing was tracked), class_id (int64), label (str), confidence, x1, y1, x2, y2 (float32,
        pixels of the picture as displayed, end exclusive)."""  # fmt: skip
        import pandas as pd

        frames, boxes = self.frames, self.boxes
        names = np.array(self.labels or ("",), dtype=object)
        table: dict[str, Any] = {
            "source": pd.array(np.full(len(boxes), self.source, dtype=object), dtype="str"),
            "frame": pd.array(frames.number[boxes.row], dtype="Int64"),
            "time": self._floats(frames.start)[boxes.row],
            "duration": self._floats(frames.duration)[boxes.row],
            "track_id": pd.arrays.IntegerArray(boxes.track_id.copy(), boxes.track_id < 0),
            "class_id": boxes.class_id,
            "label": pd.array(names[boxes.class_id], dtype="str"),
            "confidence": boxes.confidence,
        }
        for i, side in enumerate(("x1", "y1", "x2", "y2")):
            table[side] = boxes.xyxy[:, i]
        return pd.DataFrame(table)

    def frames_df(self) -> pd.DataFrame:
        """One row per analysed frame: id (its number, int64), frame (Int64), time, duration, covers (float64 seconds
        that it stands for), detections (int64, how many objects)."""  # fmt: skip
        import pandas as pd

        frames = self.frames
        return pd.DataFrame(
            {
                "id": frames.number,
                "frame": pd.array(frames.number, dtype="Int64"),
                "time": self._floats(frames.start),
                "duration": self._floats(frames.duration),
                "covers": self._floats(frames.until - frames.start),
                "detections": self._counts(),
            }
        )

    def tracks_df(self) -> pd.DataFrame:
        """One row per track: id and track_id (int64), label (str), start, end, duration (float64 seconds), start_frame,
        end_frame (Int64, end exclusive), detections (int64), confidence_mean, confidence_max (float64)."""  # fmt: skip
        import pandas as pd

        frames, boxes = self.frames, self.boxes.take(self.boxes.track_id >= 0)
        ids, first, inverse, counts = np.unique(
            boxes.track_id, return_index=True, return_inverse=True, return_counts=True
        )
        last = np.zeros(len(ids), dtype=np.int64)
        last[inverse] = np.arange(len(boxes))  # later boxes overwrite earlier ones
        start, end = frames.start[boxes.row[first]], frames.start[boxes.row[last]] + frames.duration[boxes.row[last]]
        most = np.zeros(len(ids))
        np.maximum.at(most, inverse, boxes.confidence)
        return pd.DataFrame(
            {
                "id": ids,
                "track_id": ids,
                "label": pd.array([self.labels[c] for c in boxes.class_id[first]], dtype="str"),
                "start": self._floats(start),
                "end": self._floats(end),
                "duration": self._floats(end - start),
                "start_frame": pd.array(frames.number[boxes.row[first]], dtype="Int64"),
                "end_frame": pd.array(frames.number[boxes.row[last]] + 1, dtype="Int64"),
                "detections": counts,
                "confidence_mean": np.bincount(inverse, boxes.confidence, len(ids)) / np.maximum(counts, 1),
                "confidence_max": most,
            }
        )

    # -- selecting ----------------------------------------------------------------------------------------------------

    def query(self, expression: str, **variables: object) -> Detections:
        """The detections for which a pandas query on the columns of `to_df()` holds.

        Args:
            expression: comparisons, `and`, `or`, `not`, `in`, sums, and the methods isin, between, isna, notna, abs,
                and str.contains, str.startswith, str.endswith, str.lower, str.upper.
            **variables: values for the names behind `@`.

        Raises:
            UnknownNameError: a column that the table does not have.
            ValidationError: not an expression, or one that does more than compare.

        Example:
            >>> people = dets.query("label == 'person' and confidence > @least", least=0.5)  # doctest: +SKIP
        """
        table = self.to_df()
        check_query(expression, list(table.columns), list(variables))
        try:
            mask = table.eval(expression, engine="python", local_dict=dict(variables), global_dict={})
        except Exception as error:  # pandas raises what it likes for a comparison that makes no sense
            raise ValidationError(
                f"this query cannot be answered: {expression!r} ({error})",
                value=expression,
                hint="compare like with like",
            ) from error
        return self[mask]

    def __getitem__(self, mask: Any) -> Detections:
        """The detections where a boolean mask holds: a list, an array or a Series with one entry per row."""
        chosen = mask.fillna(False) if hasattr(mask, "fillna") else mask
        chosen = np.asarray(chosen)
        if chosen.dtype == object and chosen.ndim == 1 and all(isinstance(v, bool | np.bool_) for v in chosen):
            chosen = chosen.astype(bool)
        if chosen.dtype != bool or chosen.shape != (len(self),):
            raise ValidationError(
                f"not a mask of {len(self)} booleans: {chosen.dtype} with shape {chosen.shape}",
                value=mask,
                hint='compare a column: dets[dets.to_df()["confidence"] > 0.5]',
            )
        return replace(self, boxes=self.boxes.take(chosen))

    def at(self, time: TimeLike) -> Detections:
        """The detections of the analysed frame that stands for `time`; none where nobody looked."""
        ticks = parse_time(time, rate=self.rate) / self.time_base
        row = int(np.searchsorted(self.frames.start, math.floor(ticks), side="right")) - 1
        seen = row >= 0 and ticks < int(self.frames.until[row])
        chosen = self.boxes.row == row if seen else np.zeros(len(self), dtype=bool)
        return replace(self, boxes=self.boxes.take(chosen))

    def spans(
        self, min_count: int = 1, min_duration: TimeLike = 0, merge_gap: TimeLike = 0, pad: TimeLike = 0
    ) -> Spans:
        """Where at least `min_count` objects are seen at once.

        A span goes from the start of a frame to the end of what a frame stands for: its own duration, or, where frames
        were skipped (`every=`), up to the next analysed one. Analysed neighbours that both qualify make one span. Gaps
        of at most `merge_gap` are closed first, then spans shorter than `min_duration` are dropped, then the rest is
        padded. Each span's label is its commonest one; its reason counts labels and frames, and keeps the confidences.

        Raises:
            ValidationError: a count below 1.
            TimeError: a time that is none.
        """
        if min_count < 1:
            raise ValidationError(f"not a number of objects: {min_count}", value=min_count, hint="1 or more")
        gap, least = (parse_time(t, rate=self.rate) for t in (merge_gap, min_duration))
        frames = self.frames
        hits = np.flatnonzero(self._counts() >= min_count)
        starts, ends = frames.start[hits], frames.until[hits]
        breaks = np.flatnonzero(starts[1:] - ends[:-1] > math.floor(gap / self.time_base))
        firsts, lasts = np.r_[0, breaks + 1], np.r_[breaks, len(hits) - 1]
        found = [
            self._span(int(hits[a]), int(hits[b]), int(b - a + 1))
            for a, b in zip(firsts, lasts, strict=True)
            if len(hits) and int(ends[b] - starts[a]) * self.time_base >= least
        ]
        return Spans(spans=tuple(found), clock=self.clock, rate=self.rate, within=self.within).pad(pad)

    def _span(self, first: int, last: int, count: int) -> Span:
        a, b = np.searchsorted(self.boxes.row, [first, last + 1])
        labels = np.bincount(self.boxes.class_id[a:b], minlength=len(self.labels))
        confidence = self.boxes.confidence[a:b]
        tracks = np.unique(self.boxes.track_id[a:b])
        reason: dict[str, Any] = {
            "labels": {self.labels[i]: int(labels[i]) for i in np.flatnonzero(labels)},
            "frames": count,
            "first_frame": int(self.frames.number[first]),
            "last_frame": int(self.frames.number[last]),
            "confidence_mean": round(float(confidence.mean()), 6),
            "confidence_max": round(float(confidence.max()), 6),
            "tracks": [int(t) for t in tracks[tracks >= 0][:1000]],
        }
        reason |= {key: self.provenance[key] for key in ("model", "confidence") if key in self.provenance}
        return Span(
            start=self._seconds(self.frames.start[first]),
            end=self._seconds(self.frames.until[last]),
            label=self.labels[int(labels.argmax())],
            reason=reason,
        )

    # -- making -------------------------------------------------------------------------------------------------------

    @classmethod
    def from_df(cls, table: pd.DataFrame, media: Media | Any, frames: pd.DataFrame | None = None) -> Detections:
        """Detections of a media file from a table.

        Args:
            table: columns x1, y1, x2, y2, label, and frame or time; confidence (else 1), track_id, duration if known.
            media: what the times and pixels belong to: a media of a project, or what a probe found.
            frames: what was looked at, like `frames_df()`; None: only the frames that the table names.

        Raises:
            ValidationError: a column is missing, or holds what it cannot.
        """
        from cutroom.schema.detection_tables import read_tables

        return read_tables(cls, table, getattr(media, "value", media), frames)  # a handle holds its value

    def to_data(self) -> dict[str, Any]:
        """Plain data with arrays in it, as workers and job stores carry; `from_data` reads it back."""
        return {
            "clock": None if self.clock is None else self.clock.model_dump(mode="json"),
            "labels": list(self.labels),
            "time_base": str(self.time_base),
            "rate": None if self.rate is None else str(self.rate),
            "size": None if self.size is None else list(self.size),
            "provenance": self.provenance,
            "frames": {name: getattr(self.frames, name) for name in Frames.__slots__},
            "boxes": {name: getattr(self.boxes, name) for name in Boxes.__slots__},
        }

    @classmethod
    def from_data(cls, data: dict[str, Any]) -> Detections:
        """What `to_data` described."""
        return cls(
            clock=None if data["clock"] is None else _CLOCK.validate_python(data["clock"]),
            labels=tuple(data["labels"]),
            time_base=Fraction(data["time_base"]),
            rate=None if data["rate"] is None else Fraction(data["rate"]),
            size=None if data["size"] is None else (int(data["size"][0]), int(data["size"][1])),
            provenance=dict(data["provenance"]),
            frames=Frames(**{name: np.asarray(data["frames"][name], np.int64) for name in Frames.__slots__}),
            boxes=make_boxes(**data["boxes"]),
        )

    def __repr__(self) -> str:
        counts = np.bincount(self.boxes.class_id, minlength=len(self.labels))
        found = ", ".join(f"{counts[i]} {self.labels[i]}" for i in np.argsort(-counts, kind="stable")[:5] if counts[i])
        return (
            f"<Detections {len(self)} in {len(self.frames)} frames of {self.source or 'a clip'}: {found or 'nothing'}>"
        )

    def _repr_html_(self) -> str:
        return str(self.to_df().to_html(max_rows=20, border=0))

    def _counts(self) -> Ints:
        return np.bincount(self.boxes.row, minlength=len(self.frames)).astype(np.int64)

    def _seconds(self, ticks: Any) -> Fraction:
        return int(ticks) * self.time_base

    def _floats(self, ticks: Ints) -> NDArray[np.float64]:
        return ticks * self.time_base.numerator / self.time_base.denominator
