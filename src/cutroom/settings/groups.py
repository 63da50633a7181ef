"""The control groups that hold this process, in both versions: where they lie, and what they allow."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple


class Group(NamedTuple):
    """What one control group allows; None: it sets no limit of this kind."""

    path: str
    """As the process sees it, of its folder."""
    cpu: float | None
    """Cores."""
    memory: int | None
    """Bytes."""
    room: int | None
    """Bytes of those that are not in use; what the kernel can take back at once counts as free."""


def groups(root: Path) -> list[Group]:
    """The groups of this process and all above them that set a limit, the innermost first.

    Args:
        root: in which ``proc`` and ``sys`` lie.
    """
    found = [_group(folder, root) for folder in dict.fromkeys(_folders(root))]
    return [one for one in found if one.cpu is not None or one.memory is not None]


def text_of(path: Path) -> str:
    """What a file of the kernel's says; nothing where there is no such file."""
    try:
        return path.read_text(encoding="utf-8", errors="surrogateescape").strip()
    except OSError:
        return ""


def _folders(root: Path) -> Iterator[Path]:
    own = []
    for line in text_of(root / "proc/self/cgroup").splitlines():
        _, _, rest = line.partition(":")
        names, _, path = rest.partition(":")
        own.append((frozenset(names.split(",")) - {""}, path))
    for kind, top, point, options in _mounts(root):
        for controllers, path in own:
            if {"cpu", "memory"} & controllers & options if kind == "cgroup" else not controllers:
                yield from _upwards(root / point.lstrip("/"), path, top)


def _mounts(root: Path) -> Iterator[tuple[str, str, str, frozenset[str]]]:
    """Kind, the group that is mounted, where, and its controllers."""
    for line in text_of(root / "proc/self/mountinfo").splitlines():
        before, _, after = line.partition(" - ")
        fields, more = before.split(), after.split()
        if len(fields) > 4 and len(more) > 2 and more[0] in {"cgroup", "cgroup2"}:
            yield more[0], fields[3], fields[4], frozenset(more[2].split(","))


def _upwards(mount: Path, path: str, top: str) -> Iterator[Path]:
    """A group and those above it, as far as they are mounted: of a container mostly its own one is."""
    within = path.removeprefix(top.rstrip("/")) if (path + "/").startswith(top.rstrip("/") + "/") else ""
    group = Path(within.lstrip("/"))
    if ".." in group.parts:  # the process was moved out of what its namespace shows
        group = Path()
    yield from (mount / parent for parent in dict.fromkeys((group, *group.parents)))


def _group(folder: Path, root: Path) -> Group:
    memory = _least(_number(folder / name) for name in ("memory.max", "memory.high", "memory.limit_in_bytes"))
    if memory is not None and memory >= 1 << 60:  # the first version's way to say that there is none
        memory = None
    room = None
    if memory is not None:
        used = _number(folder / "memory.current") or _number(folder / "memory.usage_in_bytes") or 0
        rows = dict(line.split()[:2] for line in text_of(folder / "memory.stat").splitlines() if " " in line)
        spare = int(rows.get("total_inactive_file", rows.get("inactive_file", "0")))
        room = max(0, memory - max(0, used - spare))
    return Group("/" + str(folder.relative_to(root)), _cpu(folder), memory, room)


def _cpu(folder: Path) -> float | None:
    quota, _, period = text_of(folder / "cpu.max").partition(" ")
    if not quota:
        quota, period = text_of(folder / "cpu.cfs_quota_us"), text_of(folder / "cpu.cfs_period_us")
    if not quota.isdigit() or not period.isdigit() or not int(quota) or not int(period):  # "max" and -1: no quota
        return None
    return int(quota) / int(period)


def _number(path: Path) -> int | None:
    text = text_of(path)
    return int(text) if text.isdigit() and int(text) > 0 else None


def _least(numbers: Iterator[int | None]) -> int | None:
    return min((number for number in numbers if number is not None), default=None)
