"""Filter-graph text: labels, inputs, and escaping in one place."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

LONGEST = 120_000
"""Bytes of one argument that Linux takes, about."""
Arguments = Mapping[str, object]
Step = tuple[str, Arguments]
"""A filter and its options by name."""

_OPTION = re.compile(r"([\\':])")
_QUOTED = re.compile(r"[\\'\[\],;\s]")


def quoted(value: object) -> str:
    """An option's value as it stands in a graph: FFmpeg reads options first, then the graph around them.

    Example:
        >>> quoted("between(n,0,9)"), quoted(0.5), quoted("a:b")
        ("'between(n,0,9)'", '0.5', "'a\\\\:b'")
    """
    if isinstance(value, bool):
        return str(int(value))
    text = _OPTION.sub(r"\\\1", str(value))
    return "'" + text.replace("'", r"'\''") + "'" if _QUOTED.search(text) else text


def step_text(name: str, arguments: Arguments) -> str:
    """One filter.

    Example:
        >>> step_text("scale", {"w": 640, "h": 360})
        'scale=w=640:h=360'
    """
    inside = ":".join(f"{key}={quoted(value)}" for key, value in arguments.items())
    return f"{name}={inside}" if inside else name


class Graph:
    """A filter graph that grows chain by chain, and the input files that it reads.

    Args:
        second_ends: whether inputs are kept open; see `stream`.
    """

    def __init__(self, *, second_ends: bool = True) -> None:
        self._second_ends = second_ends
        self.inputs: list[list[str]] = []
        self._chains: list[str] = []
        self._labels = 0
        self._names = 0

    def input(self, *arguments: str) -> int:
        """Add an input, with its options and its `-i`; its number."""
        self.inputs.append(list(arguments))
        return len(self.inputs) - 1

    def name(self, filter_: str) -> str:
        """A name of its own for a filter."""
        self._names += 1
        return f"{filter_}@f{self._names}"

    def chain(self, sources: Sequence[str], steps: Iterable[Step], outputs: int = 1) -> tuple[str, ...]:
        """Add a chain from labels to new ones."""
        made = tuple(f"s{self._labels + i}" for i in range(outputs))
        self._labels += outputs
        text = ",".join(step_text(name, arguments) for name, arguments in steps) or "null"
        self._chains.append("".join(f"[{s}]" for s in sources) + text + "".join(f"[{m}]" for m in made))
        return made

    def one(self, sources: Sequence[str], *steps: Step) -> str:
        """Add a chain with one result."""
        return self.chain(sources, steps)[0]

    def sink(self, label: str) -> None:
        """Let a stream go that nothing needs."""
        self._chains.append(f"[{label}]nullsink")

    def stream(self, *arguments: str, which: int | str = "v", sound: bool = False) -> str:
        """Add an input, and one of its streams.

        A second end of it, which nobody looks at, keeps it open when what is wanted of it has been seen. The program's
        scheduler may wait for an input that a filter has closed while it holds back the one that is needed, and then
        never ends. But all inputs are read at once then, and what comes later waits in memory: 11.7 GB of a minute in
        1080p, where 1.2 are enough.
        """
        number = self.input(*arguments)
        if not self._second_ends:
            return f"{number}:{which}"
        kind = "a" if sound else ""
        wanted, rest = self.chain([f"{number}:{which}"], [(f"{kind}split", {})], outputs=2)
        self._chains.append(f"[{rest}]{kind}nullsink")
        return wanted

    @property
    def text(self) -> str:
        """The whole graph, a chain to a line."""
        return ";\n".join(self._chains)


def joined(graph: Graph, parts: Sequence[str]) -> str:
    """Streams of pictures, one after the other."""
    return parts[0] if len(parts) == 1 else graph.one(parts, ("concat", {"n": len(parts), "v": 1, "a": 0}))
