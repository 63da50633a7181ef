"""What a failed call leaves of an `edit` block that goes on: nothing of its own, all of what came before."""

from __future__ import annotations

from pathlib import Path

import pytest

import cutroom as cr
from cutroom.edit.operations import AddTrack
from cutroom.errors import CutroomError, EditError
from cutroom.schema.document import Document
from cutroom.session import Session


def add(session: Session, title: str) -> None:
    session.apply(AddTrack(track="video", title=title))


def titles(session: Session) -> list[str]:
    return [track.title for track in session.document.tracks]


def test_a_failed_block_inside_a_block_takes_back_its_own_steps_only() -> None:
    session = Session(Document(id="p"))
    with session.edit("outer"):
        add(session, "V1")
        session.note("kept")
        before = session.document
        with pytest.raises(EditError, match="V1"), session.edit("inner"):  # noqa: PT012
            add(session, "V2")
            session.note("taken back")
            add(session, "V1")
        assert session.document is before
        add(session, "V3")
    assert titles(session) == ["V1", "V3"]
    assert session.last == "outer; kept"
    assert session.undo().after.tracks == session.redo().after.tracks
    assert len(session.history.steps) == 1


def test_failed_calls_of_a_timeline_inside_a_block_change_nothing(tmp_path: Path, film) -> None:
    with cr.Project.create(tmp_path / "trip.tlp") as project:
        clip = project.timeline.append(film.path, source=(0, 2))
        with project.edit("try"):
            before = project.session.document
            with pytest.raises(CutroomError):
                clip.trim(start=100, end=1.5)
            assert project.session.document is before
        other = cr.Project.create()
        with other.edit("try"):
            with pytest.raises(CutroomError):
                other.timeline.append(film.path, source=(4, 9000))
            assert other.session.document.media == ()
            assert other.session.document.tracks == ()
        assert len(other.history) == 0
