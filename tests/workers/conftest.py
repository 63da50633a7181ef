"""Pools whose children know the task module beside this file."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parent))  # the children find the tasks by ChildClass.paths, this process here

from worker_tasks import HERE_KIND

from cutroom.workers import ChildClass, Grants, WorkerPool


@pytest.fixture
def kind() -> ChildClass:
    return HERE_KIND


@pytest.fixture(scope="session")
def shared_pool() -> Iterator[WorkerPool]:
    with WorkerPool(HERE_KIND, workers=1, preload=("numpy", "worker_tasks"), timeout=20) as pool:
        yield pool


@pytest.fixture
def pool(shared_pool: WorkerPool, granted: Path) -> WorkerPool:
    """One warm worker that may read and write in this test's own folder."""
    granted.mkdir()
    shared_pool.grants = Grants(read=[granted], write=[granted])
    return shared_pool


@pytest.fixture
def granted(tmp_path: Path) -> Path:
    return tmp_path / "granted"
