"""How far an export is."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

OnProgress = Callable[[dict[str, Any]], None]
_EVERY = 0.1


class Meter:
    """Counts frames and tells `on_progress`, a few times a second and whenever a stage begins.

    Each call gets ``stage`` (plan, analyse, encode, mux, verify, publish), ``done`` and ``total`` (frames; sound
    packets where there is no picture), ``fps`` (encoded now, per second; None at first) and ``eta`` (seconds of
    encoding that are left; None where that cannot be told).

    Args:
        on_progress: what to call; None: nothing.
        clock: seconds, for tests.
    """

    def __init__(self, on_progress: OnProgress | None, clock: Callable[[], float] = time.monotonic) -> None:
        self._tell = on_progress
        self._clock = clock
        self._stage = "plan"
        self._total = self._finished = self._encoded = 0
        self._under_way: dict[int, int] = {}
        self._began = self._told = clock()

    def stage(self, stage: str) -> None:
        """A stage begins."""
        self._stage, self._began = stage, self._clock()
        self.tell(force=True)

    def analysed(self, progress: Mapping[str, Any]) -> None:
        """So much is measured; `done` and `total` count frames of that then."""
        if self._tell is not None:
            self._tell({**progress, "fps": None, "eta": None})

    def expect(self, total: int) -> None:
        """How much there is to do."""
        self._total = total

    def found(self, amount: int) -> None:
        """Something was done already."""
        self._finished += amount

    def partly(self, run: int, done: int) -> None:
        """So much of a run is encoded, finished segments left out."""
        self._under_way[run] = done
        self.tell()

    def finished(self, run: int, amount: int) -> None:
        """A run finished a segment."""
        self._finished += amount
        self._encoded += amount
        self.partly(run, 0)

    def tell(self, *, force: bool = False) -> None:
        """Call `on_progress`, unless that was just done."""
        now = self._clock()
        if self._tell is None or (not force and now - self._told < _EVERY):
            return
        self._told = now
        partly = sum(self._under_way.values())
        done = min(self._finished + partly, self._total)
        fresh, passed = self._encoded + partly, now - self._began
        fps = fresh / passed if self._stage == "encode" and fresh and passed > 0 else None
        left = (self._total - done) / fps if fps else None
        self._tell({"stage": self._stage, "done": done, "total": self._total, "fps": fps, "eta": left})
