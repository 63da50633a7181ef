"""The whole way: a hand in a real JupyterLab edits a real project, and Python's edits show in the page."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from lab import Lab, server, write_notebook
from PIL import Image

from cutroom.demo.framenumber import read_frame_number
from cutroom.widgets.bundle import REMEDY, is_built

pytestmark = pytest.mark.browser

BUILD = """
import pandas as pd
import cutroom as cr
from cutroom.demo.film import write_demo_film

truth = write_demo_film("demo.mp4", seconds=4, size=(320, 180))
project = cr.Project.create("trip.tlp")
tl = project.timeline
a = tl.append("demo.mp4", source=(0, 1))
b = tl.append("demo.mp4", source=(2, 3))
rows = [(i, box.label, box.x1, box.y1, box.x2, box.y2) for i, boxes in enumerate(truth.boxes) for box in boxes]
table = pd.DataFrame(rows, columns=["frame", "label", "x1", "y1", "x2", "y2"])
dets = cr.Detections.from_df(table, project.media["demo.mp4"])
print(b.id, b.start)
"""
# says something to the widget, then keeps the interpreter busy and prints, as training loops do
BUSY = """
import time

cr.TimelineWidget(tl).time = 0.5
end = time.time() + 8
while time.time() < end:
    sum(range(20_000))
    print(".", end="")
print("DONE")
"""
# whatever is drawn is drawn at once; and what was printed before the bar must still be there after it
LOOK = """
from cutroom.jobs import bar

bar.CELL_AFTER = 0
print("before")
found = cr.detect("demo.mp4")
"""
CELLS = [
    BUILD,
    "cr.PlayerWidget(tl, detections=dets)",
    "tl",
    "print(b.id)",
    "print(b.start, b.linked[0].start, project.history.to_df().iloc[-1]['label'])",
    "undone = project.undo()",
    "cr.TimelineWidget(tl).time = 1.5",
    BUSY,
    "tl",
    LOOK,
]
PLAYER, EDITOR, SAY_CLIP, SAY_PLACE, UNDO, SEEK, KEEP_BUSY, AGAIN, DETECT = range(1, 10)


@pytest.fixture(scope="module")
def lab(chromium: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """A notebook whose first cells have run: a project of two clips, its player, its timeline."""
    if not is_built():
        pytest.skip(f"no front end: {REMEDY}")
    folder: Path = tmp_path_factory.mktemp("trip")
    write_notebook(folder / "trip.ipynb", CELLS)
    with server(folder) as address:
        page = chromium.new_page(viewport={"width": 1200, "height": 2200})
        made = Lab(page, address, "trip.ipynb")
        said = made.do(0, 120)
        assert said.split()[1:] == ["1"], said
        made.do(PLAYER)
        made.do(EDITOR)
        reach(made, "timeline", revision=2, heads=2)
        reach(made, "player", revision=2, shown=0)
        yield made
        page.close()


@pytest.fixture
def clip(lab: Lab) -> str:
    """The second clip, selected."""
    lab.page.keyboard.press("Escape")
    found = lab.do(SAY_CLIP).strip()
    for _ in range(10):  # JupyterLab takes the keyboard back when a cell ends, on a busy machine even after the click
        box = clip_box(lab, found)
        lab.page.mouse.click(box["x"] + 20, box["y"] + 30)
        if all(has_keyboard(lab) for _ in range(4)):
            break
    lab.page.mouse.move(5, 5)
    reach(lab, "timeline", selected=found)
    return found


def has_keyboard(lab: Lab) -> bool:
    """Whether the timeline has the keyboard, some moments from now."""
    lab.page.wait_for_timeout(400)
    return bool(lab.page.evaluate("() => document.activeElement?.closest('.cutroom-timeline') != null"))


def editor(lab: Lab) -> Any:
    return lab.page.locator(".cutroom-timeline").first


def reach(lab: Lab, kind: str, **state: object) -> None:
    """Wait until a widget says that its state is so."""
    wanted = "".join(f'[data-{name}="{value}"]' for name, value in state.items())
    lab.page.wait_for_selector(f".cutroom-{kind}{wanted}", timeout=30_000)


def canvas(lab: Lab, kind: str) -> bytes:
    """The pixels of a widget's canvas."""
    lab.page.wait_for_timeout(300)
    url = lab.page.evaluate("(kind) => document.querySelector(`.cutroom-${kind} canvas`).toDataURL()", kind)
    return base64.b64decode(url.split(",")[1])


def shown_number(lab: Lab) -> int | None:
    """The frame number that the demo film carries in the picture on screen (boxes would hide it)."""
    picture = np.array(Image.open(io.BytesIO(canvas(lab, "player"))).convert("RGB"))
    height, width = picture.shape[:2]
    wide = min(width, round(height * 16 / 9))
    left = (width - wide) // 2
    return read_frame_number(picture[:, left : left + wide])


def clip_box(lab: Lab, clip: str) -> dict[str, float]:
    return dict(editor(lab).evaluate("(root, clip) => root.clipBox(clip)", clip))


def drag(lab: Lab, clip: str, pixels: float) -> None:
    box = clip_box(lab, clip)
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    mouse = lab.page.mouse
    mouse.move(x, y)
    mouse.down()
    mouse.move(x + pixels, y, steps=10)
    mouse.up()
    mouse.move(5, 5)


def test_a_hand_edits_what_python_holds_and_python_edits_what_is_seen(lab: Lab, clip: str) -> None:
    revision = int(editor(lab).get_attribute("data-revision"))

    # a hand drags a clip; Python's document has changed
    before = canvas(lab, "timeline")
    drag(lab, clip, clip_box(lab, clip)["width"] / 2)
    reach(lab, "timeline", revision=revision + 1)
    assert canvas(lab, "timeline") != before
    where, sound, label = lab.do(SAY_PLACE).split()
    assert label == "move"
    assert where == sound
    frames = Fraction(where) * 30
    assert frames == pytest.approx(45, abs=2)
    assert frames.denominator == 1, "on a frame, exactly"

    # Python undoes; the picture follows
    lab.do(UNDO)
    reach(lab, "timeline", revision=revision + 2)
    assert canvas(lab, "timeline") == before

    # one time for both: Python moves the playhead, the player shows that very frame of the film
    lab.do(SEEK)
    reach(lab, "timeline", frame=45)
    reach(lab, "player", frame=45, shown=45)
    lab.page.locator(".cutroom-player").focus()
    lab.page.keyboard.press("b")
    assert shown_number(lab) == 75, "the clip shows its media from second 2: frame 15 of it is film frame 75"
    editor(lab).focus()
    lab.page.keyboard.press("Home")
    reach(lab, "player", shown=0)
    assert shown_number(lab) == 0


def test_keys_edit_without_a_mouse(lab: Lab, clip: str) -> None:
    revision = int(editor(lab).get_attribute("data-revision"))
    for key in ("Escape", "Control+ArrowDown", "Control+ArrowDown"):
        lab.page.keyboard.press(key)
    reach(lab, "timeline", selected=clip)
    lab.page.keyboard.press(".")
    reach(lab, "timeline", revision=revision + 1)
    lab.page.keyboard.press("Shift+.")
    reach(lab, "timeline", revision=revision + 2)
    assert lab.do(SAY_PLACE).split() == ["41/30", "41/30", "move"]
    editor(lab).focus()
    lab.page.keyboard.press("Control+z")
    lab.page.keyboard.press("Control+z")
    reach(lab, "timeline", revision=revision + 4)


def test_editing_goes_on_while_a_cell_runs(lab: Lab, clip: str) -> None:
    revision = int(editor(lab).get_attribute("data-revision"))
    lab.run(KEEP_BUSY)
    reach(lab, "timeline", frame=15)
    lab.page.wait_for_timeout(500)
    assert lab.running(KEEP_BUSY)
    drag(lab, clip, 60)
    reach(lab, "timeline", revision=revision + 1)
    lab.page.keyboard.press("Control+z")
    reach(lab, "timeline", revision=revision + 2)
    lab.page.keyboard.press("ArrowRight")
    reach(lab, "player", shown=editor(lab).get_attribute("data-frame"))
    assert lab.running(KEEP_BUSY), "the edits must not wait for the cell"
    assert lab.output(KEEP_BUSY).strip().endswith("DONE")
    assert lab.do(SAY_PLACE).split()[0] == "1"


def test_shown_twice_it_is_one_model(lab: Lab) -> None:
    lab.do(AGAIN)
    lab.page.wait_for_function("() => document.querySelectorAll('.cutroom-timeline').length === 2")
    revision = editor(lab).get_attribute("data-revision")
    all_say = (
        "(now) => [...document.querySelectorAll('.cutroom-timeline')].every((one) => one.dataset.revision === now)"
    )
    lab.page.wait_for_function(all_say, arg=revision)


def test_a_progress_bar_goes_without_leaving_room(lab: Lab) -> None:
    watch = """async (index) => {
      const { content } = window.jupyterapp.shell.currentWidget;
      const { outputs } = content.widgets[index].model;
      window.drawn = [];
      outputs.changed.connect(() => window.drawn.push(JSON.stringify(outputs.toJSON())));
      await content.scrollToItem(index);
    }"""
    lab.page.evaluate(watch, DETECT)
    assert lab.do(DETECT).strip() == "before"
    assert any("<progress" in drawn for drawn in lab.page.evaluate("window.drawn"))
    lab.page.wait_for_timeout(300)
    heights = """(index) => {
      const { outputArea } = window.jupyterapp.shell.currentWidget.content.widgets[index];
      return outputArea.widgets.map((output) => output.node.offsetHeight);
    }"""
    text, left = lab.page.evaluate(heights, DETECT)
    assert text > 0
    assert left == 0
    saved = "(index) => window.jupyterapp.shell.currentWidget.content.widgets[index].model.outputs.toJSON()[1].data"
    assert lab.page.evaluate(saved, DETECT) == {}


def test_keys_stay_in_the_widget_and_a_restart_of_the_kernel_is_said(lab: Lab, clip: str) -> None:
    count = "() => window.jupyterapp.shell.currentWidget.content.widgets.length"
    cells = lab.page.evaluate(count)
    for key in "abdn":
        lab.page.keyboard.press(key)
    assert lab.page.evaluate(count) == cells, "the notebook's own shortcuts must not hear the widget's keys"
    lab.page.evaluate("() => window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart()")
    lab.page.wait_for_timeout(500)
    lab.page.keyboard.press("Control+z")
    notice = lab.page.locator(".cutroom-timeline .cutroom-notice").first
    notice.wait_for(state="visible", timeout=20_000)
    assert "run the cell again" in notice.inner_text()
