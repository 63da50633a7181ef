"""Tables on a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich import box
from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:
    import pandas as pd


def show_table(table: pd.DataFrame, console: Console | None = None, *, rows: int = 20) -> None:
    """Print a table for people; long ones are cut, and say so."""
    console = console or wide_console()
    drawn = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for column in table.columns:
        drawn.add_column(str(column), overflow="fold")
    for row in table.head(rows).itertuples(index=False):
        drawn.add_row(*(_cell(value) for value in row))
    console.print(drawn)
    if len(table) > rows:
        console.print(f"… {len(table) - rows} more rows")


def wide_console(*, quiet: bool = False) -> Console:
    """A console as wide as the terminal; where there is none, wide enough that nothing is broken."""
    console = Console(quiet=quiet, highlight=False)
    return console if console.is_terminal else Console(quiet=quiet, highlight=False, width=200)


def _cell(value: Any) -> str:
    import pandas as pd

    if pd.api.types.is_scalar(value) and pd.isna(value):
        return ""
    if isinstance(value, float):
        return f"{value:.3f}".rstrip("0").rstrip(".")
    return str(value)
