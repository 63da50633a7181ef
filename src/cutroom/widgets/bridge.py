"""Between one session and all of its widgets: patches out, edits in, stills served.

Messages from the browser arrive on a thread of the kernel that may not wait (a subshell's, while a cell runs): they are
checked and queued. One worker thread per session applies edits and sends patches in order; stills have threads of their
own, so that no edit waits for a picture. Once its project is closed a bridge has no threads: pages keep what they show,
and whatever they ask for is answered with that.
"""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from typing import Any, Protocol
from weakref import WeakValueDictionary

import pydantic

from cutroom.errors import CutroomError, WidgetError
from cutroom.schema.base import new_id
from cutroom.schema.document import Document
from cutroom.schema.time import to_frame
from cutroom.edit.change import Change
from cutroom.session import Session
from cutroom.widgets.patch import patch
from cutroom.widgets.protocol import (
    FRAMES_IN_FLIGHT,
    FROM_BROWSER,
    Ack,
    Box,
    Closed,
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
_CLOSED, _OPEN_AGAIN = "this project was closed", "open it again: Project.open(...)"


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
        self._wanted: dict[tuple[str, int], tuple[int, int]] = {}
        """Of each player that waits for stills: the newest generation, and how many stills."""
        self._queue: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._pictures = ThreadPoolExecutor(FRAMES_IN_FLIGHT, thread_name_prefix="cutroom-stills")
        self._gate = threading.Lock()
        """Held while it is looked whether the bridge is open, and while work is handed to its threads."""
        self._open = True
        revision, document = session.state
        self._latest = self._sent = State(document, revision, *steps(session.history))
        self._clock = clock_of(document)
        self._thread = threading.Thread(target=self._work, name="cutroom-widgets", daemon=True)
        self._thread.start()
        session.changed.connect(self._changed)
        session.closed.connect(self._project_closed)
        revision, document = session.state
        if revision != self._sent.revision:  # it changed before anybody listened
            self._take(State(document, revision, *steps(session.history)))
        if session.is_closed:
            self._project_closed()

    @property
    def is_open(self) -> bool:
        """Whether edits and stills are still served."""
        return self._open

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
        self._stop(None)
        self._pictures.shutdown(wait=False, cancel_futures=True)

    def _project_closed(self) -> None:
        """Tell every page, and stop. Stills that were asked for are answered still."""
        if self._stop(lambda: self._tell(Closed(reason=_CLOSED, hint=_OPEN_AGAIN))):
            self._pictures.shutdown(wait=False)
            _ENDED[id(self.session)] = self

    def _stop(self, last: Callable[[], None] | None) -> bool:
        """Hand nothing more to the threads after this last task; whether they were not stopped before."""
        with self._gate:
            if not self._open:
                return False
            self._open = False
            if last is not None:
                self._queue.put(last)
            self._queue.put(None)
        self.session.changed.disconnect(self._changed, missing_ok=True)
        self.session.closed.disconnect(self._project_closed, missing_ok=True)
        if _BRIDGES.get(id(self.session)) is self:
            _BRIDGES.pop(id(self.session), None)
        return True

    def wait(self, seconds: float = 10) -> None:
        """Until everything that was queued before is done."""
        done = threading.Event()
        if not self._hand(done.set):
            self._thread.join(seconds)
        elif not done.wait(seconds):
            raise WidgetError(f"the widgets' thread did not answer in {seconds:g} s", hint="restart the kernel")

    def _hand(self, task: Callable[[], None]) -> bool:
        """Have the worker thread do something; False: it has stopped."""
        with self._gate:
            if self._open:
                self._queue.put(task)
            return self._open

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
                self._ask(port, message)
            case Resync():
                self.refresh(port)
            case Seek():
                self._move(message)
            case Edit() | Travel():
                if not self._hand(lambda: self._answer(port, message)):
                    self._refuse(port, message.client, message.request, _CLOSED, _OPEN_AGAIN)

    def refresh(self, port: Port) -> None:
        """Send this widget's pages the whole state; they ask for their pictures anew."""
        if self._hand(lambda: self._resync(port)):
            return
        state = self._latest
        message, buffer = snapshot(state, clock_of(state.document), self._name, self.frame)
        port.post(message.model_dump(mode="json"), [buffer])
        port.post(Closed(reason=_CLOSED, hint=_OPEN_AGAIN).model_dump(mode="json"), [])

    def _ask(self, port: Port, message: FrameRequest) -> None:
        key = message.client, message.player
        with self._gate:
            if self._open:
                generation, waiting = self._wanted.get(key, (0, 0))
                self._wanted[key] = max(message.generation, generation), waiting + 1
                self._pictures.submit(self._serve, port, message)
                return
        answer = Failure(client=message.client, request=message.request, reason=_CLOSED, hint=_OPEN_AGAIN)
        port.post(answer.model_dump(mode="json"), [])

    def seek(self, time: Fraction) -> None:
        """Put every view's playhead on a timeline time."""
        self._move(Seek(frame=to_frame(time, self.session.document.settings.fps)))

    def _move(self, message: Seek) -> None:
        self.frame = message.frame
        if not self._hand(lambda: self._tell(message)):
            self._tell(message)

    # -- the worker thread --------------------------------------------------------------------------------------------

    def _work(self) -> None:
        while (task := self._queue.get()) is not None:
            try:
                task()
            except Exception:
                _log.exception("a widget's message could not be handled")

    def _changed(self, change: Change) -> None:
        self._take(State(change.document, change.revision, *steps(self.session.history)))

    def _take(self, state: State) -> None:
        with self._gate:
            if state.revision < self._latest.revision:
                return  # a subscriber that edits is heard before the change that it heard of
            self._latest = state
        self._hand(self._flush)

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
        revision, document = self.session.state
        answer: Message
        jpeg: list[bytes] = []
        boxes: tuple[Box, ...] = ()
        try:
            if message.generation >= self._wanted[client, message.player][0]:  # else it is not wanted any more
                jpeg = [self.still(document, message.frame, (message.width, message.height))]
                boxes = port.boxes(document, message.frame, revision)
            answer = Frame(client=client, request=request, frame=message.frame, revision=revision, boxes=boxes)
        except CutroomError as error:
            answer = Failure(client=client, request=request, reason=error.message, hint=error.hint)
        except Exception as error:
            _log.exception("a still could not be made")
            answer = Failure(client=client, request=request, reason=f"{type(error).__name__}: {error}", hint=_FAULT)
        self._answered(client, message.player)
        port.post(answer.model_dump(mode="json"), [] if isinstance(answer, Failure) else jpeg)

    def _answered(self, client: str, player: int) -> None:
        with self._gate:
            generation, waiting = self._wanted.pop((client, player))
            if waiting > 1:
                self._wanted[client, player] = generation, waiting - 1

    def poster(self, size: tuple[int, int], seconds: float) -> bytes | None:
        """A still for pages without widgets: at the playhead, or a third into the timeline; None: not in this time."""
        _, document = self.session.state
        if not document.duration or self.stills is None or not self._open:
            return None
        frame = self.frame or to_frame(document.duration / 3, document.settings.fps)
        try:
            return self._pictures.submit(self.still, document, frame, size).result(timeout=seconds)
        except (CutroomError, TimeoutError) as error:
            _log.info("no poster: %s", error)
            return None


_BRIDGES: dict[int, Bridge] = {}
_ENDED: WeakValueDictionary[int, Bridge] = WeakValueDictionary()
"""Bridges of closed projects, for as long as a widget shows them: shown again, it is the same widget still."""
_BRIDGES_LOCK = threading.Lock()


def bridge_of(session: Session, stills: Stills | None = None) -> Bridge:
    """The session's bridge, made when its first widget is; it ends with the last one, or when the project is closed."""
    with _BRIDGES_LOCK:
        found = _BRIDGES.get(id(session)) or _ENDED.get(id(session))
        if found is None:
            found = _BRIDGES[id(session)] = Bridge(session, stills)
            if not found.is_open:
                _BRIDGES.pop(id(session), None)
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
