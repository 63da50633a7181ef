"""The user's side of one worker: starts a broker, sends it tasks, and believes nothing that comes from its child."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import threading
import time
from dataclasses import dataclass
from typing import Any

from cutroom import errors
from cutroom.workers import codec, launch
from cutroom.workers.call import Call
from cutroom.workers.classes import ChildClass
from cutroom.workers.grants import Grants
from cutroom.workers.wire import UP, Channel, Frame, Kind, ProtocolError, frame

_BACKSTOP = 5.0


@dataclass(frozen=True)
class Ready:
    """What a child says about itself before it has seen any data."""

    pid: int
    level: str
    modules: frozenset[str]
    report: dict[str, Any]


class Link:
    """One broker process and, behind it, its child. Used by one thread; `kill` may be called from any.

    Raises:
        WorkerError: no process can be started.
    """

    def __init__(self, child_class: ChildClass, preload: tuple[str, ...], wanted: frozenset[str] = frozenset()) -> None:
        self._process, ours = _started()
        self._channel = Channel(ours, UP)
        self._lock = threading.Lock()
        self._killed = False
        self._grants: object = None
        self._start_limit = child_class.start_timeout + _BACKSTOP
        self.ready: Ready | None = None
        self.starts = 0
        self.wanted = wanted
        setup = {"class": child_class.to_json(), "preload": list(preload), "wanted": sorted(wanted)}
        with contextlib.suppress(BrokenPipeError):  # it died at once: `await_ready` says why
            self._channel.send(frame(Kind.SETUP, setup))

    @property
    def pid(self) -> int:
        """The broker's process id."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether the broker runs."""
        with self._lock:
            return not self._killed and self._process.poll() is None

    def await_ready(self) -> Ready:
        """What the child says about itself, once it has started.

        Raises:
            WorkerError: it could not start.
        """
        deadline = time.monotonic() + self._start_limit
        while self.ready is None:
            item = self._receive(deadline)
            item.close()
            if item.kind is Kind.READY:
                self._note(item)
            elif item.kind in {Kind.FAILED, Kind.ERROR}:
                raise _error(item)
        return self.ready

    def run(self, call: Call, grants: Grants) -> Any:
        """Run a task and give its result.

        Raises:
            CutroomError: whatever went wrong, in the task or in the worker.
        """
        granted = grants.snapshot()
        try:
            if granted != self._grants:
                read, write = granted
                self._channel.send(frame(Kind.GRANTS, {"read": sorted(read), "write": sorted(write)}))
                self._grants = granted
            self._channel.send(frame(Kind.TASK, call.header(), call.payload))
        except (BrokenPipeError, ConnectionResetError):
            raise self._gone() from None
        deadline = None
        if call.timeout is not None:
            deadline = time.monotonic() + call.timeout + self._start_limit
        while True:
            item = self._receive(deadline)
            try:
                if item.kind is Kind.READY:
                    self._note(item)
                elif item.kind is Kind.RESULT:
                    return codec.decode(item)
                elif item.kind in {Kind.ERROR, Kind.FAILED}:
                    raise _error(item)
                elif item.kind is Kind.PROGRESS and call.on_progress is not None:
                    call.on_progress(codec.decode(item))
            except codec.UnreadableError as error:
                raise self._broken(str(error)) from None
            finally:
                item.close()

    def kill(self) -> None:
        """Kill the broker and its child at once."""
        with self._lock:
            self._killed = True
            if self._process.poll() is None:
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.killpg(self._process.pid, signal.SIGKILL)

    def close(self) -> None:
        """Kill both, and free what this process holds of them."""
        self.kill()
        self._process.wait()
        self._channel.close()
        if self._process.stderr is not None:
            self._process.stderr.close()

    def _receive(self, deadline: float | None) -> Frame:
        try:
            return self._channel.receive(deadline)
        except EOFError:
            raise self._gone() from None
        except TimeoutError:
            self.kill()
            raise errors.WorkerTimeoutError(
                "a worker did not answer and was killed", hint="is the machine overloaded?"
            ) from None
        except ProtocolError as error:
            raise self._broken(str(error)) from None

    def _note(self, item: Frame) -> None:
        try:
            data = item.data
            self.ready = Ready(int(data["pid"]), str(data["level"]), frozenset(data.pop("modules")), data)
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            raise self._broken(str(error)) from None
        self.starts += 1

    def _broken(self, what: str) -> errors.WorkerError:
        self.kill()
        return errors.WorkerError(
            f"a worker sent an answer that cannot be read ({what}) and was killed",
            value=what,
            hint="the file it was reading may be hostile: do not open it with other programs",
        )

    def _gone(self) -> errors.WorkerError:
        self.kill()
        status = self._process.wait()
        said = []
        if self._process.stderr is not None:
            os.set_blocking(self._process.stderr.fileno(), False)
            said = (self._process.stderr.read() or b"").decode("utf-8", "replace").strip().splitlines()[-8:]
        return errors.WorkerCrashedError(
            "\n".join([f"a worker's broker ended with status {status}", *(f"    {line}" for line in said)]),
            value={"status": status, "stderr": said},
            hint="run `cutroom doctor`",
        )


def _started() -> tuple[subprocess.Popen[bytes], socket.socket]:
    """A broker's process, and the socket to it."""
    with contextlib.ExitStack() as stack:
        try:
            ours, theirs = map(stack.enter_context, socket.socketpair())
            process = subprocess.Popen(
                launch.command(str(theirs.fileno())),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                pass_fds=(theirs.fileno(),),
                env=launch.environment(),
                cwd="/",
                start_new_session=True,
            )
        except OSError as error:
            raise errors.WorkerError(
                f"a worker process cannot be started: {error.strerror or error}",
                value=error.errno,
                hint="close files and other programs, or raise the limits of open files (ulimit -n), of processes "
                "(ulimit -u) or of memory",
            ) from error
        theirs.close()
        stack.pop_all()
        return process, ours


def _error(item: Frame) -> errors.CutroomError:
    data = codec.decode(item)
    if not isinstance(data, dict):
        raise codec.UnreadableError("an error without its parts")
    shown = {key: _printable(data[key]) for key in ("class", "message", "hint") if data.get(key) is not None}
    return errors.from_plain({**shown, "value": data.get("value")}, unknown=errors.WorkerError)


def _printable(text: object) -> str:
    """Text without the control characters that could play tricks on a terminal."""
    return "".join(c if c.isprintable() or c in "\n\t" else "\N{REPLACEMENT CHARACTER}" for c in str(text))
