"""The child of a broker: imports, locks itself in, then runs one task after the other on descriptors it is given."""

from __future__ import annotations

import contextlib
import errno
import faulthandler
import gc
import importlib
import io
import os
import pickle
import signal
import socket
import sys
import time
import traceback
from collections.abc import Iterable
from typing import Any, BinaryIO

from cutroom import errors
from cutroom.workers import classes, codec, files, sandbox
from cutroom.workers.context import not_listed
from cutroom.workers.wire import DOWN, Channel, Frame, Kind, frame

# What libraries import in the middle of their work; nothing can be imported once the child is locked.
_STDLIB = (
    "_strptime",
    "dataclasses",
    "datetime",
    "decimal",
    "encodings.ascii",
    "encodings.cp1252",
    "encodings.idna",
    "encodings.latin_1",
    "encodings.utf_16",
    "encodings.utf_16_be",
    "encodings.utf_16_le",
    "encodings.utf_8_sig",
    "fractions",
    "linecache",
    "tokenize",
)
# What these packages import only when they are first used; Pillow's file formats are the owner's to name.
_COMPANIONS = {"av": ("av.subtitles.codeccontext", "av.subtitles.stream", "av.subtitles.subtitle")}
_TRACEBACK_LINES = 12
_CV_NO_MEMORY = -4


class _Context:
    """The files of one task, by the paths that the task named."""

    def __init__(self, channel: Channel, header: dict[str, Any], descriptors: Iterable[int]) -> None:
        self._channel = channel
        self._tell = bool(header["progress"])
        rest = iter(descriptors)
        self._reads = {path: next(rest) for path in header["reads"]}
        self._writes = {path: next(rest) for path in header["writes"]}
        self._created: list[io.BufferedRandom] = []
        self._failure: OSError | None = None

    def open(self, path: str) -> BinaryIO:
        path = os.fspath(path)
        if path not in self._reads:
            raise not_listed(path)
        return files.reader(self._reads[path], path)

    def create(self, path: str) -> BinaryIO:
        path = os.fspath(path)
        if path not in self._writes:
            raise not_listed(path)
        created = files.writer(self._writes[path], path, self._note)
        self._created.append(created)
        return created

    def progress(self, done: float, total: float | None = None, **data: object) -> None:
        if self._tell:
            self._channel.send(codec.encode(Kind.PROGRESS, {**data, "done": done, "total": total}))

    def finish(self) -> None:
        """Flush what the task left open; raise the write error that a muxer may have swallowed."""
        for created in self._created:
            if not created.closed:
                created.flush()
        if self._failure is not None:
            raise self._failure

    def outputs(self) -> str:
        return ", ".join(self._writes)

    def _note(self, error: OSError) -> None:
        self._failure = self._failure or error


def main(descriptor: int) -> int:
    """Serve the broker at the other end of the socket until it is gone."""
    faulthandler.enable(all_threads=False)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    channel = Channel(socket.socket(fileno=descriptor), DOWN)
    with contextlib.suppress(EOFError):
        if _start(channel):
            while _serve(channel, channel.receive()):
                pass
    return 0


def _start(channel: Channel) -> bool:
    began = time.perf_counter()
    setup = channel.receive().data
    sandbox.die_with(setup["broker"])
    limits = classes.ChildClass.from_json(setup["class"])
    try:
        sys.path.extend(limits.paths)
        classes.apply_limits(limits)
        for name in (*_STDLIB, *setup["preload"]):
            _load(name)
        failed = dict(filter(None, map(_tried, setup["wanted"])))
        for package, companions in _COMPANIONS.items():
            for name in companions if package in sys.modules else ():
                importlib.import_module(name)
    except BaseException as error:
        channel.send(_failed(error))
        return False
    gc.freeze()
    lock = sandbox.lock()
    ready = {
        **lock.to_json(),
        "pid": os.getpid(),
        "modules": sorted(sys.modules.keys() - failed),
        "failed": failed,
        "seconds": round(time.perf_counter() - began, 4),
    }
    channel.send(frame(Kind.READY, ready))
    return True


def _load(name: str) -> None:
    """Import a module, and what it would import later."""
    warm = getattr(importlib.import_module(name), "warm", None)
    if name.partition(".")[0] not in sys.stdlib_module_names and callable(warm):
        warm()


def _tried(name: str) -> tuple[str, str] | None:
    """Load a module that not every task needs; its name and what went wrong, if something did."""
    try:
        _load(name)
    except Exception as error:
        return name, f"{type(error).__name__}: {error}"[:200]
    return None


def _serve(channel: Channel, task: Frame) -> bool:
    """Run one task; False when this process is not fit for another one."""
    context = _Context(channel, task.data, task.descriptors)
    fit = True
    try:
        function, value = pickle.loads(task.body)  # noqa: S301  it comes from the user's own process
        result = function(value, context)
        context.finish()
        answer = codec.encode(Kind.RESULT, result)
    except BaseException as error:
        fit = not _is_memory(error)
        answer = _failed(_unwritten(error, context))
        with contextlib.suppress(BaseException):
            traceback.clear_frames(error.__traceback__)
        del error
    finally:
        task.close()
    if not fit:
        channel.send(Frame(Kind.LEAVING))
    channel.send(answer)
    return fit


def _unwritten(error: BaseException, context: _Context) -> BaseException:
    if not isinstance(error, OSError) or isinstance(error, errors.CutroomError):
        return error
    where = context.outputs()
    if error.errno in {errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)}:
        return errors.DiskFullError(
            f"no space left for {where}", value=where, hint="free some space or choose another disk"
        )
    if error.errno == errno.EFBIG:
        where = where or "a result in shared memory"  # which is a file too
        return errors.OutputError(f"cannot write {where}: {error.strerror}", value=where, hint=files.LIMITED_HINT)
    return error


def _failed(error: BaseException) -> Frame:
    if isinstance(error, errors.CutroomError):
        known = next(kind.__name__ for kind in type(error).__mro__ if kind.__module__ == errors.__name__)
        data = {"class": known, "message": error.message, "hint": error.hint}
        with contextlib.suppress(TypeError, ValueError, RecursionError):
            return codec.encode(Kind.ERROR, {**data, "value": error.value}, use_shared=False)
        return codec.encode(Kind.ERROR, {**data, "value": repr(error.value)[:1000]}, use_shared=False)
    lines = traceback.format_exception(error)
    tail = "".join(lines).strip().splitlines()[-_TRACEBACK_LINES:]
    data = {
        "class": "OutOfMemoryError" if _is_memory(error) else "WorkerError",
        "message": f"{type(error).__name__}: {error}"[:2000],
        "hint": _hint(error),
        "value": "\n".join(tail)[-8000:],
    }
    return codec.encode(Kind.ERROR, data, use_shared=False)


def _is_memory(error: BaseException) -> bool:
    """Whether there was no memory; OpenCV has an error of its own for that."""
    return isinstance(error, MemoryError) or getattr(error, "code", None) == _CV_NO_MEMORY


def _hint(error: BaseException) -> str | None:
    if _is_memory(error):
        return "the task needs more memory than a worker may use: give it less at once"
    if isinstance(error, ImportError) or str(getattr(error, "filename", "")).endswith((".py", ".pyc", ".so")):
        return "a locked worker imports nothing: name the module in `preload`, or import it in a `warm()` function"
    if isinstance(error, PermissionError):
        return "a locked worker opens nothing: list the path in the task and use context.open or context.create"
    return None
