"""Task functions of the tests; the children import this module before they lock themselves in."""

from __future__ import annotations

import array
import contextlib
import ctypes
import errno
import json
import os
import signal
import socket
import stat
import sys
import threading
import time
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from cutroom.errors import DamagedMediaError, MediaError
from cutroom.workers import DIRECT, ChildClass, Context
from cutroom.workers.wire import MAGIC, PREFIX, Kind

HERE = os.path.dirname(os.path.abspath(__file__))
HERE_KIND = ChildClass("media", memory=640 << 20, paths=(HERE,))
"""A class whose children find this module."""


@dataclass(frozen=True)
class Do:
    """A task with any arguments."""

    arguments: dict[str, Any] = field(default_factory=dict)
    read: tuple[str, ...] = ()
    write: tuple[str, ...] = ()

    def reads(self) -> tuple[str, ...]:
        return self.read

    def writes(self) -> tuple[str, ...]:
        return self.write


@dataclass(frozen=True)
class Wanting(Do):
    """A task that wants modules imported."""

    worker_imports: tuple[str, ...] = ()


def echo(task: Do, context: Context = DIRECT) -> Any:
    return task.arguments["value"]


def arrays(task: Do, context: Context = DIRECT) -> Any:
    big = np.arange(3 * 1080 * 1920, dtype=np.uint32).astype(np.uint8).reshape(1080, 1920, 3)
    return {
        "big": big,
        "again": big[::2, ::-1],
        "small": np.array([[1.5, -2.5]], dtype=np.float64),
        "empty": np.zeros((0, 4), dtype=np.float32),
        "flags": np.array([True, False]),
        "number": np.float64(0.25),
        "text": ["a", ("b", None)],
        "bytes": bytes(range(256)) * 1024,
        "few": b"\x00\xff",
    }


def blob(task: Do, context: Context = DIRECT) -> Any:
    return np.zeros(task.arguments["bytes"], dtype=np.uint8)


def two_positions(task: Do, context: Context = DIRECT) -> Any:
    (path,) = task.read
    with context.open(path) as one, context.open(path) as two:
        first = one.read(3)
        two.seek(-2, os.SEEK_END)
        return [first, two.read(), one.read(3), one.tell(), two.tell(), one.seekable(), one.writable()]


def read_all(task: Do, context: Context = DIRECT) -> Any:
    return [context.open(path).read() for path in task.read]


def open_other(task: Do, context: Context = DIRECT) -> Any:
    return context.open(task.arguments["path"]).read()


def write(task: Do, context: Context = DIRECT) -> Any:
    (path,) = task.write
    out = context.create(path)
    out.write(task.arguments["data"])
    out.seek(1)
    out.write(b"!")
    out.seek(0)
    return out.read()  # left open on purpose: the worker flushes it


def swallow(task: Do, context: Context = DIRECT) -> Any:
    """Write, and hide the error as some muxers do."""
    (path,) = task.write
    out = context.create(path)
    with contextlib.suppress(OSError):
        for _ in range(task.arguments["times"]):
            out.write(bytes(1 << 20))
    with contextlib.suppress(OSError):
        out.close()
    return "all is well"


def tell(task: Do, context: Context = DIRECT) -> Any:
    for step in range(3):
        context.progress(step, 3, stage="decode", frame=np.full((200, 200, 3), step, dtype=np.uint8))
    return "done"


def fail(task: Do, context: Context = DIRECT) -> Any:
    raise DamagedMediaError("half of it is missing: a.mp4", value={"missing": [1, 2]}, hint="copy it again")


class LocalError(MediaError):
    """A subclass that the other side does not know."""


def fail_locally(task: Do, context: Context = DIRECT) -> Any:
    raise LocalError("odd", value=object())


def stumble(task: Do, context: Context = DIRECT) -> Any:
    return {}["nothing here"]


def no_space(task: Do, context: Context = DIRECT) -> Any:
    raise OSError(errno.ENOSPC, "No space left on device")


def grown_too_large(task: Do, context: Context = DIRECT) -> Any:
    raise OSError(errno.EFBIG, "File too large")


def plain_object(task: Do, context: Context = DIRECT) -> Any:
    return {"inside": [object()]}


def segfault(task: Do, context: Context = DIRECT) -> Any:
    return ctypes.string_at(0)


def leave(task: Do, context: Context = DIRECT) -> Any:
    print("the last words", file=sys.stderr, flush=True)
    os._exit(7)


def leave_politely(task: Do, context: Context = DIRECT) -> Any:
    sys.exit("no more")


def bomb(task: Do, context: Context = DIRECT) -> Any:
    return len([bytearray(64 << 20) for _ in range(1000)])


def forever(task: Do, context: Context = DIRECT) -> Any:
    context.progress(1, pid=os.getpid())
    while True:
        pass


def asleep(task: Do, context: Context = DIRECT) -> Any:
    time.sleep(task.arguments["seconds"])
    return os.getpid()


def late_import(task: Do, context: Context = DIRECT) -> Any:
    import wave

    return wave.__name__


def environment(task: Do, context: Context = DIRECT) -> Any:
    return {"variables": dict(os.environ), "path": sys.path, "cwd": os.getcwd(), "modules": sorted(sys.modules)}


def many_threads(task: Do, context: Context = DIRECT) -> Any:
    """Threads start, and are as locked in as their starter."""
    outcomes: list[str] = []

    def attempt() -> None:
        try:
            open(sys.executable, "rb").close()
        except OSError as error:
            outcomes.append(type(error).__name__)

    threads = [threading.Thread(target=attempt) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def old_threads(task: Do, context: Context = DIRECT) -> Any:
    """A thread that was there before the lock must be held by seccomp."""
    _question.set()
    _answered.wait(5)
    return _answers


_question, _answered = threading.Event(), threading.Event()
_answers: list[str] = []


def warm() -> None:
    """Called by a child before it locks itself in."""

    def wait() -> None:
        _question.wait()
        for name, attempt in {
            "open": lambda: os.open(sys.executable, os.O_RDONLY),
            "socket": socket.socket,
            "fork": os.fork,
        }.items():
            try:
                attempt()
                _answers.append(f"{name}: escaped")
            except OSError as error:
                _answers.append(f"{name}: {error.strerror}")
        _answered.set()

    threading.Thread(target=wait, daemon=True).start()


def raw_escapes(task: Do, context: Context = DIRECT) -> Any:
    """Errno of system calls made without any library between."""
    libc = ctypes.CDLL(None, use_errno=True)
    path = ctypes.create_string_buffer(sys.executable.encode())

    def call(number: int, *arguments: Any) -> str:
        ctypes.set_errno(0)
        outcome = libc.syscall(
            ctypes.c_long(number), *(ctypes.c_long(a) if isinstance(a, int) else a for a in arguments)
        )
        return "allowed" if outcome >= 0 else errno.errorcode[ctypes.get_errno()]

    x86 = {
        "open": lambda: call(2, path, 0),
        "openat2": lambda: call(437, -100, path, 0, 0),
        "clone without CLONE_THREAD": lambda: call(56, signal.SIGCHLD, 0, 0, 0, 0),
        "clone3": lambda: call(435, 0, 0),
        "vfork": lambda: call(58),
        "x32 open": lambda: call(0x40000000 | 2, path, 0),
        "newer than known": lambda: call(1000),
        "kill the parent": lambda: call(62, os.getppid(), 0),
        "tgkill the parent": lambda: call(234, os.getppid(), os.getppid(), 0),
        "raise RLIMIT": lambda: call(302, 0, 9, (ctypes.c_uint64 * 2)(1 << 40, 1 << 40), 0),
        "limits of the parent": lambda: call(302, os.getppid(), 9, 0, (ctypes.c_uint64 * 2)()),
        "fcntl F_SETOWN": lambda: call(72, 0, 8, os.getppid()),
        "ioctl TIOCSTI": lambda: call(16, 0, 0x5412, path),
        "own limits": lambda: call(302, 0, 9, 0, (ctypes.c_uint64 * 2)()),
        "signal to itself": lambda: call(62, os.getpid(), 0),
        "getpid": lambda: call(39),
    }
    return {name: attempt() for name, attempt in x86.items()}


def change_what_is_read(task: Do, context: Context = DIRECT) -> Any:
    """Errno of attempts to change a file through the descriptor that it was granted by."""
    libc = ctypes.CDLL(None, use_errno=True)
    with context.open(task.read[0]) as file:
        held = file.raw._descriptor  # type: ignore[attr-defined]
        content = file.read().decode()

    def outcome(attempt: Any) -> str:
        try:
            attempt()
        except OSError as error:
            return errno.errorcode[error.errno or 0]
        return "allowed"

    def ioctl(number: int) -> None:
        argument = (ctypes.c_uint64 * 16)()
        if libc.ioctl(ctypes.c_int(held), ctypes.c_ulong(number), argument) == -1:
            raise OSError(ctypes.get_errno(), "ioctl")

    attempts = {
        "fchmod": lambda: os.fchmod(held, 0o777),
        "fchown": lambda: os.fchown(held, os.getuid(), -1),
        "fsetxattr": lambda: os.setxattr(held, "user.cutroom", b"was here"),
        "fremovexattr": lambda: os.removexattr(held, "user.cutroom"),
        "flags": lambda: ioctl(0x40086602),
        "project": lambda: ioctl(0x401C5820),
        "verity": lambda: ioctl(0x40806685),
        "dedupe": lambda: ioctl(0xC0189436),
        "utime": lambda: os.utime(held, (0, 0)),
        "ftruncate": lambda: os.ftruncate(held, 0),
    }
    return {"read": content} | {name: outcome(attempt) for name, attempt in attempts.items()}


def decode(task: Do, context: Context = DIRECT) -> Any:
    """Decode every picture with threads; the mean of each."""
    import av

    means = []
    with av.open(context.open(task.read[0])) as container:
        stream = container.streams.video[0]
        stream.thread_type = "AUTO"
        stream.codec_context.thread_count = 4
        means.extend(float(picture.to_ndarray(format="gray").mean()) for picture in container.decode(stream))
    return means


def transcode(task: Do, context: Context = DIRECT) -> Any:
    """Decode, and encode with x264's own threads into a created file."""
    import av

    with (
        av.open(context.open(task.read[0])) as source,
        av.open(context.create(task.write[0]), "w", format="mp4") as sink,
    ):
        stream = sink.add_stream("libx264", rate=25)
        stream.width, stream.height, stream.pix_fmt = 320, 240, "yuv420p"
        stream.codec_context.thread_count = 2
        for picture in source.decode(video=0):
            sink.mux(stream.encode(picture))
        sink.mux(stream.encode(None))
    return "done"


def gone(pid: int, within: float = 2.0) -> bool:
    """Whether a process ends (or is a zombie that nobody has fetched yet) within some seconds."""
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        try:
            with open(f"/proc/{pid}/stat", encoding="ascii") as status:
                if status.read().rpartition(")")[2].split()[0] == "Z":
                    return True
        except (FileNotFoundError, ProcessLookupError):
            return True
        time.sleep(0.01)
    return False


# --- a child that has been taken over ---


def _broker() -> socket.socket:
    """The socket to the broker, as an attacker would find it."""
    for number in range(3, 64):
        with contextlib.suppress(OSError):
            if stat.S_ISSOCK(os.fstat(number).st_mode):
                return socket.socket(fileno=os.dup(number))
    raise RuntimeError("no socket")


def hostile(task: Do, context: Context = DIRECT) -> Any:
    """Answer with forged bytes instead of a result."""
    sock = _broker()
    header = task.arguments.get("header", b"{}")
    body = task.arguments.get("body", b"")
    memory = task.arguments.get("memory")
    descriptors = []
    if memory is not None:
        descriptors.append(os.memfd_create("x", task.arguments.get("flags", os.MFD_ALLOW_SEALING)))
        os.ftruncate(descriptors[0], memory)
    if task.arguments.get("own_socket"):
        descriptors.append(sock.fileno())
    prefix = task.arguments.get("prefix")
    if prefix is None:
        kind = task.arguments.get("kind", Kind.RESULT)
        lengths = task.arguments.get("lengths", (len(header), len(body)))
        prefix = PREFIX.pack(MAGIC, kind, task.arguments.get("count", len(descriptors)), *lengths)
    ancillary = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", descriptors))] if descriptors else []
    sock.sendmsg([prefix + header + body], ancillary)
    if task.arguments.get("shrink"):
        with contextlib.suppress(OSError):
            while True:
                os.ftruncate(descriptors[0], 0)
                os.ftruncate(descriptors[0], memory)
    time.sleep(task.arguments.get("then", 0))
    return "an honest answer"


def flood(task: Do, context: Context = DIRECT) -> Any:
    """Progress without end, never read by anybody in time."""
    sock = _broker()
    header = json.dumps({"value": {"done": 1, "total": None, "x": "y" * 100_000}, "buffers": []}).encode()
    data = PREFIX.pack(MAGIC, Kind.PROGRESS, 0, len(header), 0) + header
    while True:
        sock.sendmsg([data])
