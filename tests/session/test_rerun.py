"""A cell that is run again: its step replaces the one that it made before, and what came later stays on top."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from editing import F, ids, make_media, strips
from hypothesis import given, settings
from hypothesis import strategies as st

import cutroom as cr
from cutroom.api.spans import on_timeline
from cutroom.edit import operations as ops
from cutroom.edit.change import Change
from cutroom.edit.difference import differences
from cutroom.errors import EditError, StaleSpansError, ValidationError
from cutroom.schema.clip import MediaSource, TitleSource
from cutroom.schema.clock import TimelineClock
from cutroom.schema.document import Document, ProjectSettings
from cutroom.schema.spans import Spans
from cutroom.session import Session

Cell = Callable[[Session], object]


def cell(session: Session, label: str, body: Cell) -> None:
    with session.edit(label, again=True):
        body(session)


def rough(*lengths: int) -> Cell:
    """A cell that makes a media, a track, and a clip of each length."""

    def body(session: Session) -> None:
        media = session.apply(ops.AddMedia(media=make_media("m_a"))).created[0]
        session.apply(ops.AddTrack(track="video", title="V1"))
        for length in lengths:
            session.apply(ops.Append(track="V1", source=MediaSource(media=media), duration=F(length)))

    return body


def look(session: Session) -> dict[str, str]:
    """The tracks as pictures; the cell's media, whose id ends anyhow, is a."""
    return {title: re.sub(r"\b\w(?=\d+-)", "a", strip) for title, strip in strips(session.document).items()}


def title(text: str, at: int) -> ops.Overwrite:
    return ops.Overwrite(track="V1", at=F(at), source=TitleSource(text=text), duration=F(1))


def test_it_replaces_its_step_and_later_steps_find_its_clips() -> None:
    session = Session(Document(id="p"))
    cell(session, "rough cut", rough(2, 3))
    first, second = ids(session.document)
    session.apply(ops.Trim(clip=second, edge="end", to=F(4)))
    session.apply(title("x", 5))
    assert look(session) == {"V1": "a0-2 a0-2 ·1 T·1"}
    heard: list[Change] = []
    session.changed.connect(heard.append)
    previous = session.document
    cell(session, "rough cut", rough(1, 3))
    assert look(session) == {"V1": "a0-1 a0-3 ·1 T·1"}
    assert ids(session.document)[:2] == [first, second]
    assert [step.label for step in session.history.steps] == ["rough cut", "trim", "overwrite"]
    assert "replaced its earlier run, under 2 later steps" in session.last
    assert [(c.kind, c.previous, c.document) for c in heard] == [("apply", previous, session.document)]
    for expected in ("a0-1 a0-3", "a0-1 a0-3"):
        session.undo()
        assert look(session) == {"V1": expected}
    session.undo()
    assert session.document.tracks == ()
    for _ in range(3):
        session.redo()
    assert look(session) == {"V1": "a0-1 a0-3 ·1 T·1"}


def test_the_same_cell_run_again_changes_nothing() -> None:
    session = Session(Document(id="p"))
    cell(session, "rough cut", rough(2, 3))
    before = session.state, session.history
    cell(session, "rough cut", rough(2, 3))
    assert (session.state, session.history) == before


def test_a_cell_that_does_nothing_keeps_its_place() -> None:
    session = Session(Document(id="p"))
    cell(session, "empty", lambda session: None)
    assert not session.history.steps
    session.apply(ops.AddTrack(track="video", title="V1"))
    cell(session, "titles", lambda session: session.apply(title("x", 0)))
    session.apply(ops.AddTrack(track="video", title="V2"))
    cell(session, "titles", lambda session: None)
    assert [track.items for track in session.document.tracks] == [(), ()]
    cell(session, "titles", lambda session: session.apply(title("y", 1)))
    assert [step.label for step in session.history.steps] == ["add track", "titles", "add track"]
    assert look(session) == {"V1": "·1 T·1"}


@pytest.mark.parametrize("fails", ["later step", "cell"])
def test_it_is_all_or_nothing(fails: str) -> None:
    session = Session(Document(id="p"))
    cell(session, "rough cut", rough(2, 3))
    session.apply(ops.Delete(clip=ids(session.document)[1]))
    before, history = session.state, session.history
    if fails == "later step":
        with pytest.raises(EditError, match="'rough cut' was run again, and 'delete', 1 of 1 steps after it") as caught:
            cell(session, "rough cut", rough(2))
        assert "nothing was changed" in str(caught.value)
    else:
        with pytest.raises(EditError):
            cell(session, "rough cut", rough(2, 30))
    assert session.state == before
    assert session.history is history
    session.undo()
    assert look(session) == {"V1": "a0-2 a0-3"}


def test_what_was_undone_is_not_replaced_and_other_labels_are_left_alone() -> None:
    session = Session(Document(id="p"))
    session.apply(ops.AddTrack(track="video", title="V1"))
    with session.edit("titles"):  # of the same name, but no cell
        session.apply(title("a", 0))
    cell(session, "titles", lambda session: session.apply(title("b", 2)))
    cell(session, "more", lambda session: session.apply(title("c", 4)))
    session.undo()
    session.undo()
    cell(session, "titles", lambda session: session.apply(title("d", 6)))
    assert look(session) == {"V1": "T·1 ·5 T·1"}
    with session.edit("outer"), pytest.raises(EditError, match="inside an edit block"), session.edit("in", again=True):
        raise AssertionError


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(1, 3)), max_size=8), st.integers(0, 3))
def test_it_is_as_if_the_cells_had_been_run_like_that_in_the_first_place(runs, undone: int) -> None:
    """Cells that place a title each on a track of their own, in any order and any number of times."""

    def body(name: str, number: int) -> Cell:
        return lambda session: [
            session.apply(ops.AddTrack(track="title", title=name)),
            session.apply(title(name, number).evolve(track=name)),
        ]

    session, last = Session(Document(id="p")), {}
    for name, number in runs:
        cell(session, name, body(name, number))
        last[name] = number
    plain = Session(Document(id="p"))
    for name in dict.fromkeys(name for name, _ in runs):
        cell(plain, name, body(name, last[name]))
    for each in (session, plain):
        for _ in range(min(undone, len(each.history.steps))):
            each.undo()
    assert differences(session.document, plain.document) == []
    assert [step.label for step in session.history.steps] == [step.label for step in plain.history.steps]


CHILD = """
import os, signal, sys
from pathlib import Path
from test_rerun import cell, rough, title
from cutroom.schema.document import ProjectSettings
from cutroom.session import Session
session = Session.create(Path(sys.argv[1]), ProjectSettings())
cell(session, "rough cut", rough(2, 3))
session.apply(title("x", 6))
if sys.argv[2] == "saved":
    session.save()
cell(session, "rough cut", rough(1, 3))
if sys.argv[2] == "undone":
    session.undo()
print(session.document.model_dump_json(), flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.parametrize("how", ["plain", "saved", "undone"])
def test_a_kill_loses_nothing(tmp_path: Path, how: str) -> None:
    here = Path(__file__).parent
    paths = [str(here), str(here.parent / "edit"), os.environ.get("PYTHONPATH", "")]
    child = subprocess.run(
        [sys.executable, "-c", CHILD, str(tmp_path / "trip.tlp"), how],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert child.returncode == -signal.SIGKILL, child.stderr
    session = Session.open(tmp_path / "trip.tlp")
    assert session.document == Document.model_validate_json(child.stdout)
    cell(session, "rough cut", rough(2, 2))
    expected = "a0-2 a0-2" + (" ·2 T·1" if how != "undone" else "")
    assert look(session) == {"V1": expected}
    assert [step.label for step in session.history.steps] == ["rough cut", "overwrite"][: 1 if how == "undone" else 2]
    session.close()


def test_it_goes_along_when_the_journal_starts_anew_and_under_another_name(tmp_path: Path) -> None:
    session = Session.create(tmp_path / "trip.tlp", ProjectSettings())
    cell(session, "rough cut", rough(2, 3))
    session.apply(title("x", 6))
    session.save_as(tmp_path / "other.tlp")
    session.apply(title("y", 8))
    session.close(save=False)
    again = Session.open(tmp_path / "other.tlp")
    cell(again, "rough cut", rough(1))
    assert look(again) == {"V1": "a0-1 ·5 T·1 ·1 T·1"}
    again.close()


def test_spans_that_were_measured_before_a_cell_hold_for_each_of_its_runs() -> None:
    session = Session(Document(id="p"))
    cell(session, "rough cut", rough(2, 3))
    measured = Spans.of([(0, 1)], TimelineClock(document="p", revision=session.revision))
    for _ in range(2):
        with session.edit("keep", again=True):
            (span,) = on_timeline(measured, session)
            session.apply(ops.Extract(spans=(span,)))
    with session.edit("other", again=True), pytest.raises(StaleSpansError):
        on_timeline(measured, session)
    cell(session, "rough cut", rough(4))
    assert look(session) == {"V1": "a1-4"}
    with session.edit("keep", again=True), pytest.raises(StaleSpansError):  # what it is measured on has changed
        on_timeline(measured, session)


def test_a_media_that_a_cell_adds_is_the_same_in_every_run(tmp_path: Path, film) -> None:
    with cr.Project.create(tmp_path / "trip.tlp") as project:
        for end in (2, 1):
            with project.edit("rough cut", rerun="replace"):
                clip = project.timeline.append(film.path, source=(0, end))
            if end == 2:
                media, name = clip.media, clip.id
                project.timeline.append(media, source=(3, 4))
        assert [c.source for c in project.timeline.track("V1").clips] == [(0, 1), (3, 4)]
        assert clip.id == name
        assert clip.media == media
        assert len(project.media) == 1
        with pytest.raises(ValidationError, match="rerun"), project.edit("x", rerun="append"):  # type: ignore[arg-type]
            pass


def test_a_later_step_that_the_registries_refuse_now_is_refused() -> None:
    """The checker sees what each later step gives on top of the new run, not only what it gave at first."""

    def few(operation: ops.Operation, document: Document) -> None:
        if isinstance(operation, ops.AddTrack) and len(document.tracks) > 2:
            raise EditError("three tracks are too many")

    session = Session(Document(id="p"), check=few)
    cell(session, "rough cut", lambda s: s.apply(ops.AddTrack(track="video", title="V1")))
    session.apply(ops.AddTrack(track="video", title="V2"))
    before = session.state

    def two(within: Session) -> None:
        for title in ("V1", "V3"):
            within.apply(ops.AddTrack(track="video", title=title))

    with pytest.raises(EditError, match=r"'add track', 1 of 1 steps after it.*three tracks are too many"):
        cell(session, "rough cut", two)
    assert session.state == before
