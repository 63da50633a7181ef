"""The command line: `cutroom demo | lab | probe | export | detect | jobs | doctor`."""

from __future__ import annotations

__all__ = ["main"]


def main() -> None:
    """Run a command; exit code 0 done, 1 an error that says what to do, 2 wrong usage, 130 Ctrl-C."""
    from cutroom.cli.commands import app

    app()
