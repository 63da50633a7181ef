"""The bridge: edits in order, patches out, stills answered always and once. Only the wire is not there."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from typing import Any

import pytest
from scenery import trip

from cutroom.edit import operations as ops
from cutroom.edit.history import History
from cutroom.errors import DamagedMediaError
from cutroom.schema.document import Document
from cutroom.session import Session
from cutroom.widgets.bridge import Bridge, bridge_of, unpin
from cutroom.widgets.protocol import Box
from cutroom.widgets.snapshot import steps


class Wire:
    """The far end of a widget: keeps what it is told."""

    def __init__(self) -> None:
        self.told: list[dict[str, Any]] = []
        self.buffers: list[list[bytes]] = []
        self.threads: set[str] = set()

    def post(self, content: dict[str, Any], buffers: list[bytes]) -> None:
        self.told.append(content)
        self.buffers.append(buffers)
        self.threads.add(threading.current_thread().name)

    def boxes(self, document: Document, frame: int, revision: int) -> tuple[Box, ...]:
        return (Box(box=(0, 0, 0.5, 0.5), label="star", confidence=0.9, track=frame),)

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [one for one in self.told if one["type"] == kind]


class Painter:
    """Stills that name what was asked for; `held` stops them."""

    def __init__(self) -> None:
        self.held = threading.Event()
        self.held.set()
        self.made: list[Fraction] = []

    def still_jpeg(
        self, document: Document, paths: Mapping[str, str], time: Fraction, *, size: tuple[int, int]
    ) -> bytes:
        self.held.wait(10)
        self.made.append(time)
        if time > 15:
            raise DamagedMediaError("beach.mp4 ends too soon", value="beach.mp4", hint="copy it again")
        return f"{time} {size[0]}x{size[1]}".encode()


@pytest.fixture
def session() -> Session:
    return Session(trip())


@pytest.fixture
def painter() -> Painter:
    return Painter()


@pytest.fixture
def bridge(session: Session, painter: Painter) -> Iterator[Bridge]:
    made = Bridge(session, painter)
    yield made
    painter.held.set()
    made.close()


@pytest.fixture
def wire(bridge: Bridge) -> Wire:
    made = Wire()
    bridge.attach(made)
    return made


def until(done: Callable[[], bool], seconds: float = 5) -> None:
    end = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.005)


def edit(request: int, **operation: Any) -> dict[str, Any]:
    return {"type": "edit", "client": "page", "request": request, "operation": operation}


def frame(request: int, number: int, generation: int = 0, player: int = 1) -> dict[str, Any]:
    size = {"width": 640, "height": 360}
    return {
        "type": "frame_request", "client": "page", "request": request, "player": player, "generation": generation,
        "frame": number, **size,
    }  # fmt: skip


def test_an_edit_changes_the_document_and_its_patch_comes_before_its_answer(
    bridge: Bridge, wire: Wire, session: Session
) -> None:
    bridge.receive(wire, edit(7, op="move", clip="c2", to="600/30"))
    bridge.wait()
    assert session.document.clip_start("c2") == 20
    assert [one["type"] for one in wire.told] == ["patch", "ack"]
    patch, ack = wire.told
    assert (patch["base"], patch["revision"], patch["undo"]) == (0, 1, "move")
    assert (ack["client"], ack["request"], ack["revision"]) == ("page", 7, 1)
    assert any("removed the dissolve" in note for note in ack["notes"])
    assert wire.threads == {"cutroom-widgets"}


def test_a_refused_edit_says_why_and_what_helps(bridge: Bridge, wire: Wire, session: Session) -> None:
    bridge.receive(wire, edit(1, op="move", clip="mu", to="1"))
    bridge.receive(wire, edit(2, op="trim", clip="c1", edge="end", to="100"))
    bridge.receive(wire, edit(3, op="delete", clip="gone"))
    bridge.receive(wire, edit(4, op="split", clip=None, at=0.5))
    bridge.receive(wire, {"type": "who knows"})
    bridge.wait()
    said = {one["request"]: (one["reason"], one["hint"]) for one in wire.of("nack")}
    assert said[1] == ("track Music is locked", "unlock it first")
    assert "reach" in said[2][0] or "ends" in said[2][0] or "in the way" in said[2][0]
    assert said[2][1]
    assert "no clip 'gone'" in said[3][0]
    assert "reload the page" in str(said[4][1])
    assert session.revision == 0
    assert not wire.of("patch")


def test_a_fault_of_ours_is_an_answer_too(bridge: Bridge, wire: Wire, session: Session) -> None:
    def broken(operation: object, label: object = None) -> None:
        raise ZeroDivisionError("oh")

    session.apply = broken  # type: ignore[assignment,method-assign]  # a fault that no operation has today
    bridge.receive(wire, edit(1, op="delete", clip="c1"))
    bridge.wait()
    assert wire.told[0]["reason"] == "ZeroDivisionError: oh"


def test_undo_and_redo_from_the_browser(bridge: Bridge, wire: Wire, session: Session) -> None:
    before = session.document
    session.apply(ops.Delete(clip="c1"))
    for request, step in enumerate(["undo", "redo", "redo"]):
        bridge.receive(wire, {"type": "travel", "client": "page", "request": request, "step": step})
    bridge.wait()
    assert [one["type"] for one in wire.told if one["type"] != "patch"] == ["ack", "ack", "nack"]
    assert "nothing to redo" in wire.of("nack")[0]["reason"]
    assert session.undo().before == before


def test_changes_in_python_reach_every_widget(bridge: Bridge, wire: Wire, session: Session) -> None:
    other = Wire()
    bridge.attach(other)
    session.apply(ops.Delete(clip="c1"))
    bridge.wait()
    session.undo()
    bridge.wait()
    assert wire.told == other.told
    assert [(one["base"], one["revision"], one["redo"]) for one in wire.told] == [(0, 1, None), (1, 2, "delete")]
    bridge.detach(other)
    session.redo()
    bridge.wait()
    assert len(wire.told) == len(other.told) + 1


def test_many_changes_while_the_thread_is_busy_make_one_patch(bridge: Bridge, wire: Wire, session: Session) -> None:
    busy = threading.Event()
    bridge._queue.put(lambda: busy.wait(5) and None)
    for second in range(30, 50):
        session.apply(ops.Move(clip="c4", to=Fraction(second)))
    busy.set()
    bridge.wait()
    assert [(one["base"], one["revision"]) for one in wire.of("patch")] == [(0, 20)]


def test_a_resync_gives_the_state_that_patches_go_on_from(bridge: Bridge, wire: Wire, session: Session) -> None:
    bridge.seek(Fraction(2))
    bridge.receive(wire, {"type": "resync", "client": "page"})
    bridge.wait()
    session.apply(ops.Delete(clip="c1"))
    bridge.receive(wire, {"type": "resync", "client": "page"})
    bridge.wait()
    first, second = wire.of("snapshot")
    assert (first["frame"], first["session"]) == (60, second["session"])
    assert second["revision"] == 1
    assert wire.of("patch")[0]["base"] == first["revision"]


def test_off_the_clock_everybody_gets_a_snapshot(bridge: Bridge, wire: Wire, session: Session) -> None:
    bridge.receive(wire, {"type": "resync", "client": "page"})
    bridge.wait()
    session.apply(ops.Split(clip="p1", at=Fraction(10) + Fraction(1, 7)))
    session.apply(ops.Delete(clip="c1"))
    bridge.wait()
    scales = [one["clock"]["timescale"] for one in wire.of("snapshot")]
    assert scales[-1] == 7 * scales[0]


def test_the_playhead_is_one_value(bridge: Bridge, wire: Wire) -> None:
    bridge.receive(wire, {"type": "seek", "client": "page", "frame": 42})
    bridge.seek(Fraction(3))
    bridge.wait()
    assert bridge.frame == 90
    assert [(one["client"], one["frame"]) for one in wire.of("seek")] == [("page", 42), (None, 90)]


def test_a_still_is_made_off_the_edit_thread(bridge: Bridge, wire: Wire, painter: Painter, session: Session) -> None:
    painter.held.clear()
    bridge.receive(wire, frame(1, 45))
    bridge.receive(wire, edit(2, op="delete", clip="c1"))
    bridge.wait()
    assert session.revision == 1
    assert not wire.of("frame"), "an edit does not wait for a picture"
    painter.held.set()
    until(lambda: bool(wire.of("frame")))
    answer = wire.of("frame")[0]
    assert wire.buffers[wire.told.index(answer)] == [b"3/2 640x360"]
    assert (answer["request"], answer["frame"], answer["revision"]) == (1, 45, 0)
    assert answer["boxes"][0]["track"] == 45


def test_every_request_is_answered_once_and_stale_ones_cost_nothing(
    bridge: Bridge, wire: Wire, painter: Painter
) -> None:
    painter.held.clear()
    for request in range(8):
        bridge.receive(wire, frame(request, request, generation=0))
    bridge.receive(wire, frame(8, 99, generation=1))
    bridge.receive(wire, frame(9, 50, generation=0, player=2))
    painter.held.set()
    until(lambda: len(wire.of("frame")) == 10)
    assert sorted(one["request"] for one in wire.of("frame")) == list(range(10))
    with_picture = {one["request"] for one, data in zip(wire.told, wire.buffers, strict=True) if data}
    assert {8, 9} <= with_picture
    assert not with_picture & {4, 5, 6, 7}, "four were begun before the generation changed"


def test_players_that_wait_for_nothing_are_forgotten(bridge: Bridge, wire: Wire) -> None:
    """Every reload of a page, and every view of a player, is another one."""
    for player in range(50):
        for number in range(3):
            bridge.receive(wire, frame(3 * player + number, number, generation=number, player=player))
    until(lambda: len(wire.of("frame")) == 150)
    until(lambda: not bridge._wanted)


def test_a_still_that_cannot_be_made_is_an_answer(bridge: Bridge, wire: Wire) -> None:
    bridge.receive(wire, frame(1, 30 * 16))
    until(lambda: bool(wire.told))
    assert wire.told == [
        {"type": "error", "client": "page", "request": 1, "reason": "beach.mp4 ends too soon", "hint": "copy it again"}
    ]


def test_a_poster_shows_something_and_never_keeps_anybody_waiting(bridge: Bridge, painter: Painter) -> None:
    assert bridge.poster((480, 270), 5) == b"16/3 480x270"
    painter.held.clear()
    assert bridge.poster((480, 270), 0.05) is None
    empty = Bridge(Session(Document(id="p")), painter)
    assert empty.poster((480, 270), 1) is None
    empty.close()


def test_a_session_has_one_bridge_until_its_last_widget_goes(session: Session, painter: Painter) -> None:
    bridge = bridge_of(session)
    assert bridge_of(session, painter) is bridge
    assert bridge.stills is painter
    one, two = Wire(), Wire()
    bridge.attach(one)
    bridge.attach(two)
    bridge.detach(one)
    assert bridge_of(session) is bridge
    bridge.detach(two)
    assert bridge_of(session) is not bridge
    bridge_of(session).close()
    until(lambda: not bridge._thread.is_alive())
    session.apply(ops.Delete(clip="c1"))
    assert two.told == []


def test_edits_from_many_threads_arrive_in_order(bridge: Bridge, wire: Wire, session: Session) -> None:
    def work(first: int) -> None:
        for i in range(20):
            bridge.receive(wire, edit(first + i, op="move", clip="c4", to=str(30 + i)))
            session.apply(ops.Move(clip="p1", to=Fraction(40 + i)))

    threads = [threading.Thread(target=work, args=(1000 * n,)) for n in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    bridge.wait()
    chain = [(one["base"], one["revision"]) for one in wire.of("patch")]
    assert all(now[0] == before[1] for before, now in itertools.pairwise(chain))
    assert chain[-1][1] == session.revision
    assert len(wire.of("ack")) == 60
    for number in range(3):
        requests = [one["request"] for one in wire.of("ack") if one["request"] // 1000 == number]
        assert requests == sorted(requests)


def test_a_still_says_the_revision_of_the_document_that_it_shows(painter: Painter) -> None:
    """Somebody edits whenever the revision or the document is looked at."""

    class Restless(Session):
        calm = True

        def stir(self) -> None:
            if not self.calm:
                self.calm = True
                self.apply(ops.Delete(clip="c1"))
                self.calm = False

        @property
        def document(self) -> Document:
            self.stir()
            return super().document

        @property
        def revision(self) -> int:
            found = super().revision
            self.stir()
            return found

    session = Restless(trip())
    shown: list[tuple[int, bool]] = []

    class Seen(Wire):
        def boxes(self, document: Document, frame: int, revision: int) -> tuple[Box, ...]:
            shown.append((revision, document is first))
            return ()

    first, seen = session.document, Seen()
    bridge = Bridge(session, painter)
    bridge.attach(seen)
    session.calm = False
    bridge.receive(seen, frame(1, 45))
    until(lambda: bool(seen.of("frame")))
    bridge.close()
    assert shown == [(0, True)]


def test_a_change_while_the_bridge_begins_is_not_missed(monkeypatch: pytest.MonkeyPatch) -> None:
    session, wire = Session(trip()), Wire()

    def slow(history: History) -> tuple[str | None, str | None]:
        if session.revision == 0:
            session.apply(ops.Delete(clip="c1"))
            return None, None
        return steps(history)

    monkeypatch.setattr("cutroom.widgets.bridge.steps", slow)
    bridge = Bridge(session)
    bridge.attach(wire)
    bridge.receive(wire, {"type": "resync", "client": "page"})
    bridge.wait()
    bridge.close()
    assert [(one["revision"], one["undo"]) for one in wire.of("snapshot")] == [(1, "delete")]


def test_a_closed_project_says_so_to_every_page(bridge: Bridge, wire: Wire, session: Session, painter: Painter) -> None:
    painter.held.clear()
    for request in range(6):
        bridge.receive(wire, frame(request, request))
    bridge.receive(wire, edit(10, op="delete", clip="c1"))
    bridge.wait()
    session.close()
    painter.held.set()
    bridge._thread.join(5)
    until(lambda: len(wire.of("frame")) == 6)
    assert not bridge._thread.is_alive()
    words = {"reason": "this project was closed", "hint": "open it again: Project.open(...)"}
    assert wire.of("closed") == [{"type": "closed", **words}]
    wire.told.clear()
    bridge.receive(wire, edit(11, op="delete", clip="c2"))
    bridge.receive(wire, {"type": "travel", "client": "page", "request": 12, "step": "undo"})
    bridge.receive(wire, frame(13, 4))
    bridge.receive(wire, {"type": "resync", "client": "page"})
    assert [one["type"] for one in wire.told] == ["nack", "nack", "error", "snapshot", "closed"]
    assert [one["request"] for one in wire.told[:3]] == [11, 12, 13]
    assert all(one[name] == words[name] for one in wire.told[:3] for name in words)
    assert wire.told[3]["revision"] == session.revision == 1


def test_a_comm_routes_messages_where_the_browser_says() -> None:
    comm_module = pytest.importorskip("ipykernel.comm.comm")
    comm = comm_module.BaseComm.__new__(comm_module.BaseComm)
    assert comm._reply_subshell_for is not None, "ipykernel has changed: look whether `unpin` is still needed"
    unpin(comm)
    # what the kernel's shell channel does with every comm message (ipykernel.kernelbase)
    assert getattr(comm, "_reply_subshell_for", None) is None
    plain = object()
    unpin(plain)
