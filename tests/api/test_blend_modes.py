"""Blend modes as people set them: seen, saved, undone, carried or told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import cutroom as cr
from cutroom import errors


@pytest.fixture
def project(tmp_path: Path) -> cr.Project:
    return cr.Project.create(tmp_path / "trip.tlp", fps=25, size=(320, 180))


def test_a_mode_is_set_seen_saved_and_told(project: cr.Project, film, tmp_path: Path) -> None:
    tl = project.timeline
    below = tl.append(film.path, source=(0, 2), sound=None)
    above = tl.overwrite(film.path, at=0, source=(2, 4), track="V2", sound=None)
    first = tl.frame(0.5).array.astype(float)
    fx = above.transform(blend="multiply")
    product = tl.frame(0.5).array.astype(float)
    above.delete()
    second = tl.frame(0.5).array.astype(float)
    assert np.abs(product - first * second / 255).mean() < 2
    project.undo()
    with pytest.raises(errors.UnknownNameError, match="did you mean 'multiply'"):
        above.transform(blend="multipli")
    assert fx.parameters == {"blend": "multiply"}
    fx.set(blend="screen")
    assert np.abs(tl.frame(0.5).array - (255 - (255 - first) * (255 - second) / 255)).mean() < 2
    names: dict[str, Any] = {}
    exec(project.to_script(), names)
    assert len(project.diff(names["project"])) == 0
    assert "{'blend': 'screen'}" in project.to_script()
    assert len(tl.export_timeline(tmp_path / "trip.otio").to_df()) == 0
    report = tl.export_timeline(tmp_path / "trip.xml", format="fcp7")
    assert any("blend mode screen" in str(row) for row in report.to_df().to_dict("records"))
    project.close()
    with cr.Project.open(tmp_path / "trip.tlp") as again:
        assert next(iter(again.timeline.track("V2").clips)).effects["transform"].parameters == {"blend": "screen"}
    assert below.id
