"""What a file was found to lack when it was read, though it says otherwise."""

from __future__ import annotations

from fractions import Fraction
from typing import Any, Literal, NamedTuple, Self


class Lack(NamedTuple):
    """A part of a media that cannot be shown or heard: it is clear, or silent.

    Example:
        >>> Lack.load(Lack("ab" * 32, "sound", Fraction(5, 2), Fraction(3)).dump()).start
        Fraction(5, 2)
    """

    sha256: str
    """Of the file."""
    what: Literal["end", "picture", "sound"]
    """Everything from its early end on, or a damaged stretch of one of its streams."""
    start: Fraction
    """Media time, in seconds."""
    end: Fraction
    """Likewise; of an early end the same as its start."""

    def dump(self) -> list[str]:
        """As plain data, to cross from a worker."""
        return [self.sha256, self.what, str(self.start), str(self.end)]

    @classmethod
    def load(cls, data: Any) -> Self:
        """What `dump` gave.

        Raises:
            ValueError: it is something else.
        """
        sha256, what, start, end = data
        if what not in {"end", "picture", "sound"}:
            raise ValueError(f"no such lack: {what!r}")
        return cls(str(sha256), what, Fraction(start), Fraction(end))
