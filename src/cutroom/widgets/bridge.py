"""Between one session and all of its widgets: patches out, edits in, stills served.

Messages from the browser arrive on a thread of the kernel that may not wait (a subshell's, while a cell runs): they are
checked and queued. One worker thread per session applies edits and sends patches in order; stills have threads of their
own, so that no edit waits for a picture.
"""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from typing import Any, Protocol

import pydantic

from cutroom.errors import CutroomError, WidgetError
from cutroom.schema.base import new_id
from cutroom.schema.document import Document
from cutroom.schema.time import to_frame
from cutroom.session import Change, Session
from cutroom.widgets.patch import patch
from cutroom.widgets.protocol import (
    FRAMES_IN_FLIGHT,
    FROM_BROWSER,
    Ack,
    Box,
    Edit,
    Failure,
    Frame,
    FrameRequest,
    Message,
    Nack,
    Resync,
    Seek,
    Travel,
)
from cutroom.widgets.snapshot import State, clock_of, snapshot, steps

_log = logging.getLogger(__name__)
_FAULT = "nothing was changed; this is a fault in Cutroom, and the kernel's log has its details"


class Stills(Protocol):
    """Who makes pictures of a timeline; the composition root does."""

    def still_jpeg(
        self, document: Document, paths: Mapping[str, str], time: Fraction, *, size: tuple[int, int]
    ) -> bytes:
        """The picture at a time, as JPEG of this size."""


class Port(Protocol):
    """One widget model: a way to every page that shows it."""

    def post(self, content: dict[str, Any], buffers: list[bytes]) -> None:
        """Send a message; any thread may."""

    def boxes(self, document: Document, frame: int, revision: int) -> tuple[Box, ...]:
        """What to draw over a still."""


class Bridge:
    """The one bridge of a session.

    Args:
        session: whose document the widgets show.
        stills: who makes pictures; None: widgets without a picture.
    """

    def __init__(self, session: Session, stills: Stills | None = None) -> None:
        self.session = session
        self.stills = stills
        self.frame = 0
        """Where the playhead of every view is."""
        self.models: dict[object, Any] = {}
        """The widgets of this session by what they are: displaying one again shows the same model."""
        self._name = new_id("s")
        self._ports: list[Port] = []
        self._wanted: dict[tuple[str, int], int] = {}
        self._queue: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._pictures = ThreadPoolExecutor(FRAMES_IN_FLIGHT, thread_name_prefix="cutroom-stills")
        session.changed.connect(self._changed)
        revision = session.revision  # before the document: a change in between then makes a patch without content
        self._latest = self._sent = State(session.document, revision, *steps(session.history))
        self._clock = clock_of(self._sent.document)
        self._thread = threading.Thread(target=self._work, name="cutroom-widgets", daemon=True)
        self._thread.start()

    # -- widgets come and go ------------------------------------------------------------------------------------------

    def attach(self, port: Port) -> None:
        """From now on this widget hears of every change."""
        self._ports = [*self._ports, port]

    def detach(self, port: Port) -> None:
        """It hears no more. The last one stops the bridge."""
        self._ports = [one for one in self._ports if one is not port]
        self.models = {key: model for key, model in self.models.items() if model is not port}
        if not self._ports:
            self.close()

    def close(self) -> None:
        """Stop the threads; what is queued is done first."""
        self.session.changed.disconnect(self._changed, missing_ok=True)
        self._queue.put(None)
        self._pictures.shutdown(wait=False, cancel_futures=True)
        _BRIDGES.pop(id(self.session), None)

    def wait(self, seconds: float = 10) -> None:
        """Until everything that was queued before is done."""
        done = threading.Event()
        self._queue.put(done.set)
        if not done.wait(seconds):
            raise WidgetError(f"the widgets' thread did not answer in {seconds:g} s", hint="restart the kernel")

    # -- what widgets say ---------------------------------------------------------------------------------------------

    def receive(self, port: Port, content: Any) -> None:
        """A message from the browser, on whatever thread. Returns at once."""
        try:
            message = FROM_BROWSER.validate_python(content)
        except pydantic.ValidationError as error:
            _log.warning("a widget's message was not understood: %s", error)
            if isinstance(content, dict) and isinstance(content.get("request"), int):
                hint = "reload the page: the widget in it is of another version"
                self._refuse(port, str(content.get("client", "")), content["request"], _first(error), hint)
            return
        match message:
            case FrameRequest():
                key = message.client, message.player
                self._wanted[key] = max(message.generation, self._wanted.get(key, 0))
                self._pictures.submit(self._serve, port, message)
            case Resync():
                self._queue.put(lambda: self._resync(port))
            case Seek():
                self.frame = message.frame
                self._queue.put(lambda: self._tell(message))
            case Edit() | Travel():
                self._queue.put(lambda: self._answer(port, message))

    def seek(self, time: Fraction) -> None:
        """Put every view's playhead on a timeline time."""
        self.frame = to_frame(time, self.session.document.settings.fps)
        message = Seek(frame=self.frame)
        self._queue.put(lambda: self._tell(message))

    # -- the worker thread --------------------------------------------------------------------------------------------

    def _work(self) -> None:
        while (task := self._queue.get()) is not None:
            try:
                task()
            except Exception:
                _log.exception("a widget's message could not be handled")

    def _changed(self, change: Change) -> None:
        self._latest = State(change.document, change.revision, *steps(self.session.history))
        self._queue.put(self._flush)

    def _flush(self) -> None:
        """Send what has changed since the last time; many changes at once make one patch."""
        state, sent = self._latest, self._sent
        if state is sent:
            return
        self._sent = state
        difference = patch(sent, state, self._clock)
        if difference is not None:
            self._tell(difference)
            return
        self._clock = clock_of(state.document)
        for port in self._ports:
            self._resync(port)

    def _resync(self, port: Port) -> None:
        self._flush()
        message, buffer = snapshot(self._sent, self._clock, self._name, self.frame)
        port.post(message.model_dump(mode="json"), [buffer])

    def _answer(self, port: Port, message: Edit | Travel) -> None:
        try:
            if isinstance(message, Edit):
                made = self.session.apply(message.operation)
                created, notes = made.created, made.notes
            else:
                step = self.session.undo() if message.step == "undo" else self.session.redo()
                created, notes = (), (f"{message.step}: {step.label}",)
        except CutroomError as error:
            self._refuse(port, message.client, message.request, error.message, error.hint)
        except Exception as error:
            _log.exception("an edit from a widget failed")
            self._refuse(port, message.client, message.request, f"{type(error).__name__}: {error}", _FAULT)
        else:
            self._flush()
            client, request, revision = message.client, message.request, self._sent.revision
            answer = Ack(client=client, request=request, revision=revision, created=created, notes=notes)
            port.post(answer.model_dump(mode="json"), [])

    def _refuse(self, port: Port, client: str, request: int, reason: str, hint: str | None) -> None:
        answer = Nack(client=client, request=request, reason=reason, hint=hint)
        port.post(answer.model_dump(mode="json"), [])

    def _tell(self, message: Message) -> None:
        content = message.model_dump(mode="json")
        for port in self._ports:
            port.post(content, [])

    # -- stills -------------------------------------------------------------------------------------------------------

    def still(self, document: Document, frame: int, size: tuple[int, int]) -> bytes:
        """The picture of a frame as JPEG.

        Raises:
            WidgetError: nobody makes pictures here.
            CutroomError: the picture cannot be made.
        """
        if self.stills is None:
            raise WidgetError("this session makes no pictures", hint="show the timeline of a cr.Project")
        time = Fraction(frame) / document.settings.fps
        return self.stills.still_jpeg(document, self.session.paths(), time, size=size)

    def _serve(self, port: Port, message: FrameRequest) -> None:
        """Answer a frame request, always and once."""
        client, request = message.client, message.request
        revision, document = self.session.revision, self.session.document
        answer: Message
        jpeg: list[bytes] = []
        boxes: tuple[Box, ...] = ()
        try:
            if message.generation >= self._wanted[client, message.player]:  # else it is not wanted any more
                jpeg = [self.still(document, message.frame, (message.width, message.height))]
                boxes = port.boxes(document, message.frame, revision)
            answer = Frame(client=client, request=request, frame=message.frame, revision=revision, boxes=boxes)
        except CutroomError as error:
            answer = Failure(client=client, request=request, reason=error.message, hint=error.hint)
        except Exception as error:
            _log.exception("a still could not be made")
            answer = Failure(client=client, request=request, reason=f"{type(error).__name__}: {error}", hint=_FAULT)
        port.post(answer.model_dump(mode="json"), [] if isinstance(answer, Failure) else jpeg)

    def poster(self, size: tuple[int, int], seconds: float) -> bytes | None:
        """A still for pages without widgets: at the playhead, or a third into the timeline; None: not in this time."""
        document = self.session.document
        if not document.duration or self.stills is None:
            return None
        frame = self.frame or to_frame(document.duration / 3, document.settings.fps)
        try:
            return self._pictures.submit(self.still, document, frame, size).result(timeout=seconds)
        except (CutroomError, TimeoutError) as error:
            _log.info("no poster: %s", error)
            return None


_BRIDGES: dict[int, Bridge] = {}
_BRIDGES_LOCK = threading.Lock()


def bridge_of(session: Session, stills: Stills | None = None) -> Bridge:
    """The session's bridge, made when its first widget is; it ends with the last one."""
    with _BRIDGES_LOCK:
        found = _BRIDGES.get(id(session))
        if found is None:
            found = _BRIDGES[id(session)] = Bridge(session, stills)
        elif found.stills is None:
            found.stills = stills
        return found


def unpin(comm: Any) -> None:
    """Let messages arrive on the subshell that the browser names.

    ipykernel 7.4 routes a comm's messages to whichever shell last published on it: after a cell has printed, that is
    the main shell, and every message of the widget then waits for the running cell. Without this method it does not.
    """
    if hasattr(comm, "_reply_subshell_for"):
        comm._reply_subshell_for = None


def _first(error: pydantic.ValidationError) -> str:
    detail = error.errors(include_url=False)[0]
    where = ".".join(str(part) for part in detail["loc"])
    return f"{where}: {detail['msg']}" if where else detail["msg"]
