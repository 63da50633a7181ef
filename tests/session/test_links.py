"""A project that is reached through a symbolic link is the project itself."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from cutroom.edit.project_file import load
from cutroom.edit.relocate import portable
from cutroom.errors import ReadOnlyProjectError
from cutroom.schema.document import ProjectSettings
from cutroom.session import Session

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="links and processes of POSIX")


HOLDER = """
import sys
from pathlib import Path
from cutroom.edit.operations import AddTrack
from cutroom.session import Session
session = Session.open(Path(sys.argv[1]))
print("open", flush=True)
sys.stdin.readline()
session.apply(AddTrack(track="video", title="through the link"))
session.close()
"""


def test_a_link_and_its_project_are_one(tmp_path: Path) -> None:
    real, link = tmp_path / "real" / "trip.tlp", tmp_path / "link.tlp"
    real.parent.mkdir()
    Session.create(real, ProjectSettings()).close()
    link.symlink_to(real)
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(link)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdin is not None
        assert holder.stdout is not None
        assert holder.stdout.readline() == "open\n"
        with pytest.raises(ReadOnlyProjectError):
            Session.open(real)
        holder.stdin.write("\n")
        holder.stdin.flush()
        assert holder.wait(30) == 0
    assert link.is_symlink()
    assert [track.title for track in load(real)[0].tracks] == ["through the link"]
    session = Session.create(tmp_path / "other.tlp", ProjectSettings())
    session.save_as(link, overwrite=True)
    assert session.path == real
    session.close()
    assert link.is_symlink()
    assert load(real)[0].tracks == ()
    assert os.readlink(link) == str(real)


def test_media_beneath_a_folder_behind_a_link_stay_relative(tmp_path: Path) -> None:
    (tmp_path / "disk" / "raw").mkdir(parents=True)
    (tmp_path / "films").symlink_to(tmp_path / "disk")
    session = Session.create(tmp_path / "films" / "trip.tlp", ProjectSettings())
    for folder in ("films", "disk"):
        assert portable(tmp_path / folder / "raw" / "a.mp4", session.folder) == "raw/a.mp4"
    assert portable(tmp_path / "a.mp4", session.folder) == str(tmp_path / "a.mp4")
    session.close()
