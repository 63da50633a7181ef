"""Folders that only their owner may enter, and what kind of disk a path is on."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterable
from pathlib import Path

from ..errors import AccessDeniedError, OutputError

NETWORK_KINDS = frozenset(
    ("9p", "afs", "ceph", "cifs", "fuse.glusterfs", "fuse.s3fs", "fuse.sshfs", "gfs2", "glusterfs", "lustre", "ncpfs")
) | frozenset(("nfs", "nfs4", "ocfs2", "smb3", "smbfs"))


def private_folder(path: Path) -> Path:
    """Create `path` with mode 0700 if need be, check that nobody else can enter it, and return it.

    Raises:
        OutputError: the folder cannot be created.
        AccessDeniedError: the path is a link, not a folder, or belongs to somebody else.

    Example:
        >>> import tempfile
        >>> oct(private_folder(Path(tempfile.mkdtemp()) / "run").stat().st_mode & 0o777)
        '0o700'
    """
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        status = path.lstat()
    except OSError as error:
        raise OutputError(
            f"cannot create the folder {path}: {error.strerror or error}",
            value=str(path),
            hint="name a folder that you may write to (CUTROOM_CACHE_DIR, CUTROOM_DATA_DIR, CUTROOM_RUNTIME_DIR)",
        ) from error
    if not stat.S_ISDIR(status.st_mode) or (sys.platform != "win32" and status.st_uid != os.getuid()):
        raise AccessDeniedError(
            f"{path} is a link or belongs to somebody else",
            value=str(path),
            hint="remove it, or set CUTROOM_RUNTIME_DIR to a short folder of your own",
        )
    if sys.platform != "win32" and stat.S_IMODE(status.st_mode) != 0o700:
        path.chmod(0o700)
    return path


def on_network_disk(path: Path) -> bool:
    """Whether `path` lies on a network file system, where SQLite's write-ahead log is unsafe.

    Linux only; other systems answer False. The path need not exist yet.

    Example:
        >>> on_network_disk(Path("/proc"))
        False
    """
    try:
        lines = Path("/proc/self/mountinfo").read_text(encoding="utf-8").splitlines()
        real = path.resolve()
    except (OSError, RuntimeError):  # no such file outside Linux; a loop of links
        return False
    return _kind_of(real, lines) in NETWORK_KINDS


def _kind_of(path: Path, mountinfo: Iterable[str]) -> str:
    """The file system type of the mount point that holds `path`; a later mount hides an earlier one."""
    best, kind = -1, ""
    for line in mountinfo:
        before, found, after = line.partition(" - ")
        fields = before.split()
        if not found or len(fields) < 5:
            continue
        mount = Path(fields[4].encode().decode("unicode_escape"))  # the kernel writes a space as \040
        if path.is_relative_to(mount) and len(mount.parts) >= best:
            best, kind = len(mount.parts), after.split()[0]
    return kind
