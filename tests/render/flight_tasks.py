"""Tasks for real workers that tell, wait, fail, or die; the children import this module before they lock in."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from typing import Any

from cutroom.errors import MediaError
from cutroom.workers import ChildClass, Context

HERE_KIND = ChildClass("media", memory=640 << 20, paths=(os.path.dirname(os.path.abspath(__file__)),))
"""A class whose children find this module."""


@dataclass(frozen=True)
class Act:
    """What a task does: say these words, wait, then end in some way."""

    name: str
    words: tuple[str, ...] = ()
    seconds: float = 0.0
    end: str = ""
    paths: tuple[tuple[str, str], ...] = ()

    def reads(self) -> tuple[str, ...]:
        """Nothing."""
        return ()

    def writes(self) -> tuple[str, ...]:
        """Nothing."""
        return ()


def act(task: Act, context: Context) -> Any:
    """Do it; the answer is its name."""
    for word in task.words:
        context.progress(0, word=word, pid=os.getpid())
    time.sleep(task.seconds)
    if task.end == "fail":
        raise MediaError("it is broken")
    context.progress(1, word="late", pid=os.getpid())
    return task.name
