"""The future of a task that can be killed while it runs."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from typing import Any


class TaskFuture(Future[Any]):
    """A `concurrent.futures.Future` whose running task can be stopped."""

    def __init__(self, stop: Callable[[TaskFuture], None] | None = None) -> None:
        super().__init__()
        self._stop = stop
        self._killed = False

    def kill(self) -> bool:
        """Stop the task at once, whether it waits or runs.

        A running task's processes are killed; `result()` then raises `CancelledError`.

        Returns:
            False when the task was done already.
        """
        if self.cancel():
            return True
        if self._stop is None or self.done():
            return False
        self._killed = True
        self._stop(self)
        return True

    def cancelled(self) -> bool:
        """Whether it was cancelled while it waited, or killed while it ran."""
        return super().cancelled() or (self.done() and isinstance(self.exception(), CancelledError))

    @property
    def killed(self) -> bool:
        """Whether somebody asked for the running task to be killed."""
        return self._killed

    def settle(self, outcome: Any) -> None:
        """Finish with a value, an exception, or, when it was killed, with `CancelledError`."""
        if self._killed:
            self.set_exception(CancelledError())
        elif isinstance(outcome, BaseException):
            self.set_exception(outcome)
        else:
            self.set_result(outcome)
