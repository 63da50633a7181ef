"""Proxies in a project: made, shown, kept fresh, put in place of their media and taken out again; packs of them."""

from __future__ import annotations

import contextlib
import shutil
import warnings
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from decoding import numbers, sha256

import cutroom as cr
from cutroom import errors
from cutroom.access import Access
from cutroom.app import App, app
from cutroom.demo.film import read_frame_number, write_demo_film
from cutroom.preview import proxying

CUTS = ((75, 100), (7, 30), (130, 180))
WANTED = [number for first, last in CUTS for number in range(first, last)]


@pytest.fixture
def home(film: Any, tmp_path: Path) -> Path:
    folder = tmp_path / "home"
    (folder / "raw").mkdir(parents=True)
    shutil.copy(film.path, folder / "raw" / "film.mp4")
    return folder


@pytest.fixture
def project(home: Path) -> Iterator[cr.Project]:
    with cr.Project.create(home / "trip.tlp") as made:
        for first, last in CUTS:
            made.timeline.append(home / "raw" / "film.mp4", source=(cr.frames(first), cr.frames(last)))
        yield made


def shown(project: cr.Project, **options: Any) -> list[int | None]:
    """Frame numbers of stills throughout the timeline."""
    tl = project.timeline
    return [read_frame_number(tl.frame(cr.frames(n), **options).array) for n in range(0, len(WANTED), 7)]


def exported(project: cr.Project, path: Path, size: tuple[int, int] = (640, 360)) -> list[int | None]:
    project.timeline.render(path, progress=False)
    return numbers(path, size)


def test_a_proxy_is_made_once_and_is_one_step(project: cr.Project, home: Path) -> None:
    (media,) = project.media
    assert (media.proxy.state, media.proxy.path) == ("none", None)
    steps = len(project.history)
    assert project.media.make_proxies(height=180, progress=False) == [media]
    assert media.proxy.state == "fresh"
    assert Path(str(media.proxy.path)).parent == home / "trip-proxies"
    assert len(project.history) == steps + 1
    made = Path(str(media.proxy.path)).stat()
    assert project.media.make_proxies(progress=False) == [media]
    assert project.media.make_proxies("film.mp4", height=180, progress=False) == [media]
    assert Path(str(media.proxy.path)).stat() == made
    assert len(project.history) == steps + 1
    project.undo()
    assert media.proxy.state == "none"
    project.redo()
    assert media.proxy.state == "fresh"
    row = project.media.to_df().iloc[0]
    assert (row["proxy"], row["proxy_path"]) == ("fresh", media.proxy.path)
    assert row["width"] == 640


def test_another_height_makes_another_proxy(project: cr.Project) -> None:
    (media,) = project.media
    project.media.make_proxies(height=180, progress=False)
    small = media.proxy.path
    project.media.make_proxies([media], height=90, progress=False)
    assert media.value.proxy is not None
    assert media.value.proxy.video is not None
    assert media.value.proxy.video.height == 90
    assert media.proxy.path != small
    with pytest.raises(errors.ValidationError, match="height"):
        project.media.make_proxies(height=3)
    with pytest.raises(errors.UnknownNameError, match=r"other\.mp4"):
        project.media.make_proxies("other.mp4")


def test_proxies_are_shown_where_they_are_asked_for_and_never_exported(project: cr.Project, tmp_path: Path) -> None:
    before = shown(project)
    assert before == WANTED[::7]
    project.timeline.render(tmp_path / "before.mp4", progress=False)
    sharp = project.timeline.frame(0).array.astype(int)
    project.media.make_proxies(height=90, progress=False)
    soft = project.timeline.frame(0, proxy=True).array.astype(int)
    assert np.abs(project.timeline.frame(0).array - sharp).max() == 0
    assert 0.3 < np.abs(soft - sharp).mean() < 12
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        project.timeline.render(tmp_path / "after.mp4", progress=False)
    assert sha256(tmp_path / "after.mp4") == sha256(tmp_path / "before.mp4")
    project.media.make_proxies(height=180, progress=False)
    assert shown(project, proxy=True) == before


def test_a_proxy_goes_missing_and_stale_and_is_made_again(project: cr.Project, home: Path) -> None:
    (media,) = project.media
    project.media.make_proxies(height=180, progress=False)
    path = Path(str(media.proxy.path))
    content = path.read_bytes()
    path.unlink()
    assert media.proxy.state == "missing"
    assert shown(project, proxy=True) == WANTED[::7]  # the media itself
    project.media.make_proxies(height=180, progress=False)
    assert media.proxy.state == "fresh"
    assert path.read_bytes() == content  # the same media gives the same proxy
    path.write_bytes(content[:-1] + b"x")
    assert media.proxy.state == "stale"
    project.media.make_proxies(height=180, progress=False)
    assert (media.proxy.state, path.read_bytes() == content) == ("fresh", True)
    write_demo_film(home / "raw" / "film.mp4", seconds=6, size=(640, 360), seed=9)
    with pytest.raises(errors.MediaError, match="has changed"):
        project.media.make_proxies(height=90, progress=False)
    media.relink(home / "raw" / "film.mp4", override=True)
    assert media.proxy.state == "stale"
    with pytest.raises(errors.MediaNotFoundError, match="stale"):
        project.media.use_proxies(media)
    project.media.make_proxies(height=180, progress=False)
    assert media.proxy.state == "fresh"
    assert path != Path(str(media.proxy.path))


def test_a_missing_media_with_a_proxy_is_told_and_replaced(project: cr.Project, home: Path, tmp_path: Path) -> None:
    (media,) = project.media
    project.media.make_proxies(height=180, progress=False)
    (home / "raw").rename(tmp_path / "away")
    for use in (lambda: project.timeline.frame(0), lambda: project.timeline.render(tmp_path / "x.mp4", progress=False)):
        with pytest.raises(errors.MediaNotFoundError, match="it has a proxy") as caught:
            use()
        assert "use_proxies" in str(caught.value.hint)
    assert not (tmp_path / "x.mp4").exists()
    assert project.media.use_proxies() == [media]
    assert media.proxy.in_use
    assert project.media.to_df()["original_path"].tolist() == ["raw/film.mp4"]
    assert "proxy of film.mp4" in repr(media)
    with pytest.warns(UserWarning, match=r"proxies are exported in place of raw/film\.mp4"):
        assert exported(project, tmp_path / "x.mp4") == WANTED
    with pytest.raises(errors.MediaNotFoundError, match="relink"):
        project.media.use_originals()
    assert project.media.relink(tmp_path / "away", progress=False) == [media]
    assert not media.proxy.in_use
    assert media.proxy.state == "fresh"
    project.undo()
    assert media.proxy.in_use
    shutil.copytree(tmp_path / "away", home / "raw")
    assert project.media.use_originals() == [media]
    assert media.value.path == "raw/film.mp4"
    assert exported(project, tmp_path / "y.mp4") == WANTED


@pytest.mark.parametrize("name", ["out.edl", "out.otio", "out.fcpxml", "out.mlt"])
def test_other_programs_are_told_of_the_original(project: cr.Project, home: Path, name: str) -> None:
    project.media.make_proxies(height=90, progress=False)
    project.export_timeline(home / name)
    before = (home / name).read_bytes()
    project.media.use_proxies()
    project.export_timeline(home / name)
    assert (home / name).read_bytes() == before
    if name.endswith("otio"):  # and their answer finds the media that the project has, proxy or not
        project.import_timeline(home / name)
        assert len(project.media) == 1


def test_use_needs_a_proxy(project: cr.Project) -> None:
    assert project.media.use_proxies() == []
    with pytest.raises(errors.MediaNotFoundError, match="has no proxy"):
        project.media.use_proxies("film.mp4")


def test_what_is_finished_is_kept_when_another_media_fails(project: cr.Project, home: Path) -> None:
    content = (home / "raw" / "film.mp4").read_bytes()
    broken = bytearray(content)
    middle = content.index(b"mdat") + (len(content) - content.index(b"mdat")) // 2
    broken[middle : middle + 40_000] = bytes(40_000)
    (home / "raw" / "broken.mp4").write_bytes(broken)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        bad = project.media.add(home / "raw" / "broken.mp4")
    with pytest.raises(errors.MediaError, match="broken"):
        project.media.make_proxies(height=90, progress=False)
    assert [media.proxy.state for media in project.media] == ["fresh", "none"]
    assert bad.proxy.path is None
    assert len(list((home / "trip-proxies").iterdir())) == 1


def test_ctrl_c_leaves_nothing_half_made(project: cr.Project, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def struck(*_: Any, **__: Any) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr(proxying, "wait", struck)
    with pytest.raises(KeyboardInterrupt):
        project.media.make_proxies(progress=False)
    monkeypatch.undo()
    assert project.media["film.mp4"].proxy.state == "none"
    assert not (home / "trip-proxies").exists()


def test_sound_alone_needs_none(project: cr.Project, home: Path) -> None:
    import wave

    with wave.open(str(home / "tone.wav"), "wb") as file:
        file.setparams((1, 2, 48_000, 0, "NONE", ""))
        file.writeframes(b"\1\0" * 48_000)
    tone = project.media.add(home / "tone.wav")
    assert project.media.make_proxies(tone, progress=False) == []
    assert tone.proxy.state == "none"


def test_proxies_outlive_the_session_and_move_with_it(project: cr.Project, home: Path, tmp_path: Path) -> None:
    project.media.make_proxies(height=180, progress=False)
    project.media.use_proxies()
    project.save_as(tmp_path / "copy.tlp")
    (media,) = project.media
    assert media.proxy.state == "fresh"
    assert media.value.path.startswith("home/trip-proxies/")
    assert media.value.original is not None
    assert media.value.original.path == "home/raw/film.mp4"
    project.close()
    with cr.Project.open(tmp_path / "copy.tlp") as again:
        assert again.media[media.id].proxy.in_use
        assert shown(again) == WANTED[::7]
        again.media.use_originals()
        assert shown(again) == WANTED[::7]


def test_a_pack_of_proxies_is_the_same_edit(project: cr.Project, home: Path, tmp_path: Path) -> None:
    project.media.add(write(home / "unused.mp4"))
    assert exported(project, tmp_path / "original.mp4") == WANTED
    packed = project.pack(tmp_path / "lesson.zip", media="proxies", progress=False)
    (name,) = packed.files
    assert name.startswith("media/film-")
    assert packed.left_out == ("unused.mp4",)
    assert [media.proxy.state for media in project.media] == ["fresh", "none"]  # those that are used
    assert not project.media["film.mp4"].proxy.in_use
    with zipfile.ZipFile(packed.path) as archive:
        assert sorted(archive.namelist()) == ["lesson.tlp", name]
    theirs = cr.Project.unpack(packed.path, tmp_path / "class" / "lesson", progress=False)
    media = theirs.media[Path(name).name]
    assert media.proxy.in_use
    assert media.state == "ok"
    assert theirs.timeline.to_df()["source_start"].tolist() == project.timeline.to_df()["source_start"].tolist()
    assert shown(theirs) == WANTED[::7]
    with pytest.warns(UserWarning, match="proxies are exported"):
        assert exported(theirs, tmp_path / "proxied.mp4") == WANTED
    assert media in theirs.media.relink(home, progress=False)
    assert not media.proxy.in_use
    assert media.fingerprint == project.media["film.mp4"].fingerprint
    assert exported(theirs, tmp_path / "relinked.mp4") == WANTED
    assert sha256(tmp_path / "relinked.mp4") == sha256(tmp_path / "original.mp4")
    theirs.close()
    with cr.Project.open(tmp_path / "class" / "lesson" / "lesson.tlp") as again:
        assert shown(again) == WANTED[::7]


def write(path: Path) -> Path:
    write_demo_film(path, seconds=1, size=(320, 180), seed=5)
    return path


@pytest.mark.parametrize("where", ["raw/film.mp4", "film.mp4"])
def test_originals_beside_the_pack_take_their_place(
    project: cr.Project, home: Path, tmp_path: Path, where: str
) -> None:
    packed = project.pack(tmp_path / "lesson.zip", media="proxies", progress=False)
    original = tmp_path / "disk" / where
    original.parent.mkdir(parents=True)
    shutil.copy(home / "raw" / "film.mp4", original)
    with cr.Project.unpack(packed.path, tmp_path / "disk" / "lesson", progress=False) as theirs:
        (media,) = theirs.media
        assert theirs.last == "found originals"
        assert (media.path, media.proxy.in_use, media.proxy.state) == (str(original), False, "fresh")
        assert shown(theirs) == WANTED[::7]
        theirs.undo()
        assert media.proxy.in_use
        theirs.redo()
    with cr.Project.open(tmp_path / "disk" / "lesson" / "lesson.tlp") as again:
        again.media.use_proxies()
        again.media.use_originals()
        assert shown(again) == WANTED[::7]


def test_another_file_of_that_name_stays_out(project: cr.Project, home: Path, tmp_path: Path) -> None:
    packed = project.pack(tmp_path / "lesson.zip", media="proxies", progress=False)
    content = bytearray((home / "raw" / "film.mp4").read_bytes())
    content[-1] ^= 1  # as large, and another
    (tmp_path / "disk").mkdir()
    (tmp_path / "disk" / "film.mp4").write_bytes(content)
    with cr.Project.unpack(packed.path, tmp_path / "disk" / "lesson", progress=False) as theirs:
        (media,) = theirs.media
        assert media.proxy.in_use
        with pytest.raises(errors.EditError, match="another content"):
            media.relink(tmp_path / "disk" / "film.mp4")


def test_a_pack_of_proxies_needs_no_original(project: cr.Project, home: Path, tmp_path: Path) -> None:
    project.media.make_proxies(height=90, progress=False)
    shutil.rmtree(home / "raw")
    project.pack(tmp_path / "lesson.zip", media="proxies", progress=False)
    with cr.Project.unpack(tmp_path / "lesson.zip", tmp_path / "lesson", progress=False) as theirs:
        (media,) = theirs.media
        assert media.video is not None
        assert media.video.height == 90
        theirs.pack(tmp_path / "again.zip", media="used", progress=False)  # handed on as it came
    with cr.Project.unpack(tmp_path / "again.zip", tmp_path / "again", progress=False) as others:
        assert next(iter(others.media)).proxy.in_use


def test_other_packs_name_no_proxy_that_is_not_in_them(project: cr.Project, tmp_path: Path) -> None:
    project.media.make_proxies(height=90, progress=False)
    project.pack(tmp_path / "whole.zip", media="used", progress=False)
    with cr.Project.unpack(tmp_path / "whole.zip", tmp_path / "whole", progress=False) as theirs:
        assert next(iter(theirs.media)).proxy.state == "none"
    with pytest.raises(errors.ValidationError, match="'proxies'"):
        project.pack(tmp_path / "x.zip", media="proxy")  # type: ignore[arg-type]


def test_opening_grants_proxies_beneath_the_project_and_no_others(
    project: cr.Project, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.media.make_proxies(height=90, progress=False)
    project.media.make_proxies(height=180, folder=tmp_path / "elsewhere", progress=False)
    project.close()
    named: list[Path] = []
    monkeypatch.setattr(Access, "grant_read", lambda self, path, **_: named.append(path))
    with cr.Project.open(home / "trip.tlp"):
        assert [path.name for path in named] == ["film.mp4"]


def test_a_media_whose_proxy_is_in_use_is_not_added_again(project: cr.Project, home: Path) -> None:
    (media,) = project.media
    project.media.make_proxies(height=90, progress=False)
    project.media.use_proxies()
    assert project.media.add(home / "raw" / "film.mp4") == media
    assert project.media.add(str(media.proxy.path)) == media
    assert project.media.scan(home / "raw", progress=False) == [media]
    shutil.copy(home / "raw" / "film.mp4", home / "raw" / "copy.mp4")
    assert project.media.scan(home / "raw", progress=False) == [media]
    assert len(project.media) == 1
    project.media.use_originals()
    assert project.media["film.mp4"] == media


@pytest.mark.filterwarnings("ignore:proxies are exported")
def test_a_missing_proxy_in_use_is_told(project: cr.Project, home: Path) -> None:
    (media,) = project.media
    project.media.make_proxies(height=90, progress=False)
    project.media.use_proxies()
    Path(str(media.proxy.path)).unlink()
    for use in (lambda: project.timeline.frame(0), lambda: project.timeline.render(home / "x.mp4", progress=False)):
        with pytest.raises(errors.MediaNotFoundError, match="it is a proxy") as caught:
            use()
        assert "use_originals()" in str(caught.value.hint)
    project.media.use_originals()
    assert shown(project) == WANTED[::7]


def test_a_proxy_in_use_is_not_made_anew_and_that_is_told(project: cr.Project) -> None:
    (media,) = project.media
    project.media.make_proxies(height=90, progress=False)
    project.media.use_proxies()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert project.media.make_proxies(progress=False) == [media]
        assert project.media.make_proxies(media, height=90, progress=False) == [media]
    with pytest.warns(UserWarning, match=r"film\.mp4: its proxy is in use.*use_originals"):
        assert project.media.make_proxies([media], height=64, progress=False) == []
    Path(str(media.proxy.path)).unlink()
    with pytest.warns(UserWarning, match=r"film\.mp4: its proxy is in use.*use_originals"):
        assert project.media.make_proxies(progress=False) == []
    project.media.use_originals()
    assert project.media.make_proxies(height=64, progress=False) == [media]
    assert media.proxy.state == "fresh"


def test_copies_share_a_proxy(project: cr.Project, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (home / "copy").mkdir()
    shutil.copy(home / "raw" / "film.mp4", home / "copy" / "film.mp4")
    copy = project.media.add(home / "copy" / "film.mp4")
    asked: list[str] = []
    task = proxying.Order.task
    monkeypatch.setattr(proxying.Order, "task", lambda self, path: (asked.append(str(path)), task(self, path))[1])
    assert len(project.media.make_proxies(height=90, progress=False)) == 2
    assert len(asked) == 1
    assert [media.proxy.state for media in project.media] == ["fresh", "fresh"]
    assert len({media.proxy.path for media in project.media}) == 1
    (media,) = [one for one in project.media if one != copy]
    project.undo()
    project.media.make_proxies(copy, height=90, progress=False)
    project.media.use_proxies(copy)
    before = Path(copy.path).stat()
    project.media.make_proxies(height=90, progress=False)  # what one of them shows is not written anew for the other
    assert Path(copy.path).stat() == before
    assert (media.proxy.state, media.proxy.path, media.proxy.in_use) == ("fresh", copy.path, False)


def test_a_project_uses_the_services_it_was_given(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def others(*_: object, **__: object) -> None:
        pytest.fail("these are the services of the process")

    with contextlib.closing(App()) as services, contextlib.closing(cr.Project.create(home / "trip.tlp")) as made:
        for name in ("probe", "still"):
            monkeypatch.setattr(app(), name, others)
        for name in ("may_read", "sha256", "grant_read"):
            monkeypatch.setattr(app().access, name, others)
        project = cr.Project(made.session, services)
        project.timeline.append(project.media.add(home / "raw" / "film.mp4"))
        project.media.make_proxies(height=180, progress=False)
        assert read_frame_number(project.timeline.frame(cr.frames(7), proxy=True).array) == 7


def test_a_script_rebuilds_the_edit_of_the_originals(project: cr.Project, home: Path) -> None:
    project.media.make_proxies(height=180, progress=False)
    project.media.use_proxies()
    made: dict[str, Any] = {}
    with contextlib.chdir(home):
        exec(project.to_script(), made)
    again = made["project"]
    (media,) = again.media
    assert (Path(media.path), media.proxy.state) == (home / "raw" / "film.mp4", "none")
    project.media.use_originals()
    assert shown(again) == shown(project)
