"""What the widgets have in common: one anywidget model per session and kind, a line to the bridge, and a fallback."""

from __future__ import annotations

import base64
from fractions import Fraction
from typing import Any, Self

import anywidget
import traitlets

from cutroom.errors import WidgetError
from cutroom.schema.document import Document
from cutroom.schema.time import TimeLike, parse_time
from cutroom.session import Session
from cutroom.widgets.bridge import Bridge, Stills, bridge_of, unpin
from cutroom.widgets.bundle import front_end
from cutroom.widgets.fallback import html, plain
from cutroom.widgets.protocol import Box

POSTER = 480
"""Width of the poster in pixels."""
PATIENCE = 10.0
"""Seconds that showing a widget may wait for its poster."""


class SessionWidget(anywidget.AnyWidget):
    """A view of a session. Made twice for the same session, it is the same widget."""

    _esm = traitlets.Unicode().tag(sync=True)
    _bridge: Bridge | None = None

    def __new__(cls, timeline: Any, **what: Any) -> Self:
        """The widget that is there already, or a new one."""
        known: Self | None = _bridge(timeline).models.get(cls.__name__)
        return known if known is not None else super().__new__(cls)

    def __init__(self, timeline: Any) -> None:
        if self._bridge is not None:  # `__new__` gave the one that is there already
            return
        bridge = _bridge(timeline)
        self._bridge = bridge
        self.session: Session = bridge.session
        super().__init__(_esm=front_end())
        unpin(self.comm)
        self.on_msg(lambda widget, content, buffers: bridge.receive(self, content))
        bridge.attach(self)
        # last, so that one that failed is not given again; by name: anywidget gives every instance a class of its own
        bridge.models[type(self).__name__] = self

    @property
    def time(self) -> Fraction:
        """Where the playhead is, in seconds. Setting it moves it in every view of the session.

        Example:
            >>> player.time = "00:00:03:15"  # doctest: +SKIP
        """
        return Fraction(self._live.frame) / self.session.document.settings.fps

    @time.setter
    def time(self, time: TimeLike) -> None:
        self._live.seek(parse_time(time, rate=self.session.document.settings.fps))

    @property
    def _live(self) -> Bridge:
        if self._bridge is None:
            raise WidgetError("this widget was closed", hint="make another one")
        return self._bridge

    def post(self, content: dict[str, Any], buffers: list[bytes]) -> None:
        """Send a message to every page that shows this widget."""
        if self.comm is not None:
            self.send(content, buffers)

    def boxes(self, document: Document, frame: int, revision: int) -> tuple[Box, ...]:
        """What to draw over a still."""
        return ()

    def close(self) -> None:
        """Take it out of every page."""
        bridge, self._bridge = self._bridge, None
        super().close()
        if bridge is not None:
            bridge.detach(self)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({plain(self.session.document)})"

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        bundle = super()._repr_mimebundle_(**kwargs)
        assert bundle is not None  # only a model without a view has none
        data, metadata = bundle
        document = self.session.document
        settings = document.settings
        size = POSTER, max(2, round(POSTER * settings.height / settings.width / 2) * 2)
        poster = self._live.poster(size, PATIENCE)
        data["text/plain"] = plain(document)
        data["text/html"] = html(document, poster)
        if poster:
            data["image/jpeg"] = base64.b64encode(poster).decode()
        return data, metadata


def _bridge(timeline: Any) -> Bridge:
    timeline = getattr(timeline, "timeline", timeline)
    session = getattr(timeline, "session", timeline)
    if not isinstance(session, Session):
        raise WidgetError(
            f"not a timeline: {type(timeline).__name__}", value=timeline, hint="give project.timeline, or a project"
        )
    if getattr(timeline, "within", None) is not None:
        raise WidgetError(
            f"widgets show the project's own timeline, not {timeline!r}",
            value=timeline,
            hint="compound.frame(...) shows its pictures, compound.to_df() its clips",
        )
    stills: Stills | None = getattr(timeline, "app", None)
    return bridge_of(session, stills)
