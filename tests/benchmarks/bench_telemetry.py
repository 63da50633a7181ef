"""What a span and a count cost their caller."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import timeit
from typing import Any

ROUNDS, TIMES = 7, 3000
SCRIPT = """
import timeit
from cutroom import telemetry
def one():
    with telemetry.span("bench", n=1, kind="x"):
        pass
one()
print(min(timeit.repeat(one, repeat=5, number=3000)) / 3000 * 1e6)
"""


def measure() -> list[dict[str, Any]]:
    """Microseconds a call, in this process and with telemetry off in another."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["CUTROOM_DATA_DIR"] = folder
        from cutroom import telemetry

        def span() -> None:
            with telemetry.span("bench", n=1, kind="x"):
                pass

        def microseconds(call: Any) -> float:
            call()
            return statistics.median(timeit.repeat(call, repeat=ROUNDS, number=TIMES)) / TIMES * 1e6

        results = [
            {"what": "span", "value": microseconds(span), "unit": "µs", "goal": 100},
            {
                "what": "count",
                "value": microseconds(lambda: telemetry.count("cache_hits_total")),
                "unit": "µs",
                "goal": 30,
            },
        ]
        off = subprocess.run(
            [sys.executable, "-c", SCRIPT],
            env={**os.environ, "CUTROOM_TELEMETRY": "off"},
            capture_output=True,
            text=True,
            check=True,
        )
        telemetry.flush()
    return [*results, {"what": "span, telemetry off", "value": float(off.stdout), "unit": "µs", "goal": 3}]
