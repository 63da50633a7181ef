"""What a file was found to lack when it was read, though it says otherwise."""

from __future__ import annotations

from fractions import Fraction
from typing import Any, Literal, NamedTuple, Self

from cutroom.errors import RenderError
from cutroom.schema.time import received


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
        """What `dump` gave. A worker that a file has taken over may send anything else.

        Raises:
            RenderError: it is something else.
        """
        match data:
            case [str(sha256), "end" | "picture" | "sound" as what, str(start), str(end)] if len(sha256) == 64:
                first, last = received(start), received(end)
                if first is not None and last is not None:
                    return cls(sha256, what, first, last)
        raise RenderError(
            "a worker sent something else than what a media lacks",
            value=type(data).__name__,
            hint="try again; if it stays so, a media may be made to do harm: export the timeline in parts to find it",
        )
