"""Fixtures that every room's tests share."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

if TYPE_CHECKING:
    from cutroom.demo.film import FilmTruth


def pytest_configure(config: pytest.Config) -> None:
    """Nothing that a test does reaches the settings, caches, jobs or telemetry of whoever runs it."""
    folder = Path(tempfile.mkdtemp(prefix="cutroom-"))  # short: sockets are made in it
    config.add_cleanup(lambda: shutil.rmtree(folder, ignore_errors=True))
    os.environ.pop("CUTROOM_CONFIG_FILE", None)
    for name in ("cache", "data", "runtime"):
        os.environ[f"CUTROOM_{name.upper()}_DIR"] = str(folder / name)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real clips, models and tracking data, which is no part of the repository."""
    named = os.environ.get("CUTROOM_SHARED_DATA")
    folder = Path(named) if named else Path(__file__).resolve().parents[2] / "shared" / "data"
    if not (folder / "SOURCES.md").is_file():
        pytest.skip(f"no real clips: {folder} is absent (set CUTROOM_SHARED_DATA)")
    return folder


class Film(NamedTuple):
    """A demo film and what is known of it."""

    path: Path
    truth: FilmTruth


@pytest.fixture(scope="session")
def film(tmp_path_factory: pytest.TempPathFactory) -> Film:
    """Six seconds of the demo film, 640 by 360 at 30 frames a second, with frame numbers and clicks."""
    from cutroom.demo.film import write_demo_film

    path = tmp_path_factory.mktemp("film") / "film.mp4"
    return Film(path, write_demo_film(path, seconds=6, size=(640, 360)))
