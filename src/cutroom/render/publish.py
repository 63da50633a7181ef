"""The last step of an export: a whole file appears under its name, or nothing does."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import re
import secrets
import socket
import stat
from collections.abc import Iterable
from pathlib import Path

from cutroom.errors import DiskFullError, OutputError
from cutroom.workers.files import LIMITED_HINT

_FULL = {errno.ENOSPC, errno.EDQUOT}


class Part:
    """An output that is being written as `NAME.part-…` beside its place.

    Args:
        output: where the file will be; a link is followed.
        sources: files that must not be overwritten: the project's own, and its media.

    Raises:
        OutputError: a folder, a device, a source of the project, or a folder that cannot be written to (DiskFullError:
            no space in it).

    Example:
        >>> import tempfile
        >>> folder = Path(tempfile.mkdtemp())
        >>> with Part(folder / "out.mp4") as part:
        ...     _ = part.path.write_bytes(b"whole")
        ...     part.publish()
        >>> [path.name for path in folder.iterdir()]
        ['out.mp4']
    """

    def __init__(self, output: str | os.PathLike[str], sources: Iterable[str] = ()) -> None:
        self.output = Path(os.path.realpath(output))
        self._sources = tuple(sources)
        refuse(self.output, self._sources)
        self._prefix = f"{_short(self.output.name)}.part-{here()}-"
        self.path = self.output.with_name(f"{self._prefix}{os.getpid()}-{secrets.token_hex(3)}")
        self._sweep()
        try:  # whether the folder can be written to shows now, not after hours of rendering
            with open(self.path, "xb"):
                pass
            self.path.unlink()
        except OSError as error:
            raise self.failure(error) from error

    def publish(self, *, replace: bool = True) -> None:
        """Make the part durable and give it its name.

        Args:
            replace: whether it may replace what has that name now.

        Raises:
            OutputError: it cannot be done; what was there is still there.
        """
        refuse(self.output, self._sources)
        try:
            _sync(self.path)
            if replace:
                os.replace(self.path, self.output)
            else:
                self._claim()
            with contextlib.suppress(OSError):  # some file systems cannot sync a folder
                _sync(self.output.parent)
        except OSError as error:
            raise self.failure(error) from error

    def _claim(self) -> None:
        """Give the part its name, unless a file has it: in one step, where the file system knows links."""
        try:
            os.link(self.path, self.output)
        except OSError as error:
            if self.output.exists():
                raise OutputError(
                    f"{self.output} exists",
                    value=str(self.output),
                    hint="choose another name, or move that file away",
                ) from error
            os.replace(self.path, self.output)
        else:
            self.discard()

    def discard(self) -> None:
        """Remove the part, if it is still there."""
        with contextlib.suppress(OSError):
            self.path.unlink(missing_ok=True)

    def failure(self, error: OSError) -> OutputError:
        """The error for a write that failed."""
        if error.errno in _FULL:
            return self.full()
        return OutputError(
            f"cannot write {self.output.name} in {self.output.parent}: {error.strerror or error}",
            value=str(self.output),
            hint=LIMITED_HINT
            if error.errno == errno.EFBIG
            else "choose a folder that exists and that you may write to",
        )

    def renamed(self, error: OutputError) -> OutputError:
        """The error for a write that failed elsewhere, which names the part: with the name that people know."""
        message = error.message.replace(str(self.path), str(self.output))
        return type(error)(message, value=str(self.output), hint=error.hint)

    def full(self) -> DiskFullError:
        """The error for a full disk."""
        return DiskFullError(
            f"no space left in {self.output.parent} for {self.output.name}",
            value=str(self.output),
            hint="free some space or choose another disk; finished segments are kept, the next export is quick",
        )

    def __enter__(self) -> Part:
        return self

    def __exit__(self, *_: object) -> None:
        self.discard()

    def _sweep(self) -> None:
        """Remove parts of this output whose process on this machine is dead."""
        pattern = re.compile(re.escape(self._prefix) + r"(\d+)-[0-9a-f]{6}")
        with contextlib.suppress(OSError):
            for name in os.listdir(self.output.parent):
                if (match := pattern.fullmatch(name)) and not alive(int(match[1])):
                    self.output.with_name(name).unlink()


def refuse(output: Path, sources: Iterable[str]) -> None:
    """Refuse to write over what must not be replaced, by whatever name it is called.

    Args:
        output: the real path.
        sources: files that must not be overwritten.

    Raises:
        OutputError: a folder, a device, or one of the sources.
    """
    try:
        status = output.stat()
    except OSError:
        belongs = any(os.path.realpath(source) == str(output) for source in sources)
    else:
        if not stat.S_ISREG(status.st_mode):
            what = "a folder" if stat.S_ISDIR(status.st_mode) else "not a regular file"
            raise OutputError(f"{output} is {what}", value=str(output), hint="choose another name")
        belongs = any(_same(status, source) for source in sources)
    if belongs:
        raise OutputError(
            f"{output} belongs to this project and is not overwritten",
            value=str(output),
            hint="choose another name for the output",
        )


def publish(output: Path, data: bytes, sources: Iterable[str] = ()) -> None:
    """Write a small file whole or not at all.

    Raises:
        OutputError: as `Part` does.
    """
    with Part(output, sources) as part:
        try:
            part.path.write_bytes(data)
        except OSError as error:
            raise part.failure(error) from error
        part.publish()


def alive(pid: int) -> bool:
    """Whether a process of this machine lives (True where that cannot be told)."""
    import psutil

    return bool(psutil.pid_exists(pid))


def here() -> str:
    """This machine, in a few characters: a folder may be shared by several."""
    return hashlib.sha256(socket.gethostname().encode()).hexdigest()[:6]


def _short(name: str) -> str:
    """A name that leaves room for a suffix: most file systems take 255 bytes."""
    return os.fsdecode(os.fsencode(name)[:210]) if len(os.fsencode(name)) > 210 else name


def _same(status: os.stat_result, path: str) -> bool:
    try:
        return os.path.samestat(status, os.stat(path))
    except OSError:
        return False


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
