"""Detections as columns: tables with documented types, safe queries, exact spans, tables back to detections."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cutroom.errors import TimeError, UnknownNameError, ValidationError
from cutroom.schema.detection_columns import make_boxes, make_frames, to_ticks
from cutroom.schema.detections import Detections
from cutroom.schema.media import Fingerprint, Media, VideoStream
from cutroom.schema.spans import MediaClock
from cutroom.schema.time import frames as cr_frames

RATE = Fraction(30000, 1001)
COLUMNS = ["source", "frame", "time", "duration", "track_id", "class_id", "label", "confidence", "x1", "y1", "x2", "y2"]
LABELS = ("person", "car")


def media(rate: Fraction = RATE, start: Fraction = Fraction(0)) -> Media:
    video = VideoStream(
        index=0, codec="h264", width=64, height=48, rate=rate, start=start, duration=30 / rate, frames=30,
        pixel_format="yuv420p",
    )  # fmt: skip
    return Media(
        id="m_1", path="street.mp4", fingerprint=Fingerprint(sha256="b" * 64, size=1), format="mp4",
        duration=start + 30 / rate, video=video,
    )  # fmt: skip


def seen(
    per_frame: list[list[tuple[int, float, int]]], rate: Fraction = RATE, every: int = 1, start: Fraction = Fraction(0)
) -> Detections:
    """Objects (class, confidence, track) frame by frame; every `every`-th frame looked at."""
    shown = [start + i * every / rate for i in range(len(per_frame))]
    base, table = make_frames((round(t * rate), t, 1 / rate, t + every / rate) for t in shown)
    rows = [(i, *thing) for i, things in enumerate(per_frame) for thing in things]
    boxes = make_boxes(
        row=[r[0] for r in rows],
        class_id=[r[1] for r in rows],
        confidence=[r[2] for r in rows],
        track_id=[r[3] for r in rows],
        xyxy=[(r[0], 1, r[0] + 10, 21.5) for r in rows],
    )
    clock = MediaClock.of(media())
    return Detections(clock, LABELS, base, table, boxes, rate, (64, 48), {"model": "test", "confidence": 0.25})


ONE = [(0, 0.9, 0)]
TWO = [(0, 0.8, 0), (1, 0.5, -1)]


def test_table_has_exactly_the_documented_columns_and_types() -> None:
    table = seen([ONE, [], TWO]).to_df()
    assert list(table.columns) == COLUMNS
    assert isinstance(table.index, pd.RangeIndex)
    types = {name: str(kind) for name, kind in table.dtypes.items()}
    assert types == {
        "source": "str",
        "label": "str",
        "frame": "Int64",
        "track_id": "Int64",
        "class_id": "int64",
        **dict.fromkeys(["time", "duration"], "float64"),
        **dict.fromkeys(["confidence", "x1", "y1", "x2", "y2"], "float32"),
    }
    assert table.frame.tolist() == [0, 2, 2]
    assert table.time.tolist() == [0.0, float(2 / RATE), float(2 / RATE)]
    assert table.label.tolist() == ["person", "person", "car"]
    assert table.track_id.isna().tolist() == [False, False, True]
    assert table.source.unique().tolist() == ["street.mp4"]
    assert seen([]).to_df().dtypes.equals(table.dtypes)
    assert seen([[], []]).to_df().empty


def test_frames_table_tells_nothing_there_from_not_looked_at() -> None:
    table = seen([ONE, [], TWO], every=5).frames_df()
    assert list(table.columns) == ["id", "frame", "time", "duration", "covers", "detections"]
    assert table.frame.tolist() == [0, 5, 10]
    assert table.detections.tolist() == [1, 0, 2]
    assert table.covers.tolist() == pytest.approx([float(5 / RATE)] * 3)
    only_cars = seen([ONE, [], TWO]).query("label == 'car'")
    assert only_cars.frames_df().detections.tolist() == [0, 0, 1]


def test_tracks_table_has_one_row_per_track() -> None:
    dets = seen([[(0, 0.9, 3), (1, 0.5, 7)], [(0, 0.7, 3)], [], [(0, 0.8, 3), (1, 0.4, -1)]])
    table = dets.tracks_df()
    assert table.track_id.tolist() == table.id.tolist() == [3, 7]
    assert table.label.tolist() == ["person", "car"]
    assert table.start_frame.tolist() == [0, 0]
    assert table.end_frame.tolist() == [4, 1]
    assert table.end.tolist() == [float(4 / RATE), float(1 / RATE)]
    assert table.detections.tolist() == [3, 1]
    assert table.confidence_mean.tolist() == pytest.approx([0.8, 0.5])
    assert table.confidence_max.tolist() == pytest.approx([0.9, 0.5])
    assert seen([ONE]).query("label == 'car'").tracks_df().empty


def test_query_and_masks_select() -> None:
    dets = seen([ONE, TWO, [(1, 0.3, 5)]])
    assert len(dets.query("label == 'person' and confidence > 0.5")) == 2
    assert len(dets.query("confidence < @most & label in ['car']", most=0.4)) == 1
    assert len(dets.query("track_id >= 0 or label.str.startswith('c')")) == 4
    assert len(dets.query("frame.between(1, 2) and not label == 'person'")) == 2
    table = dets.to_df()
    assert dets[table.confidence > 0.85].to_df().confidence.tolist() == pytest.approx([0.9])
    assert len(dets[table.track_id > 3]) == 1  # a missing track id is no match
    assert len(dets[[True, False, False, True]]) == 2
    assert len(dets[np.zeros(4, dtype=bool)]) == 0
    for wrong in ([True], [0, 1, 2, 3], "person", slice(2), 0):
        with pytest.raises(ValidationError):
            dets[wrong]


@pytest.mark.parametrize(
    "expression",
    [
        "label.to_csv('/tmp/x')",
        "@pd.compat.os.system('x')",
        "__import__('os')",
        "(lambda: 1)()",
        "label.str.__class__",
        "[x for x in label]",
        "open('x')",
        "label ==",
        "confidence ** 99999999",
        "label = 'person'",
        "confidence > 'a'",
        "label + 1",
        "1",
    ],
)
def test_a_query_only_selects(expression: str) -> None:
    with pytest.raises(ValidationError):
        seen([ONE, TWO]).query(expression)


def test_unknown_columns_are_named() -> None:
    with pytest.raises(UnknownNameError, match="did you mean 'confidence'"):
        seen([ONE]).query("confidance > 0.5")
    with pytest.raises(UnknownNameError, match="limit"):
        seen([ONE]).query("confidence > @limit")


def test_spans_are_exact_frames() -> None:
    dets = seen([[], ONE, ONE, [], TWO, []])
    spans = dets.spans()
    assert spans.starts == (1 / RATE, 4 / RATE)
    assert spans.ends == (3 / RATE, 5 / RATE)
    assert spans.clock == dets.clock
    assert spans.rate == RATE
    assert spans.within == ((Fraction(0), 6 / RATE),)
    assert (~spans).starts == (0, 3 / RATE, 5 / RATE)
    assert dets.spans(min_count=2).starts == (4 / RATE,)
    assert dets.spans(merge_gap=cr_frames(1)).ends == (5 / RATE,)
    assert dets.spans(min_duration=cr_frames(2)).starts == (1 / RATE,)
    assert dets.spans(min_duration=cr_frames(4), merge_gap=cr_frames(1)).duration == 4 / RATE
    assert dets.spans(pad=cr_frames(2)).starts == (0,)
    assert dets.spans(pad=cr_frames(2)).ends == (6 / RATE,)
    assert dets.query("confidence > 1").spans().spans == ()


def test_skipped_frames_belong_to_the_one_looked_at_before() -> None:
    spans = seen([ONE, ONE, [], ONE], every=5).spans()
    assert spans.starts == (0, 15 / RATE)
    assert spans.ends == (10 / RATE, 20 / RATE)
    assert spans.within == ((Fraction(0), 20 / RATE),)


def test_spans_keep_their_provenance() -> None:
    (span,) = seen([ONE, TWO]).spans()
    assert span.label == "person"
    assert span.reason == {
        "labels": {"person": 2, "car": 1},
        "frames": 2,
        "first_frame": 0,
        "last_frame": 1,
        "tracks": [0],
        "confidence_mean": pytest.approx(2.2 / 3),
        "confidence_max": pytest.approx(0.9),
        "model": "test",
        "confidence": 0.25,
    }


@given(st.lists(st.integers(0, 3), max_size=40), st.integers(1, 3), st.integers(0, 4), st.integers(0, 5))
def test_spans_equal_a_frame_by_frame_count(counts: list[int], least: int, gap: int, shortest: int) -> None:
    dets = seen([[(0, 0.5, -1)] * n for n in counts])
    spans = dets.spans(min_count=least, merge_gap=cr_frames(gap), min_duration=cr_frames(shortest))
    hits = [n >= least for n in counts]
    closed = list(hits)
    for i, hit in enumerate(hits):
        before = next((j for j in range(i, -1, -1) if hits[j]), None)
        after = next((j for j in range(i, len(hits)) if hits[j]), None)
        if not hit and before is not None and after is not None:
            closed[i] = after - before - 1 <= gap
    expected = [False] * len(hits)
    for i in range(len(hits)):
        run = [j for j in range(len(hits)) if all(closed[min(i, j) : max(i, j) + 1])]
        expected[i] = closed[i] and len(run) >= shortest
    assert [cr_frames(i) in spans for i in range(len(counts))] == expected


def test_at_gives_what_stands_for_a_time() -> None:
    dets = seen([ONE, TWO], every=5)
    assert len(dets.at(cr_frames(4))) == 1
    assert len(dets.at(cr_frames(5))) == 2
    assert len(dets.at(cr_frames(10))) == 0
    assert len(seen([TWO], start=Fraction(1)).at(0)) == 0


@pytest.mark.parametrize("rate", [RATE, Fraction(25), Fraction(24000, 1001)])
@pytest.mark.parametrize("start", [Fraction(0), Fraction(1024, 44100)])
def test_table_round_trip_is_exact(rate: Fraction, start: Fraction) -> None:
    dets = seen([ONE, [], TWO, ONE], rate, start=start)
    back = Detections.from_df(dets.to_df(), media(rate, start), dets.frames_df())
    pd.testing.assert_frame_equal(back.to_df(), dets.to_df())
    assert back.spans().starts == dets.spans().starts
    assert back.spans().within == dets.spans().within


def test_variable_rate_times_come_back_exactly() -> None:
    times = [Fraction(n, 90000) for n in (0, 3003, 9009, 9500)]
    ends = [*times[1:], Fraction(12000, 90000)]
    base, table = make_frames((i, a, b - a, b) for i, (a, b) in enumerate(zip(times, ends, strict=True)))
    boxes = make_boxes([0, 2], [-1, -1], [0, 0], [0.5, 0.5], np.zeros((2, 4)))
    dets = Detections(MediaClock.of(media()), LABELS, base, table, boxes)
    back = Detections.from_df(dets.to_df(), media(), dets.frames_df())
    assert back.spans().starts == (0, times[2])
    assert back.spans().ends == (times[1], times[3])
    assert back.within == ((Fraction(0), ends[-1]),)


def test_a_table_of_ones_own() -> None:
    table = pd.DataFrame({"frame": [4, 2], "label": ["cat", "dog"], "x1": 0, "y1": 0, "x2": 5, "y2": 5})
    dets = Detections.from_df(table, media())
    assert dets.to_df().label.tolist() == ["dog", "cat"]
    assert dets.to_df().confidence.tolist() == [1, 1]
    assert dets.spans().starts == (2 / RATE, 4 / RATE)
    assert dets.within == ((2 / RATE, 3 / RATE), (4 / RATE, 5 / RATE))
    with pytest.raises(ValidationError, match="no column 'x2'"):
        Detections.from_df(table.drop(columns="x2"), media())
    with pytest.raises(ValidationError, match="no column 'frame'"):
        Detections.from_df(table.drop(columns="frame"), media())
    with pytest.raises(TimeError):
        Detections.from_df(table.assign(time=-1.0), media())
    with pytest.raises(ValidationError, match="no analysed frame"):
        Detections.from_df(table, media(), pd.DataFrame({"frame": [2]}))
    with pytest.raises(ValidationError, match="not a number"):
        Detections.from_df(table.assign(x1=float("nan")), media())
    with pytest.raises(ValidationError, match="numbers only"):
        Detections.from_df(table.assign(x1="left"), media())


def test_plain_data_round_trip() -> None:
    dets = seen([ONE, [], TWO])
    back = Detections.from_data(dets.to_data())
    pd.testing.assert_frame_equal(back.to_df(), dets.to_df())
    assert (back.clock, back.rate, back.size, back.provenance) == (dets.clock, dets.rate, dets.size, dets.provenance)


def test_it_shows_itself() -> None:
    assert repr(seen([ONE, TWO])) == "<Detections 3 in 2 frames of street.mp4: 2 person, 1 car>"
    assert "<table" in seen([ONE])._repr_html_()


def test_columns_cannot_be_changed() -> None:
    dets = seen([ONE])
    with pytest.raises(ValueError, match="read-only"):
        dets.boxes.xyxy[0, 0] = 1
    with pytest.raises(ValidationError, match="without a label"):
        seen([[(2, 0.5, -1)]])


def test_times_of_any_clock_are_exact_ticks() -> None:
    base, ticks = to_ticks([Fraction(1, 3), Fraction(1001, 30000)])
    assert [int(t) * base for t in ticks] == [Fraction(1, 3), Fraction(1001, 30000)]
    base, ticks = to_ticks([Fraction(1, p) for p in (10007, 10009, 10037, 10039)])
    assert base == Fraction(1, 1_000_000_000)
    assert ticks[0] == round(1e9 / 10007)
