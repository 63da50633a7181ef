"""The exact versions of everything that makes pixels and samples, as a file that pip reads and people do."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, distribution
from typing import NamedTuple

from cutroom.render.engine import engine

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


class Deviation(NamedTuple):
    """A part that is not what a lock says."""

    part: str
    locked: str
    here: str


def requirements(root: str = "cutroom") -> str:
    """The text of a lock: Cutroom and all that it needs at the versions here; in comments what no package names.

    Example:
        >>> text = requirements()
        >>> "av==" in text, "# engine libavcodec " in text
        (True, True)
    """
    packages = [f"{name}=={version}" for name, version in sorted(_installed(root).items())]
    return "\n".join([
        "# What an edit was made with: pip install -r this file. The lines of the engine are compared by",
        "# project.verify(): equal ones give the same bytes, others may give other pixels and samples.",
        *(f"# engine {part} {value}" for part, value in _engine().items()),
        *packages,
        "",
    ])  # fmt: skip


def deviations(text: str, root: str = "cutroom") -> list[Deviation]:
    """In what this machine is not what a lock says; packages that only one of the two has are no deviation."""
    here = {**_engine(), **_installed(root)}
    locked: dict[str, str] = {}
    for line in text.splitlines():
        if found := re.fullmatch(r"# engine (\S+) (.*)|([A-Za-z0-9._-]+)==(\S+)", line.strip()):
            locked[found[1] or _plain(found[3])] = found[2] or found[4]
    return [Deviation(part, value, here[part]) for part, value in locked.items() if here.get(part, value) != value]


def _engine() -> dict[str, str]:
    found = engine()
    return {"code": found["code"], "cpu": found["cpu"], "unicode": found["unicode"], **found["libav"]}


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _installed(root: str) -> dict[str, str]:
    """Versions of a distribution and of all that it needs, as far as they are installed."""
    found: dict[str, str] = {}
    waiting = [root]
    while waiting:
        name = _plain(waiting.pop())
        if name in found:
            continue
        try:
            one = distribution(name)
        except PackageNotFoundError:
            continue
        found[name] = one.version
        waiting += _needed(one.requires or [])
    return found


def _needed(requires: list[str]) -> Iterator[str]:
    for line in requires:
        what, _, marker = line.partition(";")
        if "extra" not in marker and (name := _NAME.match(what.strip())):
            yield name[0]
