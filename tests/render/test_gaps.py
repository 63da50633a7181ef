"""The report of an export says where nothing lies on the timeline: black, or silence."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from cutroom.render.gaps import gaps
from cutroom.schema.clip import Clip, Gap, Item, TitleSource
from cutroom.schema.document import Document

from .conftest import Desk, Film, track

F = Fraction
BLACK = "black from {} to {}: no clip lies there on any track that is seen"
SILENT = "silent from {} to {}: no clip lies there on any track that is heard"


def row(film: Film, *lengths: int, kind: str = "c") -> list[Item]:
    """Clips of so many frames; gaps where it is negative."""
    at, items = 0, []
    for number, frames in enumerate(lengths):
        items.append(Gap(duration=F(-frames, 30)) if frames < 0 else film.clip(at, at + frames, id=f"{kind}_{number}"))
        at += abs(frames)
    return items


def test_a_gap_is_black_and_silent_and_told_so(desk: Desk, film: Film) -> None:
    document = film.document(track("video", row(film, 30, -15, 30)), track("audio", row(film, 30, -15, 40, kind="a")))
    report = desk.export(document)
    assert report.warnings == (
        BLACK.format("1 s", "1.5 s"), BLACK.format("2.5 s", "2.833 s"), SILENT.format("1 s", "1.5 s"),
    )  # fmt: skip
    assert "! black from 1 s to 1.5 s" in str(report)
    frames = desk.decode().frames
    assert np.array(frames[31:44]).max() < 4 < np.array(frames[29]).max()
    assert desk.export(document, span=(F(1, 2), F(6, 5))).warnings == (
        BLACK.format("1 s", "1.2 s"), SILENT.format("1 s", "1.2 s"),
    )  # fmt: skip
    assert desk.export(document, span=(F(0), F(1))).warnings == ()


def test_other_tracks_fill_it_if_they_are_seen(film: Film) -> None:
    below, above = track("video", row(film, 30, -15, 30)), track("video", row(film, -30, 15, kind="b"))
    title = track("title", [Gap(duration=F(1)), Clip(id="t", source=TitleSource(text="x"), duration=F(1, 2))])
    for filled in (above, title):
        assert told(film.document(below, filled)) == []
        assert told(film.document(below, filled.replace(hidden=True))) == [BLACK.format("1 s", "1.5 s")]
    sounds = [track("audio", row(film, 30, -15, 30, kind="a")), track("audio", row(film, -30, 15, kind="d"))]
    assert told(film.document(*sounds)) == []
    assert told(film.document(sounds[0], sounds[1].replace(muted=True))) == [SILENT.format("1 s", "1.5 s")]


def test_what_there_is_none_of_is_not_missed(film: Film) -> None:
    assert told(film.document(track("video", row(film, 30)))) == []
    assert told(film.document(track("audio", row(film, 30, kind="a")))) == []


@pytest.mark.parametrize(("length", "lines"), [(F(1, 48), 0), (F(1, 30), 1)])
def test_less_than_a_frame_is_no_gap(film: Film, length: Fraction, lines: int) -> None:
    first, second = row(film, 30, 30, kind="a")
    items = [first, Gap(duration=length), second]
    assert len(told(film.document(track("audio", items)))) == lines


def test_many_gaps_are_counted(film: Film) -> None:
    lines = told(film.document(track("video", row(film, *[10, -5] * 12, 10))))
    assert lines[:5] == [BLACK.format(*(f"{n:.3f}".rstrip("0").rstrip(".") + " s" for n in ends)) for ends in (
        (1 / 3, 1 / 2), (5 / 6, 1), (4 / 3, 3 / 2), (11 / 6, 2), (7 / 3, 5 / 2),
    )]  # fmt: skip
    assert lines[5:] == ["black in 7 more places, 1.167 s in all"]


def told(document: Document) -> list[str]:
    return list(gaps(document, F(0), document.duration))
