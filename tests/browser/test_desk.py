"""The widgets in a real Chromium over a real bridge: hands, keys, pictures. Without Jupyter, so that it is fast."""

from __future__ import annotations

import time
from fractions import Fraction
from typing import Any

import pytest
from desk import DARK, LIGHT, Desk, Opener, notice, pick, press, revised, shown, words
from scenery import long, trip

from cutroom.edit import operations as ops
from cutroom.schema.detection_columns import make_boxes, make_frames
from cutroom.schema.detections import Detections
from cutroom.schema.document import Document

pytestmark = pytest.mark.browser


def seconds(desk: Desk, pixels: float) -> float:
    """How long a stretch of the screen is."""
    return pixels / desk.box("c3")["width"] * 5


# -- hands -----------------------------------------------------------------------------------------------------------


def test_dragging_a_clip_moves_it_to_the_frame_under_the_hand(desk: Desk) -> None:
    press(desk, "n")  # no snapping
    box = desk.box("p1")
    moved = round(seconds(desk, 60) * 30)
    desk.drag((box["x"] + 40, box["y"] + 30), (box["x"] + 100, box["y"] + 30))
    revised(desk, 1)
    assert desk.session.document.clip_start("p1") == 10 + Fraction(moved, 30)
    edit = next(message for message in desk.heard if message["type"] == "edit")
    assert edit["operation"]["op"] == "move"
    assert "/" in edit["operation"]["to"]
    assert desk.state()["selected"] == "p1"


def test_a_drag_snaps_to_edges_and_alt_lets_go(desk: Desk) -> None:
    box, target = desk.box("p1"), desk.box("t1")  # t1 ends at 8 s, p1 starts at 10 s
    near = target["x"] + target["width"] - box["x"] + 7
    desk.drag((box["x"] + 40, box["y"] + 30), (box["x"] + 40 + near, box["y"] + 30))
    revised(desk, 1)
    assert desk.session.document.clip_start("p1") == 8
    press(desk, "Control+z")
    desk.page.keyboard.down("Alt")
    desk.drag((box["x"] + 40, box["y"] + 30), (box["x"] + 40 + near, box["y"] + 30))
    desk.page.keyboard.up("Alt")
    revised(desk, 3)
    assert desk.session.document.clip_start("p1") != 8


def test_a_clip_goes_to_another_track_with_its_sound_in_step(desk: Desk) -> None:
    box, lane = desk.box("c4"), desk.box("p1")
    desk.drag((box["x"] + 30, box["y"] + 30), (box["x"] + 130, lane["y"] + 20))
    revised(desk, 1)
    document = desk.session.document
    assert document.locate("c4")[0] == 1
    assert document.clip_start("c4") == document.clip_start("s4") > Fraction("13.5")


def test_trimming_shows_its_numbers_and_stops_at_the_media(desk: Desk) -> None:
    box = desk.box("c4")
    before = desk.page.locator("canvas").screenshot()
    edge = (box["x"] + box["width"] - 2, box["y"] + 30)
    desk.drag(edge, (edge[0] - 40, edge[1]), release=False)
    assert desk.page.locator("canvas").screenshot() != before
    desk.page.mouse.up()
    revised(desk, 1)
    short = desk.session.document.clip("c4").duration
    assert short < Fraction("2.5")
    assert (short * 30).denominator == 1
    assert desk.session.document.clip("s4").duration == short
    box = desk.box("p1")  # 10 to 13 s of a media of 30 s, nothing behind it
    press(desk, "f")
    for _ in range(8):
        desk.page.keyboard.press("-")
    desk.settle()
    box = desk.box("p1")
    grip = (box["x"] + box["width"] - 1, box["y"] + 30)
    desk.drag(grip, (grip[0] + 800, grip[1]))
    revised(desk, 2)
    assert desk.session.document.clip("p1").duration == 20


def test_a_rippling_trim_with_shift(desk: Desk) -> None:
    box = desk.box("c1")
    desk.page.keyboard.down("Shift")
    desk.drag((box["x"] + box["width"] - 3, box["y"] + 30), (box["x"] + box["width"] - 50, box["y"] + 30))
    desk.page.keyboard.up("Shift")
    desk.settle(200)
    edit = next(message for message in desk.heard if message["type"] == "edit")
    assert edit["operation"]["ripple"] is True


def test_escape_and_python_both_end_a_drag(desk: Desk) -> None:
    box = desk.box("c3")
    desk.drag((box["x"] + 40, box["y"] + 30), (box["x"] + 90, box["y"] + 30), release=False)
    press(desk, "Escape")
    desk.page.mouse.up()
    desk.drag((box["x"] + 40, box["y"] + 30), (box["x"] + 90, box["y"] + 30), release=False)
    desk.session.apply(ops.Delete(clip="c1"))
    revised(desk, 1)
    desk.page.mouse.up()
    desk.settle()
    assert desk.session.revision == 1
    assert not [message for message in desk.heard if message["type"] == "edit"]


def test_a_locked_track_says_so(desk: Desk) -> None:
    box = desk.box("mu")
    desk.drag((box["x"] + 40, box["y"] + 30), (box["x"] + 90, box["y"] + 30))
    desk.settle()
    assert notice(desk) == "Track Music is locked\nunlock it to edit its clips"
    assert desk.session.revision == 0


def test_a_refused_edit_shows_the_reason_and_the_remedy(desk: Desk) -> None:
    pick(desk, "mu")
    press(desk, "x")
    desk.until(lambda: "locked" in notice(desk), "a notice")
    assert notice(desk) == "track Music is locked\nunlock it first"
    desk.page.get_by_label("Dismiss").click()
    assert not desk.page.locator(".cutroom-notice").first.is_visible()


def test_scrubbing_in_the_ruler_and_scrolling_with_the_bar(desk: Desk) -> None:
    canvas = desk.page.locator("canvas").bounding_box()
    box = desk.box("c3")
    x = box["x"] + box["width"] / 2
    desk.drag((x - 80, canvas["y"] + 12), (x, canvas["y"] + 12))
    assert abs(int(desk.state()["frame"]) - (8.5 + 2.5) * 30) <= 1
    desk.until(lambda: desk.bridge.frame == int(desk.state()["frame"]), "Python knows the playhead")
    for _ in range(4):
        desk.page.keyboard.press("+")
    desk.settle()
    before = desk.box("c3")["x"]
    desk.drag(
        (canvas["x"] + canvas["width"] / 2, canvas["y"] + canvas["height"] - 5),
        (canvas["x"] + 120, canvas["y"] + canvas["height"] - 5),
    )
    desk.settle()
    assert desk.box("c3")["x"] > before


def test_the_wheel_zooms_at_the_mouse_and_leaves_the_page_alone(desk: Desk) -> None:
    canvas = desk.page.locator("canvas").bounding_box()
    box = desk.box("c3")
    desk.page.mouse.move(box["x"], box["y"] + 20)
    desk.page.keyboard.down("Control")
    desk.page.mouse.wheel(0, -300)
    desk.page.keyboard.up("Control")
    desk.settle()
    after = desk.box("c3")
    assert after["width"] > box["width"] * 2
    assert after["x"] == pytest.approx(box["x"], abs=1)
    listen = "() => document.addEventListener('wheel', (event) => (window.kept = event.defaultPrevented))"
    desk.page.evaluate(listen)
    desk.page.mouse.move(canvas["x"] + 300, canvas["y"] + 60)
    desk.page.mouse.wheel(0, 50)
    desk.settle()
    assert desk.page.evaluate("window.kept") is False, "lanes that all fit leave the wheel to the notebook"


# -- what is seen ------------------------------------------------------------------------------------------------------


def test_an_empty_timeline_says_what_to_do_and_fills_when_it_is_done(opened: Opener) -> None:
    desk = opened(Document(id="p"), "PlayerWidget", "TimelineWidget")
    said = desk.page.locator(".cutroom-empty")
    assert "project.timeline.append" in said.nth(0).inner_text()
    assert "This timeline is empty" in said.nth(1).inner_text()
    filled = trip()
    desk.session.apply(ops.AddMedia(media=filled.media[0]))
    desk.session.apply(ops.AddTrack(track="video", title="V1"))
    source = filled.tracks[0].items[0]
    assert source.kind == "clip"
    made = desk.session.apply(ops.Append(track="V1", source=source.source, duration=Fraction(4)))
    desk.until(lambda: desk.state("player").get("shown") == "0", "the first picture")
    assert not said.nth(0).is_visible()
    assert not said.nth(1).is_visible()
    assert desk.box(made.created[0])["width"] > 600, "what was empty shows all of what it holds now"


def test_sharp_on_a_dense_screen_and_in_the_colours_of_the_notebook(opened: Opener) -> None:
    desk = opened(trip(), ratio=2, theme=DARK)
    density = """() => {
      const canvas = document.querySelector("canvas");
      return [canvas.width / canvas.clientWidth, canvas.height / canvas.clientHeight];
    }"""
    assert desk.page.evaluate(density) == [2, 2]
    page = desk.page.locator(".cutroom-timeline").bounding_box()
    box = desk.box("c1")
    place = box["x"] - page["x"] - 1 + box["width"] / 2, box["y"] - page["y"] - 41 + 45
    dark = desk.pixel("timeline", *place)
    desk.theme(LIGHT)
    desk.settle()
    light = desk.pixel("timeline", *place)
    assert sum(dark) < 300
    assert sum(light) > 500


def test_a_clip_shows_its_picture_from_where_nothing_lies_over_it(desk: Desk) -> None:
    def colour(clip: str, seconds_in: float) -> tuple[int, int, int]:
        canvas, box = desk.page.locator(".cutroom-timeline canvas").bounding_box(), desk.box(clip)
        x = box["x"] - canvas["x"] + box["width"] * seconds_in / {"c3": 5, "c2": 3, "p1": 3}[clip] + 20
        return desk.pixel("timeline", x, box["y"] - canvas["y"] + 45)

    def asked() -> list[int]:
        return [message["frame"] for message in desk.heard if message["type"] == "frame_request"]

    def still(frame: int) -> Any:
        return pytest.approx((frame % 256, 60, 120), abs=6)

    desk.until(lambda: len(asked()) == 3, "three clips are wide enough and somewhere uncovered")
    desk.settle(600)
    assert asked() == [0, 270, 300], "once each; c3 after it has faded in"
    assert colour("c3", 0.5) == still(270)
    assert colour("p1", 0) == still(300)
    assert colour("c2", 0.5) != still(150), "after its dissolve a title lies over it until its end"
    desk.heard.clear()
    desk.session.apply(ops.Trim(clip="c3", edge="start", to=Fraction(19, 2)))
    desk.until(lambda: asked() == [390], "the trimmed clip is asked for again, where p1 has left it")
    desk.settle(600)
    assert asked() == [390]


def test_a_narrow_widget_still_works(desk: Desk) -> None:
    desk.page.set_viewport_size({"width": 420, "height": 800})
    desk.settle()
    wide = "() => [document.documentElement.scrollWidth, document.querySelector('canvas').clientWidth]"
    scroll, canvas = desk.page.evaluate(wide)
    assert scroll <= 420
    assert canvas <= 390
    press(desk, "f")
    box = desk.box("c4")
    assert box["x"] + box["width"] < 420


def test_a_lost_patch_is_made_good(desk: Desk) -> None:
    desk.session.apply(ops.Delete(clip="c1"))
    desk.bridge.wait()
    desk._out.get()  # it never arrives
    desk.session.apply(ops.Delete(clip="c2"))
    revised(desk, 2)
    assert [message["type"] for message in desk.heard].count("resync") == 2
    assert desk.page.evaluate("() => document.querySelector('.cutroom-timeline').clipBox('c1')") is None


def test_a_kernel_that_is_gone_is_said_and_nothing_is_lost(desk: Desk) -> None:
    desk.page.evaluate("window.dead = true")
    pick(desk, "c3")
    press(desk, "x")
    assert notice(desk) == "The kernel was restarted\nrun the cell again to go on editing"
    assert desk.box("c3")["width"] > 0
    assert desk.page.get_by_label("Split at the playhead (S)").is_disabled()


# -- the player --------------------------------------------------------------------------------------------------------


def test_both_widgets_show_one_time(opened: Opener) -> None:
    desk = opened(trip(), "PlayerWidget", "TimelineWidget")
    shown(desk, 0)
    desk.page.locator(".cutroom-player").focus()
    press(desk, "ArrowRight", "Shift+ArrowRight")
    assert desk.state("timeline")["frame"] == "11"
    shown(desk, 11)
    red, green, blue = desk.pixel("player", 480, 300)
    assert (red, green, blue) == pytest.approx((11, 60, 120), abs=4)
    desk.page.locator(".cutroom-timeline").focus()
    press(desk, "End")
    shown(desk, 479)
    assert desk.page.locator(".cutroom-player .cutroom-time").inner_text().startswith("00:00:15:29")
    slider = desk.page.get_by_role("slider")
    assert slider.get_attribute("aria-valuenow") == "479"
    box = slider.bounding_box()
    desk.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + 9)
    desk.settle()
    assert abs(int(desk.state("timeline")["frame"]) - 240) <= 1


def test_an_edit_gives_a_new_picture(opened: Opener) -> None:
    desk = opened(trip(), "PlayerWidget")
    shown(desk, 0)
    asked = len([message for message in desk.heard if message["type"] == "frame_request"])
    desk.session.apply(ops.Delete(clip="c1"))
    desk.settle(300)
    requests = [message for message in desk.heard if message["type"] == "frame_request"]
    assert len(requests) == asked + 1
    assert requests[-1]["generation"] > requests[-2]["generation"]


def test_playing_keeps_real_time_with_at_most_four_stills_on_their_way(opened: Opener) -> None:
    desk = opened(trip(), "PlayerWidget", "TimelineWidget")
    shown(desk, 0)
    desk.page.locator(".cutroom-player").focus()
    desk.heard.clear()
    desk.said.clear()
    open_requests: set[int] = set()
    most = 0
    began = time.monotonic()
    press(desk, "Space")
    desk.settle(2000)
    desk.page.keyboard.press("Space")
    played = time.monotonic() - began
    desk.settle()
    for message in desk.heard:
        if message["type"] == "frame_request":
            open_requests.add(message["request"])
    answered = [content["request"] for content, _ in desk.said if content["type"] == "frame"]
    assert len(answered) == len(set(answered))
    most = len(open_requests) - len(answered)
    assert most <= 4
    frame = int(desk.state("timeline")["frame"])
    assert played - 1 < frame / 30 < played + 0.1, f"{played} s of playing came to frame {frame}"
    shown(desk, frame)
    assert len(answered) >= 15
    widest = max(message["width"] for message in desk.heard if message["type"] == "frame_request")
    assert widest <= 1280


def test_a_hidden_player_asks_for_nothing(opened: Opener) -> None:
    desk = opened(trip(), "PlayerWidget", "TimelineWidget")
    shown(desk, 0)
    desk.page.evaluate("() => (document.querySelector('.cutroom-player').style.display = 'none')")
    desk.settle()
    desk.heard.clear()
    desk.page.locator(".cutroom-timeline").focus()
    press(desk, "End")
    assert not [message for message in desk.heard if message["type"] == "frame_request"]
    desk.page.evaluate("() => (document.querySelector('.cutroom-player').style.display = '')")
    shown(desk, 479)


def test_boxes_lie_exactly_over_the_picture(opened: Opener) -> None:
    desk = opened(trip())
    base, frames = make_frames([(0, Fraction(0), Fraction(1), Fraction(1))])
    # a quarter from each side of a 1920 x 1080 picture
    boxes = make_boxes(row=[0], class_id=[0], confidence=[0.9], track_id=[3], xyxy=[(480, 270, 1440, 810)])
    desk.detections = Detections(None, ("star",), base, frames, boxes, Fraction(30), (1920, 1080))
    desk.show("PlayerWidget")
    shown(desk, 0)
    desk.settle()
    size = desk.page.locator(".cutroom-player canvas").bounding_box()
    picture_width = size["height"] * 16 / 9  # the screen is wider than the picture: bars at its sides
    left, top = (size["width"] - picture_width) / 2 + picture_width / 4, size["height"] / 4
    plain = desk.pixel("player", left + 20, top + 20)
    assert plain == pytest.approx((0, 60, 120), abs=4)
    assert desk.pixel("player", left - 20, top + 40) == pytest.approx((0, 60, 120), abs=4)
    for x, y in ((left, top + 60), (left + picture_width / 2, top + 60), (left + 200, top + size["height"] / 2)):
        assert desk.pixel("player", x, y) != pytest.approx(plain, abs=40), (x, y)
    desk.page.locator(".cutroom-player").focus()
    press(desk, "b")
    assert desk.pixel("player", left, top + 60) == pytest.approx(plain, abs=4)


def test_a_still_that_cannot_be_made_says_why(opened: Opener) -> None:
    desk = opened(trip())
    desk.bridge.stills = None
    desk.show("PlayerWidget")
    desk.until(lambda: "makes no pictures" in notice_of_player(desk), "a notice")
    assert notice_of_player(desk).endswith("show the timeline of a cr.Project")


def test_a_closed_project_is_shown_and_cannot_be_edited(opened: Opener) -> None:
    desk = opened(trip(), "PlayerWidget", "TimelineWidget")
    shown(desk, 0)
    desk.session.apply(ops.Delete(clip="c1"))
    revised(desk, 1)
    undo = desk.page.get_by_role("button", name="Undo")
    assert undo.is_enabled()
    desk.session.close()
    desk.until(lambda: "this project was closed" in notice_of_player(desk), "a notice")
    assert words(desk.page.locator(".cutroom-timeline .cutroom-notice")).endswith("open it again: Project.open(...)")
    assert undo.is_disabled()
    desk.page.locator(".cutroom-timeline").focus()
    press(desk, "ArrowRight", "Control+z")
    assert undo.is_disabled(), "an answer does not mean that it is open again"
    assert desk.state("timeline")["revision"] == "1"


def test_a_player_that_is_taken_away_gives_its_pictures_back(opened: Opener) -> None:
    desk = opened(trip(), "PlayerWidget")
    shown(desk, 0)
    desk.page.evaluate("""() => {
      const make = window.createImageBitmap;
      window.made = [];
      window.createImageBitmap = (...all) => make(...all).then((made) => (window.made.push(made), made));
    }""")
    desk.page.locator(".cutroom-player").focus()
    press(desk, "ArrowRight")
    shown(desk, 1)
    desk.page.keyboard.press("ArrowRight")
    desk.until(lambda: not desk._out.empty(), "a still is on its way")
    content, buffers = desk._out.get()
    desk.page.evaluate("() => window.views[0]()")
    assert desk.page.locator(".cutroom-player").count() == 0
    desk._out.put((content, buffers))
    desk.settle()
    desk.page.evaluate("() => window.views[0]()")  # Jupyter may say it twice
    widths = desk.page.evaluate("() => window.made.map((picture) => picture.width)")
    assert widths
    assert set(widths) == {0}, "a closed picture has no width"


def notice_of_player(desk: Desk) -> str:
    return words(desk.page.locator(".cutroom-player .cutroom-notice"))


# -- ten thousand clips ------------------------------------------------------------------------------------------------


def test_ten_thousand_clips_are_edited_like_ten(opened: Opener) -> None:
    desk = opened(long(10_000))
    desk.page.locator(".cutroom-timeline").focus()
    for _ in range(14):
        desk.page.keyboard.press("+")
    desk.settle()
    desk.said.clear()
    box = desk.box("c_0_0000000")
    assert box["width"] > 20
    desk.drag((box["x"] + box["width"] / 2, box["y"] + 30), (box["x"] + box["width"] / 2 + 90, box["y"] + 30))
    revised(desk, 1)
    assert desk.session.document.clip_start("c_0_0000000") > 0
    sizes = [len(str(content)) for content, _ in desk.said if content["type"] == "patch"]
    assert sizes
    assert max(sizes) < 3000
