"""What effects go by is gone, was changed, or never was: a sentence, and nothing is half done."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import cutroom as cr
from cutroom.errors import CutroomError, MediaError, MediaNotFoundError, UnknownNameError

TURNED = "\n".join(["LUT_3D_SIZE 2", *(f"{b} {g} {r}" for b in (0, 1) for g in (0, 1) for r in (0, 1))])


@pytest.fixture
def project(tmp_path: Path, film) -> Iterator[cr.Project]:
    (tmp_path / "turned.cube").write_text(TURNED)
    with cr.Project.create(tmp_path / "trip.tlp", fps=30, size=(128, 72)) as made:
        clip = made.timeline.append(film.path, source=(1, 2), sound=False)
        clip.effects.add("lut3d", file=tmp_path / "turned.cube")
        yield made


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.suffix in {".mp4", ".part"}}


def test_a_table_that_is_gone_or_another_one(project: cr.Project, tmp_path: Path) -> None:
    tl, table, output = project.timeline, tmp_path / "turned.cube", tmp_path / "out.mp4"
    shown = tl.frame(0.5).array
    tl.clips[0].effects["lut3d"].enabled = False
    plain = tl.frame(0.5).array
    tl.clips[0].effects["lut3d"].enabled = True
    assert np.abs(shown - plain[..., ::-1].astype(float)).mean() < 4 < np.abs(shown - plain.astype(float)).mean()
    assert cr.Renderer(project).render(output, progress=False).verified.ok
    made, document = files(tmp_path), project.session.document
    for content, error, says in (
        (TURNED.replace("1 1 1", "0 1 1"), MediaError, "turned.cube .*has changed"),
        ("LUT_3D_SIZE 99999", MediaError, "turned.cube .*has changed"),
        (None, MediaNotFoundError, "turned.cube"),
    ):
        table.unlink()
        if content is not None:
            table.write_text(content)
        for attempt in (lambda: tl.frame(0.5), lambda: cr.Renderer(project).render(output, progress=False)):
            with pytest.raises(error, match=says) as caught:
                attempt()
            assert caught.value.hint
        assert files(tmp_path) == made
        assert project.session.document == document
        table.write_text(TURNED)
    assert np.array_equal(tl.frame(0.5).array, shown)
    assert cr.Renderer(project).render(output, progress=False).segments_encoded == 0
    assert files(tmp_path) == made


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"effect": "lut3dd"}, "lut3dd"),
        ({"parameters": {"file": "", "strenght": 1.0}}, "strenght"),
        ({"parameters": {"file": "ab" * 32}}, "no resource"),
        ({"parameters": {"strength": 7}}, "strength cannot be 7"),
        ({"effect": "motion_blur", "parameters": {"shutter": 1e6}}, "shutter"),
    ],
)
def test_a_project_file_with_an_effect_that_is_not_there(
    project: cr.Project, tmp_path: Path, change: dict[str, Any], says: str
) -> None:
    project.save()
    project.session.close()
    path = tmp_path / "trip.tlp"
    plain = json.loads(path.read_text())

    (clip,) = (item for track in plain["timeline"]["tracks"] for item in track["items"])
    (effect,) = clip["effects"]
    effect.update(change)
    theirs = tmp_path / "theirs.tlp"
    theirs.write_text(json.dumps(plain))
    with pytest.raises(CutroomError, match=says) as caught, cr.Project.open(theirs) as opened:
        opened.timeline.frame(0.5)
    assert isinstance(caught.value, UnknownNameError) or caught.value.hint
    with pytest.raises(CutroomError, match=says), cr.Project.open(theirs) as opened:
        cr.Renderer(opened).render(tmp_path / "theirs.mp4", progress=False)
    assert not files(tmp_path)
