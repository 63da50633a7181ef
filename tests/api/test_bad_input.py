"""Bad input: an error that names the thing and the remedy, nothing half-written, nothing changed."""

from __future__ import annotations

import warnings
from pathlib import Path

import pytest

import cutroom as cr
from cutroom import errors


@pytest.fixture
def project(tmp_path: Path):
    with cr.Project.create(tmp_path / "trip.tlp") as made:
        yield made


@pytest.mark.parametrize(
    ("content", "kind", "words"),
    [
        (None, errors.MediaNotFoundError, "no file"),
        (b"", errors.MediaError, "empty"),
        (b"this is no film\n" * 100, errors.UnsupportedMediaError, "clip.mp4"),
        (b"#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1:9/x.ts\n", errors.UnsupportedMediaError, "clip.mp4"),
        (b"ffconcat version 1.0\nfile /etc/passwd\n", errors.UnsupportedMediaError, "clip.mp4"),
    ],
)
def test_files_that_are_no_media(
    project: cr.Project, tmp_path: Path, content: bytes | None, kind: type[Exception], words: str
) -> None:
    path = tmp_path / "clip.mp4"
    if content is not None:
        path.write_bytes(content)
    before = project.session.document
    with pytest.raises(kind, match=words) as caught:
        project.timeline.append(path)
    assert isinstance(caught.value, errors.CutroomError)
    assert caught.value.hint
    assert project.session.document is before
    assert len(project.history) == 0


def test_a_truncated_film(project: cr.Project, tmp_path: Path, film) -> None:
    data = film.path.read_bytes()
    path = tmp_path / "half.mp4"
    path.write_bytes(data[: len(data) // 2])
    with pytest.warns(UserWarning, match=r"half\.mp4: cut short: the picture ends at") as raised:
        project.timeline.append(path)  # its index is in front: what is there can be used, but not without a word
    assert {warning.filename for warning in raised} == {__file__}
    assert "cut short" in project.last
    with warnings.catch_warnings(action="error"):
        media = project.media.add(path)  # once is enough
    assert "cut short" in " ".join(media.warnings)
    assert project.media.to_df().warnings.str.contains("cut short").all()
    assert media.duration < film.truth.frames / film.truth.fps
    path.write_bytes(data[:2000])
    with pytest.raises(errors.MediaError, match=r"half\.mp4") as caught:
        project.media.add(path)
    assert caught.value.hint


def test_folders_and_unreadable_things(project: cr.Project, tmp_path: Path) -> None:
    with pytest.raises(errors.MediaError):
        project.timeline.append(tmp_path)
    with pytest.raises(errors.CutroomError):
        project.timeline.append("/dev/zero")


def test_a_film_damaged_in_the_middle_says_so_where_it_is_shown(
    project: cr.Project, shared_data: Path, tmp_path: Path
) -> None:
    with pytest.warns(UserWarning, match=r"decord_corrupted\.mp4: damaged packets: 1"):
        project.timeline.append(shared_data / "video" / "decord_corrupted.mp4")
    assert project.timeline.frame(0).array.any()
    shown = [bool(frame.array.any()) for frame in project.timeline.frames(every=0.5)]
    assert all(shown[:5])
    assert not any(shown[-3:])
    with pytest.raises(errors.DamagedMediaError, match=r"decord_corrupted\.mp4 is damaged from 2\.\d+ s to 5 s"):
        cr.Renderer(project).render(tmp_path / "out.mp4", progress=False)


def test_models_that_are_none(tmp_path: Path, film) -> None:
    bad = tmp_path / "bad.onnx"
    bad.write_bytes(b"not a model")
    with pytest.raises(errors.ModelError, match=r"bad\.onnx"):
        cr.detect(film.path, bad)
    with pytest.raises(errors.UnknownNameError, match="did you mean 'shapes'"):
        cr.detect(film.path, "shape")
    with pytest.raises(errors.ModelError, match="no model file"):
        cr.detect(film.path, tmp_path / "none.onnx")


def test_sources_that_are_none(project: cr.Project) -> None:
    with pytest.raises(errors.ValidationError, match="not a source"):
        cr.detect(42)  # type: ignore[arg-type]
    title = project.timeline.add_title("x", at=0, duration=1)
    with pytest.raises(errors.UnsupportedMediaError, match="shows no media"):
        cr.detect(title)
