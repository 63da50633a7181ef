"""What a notebook shows: a timeline and a player over one session, and the protocol between them and the browser."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cutroom.widgets.player import PlayerWidget
    from cutroom.widgets.timeline import TimelineWidget

__all__ = ["PlayerWidget", "TimelineWidget"]


def __getattr__(name: str) -> Any:
    """The widgets, imported when they are first used: ipywidgets is heavy."""
    if name == "TimelineWidget":
        from cutroom.widgets.timeline import TimelineWidget

        return TimelineWidget
    if name == "PlayerWidget":
        from cutroom.widgets.player import PlayerWidget

        return PlayerWidget
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
