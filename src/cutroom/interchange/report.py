"""What a read or a write could not carry."""

from __future__ import annotations

import html
from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from typing import TYPE_CHECKING, Literal, Self

from cutroom.schema.base import Frozen
from cutroom.schema.time import timecode

if TYPE_CHECKING:
    import pandas as pd


class Loss(Frozen):
    """One thing that is not, or not exactly, on the other side."""

    what: str
    """The thing: "effect blur", "speed 2"."""
    where: str
    """Track, timecode and the clip's name, or the line of a file."""
    why: str
    """What became of it, and why."""


class Report(Frozen):
    """What a read or a write could not carry. Draws itself as a table.

    Example:
        >>> report = Report(format="edl", verb="written", losses=(Loss(what="track V2", where="V2", why="one only"),))
        >>> report.complete, len(report)
        (False, 1)
    """

    format: str
    """The file's format: "otio", "edl", "srt"."""
    verb: Literal["read", "written"]
    losses: tuple[Loss, ...] = ()

    @property
    def complete(self) -> bool:
        """Whether everything was carried."""
        return not self.losses

    def joined(self, losses: Iterable[Loss]) -> Self:
        """The same report with more losses behind its own, each told once."""
        return self.evolve(losses=tuple(dict.fromkeys((*self.losses, *losses))))

    def to_df(self) -> pd.DataFrame:
        """One row per loss: what, where, why (strings)."""
        import pandas as pd

        rows = [(loss.what, loss.where, loss.why) for loss in self.losses]
        return pd.DataFrame(rows, columns=["what", "where", "why"], dtype="str")

    def __len__(self) -> int:
        return len(self.losses)

    def __iter__(self) -> Iterator[Loss]:  # type: ignore[override]  # of losses: pydantic's own gives fields
        return iter(self.losses)

    def __str__(self) -> str:
        if self.complete:
            return f"{self.format} {self.verb}, with everything"
        lines = [f"{loss.what} ({loss.where}): {loss.why}" for loss in self.losses]
        return f"{self.format} {self.verb}, without:\n" + "\n".join(f"  {line}" for line in lines)

    def __repr__(self) -> str:
        return f"<Report {self}>"

    def _repr_html_(self) -> str:
        if self.complete:
            return f"<div>{html.escape(str(self))}</div>"
        rows = ((html.escape(text) for text in (loss.what, loss.where, loss.why)) for loss in self.losses)
        cells = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
        head = "<tr><th>what</th><th>where</th><th>why</th></tr>"
        return f"<div>{html.escape(self.format)} {self.verb}, without</div><table>{head}{cells}</table>"


def place_of(track: str, time: Fraction, fps: Fraction, title: str = "") -> str:
    """Where on the timeline something stands, in words."""
    return ", ".join(part for part in (track, timecode(time, fps), title) if part)


def shortened(text: str, most: int, where: str, lose: Callable[[str, str, str], None]) -> str:
    """A title or a text, cut where it has more than so many characters, which is told.

    Args:
        text: as the file has it.
        most: characters.
        where: it stands.
        lose: takes what, where and why.
    """
    if len(text) > most:
        lose(f"text {text[:40]}…", where, f"cut after {most:,} characters")
    return text[:most]
