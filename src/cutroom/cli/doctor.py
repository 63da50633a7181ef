"""`cutroom doctor`: what this installation can do, and the remedy for what it cannot."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Literal, NamedTuple

from cutroom import __version__
from cutroom.errors import CutroomError
from cutroom.settings import limits, private_folder, settings


class Finding(NamedTuple):
    """One thing that was looked at."""

    subject: str
    state: Literal["ok", "warn", "fail"]
    says: str
    remedy: str = ""


def examine() -> list[Finding]:
    """Look at everything; a check that breaks is a finding too."""
    findings: list[Finding] = []
    for check in (_versions, _share, _folders, _sandbox, _export, _model, _front_end, _jobs):
        try:
            findings += check()
        except CutroomError as error:
            findings.append(Finding(check.__name__.strip("_"), "fail", error.message, error.hint or ""))
        except Exception as error:  # a broken check must not hide the others
            findings.append(Finding(check.__name__.strip("_"), "fail", f"{type(error).__name__}: {error}"))
    return findings


def _versions() -> Iterator[Finding]:
    yield Finding("Cutroom", "ok", f"{__version__} on Python {platform.python_version()}, {platform.platform()}")
    parts = ("av", "numpy", "pandas", "pydantic", "onnxruntime", "opencv-python-headless", "anywidget", "apsw")
    yield Finding("libraries", "ok", ", ".join(f"{part} {importlib.metadata.version(part)}" for part in parts))


def _share() -> Iterator[Finding]:
    yield Finding("share of this machine", "ok", str(limits()))


def _folders() -> Iterator[Finding]:
    for name in ("cache_dir", "data_dir", "runtime_dir"):
        folder: Path = getattr(settings(), name)
        private_folder(folder)
        with tempfile.TemporaryFile(dir=folder):
            free = shutil.disk_usage(folder).free
        low = free < 2 * 2**30
        yield Finding(
            name,
            "warn" if low else "ok",
            f"{folder}, {free / 2**30:.1f} GiB free",
            f"free some space, or set CUTROOM_{name.upper()}" if low else "",
        )


def _sandbox() -> Iterator[Finding]:
    from cutroom.workers import self_test

    for child in ("media", "model"):
        told = self_test(child)
        confined = told["level"] == "confined"
        yield Finding(
            f"{child} workers",
            "ok" if confined else "warn",
            f"{told['level']}: {sum(told['refused'].values())} of {len(told['refused'])} ways out refused",
            "" if confined else "this system has no Landlock and seccomp: keep to media that you trust",
        )


def _export() -> Iterator[Finding]:
    from cutroom.api.project import Project
    from cutroom.api.renderer import Renderer

    with tempfile.TemporaryDirectory() as folder:
        project = Project.create(fps=30, size=(320, 180), sample_rate=48_000)
        project.timeline.add_title("Cutroom", at=0, duration=0.5)
        report = Renderer(project).render(os.path.join(folder, "check.mp4"))
        yield Finding("export", "ok", f"{report.frames} frames with {report.encoder}, verified")


def _model() -> Iterator[Finding]:
    from cutroom.api import models

    model = models.load("shapes")
    yield Finding("bundled model", "ok", f"{model}")


def _front_end() -> Iterator[Finding]:
    from cutroom.widgets.bundle import front_end, is_built

    built = is_built()
    yield Finding(
        "front end",
        "ok" if built else "warn",
        f"{len(front_end().encode()) / 1000:.0f} kB" if built else "not built: widgets show a notice",
        "" if built else "python3 dev.py build",
    )
    try:
        yield Finding("JupyterLab", "ok", importlib.metadata.version("jupyterlab"))
    except importlib.metadata.PackageNotFoundError:
        yield Finding(
            "JupyterLab",
            "warn",
            "not installed",
            "python3 dev.py lab installs it; elsewhere: pip install 'cutroom[lab]'",
        )


def _jobs() -> Iterator[Finding]:
    from cutroom import jobs

    table = jobs.to_df()
    counts = ", ".join(f"{count} {state}" for state, count in table["state"].value_counts().items())
    yield Finding("background jobs", "ok", counts or "none yet")
