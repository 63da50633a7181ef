"""Every telemetry test has a store of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from cutroom import telemetry

Runner = Callable[..., str]


@pytest.fixture(autouse=True)
def data_dir(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The folder of this test's store; nothing recorded earlier reaches it."""
    for key in list(os.environ):
        if key.startswith("OTEL_"):
            monkeypatch.delenv(key)
    monkeypatch.setenv("CUTROOM_TELEMETRY", "local")
    monkeypatch.setenv("CUTROOM_DATA_DIR", str(tmp_path / "before"))
    telemetry.flush()
    monkeypatch.setenv("CUTROOM_DATA_DIR", str(tmp_path / "data"))
    return tmp_path / "data"


@pytest.fixture
def run_python() -> Runner:
    """Run a script in a fresh interpreter and return what it printed; extra keywords are its environment."""

    def run(script: str, **environment: str) -> str:
        done = subprocess.run(
            [sys.executable, "-c", textwrap.dedent(script)],
            env={**os.environ, **environment},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout + done.stderr

    return run
