"""Pools whose children know the task module beside this file."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

HERE = str(Path(__file__).parent)
if HERE not in sys.path:  # the children find it by ChildClass.paths, this process by sys.path
    sys.path.append(HERE)

from cutroom.workers import ChildClass, Grants, WorkerPool  # noqa: E402

KIND = ChildClass("media", memory=640 << 20, paths=(HERE,))
PRELOAD = ("numpy", "worker_tasks")


@pytest.fixture
def kind() -> ChildClass:
    return KIND


@pytest.fixture(scope="session")
def shared_pool() -> Iterator[WorkerPool]:
    with WorkerPool(KIND, workers=1, preload=PRELOAD, timeout=20) as pool:
        yield pool


@pytest.fixture
def pool(shared_pool: WorkerPool, tmp_path: Path) -> WorkerPool:
    """One warm worker that may read and write in this test's own folder."""
    granted = tmp_path / "granted"
    granted.mkdir()
    shared_pool.grants = Grants(read=[granted], write=[granted])
    return shared_pool


@pytest.fixture
def granted(tmp_path: Path) -> Path:
    return tmp_path / "granted"
