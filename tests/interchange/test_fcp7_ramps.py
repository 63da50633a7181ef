"""Speeds that change in Final Cut Pro 7's XML: the frames that are shown, one by one."""

from __future__ import annotations

from fractions import Fraction
from xml.etree import ElementTree

import pytest
from documents import MEDIA, F
from hypothesis import given, settings
from hypothesis import strategies as st
from reading import known_media
from xmeml import item, read, remap, sequence

from cutroom.interchange.formats import read_timeline, write_timeline
from cutroom.schema.clip import Clip, MediaSource
from cutroom.schema.document import Document, ProjectSettings, Timeline
from cutroom.schema.speed import Ramp
from cutroom.schema.track import Track

NEAR = F(1, 20)
"""Of a frame."""


def graph(points: list[tuple[int, int]], more: str = "") -> str:
    keys = "".join(f"<keyframe><when>{x}</when><value>{y}</value>{more}</keyframe>" for x, y in points)
    return (
        "<parameter><parameterid>variablespeed</parameterid><value>1</value></parameter>"
        f"<parameter><parameterid>graphdict</parameterid>{keys}</parameter>"
    )


@pytest.mark.parametrize("reverse", [False, True])
def test_a_graph_with_a_corner_is_two_speeds(reverse: bool) -> None:
    points = [(0, 0), (100, 50), (200, 250)]
    if reverse:
        points = [(x, 250 - y) for x, y in points]
    text = item(0, 100, 50, 150, remap(100, "FALSE", graph(points)))
    document, report = read(sequence(f"<track>{text}</track>"))
    ((_, clip),) = document.tracks[0].clips()
    assert clip.reverse == reverse
    for frame in range(101):
        shown = F(50 + frame, 2) if frame <= 50 else F(50) + (frame - 50) * 2
        wanted = 250 - shown if reverse else shown
        assert abs(clip.media_at(F(frame, 25)) * 25 - wanted) < NEAR
    assert report.complete


def test_a_graph_that_is_straight_where_the_clip_is_has_one_speed() -> None:
    points = [(0, 0), (100, 50), (200, 250)]
    text = item(0, 50, 120, 170, remap(100, "FALSE", graph(points)))
    document, report = read(sequence(f"<track>{text}</track>"))
    ((_, clip),) = document.tracks[0].clips()
    assert (clip.start * 25, clip.speed) == (90, 2)
    assert report.complete


def test_points_that_only_say_where_the_line_runs_bend_nothing() -> None:
    """Premiere writes them with values that lie nowhere."""
    junk = (
        "<keyframe><when>150</when><value>-1815255671</value><speedvirtualkf>TRUE</speedvirtualkf>"
        "<speedkfout>TRUE</speedkfout></keyframe>"
    )
    points = graph([(0, 0), (100, 50), (200, 250)]).replace("</parameter></parameter>", "</parameter>")
    text = item(0, 100, 50, 150, remap(100, "FALSE", points.removesuffix("</parameter>") + junk + "</parameter>"))
    document, _ = read(sequence(f"<track>{text}</track>"))
    ((_, clip),) = document.tracks[0].clips()
    assert abs(clip.media_at(F(4)) * 25 - 150) < NEAR


def test_a_graph_that_turns_back_becomes_its_mean_and_says_so() -> None:
    text = item(0, 100, 0, 100, remap(100, "FALSE", graph([(0, 0), (60, 120), (100, 50)])))
    document, report = read(sequence(f"<track>{text}</track>"))
    ((_, clip),) = document.tracks[0].clips()
    assert (clip.start, clip.speed) == (0, F(1, 2))
    assert [loss.what for loss in report] == ["speed ramp"]


@st.composite
def ramps(draw: st.DrawFn) -> Ramp:
    times = sorted(draw(st.lists(st.integers(-10, 100), min_size=2, max_size=4, unique=True)))
    paces = st.fractions(min_value=0, max_value=4, max_denominator=12)
    return Ramp.of({F(time, 25): draw(paces) for time in times})


@settings(max_examples=80, deadline=None)
@given(ramp=ramps(), frames=st.integers(2, 90), reverse=st.booleans(), start=st.integers(0, 200))
def test_ramps_come_back_frame_by_frame(ramp: Ramp, frames: int, reverse: bool, start: int) -> None:
    clip = Clip(
        id="c", source=MediaSource(media="m_a"), start=F(start, 25), duration=F(frames, 25), speed=ramp, reverse=reverse
    )
    track = Track(id="t", kind="video", title="V1", items=(clip,))
    document = Document(id="p", settings=ProjectSettings(fps=F(25)), media=MEDIA, timeline=Timeline(tracks=(track,)))
    text, report = write_timeline(document, format="fcp7", title="x")
    assert report.complete
    begin = start
    for key in ElementTree.fromstring(text).iter("keyframe"):
        when, value = int(key.findtext("when", "")), F(key.findtext("value", ""))
        assert abs(clip.media_at(F(when - begin, 25)) * 25 - value) < F(1, 10**6)  # as it is, at each of its points
    back, losses = read_timeline(text.encode(), format="fcp7", name="x", find=known_media)
    ((_, read_back),) = back.tracks[0].clips()
    assert read_back.duration == clip.duration
    assert losses.complete
    for frame in range(frames + 1):
        time = Fraction(frame, 25)
        assert abs(read_back.media_at(time) - clip.media_at(time)) * 25 < NEAR


def test_the_travel_of_a_graph_with_hundreds_of_odd_speeds_stays_a_short_fraction() -> None:
    places = [0]
    for i in range(400):
        places.append(places[-1] + 1 + i * 7919 % 6)
    points = [(3 * x, y) for x, y in enumerate(places)]
    text = item(0, 1200, 0, 1200, remap(100, "FALSE", graph(points)))
    document, report = read(sequence(f"<track>{text}</track>"))
    ((_, clip),) = document.tracks[0].clips()
    assert abs(clip.end * 25 - places[-1]) < NEAR
    assert clip.end.denominator < 10**40
    assert report.complete
