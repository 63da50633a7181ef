"""Run the benchmarks beside this file, print one table, write `bench.json` at the top of the checkout.

A benchmark is a module `bench_*.py` with `measure() -> list[Result]`. Figures are medians of at least five rounds.
"""

from __future__ import annotations

import importlib.util
import json
import os
import platform
import sys
import time
from pathlib import Path
from typing import TypedDict

HERE = Path(__file__).resolve().parent


class Result(TypedDict):
    """One measured figure; `goal` is what it should stay at or below, in the same unit."""

    what: str
    value: float
    unit: str
    goal: float | None


def load(path: Path) -> list[Result]:
    """Run one benchmark."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    results: list[Result] = module.measure()
    return results


def main(names: list[str]) -> int:
    """Run those named (`telemetry` for `bench_telemetry.py`), or all; 2 for an unknown name."""
    found = {path.stem.removeprefix("bench_"): path for path in sorted(HERE.glob("bench_*.py"))}
    if unknown := set(names) - set(found):
        print(f"no benchmark {', '.join(sorted(unknown))}; there are {', '.join(found)}")
        return 2
    rows = [{"benchmark": name, **result} for name in names or found for result in load(found[name])]
    print(f"{'benchmark':<12}{'what':<50}{'value':>10}  {'unit':<8}{'goal':>8}")
    for row in rows:
        goal = "" if row["goal"] is None else f"{row['goal']:g}"
        print(f"{row['benchmark']:<12}{row['what']:<50}{row['value']:>10.3g}  {row['unit']:<8}{goal:>8}")
    machine = {"python": platform.python_version(), "machine": platform.machine(), "cpus": os.cpu_count()}
    report = {"time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), **machine, "results": rows}
    (HERE.parents[1] / "bench.json").write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
