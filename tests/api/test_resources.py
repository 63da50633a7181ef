"""Fonts and look-up tables of a project: added by path, checked, packed, found again."""

from __future__ import annotations

import os
import shutil
from importlib.resources import files
from pathlib import Path

import av
import numpy as np
import pytest

import cutroom as cr
from cutroom.api.resources import with_files
from cutroom.app import App
from cutroom.edit.apply import apply
from cutroom.effects.accept import accept
from cutroom.effects.parameter import Parameter
from cutroom.effects.registry import EffectSpec, Registry, default_registry
from cutroom.errors import (
    EditError,
    MediaError,
    MediaNotFoundError,
    UnknownNameError,
    UnsupportedMediaError,
    ValidationError,
)
from cutroom.services import build_registry

CUBE = "LUT_3D_SIZE 2\n" + "\n".join(f"{r} {g} {b}" for b in (0, 1) for g in (0, 1) for r in (0, 1))


@pytest.fixture
def project(tmp_path: Path) -> cr.Project:
    home = tmp_path / "home"
    (home / "looks").mkdir(parents=True)
    (home / "looks" / "warm.cube").write_text(CUBE)
    made = cr.Project.create(home / "trip.tlp", fps=25, size=(640, 360), sample_rate=48_000)
    made.timeline.add_title("Hi", at=0, duration=1)
    return made


def test_a_file_is_added_once_by_a_path_that_moves_with_the_project(project: cr.Project, tmp_path: Path) -> None:
    looks = tmp_path / "home" / "looks" / "warm.cube"
    one = project.resources.add(looks)
    assert (one.kind, one.state, one.value.path, one.path) == ("lut", "ok", "looks/warm.cube", str(looks))
    steps = len(project.history)
    assert project.resources.add(looks) == one
    assert len(project.history) == steps
    assert project.resources["warm.cube"] == one
    (row,) = project.resources.to_df().to_dict("records")
    assert (row["kind"], row["used"], row["bytes"]) == ("lut", False, len(CUBE))
    project.undo()
    assert len(project.resources) == 0
    with pytest.raises(UnknownNameError, match="known: none"):
        project.resources["warm.cube"]


def test_what_is_wrong_with_a_path_is_said(project: cr.Project, tmp_path: Path) -> None:
    (tmp_path / "empty.cube").touch()
    (tmp_path / "folder.cube").mkdir()
    before = project.session.state
    for path, kind, error, says in (
        ("nowhere.cube", None, MediaNotFoundError, r"there is no lut .*nowhere\.cube"),
        ("empty.cube", None, UnsupportedMediaError, "is empty"),
        ("folder.cube", None, UnsupportedMediaError, "is a folder"),
        ("film.mp4", None, UnsupportedMediaError, r"give a \.ttf, \.otf"),
        ("home/looks/warm.cube", "font", UnsupportedMediaError, r"warm\.cube is no font"),
    ):
        with pytest.raises(error, match=says):
            project.resources.add(tmp_path / path, kind=kind)  # type: ignore[arg-type]
    with pytest.raises(ValidationError):
        project.resources.add(7)  # type: ignore[arg-type]
    assert project.session.state == before


def test_a_path_given_to_an_effect_becomes_a_resource(project: cr.Project, tmp_path: Path) -> None:
    file = Parameter("file", "The table.", "", kind="file", resource="lut")
    spec = EffectSpec("table", "video", "Looks colours up.", (file,), lambda values, setting: ())
    known = default_registry()
    registry = build_registry()
    registry.register_value(Registry, Registry((*known.specs, spec), known.transitions.values()))
    services = App(registry)
    (clip,) = project.timeline.clips
    try:
        given = with_files(project.session, services, spec, {"file": tmp_path / "home" / "looks" / "warm.cube"})
        sha256 = project.resources["warm.cube"].sha256
        assert given == {"file": sha256}
        assert with_files(project.session, services, spec, {"file": sha256}) == given
        assert with_files(project.session, services, spec, {"file": project.resources["warm.cube"]}) == given
        with pytest.raises(MediaNotFoundError, match="there is no lut"):
            with_files(project.session, services, spec, {"file": "cold.cube"})
        adding = cr.ops.AddEffect(clip=clip.id, effect="table", parameters=given)
        looked = services.get(Registry)
        after = apply(project.session.document, adding).document
        accept(adding, after, looked)
        with pytest.raises(ValidationError, match="is no resource"):
            accept(adding, after.evolve(resources=()), looked)
        wrong = adding.replace(parameters={"file": "warm.cube"})
        with pytest.raises(ValidationError, match="path of a lut file"):
            accept(wrong, apply(project.session.document, wrong).document, looked)
    finally:
        services.close()


def test_a_look_up_table_is_added_by_its_path_and_shown(project: cr.Project, tmp_path: Path) -> None:
    lines = [f"{1 - r} {1 - g} {1 - b}" for b in (0, 1) for g in (0, 1) for r in (0, 1)]
    (tmp_path / "negative.cube").write_text("LUT_3D_SIZE 2\n" + "\n".join(lines))
    (clip,) = project.timeline.clips
    before = project.timeline.frame(0).array.astype(int)
    table = clip.effects.add("lut3d", file=tmp_path / "negative.cube")
    assert table.parameters["file"] == project.resources["negative.cube"].sha256
    after = project.timeline.frame(0).array.astype(int)
    letters = before.min(axis=2) > 250
    assert letters.sum() > 200
    assert after[letters].max() < 5
    cr.Renderer(project).render(tmp_path / "out.mp4", progress=False)
    with av.open(tmp_path / "out.mp4") as film:
        shown = next(film.decode(video=0)).to_ndarray(format="rgb24")
    assert shown[letters].mean() < 20
    table.set(strength=0.0)
    assert np.array_equal(project.timeline.frame(0).array, before)


def test_a_broken_table_is_refused_before_anything_is_kept(project: cr.Project, tmp_path: Path) -> None:
    (tmp_path / "broken.cube").write_text("LUT_3D_SIZE 2\n0 0 0\n1 0\n")
    (clip,) = project.timeline.clips
    before = project.session.state
    with pytest.raises(ValidationError, match=r"broken\.cube, line 3: an entry is three numbers"):
        clip.effects.add("lut3d", file=tmp_path / "broken.cube")
    with pytest.raises(ValidationError, match=r"line 3"):
        project.resources.add(tmp_path / "broken.cube")
    assert project.session.state == before
    assert not list(clip.effects)


FONT = (files("cutroom.effects.text") / "fonts" / "DejaVuSans-Bold.ttf").read_bytes()


def using(project: cr.Project, path: Path) -> str:
    """A project whose title is written in a font."""
    path.write_bytes(FONT)
    sha256 = project.resources.add(path).sha256
    (clip,) = project.timeline.clips
    source = cr.ops.TitleSource(text="Hi", style=cr.ops.TitleStyle(font=sha256))
    project.apply(cr.ops.SetTitle(clip=clip.id, source=source))
    return sha256


def test_what_is_used_is_looked_at_handed_over_and_found_again(project: cr.Project, tmp_path: Path) -> None:
    font = tmp_path / "home" / "Bold.ttf"
    sha256 = using(project, font)
    assert project.session.paths() == {sha256: str(font)}
    assert font in project.session.files()
    with pytest.raises(EditError, match="is used"):
        project.resources["Bold.ttf"].remove()
    rows = project.verify().query("what == 'resource'")
    assert rows["status"].tolist() == ["ok"]
    font.write_bytes(FONT[:-1] + b"!")
    assert project.verify().query("what == 'resource'")["status"].tolist() == ["changed"]
    assert project.resources["Bold.ttf"].state == "changed"
    with pytest.raises(MediaError, match="has changed"):
        project.timeline.frame(0)
    font.unlink()
    assert project.verify().query("what == 'resource'")["status"].tolist() == ["missing"]
    with pytest.raises(MediaNotFoundError, match=r"there is no font .*which the project uses"):
        project.timeline.frame(0)
    (tmp_path / "elsewhere").mkdir()
    with pytest.raises(MediaNotFoundError, match=r"does not hold the content of Bold\.ttf"):
        project.resources.relink(tmp_path / "elsewhere")
    (tmp_path / "elsewhere" / "other.ttf").write_bytes(FONT[:-1] + b"!")
    (tmp_path / "elsewhere" / "moved.ttf").write_bytes(FONT)
    (found,) = project.resources.relink(tmp_path / "elsewhere")
    assert (found.state, found.path) == ("ok", str(tmp_path / "elsewhere" / "moved.ttf"))
    assert project.session.paths() == {sha256: found.path}


def test_a_pack_holds_it_and_a_script_names_it(project: cr.Project, tmp_path: Path) -> None:
    sha256 = using(project, tmp_path / "home" / "Bold.ttf")
    project.resources.add(tmp_path / "home" / "looks" / "warm.cube")
    packed = project.pack(tmp_path / "trip.zip", progress=False)
    assert (packed.files, packed.left_out) == (("media/Bold.ttf",), ("looks/warm.cube",))
    assert project.pack(tmp_path / "none.zip", media="none", progress=False).files == ()
    assert len(project.pack(tmp_path / "all.zip", media="all", progress=False).files) == 2
    theirs = cr.Project.unpack(tmp_path / "trip.zip", tmp_path / "theirs", progress=False)
    assert {one.value.title: one.state for one in theirs.resources} == {"Bold.ttf": "ok", "warm.cube": "missing"}
    assert theirs.resources["Bold.ttf"].path == str(tmp_path / "theirs" / "media" / "Bold.ttf")
    script = project.to_script()
    assert "project.resources.add('looks/warm.cube', kind='lut')" in script
    built = run(script, tmp_path / "home")
    assert project.diff(built).empty
    assert built.resources["Bold.ttf"].sha256 == sha256


def run(script: str, folder: Path) -> cr.Project:
    here, names = Path.cwd(), {}
    os.chdir(folder)
    try:
        exec(script, names)
    finally:
        os.chdir(here)
    made: cr.Project = names["project"]
    return made


def test_a_timeline_in_otio_names_them(project: cr.Project, tmp_path: Path) -> None:
    sha256 = using(project, tmp_path / "home" / "Bold.ttf")
    project.export_timeline(tmp_path / "trip.otio")
    (tmp_path / "other").mkdir()
    shutil.copy(tmp_path / "trip.otio", tmp_path / "other" / "trip.otio")
    other = cr.Project.create(tmp_path / "other" / "other.tlp")
    other.import_timeline(tmp_path / "other" / "trip.otio")
    assert other.session.document.used_resources == {sha256}
    assert [one.path for one in other.resources] == [str(tmp_path / "home" / "Bold.ttf")]
