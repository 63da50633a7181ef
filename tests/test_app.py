"""The composition root."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

import cutroom as cr
from cutroom.app import App
from cutroom.effects.nodes import Filter
from cutroom.effects.registry import Registry, default_registry
from cutroom.render.plan import plan
from cutroom.render.planned import Plan
from cutroom.schema.export import ExportSettings
from cutroom.services import build_registry

THREADS = """
import threading
from cutroom.app import app
made, together = [], threading.Barrier(8)
def ask():
    together.wait()
    made.append(app())
threads = [threading.Thread(target=ask) for _ in range(8)]
for thread in threads: thread.start()
for thread in threads: thread.join()
print(len(set(map(id, made))))
"""


def test_threads_that_come_at_once_share_one_app() -> None:
    done = subprocess.run([sys.executable, "-c", THREADS], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "1"


AHEAD = """
import sys, types
import cutroom as cr
from cutroom.app import app
from cutroom.services import MediaWorkers, PreviewWorkers
def count(): return [len(app().get(kind).status()) for kind in (MediaWorkers, PreviewWorkers)]
cr.Project.create()
print(count())
sys.modules["ipykernel"] = types.ModuleType("ipykernel")
tl = cr.Project.create().timeline
print(count())
tl.append(sys.argv[1])
print(count())
tl.frame(0)
print(count(), [app().get(kind).status()[0]["restarts"] for kind in (MediaWorkers, PreviewWorkers)])
"""


def test_only_in_notebooks_workers_start_before_they_are_needed(film) -> None:
    command = [sys.executable, "-c", AHEAD, str(film.path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["[0, 0]", "[1, 0]", "[1, 1]", "[1, 1] [0, 0]"]


def test_what_is_shown_and_exported_has_the_apps_own_effects(
    tmp_path: Path, film, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An effect of the name `brightness` that turns the picture dark, in a registry of the app's own."""
    dark = replace(
        default_registry().effect("brightness"),
        build=lambda values, setting: (Filter(filter="lutyuv", args={"y": "16", "u": "128", "v": "128"}),),
    )
    registry = build_registry()
    known = default_registry()
    registry.register_value(Registry, Registry((*known.specs, dark), known.transitions.values()))
    services = App(registry)
    for module in ("project", "renderer"):
        monkeypatch.setattr(f"cutroom.api.{module}.app", lambda: services)
    project = cr.Project.create()
    clip = project.timeline.append(film.path, source=(0, 1), sound=False)
    bright = project.timeline.frame(0).array.mean()
    clip.effects.add("brightness", value=0.5)
    assert project.timeline.frame(0).array.mean() < 2 < bright
    renderer = cr.Renderer(project)
    assert renderer.plan().segments[0].key != default_plan(project).segments[0].key
    renderer.render(tmp_path / "dark.mp4", progress=False)
    assert cr.timeline(tmp_path / "dark.mp4").frame(0).array.mean() < 2
    services.close()


def default_plan(project: cr.Project) -> Plan:
    return plan(project.session.document, ExportSettings())
