"""Attempts to get out of a worker child, and small tasks that prove a worker works.

Each attempt is harmless where it succeeds: it names something that is not there, or undoes itself.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import signal
import socket
import sys
import warnings
from collections.abc import Callable
from dataclasses import dataclass

from cutroom.workers.context import DIRECT, Context

_REFUSALS = {errno.EPERM, errno.EACCES}
_NOWHERE = "/nonexistent/cutroom"
_SET_FLAGS = 0x40086602  # FS_IOC_SETFLAGS
_NO_FLAGS = ctypes.c_long(0)


@dataclass(frozen=True)
class Attempts:
    """A task that tries to get out."""

    def reads(self) -> tuple[str, ...]:
        """Nothing."""
        return ()

    def writes(self) -> tuple[str, ...]:
        """Nothing."""
        return ()


def attempts(task: Attempts, context: Context = DIRECT) -> dict[str, bool]:
    """Which of the attempts were refused, tried from inside a task."""
    return attempt_all()


def nothing(task: Attempts, context: Context = DIRECT) -> None:
    """Nothing: for the worker that starts on the way."""


def attempt_all() -> dict[str, bool]:
    """Try everything; True where the system refused. Linux only."""
    return {name: _refused(attempt) for name, attempt in ATTEMPTS.items()}


def _refused(attempt: Callable[[], object]) -> bool:
    try:
        attempt()
    except OSError as error:
        return error.errno in _REFUSALS
    return False


def _open() -> None:
    os.close(os.open(sys.executable, os.O_RDONLY))


def _reopen() -> None:
    os.close(os.open("/proc/self/fd/0", os.O_RDONLY))


def _list() -> None:
    os.listdir("/")


def _create() -> None:
    path = f"/tmp/cutroom-escape-{os.getpid()}"  # noqa: S108  nothing is kept: it is refused, or removed at once
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    with contextlib.suppress(OSError):
        os.unlink(path)


def _mkdir() -> None:
    os.mkdir("/")


def _socket(family: int) -> Callable[[], None]:
    return lambda: socket.socket(family, socket.SOCK_STREAM).close()


def _connect() -> None:
    _call("connect", -1, 0, 0)


def _exec() -> None:
    os.execv(_NOWHERE, [_NOWHERE])  # noqa: S606


def _fork() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)


def _signal() -> None:
    os.kill(os.getppid(), 0)


def _limit() -> None:
    import resource

    none = (ctypes.c_uint64 * 2)(0, 0)
    _call("prlimit64", 0, resource.RLIMIT_CORE, ctypes.addressof(none), 0)


def _held(change: Callable[[int], object]) -> Callable[[], None]:
    """Change a file by a descriptor that is open already; here one in memory, of this process alone."""

    def attempt() -> None:
        descriptor = os.memfd_create("cutroom")
        try:
            change(descriptor)
        finally:
            os.close(descriptor)

    return attempt


def _call(name: str, *arguments: int) -> None:
    """Call a C function; an OSError of its errno when it says -1."""
    libc = ctypes.CDLL(None, use_errno=True)
    if getattr(libc, name)(*(ctypes.c_long(argument) for argument in arguments)) == -1:
        raise OSError(ctypes.get_errno(), name)


def _ptrace() -> None:
    attach = 16
    _call("ptrace", attach, 0, 0, 0)


ATTEMPTS: dict[str, Callable[[], object]] = {
    "open": _open,
    "reopen": _reopen,
    "list": _list,
    "create": _create,
    "mkdir": _mkdir,
    "unlink": lambda: os.unlink(_NOWHERE),
    "rename": lambda: os.rename(_NOWHERE, _NOWHERE),
    "symlink": lambda: os.symlink("x", "/"),
    "fchmod": _held(lambda held: os.fchmod(held, 0o600)),
    "fchown": _held(lambda held: os.fchown(held, -1, -1)),
    "futimens": _held(os.utime),
    "fsetxattr": _held(lambda held: os.setxattr(held, "user.cutroom", b"")),
    "fremovexattr": _held(lambda held: os.removexattr(held, "user.cutroom")),
    "set_flags": _held(lambda held: _call("ioctl", held, _SET_FLAGS, ctypes.addressof(_NO_FLAGS))),
    "socket": _socket(socket.AF_INET),
    "unix_socket": _socket(socket.AF_UNIX),
    "connect": _connect,
    "exec": _exec,
    "fork": _fork,
    "signal": _signal,
    "ptrace": _ptrace,
    "process_vm_readv": lambda: _call("process_vm_readv", 0, 0, 0, 0, 0, 0),
    "mount": lambda: _call("mount", 0, 0, 0, 0, 0),
    "unshare": lambda: _call("unshare", 0),
    "io_uring": lambda: _call("syscall", 425, 1, 0),
    "setrlimit": _limit,
    "setsid": os.setsid,
    "clear_pdeathsig": lambda: _call("prctl", 1, int(signal.SIGTERM), 0, 0, 0),
}
