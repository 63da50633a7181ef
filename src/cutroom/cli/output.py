"""What commands print: tables for people, JSON for programs, errors with their remedy."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any

import typer

from cutroom.errors import CutroomError, to_plain

if TYPE_CHECKING:
    import pandas as pd


def fails_clearly[**P](command: Callable[P, None]) -> Callable[P, None]:
    """Turn Cutroom's errors into a message and exit code 1; with `--json` into a JSON object on standard error."""

    @wraps(command)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            command(*args, **kwargs)
        except CutroomError as error:
            if kwargs.get("as_json"):
                print(json.dumps({"error": to_plain(error)}), file=sys.stderr)
            else:
                typer.secho(f"error: {error}", fg="red", err=True)
            raise typer.Exit(1) from None
        except KeyboardInterrupt:
            typer.secho("stopped", err=True)
            raise typer.Exit(1) from None

    return wrapped


def say(text: str) -> None:
    """A line for people."""
    typer.echo(text)


def show_table(table: pd.DataFrame, *, columns: list[str] | None = None, rows: int = 20) -> None:
    """A table for people; long ones are cut."""
    from rich import box
    from rich.console import Console
    from rich.table import Table

    chosen = table[columns] if columns else table
    drawn = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for column in chosen.columns:
        drawn.add_column(str(column))
    for row in chosen.head(rows).itertuples(index=False):
        drawn.add_row(*(_cell(value) for value in row))
    console = Console()
    console.print(drawn)
    if len(chosen) > rows:
        console.print(f"… {len(chosen) - rows} more")


def _cell(value: Any) -> str:
    if value is None or value != value:  # noqa: PLR0124 - NaN is not itself
        return ""
    if isinstance(value, float):
        return f"{value:.3f}".rstrip("0").rstrip(".")
    return str(value)


def print_json(value: Any) -> None:
    """JSON for programs: a table becomes a list of objects."""
    if hasattr(value, "to_json"):
        typer.echo(value.to_json(orient="records", date_format="iso"))
    else:
        typer.echo(json.dumps(value, ensure_ascii=False, default=str))
