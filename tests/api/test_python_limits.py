"""Effects in Python that never end, are slow, or end their worker: in exports, measurements and stills."""

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


@cr.effect
def leaving(frame, *, index: int = 0):
    """Ends the process that it runs in."""
    if index == 3:
        import os

        os._exit(3)
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


def test_what_ends_its_worker_is_named(project, clip, picture, tmp_path) -> None:
    added = clip.effects.add(leaving)
    named = rf"^while effect leaving on clip {clip.id} ran, a worker process ended with exit status 3"
    with pytest.raises(RenderError, match=named) as caught:
        project.timeline.frame(3 / 25)
    assert "os._exit" in str(caught.value)
    with pytest.raises(RenderError, match=named):
        cr.Renderer(project).render(tmp_path / "out.mp4", progress=False)
    added.remove()
    picture.effects.add(leaving)
    project.timeline.nest(picture, "Scene").effects.add("stabilize")
    with pytest.raises(RenderError, match=rf"^while effect leaving on clip {picture.id} ran, a worker"):
        project.timeline.frame(0)
    assert not (tmp_path / "out.mp4").exists()
