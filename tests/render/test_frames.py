"""Writing frames: what was asked of workers does not outlive an error."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from cutroom.render import frames
from cutroom.render.frame_tasks import Canvas
from cutroom.workers import InlineExecutor
from cutroom.workers.futures import TaskFuture


class Busy(InlineExecutor):
    """Workers that come to nothing."""

    def __init__(self) -> None:
        self.asked: list[TaskFuture] = []

    def submit(self, fn: Callable[..., Any], /, task: Any, **_: Any) -> TaskFuture:  # type: ignore[override]
        self.asked.append(TaskFuture())
        return self.asked[-1]


def test_an_error_stops_what_is_under_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frames, "CHUNK", 1)  # a frame at a time
    busy = Busy()

    def drawn() -> Iterator[NDArray[np.uint8]]:
        for _ in range(3):
            yield np.zeros((4, 4, 3), np.uint8)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        frames.write_frames(
            drawn(),
            Canvas(4, 4, 3, Fraction(25)),
            lambda _: tmp_path / "out.mov",
            busy,
            folder=tmp_path,
            grant=lambda _: None,
        )
    assert [future.cancelled() for future in busy.asked] == [True] * 3
    assert list(tmp_path.iterdir()) == []
