"""Nothing that a project writes may cost it its media or itself, by whatever name the file is called."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

import cutroom as cr
from cutroom.errors import OutputError, ValidationError

WRITERS: dict[str, Callable[[cr.Project, Path], object]] = {
    "timeline": lambda project, path: project.export_timeline(path, format="otio"),
    "compound": lambda project, path: project.compound("Scene").export_timeline(path, format="otio"),
    "subtitles": lambda project, path: project.timeline.export_subtitles(path, format="srt"),
    "lock": lambda project, path: project.lock(path),
    "save as": lambda project, path: project.save_as(path, overwrite=True),
    "pack": lambda project, path: project.pack(path, progress=False),
    "film": lambda project, path: cr.Renderer(project).render(path, progress=False),
}
SUFFIX = {"pack": ".zip", "film": ".mp4"}
"""What some writers insist on; the files are called so."""


@pytest.fixture
def folder(tmp_path: Path, film) -> Path:
    """A project with a film that is shown and two that are not; links to it, hard and soft; and its own files."""
    for name in ("shown.mp4", "unused.mp4", "unused.zip"):
        shutil.copy(film.path, tmp_path / name)
        with (tmp_path / name).open("ab") as file:
            file.write(name.encode())  # no two alike
    return tmp_path


def made(folder: Path, name: str) -> cr.Project:
    project = cr.Project.create(folder / name)
    for media in ("shown.mp4", "unused.mp4", "unused.zip"):
        project.media.add(folder / media)
    clip = project.timeline.append(folder / "shown.mp4", source=(0, 1))
    project.timeline.add_subtitle("Hi", 0, 1)
    project.apply(cr.ops.Nest(clips=(clip.id,), title="Scene"))
    return project


@pytest.mark.parametrize("writer", WRITERS)
def test_no_writer_replaces_what_belongs_to_the_project(folder: Path, writer: str) -> None:
    suffix = SUFFIX.get(writer, ".tlp")
    with made(folder, f"trip{suffix}") as project:
        targets = [folder / f"trip{suffix}"] if writer != "save as" else []
        if suffix == ".tlp":
            targets += [folder / "trip.tlp-journal", folder / "trip.tlp-journal-wal", folder / "trip.tlp-lock"]
            targets += [folder / "shown.mp4", folder / "unused.mp4"]
        else:
            targets += [folder / f"unused{suffix}"]
        for place in ("unused.zip", "shown.mp4"):
            os.link(folder / place, folder / f"hard-{place}{suffix}")
            os.symlink(folder / place, folder / f"soft-{place}{suffix}")
            targets += [folder / f"hard-{place}{suffix}", folder / f"soft-{place}{suffix}"]
        before = {path: path.read_bytes() for path in folder.iterdir() if path.is_file()}
        for target in targets:
            with pytest.raises(OutputError, match="belongs to this project"):
                WRITERS[writer](project, target)
        assert {path: path.read_bytes() for path in folder.iterdir() if path.is_file()} == before
        WRITERS[writer](project, folder / f"free{suffix}")
        assert (folder / f"free{suffix}").stat().st_size


def test_a_lock_is_named_as_all_other_files_are(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "elsewhere").mkdir()
    monkeypatch.chdir(folder / "elsewhere")
    with made(folder, "trip.tlp") as project:
        assert project.lock() == folder / "requirements.lock"
        assert project.lock("mine.lock") == folder / "elsewhere" / "mine.lock"
        for wrong in ("a\0b", 3):
            with pytest.raises(ValidationError):
                project.lock(wrong)  # type: ignore[arg-type]


def test_a_proxy_that_is_a_media_too_is_not_made_again(folder: Path) -> None:
    with cr.Project.create(folder / "trip.tlp") as project:
        film = project.media.add(folder / "shown.mp4")
        project.media.make_proxies(film, height=90, progress=False)
        path = Path(str(film.proxy.path))
        project.media.add(path)
        with path.open("ab") as file:
            file.write(b"a note of one's own")
        before = path.read_bytes()
        with pytest.raises(OutputError, match="belongs to this project"):
            project.media.make_proxies(film, height=90, progress=False)
        assert path.read_bytes() == before
        project.media[path.name].remove()
        project.media.make_proxies(film, height=90, progress=False)  # its own, and nothing else
        assert film.proxy.state == "fresh"
        path.unlink()
        project.media.make_proxies(film, height=90, progress=False)
        assert film.proxy.state == "fresh"
