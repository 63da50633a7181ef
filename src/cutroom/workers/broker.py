"""The broker: stands between the user's process and one child, opens files, keeps time, replaces a dead child.

It uses the standard library only and reads neither pickles nor results: it looks at a child's frames no further than
their kind and their size.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import socket
import subprocess
import time
from dataclasses import dataclass, field
from typing import Any

from cutroom.workers import gate, launch
from cutroom.workers.wire import DOWN, UP, Channel, Frame, Kind, ProtocolError, frame

_HEARTBEAT = 1.0
_STDERR_KEPT = 4096
_STDERR_LINES = 8
_EXIT_GRACE = 0.5
_NO_MEMORY = ("bad_alloc", "MemoryError", "out of memory", "Cannot allocate memory")
"""In the last words of libraries that end the process when there is none."""
_ANSWERS = {Kind.PROGRESS, Kind.RESULT, Kind.ERROR}


@dataclass
class _Child:
    process: subprocess.Popen[bytes]
    channel: Channel
    stderr: int
    deadline: float | None
    ready: bool = False
    worked: bool = False
    leaving: bool = False
    tail: bytearray = field(default_factory=bytearray)


def main(descriptor: int) -> int:
    """Serve the user's process at the other end of the socket until it is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    broker = Broker(socket.socket(fileno=descriptor))
    try:
        broker.run()
    finally:
        broker.stop()
    return 0


class Broker:
    """One child at a time, one task at a time; a single thread around `poll`."""

    def __init__(self, sock: socket.socket) -> None:
        sock.setblocking(False)
        self._parent = os.getppid()
        self._up = Channel(sock, DOWN)
        self._setup: dict[str, Any] = {}
        self._read: frozenset[str] = frozenset()
        self._write: frozenset[str] = frozenset()
        self._child: _Child | None = None
        self._waiting: Frame | None = None
        self._limit: float | None = None
        self._running = False
        self._introduced = False

    def run(self) -> None:
        """Work until the user's process is gone."""
        while os.getppid() == self._parent:
            try:
                self._turn()
            except (EOFError, BrokenPipeError, ConnectionResetError):
                return

    def stop(self) -> None:
        """Kill the child."""
        if self._child is not None:
            self._child.process.kill()
            self._child.process.wait()

    def _turn(self) -> None:
        child = self._child
        poll = select.poll()
        up = self._up.socket.fileno()
        down = child.channel.socket.fileno() if child else -1
        poll.register(up, select.POLLIN | (select.POLLOUT if self._up.pending else 0))
        if child is not None:
            # Nothing more is taken from a child before the last frame went up: a flood cannot fill the memory.
            wanted = (0 if self._up.pending else select.POLLIN) | (select.POLLOUT if child.channel.pending else 0)
            if wanted:
                poll.register(down, wanted)
            if child.stderr >= 0:
                poll.register(child.stderr, select.POLLIN)
        events = dict(poll.poll(self._patience() * 1000))
        if up in events:
            self._up.flush()
            if events[up] & ~select.POLLOUT:
                for item in self._up.arrived():
                    self._from_parent(item)
        if child is None or child is not self._child:
            return
        if child.stderr in events:
            self._listen(child)
        if down in events:
            self._exchange(child, events[down])
        if child is self._child and child.deadline is not None and time.monotonic() > child.deadline:
            self._late(child)

    def _patience(self) -> float:
        if self._child is None or self._child.deadline is None:
            return _HEARTBEAT
        return min(max(self._child.deadline - time.monotonic(), 0.0) + 0.001, _HEARTBEAT)

    def _from_parent(self, item: Frame) -> None:
        if item.kind is Kind.SETUP:
            self._setup = {**item.data, "broker": os.getpid()}
            self._spawn()
        elif item.kind is Kind.GRANTS:
            self._read, self._write = frozenset(item.data["read"]), frozenset(item.data["write"])
        elif item.kind is Kind.TASK:
            self._admit(item)

    def _admit(self, item: Frame) -> None:
        header = item.data
        opened: list[int] = []
        try:
            for path in header["reads"]:
                opened.append(gate.open_read(path, self._read))
            for path in header["writes"]:
                opened.append(gate.open_write(path, self._write))
        except gate.RefusalError as refusal:
            for descriptor in opened:
                os.close(descriptor)
            self._fail(refusal.kind, refusal.message, refusal.value, refusal.hint)
            return
        self._limit = header.pop("timeout")
        self._waiting = frame(Kind.TASK, header, item.body, tuple(opened))
        if self._child is None:
            self._spawn()
        self._hand_over()

    def _hand_over(self) -> None:
        child, task = self._child, self._waiting
        if child is None or task is None or not child.ready:
            return
        self._waiting, self._running = None, True
        child.worked = True
        child.deadline = None if self._limit is None else time.monotonic() + self._limit
        child.channel.queue(task)
        self._exchange(child, select.POLLOUT)

    def _spawn(self) -> None:
        ours, theirs = socket.socketpair()
        read_end, write_end = os.pipe()
        with theirs:
            process = subprocess.Popen(
                launch.command("--child", str(theirs.fileno())),
                stdin=subprocess.DEVNULL,
                stdout=write_end,
                stderr=write_end,
                pass_fds=(theirs.fileno(),),
            )
        os.close(write_end)
        ours.setblocking(False)
        os.set_blocking(read_end, False)
        channel = Channel(ours, UP)
        channel.queue(frame(Kind.SETUP, self._setup))
        deadline = time.monotonic() + self._setup["class"]["start_timeout"]
        self._child = _Child(process, channel, read_end, deadline)

    def _listen(self, child: _Child) -> None:
        try:
            data = os.read(child.stderr, 65536)
        except BlockingIOError:
            return
        if not data:
            os.close(child.stderr)
            child.stderr = -1
        child.tail += data
        del child.tail[:-_STDERR_KEPT]

    def _exchange(self, child: _Child, events: int) -> None:
        try:
            if events & select.POLLOUT:
                child.channel.flush()
            if events & ~select.POLLOUT:
                items = child.channel.arrived()
                try:
                    while items and child is self._child:
                        self._from_child(child, items.pop(0))
                finally:
                    for item in items:
                        item.close()
        except (EOFError, BrokenPipeError, ConnectionResetError):
            self._died(child)
        except ProtocolError as error:
            child.process.kill()
            child.tail += f"\nkilled: it sent {error}".encode()
            self._died(child, by_us=True)

    def _from_child(self, child: _Child, item: Frame) -> None:
        if not child.ready and item.kind is Kind.READY:
            child.ready, child.deadline, self._introduced = True, None, True
            self._send_up(item)
            self._hand_over()
        elif not child.ready and item.kind is Kind.ERROR:
            child.process.kill()
            self._bury(child)
            if self._expected():
                self._drop_task()
                self._send_up(item)
        elif self._running and item.kind is Kind.LEAVING:
            child.leaving = True
        elif self._running and item.kind in _ANSWERS:
            if item.kind is not Kind.PROGRESS:
                self._running, child.deadline = False, None
                if child.leaving:
                    child.process.kill()
                    self._bury(child)
                    self._spawn()
            self._send_up(item)
        else:
            item.close()
            raise ProtocolError("a frame that nobody asked for")

    def _send_up(self, item: Frame) -> None:
        self._up.queue(item)
        self._up.flush()

    def _late(self, child: _Child) -> None:
        child.process.kill()
        failed = self._expected()
        what = (
            f"the task ran past its limit of {self._limit:g} s" if self._running else "the worker did not start in time"
        )
        self._bury(child)
        self._drop_task()
        if failed:
            hint = "give it more time, or split the work" if child.ready else "look for a module whose import hangs"
            self._fail("WorkerTimeoutError", f"{what} and was killed", None, hint)
        self._again(child)

    def _died(self, child: _Child, *, by_us: bool = False) -> None:
        failed = self._expected()
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.process.wait(_EXIT_GRACE)
        child.process.kill()
        status = child.process.wait()
        if child.stderr >= 0:
            self._listen(child)
        self._bury(child)
        self._drop_task()
        if failed:
            how = f"was killed by {_signal_name(-status)}" if status < 0 else f"ended with exit status {status}"
            when = "" if child.ready else " while it started"
            said = _last_words(child.tail)
            value = {"status": status, "stderr": said}
            message = "\n".join([f"a worker process {how}{when}", *(f"    {line}" for line in said)])
            if (status == -signal.SIGKILL and not by_us) or any(word in line for word in _NO_MEMORY for line in said):
                message += "\n    as happens to one that needs more memory than there is"
                self._fail("OutOfMemoryError", message, value, "free some memory, or do less at once")
            else:
                hint = "the file may be damaged, or the task needs more memory than a worker may use"
                self._fail("WorkerCrashedError", message, value, hint)
        self._again(child)

    def _expected(self) -> bool:
        """Whether the user's process waits for an answer: to a task, or to the first start."""
        return self._running or self._waiting is not None or not self._introduced

    def _bury(self, child: _Child) -> None:
        child.process.wait()
        child.channel.close()
        if child.stderr >= 0:
            os.close(child.stderr)
            child.stderr = -1
        if self._child is child:
            self._child = None

    def _drop_task(self) -> None:
        self._running = False
        if self._waiting is not None:
            self._waiting.close()
            self._waiting = None

    def _again(self, child: _Child) -> None:
        """Have the next child ready, unless this one never got as far as a task: that would repeat for ever."""
        if child.worked:
            self._spawn()

    def _fail(self, kind: str, message: str, value: object, hint: str) -> None:
        structure = {"class": kind, "message": message, "value": value, "hint": hint}
        self._send_up(frame(Kind.FAILED, {"value": structure, "buffers": []}))


def _last_words(tail: bytearray) -> list[str]:
    """The last lines, or the first ones of Python's own report when it was killed inside a library."""
    lines = tail.decode("utf-8", "replace").strip().splitlines()
    fatal = next((index for index, line in enumerate(lines) if line.startswith("Fatal Python error")), None)
    return lines[-_STDERR_LINES:] if fatal is None else lines[fatal : fatal + _STDERR_LINES]


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
