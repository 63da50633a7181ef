"""What effects and transitions there are and what each takes: plain data, handed to whoever needs it."""

from __future__ import annotations


class Registry:
    """Effects and transitions by name."""
