"""Where tests that write thousands of steps put their projects."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture
def quick_disk() -> Iterator[Path]:
    """For thousands of steps, each with its fsync: in memory, where the system has a folder for that."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        yield Path(folder)
