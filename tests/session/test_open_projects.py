"""One kernel that asks twice, and two processes that ask for the same project."""

from __future__ import annotations

import os
import subprocess
import sys
import warnings
from pathlib import Path

import pytest

import cutroom as cr
from cutroom.access import Access
from cutroom.app import App

OPEN = """
import sys
import cutroom as cr
project = cr.Project.open(sys.argv[1], **eval(sys.argv[2]))
print(len(project.timeline.clips), project.recovered, sep="|")
try:
    project.timeline.add_title("mine", at=5, duration=1)
except cr.CutroomError as error:
    print(type(error).__name__, error.message, error.hint, sep="|")
"""


def child(path: Path, options: str = "{}") -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", OPEN, str(path), options], capture_output=True, text=True, check=False)


def test_a_cell_that_opens_is_run_again(tmp_path: Path) -> None:
    project = cr.Project.create(tmp_path / "trip.tlp")
    project.timeline.add_title("Hello", at=0, duration=1)
    again = cr.Project.open(tmp_path / "trip.tlp")
    assert again.recovered == ""
    again.timeline.add_title("World", at=2, duration=1)
    assert [clip.start for clip in project.timeline.clips] == [0, 2]
    project.undo()
    assert len(again.timeline.clips) == 1
    again.close()
    assert cr.Project.open(tmp_path / "trip.tlp").timeline.clips[0].duration == 1


def test_it_is_found_by_any_name_it_has(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to("folder")
    project = cr.Project.create(tmp_path / "folder" / "trip.tlp")
    monkeypatch.chdir(tmp_path / "folder")
    for name in ("trip.tlp", "../link/trip.tlp", tmp_path / "link" / "trip.tlp"):
        assert cr.Project.open(name).session is project.session
    project.save_as("other.tlp")
    assert cr.Project.open("other.tlp").session is project.session
    before = cr.Project.open("trip.tlp")
    assert before.session is not project.session
    before.close()
    project.close()


def test_a_cell_that_creates_anew_is_run_again(tmp_path: Path) -> None:
    first = cr.Project.create(tmp_path / "trip.tlp", overwrite=True)
    first.timeline.add_title("Hello", at=0, duration=1)
    second = cr.Project.create(tmp_path / "trip.tlp", overwrite=True)
    assert second.timeline.clips == []
    with pytest.raises(cr.errors.EditError, match="was closed"):
        first.timeline.add_title("lost", at=0, duration=1)
    second.timeline.add_title("World", at=0, duration=2)
    second.close()
    (clip,) = cr.Project.open(tmp_path / "trip.tlp").timeline.clips
    assert clip.duration == 2


def test_a_memory_project_that_got_a_file_is_known(tmp_path: Path) -> None:
    project = cr.Project.create()
    project.save_as(tmp_path / "trip.tlp")
    assert cr.Project.open(tmp_path / "trip.tlp").session is project.session
    project.close()


def test_a_second_process_is_told_who_has_it_and_can_look(tmp_path: Path) -> None:
    path = tmp_path / "trip.tlp"
    project = cr.Project.create(path)
    project.timeline.add_title("Hello", at=0, duration=1)
    refused = child(path)
    assert f"trip.tlp is open in another process ({os.getpid()})" in refused.stderr
    assert "read_only=True" in refused.stderr
    looked = child(path, "{'read_only': True}").stdout.splitlines()
    assert looked[0] == "1|with 1 edits that are not saved yet"
    assert looked[1].startswith("ReadOnlyProjectError|this project was opened to be read only|")
    project.timeline.add_title("World", at=2, duration=1)
    project.close()
    assert len(cr.Project.open(path, read_only=True).timeline.clips) == 2


def test_what_is_read_only_can_be_saved_elsewhere(tmp_path: Path) -> None:
    path = tmp_path / "trip.tlp"
    project = cr.Project.create(path)
    project.timeline.add_title("Hello", at=0, duration=1)
    copy = cr.Project.open(path, read_only=True)
    for refused in (copy.save, copy.undo, lambda: copy.save_as(path, overwrite=True)):
        with pytest.raises(cr.errors.ReadOnlyProjectError):
            refused()
    copy.save_as(tmp_path / "mine.tlp")
    copy.timeline.add_title("World", at=2, duration=1)
    assert (len(project.timeline.clips), len(copy.timeline.clips)) == (1, 2)
    copy.close()
    project.close()


@pytest.mark.parametrize(("part", "what"), [(Access, "grant_beneath"), (App, "check_document")])
def test_an_opening_that_fails_at_the_end_keeps_no_lock(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, part: type, what: str
) -> None:
    path = tmp_path / "trip.tlp"
    cr.Project.create(path).close()

    def fails(*values: object) -> None:
        raise ValueError("embedded null byte")

    with monkeypatch.context() as patch:
        patch.setattr(part, what, fails)
        with pytest.raises(ValueError, match="null byte"):
            cr.Project.open(path)
    assert [file.name for file in tmp_path.iterdir()] == ["trip.tlp"]
    project = cr.Project.open(path)
    with monkeypatch.context() as patch:
        patch.setattr(part, what, fails)
        with pytest.raises(ValueError, match="null byte"):
            cr.Project.open(path)
    project.timeline.add_title("still open", at=0, duration=1)
    project.close()


def test_a_warning_that_is_an_error_keeps_no_lock(tmp_path: Path) -> None:
    path = tmp_path / "trip.tlp"
    project = cr.Project.create(path)
    project.timeline.add_title("Hello", at=0, duration=1)
    project.session.close(save=False)
    path.write_bytes(path.read_bytes().replace(b'"fps"', b'"fps" '))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(UserWarning, match="aside") as caught:
            cr.Project.open(path)
    assert not (tmp_path / "trip.tlp-lock").exists(), caught
    cr.Project.open(path).close()


def test_a_warning_that_is_an_error_creates_nothing(tmp_path: Path) -> None:
    path = tmp_path / "trip.tlp"
    project = cr.Project.create(path)
    project.timeline.add_title("mine", at=0, duration=1)
    project.session.close(save=False)
    path.unlink()
    before = sorted(file.name for file in tmp_path.iterdir())
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(UserWarning, match="aside") as caught:
            cr.Project.create(path)
    assert sorted(file.name for file in tmp_path.iterdir()) == before, caught
    with pytest.warns(UserWarning, match="aside") as told:
        cr.Project.create(path).close()
    assert [one.filename for one in told] == [__file__]
    (aside,) = tmp_path.glob("*.aside-*")
    assert [clip.text for clip in cr.Project.recover(aside).timeline.clips] == ["mine"]


def test_a_warning_of_what_was_left_names_the_line_that_opens(tmp_path: Path) -> None:
    path = tmp_path / "trip.tlp"
    project = cr.Project.create(path)
    project.timeline.add_title("Hello", at=0, duration=1)
    project.session.close(save=False)
    path.write_bytes(path.read_bytes().replace(b'"fps"', b'"fps" '))
    with pytest.warns(UserWarning, match="aside") as told:
        cr.Project.open(path).close()
    assert [one.filename for one in told] == [__file__]


def test_the_same_open_project_is_equal_to_itself(tmp_path: Path) -> None:
    project, other = cr.Project.create(tmp_path / "trip.tlp"), cr.Project.create()
    again = cr.Project.open(tmp_path / "trip.tlp")
    assert again == project == project.timeline.project != other
    assert len({again, project, other}) == 2
    assert again.media == project.media != other.media
    project.close()


def test_a_project_that_is_created_over_unsaved_edits_tells_of_them(tmp_path: Path) -> None:
    path = tmp_path / "trip.tlp"
    code = (
        "import cutroom as cr, os, signal, sys; project = cr.Project.create(sys.argv[1]);"
        "project.timeline.add_title('mine', 0, 1); os.kill(os.getpid(), signal.SIGKILL)"
    )
    subprocess.run([sys.executable, "-c", code, str(path)], check=False)
    path.unlink()
    with pytest.warns(UserWarning, match=r"Project\.recover"):
        made = cr.Project.create(path)
    (aside,) = tmp_path.glob("*.aside-*")
    assert [clip.text for clip in cr.Project.recover(aside).timeline.clips] == ["mine"]
    made.close()
