"""What commands print: tables for people, JSON for programs, errors with their remedy."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from functools import wraps
from typing import Any

import typer

from cutroom.errors import CutroomError, to_plain

STOPPED = 130
"""Exit code after Ctrl-C, as shells have it: 128 and the number of the signal."""


def fails_clearly[**P](command: Callable[P, None]) -> Callable[P, None]:
    """Turn Cutroom's errors into a message and exit code 1, Ctrl-C into 130; `--json` puts JSON on standard error."""

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
            raise typer.Exit(STOPPED) from None

    return wrapped


def say(text: str) -> None:
    """A line for people."""
    typer.echo(text)


def print_json(value: Any) -> None:
    """JSON for programs: a table becomes a list of objects."""
    if hasattr(value, "to_json"):
        typer.echo(value.to_json(orient="records", date_format="iso"))
    else:
        typer.echo(json.dumps(value, ensure_ascii=False, default=str))
