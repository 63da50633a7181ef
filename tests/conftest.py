"""Fixtures that every room's tests share."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

import pytest


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
