"""Process classes of worker children and the limits that each sets on itself before it touches any data."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from typing import Any

GIB = 1 << 30


@dataclass(frozen=True)
class ChildClass:
    """What one kind of child process may use.

    Args:
        name: shown in errors and status.
        memory: address space in bytes (RLIMIT_AS); None sets no limit.
        files: open descriptors (RLIMIT_NOFILE).
        nice: added to the niceness of the process.
        start_timeout: seconds from the start of the interpreter until it is ready.
        paths: folders added to `sys.path`, besides those of the installation.

    Example:
        >>> MEDIA.memory // GIB
        4
        >>> ChildClass("thumbnails", memory=GIB).files
        256
    """

    name: str
    memory: int | None = 4 * GIB
    files: int = 256
    nice: int = 0
    start_timeout: float = 60.0
    paths: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The class as plain data."""
        return {
            "name": self.name,
            "memory": self.memory,
            "files": self.files,
            "nice": self.nice,
            "start_timeout": self.start_timeout,
            "paths": list(self.paths),
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> ChildClass:
        """The class that `to_json` described."""
        return cls(**{**data, "paths": tuple(data["paths"])})


MEDIA = ChildClass("media")
"""Decoders, filter graphs and encoders: three 1080p layers and x264 peak at 0.6 GiB of address space."""

MODEL = ChildClass("model", memory=8 * GIB, nice=5)
"""ONNX sessions: a model may have 2 GiB and needs room for its activations."""

_NAMED = {item.name: item for item in (MEDIA, MODEL)}


def named_class(name: str | ChildClass) -> ChildClass:
    """The class of a name; a `ChildClass` passes through.

    Raises:
        UnknownNameError: no class has this name.
    """
    if isinstance(name, ChildClass):
        return name
    if name not in _NAMED:
        from cutroom.errors import nearest

        raise nearest(name, _NAMED, what="worker class")
    return _NAMED[name]


def apply_limits(limits: ChildClass) -> None:
    """Limit the calling process: address space, descriptors, no core file, niceness, first choice of the OOM killer."""
    if sys.platform == "win32":
        return
    import resource

    def limit(what: int, value: int) -> None:
        hard = resource.getrlimit(what)[1]
        bounded = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(what, (bounded, bounded))

    limit(resource.RLIMIT_CORE, 0)
    limit(resource.RLIMIT_NOFILE, limits.files)
    if limits.memory is not None and sys.platform == "linux":  # elsewhere RLIMIT_AS is accepted and ignored, or refused
        limit(resource.RLIMIT_AS, limits.memory)
    if limits.nice:
        os.nice(limits.nice)
    try:
        with open("/proc/self/oom_score_adj", "w", encoding="ascii") as score:
            score.write("600")
    except OSError:  # no procfs: the kernel then chooses by size alone
        pass
