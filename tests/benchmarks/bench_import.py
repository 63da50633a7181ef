"""What `import cutroom` costs beyond a bare interpreter (goal S1)."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from typing import Any

ROUNDS = 9
HEAVY = ("av", "numpy", "pandas", "onnxruntime", "wasmtime")


def measure() -> list[dict[str, Any]]:
    """Milliseconds, medians of interpreters started in turn; and how many heavy libraries the import loads."""
    bare, full = [], []
    for _ in range(ROUNDS):
        bare.append(_seconds("pass"))
        full.append(_seconds("import cutroom"))
    loaded = subprocess.run(
        [sys.executable, "-c", f"import cutroom, sys; print(len({{*{HEAVY!r}}} & {{*sys.modules}}))"],
        capture_output=True,
        text=True,
        check=True,
    )
    milliseconds = (statistics.median(full) - statistics.median(bare)) * 1000
    return [
        {"what": "import cutroom, beyond bare Python", "value": milliseconds, "unit": "ms", "goal": 60},
        {"what": "heavy libraries it loads", "value": float(loaded.stdout), "unit": "", "goal": 0},
    ]


def _seconds(script: str) -> float:
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", script], check=True)
    return time.perf_counter() - began
