"""A task function for a locked worker that records what it does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cutroom.telemetry import attached, count, drain, keep_in_memory, span
from cutroom.workers import DIRECT, Context


@dataclass(frozen=True)
class Work:
    trace: Mapping[str, str] = field(default_factory=dict)

    def reads(self) -> tuple[str, ...]:
        return ()

    def writes(self) -> tuple[str, ...]:
        return ()


def warm() -> None:
    keep_in_memory()


def work(task: Work, context: Context = DIRECT) -> dict[str, Any]:
    with attached(task.trace), span("inside", n=1):
        count("render_frames_processed_total", 5)
    return drain()
