"""FCPXML: what Final Cut Pro writes of multi-cameras, detached sound, captions; links, chapters and captions back."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest
from documents import MEDIA, F, film, make_media
from reading import known_media, shown

from cutroom.errors import InterchangeError
from cutroom.interchange.formats import read_timeline, write_timeline
from cutroom.interchange.references import Reference
from cutroom.schema.base import derive_id
from cutroom.schema.clip import Clip, Gap, MediaSource, Transition
from cutroom.schema.cue import Cue
from cutroom.schema.document import Document, Marker, ProjectSettings, Timeline
from cutroom.schema.media import Media
from cutroom.schema.track import Track

SAMPLES = Path(__file__).parent / "samples"
HEAD = (
    '<fcpxml version="1.10"><resources><format id="f" frameDuration="1/25s"/>'
    '<asset id="a" src="a.mp4" hasVideo="1" hasAudio="1" duration="100s"/>{more}</resources>'
    '<project><sequence format="f"><spine>{spine}</spine></sequence></project></fcpxml>'
)


def any_media(reference: Reference) -> Media:
    name = reference.url or reference.title
    return make_media(derive_id("m", name, 0), name, 100)


def read(spine: str, more: str = "") -> tuple[Document, list[tuple[str, str]]]:
    text = HEAD.format(spine=spine, more=more)
    document, report = read_timeline(text.encode(), format="fcpxml", name="x.fcpxml", find=any_media)
    return document, [(loss.what, loss.why) for loss in report]


def studio() -> tuple[Document, dict[str, str]]:
    data = (SAMPLES / "studio.fcpxml").read_bytes()
    document, report = read_timeline(data, format="fcpxml", name="studio", find=any_media)
    return document, {loss.what: loss.why for loss in report}


def links(document: Document) -> list[tuple[F, F]]:
    """Starts of the pictures and the sounds that share a link."""
    clips = [(track.kind, at, clip.link) for track in document.tracks for at, clip in track.clips() if clip.link]
    return sorted(
        (at, other) for kind, at, link in clips for sound, other, same in clips
        if kind == "video" and sound == "audio" and link == same
    )  # fmt: skip


def test_a_multicam_is_one_of_ours_with_an_angle_for_the_picture_and_one_for_the_sound() -> None:
    document, _ = studio()
    interview = next(compound for compound in document.compounds if compound.title == "interview")
    assert interview.multicam
    assert [(track.title, track.kind, track.duration) for track in interview.timeline.tracks] == [
        ("Wide", "video", 50), ("Wide sound", "audio", 50), ("Close", "video", 50), ("Close sound", "audio", 50),
    ]  # fmt: skip
    names = {track.id: track.title for track in interview.timeline.tracks}
    uses = [track.clips()[0][1] for track in document.tracks if track.title in {"V1", "A1"}]
    assert [names[use.source.angle] for use in uses] == ["Close", "Wide sound"]
    assert [(use.start, use.duration) for use in uses] == [(10, 4), (10, 4)]


def test_a_synchronised_clip_is_a_compound_with_what_is_anchored_in_it() -> None:
    document, losses = studio()
    take = next(compound for compound in document.compounds if compound.title == "take 2")
    assert shown(document, take.timeline) == [
        ["picture", [[10.0, "file:///shoot/close.mov", F(20), F(1), False]], []],
        ["audio", [[10.0, "file:///shoot/boom.wav", F(2), F(1), False]], []],
        [],
    ]
    assert losses["role music"] == "left out"
    assert "sound that is switched off" in losses


def test_sound_is_heard_once_and_keeps_its_picture() -> None:
    document, _ = studio()
    sounds = [[(at, clip.start) for at, clip in track.clips()] for track in document.tracks if track.kind == "audio"]
    assert sounds == [[(0, 10), (4, 1), (8, 32), (12, 7)], [(15, 2)]]  # the last is detached, in step with its picture
    assert links(document) == [(at, at) for at in (0, 4, 8, 12, 15)]


def test_reversed_twice_as_fast_a_dissolve_of_the_picture_alone_captions_chapters_and_what_is_left_out() -> None:
    document, losses = studio()
    fast = document.tracks[0].items[2]
    assert (fast.speed, fast.reverse, fast.start, fast.end) == (2, True, 32, 40)
    assert [len(track.transitions) for track in document.tracks] == [1, 0, 0, 0, 0, 0]
    captions = {track.title: track.cues for track in document.tracks if track.kind == "subtitle"}
    assert [(cue.start, cue.end, cue.text) for cue in captions["SRT"]] == [(5, 7, "Good evening.")]
    assert [(cue.start, cue.end, cue.text) for cue in captions["SRT de"]] == [(9, 10, "Guten Abend.")]
    found = [(marker.time, marker.title, marker.marker) for marker in document.timeline.markers]
    assert found == [(1, "Opening", "chapter"), (2, "grade", "note")]
    assert set(losses) == {
        "start timecode",
        "to-do grade",
        "role music",
        "sound that is switched off",
        "keyword interior",
    }


@pytest.mark.parametrize("switch", ['enabled="0"', 'active="0"'])
def test_a_clip_whose_channels_are_off_is_a_picture_only(switch: str) -> None:
    document, _ = read(f'<asset-clip ref="a" duration="4s"><audio-channel-source srcCh="1" {switch}/></asset-clip>')
    assert [track.kind for track in document.tracks] == ["video"]


def test_a_compound_counts_from_its_own_timecode() -> None:
    inner = '<media id="m"><sequence format="f" tcStart="60s"><spine><asset-clip ref="a" offset="60s" duration="9s"/>'
    document, _ = read('<ref-clip ref="m" start="62s" duration="4s"/>', f"{inner}</spine></sequence></media>")
    assert [clip.start for _, clip in document.tracks[0].clips()] == [2]
    assert document.compounds[0].timeline.duration == 9


def test_clips_that_lie_over_each_other_in_a_lane_get_tracks_of_their_own() -> None:
    one = '<asset-clip ref="a" lane="1" offset="{at}s" duration="4s" srcEnable="video"/>'
    document, _ = read(f'<gap duration="20s">{"".join(one.format(at=at) for at in (0, 1, 2, 5))}</gap>')
    assert [[at for at, _ in track.clips()] for track in document.tracks] == [[0, 5], [1], [2]]


def test_hundreds_in_a_lane_at_once_are_refused() -> None:
    one = '<asset-clip ref="a" lane="1" offset="0s" duration="4s" srcEnable="video"/>'
    with pytest.raises(InterchangeError, match="over each other"):
        read(f'<gap duration="20s">{one * 151}</gap>')


def test_a_file_of_clips_without_a_project_says_so() -> None:
    text = b'<fcpxml version="1.10"><resources/><asset-clip ref="a" duration="1s"/></fcpxml>'
    with pytest.raises(InterchangeError, match="1 clips, but no project"):
        read_timeline(text, format="fcpxml", name="x")


@pytest.mark.parametrize(
    "spine",
    [
        '<mc-clip ref="a" duration="1s"/>',
        '<mc-clip ref="nowhere" duration="1s"/>',
        '<asset-clip ref="a" lane="x" duration="1s"><asset-clip ref="a" lane="x"/></asset-clip>',
        '<asset-clip ref="a" duration="1e9s"/>',
        "<sync-clip duration='1s'>" * 40 + "<asset-clip ref='a' duration='1s'/>" + "</sync-clip>" * 40,
        '<clip duration="1s"/>',
    ],
)
def test_what_leads_nowhere_is_refused(spine: str) -> None:
    with pytest.raises(InterchangeError):
        read(spine)


def test_an_angle_that_is_not_there_shows_nothing() -> None:
    angle = '<mc-angle angleID="w"><asset-clip ref="a" duration="9s"/></mc-angle>'
    more = f'<media id="m"><multicam format="f">{angle}</multicam></media>'
    document, _ = read('<mc-clip ref="m" duration="4s"><mc-source angleID="x"/></mc-clip>', more)
    assert not any(track.clips() for track in document.tracks)


def pair() -> Document:
    """V1: [a][b]-[gap][b], A1 with the first three's sound but one dissolve only on V1; A2: music."""

    def clips(prefix: str) -> tuple[Clip, ...]:
        return (
            Clip(id=f"{prefix}1", source=MediaSource(media="m_a"), start=F(2), duration=F(3), link="l_1"),
            Clip(id=f"{prefix}2", source=MediaSource(media="m_b"), start=F(5), duration=F(4), link="l_2"),
        )  # fmt: skip

    loose = Clip(id="v3", source=MediaSource(media="m_b"), start=F(20), duration=F(2))
    music = Clip(id="s1", source=MediaSource(media="m_b"), start=F(30), duration=F(9))
    cross = Transition(id="x1", left="v1", right="v2", duration=F(1, 5))
    fade = Transition(id="x2", left="v2", right=None, duration=F(2, 5))
    heard = Transition(id="x3", left="a2", right=None, duration=F(2, 5))
    first = Transition(id="x4", left=None, right="a1", duration=F(1, 5))
    tracks = (
        Track(id="t1", kind="video", title="V1", items=(*clips("v"), Gap(duration=F(1)), loose),
              transitions=(cross, fade)),
        Track(id="t2", kind="audio", title="A1", items=clips("a"), transitions=(first, heard)),
        Track(id="t3", kind="audio", title="A2", items=(music,)),
        Track(id="t4", kind="subtitle", title="SRT", cues=(
            Cue(id="s1", start=F(1), end=F(3), text="one\ntwo"), Cue(id="s2", start=F(2), end=F(20), text="over"),
        )),
    )  # fmt: skip
    markers = (Marker(id="m1", time=F(1), title="start", marker="chapter"), Marker(id="m2", time=F(4), title="look"))
    timeline = Timeline(tracks=tracks, markers=markers)
    return Document(id="p", settings=ProjectSettings(fps=F(25)), media=MEDIA, timeline=timeline)


def test_picture_and_sound_of_a_take_are_one_clip_and_come_back_as_two_that_are_linked() -> None:
    document = pair()
    text, report = write_timeline(document, format="fcpxml", title="Trip")
    assert report.complete, report
    clips = list(ElementTree.fromstring(text.replace("<!DOCTYPE fcpxml>", "")).iter("asset-clip"))
    assert sorted(clip.get("srcEnable", "all") for clip in clips) == ["all", "all", "audio", "video"]
    back, read = read_timeline(text.encode(), format="fcpxml", name="trip", find=known_media)
    assert read.complete
    assert shown(back) == shown(document)
    assert links(back) == [(0, 0), (3, 3)]
    assert [marker.marker for marker in back.timeline.markers] == ["chapter", "note"]
    cues = [(cue.start, cue.end, cue.text) for cue in back.tracks[-1].cues]
    assert cues == [(1, 3, "one\ntwo"), (2, 20, "over")]


def test_linked_clips_that_do_not_stand_together_stay_apart_and_are_counted() -> None:
    document = pair()
    video, sound, *rest = document.tracks
    first, second = sound.items
    moved = sound.evolve(items=(first.evolve(start=F(1)), second))
    document = document.evolve(timeline=document.timeline.evolve(tracks=(video, moved, *rest)))
    text, report = write_timeline(document, format="fcpxml", title="Trip")
    assert [(loss.what, loss.why) for loss in report] == [("links", "left out: 4 clips stand by themselves")]
    back, _ = read_timeline(text.encode(), format="fcpxml", name="trip", find=known_media)
    assert shown(back) == shown(document)
    assert links(back) == [(3, 3)]  # what plays the same at the same time is known again


def test_compounds_take_their_markers_along() -> None:
    document, _ = studio()
    inner = document.compounds[1].timeline.evolve(markers=(Marker(id="m", time=F(2), title="inside"),))
    compounds = (document.compounds[0], document.compounds[1].evolve(timeline=inner))
    text, _ = write_timeline(document.evolve(compounds=compounds), format="fcpxml", title="x")
    back, _ = read_timeline(text.encode(), format="fcpxml", name="x", find=any_media)
    titles = {compound.title: [marker.title for marker in compound.timeline.markers] for compound in back.compounds}
    assert titles["take 2"] == ["inside"]


def test_the_film_says_what_its_media_are() -> None:
    text, _ = write_timeline(film(), format="fcpxml", title="x")
    root = ElementTree.fromstring(text.replace("<!DOCTYPE fcpxml>", ""))
    formats = {one.get("id"): one.get("frameDuration") for one in root.iter("format")}
    assert {formats[asset.get("format")] for asset in root.iter("asset")} == {"1/30s"}
