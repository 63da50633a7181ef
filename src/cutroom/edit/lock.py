"""The lock of a project: what tells a second process that it is open."""

from __future__ import annotations

import contextlib
import errno
import os
import socket
import sys
import time
import weakref
from pathlib import Path

from cutroom.edit.identity import identity_of
from cutroom.edit.plain_file import require_plain
from cutroom.edit.project_file import writing
from cutroom.errors import ReadOnlyProjectError

PATIENCE = 0.2
"""Seconds to wait for a process that is just letting go."""
_KNOWS_NO_LOCKS = {errno.ENOSYS, errno.ENOLCK, errno.EOPNOTSUPP, errno.EINVAL}


def lock_path(project: Path) -> Path:
    """Where a project's lock lies while it is open."""
    return project.with_name(project.name + "-lock")


class ProjectLock:
    """Held from birth until `release`; the system drops it when the process ends.

    A process that forks goes on holding it; the child does not, and its `release` does nothing.

    It is a file of its own beside the project, so that the journal's files come and go under it. Where the system knows
    no such locks (Windows, some network disks) the one that SQLite holds on the journal is what is left.

    Raises:
        ReadOnlyProjectError: another process has the project open, or the folder cannot be written.
        ProjectFileError: what lies there is a link, say, and not a plain file.
        OutputError: there is no such folder, or no space in it.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     lock = ProjectLock(Path(folder) / "trip.tlp")
        ...     try:
        ...         ProjectLock(Path(folder) / "trip.tlp")
        ...     except ReadOnlyProjectError as error:
        ...         print(error.message)
        ...     lock.release()
        trip.tlp is open in this process already
    """

    def __init__(self, project: Path) -> None:
        self.path = lock_path(project)
        self._project = project
        self._descriptor: int | None = None
        self._owner = os.getpid()
        _held.add(self)
        if sys.platform == "win32":
            return
        end = time.monotonic() + PATIENCE
        while not self._take():
            if time.monotonic() > end:
                raise open_elsewhere(project)
            time.sleep(0.005)

    def _take(self) -> bool:
        assert sys.platform != "win32"
        import fcntl

        require_plain(self.path)
        with writing(self.path):
            try:
                descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK, 0o666)
            except OSError as error:
                if error.errno in {errno.EACCES, errno.EPERM, errno.EROFS}:
                    raise cannot_keep(self._project, str(error.strerror)) from None
                raise
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            held = identity_of(descriptor) == identity_of(self.path)  # else its holder removed it meanwhile
        except OSError as error:
            held = error.errno in _KNOWS_NO_LOCKS
        if held:
            self._descriptor = descriptor
            _sign(descriptor)
        else:
            os.close(descriptor)
        return held

    @property
    def is_there(self) -> bool:
        """Whether its file lies where others look for it."""
        return self._descriptor is None or identity_of(self._descriptor) == identity_of(self.path)

    def take_again(self) -> None:
        """Make the file anew that something else has removed.

        Raises:
            ReadOnlyProjectError: another lies there, or the folder is gone.
        """
        old = self._descriptor
        if identity_of(self.path) is not None or not self.path.parent.is_dir():
            raise moved(self._project)
        if not self._take():
            raise open_elsewhere(self._project)
        if old is not None:
            os.close(old)

    def release(self) -> None:
        """Let go. The file is removed while the lock is held: whoever waits for it notices, and takes a new one."""
        if self._descriptor is None or self._owner != os.getpid():
            return
        with contextlib.suppress(OSError):
            if self.is_there:
                self.path.unlink()
        os.close(self._descriptor)
        self._descriptor = None

    def disown(self) -> None:
        """In a child of the holder: the holder's end must be the end of the lock, however long the child lives."""
        if self._descriptor is not None:
            os.close(self._descriptor)  # which unlocks nothing while the holder has it open
        self._descriptor = None


_held: weakref.WeakSet[ProjectLock] = weakref.WeakSet()


def _forked() -> None:
    for lock in list(_held):
        lock.disown()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forked)


def _sign(descriptor: int) -> None:
    """Say in the lock who holds it: only for the message, so a full disk is no reason to refuse."""
    with contextlib.suppress(OSError):
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()} {socket.gethostname()}".encode(), 0)


def _holder(project: Path) -> str:
    """Who has a project open, as far as its lock says."""
    try:
        pid, host = lock_path(project).read_bytes()[:300].decode().split(" ", 1)
    except (OSError, ValueError):
        return "another process"
    if host != socket.gethostname():
        return f"process {pid} of {host}"
    return "this process already" if pid == str(os.getpid()) else f"another process ({pid})"


def open_elsewhere(project: Path) -> ReadOnlyProjectError:
    """The error for a project that another process has."""
    return ReadOnlyProjectError(
        f"{project.name} is open in {_holder(project)}",
        value=str(project),
        hint="close it there, or look at it without editing: Project.open(..., read_only=True)",
    )


def moved(project: Path) -> ReadOnlyProjectError:
    """The error for a project that lies elsewhere, or that another has taken the place of, since it was opened."""
    return ReadOnlyProjectError(
        f"{project.name} was moved, or another put in its place, while it was open: no edit of it can be kept there",
        value=str(project),
        hint='save_as("other.tlp") goes on from what is here',
    )


def cannot_keep(project: Path, why: str) -> ReadOnlyProjectError:
    """The error for a folder in which nothing can be kept beside the project."""
    return ReadOnlyProjectError(
        f"cannot keep a journal beside {project}: {why}",
        value=str(project),
        hint="open the project in a folder that you can write",
    )
