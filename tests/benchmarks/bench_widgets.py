"""What a timeline of 10,000 clips costs its widget: redraw (goal E3), snapshot, patch (goal E1)."""

from __future__ import annotations

import json
import shutil
import statistics
import sys
import time
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

TESTS = Path(__file__).resolve().parents[1]
sys.path += [str(TESTS / "widgets"), str(TESTS / "browser")]

ROUNDS = 15
PAINT = """(rounds) => {
  const root = document.querySelector(".cutroom-timeline");
  return Array.from({ length: rounds }, () => root.paint());
}"""


def measure() -> list[dict[str, Any]]:
    """Milliseconds, medians; the redraw at the zoom where it takes longest, pixels waited for."""
    return [*_messages(), *_redraw()]


def _messages() -> list[dict[str, Any]]:
    from scenery import long

    from cutroom.edit.apply import apply
    from cutroom.edit.operations import Move
    from cutroom.widgets.patch import patch
    from cutroom.widgets.snapshot import State, clock_of, snapshot

    document = long(10_000)
    clock = clock_of(document)
    moved = apply(document, Move(clip="c_0_0000010", to=Fraction(1500))).document
    old, new = State(document, 0), State(moved, 1)
    difference = patch(old, new, clock)
    assert difference is not None
    size = len(json.dumps(difference.model_dump(mode="json")))
    return [
        {"what": "snapshot of 10,000 clips", "value": _milliseconds(lambda: _dump(snapshot(old, clock, "s", 0)[0])),
         "unit": "ms", "goal": 9},
        {"what": "patch of one move", "value": _milliseconds(lambda: _dump(patch(old, new, clock))), "unit": "ms",
         "goal": None},
        {"what": "patch of one move", "value": size, "unit": "bytes", "goal": 2048},
    ]  # fmt: skip


def _dump(message: Any) -> Any:
    return message.model_dump(mode="json")


def _milliseconds(work: Callable[[], Any]) -> float:
    times = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        work()
        times.append((time.perf_counter() - began) * 1000)
    return statistics.median(times)


def _redraw() -> list[dict[str, Any]]:
    program = shutil.which("chromium") or shutil.which("google-chrome")
    if program is None:
        print("no chromium: the redraw is not measured")
        return []
    from desk import FLAGS, Desk
    from playwright.sync_api import sync_playwright
    from scenery import long

    from cutroom.session import Session

    worst = 0.0
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=program, args=FLAGS)
        desk = Desk(browser.new_page(viewport={"width": 1200, "height": 700}), Session(long(10_000)))
        desk.show("TimelineWidget")
        desk.page.locator(".cutroom-timeline").focus()
        for _ in range(20):  # from everything to single frames
            worst = max(worst, statistics.median(desk.page.evaluate(PAINT, ROUNDS)))
            desk.page.keyboard.press("+")
            desk.settle(40)
        desk.close()
        browser.close()
    return [{"what": "redraw of 10,000 clips, slowest zoom", "value": worst, "unit": "ms", "goal": 4}]
