"""The widgets without a mouse, in a real Chromium: everything is reached, done and said by keys."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from desk import Desk, Opener, notice, pick, press, revised, shown
from scenery import trip

pytestmark = pytest.mark.browser


def spoken(desk: Desk, kind: str = "timeline") -> str:
    """What a screen reader hears."""
    line = desk.page.locator(f".cutroom-{kind} [aria-live=polite]")
    assert line.count() == 1
    return str(line.text_content()).rstrip("\u00a0")


def style(desk: Desk, selector: str, name: str, pseudo: str | None = None) -> str:
    read = "([selector, name, pseudo]) => getComputedStyle(document.querySelector(selector), pseudo)[name]"
    return str(desk.page.evaluate(read, [selector, name, pseudo]))


def has_focus(desk: Desk, selector: str) -> bool:
    return bool(desk.page.evaluate("(selector) => document.activeElement.matches(selector)", selector))


def choose(desk: Desk, clip: str, *, at: str) -> None:
    """Select the clip that stands under the playhead at a time."""
    desk.bridge.seek(Fraction(at))
    desk.settle()
    for _ in range(5):
        press(desk, "d")
        if desk.state()["selected"] == clip:
            return
    raise AssertionError(f"{clip} is not reached")


# -- the playhead and what stands there ----------------------------------------------------------------------------


def test_split_delete_undo_redo(desk: Desk) -> None:
    pick(desk, "c3")
    desk.bridge.seek(Fraction(10))
    desk.until(lambda: desk.state()["frame"] == "300", "the playhead follows Python")
    press(desk, "s")
    revised(desk, 1)
    document = desk.session.document
    assert document.clip("c3").duration == Fraction("1.5")
    assert sum(clip.media == "m_c" for _, clip in document.tracks[0].clips()) == 2
    press(desk, "x")
    revised(desk, 2)
    assert desk.session.document.tracks[0].index_of("c3") is None
    assert desk.state()["selected"] == ""
    press(desk, "Control+z", "Control+z")
    revised(desk, 4)
    assert desk.session.document == trip()
    press(desk, "Control+Shift+z")
    revised(desk, 5)
    assert desk.session.document == document
    titles = [desk.page.locator(".cutroom-bar button").nth(i).get_attribute("title") for i in (2, 3)]
    assert titles == ["Undo split (Ctrl-Z)", "Redo delete (Shift-Ctrl-Z)"]


def test_split_without_a_selection_cuts_every_unlocked_track(desk: Desk) -> None:
    desk.bridge.seek(Fraction(6))
    desk.settle()
    press(desk, "s")
    revised(desk, 1)
    counts = [len(track.clips()) for track in desk.session.document.tracks]
    assert counts == [5, 3, 5, 1]


def test_the_playhead_steps_jumps_and_stays_on_screen(desk: Desk) -> None:
    press(desk, "ArrowRight", "ArrowRight", "ArrowLeft")
    assert desk.state()["frame"] == "1"
    press(desk, "ArrowDown")
    assert desk.state()["frame"] == "135"
    press(desk, "ArrowUp", "Shift+ArrowRight")
    assert desk.state()["frame"] == "10"
    for _ in range(6):
        desk.page.keyboard.press("+")
    press(desk, "End")
    assert desk.state()["frame"] == str(16 * 30 - 1)
    assert 116 < desk.box("c4")["x"] + desk.box("c4")["width"] < 984
    press(desk, "Home")
    assert desk.state()["frame"] == "0"


# -- choosing -------------------------------------------------------------------------------------------------------


def test_clips_are_chosen_one_after_the_other_through_all_tracks(desk: Desk) -> None:
    chosen = []
    for _ in range(6):
        press(desk, "Control+ArrowDown")
        chosen.append(desk.state()["selected"])
    assert chosen == ["c1", "c2", "c3", "c4", "s1", "s2"]
    assert spoken(desk) == "harbour at dusk.mp4 on A1, 00:00:04:15 to 00:00:07:15, selected"
    for _ in range(8):
        press(desk, "Control+ArrowUp")
    assert desk.state()["selected"] == "t1", "the first of the topmost track"
    assert spoken(desk) == "A day is the first clip"
    press(desk, "Escape")
    assert desk.state()["selected"] == ""
    assert spoken(desk) == "Nothing selected"


def test_the_clip_under_the_playhead_is_chosen_and_then_those_below_it(desk: Desk) -> None:
    desk.bridge.seek(Fraction(6))
    desk.settle()
    chosen = []
    for _ in range(5):
        press(desk, "d")
        chosen.append(desk.state()["selected"])
    assert chosen == ["t1", "c2", "s2", "mu", "t1"]


def test_what_is_chosen_comes_on_screen(desk: Desk) -> None:
    for _ in range(8):
        desk.page.keyboard.press("+")
    press(desk, *["Control+ArrowDown"] * 4)
    assert desk.state()["selected"] == "c4"
    assert 100 < desk.box("c4")["x"] < 900


# -- moving and trimming --------------------------------------------------------------------------------------------


def test_a_clip_is_moved_by_one_frame_and_by_ten(desk: Desk) -> None:
    choose(desk, "p1", at="10")
    press(desk, ".")
    revised(desk, 1)
    assert desk.session.document.clip_start("p1") == 10 + Fraction(1, 30)
    press(desk, "Shift+.")
    revised(desk, 2)
    assert desk.session.document.clip_start("p1") == 10 + Fraction(11, 30)
    desk.until(lambda: spoken(desk) == "market.mov moved to 00:00:10:11", "it is said")
    press(desk, ",", "Shift+,")
    revised(desk, 4)
    assert desk.session.document.clip_start("p1") == 10
    assert desk.state()["selected"] == "p1"


def test_a_picture_takes_its_sound_along_and_stops_at_the_beginning(desk: Desk) -> None:
    choose(desk, "c1", at="0")
    press(desk, ",")
    assert notice(desk) == "beach.mp4 on V1 stands at the beginning"
    assert spoken(desk) == "beach.mp4 on V1 stands at the beginning"
    assert desk.session.revision == 0
    choose(desk, "c4", at="14")
    press(desk, "Shift+.")
    revised(desk, 1)
    document = desk.session.document
    assert document.clip_start("c4") == document.clip_start("s4") == Fraction("13.5") + Fraction(1, 3)


def test_edges_are_taken_and_trimmed(desk: Desk) -> None:
    choose(desk, "p1", at="10")
    press(desk, "t")
    assert desk.state()["held"] == "end"
    assert spoken(desk) == "Trim the end of market.mov with , and ."
    press(desk, "Shift+,")
    revised(desk, 1)
    assert desk.session.document.clip("p1").duration == 3 - Fraction(1, 3)
    desk.until(lambda: spoken(desk) == "market.mov ends at 00:00:12:20, 2:20 long", "it is said")
    press(desk, "t", ".")
    revised(desk, 2)
    assert desk.session.document.clip_start("p1") == 10 + Fraction(1, 30)
    assert desk.session.document.clip("p1").start == 10 + Fraction(1, 30)
    press(desk, "v", ".")
    revised(desk, 3)
    assert desk.session.document.clip("p1").duration == 3 - Fraction(11, 30)
    assert desk.session.document.clip_start("p1") == 10 + Fraction(2, 30)
    press(desk, "t")
    press(desk, "Control+ArrowUp")
    assert desk.state()["held"] == "clip", "another clip is held as a whole"
    press(desk, "t", "Escape", "Control+ArrowDown", "t")
    assert desk.state()["held"] == "end", "let go, everything begins anew"


def test_a_neighbour_is_in_the_way_and_with_alt_it_makes_room(desk: Desk) -> None:
    choose(desk, "c2", at="5")
    press(desk, "t", "t", "Shift+,")
    assert notice(desk) == ("harbour at dusk.mp4 on V1: another clip is in the way\nwith Alt the other clips make room")
    assert "in the way: with Alt" in spoken(desk)
    assert desk.session.revision == 0
    choose(desk, "mu", at="5")
    press(desk, ".")
    assert notice(desk) == "Track Music is locked\nunlock it to edit its clips"
    choose(desk, "c4", at="14")
    press(desk, "t", "Alt+Shift+,")
    edits = [message["operation"] for message in desk.heard if message["type"] == "edit"]
    assert [(one["op"], one["edge"], one["ripple"]) for one in edits] == [("trim", "end", True)]
    revised(desk, 1)
    assert desk.session.document.clip("c4").duration == Fraction("2.5") - Fraction(1, 3)


def test_what_python_refuses_is_said(desk: Desk) -> None:
    choose(desk, "mu", at="5")
    press(desk, "x")
    desk.until(lambda: spoken(desk) == "track Music is locked: unlock it first", "it is said")
    choose(desk, "c1", at="1")
    press(desk, "x")
    desk.until(lambda: spoken(desk).startswith("beach.mp4 deleted"), "it is said")


def test_quick_keys_all_count(desk: Desk) -> None:
    choose(desk, "p1", at="10")
    for _ in range(12):
        desk.page.keyboard.press(".")
    moved = 10 + Fraction(12, 30)
    desk.until(lambda: desk.session.document.clip_start("p1") == moved, "twelve frames")
    desk.settle(300)
    assert desk.session.document.clip_start("p1") == moved
    assert desk.session.revision < 12, "what waits for an answer goes together"


def test_a_clip_changes_its_track(desk: Desk) -> None:
    choose(desk, "p1", at="10")
    press(desk, "Alt+ArrowUp")
    assert notice(desk) == "No track above can hold market.mov\nadd one, or unlock it"
    press(desk, "Alt+ArrowDown")
    revised(desk, 1)
    assert desk.session.document.locate("p1")[0] == 0
    desk.until(lambda: spoken(desk).startswith("market.mov moved to 00:00:10:00 on V1"), "it is said")


# -- focus ----------------------------------------------------------------------------------------------------------


def test_who_has_the_keyboard_is_seen(opened: Opener) -> None:
    desk = opened(trip(), "PlayerWidget", "TimelineWidget")
    shown(desk, 0)
    stops = []
    for _ in range(20):
        desk.page.keyboard.press("Tab")
        focus = """() => {
          const { activeElement: here } = document;
          const ring = here.matches(".cutroom") ? getComputedStyle(here, "::after") : getComputedStyle(here);
          const wide = here.matches(".cutroom") ? ring.borderTopWidth : ring.outlineWidth;
          const drawn = here.matches(".cutroom") ? ring.borderTopStyle : ring.outlineStyle;
          return [here.getAttribute("aria-label"), drawn, parseFloat(wide)];
        }"""
        stops.append(desk.page.evaluate(focus))
        if stops[-1][0] == "Keys (?)" and len(stops) > 8:
            break
    names = [name for name, _, _ in stops]
    assert names[:3] == ["Player", "Playhead", "One frame back (←)"]
    assert {"Timeline", "Split at the playhead (S)", "Zoom in (+)", "Keys (?)"} <= set(names)
    assert all(line == "solid" and width >= 2 for _, line, width in stops), stops
    desk.page.mouse.click(desk.box("c3")["x"] + 40, desk.box("c3")["y"] + 30)
    assert has_focus(desk, ".cutroom-timeline")
    assert style(desk, ".cutroom-timeline", "content", "::after") == "none", "a hand sees where it is"


def test_the_scrubber_is_reached_and_moved_by_keys(opened: Opener) -> None:
    desk = opened(trip(), "PlayerWidget")
    shown(desk, 0)
    press(desk, "Tab", "Tab")
    assert has_focus(desk, "[role=slider]")
    slider: Any = desk.page.get_by_role("slider")
    press(desk, "ArrowRight", "Shift+ArrowRight", "ArrowLeft")
    assert (slider.get_attribute("aria-valuenow"), slider.get_attribute("aria-valuetext")) == ("10", "00:00:00:10")
    press(desk, "ArrowUp", "ArrowUp", "ArrowDown")
    assert slider.get_attribute("aria-valuenow") == "11"
    press(desk, "End")
    assert slider.get_attribute("aria-valuenow") == slider.get_attribute("aria-valuemax") == "479"
    shown(desk, 479)


@pytest.mark.parametrize("key", ["Space", "Enter"])
def test_a_button_that_has_the_keyboard_is_pressed(opened: Opener, key: str) -> None:
    desk = opened(trip(), "PlayerWidget")
    shown(desk, 0)
    desk.page.get_by_label("One frame on (→)").focus()
    press(desk, key)
    desk.settle(300)
    assert desk.state("player")["frame"] == "1"
    assert spoken(desk, "player") == "00:00:00:01"
    assert desk.page.get_by_label("Play (Space)").count() == 1, "it does not play"
    desk.page.get_by_label("Play (Space)").focus()
    press(desk, key)
    assert desk.page.get_by_label("Pause (Space)").count() == 1
    press(desk, key)
    assert desk.page.get_by_label("Play (Space)").count() == 1


@pytest.mark.parametrize("kind", ["timeline", "player"])
def test_the_keys_are_listed(opened: Opener, kind: str) -> None:
    desk = opened(trip(), f"{kind.title()}Widget")
    desk.page.locator(f".cutroom-{kind}").focus()
    press(desk, "?")
    keys = desk.page.get_by_label("Keys", exact=True)
    assert keys.is_visible()
    assert "with Shift ten" in keys.inner_text()
    box, around = keys.bounding_box(), desk.page.locator(f".cutroom-{kind}").bounding_box()
    assert box["y"] >= around["y"]
    assert box["y"] + box["height"] <= around["y"] + around["height"]
    assert has_focus(desk, ".cutroom-keys")
    desk.page.set_viewport_size({"width": 420, "height": 800})
    desk.settle()
    wide = keys.evaluate("(list) => [list.scrollWidth, list.clientWidth]")
    assert wide[0] == wide[1], "what does not fit is scrolled to, downwards"
    press(desk, "End", "x")
    assert desk.state(kind)["frame"] == "0", "the list has the keys"
    press(desk, "Escape")
    assert not keys.is_visible()
    assert has_focus(desk, f".cutroom-{kind}")
