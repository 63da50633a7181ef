"""The broker's gate: opens a path only when the thing that was really opened lies inside a grant."""

from __future__ import annotations

import errno
import os
import stat
import sys
from dataclasses import dataclass

from cutroom.workers.grants import inside

_SAFE = os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_O_PATH = getattr(os, "O_PATH", 0)


GRANT_HINT = (
    "only a project names it; where you trust it, name it yourself: project.media.add(path) grants it, and a font or a"
    " look-up table project.resources.add(path)"
)


@dataclass
class RefusalError(Exception):
    """Why a path was not opened, as the name of an error class and its parts."""

    kind: str
    message: str
    value: str
    hint: str


def open_read(path: str, granted: frozenset[str]) -> int:
    """A read-only descriptor of a granted regular file.

    Raises:
        RefusalError: not granted, missing, or not a regular file.
    """
    try:
        return _open_read(path, granted)
    except OSError as error:
        if error.errno in {errno.ENOENT, errno.ENOTDIR}:
            raise RefusalError(
                "MediaNotFoundError",
                f"no such file: {path}",
                path,
                "put the file back where it was, or name where it is now: project.media.relink(old, new)",
            ) from None
        if error.errno in {errno.EACCES, errno.EPERM}:
            raise RefusalError(
                "AccessDeniedError", f"the file may not be read: {path}", path, "check the file's permissions"
            ) from None
        raise RefusalError(
            "MediaError", f"cannot open {path}: {error.strerror}", path, "check the file and its disk"
        ) from None


def open_write(path: str, granted: frozenset[str]) -> int:
    """A read-write descriptor of a granted file, created or emptied.

    Raises:
        RefusalError: not granted, not writable, or not a regular file.
    """
    try:
        return _open_write(path, granted)
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise RefusalError(
                "DiskFullError", f"no space left for {path}", path, "free some space or choose another disk"
            ) from None
        raise RefusalError(
            "OutputError", f"cannot write {path}: {error.strerror}", path, "choose a folder that exists and is writable"
        ) from None


def _open_read(path: str, granted: frozenset[str]) -> int:
    real = os.path.realpath(path)
    if not inside(real, granted):
        raise _denied(path, "read")
    if not _O_PATH:
        return _verified(os.open(real, os.O_RDONLY | _SAFE), path, granted)
    handle = os.open(real, _O_PATH | os.O_NOFOLLOW | os.O_CLOEXEC)  # opens no device and waits for no FIFO
    try:
        _check(handle, path, granted)
        return os.open(f"/proc/self/fd/{handle}", os.O_RDONLY | os.O_CLOEXEC)
    finally:
        os.close(handle)


def _open_write(path: str, granted: frozenset[str]) -> int:
    real = os.path.realpath(path)
    if not inside(real, granted):
        raise _denied(path, "written")
    folder = os.open(os.path.dirname(real), (_O_PATH or os.O_RDONLY) | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        # The folder is judged by what was really opened, before anything is created in it.
        if not inside(os.path.join(_real_path(folder), os.path.basename(real)), granted):
            raise _denied(path, "written")
        name = os.path.basename(real)
        try:
            if not stat.S_ISREG(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode):
                raise RefusalError(
                    "OutputError", f"not a regular file: {path}", path, "choose another name for the output"
                )
        except FileNotFoundError:
            pass
        descriptor = os.open(name, os.O_RDWR | os.O_CREAT | _SAFE, 0o666, dir_fd=folder)
    finally:
        os.close(folder)
    try:
        _check(descriptor, path, granted)
        os.ftruncate(descriptor, 0)
        os.set_blocking(descriptor, True)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def _verified(descriptor: int, path: str, granted: frozenset[str]) -> int:
    try:
        _check(descriptor, path, granted)
        os.set_blocking(descriptor, True)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def _check(descriptor: int, path: str, granted: frozenset[str]) -> None:
    if not inside(_real_path(descriptor), granted):
        raise _denied(path, "read")
    mode = os.fstat(descriptor).st_mode
    if stat.S_ISDIR(mode):
        raise RefusalError("UnsupportedMediaError", f"a folder, not a file: {path}", path, "name a file inside it")
    if not stat.S_ISREG(mode):
        raise RefusalError(
            "AccessDeniedError",
            f"not a regular file: {path}",
            path,
            "devices, pipes and sockets are never opened as media",
        )


def _real_path(descriptor: int) -> str:
    """Where the opened thing really is."""
    if sys.platform == "darwin":
        import fcntl

        return fcntl.fcntl(descriptor, fcntl.F_GETPATH, bytes(1024)).rstrip(b"\0").decode(errors="surrogateescape")
    return os.readlink(f"/proc/self/fd/{descriptor}")


def _denied(path: str, verb: str) -> RefusalError:
    return RefusalError(
        "AccessDeniedError",
        f"nobody granted this path to be {verb}: {path}",
        path,
        GRANT_HINT,
    )
