"""Image files in a project: added, placed at any length, trimmed, joined by transitions, exported."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import cutroom as cr
from cutroom import errors


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, colour in (("red.png", (200, 40, 40)), ("blue.jpg", (20, 40, 200))):
        Image.fromarray(np.tile(np.uint8(colour), (90, 160, 1))).save(tmp_path / name)
    return tmp_path


@pytest.fixture
def project(folder: Path):
    with cr.Project.create(folder / "trip.tlp", fps=25, size=(160, 90), sample_rate=48_000) as made:
        yield made


def test_it_lasts_five_seconds_or_as_long_as_it_is_told_to(project: cr.Project, folder: Path) -> None:
    tl = project.timeline
    first = tl.append(folder / "red.png")
    assert first.duration == 5
    long = tl.append(folder / "blue.jpg", source=(0, 60))
    assert long.duration == 60
    assert repr(project.media["red.png"]) == "Media(red.png, still, 160x90 png)"
    assert project.media.to_df()["rate"].isna().all()
    assert project.verify().query("status != 'ok'").empty
    filled = tl.fill(folder / "red.png", (70, 90), track="V2")
    assert filled.duration == 20


def test_both_its_edges_can_be_drawn_out(project: cr.Project, folder: Path) -> None:
    tl = project.timeline
    clip = tl.overwrite(folder / "red.png", at=10)
    clip.trim(start=4)
    clip.trim(end=30)
    assert (clip.start, clip.end, clip.value.start) == (4, 30, 0)
    project.save()
    with cr.Project.open(project.path, read_only=True) as again:
        assert again.timeline.clips[0].duration == 26


def test_transitions_find_media_on_both_sides(project: cr.Project, folder: Path) -> None:
    tl = project.timeline
    left, right = tl.append(folder / "red.png"), tl.append(folder / "blue.jpg")
    tl.add_transition("dissolve", left, right, duration=1)
    red, mixed, blue = (tl.frame(time).array.reshape(-1, 3).mean(axis=0) for time in (4, 5, 6))
    assert red[0] > 180 > 60 > red[2]
    assert blue[2] > 180 > 60 > blue[0]
    assert np.abs(mixed - (red + blue) / 2).max() < 6


def test_it_does_not_choose_the_settings_of_the_project(folder: Path) -> None:
    with cr.Project.create(folder / "other.tlp") as project:
        before = project.session.document.settings
        project.media.add(folder / "red.png")
        assert project.session.document.settings == before


def test_it_is_exported(project: cr.Project, folder: Path) -> None:
    project.timeline.append(folder / "red.png", source=(0, 3))
    report = cr.Renderer(project).render(folder / "out.mp4", progress=False)
    assert (report.frames, report.warnings) == (75, ())


def test_another_picture_may_take_its_place(project: cr.Project, folder: Path) -> None:
    clip = project.timeline.append(folder / "red.png", source=(0, 60))
    with pytest.raises(errors.EditError, match="another content"):
        project.media["red.png"].relink(folder / "blue.jpg")
    project.media["red.png"].relink(folder / "blue.jpg", override=True)
    assert clip.duration == 60
    assert project.timeline.frame(50).array[45, 80, 2] > 180
    assert project.media.make_proxies() == []


@pytest.mark.parametrize("name", ["x.otio", "x.edl", "x.fcpxml", "x.xml"])
def test_other_programs_files_keep_its_length(project: cr.Project, folder: Path, name: str) -> None:
    project.timeline.append(folder / "red.png", source=(0, 60))
    assert project.export_timeline(folder / name).to_df().empty
    with cr.Project.create(folder / "again.tlp", fps=25, size=(160, 90), sample_rate=48_000) as again:
        assert again.import_timeline(folder / name).to_df().empty
        assert [(clip.start, clip.duration) for clip in again.timeline.clips] == [(0, 60)]


def test_mlt_holds_it(project: cr.Project, folder: Path) -> None:
    project.timeline.append(folder / "red.png", source=(0, 60))
    project.export_timeline(folder / "x.mlt")
    text = (folder / "x.mlt").read_text()
    assert '<property name="mlt_service">hold</property>' in text


@pytest.mark.parametrize("options", [{"mode": "CMYK"}, {"orientation": 7}, {"orientation": 6}])
def test_workers_that_open_nothing_more_read_every_kind(
    project: cr.Project, folder: Path, options: dict[str, object]
) -> None:
    exif = Image.Exif()
    exif[0x0112] = options.get("orientation", 1)
    image = Image.fromarray(np.tile(np.uint8((20, 40, 200)), (90, 160, 1))).convert(str(options.get("mode", "RGB")))
    image.save(folder / "odd.jpg", exif=exif)
    project.timeline.append(folder / "odd.jpg")
    assert project.timeline.frame(1).array[45, 80, 2] > 150
    assert project.media["odd.jpg"].video.display_size == ((160, 90) if "mode" in options else (90, 160))
