"""The threads behind a pool: each takes tasks from one line and runs them on a worker of its own."""

from __future__ import annotations

import atexit
import contextlib
import logging
import os
import threading
import weakref
from collections import deque
from dataclasses import replace
from typing import Any

from cutroom import errors
from cutroom.workers.call import Call
from cutroom.workers.classes import ChildClass
from cutroom.workers.futures import TaskFuture
from cutroom.workers.grants import Grants
from cutroom.workers.link import Link, Ready

_log = logging.getLogger(__name__)


class Crew:
    """What the threads of a pool share; they hold this and not the pool, so that a forgotten pool goes away."""

    def __init__(
        self, limits: ChildClass, preload: tuple[str, ...], grants: Grants, size: int, queue: int | None
    ) -> None:
        self.limits = limits
        self.preload = preload
        self.wanted: frozenset[str] = frozenset()
        self.grants = grants
        self._size = size
        self._most_waiting = queue
        self._owner = os.getpid()
        self._changed = threading.Condition()
        self._line: deque[Call] = deque()
        self._hands: list[_Hand] = []
        self._idle = 0
        self._closing = False
        _crews.add(self)

    def enqueue(self, call: Call) -> None:
        """Put a task in line; start another worker when all are busy and more are allowed."""
        if os.getpid() != self._owner:
            raise errors.WorkerError("this pool belongs to the process that forked", hint="make a pool in this process")
        with self._changed:
            if self._closing:
                raise RuntimeError("the pool was shut down")
            free = self._idle + self._size - len(self._hands)
            if self._most_waiting is not None and len(self._line) >= self._most_waiting + free:
                raise errors.OverloadedError(
                    f"{len(self._line)} tasks wait already", value=len(self._line), hint="wait for some to finish"
                )
            if len(self._line) >= self._idle and len(self._hands) < self._size:
                try:
                    self._hire()
                except errors.WorkerError:
                    if not self._hands:
                        raise
                    _log.debug("a task waits for a worker that is busy", exc_info=True)
            self._line.append(call)
            self._changed.notify()

    def start(self) -> None:
        """Start the first worker before there is work for it; the first task waits for that one."""
        with self._changed:
            if self._hands or self._closing or os.getpid() != self._owner:
                return
            self._hire(ahead=True)
            self._idle += 1

    def _hire(self, *, ahead: bool = False) -> None:
        hand = _Hand(self, len(self._hands), ahead=ahead)
        try:
            hand.start()
        except RuntimeError as error:
            raise errors.WorkerError(
                f"no thread can be started for a worker process: {error}",
                value=self.limits.name,
                hint="end other programs, or raise the limit of threads (ulimit -u) or of memory",
            ) from error
        self._hands.append(hand)

    def started(self) -> None:
        """A worker that was started before there is work for it is ready, or could not start."""
        with self._changed:
            self._idle -= 1

    def next(self) -> Call | None:
        """The next task, when there is one; None when the crew is to go home."""
        with self._changed:
            self._idle += 1
            try:
                while not self._line:
                    if self._closing:
                        return None
                    self._changed.wait()
                return self._line.popleft()
            finally:
                self._idle -= 1

    def need(self, modules: frozenset[str]) -> None:
        """Have every child that starts from now on import these modules, too, where it can."""
        with self._changed:
            self.wanted |= modules

    def stop(self, future: TaskFuture) -> None:
        """Kill the worker that runs this task."""
        for hand in list(self._hands):
            hand.stop(future)

    def first_ready(self) -> Ready | None:
        """What any child that has started says about itself."""
        links = [hand.link for hand in list(self._hands)]
        return next((link.ready for link in links if link is not None and link.ready is not None), None)

    def status(self) -> list[dict[str, Any]]:
        """One row for each worker."""
        return [hand.status() for hand in list(self._hands)]

    def finish(self, *, cancel: bool = False) -> None:
        """Take no more tasks, and go home when those in line are done or cancelled."""
        with self._changed:
            self._closing = True
            dropped = list(self._line) if cancel else []
            if cancel:
                self._line.clear()
            self._changed.notify_all()
        for call in dropped:
            call.future.cancel()

    def abandon(self) -> None:
        """Cancel what waits and kill what runs."""
        if os.getpid() != self._owner:
            return
        self.finish(cancel=True)
        for hand in list(self._hands):
            hand.abandon()

    def join(self) -> None:
        """Wait until all are gone."""
        for hand in list(self._hands):
            hand.join()


class _Hand(threading.Thread):
    """One worker: takes tasks from the line and runs them on its link."""

    def __init__(self, crew: Crew, number: int, *, ahead: bool = False) -> None:
        super().__init__(name=f"cutroom-{crew.limits.name}-{number}", daemon=True)
        self._crew = crew
        self._ahead = ahead
        self._guard = threading.Lock()
        self._current: TaskFuture | None = None
        self._done = 0
        self._starts = 0
        self.link: Link | None = None

    def run(self) -> None:
        try:
            if self._ahead:
                try:
                    self._connect()
                except Exception:  # the first task tries again, and tells
                    _log.debug("a worker did not start ahead of its work", exc_info=True)
                finally:
                    self._crew.started()
            while (call := self._crew.next()) is not None:
                self._take(call)
                del call  # its future holds the result, which may be large
        finally:
            self._drop()

    def stop(self, future: TaskFuture) -> None:
        with self._guard:
            if self._current is future and self.link is not None:
                self.link.kill()

    def abandon(self) -> None:
        with self._guard:
            current = self._current
        if current is not None:
            current.kill()
        elif (link := self.link) is not None:
            link.kill()

    def status(self) -> dict[str, Any]:
        link = self.link
        ready = None if link is None else link.ready
        return {
            "pid": None if link is None else link.pid,
            "child_pid": None if ready is None else ready.pid,
            "level": None if ready is None else ready.level,
            "tasks": self._done,
            "restarts": max(self._starts + (0 if link is None else link.starts) - 1, 0),
            "rss": None if ready is None else _resident(ready.pid),
            "busy": self._current is not None,
        }

    def _take(self, call: Call) -> None:
        if not call.future.set_running_or_notify_cancel():
            return
        with self._guard:
            self._current = call.future
        try:
            outcome = self._work(call)
        except BaseException as error:
            outcome = error
        with self._guard:
            self._current = None
        self._done += 1
        call.future.settle(outcome)

    def _work(self, call: Call) -> Any:
        link, known = self._connect()
        if missing := call.modules - known:
            self._crew.need(missing)
            if missing - link.wanted:
                self._drop()
                link, known = self._connect()
            if missing := call.modules - known:
                raise _cannot_import(missing, link)
        if call.future.killed:
            return None
        return link.run(self._quiet(call), self._crew.grants)

    def _quiet(self, call: Call) -> Call:
        """The call with a progress callback that cannot break the task."""
        tell = call.on_progress
        if tell is None:
            return call

        def told(data: dict[str, Any]) -> None:
            try:
                tell(data)
            except Exception:
                _log.exception("a progress callback failed")

        return replace(call, on_progress=told)

    def _connect(self) -> tuple[Link, frozenset[str]]:
        """A link whose child is ready, and the modules that the child has."""
        if self.link is not None and not self.link.alive:
            self._drop()
        if self.link is None:
            link = Link(self._crew.limits, self._crew.preload, self._crew.wanted)
            with self._guard:
                self.link = link
        try:
            return self.link, self.link.await_ready().modules
        except errors.WorkerError:
            self._drop()
            raise

    def _drop(self) -> None:
        with self._guard:
            link, self.link = self.link, None
        if link is not None:
            self._starts += link.starts
            link.close()


def _cannot_import(missing: frozenset[str], link: Link) -> errors.WorkerError:
    """What a child could not import, and why."""
    reasons = {} if link.ready is None else link.ready.report.get("failed", {})
    told = [f"{name} ({reasons[name]})" if name in reasons else name for name in sorted(missing)]
    return errors.WorkerError(
        f"a worker cannot import {', '.join(told)}",
        value=sorted(missing),
        hint="workers see installed packages only: install it, or write what is needed of it into the notebook",
    )


def _resident(pid: int) -> int | None:
    with contextlib.suppress(OSError, ValueError, IndexError), open(f"/proc/{pid}/statm", encoding="ascii") as numbers:
        return int(numbers.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    return None


_crews: weakref.WeakSet[Crew] = weakref.WeakSet()


@atexit.register
def _stop_all() -> None:
    for crew in list(_crews):
        crew.abandon()
