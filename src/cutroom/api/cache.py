"""`cr.cache`: the segments that exports keep, so that the next one renders only what changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cutroom.app import app
from cutroom.render.cache import SegmentCache

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["clear", "to_df", "verify"]


def to_df() -> pd.DataFrame:
    """One row per entry."""
    return app().get(SegmentCache).to_df()


def clear() -> int:
    """Empty it; returns the number of entries that went."""
    return app().get(SegmentCache).clear()


def verify() -> list[str]:
    """Check every entry against its hash; damaged ones go, and are named."""
    return app().get(SegmentCache).verify()
