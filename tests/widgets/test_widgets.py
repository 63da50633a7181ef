"""The widget classes: one model for one session, and something to see without a browser."""

from __future__ import annotations

import base64
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from fractions import Fraction
from pathlib import Path

import pytest
from scenery import long, trip

from cutroom.errors import TimeError, WidgetError
from cutroom.schema.clip import Clip, TitleSource
from cutroom.schema.detection_columns import make_boxes, make_frames
from cutroom.schema.detections import Detections
from cutroom.schema.document import Document, Timeline
from cutroom.schema.track import Track
from cutroom.session import Session
from cutroom.widgets import PlayerWidget, TimelineWidget, bundle
from cutroom.widgets.bridge import _BRIDGES
from cutroom.widgets.fallback import html, plain

VIEW = "application/vnd.jupyter.widget-view+json"


class Desk:
    """A façade as the widgets see one: a session, and who makes pictures."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.app = self

    def still_jpeg(
        self, document: Document, paths: Mapping[str, str], time: Fraction, *, size: tuple[int, int]
    ) -> bytes:
        return b"\xff\xd8" + bytes(f"{time}", "ascii")


@pytest.fixture
def desk() -> Desk:
    return Desk(Session(trip()))


@pytest.fixture
def widgets(desk: Desk) -> Iterator[tuple[TimelineWidget, PlayerWidget]]:
    made = TimelineWidget(desk), PlayerWidget(desk)
    yield made
    for one in made:
        one.close()


def test_shown_again_it_is_the_same_model(desk: Desk, widgets: tuple[TimelineWidget, PlayerWidget]) -> None:
    timeline, player = widgets
    assert TimelineWidget(desk) is timeline
    assert TimelineWidget(desk.session) is timeline
    assert PlayerWidget(desk) is player
    assert player.model_id != timeline.model_id


def test_new_detections_replace_those_of_the_one_player(
    desk: Desk, widgets: tuple[TimelineWidget, PlayerWidget], monkeypatch: pytest.MonkeyPatch
) -> None:
    _, player = widgets
    told: list[str] = []
    monkeypatch.setattr(player, "post", lambda content, buffers: told.append(content["type"]))
    first, second = detections("star"), detections("ring")
    for given in (first, second, second):  # a cell that is run again and again
        assert PlayerWidget(desk, detections=given) is player
    player._live.wait()
    assert told == ["snapshot"] * 2, "every view asks for its picture anew"
    assert len(player._live._ports) == 2
    assert [box.label for box in player.boxes(desk.session.document, 0, 0)] == ["ring"]
    assert PlayerWidget(desk).detections is second
    player.detections = None
    assert player.boxes(desk.session.document, 0, 0) == ()


def test_a_widget_that_could_not_be_made_is_not_given_again(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails() -> str:
        raise OSError("the bundle cannot be read")

    with monkeypatch.context() as broken:
        broken.setattr("cutroom.widgets.model.front_end", fails)
        with pytest.raises(OSError, match="bundle"):
            TimelineWidget(desk)
    made = TimelineWidget(desk)
    assert made.model_id
    assert made._live._ports == [made]
    made.close()


def test_a_closed_project_is_shown_and_no_thread_is_left(
    desk: Desk, widgets: tuple[TimelineWidget, PlayerWidget]
) -> None:
    timeline, _ = widgets
    bridge = timeline._live
    assert bridge.poster((480, 270), 5)
    desk.session.close()
    bridge.wait()
    assert not [one.name for one in (bridge._thread, *bridge._pictures._threads) if lives(one)]
    assert id(desk.session) not in _BRIDGES
    assert TimelineWidget(desk) is timeline, "shown again, nothing new is made"
    data, _ = timeline._repr_mimebundle_()
    assert set(data) == {VIEW, "text/plain", "text/html"}
    timeline.time = 2
    assert timeline.time == 2
    closed = Session(trip())
    closed.close()
    late = TimelineWidget(closed)
    late._live.wait()
    assert not lives(late._live._thread)
    assert id(closed) not in _BRIDGES
    late.close()


def lives(thread: threading.Thread) -> bool:
    thread.join(5)
    return thread.is_alive()


def detections(label: str) -> Detections:
    """One box in the first frame of whatever is shown."""
    base, frames = make_frames([(0, Fraction(0), Fraction(1), Fraction(1))])
    boxes = make_boxes(row=[0], class_id=[0], confidence=[0.9], track_id=[3], xyxy=[(480, 270, 1440, 810)])
    return Detections(None, (label,), base, frames, boxes, Fraction(30), (1920, 1080))


def test_a_closed_widget_is_made_anew_and_leaves_no_thread(desk: Desk) -> None:
    first = TimelineWidget(desk)
    thread = first._live._thread
    first.close()
    first.close()
    thread.join(5)
    assert not thread.is_alive()
    second = TimelineWidget(desk)
    assert second is not first
    with pytest.raises(WidgetError, match="closed"):
        _ = first.time
    second.close()


def test_only_the_bundle_is_a_trait(widgets: tuple[TimelineWidget, PlayerWidget]) -> None:
    import anywidget

    class Bare(anywidget.AnyWidget):
        _esm = "export default {}"

    assert set(widgets[0].keys) == set(Bare().keys)
    assert widgets[0].get_state()["_anywidget_id"].endswith(".TimelineWidget")
    assert widgets[1].get_state()["_anywidget_id"].endswith(".PlayerWidget")


def test_time_is_shared(widgets: tuple[TimelineWidget, PlayerWidget]) -> None:
    timeline, player = widgets
    timeline.time = "00:00:03:15"
    assert player.time == Fraction(7, 2)
    player.time = 1.49
    assert timeline.time == Fraction(45, 30)
    with pytest.raises(TimeError):
        player.time = -1


def test_what_is_no_timeline_is_refused() -> None:
    with pytest.raises(WidgetError, match="not a timeline: int"):
        TimelineWidget(3)


def test_a_page_without_widgets_gets_a_poster_and_a_table(widgets: tuple[TimelineWidget, PlayerWidget]) -> None:
    data, _ = widgets[0]._repr_mimebundle_()
    assert set(data) == {VIEW, "text/plain", "text/html", "image/jpeg"}
    assert data[VIEW]["model_id"] == widgets[0].model_id
    assert base64.b64decode(data["image/jpeg"]) == b"\xff\xd816/3"
    assert data["image/jpeg"] in data["text/html"]
    assert "harbour at dusk.mp4" in data["text/html"]
    assert "00:00:04:15" in data["text/html"]
    assert data["text/plain"] == "Timeline 00:00:16:00, 1920x1080 at 30 fps, 4 tracks, 11 clips"


def test_without_pictures_there_is_still_a_table() -> None:
    widget = TimelineWidget(Session(trip()))
    data, _ = widget._repr_mimebundle_()
    assert set(data) == {VIEW, "text/plain", "text/html"}
    widget.close()


def test_html_is_escaped_self_contained_and_of_a_bearable_length() -> None:
    evil = Clip(id="t", source=TitleSource(text="<script>alert('&')</script>"), duration=Fraction(1))
    track = Track(id="v", kind="video", title="<b>V</b>", items=(evil,))
    text = html(Document(id="p", timeline=Timeline(tracks=(track,))), b"jpeg")
    assert "<script" not in text
    assert "<b>V" not in text
    assert "&lt;script&gt;" in text
    assert "http" not in text
    many = html(long(4000), None)
    assert len(many) < 60_000
    assert "… and 3900 more clips" in many
    assert "tl.append" in html(Document(id="p"), None)
    assert plain(Document(id="p")) == "Timeline 00:00:00:00, 1920x1080 at 30 fps, 0 tracks, 0 clips"


def test_without_a_bundle_the_widget_says_what_to_run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(bundle, "files", lambda package: tmp_path)
    assert not bundle.is_built()
    text = bundle.front_end()
    assert "npm run build" in text
    program = shutil.which("node")
    if program is None:
        return  # this text is all that can be looked at here
    show = "const el = {}; widget.render({ el }); console.log(el.textContent)"
    script = text.replace("export default", "const widget =") + show
    arguments = [program, "--input-type=module", "-e", script]
    done = subprocess.run(arguments, capture_output=True, text=True, check=True)
    assert "not built here" in done.stdout


def test_importing_the_room_is_light() -> None:
    code = "import sys, cutroom.widgets; print([m for m in ('anywidget', 'ipywidgets', 'numpy') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
