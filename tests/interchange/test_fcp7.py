"""Final Cut Pro 7's XML: what programs write of it, what comes back of ours, and files that make no sense."""

from __future__ import annotations

import math
import sys
from fractions import Fraction
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from documents import MEDIA, F, documents
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reading import known_media, possible, shown
from xmeml import frames, item, over, read, remap, sequence

from cutroom.interchange.fcp7 import ABLE
from cutroom.interchange.fit import fitted
from cutroom.interchange.formats import read_timeline, write_timeline
from cutroom.interchange.report import Report
from cutroom.schema.clip import Clip, CompoundSource, MediaSource, TitleSource, TitleStyle, Transition
from cutroom.schema.document import Compound, Document, Marker, ProjectSettings, Timeline
from cutroom.schema.effect import Effect
from cutroom.schema.track import Track

SAMPLES = Path(__file__).parent / "samples"


def again(document: Document) -> tuple[Document, Report]:
    """There and back."""
    text, report = write_timeline(document, format="fcp7", title="Trip")
    back, losses = read_timeline(text.encode(), format="fcp7", name="x.xml", find=known_media)
    return back, report.joined(losses.losses)


def test_a_project_of_premiere_with_all_that_it_can_hold() -> None:
    document, report = read((SAMPLES / "premiere.xml").read_bytes())
    frame = F(1001, 24000)
    chosen = document.settings
    assert (chosen.fps, chosen.width, chosen.height, chosen.sample_rate) == (1 / frame, 1920, 1080, 44_100)
    assert chosen.adopt == ()
    pictures, titles, sound = document.tracks
    assert (pictures.title, pictures.locked, pictures.hidden, titles.hidden, sound.title) == (
        "Picture", True, False, True, "A1",
    )  # fmt: skip
    (compound,) = document.compounds
    assert (compound.title, [m.time for m in compound.timeline.markers]) == ("Pier", [12 * frame])
    placed = [(at / frame, clip.duration / frame, clip.start / frame) for at, clip in pictures.clips()]
    # the dissolve from 96 to 108 has its cut at 102; the nested sequence shows its frames from 12 on there
    assert placed == [(0, 102, 48), (102, 66, 12), (240, 24, 0), (264, 48, 527)]
    beach, pier, off, back = (clip for _, clip in pictures.clips())
    assert isinstance(pier.source, CompoundSource)
    assert (back.speed, back.reverse) == (F(3, 2), True)
    assert [(t.left, t.right, t.duration / frame) for t in pictures.transitions] == [
        (beach.id, pier.id, 12), (back.id, None, 12),
    ]  # fmt: skip
    # 75 % of 1280 pixels are half of the canvas; 0.375 of them are a quarter of it
    (moved,) = beach.effects
    assert moved.parameters == {"scale": 0.5, "position_x": 0.25, "position_y": -0.1, "opacity": 0.8}
    assert off.effects[0].parameters == {"opacity": 0.0}
    ((_, heard),) = sound.clips()
    assert heard.link == beach.link is not None
    assert heard.effects[0].parameters["db"] == pytest.approx(20 * math.log10(0.5), abs=1e-3)
    ((_, title),) = titles.clips()
    look = TitleStyle(size=0.05, colour="#ff8000", align="left", position=(-0.25, 0.3))
    assert title.source == TitleSource(text="At the\nharbour", style=look)
    assert {path for media in document.media for path in [media.path]} == {
        "D:/media/beach.mov", "D:/media/pier two.mov",
    }  # fmt: skip
    assert [(marker.time / frame, marker.title) for marker in document.timeline.markers] == [
        (24, "wave"),
        (240, "look"),
    ]
    assert sorted(loss.what for loss in report) == [
        "clipitem pier.mov", "generator Blue Matte", "marker later", "marker wave", "rotation by 15 degrees",
        "start timecode", "track A2",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("alignment", "start", "end"), [("center", 70, 90), ("start", 80, 100), ("end", 60, 80), ("", 70, 91)]
)
def test_a_dissolve_lies_half_on_each_side_of_its_cut_wherever_the_file_has_it(
    alignment: str, start: int, end: int
) -> None:
    """Material up to the far end of the transition on one side, from its near end on the other."""
    left, right = item(0, -1, 100, 100 + end, name="a"), item(-1, 200, 300, 300 + 200 - start, name="b")
    document, report = read(sequence(f"<track>{left}{over(start, end, alignment)}{right}</track>"))
    (track,) = document.tracks
    cut = start + (end - start) // 2
    assert frames(track) == [(0, cut, 100), (cut, 200, 300 + cut - start)]
    assert [t.duration * 25 for t in track.transitions] == [end - start]
    assert report.complete
    left, right = item(0, 80, 100, 180, name="a"), item(80, 200, 300, 420, name="b")
    explicit, report = read(sequence(f"<track>{left}{over(start, end, alignment)}{right}</track>"))
    assert frames(explicit.tracks[0]) == [(0, cut, 100), (cut, 200, 300 + cut - 80)]
    assert report.complete


def test_fades_at_a_clips_ends_and_a_clip_between_two_dissolves() -> None:
    parts = [
        over(0, 10, "start-black"), item(-1, -1, 50, 110, name="a"), over(40, 60, "center"),
        item(-1, -1, 0, 70, name="b"), over(90, 110, "center"), item(-1, -1, 20, 90, name="c"),
        over(150, 160, "end-black"),
    ]  # fmt: skip
    document, report = read(sequence(f"<track>{''.join(parts)}</track>"))
    (track,) = document.tracks
    assert frames(track) == [(0, 50, 50), (50, 100, 10), (100, 160, 30)]
    a, b, c = (clip.id for _, clip in track.clips())
    assert [(t.left, t.right, t.duration * 25) for t in track.transitions] == [
        (None, a, 10), (a, b, 20), (b, c, 20), (c, None, 10),
    ]  # fmt: skip
    assert report.complete


def test_sound_crosses_over_and_a_wipe_becomes_a_dissolve() -> None:
    pair = item(0, -1, 0, 60, name="a"), item(-1, 100, 10, 70, name="b")
    middle = over(40, 60, "center", "Cross Fade (+3dB)")
    document, report = read(sequence(audio=f"<track>{pair[0]}{middle}{pair[1]}</track>"))
    assert frames(document.tracks[0]) == [(0, 50, 0), (50, 100, 20)]
    assert document.tracks[0].kind == "audio"
    assert report.complete
    middle = over(40, 60, "center", "Clock Wipe")
    document, report = read(sequence(f"<track>{pair[0]}{middle}{pair[1]}</track>"))
    assert len(document.tracks[0].transitions) == 1
    assert [loss.what for loss in report] == ["transition Clock Wipe"]


def test_a_transition_that_no_clip_has_room_for_is_named_and_left_out() -> None:
    left, right = item(0, -1, 0, 60, name="a"), item(50, 55, 0, 5, name="b")
    document, report = read(sequence(f"<track>{left}{over(50, 70, 'center')}{right}</track>"))
    assert document.tracks[0].transitions == ()
    assert [loss.why for loss in report if loss.what.startswith("transition")] == [
        "left out: a clip beside it is too short"
    ]


SPEEDS = {
    "frames of the retimed clip": (item(0, 50, 100, 150, remap(200)), 200, F(2), False),
    "frames of its media": (item(0, 50, 100, 200, remap(200)), 100, F(2), False),
    "slower": (item(0, 60, 30, 90, remap("33.333333333")), 10, F(1, 3), False),
    "backwards, by its sign": (item(0, 50, 100, 150, remap(-100)), 850, F(1), True),
    "backwards and faster": (item(0, 50, 100, 150, remap(200, "TRUE")), 700, F(2), True),
    "held": (item(0, 50, 40, 90, remap(0)), 40, F(0), False),
    "a still frame": (
        item(0, 50, 0, 50, "<stillframe>TRUE</stillframe><stillframeoffset>75</stillframeoffset>"), 75, F(0), False,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", SPEEDS)
def test_speeds(name: str) -> None:
    text, start, speed, reverse = SPEEDS[name]
    document, report = read(sequence(f"<track>{text}</track>"))
    ((at, clip),) = document.tracks[0].clips()
    assert (at, clip.start * 25, clip.speed, clip.reverse) == (0, start, speed, reverse)
    assert report.complete


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("file://localhost/Volumes/Disk/My%20Clip.mov", "/Volumes/Disk/My Clip.mov"),
        ("file:///Volumes/Disk/a.mov", "/Volumes/Disk/a.mov"),
        ("file://localhost/D%3a/media/x.mov", "D:/media/x.mov"),
        ("file:///C:/media/x.mov", "C:/media/x.mov"),
        ("media/clip%231.mov", "media/clip#1.mov"),
        ("/abs/raw path.mov", "/abs/raw path.mov"),
    ],
)
def test_the_paths_of_files(url: str, path: str) -> None:
    file = f'<file id="f"><name>x.mov</name><pathurl>{url}</pathurl></file>'
    document, _ = read(sequence(f"<track>{item(0, 9, 0, 9, file=file)}</track>"))
    assert [media.path for media in document.media] == [path]


@pytest.mark.parametrize(
    ("fps", "timebase", "ntsc"),
    [
        (F(24000, 1001), "24", "TRUE"), (F(24), "24", "FALSE"), (F(25), "25", "FALSE"), (F(30000, 1001), "30", "TRUE"),
        (F(30), "30", "FALSE"), (F(50), "50", "FALSE"), (F(60000, 1001), "60", "TRUE"),
        (F(120000, 1001), "120", "TRUE"),
    ],
)  # fmt: skip
def test_rates_are_exact(fps: Fraction, timebase: str, ntsc: str) -> None:
    clip = Clip(id="c", source=MediaSource(media="m_a"), start=7 / fps, duration=1001 / fps)
    track = Track(id="t", kind="video", title="V1", items=(clip,))
    document = Document(id="p", settings=ProjectSettings(fps=fps), media=MEDIA, timeline=Timeline(tracks=(track,)))
    text, report = write_timeline(document, format="fcp7", title="Trip")
    rate = ElementTree.fromstring(text).find("sequence/rate")
    assert rate is not None
    assert (rate.findtext("timebase"), rate.findtext("ntsc")) == (timebase, ntsc)
    back, _ = again(document)
    assert back.settings.fps == fps
    assert shown(back) == shown(document)
    assert report.complete


def test_a_rate_that_the_format_cannot_say_goes_to_the_nearest() -> None:
    clip = Clip(id="c", source=MediaSource(media="m_a"), duration=F(4, 5))
    track = Track(id="t", kind="video", title="V1", items=(clip,))
    document = Document(id="p", settings=ProjectSettings(fps=F(25, 2)), media=MEDIA, timeline=Timeline(tracks=(track,)))
    back, report = again(document)
    assert back.settings.fps == F(13000, 1001)
    assert [loss.what for loss in report] == ["frame rate 12.5"]


def test_looks_switches_links_and_markers_come_back() -> None:
    picture = Clip(
        id="c_1", source=MediaSource(media="m_a"), start=F(2), duration=F(3), link="l_1",
        effects=(Effect(id="e_1", effect="transform", parameters={"scale": 0.5, "position_x": 0.25, "opacity": 0.8}),),
    )  # fmt: skip
    unseen = picture.evolve(
        id="c_2", link=None, effects=(Effect(id="e_2", effect="transform", parameters={"opacity": 0.0}),)
    )
    heard = picture.evolve(id="c_3", effects=(Effect(id="e_3", effect="gain", parameters={"db": -6.0}),))
    look = TitleStyle(size=0.0625, colour="#10203040", align="right", position=(0.125, -0.25))
    title = Clip(id="c_4", source=TitleSource(text="Hello\nthere", style=look), duration=F(2))
    inner = Timeline(
        tracks=(Track(id="t_9", kind="video", title="inner", items=(picture.evolve(id="c_9", link=None),)),),
        markers=(Marker(id="m_9", time=F(1), title="inside"),),
    )
    nested = Clip(id="c_5", source=CompoundSource(compound="n_1"), start=F(1), duration=F(1))
    tracks = (
        Track(id="t_1", kind="video", title="Main & more", items=(picture, unseen, nested), locked=True),
        Track(id="t_2", kind="title", title="T1", items=(title,), hidden=True),
        Track(id="t_3", kind="audio", title="Sound", items=(heard,), muted=True),
    )
    document = Document(
        id="p", settings=ProjectSettings(fps=F(25), width=1280, height=720, sample_rate=44_100), media=MEDIA,
        timeline=Timeline(tracks=tracks, markers=(Marker(id="m_1", time=F(30), title="behind the end"),)),
        compounds=(Compound(id="n_1", title="scene", timeline=inner),),
    )  # fmt: skip
    back, report = again(document)
    assert shown(back) == shown(document)
    assert back.settings == document.settings
    assert [(t.title, t.hidden, t.muted, t.locked) for t in back.tracks] == [
        (t.title, t.hidden, t.muted, t.locked) for t in document.tracks
    ]
    clips = [clip for track in back.tracks for _, clip in track.clips()]
    assert [clip.link == clips[0].link for clip in clips] == [True, False, False, False, True]
    assert [[dict(e.parameters) for e in clip.effects] for clip in clips] == [
        [{"scale": 0.5, "position_x": 0.25, "opacity": 0.8}], [{"opacity": 0.0}], [], [], [{"db": -6.0}],
    ]  # fmt: skip
    assert clips[3].source == title.source
    assert [m.title for m in back.compounds[0].timeline.markers] == ["inside"]
    assert {loss.what for loss in report} == {"clipitem a b.mp4"}  # the one that is not seen


def test_a_picture_smaller_than_the_canvas_is_written_as_large_as_it_is_shown() -> None:
    """A scale counts in the picture's own pixels: 640 of them fill 1920 at 300 %."""
    clip = Clip(id="c", source=MediaSource(media="m_a"), duration=F(1))
    track = Track(id="t", kind="video", title="V1", items=(clip,))
    document = Document(id="p", media=MEDIA, timeline=Timeline(tracks=(track,)))
    text, _ = write_timeline(document, format="fcp7", title="Trip")
    values = [one.findtext("value") for one in ElementTree.fromstring(text).iter("parameter")]
    assert values == ["300"]
    back, _ = again(document)
    assert [clip.effects for _, clip in back.tracks[0].clips()] == [()]


def test_a_file_and_a_sequence_are_told_once() -> None:
    inner = Timeline(tracks=(Track(id="t_9", kind="video", title="V1", items=(_clip("c_9"),)),))
    nested = [Clip(id=f"n_{i}", source=CompoundSource(compound="n"), duration=F(1)) for i in range(3)]
    track = Track(id="t", kind="video", title="V1", items=(_clip("c_1"), _clip("c_2"), *nested))
    document = Document(
        id="p",
        media=MEDIA,
        timeline=Timeline(tracks=(track,)),
        compounds=(Compound(id="n", title="n", timeline=inner),),
    )
    text, _ = write_timeline(document, format="fcp7", title="Trip")
    assert (text.count("<pathurl>"), text.count("<media>"), text.count('<sequence id="sequence-2"')) == (1, 3, 3)
    assert shown(again(document)[0]) == shown(document)


def _clip(name: str, **changes: Any) -> Clip:
    return Clip(id=name, source=MediaSource(media="m_a"), duration=F(1), **changes)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(document=documents(), numbers=st.randoms(use_true_random=False))
def test_random_documents_come_back_with_links_switches_and_looks(document: Document, numbers: Any) -> None:
    simple, _ = fitted(_dressed(possible(document), numbers), ABLE)
    back, report = again(simple)
    assert shown(back) == shown(simple)
    assert _switches(back) == _switches(simple)
    assert _effects(back) == _effects(simple)
    assert _partners(back) == _partners(simple)
    assert report.complete, report


def _dressed(document: Document, numbers: Any) -> Document:
    """With transforms and gains here and there."""

    def dressed(clip: Clip, sound: bool) -> Clip:
        values = (
            {"db": numbers.randint(-60, 11) / 2 + 0.25}
            if sound
            else {"scale": numbers.randint(2, 60) / 16, "position_x": 0.125, "opacity": 0.5}
        )
        effect = Effect(id=f"e_{clip.id}", effect="gain" if sound else "transform", parameters=values)
        return clip.evolve(effects=(effect,)) if numbers.random() < 0.5 else clip

    tracks = tuple(
        track.evolve(
            items=tuple(dressed(one, track.kind == "audio") if isinstance(one, Clip) else one for one in track.items)
        )
        for track in document.tracks
    )
    return document.evolve(timeline=document.timeline.evolve(tracks=tracks))


def _switches(document: Document) -> list[Any]:
    timelines = [document.timeline, *(compound.timeline for compound in _in_order(document))]
    return [[(t.kind == "audio", t.hidden, t.muted, t.locked) for t in timeline.tracks] for timeline in timelines]


def _in_order(document: Document) -> list[Compound]:
    return sorted(document.compounds, key=lambda compound: (compound.title, len(compound.timeline.tracks)))


def _effects(document: Document) -> list[Any]:
    found = []
    for track in document.tracks:
        for _, clip in track.clips():
            named = ({"scale": 1.0, **e.parameters} if e.effect == "transform" else e.parameters for e in clip.effects)
            found.append([{name: round(float(value), 3) for name, value in one.items()} for one in named])
    return found


def _partners(document: Document) -> list[list[int]]:
    """Which clips are linked, by their places."""
    links: dict[str, list[int]] = {}
    for i, clip in enumerate(clip for track in document.tracks for _, clip in track.clips()):
        if clip.link:
            links.setdefault(clip.link, []).append(i)
    return sorted(group for group in links.values() if len(group) > 1)


@pytest.mark.parametrize("verb", ["read", "write"])
def test_ten_times_the_clips_take_ten_times_the_work(verb: str) -> None:
    def work(clips: int) -> int:
        made = tuple(_clip(f"c_{i}", link=f"l_{i}") for i in range(clips))
        heard = tuple(_clip(f"d_{i}", link=f"l_{i}") for i in range(clips))
        cuts = tuple(
            Transition(id=f"x_{i}", left=f"c_{i}", right=f"c_{i + 1}", duration=F(4, 30))
            for i in range(0, clips - 1, 3)
        )
        tracks = (
            Track(id="t", kind="video", title="V1", items=tuple(c.evolve(start=F(1)) for c in made), transitions=cuts),
            Track(id="u", kind="audio", title="A1", items=heard),
        )
        document = Document(id="p", media=MEDIA, timeline=Timeline(tracks=tracks))
        text, report = write_timeline(document, format="fcp7", title="x")
        assert report.complete
        calls = 0

        def count(*_: object) -> None:
            nonlocal calls
            calls += 1

        sys.setprofile(count)
        try:
            if verb == "read":
                read_timeline(text.encode(), format="fcp7", name="x", find=known_media)
            else:
                write_timeline(document, format="fcp7", title="x")
        finally:
            sys.setprofile(None)
        return calls

    work(10)
    assert work(300) < 11.5 * work(30)
