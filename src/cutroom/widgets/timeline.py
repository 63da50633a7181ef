"""The timeline in a notebook."""

from __future__ import annotations

from typing import Any

from cutroom.widgets.model import SessionWidget


class TimelineWidget(SessionWidget):
    """The timeline, to edit by hand: drag clips to move them, drag their edges to trim.

    Keys: S split at the playhead, X delete (Shift-X closes the gap), Ctrl-Z undo, Shift-Ctrl-Z redo, N snapping,
    arrows and Home/End move the playhead, Up/Down go to the edit points, plus, minus and F zoom. Ctrl and the wheel
    zoom at the mouse; Shift while trimming ripples; Alt while dragging turns snapping round. What the hand does is an
    operation like any other: journalled, undoable, in `project.history`.

    Args:
        timeline: `project.timeline`, or a session.

    Raises:
        WidgetError: something else was given.

    Example:
        >>> cr.TimelineWidget(project.timeline)  # doctest: +SKIP
    """

    def __init__(self, timeline: Any) -> None:
        super().__init__(timeline)
