"""Whether a task that calls functions of the user's own still gets on.

Such a function may be slow, so all of its frames together get as long as they need. That it lives is known by the
worker's words: it tells when a call begins and when it is done.
"""

from __future__ import annotations

from typing import Any

CALL_TIMEOUT = 120.0
"""Seconds for one call, which makes one frame: the slowest of Cutroom's own takes two, and at this pace a minute of
film would take two days. Four times the patience with a still, as other tasks share the processor."""
SILENCE = 300.0
"""Seconds without a word between calls, as when a decoder hangs."""
LONGEST_LOOK = 1.0
"""Seconds that count between two looks: while this process was stopped or asleep, no word could be heard."""


class Watch:
    """The words of one task; `heard` is called in another thread than `overdue`."""

    def __init__(self) -> None:
        self.running = ""
        """Whose code runs now, by SHA-256."""
        self._words = 0
        self._seen = 0
        self._silent = 0.0

    def heard(self, progress: dict[str, Any]) -> None:
        """It told something."""
        if "running" in progress:
            self.running = str(progress["running"])
        self._words += 1

    def overdue(self, passed: float) -> float | None:
        """The limit that it is past, in seconds; None: it gets on.

        Args:
            passed: seconds since this was asked last, in which it ran.
        """
        words, self._silent = self._words, self._silent + min(passed, LONGEST_LOOK)
        if words != self._seen:
            self._seen, self._silent = words, 0.0
        limit = CALL_TIMEOUT if self.running else SILENCE
        return limit if self._silent > limit else None
