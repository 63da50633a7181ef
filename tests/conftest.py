"""Fixtures that every room's tests share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real clips, models and tracking data, which is no part of the repository."""
    named = os.environ.get("CUTROOM_SHARED_DATA")
    folder = Path(named) if named else Path(__file__).resolve().parents[2] / "shared" / "data"
    if not (folder / "SOURCES.md").is_file():
        pytest.skip(f"no real clips: {folder} is absent (set CUTROOM_SHARED_DATA)")
    return folder
