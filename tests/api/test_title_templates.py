"""Titles by template, and how they come and go: plain titles with keyframes that show as they are told to."""

from __future__ import annotations

import numpy as np
import pytest

import cutroom as cr
from cutroom.effects.compiler.document import compile_picture
from cutroom.effects.run import PictureRunner, Readers
from cutroom.effects.title_templates import ANIMATIONS, TEMPLATES
from cutroom.errors import UnknownNameError, ValidationError
from cutroom.workers.context import DIRECT


@pytest.fixture
def timeline() -> cr.Timeline:
    return cr.Project.create(fps=10, size=(320, 180), sample_rate=48_000).timeline


def lumas(timeline: cr.Timeline, *frames: int) -> list[np.ndarray]:
    found = []
    for frame in frames:
        segment = compile_picture(timeline.document, frame, 1)
        with Readers(DIRECT, {}) as readers, PictureRunner(segment, readers) as runner:
            plane = runner.frame(0).planes[0]
            rows = np.frombuffer(plane, np.uint8).reshape(plane.height, plane.line_size)
            found.append(rows[:, : plane.width].astype(float) - 16)
    return found


def centre(luma: np.ndarray) -> tuple[float, float]:
    rows, columns = np.mgrid[: luma.shape[0], : luma.shape[1]]
    return float((columns * luma).sum() / luma.sum()), float((rows * luma).sum() / luma.sum())


@pytest.mark.parametrize("template", TEMPLATES)
def test_every_template_is_drawn_inside_of_the_picture_and_comes_and_goes(timeline, template: str) -> None:
    clip = timeline.add_title("Ada Lovelace", at=0, duration=4, template=template, subtitle="mathematician")
    assert clip.duration == 4
    first, middle, last = lumas(timeline, 0, 20, 39)
    assert middle.max() > 150
    assert max(middle[0].max(), middle[-1].max(), middle[:, 0].max(), middle[:, -1].max()) < 5
    assert first.sum() < 0.3 * middle.sum()
    assert last.sum() < 0.5 * middle.sum()
    assert clip.text.lower() == "ada lovelace\nmathematician"


def test_a_lower_third_is_low_and_left_and_its_second_line_is_smaller(timeline) -> None:
    timeline.add_title("Ada Lovelace", template="lower_third", subtitle="mathematician", animate_in="none")
    (luma,) = lumas(timeline, 10)
    rows, columns = np.nonzero(luma > 150)
    assert rows.min() > 180 * 0.6
    assert rows.max() < 180 * 0.94
    assert columns.min() < 320 * 0.12
    assert columns.max() < 320 * 0.6
    lines = np.flatnonzero((luma > 150).any(axis=1))
    assert len(lines) > 8


@pytest.mark.parametrize("name", [name for name in ANIMATIONS if name != "roll"])
def test_every_animation_begins_and_ends_with_less_and_stands_still_between(timeline, name: str) -> None:
    timeline.add_title("Hello", at=0, duration=4, outline=0, animate_in=(name, 1), animate_out=(name, 1))
    timeline.add_title("Hello", at=5, duration=4, outline=0)
    start, coming, one, two, going, plain = lumas(timeline, 0, 4, 12, 28, 36, 60)
    assert np.array_equal(one, plain)
    assert np.array_equal(two, plain)
    assert start.sum() < 0.02 * plain.sum()
    assert not np.array_equal(coming, plain)
    assert not np.array_equal(going, plain)
    if name.startswith("slide"):
        axis, sign = {"up": (1, 1), "down": (1, -1), "left": (0, 1), "right": (0, -1)}[name.split("_")[1]]
        away = [(centre(luma)[axis] - centre(plain)[axis]) * sign for luma in (coming, going)]
        assert away[0] > 0.5
        assert away[1] < -0.5


def test_a_roll_takes_all_its_time_and_what_is_animated_can_be_edited(timeline) -> None:
    clip = timeline.add_title("\n".join(["Cast"] * 9), at=0, template="credits")
    assert clip.duration == 15
    assert [(e.effect, len(e.keyframes["way"])) for e in clip.effects] == [("roll", 2)]
    first, early, late = lumas(timeline, 0, 20, 130)
    assert first.max() == 0
    assert centre(early)[1] > 100 > 80 > centre(late)[1]
    faded = timeline.add_title("Hi", at=20, duration=1, animate_in="fade", animate_out="slide_up")
    assert [e.effect for e in faded.effects] == ["transform"]
    keys = faded.effects["transform"].keyframes
    assert [(float(k.time), k.value) for k in keys["opacity"]] == [(0, 0), (0.5, 1), (1, 0)]
    assert [(float(k.time), k.value) for k in keys["position_y"]] == [(0.5, 0), (1, -0.12)]


def test_it_is_one_step_and_what_does_not_fit_changes_nothing(timeline) -> None:
    project, before = timeline.project, timeline.session.state
    with pytest.raises(UnknownNameError, match="lower_third"):
        timeline.add_title("x", template="lowerthird")
    with pytest.raises(UnknownNameError, match="slide_up"):
        timeline.add_title("x", animate_in="slideup")
    with pytest.raises(ValidationError, match="stands 1 s, and would come and go for 2 s"):
        timeline.add_title("x", duration=1, animate_in=("fade", 1), animate_out=("fade", 1))
    with pytest.raises(ValidationError, match="would come and go"):
        timeline.add_title("x", duration=1, animate_in=("fade", 2))
    assert timeline.session.state == before
    project.apply(cr.ops.AddTrack(track="video", title="V1"))
    title = timeline.add_title("x", at=0, duration=1, track="V1")
    project.apply(cr.ops.Nest(clips=(title.id,), title="Scene"))
    (scene,) = timeline.clips
    with pytest.raises(ValidationError, match="typewriter works on titles"):
        scene.effects.add("typewriter")
    scene.delete()
    timeline.add_title("x", template="title")
    assert project.history.to_df()["label"].iloc[-1] == "add title"
    project.undo()
    assert not timeline.clips


def test_they_are_listed_beside_the_split_screens() -> None:
    table = cr.templates.to_df()
    titles = table[table["kind"] == "title"]
    assert titles["template"].tolist() == list(TEMPLATES)
    assert {"title", "intro", "outro", "lower_third"} <= set(TEMPLATES)
    assert titles["duration"].gt(0).all()
    assert titles["cells"].isna().all()
    screens = table[table["kind"] == "split screen"]
    assert screens["cells"].ge(2).all()
    assert len(titles) + len(screens) == len(table) == table["template"].nunique()
    ways = cr.templates.animations_df()["animation"].tolist()
    assert ways == list(ANIMATIONS)
    assert set(table["animate_in"]) | set(table["animate_out"]) <= {*ways, ""}


def test_a_title_template_shows_itself_and_is_no_split_screen(timeline: cr.Timeline) -> None:
    shown = repr(cr.templates.get("lower_third"))
    assert "comes by slide_right, goes by fade" in shown
    assert 'template="lower_third"' in shown
    assert "slide_right" in cr.templates.get("lower_third")._repr_html_()
    with pytest.raises(UnknownNameError, match="no split screen 'intro'"):
        timeline.split_screen("intro", [])
    with pytest.raises(UnknownNameError, match="no title template 'grid-2x2'"):
        timeline.add_title("x", template="grid-2x2")


@pytest.mark.parametrize("ways", [{"template": "intro"}, {"animate_in": "fade"}, {"animate_out": "fade"}])
def test_what_has_no_time_becomes_as_short_as_its_title(timeline, ways) -> None:
    clip = timeline.add_title("Short", at=0, duration=0.2, **ways)
    times = [key.time for effect in clip.effects for keys in effect.keyframes.values() for key in keys]
    assert min(times) == 0
    assert max(times) == clip.duration


@pytest.mark.parametrize("blank", ["", "  ", "\n\t"])
def test_a_title_says_something(timeline, blank: str) -> None:
    before = timeline.session.state
    with pytest.raises(ValidationError, match="needs a text") as caught:
        timeline.add_title(blank)
    assert "clip.delete()" in caught.value.hint
    assert timeline.session.state == before
    title = timeline.add_title("Hello", at=0)
    with pytest.raises(ValidationError, match="needs a text"):
        title.text = blank
    assert title.text == "Hello"


def test_a_title_in_the_corner_of_the_canvas(timeline) -> None:
    timeline.add_title("Live", at=0, duration=2, anchor="bottom_right", position=(0.5, 0.5), margin=0.05)
    (luma,) = lumas(timeline, 4)
    height, width = luma.shape
    rows, columns = np.nonzero(luma > 40)
    assert rows.min() > height * 0.7
    assert columns.min() > width * 0.6
    assert rows.max() <= height * 0.95
    assert columns.max() <= width * 0.95
