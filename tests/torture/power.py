"""A disk that loses its power: what was not synced is there, torn, or gone.

The journal writes through a VFS that lets everything through to real files, and remembers what has been synced and what
has been written since. The project file is written with an `os` that does the same. At a cut the disk is put together
in another folder as it may be found afterwards: of each file what was synced, and of what was written since a random
subset of the 512-byte sectors; a rename whose folder was not synced may have happened or not.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any, NamedTuple
from unittest.mock import patch

import apsw
from life import Life, mark

from cutroom.edit import journal_database, project_file
from cutroom.schema.document import ProjectSettings
from cutroom.session import Session

SECTOR = 512
_NEW = apsw.SQLITE_OPEN_MAIN_JOURNAL | apsw.SQLITE_OPEN_WAL
"""Files with whose first sync SQLite syncs their folder: what was removed before is gone for good."""


class Write(NamedTuple):
    """A stretch of bytes, or with `data` None the new end of the file."""

    offset: int
    data: bytes | None


class Disk:
    """What is on the platters, and what is only on its way.

    Args:
        seed: of what survives a cut.
        lies: whether it says that it has synced and has not.
    """

    def __init__(self, seed: int, *, lies: bool = False) -> None:
        self.draw = Random(seed)
        self.lies = lies
        self.synced: dict[str, bytes] = {}
        self.waiting: dict[str, list[Write]] = {}
        self.renames: list[tuple[str, str]] = []
        self.removed: dict[str, bytes] = {}
        """Files whose removal was not synced."""
        self.moment: Callable[[], None] = lambda: None
        """Called between any two things that reach the disk."""

    def write(self, path: str, offset: int, data: bytes | None) -> None:
        """Something is on its way."""
        self.waiting.setdefault(path, []).append(Write(offset, data))
        self.moment()

    def sync(self, path: str) -> None:
        """Everything of a file is on the platters."""
        if not self.lies:
            self.synced[path] = self._with(path, all_of_it=True)
            self.waiting[path] = []
        self.moment()

    def forget(self, path: str) -> None:
        """A file begins anew."""
        self.removed.pop(path, None)
        self.synced.pop(path, None)
        self.waiting.pop(path, None)

    def remove(self, path: str, *, sync: bool) -> None:
        """A file goes, for good when that is synced."""
        data = self.synced.get(path)
        self.forget(path)
        if data is not None and not sync:
            self.removed[path] = data
        self.moment()

    def rename(self, source: str, target: str) -> None:
        """A file gets another name, for good when its folder is synced."""
        self.renames.append((source, target))
        self.moment()

    def sync_folder(self) -> None:
        """Every rename is on the platters."""
        for source, target in self.renames:
            self.synced[target] = self.synced.pop(source, b"")
        self.renames.clear()
        self.moment()

    def cut(self, to: Path) -> None:
        """The disk as it is found after the power has come back."""
        to.mkdir()
        found = {path: self._with(path, all_of_it=False) for path in {*self.synced, *self.waiting}}
        for source, target in self.renames[: self.draw.randint(0, len(self.renames))]:
            found[target] = found.pop(source, b"")
        found.update({path: data for path, data in self.removed.items() if self.draw.random() < 0.5})
        for path, data in found.items():
            (to / Path(path).name).write_bytes(data)

    def _with(self, path: str, *, all_of_it: bool) -> bytes:
        content = bytearray(self.synced.get(path, b""))
        for offset, data in self.waiting.get(path, []):
            if data is None:
                if all_of_it or self.draw.random() < 0.5:
                    del content[offset:]
                continue
            at = offset
            while at < offset + len(data):
                stop = min(offset + len(data), (at // SECTOR + 1) * SECTOR)
                if all_of_it or self.draw.random() < 0.5:
                    content.extend(bytes(max(0, stop - len(content))))
                    content[at:stop] = data[at - offset : stop - offset]
                at = stop
        return bytes(content)


class _File(apsw.VFSFile):
    def __init__(self, disk: Disk, path: str, inherit: str, name: Any, flags: list[int]) -> None:
        super().__init__(inherit, name, flags)
        self._disk, self._path = disk, path
        self._syncs_folder = bool(flags[0] & _NEW)

    def xWrite(self, data: Any, offset: int) -> None:
        super().xWrite(data, offset)
        self._disk.write(self._path, offset, bytes(data))

    def xTruncate(self, size: int) -> None:
        super().xTruncate(size)
        self._disk.write(self._path, size, None)

    def xSync(self, flags: int) -> None:
        super().xSync(flags)
        self._disk.sync(self._path)
        if self._syncs_folder and not self._disk.lies:
            self._disk.removed.clear()
        self._syncs_folder = False


class _Vfs(apsw.VFS):
    def __init__(self, disk: Disk) -> None:
        self._disk = disk
        super().__init__("power", "unix", makedefault=True)

    def xOpen(self, name: Any, flags: list[int]) -> _File:
        path = name.filename() if isinstance(name, apsw.URIFilename) else name
        if not os.path.exists(path):
            self._disk.forget(path)
        return _File(self._disk, path, "unix", name, flags)

    def xDelete(self, name: str, sync: bool) -> None:
        super().xDelete(name, sync)
        self._disk.remove(name, sync=sync)


class _Os:
    """`os` for the project file."""

    def __init__(self, disk: Disk) -> None:
        self._disk = disk

    def __getattr__(self, name: str) -> Any:
        return getattr(os, name)

    def fsync(self, descriptor: int) -> None:
        path = os.readlink(f"/proc/self/fd/{descriptor}")
        if os.path.isdir(path):
            self._disk.sync_folder()
        else:
            self._disk.forget(path)
            self._disk.write(path, 0, Path(path).read_bytes())
            self._disk.sync(path)

    def replace(self, source: str, target: str | Path) -> None:
        os.replace(source, target)
        self._disk.rename(source, str(target))


@contextlib.contextmanager
def powered(disk: Disk) -> Iterator[None]:
    """Everything that a session writes goes to this disk."""
    vfs = _Vfs(disk)
    try:
        with patch.object(project_file, "os", _Os(disk)):
            yield
    finally:
        vfs.unregister()


class Cuts(NamedTuple):
    """What was seen."""

    cuts: int
    calls: int
    under_way: int
    """Cuts after which the call under way was there as well."""
    lost: list[str]
    """What was not as it should be, in words; empty when all is well."""


def torture(folder: Path, cuts: int, seed: int = 0, *, lies: bool = False, network: bool = False) -> Cuts:
    """Live a life on a disk, and look at what so many cuts would have left of it.

    Args:
        folder: empty; everything lies in it.
        cuts: how many.
        seed: of the life, and of what survives.
        lies: whether the disk says that it has synced and has not.
        network: whether the journal takes the disk for one of the network's, and keeps a rollback journal.
    """
    disk, draw = Disk(seed, lies=lies), Random(seed)
    images: list[Path] = []
    expected: list[tuple[Path, int]] = []
    marks: list[str] = []

    def moment() -> None:
        if marks and len(images) < cuts and draw.random() < 0.04:
            images.append(folder / f"cut-{len(images)}")
            disk.cut(images[-1])
            expected.append((images[-1], len(marks) - 1))

    disk.moment = moment
    home = folder / "home"
    home.mkdir()
    with powered(disk), patch.object(journal_database, "on_network_disk", lambda _: network):
        session = Session.create(home / "trip.tlp", ProjectSettings())
        life = Life(session, f"power {seed}")
        marks.append(mark(session.document))
        while len(images) < cuts:
            life.call()
            if draw.random() < 0.02:
                life.session.close()
                life.session = Session.open(home / "trip.tlp")
            marks.append(mark(life.session.document))
        life.session.close(save=False)
    under_way, lost = 0, []
    for image, number in expected:
        try:
            found = Session.open(image / "trip.tlp")
        except Exception as error:
            lost.append(f"{image.name} after {number} calls: {error}")
            continue
        now, problem = mark(found.document), found.ledger.journal and found.ledger.journal.problem
        if problem or now not in marks[number : number + 2]:
            lost.append(f"{image.name} after {number} calls: {problem or 'another document'}")
        under_way += now != marks[number]
        found.close(save=False)
        shutil.rmtree(image)
    return Cuts(len(expected), len(marks) - 1, under_way, lost)
