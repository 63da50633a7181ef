"""Run the benchmarks beside this file, print one table, write `bench.json` at the top of the checkout.

A benchmark is a module `bench_*.py` with `measure() -> list[Result]`. Figures are medians of at least five rounds.
"""

from __future__ import annotations

import argparse
import importlib.util
import itertools
import json
import os
import platform
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NotRequired, TypedDict

HERE = Path(__file__).resolve().parent


TOP = HERE.parents[1]


class Result(TypedDict):
    """One measured figure; `goal` is what it should stay at or below, in the same unit."""

    what: str
    value: float
    unit: str
    goal: float | None
    least: NotRequired[bool]
    """The figure should stay at or above its goal."""


class Row(Result):
    """A figure with the benchmark that it comes from."""

    benchmark: str


def load(path: Path) -> list[Result]:
    """Run one benchmark."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    results: list[Result] = module.measure()
    return results


def main(arguments: list[str]) -> int:
    """Run those named (`telemetry` for `bench_telemetry.py`), or all; 2 for an unknown name."""
    parser = argparse.ArgumentParser(prog="dev.py bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--publish", action="store_true", help="write the table to BENCHMARKS.md as well")
    options = parser.parse_args(arguments)
    names: list[str] = options.names
    found = {path.stem.removeprefix("bench_"): path for path in sorted(HERE.glob("bench_*.py"))}
    if unknown := set(names) - set(found):
        print(f"no benchmark {', '.join(sorted(unknown))}; there are {', '.join(found)}")
        return 2
    rows = [Row(benchmark=name, **result) for name in names or found for result in load(found[name])]
    print(f"{'benchmark':<12}{'what':<50}{'value':>10}  {'unit':<8}{'goal':>8}")
    for row in rows:
        print(f"{row['benchmark']:<12}{row['what']:<50}{row['value']:>10.3g}  {row['unit']:<8}{_goal(row):>8}")
    machine = {"python": platform.python_version(), "machine": platform.machine(), "cpus": os.cpu_count()}
    report = {"time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), **machine, "results": rows}
    (TOP / "bench.json").write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    if options.publish:
        page = TOP / "BENCHMARKS.md"
        before = page.read_text(encoding="utf-8") if page.exists() else ""
        page.write_text(_page(rows, report, before), encoding="utf-8")
    return 0


def _goal(row: Row) -> str:
    return "" if row["goal"] is None else f"{'≥' if row.get('least') else '≤'} {row['goal']:g}"


def _page(rows: list[Row], report: dict[str, Any], before: str) -> str:
    """The page for people, with the tables of what was measured now in place of older ones."""
    _, *parts = before.split("\n## ")
    sections = {part.partition("\n")[0]: part.rstrip() for part in parts}
    for name, group in itertools.groupby(rows, key=lambda row: row["benchmark"]):
        sections[name] = _section(name, group, report)
    lines = [
        "# Benchmarks",
        "",
        "Written by `python3 dev.py bench --publish`, which replaces what it measures (with names: these tables).",
        "Medians of at least five rounds where a row does not say otherwise; your machine will differ: run it there. A",
        "bold figure misses its goal.",
    ]
    return "\n".join([*lines, *(f"\n## {sections[name]}" for name in sorted(sections)), ""])


def _section(name: str, rows: Iterable[Row], report: dict[str, Any]) -> str:
    """A table. A figure beyond its goal is marked, not left out."""
    machine = f"Python {report['python']}, {report['machine']}, {report['cpus']} processors"
    lines = [name, "", f"Measured on {report['time'][:10]}: {machine}.", ""]
    lines += ["| what | figure | unit | goal |", "|---|---:|---|---:|"]
    for row in rows:
        goal = row["goal"]
        late = goal is not None and (row["value"] < goal if row.get("least") else row["value"] > goal)
        figure = f"{row['value']:.3g}"
        lines.append(f"| {row['what']} | {f'**{figure}**' if late else figure} | {row['unit']} | {_goal(row)} |")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
