"""What a project is checked with and handed over by."""

from __future__ import annotations

import re
import shutil
import zipfile
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import pytest

import cutroom as cr
from cutroom.app import app
from cutroom.edit.change import State
from cutroom.edit.ledger import Ledger
from cutroom.errors import (
    EditError,
    MediaError,
    ProjectExistsError,
    ProjectFileError,
    UnknownNameError,
    ValidationError,
    WorkerCrashedError,
)
from cutroom.media import tasks
from cutroom.render.engine import engine
from cutroom.services import MediaWorkers
from cutroom.session import Session


@pytest.fixture
def project(tmp_path: Path, film) -> cr.Project:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "beach.mp4").write_bytes(film.path.read_bytes())
    made = cr.Project.create(tmp_path / "home" / "trip.tlp")
    made.timeline.append(tmp_path / "home" / "beach.mp4", source=(1, 3))
    made.save()
    return made


def test_operations_are_exact_and_checked(project: cr.Project) -> None:
    (media,) = project.media
    source = cr.ops.MediaSource(media=media.id)
    picture, sound = project.apply(
        cr.ops.Overwrite(track="V1", at="10/3", source=source, start="1/7", duration="1/9", sound_track="A1")
    )
    assert project.timeline.clip(picture).start == project.timeline.clip(sound).start == Fraction(10, 3)
    before = project.session.state
    with pytest.raises(UnknownNameError, match="no effect 'blurr'"):
        project.apply(cr.ops.AddEffect(clip=picture, effect="blurr"))
    with pytest.raises(EditError):
        project.apply(cr.ops.Trim(clip=picture, edge="end", to=100))
    with pytest.raises(ValidationError, match="operation"):
        project.apply("split")  # type: ignore[arg-type]
    assert project.session.state == before


def test_what_cannot_be_decoded_is_found_by_decoding_it(project: cr.Project, tmp_path: Path) -> None:
    path = tmp_path / "home" / "hurt.mp4"
    data = bytearray((tmp_path / "home" / "beach.mp4").read_bytes())
    with av.open(str(tmp_path / "home" / "beach.mp4")) as container:
        packets = [p for p in container.demux(video=0) if p.size]
    for packet in packets[40:42]:
        data[packet.pos + 8 : packet.pos + packet.size] = b"\xff" * (packet.size - 8)
    path.write_bytes(data)
    project.media.add(path)
    assert list(project.verify().query("what == 'media'").status) == ["ok", "ok"]  # both are what was added
    found = project.verify(decode=True, progress=False).query("what == 'media'")
    assert list(found.status) == ["ok", "damaged"]
    told = found.detail.iloc[1]
    assert re.match(r"cannot be decoded: the picture from 1\.\d+ s to [\d.]+ s", told), told
    assert "sound" not in told


def test_a_worker_that_dies_says_nothing_of_the_file(project: cr.Project, monkeypatch: pytest.MonkeyPatch) -> None:
    workers = app().get(MediaWorkers)
    run = workers.run

    def dying(function: object, *arguments: Any, **settings: Any) -> Any:
        if function is tasks.damage:
            raise WorkerCrashedError("the worker was killed")
        return run(function, *arguments, **settings)

    monkeypatch.setattr(workers, "run", dying)
    found = project.verify(decode=True, progress=False).query("what == 'media'")
    assert list(found.status) == ["not decoded"]
    assert list(found.detail) == ["the worker was killed"]


def test_effects_inside_of_compounds_are_checked_there(project: cr.Project) -> None:
    clip = project.timeline.track("V1").clips[0]
    project.apply(cr.ops.Nest(clips=(clip.id,), title="Scene"))
    (compound,) = project.session.document.compounds
    inside = {"clip": clip.id, "compound": compound.id}
    project.apply(cr.ops.AddEffect(effect="blur", **inside))
    with pytest.raises(UnknownNameError, match="no effect 'blurr'"):
        project.apply(cr.ops.AddEffect(effect="blurr", **inside))
    within = cr.ops.AddEffect(clip=clip.id, effect="brightness")
    project.apply(cr.ops.Batch(operations=(within,), compound=compound.id))
    found = project.verify().query("what == 'effect'")
    assert found.place.tolist() == ["Scene/V1"] * 2
    assert found.status.tolist() == ["ok"] * 2


def test_differences_of_projects_and_files(project: cr.Project, tmp_path: Path) -> None:
    assert project.path is not None
    assert len(project.diff(project)) == len(project.diff(project.path)) == 0
    old = project.path.with_name("old.tlp")
    shutil.copy(project.path, old)
    project.timeline.clips[0].trim(end=1.5)
    assert len(project.diff(project.path)) == 0
    assert project.diff(old).query("field == 'duration'")[["place", "before", "after"]].values.tolist() == [
        ["V1", Fraction(3, 2), Fraction(2)],
        ["A1", Fraction(3, 2), Fraction(2)],
    ]
    with cr.Project.open(old) as other:
        other.timeline.clips[0].trim(end=1.5)
        other.timeline.add_title("Hello", at=0, duration=1)
        found = project.diff(other)
        rows = found[["what", "change", "field"]].values.tolist()
        assert rows == [["track", "changed", "place"], ["track", "added", ""], ["clip", "added", ""]]
        unsaved = project.diff(old)
        assert unsaved.equals(found)
    with pytest.raises(ProjectFileError, match="there is no project"):
        project.diff(tmp_path / "none.tlp")
    project.session.close(save=False)


def test_a_project_goes_to_somebody_else_and_back(
    project: cr.Project, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    packed = project.pack(tmp_path / "lesson.zip")
    assert packed.files == ("media/beach.mp4",)
    with cr.Project.unpack(tmp_path / "lesson.zip", tmp_path / "theirs") as theirs:
        assert theirs.path == tmp_path / "theirs" / "lesson.tlp"
        assert (theirs.timeline.frame(1).array == project.timeline.frame(1).array).all()
        assert project.diff(theirs).field.tolist() == ["path", "source", "source"]
    with pytest.raises(ProjectExistsError):
        cr.Project.unpack(tmp_path / "lesson.zip", tmp_path / "theirs")
    with pytest.raises(ValidationError, match="'everything'"):
        project.pack(tmp_path / "lesson.zip", media="everything")  # type: ignore[arg-type]
    assert project.pack(tmp_path / "light.zip", media="none").left_out == ("beach.mp4",)
    (tmp_path / "home" / "beach.mp4").write_bytes(b"other")
    before = (tmp_path / "lesson.zip").read_bytes()
    with pytest.raises(MediaError, match="has changed"):
        project.pack(tmp_path / "lesson.zip")
    assert (tmp_path / "lesson.zip").read_bytes() == before
    assert capsys.readouterr().out == ""


def test_what_is_wrong_with_a_project_is_a_table(project: cr.Project, tmp_path: Path, film) -> None:
    home = tmp_path / "home"
    (home / "other.mp4").write_bytes(film.path.read_bytes())
    project.timeline.append(home / "other.mp4", source=(1, 3))
    first, second = project.timeline.track("V1").clips
    project.timeline.add_transition("dissolve", first, second, duration=0.5)
    first.effects.add("blur", radius=0.01)
    project.lock()
    found = project.verify()
    assert found.status.unique().tolist() == ["ok"]
    assert found.what.value_counts().to_dict() == {"clip": 4, "media": 2, "transition": 2, "effect": 1}
    (home / "beach.mp4").write_bytes(b"other")
    (home / "other.mp4").unlink()
    lock = home / "requirements.lock"
    versions = lock.read_text()
    lock.write_text(versions.replace("numpy==", "numpy==0.").replace("# engine cpu ", "# engine cpu 6502 "))
    broken = project.session.document.tracks[0]
    clip = broken.items[0].evolve(source=cr.ops.MediaSource(media="m_none"))  # what no edit makes
    longer = broken.items[1].evolve(duration=Fraction(9), effects=(clip.effects[0].evolve(effect="blurr"),))
    timeline = project.session.document.timeline.evolve(tracks=(broken.evolve(items=(clip, longer)),))
    document = project.session.document.evolve(timeline=timeline)
    wrong = cr.Project(Session(Ledger(State(0, document), project.path)), project._app).verify().query("status != 'ok'")
    assert wrong[["what", "status"]].values.tolist() == [
        ["media", "changed"], ["media", "missing"], ["reference", "loose"], ["clip", "beyond"], ["effect", "unknown"],
        ["version", "other"], ["version", "other"],
    ]  # fmt: skip
    assert "4 s beyond its source" in wrong.detail.iloc[3]
    assert wrong.id.tolist()[-2:] == ["cpu", "numpy"]


def test_a_lock_names_what_makes_pixels(project: cr.Project, tmp_path: Path) -> None:
    lines = project.lock().read_text().splitlines()
    assert {line.split("==")[0] for line in lines} >= {"cutroom", "av", "numpy", "pillow", "opencv-python-headless"}
    assert not any("//" in line or line.startswith("/") for line in lines)
    named = project.lock(tmp_path / "elsewhere.lock")
    assert named.read_text().splitlines() == lines
    assert f"# engine libavcodec {engine()['libav']['libavcodec']}" in lines


@pytest.mark.parametrize("nested", [False, True])
def test_what_uses_unknown_effects_is_neither_opened_nor_unpacked(
    project: cr.Project, tmp_path: Path, nested: bool
) -> None:
    clip = project.timeline.track("V1").clips[0]
    clip.effects.add("brightness", value=0.1)
    if nested:
        project.apply(cr.ops.Nest(clips=(clip.id,), title="Scene"))
    project.save()
    packed = project.pack(tmp_path / "good.zip", progress=False)
    assert project.path is not None
    theirs = tmp_path / "home" / "theirs.tlp"
    theirs.write_bytes(project.path.read_bytes().replace(b'"brightness"', b'"brightnezz"'))
    with pytest.raises(UnknownNameError, match="brightnezz"):
        cr.Project.open(theirs)
    with zipfile.ZipFile(packed.path) as old, zipfile.ZipFile(tmp_path / "bad.zip", "w") as new:
        for entry in old.infolist():
            new.writestr(entry.filename, old.read(entry).replace(b'"brightness"', b'"brightnezz"'))
    with pytest.raises(UnknownNameError, match="brightnezz"):
        cr.Project.unpack(tmp_path / "bad.zip", tmp_path / "out", progress=False)
    assert not (tmp_path / "out").exists()
