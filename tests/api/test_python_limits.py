"""Effects in Python that never end, and some that are slow: in exports and measurements."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from PIL import Image

import cutroom as cr
from cutroom.errors import RenderError
from cutroom.render import watch


@cr.effect
def forever(frame, *, index: int = 0):
    """Never ends, from its fourth frame on."""
    while index > 2:
        pass
    return frame


@cr.effect
def slow(frame, *, index: int = 0):
    """Takes a while for some frames."""
    if index < 8:
        until = time.monotonic() + 0.4
        while time.monotonic() < until:
            pass
    return frame


@pytest.fixture
def project(tmp_path: Path):
    with cr.Project.create(tmp_path / "trip.tlp", fps=25, size=(160, 90), sample_rate=48_000) as made:
        made.timeline.add_title("Hi", at=0, duration=2)
        yield made


@pytest.fixture
def clip(project: cr.Project):
    return project.timeline.clips[0]


@pytest.fixture
def picture(project: cr.Project, tmp_path: Path):
    """A clip of a still."""
    Image.new("RGB", (160, 90), "teal").save(tmp_path / "teal.png")
    return project.timeline.append(tmp_path / "teal.png")


def test_an_export_stops_a_call_that_never_ends_and_names_it(project, clip, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(watch, "CALL_TIMEOUT", 2.0)
    added = clip.effects.add(forever)
    begun = time.monotonic()
    with pytest.raises(RenderError, match=f"effect forever on clip {clip.id} ran past the 2 s that one call") as caught:
        cr.Renderer(project).render(tmp_path / "out.mp4", progress=False)
    assert time.monotonic() - begun < 20
    assert "a loop that never ends" in str(caught.value)
    added.remove()
    assert cr.Renderer(project).render(tmp_path / "out.mp4", progress=False).verified.ok


def test_slow_calls_get_as_long_as_they_need(project, clip, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(watch, "CALL_TIMEOUT", 2.0)
    monkeypatch.setattr("cutroom.render.encoding.BASE_TIMEOUT", 1.0)  # the calls alone take 3.2 s
    monkeypatch.setattr("cutroom.render.encoding.FRAME_TIMEOUT", 0.0)
    clip.effects.add(slow)
    assert cr.Renderer(project).render(tmp_path / "out.mp4", progress=False).verified.ok


def test_a_measurement_stops_a_call_that_never_ends_and_names_it(project, picture, monkeypatch) -> None:
    monkeypatch.setattr(watch, "CALL_TIMEOUT", 2.0)
    picture.effects.add(forever)
    steadied = project.timeline.nest(picture, "Scene").effects.add("stabilize")
    begun = time.monotonic()
    with pytest.raises(RenderError, match=rf"effect forever on clip {picture.id} ran past the 2 s that one call"):
        project.timeline.frame(0)
    assert time.monotonic() - begun < 20
    steadied.remove()
    assert project.timeline.frame(0).array.shape == (90, 160, 3)
