"""The timeline in a notebook."""

from __future__ import annotations

from typing import Any

from cutroom.widgets.model import SessionWidget


class TimelineWidget(SessionWidget):
    """The timeline, to edit by hand: drag clips to move them, drag their edges to trim.

    Keys: S split at the playhead, X delete (Shift-X closes the gap), Ctrl-Z undo, Shift-Ctrl-Z redo, N snapping,
    arrows and Home/End move the playhead, Up/Down go to the edit points, plus, minus and F zoom. Without a mouse:
    Ctrl-Down and Ctrl-Up select the next and the previous clip, D the one under the playhead (again: the one below);
    comma and full stop move it by a frame, with Shift by ten, Alt-Up and Alt-Down take it to another track; after T
    they trim its end, after another T its start (with Alt the other clips make room), after V they move it again;
    Escape selects nothing. The question mark lists all keys. What happens is spoken by screen readers.

    Ctrl and the wheel zoom at the mouse; Shift while trimming ripples; Alt while dragging turns snapping round. What
    the hand does is an operation like any other: journalled, undoable, in `project.history`.

    Args:
        timeline: `project.timeline`, or a session.

    Raises:
        WidgetError: something else was given.

    Example:
        >>> cr.TimelineWidget(project.timeline)  # doctest: +SKIP
    """

    def __init__(self, timeline: Any) -> None:
        super().__init__(timeline)
