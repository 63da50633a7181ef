"""What `import cutroom` costs beyond a bare interpreter, and what it takes to open a small project (goal S1)."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROUNDS = 9
OPEN = "import cutroom; cutroom.Project.open({path!r}).session.close()"
CREATE = """
import cutroom
with cutroom.Project.create({path!r}) as project:
    for n in range(40):
        project.timeline.add_title(f"Title {{n}}", n, 1)
"""
HEAVY = ("av", "numpy", "pandas", "onnxruntime", "wasmtime")


def measure() -> list[dict[str, Any]]:
    """Milliseconds, medians of interpreters started in turn; and how many heavy libraries the import loads."""
    bare, full, opened = [], [], []
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "titles.tlp")
        _seconds(CREATE.format(path=path), folder)
        for _ in range(ROUNDS):
            bare.append(_seconds("pass"))
            full.append(_seconds("import cutroom"))
            opened.append(_seconds(OPEN.format(path=path), folder))
    loaded = subprocess.run(
        [sys.executable, "-c", f"import cutroom, sys; print(len({{*{HEAVY!r}}} & {{*sys.modules}}))"],
        capture_output=True,
        text=True,
        check=True,
    )
    milliseconds = (statistics.median(full) - statistics.median(bare)) * 1000
    return [
        {"what": "import cutroom, beyond bare Python", "value": milliseconds, "unit": "ms", "goal": 60},
        {
            "what": "start Python, import, open 40 titles",
            "value": statistics.median(opened) * 1000,
            "unit": "ms",
            "goal": 400,
        },
        {"what": "heavy libraries it loads", "value": float(loaded.stdout), "unit": "", "goal": 0},
    ]


def _seconds(script: str, folder: str = "") -> float:
    places = {"CUTROOM_DATA_DIR": folder, "CUTROOM_CACHE_DIR": folder} if folder else {}
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", script], check=True, env={**os.environ, **places})
    return time.perf_counter() - began
