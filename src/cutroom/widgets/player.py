"""The player in a notebook."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cutroom.schema.document import Document
from cutroom.widgets.model import SessionWidget
from cutroom.widgets.protocol import Box

if TYPE_CHECKING:
    from cutroom.schema.detections import Detections


class PlayerWidget(SessionWidget):
    """The picture at the playhead, through the same compiler as an export, without sound.

    It shares its time with the timeline's widget. Keys: Space plays by stills at real time as far as they come, arrows
    step frames (with Shift ten), Home/End, B shows and hides detections, the question mark lists them.

    A session has one player, however often it is made and shown: new detections replace those it drew before, in every
    cell that shows it. Made again without any, it keeps what it has; `player.detections = None` takes them away.

    Args:
        timeline: `project.timeline`, or a session.
        detections: boxes to draw over the picture: of a media (they follow it through every clip), or of this timeline.

    Raises:
        WidgetError: something else was given.

    Example:
        >>> cr.PlayerWidget(project.timeline, detections=dets)  # doctest: +SKIP
    """

    _detections: Detections | None = None

    def __init__(self, timeline: Any, *, detections: Detections | None = None) -> None:
        if self._bridge is None:
            self._detections = detections
        super().__init__(timeline)
        if detections is not None:
            self.detections = detections

    @property
    def detections(self) -> Detections | None:
        """What is drawn over the picture. Setting it draws every view of this player anew."""
        return self._detections

    @detections.setter
    def detections(self, detections: Detections | None) -> None:
        if detections is not self._detections:
            bridge, self._detections = self._live, detections
            bridge.refresh(self)

    def boxes(self, document: Document, frame: int, revision: int) -> tuple[Box, ...]:
        """The detections of a frame."""
        detections = self._detections
        if detections is None:
            return ()
        from cutroom.widgets.boxes import boxes_at

        return boxes_at(detections, document, frame, revision)
