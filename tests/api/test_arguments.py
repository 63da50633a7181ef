"""Whatever is given to the interface: what comes out is an error of Cutroom's, and nothing has changed."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest

import cutroom as cr
from cutroom.errors import CutroomError

HUGE, LONE, NUL = 10**5000, "\ud800", "a\0b"
NO_TIME = (None, "x", -1, float("nan"), HUGE, "9" * 5000, [], object())
NO_PATH = (None, 5, [], "", NUL, LONE, b"\xff\xfe.mp4", "~nobody-at-all/x.mp4", "x" * 5000, Path("gone/away.mp4"))
NO_FOLDER = tuple(path for path in NO_PATH if path != "")  # that is the one we are in
NO_TEXT = (None, 5, [], b"x", HUGE, LONE, object())
NO_SPANS = (None, 5, "ab", [5], [(2, 1)], [(0, "x")], [()], [None], object())
NO_SIZE = (3, "ab", (0, 0), (320,), (1, 2, 3), ("a", "b"), (1.5, 2), (10**9, 10**9), [None, 5])
NO_SHIFT = (None, "x", float("nan"), HUGE, [], object())
NO_SPEED = (None, "x", "2", 0, -1, 11, float("nan"), HUGE, [], {}, {0: None}, {"x": 1}, {0: 1, 1: 20}, {-1: 1}, {0: 0})
NO_SPAN = (5, "ab", (), (1,), (2, 1), (0, float("nan")), (None, 1))


class Desk(NamedTuple):
    """What the calls are made on."""

    project: cr.Project
    clip: cr.Clip
    film: Path
    folder: Path
    shown: cr.Clip
    """It shows a compound."""

    @property
    def tl(self) -> cr.Timeline:
        return self.project.timeline

    @property
    def fx(self) -> Any:
        return self.clip.effects["blur"]

    @property
    def track(self) -> cr.Track:
        return self.tl.track("V1")

    @property
    def cue(self) -> Any:
        return self.tl.track("S1").cues[0]

    @property
    def marker(self) -> Any:
        return self.tl.markers[0]

    @property
    def media(self) -> Any:
        return self.project.media["film.mp4"]


Call = Callable[[Desk, Any], object]
CASES: dict[str, tuple[Call, tuple[Any, ...]]] = {
    "create fps": (lambda d, x: cr.Project.create(fps=x), (0, "x", [], HUGE, float("nan"))),
    "create path": (lambda d, x: cr.Project.create(x), NO_PATH[1:]),
    "create size": (lambda d, x: cr.Project.create(size=x), NO_SIZE),
    "create sample_rate": (lambda d, x: cr.Project.create(sample_rate=x), (0, "x", [], HUGE, 44_100.5)),
    "open path": (lambda d, x: cr.Project.open(x), NO_PATH),
    "save_as path": (lambda d, x: d.project.save_as(x), NO_PATH),
    "edit label": (lambda d, x: d.project.edit(x).__enter__(), NO_TEXT),
    "one-off path": (lambda d, x: cr.timeline(x), NO_PATH),
    "media.add path": (lambda d, x: d.project.media.add(x), NO_PATH),
    "media[]": (lambda d, x: d.project.media[x], (*NO_TEXT, "none", 0)),
    "clip id": (lambda d, x: d.tl.clip(x), (*NO_TEXT, "none")),
    "track name": (lambda d, x: d.tl.track(x), (*NO_TEXT, "none")),
    "at time": (lambda d, x: d.tl.at(x), NO_TIME),
    "add_track kind": (lambda d, x: d.tl.add_track(x), (*NO_TEXT, "bogus")),
    "add_track name": (lambda d, x: d.tl.add_track("video", name=x), (*NO_TEXT[1:], "", "x" * 300, "V1")),
    "append media": (lambda d, x: d.tl.append(x), NO_PATH),
    "append source": (lambda d, x: d.tl.append(d.film, source=x), (*NO_SPAN[:-1], (4, 900), "12")),
    "append track": (lambda d, x: d.tl.append(d.film, track=x), (*NO_TEXT[1:], "", "x" * 300)),
    "append sound": (lambda d, x: d.tl.append(d.film, sound=x), (5, [], "", LONE, "V1")),
    "insert at": (lambda d, x: d.tl.insert(d.film, at=x), NO_TIME[1:]),
    "overwrite at": (lambda d, x: d.tl.overwrite(d.film, at=x), NO_TIME[1:]),
    "title text": (lambda d, x: d.tl.add_title(x, at=0, duration=1), (*NO_TEXT, "x" * 10_001, "漢")),
    "title at": (lambda d, x: d.tl.add_title("x", at=x, duration=1), NO_TIME),
    "title duration": (lambda d, x: d.tl.add_title("x", at=0, duration=x), (*NO_TIME[1:], 0)),
    "title track": (lambda d, x: d.tl.add_title("x", at=0, duration=1, track=x), (*NO_TEXT[1:], "A1")),
    "title size": (lambda d, x: d.tl.add_title("x", at=0, duration=1, size=x), (0, "x", [], None, HUGE)),
    "title position": (lambda d, x: d.tl.add_title("x", at=0, duration=1, position=x), (5, "ab", (1,), (1e308, 0))),
    "title style": (lambda d, x: d.tl.add_title("x", at=0, duration=1, **{x: 1}), ("bogus", "colour", "align")),
    "split at": (lambda d, x: d.tl.split(at=x), (None, "x", -1, HUGE, [None], ["x"], 100, object())),
    "lift span": (lambda d, x: d.tl.lift(x), NO_SPAN),
    "lift tracks": (lambda d, x: d.tl.lift((0, 1), tracks=x), (5, [5], "none", [[]])),
    "extract span": (lambda d, x: d.tl.extract(x), NO_SPAN),
    "cut spans": (lambda d, x: d.tl.cut(x), NO_SPANS),
    "cut tracks": (lambda d, x: d.tl.cut([(0, 1)], tracks=x), (5, [5], "none")),
    "keep spans": (lambda d, x: d.tl.keep(x), (*NO_SPANS, [])),
    "transition": (lambda d, x: d.tl.add_transition(x, d.clip), (*NO_TEXT, "x" * 200, "bogus")),
    "transition left": (lambda d, x: d.tl.add_transition("dissolve", x, d.clip), ("a", 5, [])),
    "transition right": (lambda d, x: d.tl.add_transition("dissolve", d.clip, x), ("b", 5, [])),
    "transition duration": (lambda d, x: d.tl.add_transition("dissolve", d.clip, duration=x), (*NO_TIME, 0, 900)),
    "frame time": (lambda d, x: d.tl.frame(x), (*NO_TIME, 500, 2, "00:00:02:00")),
    "frame size": (lambda d, x: d.tl.frame(0, size=x), NO_SIZE),
    "frames span": (lambda d, x: d.tl.frames(x), (*(x for x in NO_SPAN if x), (1, 900))),
    "frames every": (lambda d, x: d.tl.frames(every=x), (*NO_TIME[1:], 0)),
    "frame.save": (
        lambda d, x: d.tl.frame(0).save(x),
        (*NO_PATH, "x", "x.gif", "/nowhere/x.png", "/proc/x.png"),
    ),
    "clip.split at": (lambda d, x: d.clip.split(at=x), (*NO_TIME, 0, 100)),
    "clip.trim start": (lambda d, x: d.clip.trim(start=x, end=1.5), (*NO_TIME[1:], 100)),
    "clip.trim end": (lambda d, x: d.clip.trim(end=x), (*NO_TIME[1:], 0, 900)),
    "clip.ripple end": (lambda d, x: d.clip.ripple(end=x), (*NO_TIME[1:], 0, 900)),
    "clip.move to": (lambda d, x: d.clip.move(x), NO_TIME[1:]),
    "clip.move track": (lambda d, x: d.clip.move(track=x), (*NO_TEXT[1:], "none")),
    "clip.delete ripple": (lambda d, x: d.clip.delete(ripple=x), (None, "x", 2, [])),
    "append speed": (lambda d, x: d.tl.append(d.film, speed=x), NO_SPEED),
    "append reverse": (lambda d, x: d.tl.append(d.film, reverse=x), (None, "x", 2, [])),
    "insert timeline": (lambda d, x: d.tl.insert(getattr(d, x), at=0), ("tl", "clip", "track", "project")),
    "fill span": (lambda d, x: d.tl.fill(d.film, span=x), (*NO_SPAN, (0, 1))),
    "fill fit": (lambda d, x: d.tl.fill(d.film, span=(8, 9), fit=x), (None, "x", 2, [])),
    "fill source": (lambda d, x: d.tl.fill(d.film, span=(8, 9), source=x), (*NO_SPAN[:-1], (0, 0.5), (5.5, 900))),
    "link": (lambda d, x: d.tl.link(d.clip, x), (None, 5, "ab", [], [None], object())),
    "group": (lambda d, x: d.tl.group(x), (None, 5, "ab", [], [None], object())),
    "nest clips": (lambda d, x: d.tl.nest(x, "N"), (None, 5, "ab", [], [None], object())),
    "nest name": (lambda d, x: d.tl.nest([d.clip], x), (*NO_TEXT, "", "x" * 300, "Scene")),
    "marker at": (lambda d, x: d.tl.add_marker(x), NO_TIME),
    "marker title": (lambda d, x: d.tl.add_marker(0, x), (*NO_TEXT, "x" * 600)),
    "marker kind": (lambda d, x: d.tl.add_marker(0, "x", kind=x), (*NO_TEXT, "bogus")),
    "marker.time": (lambda d, x: setattr(d.marker, "time", x), NO_TIME),
    "marker.title": (lambda d, x: setattr(d.marker, "title", x), (*NO_TEXT, "x" * 600)),
    "marker.kind": (lambda d, x: setattr(d.marker, "kind", x), (*NO_TEXT, "bogus")),
    "subtitle text": (lambda d, x: d.tl.add_subtitle(x, 0, 1), (*NO_TEXT, "", "x" * 10_001, "漢")),
    "subtitle start": (lambda d, x: d.tl.add_subtitle("x", x, 3), (*NO_TIME, 3)),
    "subtitle end": (lambda d, x: d.tl.add_subtitle("x", 2, x), (*NO_TIME, 1)),
    "subtitle track": (lambda d, x: d.tl.add_subtitle("x", 0, 1, track=x), (*NO_TEXT[1:], "V1", "")),
    "subtitle style": (lambda d, x: d.tl.add_subtitle("x", 0, 1, size=x), (0, "x", [], None, HUGE)),
    "subtitle option": (lambda d, x: d.tl.add_subtitle("x", 0, 1, **{x: 1}), ("bogus", "colour")),
    "cue.text": (lambda d, x: setattr(d.cue, "text", x), (*NO_TEXT, "", "漢")),
    "cue.start": (lambda d, x: setattr(d.cue, "start", x), (*NO_TIME, 1)),
    "cue.end": (lambda d, x: setattr(d.cue, "end", x), (*NO_TIME, 0)),
    "apply_df": (lambda d, x: d.tl.apply_df(x), (None, 5, "x", [], {}, object())),
    "apply_df ripple": (lambda d, x: d.tl.apply_df(d.tl.to_df(), ripple=x), (None, "x", 2)),
    "apply_df tracks": (lambda d, x: d.tl.apply_df(d.tl.to_df(), tracks=x), (5, [5], "V9", object())),
    "apply_df dry_run": (lambda d, x: d.tl.apply_df(d.tl.to_df(), dry_run=x), (None, "x", 2)),
    "clip.roll start": (lambda d, x: d.clip.roll(start=x), (*NO_TIME[1:], 1)),
    "clip.roll end": (lambda d, x: d.clip.roll(end=x), (*NO_TIME[1:], 0, 900)),
    "clip.slip": (lambda d, x: d.clip.slip(x), (*NO_SHIFT, 900, -900)),
    "clip.slide": (lambda d, x: d.clip.slide(x), (*NO_SHIFT, -900)),
    "clip.retime": (lambda d, x: d.clip.retime(x), NO_SPEED),
    "clip.retime ripple": (lambda d, x: d.clip.retime(2, ripple=x), (None, "x", 2)),
    "clip.freeze at": (lambda d, x: d.clip.freeze(x, 1), (*NO_TIME, 900)),
    "clip.freeze duration": (lambda d, x: d.clip.freeze(1, x), (*NO_TIME, 0)),
    "clip.angle": (lambda d, x: setattr(d.shown, "angle", x), (*NO_TEXT[1:], "none")),
    "clip.angle of a film": (lambda d, x: setattr(d.clip, "angle", x), (None, "V1")),
    "clip.switch": (lambda d, x: d.shown.switch(x), (*NO_TEXT, "none", "A1")),
    "clip.switch at": (lambda d, x: d.shown.switch("V1", at=x), (*NO_TIME[1:], 900)),
    "clip.switch sound": (lambda d, x: d.shown.switch("V1", sound=x), (None, "x", 2)),
    "track.title": (lambda d, x: setattr(d.track, "title", x), (*NO_TEXT, "", "x" * 300, "A1")),
    "track.muted": (lambda d, x: setattr(d.track, "muted", x), (None, "x", 2)),
    "track.solo": (lambda d, x: setattr(d.track, "solo", x), (None, "x", 2)),
    "track.locked": (lambda d, x: setattr(d.track, "locked", x), (None, "x", 2)),
    "track.hidden": (lambda d, x: setattr(d.track, "hidden", x), (None, "x", 2)),
    "track.sync_lock": (lambda d, x: setattr(d.track, "sync_lock", x), (None, "x", 2)),
    "track.volume": (lambda d, x: setattr(d.track, "volume", x), (None, "x", -1, 3, float("nan"), HUGE, True)),
    "track.pan": (lambda d, x: setattr(d.track, "pan", x), (None, "x", -2, 3, float("nan"), HUGE)),
    "track.move": (lambda d, x: d.track.move(x), (None, "x", -1, 100, 1.5, HUGE, True)),
    "compound": (lambda d, x: d.project.compound(x), (*NO_TEXT, "none")),
    "add_compound": (lambda d, x: d.project.add_compound(x), (*NO_TEXT, "", "x" * 300, "Scene")),
    "multicam name": (lambda d, x: d.project.multicam(x, [d.film, d.film], sync="start"), (*NO_TEXT, "", "Scene")),
    "multicam media": (lambda d, x: d.project.multicam("M", x), (None, 5, "ab", [], [None, None], ["a.mp4"] * 2)),
    "multicam sync": (
        lambda d, x: d.project.multicam("M", [d.film] * 2, sync=x),
        (None, 5, "x", [], [0], [0, None], [0, "x"], [0, float("nan")], [0, 10**9]),
    ),
    "multicam titles": (
        lambda d, x: d.project.multicam("M", [d.film] * 2, sync="start", titles=x),
        (5, "ab", [], ["a"], ["a", "a"], ["a", None], ["a", ""], ["a", "x" * 300]),
    ),
    "media.scan": (lambda d, x: d.project.media.scan(x), NO_FOLDER),
    "media.scan progress": (lambda d, x: d.project.media.scan(d.folder, progress=x), (None, "x", 2)),
    "media.relink old": (lambda d, x: d.project.media.relink(x, d.film), (None, 5, [], "none", LONE, object())),
    "media.relink new": (lambda d, x: d.project.media.relink("film.mp4", x), NO_PATH[1:]),
    "media.relink folder": (lambda d, x: d.project.media.relink(x), NO_FOLDER),
    "media handle relink": (lambda d, x: d.media.relink(x), NO_PATH),
    "media handle override": (lambda d, x: d.media.relink(d.film, override=x), (None, "x", 2)),
    "transform position": (lambda d, x: d.clip.transform(position=x), (5, "ab", (1,), ("a", 0), (float("nan"), 0))),
    "transform scale": (lambda d, x: d.clip.transform(scale=x), (0, "x", None, float("inf"), HUGE, [1], (1, "x"))),
    "crop": (lambda d, x: d.clip.crop(left=x), (-1, 1, "x", None, float("nan"), True, HUGE)),
    "effects.add": (lambda d, x: d.clip.effects.add(x), (*NO_TEXT, "bogus", "gain")),
    "effects.add index": (lambda d, x: d.clip.effects.add("blur", index=x), (-1, "x", [], 1.5, HUGE)),
    "effects.add value": (lambda d, x: d.clip.effects.add("blur", radius=x), ("x", None, [], HUGE, -1, np.zeros(2))),
    "effects.replace": (lambda d, x: d.clip.effects.replace(x), (*NO_TEXT, "bogus")),
    "effects[]": (lambda d, x: d.clip.effects[x], (*(x for x in NO_TEXT if x != 5), "none", 5, -9)),
    "effect.set": (lambda d, x: d.fx.set(radius=x), ("x", None, [], HUGE, -1, LONE)),
    "effect.set name": (lambda d, x: d.fx.set(**{x: 1}), ("bogus", LONE)),
    "effect.move": (lambda d, x: d.fx.move(x), (-1, "x", None, [], 1.5)),
    "effect.enabled": (lambda d, x: setattr(d.fx, "enabled", x), ("maybe", None, 2, [])),
    "Renderer project": (lambda d, x: cr.Renderer(x), (None, 5, "a.tlp", object())),
    "Renderer preset": (lambda d, x: cr.Renderer(d.project, preset=x), (*NO_TEXT, "bogus")),
    "Renderer workers": (lambda d, x: cr.Renderer(d.project, workers=x), ("2", 0, -1, 1.5, [], True, HUGE)),
    "Renderer memory": (lambda d, x: cr.Renderer(d.project, memory=x), ("", "much", "-1GB", 0, -1, 1.5, [], True)),
    "Renderer executor": (lambda d, x: cr.Renderer(d.project, executor=x), (5, "x", object())),
    "render output": (lambda d, x: d.tl.render(x, progress=False), (*NO_PATH[:-1], "x", "x.gif", "/nowhere/x.mp4")),
    "render span": (lambda d, x: cr.Renderer(d.project).render(d.folder / "o.mp4", span=x), (*NO_SPAN, (500, 600))),
    "plan span": (lambda d, x: cr.Renderer(d.project).plan(span=x), NO_SPAN),
    "submit output": (lambda d, x: cr.Renderer(d.project).submit(x), (*NO_PATH[:-1], "x.gif")),
    "verify": (lambda d, x: cr.verify(x), NO_PATH),
    "presets.get": (lambda d, x: cr.presets.get(x), (*NO_TEXT, "bogus")),
    "models.load": (lambda d, x: cr.models.load(x), (*NO_PATH, "bogus")),
    "jobs.attach": (lambda d, x: cr.jobs.attach(x), (*NO_TEXT, "none")),
    "detect source": (lambda d, x: cr.detect(x), NO_PATH),
    "detect model": (lambda d, x: cr.detect(d.film, x), NO_PATH),
    "detect every": (lambda d, x: cr.detect(d.film, every=x), (*NO_TIME[1:], 0)),
    "detect confidence": (lambda d, x: cr.detect(d.film, confidence=x), ("high", None, -1, 2, float("nan"), [], HUGE)),
    "detect iou": (lambda d, x: cr.detect(d.film, iou=x), ("high", None, -1, 2, float("nan"))),
    "detect classes": (lambda d, x: cr.detect(d.film, classes=x), (5, [None], ["bogus"], "bogus", [10**6], [-1], [[]])),
    "detect tracker": (lambda d, x: cr.detect(d.film, tracker=x), (5, [], "bogus", True)),
    "detect span": (lambda d, x: cr.detect(d.film, span=x), (*NO_SPAN, (500, 600))),
    "scenes source": (lambda d, x: cr.scenes(x), NO_PATH),
    "scenes threshold": (lambda d, x: cr.scenes(d.film, threshold=x), ("x", None, -1, 300, float("nan"))),
    "scenes min_duration": (lambda d, x: cr.scenes(d.film, min_duration=x), NO_TIME),
    "scenes span": (lambda d, x: cr.scenes(d.film, span=x), NO_SPAN),
    "silences threshold": (lambda d, x: cr.silences(d.film, x), ("x", None, 5, -500, float("nan"))),
    "silences min_duration": (lambda d, x: cr.silences(d.film, min_duration=x), NO_TIME),
    "Spans": (lambda d, x: cr.Spans(x), NO_SPANS),
    "Spans media": (lambda d, x: cr.Spans([(0, 1)], x), NO_PATH[1:]),
    "frames": (lambda d, x: cr.frames(x), (1.7, "x", None, [])),
}  # fmt: skip
BAD = [
    pytest.param(call, value, id=f"{name}-{number}-{type(value).__name__}")
    for name, (call, values) in CASES.items()
    for number, value in enumerate(values)
]


@pytest.fixture(scope="module")
def desk(film, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    folder = tmp_path_factory.mktemp("desk")
    with cr.Project.create(folder / "trip.tlp") as project:
        clip = project.timeline.append(film.path, source=(1, 3))
        clip.effects.add("blur", radius=0.01)
        project.timeline.add_marker(1, "here")
        project.timeline.add_subtitle("Hello", 0, 1)
        scene = project.add_compound("Scene")
        scene.append(film.path, source=(0, 2))
        shown = project.timeline.append(scene, track="V2", sound="A2")
        yield Desk(project, clip, film.path, folder, shown)


@pytest.mark.parametrize(("call", "value"), BAD)
def test_bad_input(desk: Desk, call: Call, value: Any) -> None:
    session = desk.project.session
    before, path, steps = session.state, session.path, len(desk.project.history)
    with pytest.raises(CutroomError) as caught:
        call(desk, value)
    assert session.state == before
    assert session.document is before[1]
    assert (session.path, len(desk.project.history)) == (path, steps)
    assert len(str(caught.value)) < 6000
    str(caught.value).encode()


def test_the_65th_effect(desk: Desk) -> None:
    with desk.project.edit("many"):
        for _ in range(63):
            desk.clip.effects.add("blur")
    before = desk.project.session.document
    with pytest.raises(CutroomError):
        desk.clip.effects.add("blur")
    assert desk.project.session.document is before
    desk.project.undo()


def test_a_file_whose_name_is_not_utf8(desk: Desk, film) -> None:
    odd = os.fsencode(desk.folder) + b"/caf\xe9.mp4"
    Path(odd.decode(errors="surrogateescape")).write_bytes(film.path.read_bytes())
    before = desk.project.session.document
    for name in (odd, odd.decode(errors="surrogateescape")):
        with pytest.raises(CutroomError, match="UTF-8"):
            desk.tl.append(name)
    assert desk.project.session.document is before


def test_what_may_be_given_in_other_types(desk: Desk) -> None:
    assert desk.tl.frame(np.float64(0), size=(np.int64(64), 36)).array.shape == (36, 64, 3)
    desk.fx.enabled = np.bool_(False)
    assert not desk.fx.enabled
    assert cr.Spans(pair for pair in [(0, 1)]).duration == Fraction(1)
    desk.tl.lift((0, 0.5), tracks="A1")
    desk.project.undo().undo()


def test_pictures_are_saved_as_their_suffix_says(desk: Desk, tmp_path: Path) -> None:
    from PIL import Image

    frame = desk.tl.frame(0)
    for name, kind in (("a.png", "PNG"), ("a.jpg", "JPEG"), ("a.JPEG", "JPEG"), ("a.webp", "WEBP")):
        frame.save(tmp_path / name)
        with Image.open(tmp_path / name) as picture:
            assert (picture.format, picture.size) == (kind, (640, 360))
    with Image.open(tmp_path / "a.png") as picture:
        assert np.array_equal(np.asarray(picture), frame.array)
