"""What workers may read and write, and for how long."""

from __future__ import annotations

from pathlib import Path

import pytest

import cutroom as cr
from cutroom.app import app
from cutroom.errors import AccessDeniedError
from cutroom.settings import settings
from cutroom.workers.grantbook import GrantBook


def remembered(path: Path) -> bool:
    """Whether a later session could read it."""
    book = GrantBook(settings().data_dir / "grants.db")
    try:
        return book.grants.may_read(str(path))
    finally:
        book.close()


def may(path: Path) -> tuple[bool, bool]:
    """Whether workers may read it and write it."""
    grants = app().get(GrantBook).grants
    return grants.may_read(path), grants.may_write(path)


@pytest.mark.parametrize("fails", [False, True])
def test_a_file_can_be_written_as_long_as_that_lasts(tmp_path: Path, fails: bool) -> None:
    part = tmp_path / "out.mp4.part"
    try:
        with app().access.writing() as allow:
            assert may(part) == (False, False)
            allow(part)
            assert may(part) == (True, True)
            if fails:
                raise KeyboardInterrupt
    except KeyboardInterrupt:
        assert fails
    assert may(part) == (False, False)


def test_what_nobody_granted_is_refused_by_name(tmp_path: Path) -> None:
    granted, other = tmp_path / "granted.mp4", tmp_path / "other.mp4"
    for path in (granted, other):
        path.write_bytes(b"film")
    app().access.grant_read(granted, remember=False)
    app().access.require_granted([str(granted), str(tmp_path / "not there.mp4")])
    with pytest.raises(AccessDeniedError, match=r"other\.mp4") as caught:
        app().access.require_granted([str(granted), str(other)])
    assert caught.value.value == str(other)


def test_what_lies_beneath_a_project_is_granted_for_this_session(tmp_path: Path) -> None:
    folder = tmp_path / "project"
    (folder / "media").mkdir(parents=True)
    inside, beside = folder / "media" / "in.mp4", tmp_path / "beside.mp4"
    link = folder / "link.mp4"
    for path in (inside, beside):
        path.write_bytes(b"film")
    link.symlink_to(beside)
    app().access.grant_beneath(folder, [inside, beside, link, folder / ".." / "beside.mp4"])
    assert may(inside) == (True, False)
    assert may(beside) == may(link) == (False, False)
    assert not remembered(inside)


def test_a_job_takes_no_file_along_that_nobody_granted(tmp_path: Path, film) -> None:
    path = tmp_path / "project" / "trip.tlp"
    path.parent.mkdir()
    outside = tmp_path / "outside.mp4"
    outside.write_bytes(film.path.read_bytes())
    with cr.Project.create(path) as made:
        media = made.media.add(outside)
        made.timeline.append(media)
    grants = app().get(GrantBook).grants
    grants.forget(outside)
    with cr.Project.open(path) as project, pytest.raises(AccessDeniedError, match=r"outside\.mp4"):
        cr.Renderer(project).submit(tmp_path / "out.mp4")
