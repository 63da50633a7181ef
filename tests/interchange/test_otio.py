"""OTIO: lossless for Cutroom's own, right as OpenTimelineIO itself sees it, honest about others'."""

from __future__ import annotations

from fractions import Fraction

import pytest
from documents import MEDIA, F, documents, film, make_media
from hypothesis import HealthCheck, given, settings
from opentimelineio import core, schema
from opentimelineio.opentime import RationalTime as RT  # noqa: N817 - it is all over these tests
from opentimelineio.opentime import TimeRange

from cutroom.errors import InterchangeError
from cutroom.interchange.from_otio import from_otio
from cutroom.interchange.moments import to_moment, to_range
from cutroom.interchange.references import Reference
from cutroom.interchange.to_otio import to_otio
from cutroom.schema.curve import Keyframe, shifted
from cutroom.schema.document import Document
from cutroom.schema.effect import Effect
from cutroom.schema.media import Media


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(document=documents())
def test_any_document_comes_back_whole(document: Document) -> None:
    timeline, written = to_otio(document, title="Trip")
    text = core.serialize_json_to_string(timeline)
    back, read = from_otio(core.deserialize_json_from_string(text))
    assert written.complete, written
    assert read.complete, read
    assert back.model_dump() == document.model_dump()


def test_other_programs_see_the_film() -> None:
    timeline, _ = to_otio(film(), title="Trip")
    pictures, titles = timeline.tracks
    first, dissolve, second, gap, third = pictures
    assert first.source_range == to_range(F(2), F(3), F(30))
    assert first.media_reference.target_url == "clips/a%20b.mp4"
    assert second.media_reference.target_url == "file:///films/b.mp4"
    assert (dissolve.in_offset.value, dissolve.out_offset.value) == (5, 5)
    assert dissolve.transition_type == "SMPTE_Dissolve"
    assert pictures.range_of_child(third).start_time == to_moment(F(8), F(30))
    assert gap.duration().to_seconds() == 1
    assert third.effects[0].time_scalar == -2
    assert timeline.duration().to_seconds() == 9
    assert not titles.enabled
    assert titles[0].media_reference.parameters["text"] == "Hello"
    assert timeline.tracks.markers[0].name == "here"


def test_a_path_that_no_file_can_have_is_refused_before_it_is_in_a_project() -> None:
    timeline, _ = to_otio(film())
    found = timeline.tracks[0][0].media_reference.metadata
    found["cutroom"] = found["cutroom"].replace('"path":"', '"path":"a\\u0000')
    with pytest.raises(InterchangeError, match=r"a path holds no NUL.* at metadata\.cutroom\.media\.path"):
        from_otio(timeline)


def test_a_change_by_another_program_goes_before_what_is_carried() -> None:
    timeline, _ = to_otio(film())
    pictures, titles = timeline.tracks
    first, _, second, _, third = pictures
    first.source_range = to_range(F(3), F(2), F(30))
    second.media_reference.target_url = "elsewhere.mp4"
    third.effects[0].time_scalar = 4.0
    titles.enabled = True
    timeline.tracks.markers[0].name = "there"
    asked: list[str | None] = []

    def find(reference: Reference) -> Media | None:
        asked.append(reference.url)
        return MEDIA[2] if reference.url == "elsewhere.mp4" else reference.stated

    back, _ = from_otio(timeline, find=find)
    clips = [clip for _, clip in back.tracks[0].clips()]
    assert (clips[0].start, clips[0].duration) == (3, 2)
    assert clips[1].media == "m_unused"
    assert (clips[2].speed, clips[2].reverse) == (4, False)
    assert not back.tracks[1].hidden
    assert back.timeline.markers[0].title == "there"
    assert asked == ["clips/a%20b.mp4", "elsewhere.mp4", "file:///films/b.mp4"]


@pytest.mark.parametrize(("reverse", "changed"), [(False, F(3)), (True, F(2))])
def test_keyframes_follow_a_clip_that_another_program_has_trimmed(reverse: bool, changed: Fraction) -> None:
    """Its first second is gone: forwards, that of the media; backwards, the last second of the media."""
    keys = (Keyframe(time=F(0), value=0.1), Keyframe(time=F(2), value=0.0))
    effect = Effect(id="e_1", effect="blur", curves={"radius": keys})
    document = film()
    track = document.tracks[0]
    first = track.items[0].evolve(effects=(effect,), reverse=reverse)
    lone = track.evolve(items=(first,), transitions=())
    timeline, _ = to_otio(document.evolve(timeline=document.timeline.evolve(tracks=(lone,))))
    timeline.tracks[0][0].source_range = to_range(changed, F(2), F(30))
    back, _ = from_otio(timeline)
    (clip,) = (clip for _, clip in back.tracks[0].clips())
    assert clip.effects[0].curves["radius"] == shifted(keys, F(1))
    if not reverse:
        timeline.tracks[0][0].effects.append(schema.LinearTimeWarp(time_scalar=2.0))
        timeline.tracks[0][0].source_range = to_range(F(2), F(3, 2), F(30))
        (clip,) = (clip for _, clip in from_otio(timeline)[0].tracks[0].clips())
        assert (clip.speed, [key.time for key in clip.effects[0].curves["radius"]]) == (2, [0, 1])


def foreign(*children: object, kind: str = "Video") -> schema.Timeline:
    timeline = schema.Timeline(name="theirs")
    timeline.tracks.append(schema.Track(name="V1", kind=kind, children=list(children)))
    return timeline


def their_clip(name: str, start: float, frames: float, rate: float = 25) -> schema.Clip:
    reference = schema.ExternalReference(target_url=f"{name}.mp4")
    return schema.Clip(name=name, media_reference=reference, source_range=TimeRange(RT(start, rate), RT(frames, rate)))


def any_media(reference: Reference) -> Media | None:
    return make_media(f"m_{reference.title}", reference.url or "")


def test_a_foreign_transition_moves_its_cut_and_no_picture() -> None:
    late = schema.Transition(transition_type="SMPTE_Dissolve", in_offset=RT(0, 25), out_offset=RT(10, 25))
    back, report = from_otio(foreign(their_clip("a", 10, 50), late, their_clip("b", 20, 60)), find=any_media)
    left, right = (clip for _, clip in back.tracks[0].clips())
    assert report.complete
    assert (left.start, left.duration) == (F(10, 25), F(55, 25))  # plays on to the middle of the dissolve
    assert (right.start, right.duration) == (F(25, 25), F(55, 25))
    assert [(t.left, t.right, t.duration) for t in back.tracks[0].transitions] == [(left.id, right.id, F(10, 25))]


def test_what_others_have_and_cutroom_has_not_is_named() -> None:
    clip = their_clip("a", 0, 50)
    clip.effects.extend([schema.Effect(effect_name="Glow"), schema.LinearTimeWarp(time_scalar=20)])
    clip.markers.append(schema.Marker(name="look", marked_range=TimeRange(RT(25, 25), RT(0, 25))))
    bars = schema.Clip(
        media_reference=schema.GeneratorReference(generator_kind="SMPTEBars"),
        source_range=TimeRange(RT(0, 25), RT(25, 25)),
    )
    wipe = schema.Transition(transition_type="SMPTE_Wipe", in_offset=RT(2, 25), out_offset=RT(3, 25))
    off = their_clip("off", 0, 25)
    off.enabled = False
    timeline = foreign(bars, clip, wipe, their_clip("b", 10, 50), off, their_clip("missing", 25, 50))
    timeline.global_start_time = RT(90_000, 25)
    back, report = from_otio(timeline, find=lambda r: None if r.title == "missing" else any_media(r))
    assert back.settings.fps == 25
    assert {loss.what for loss in report} == {
        "start timecode", "generator SMPTEBars", "effect Glow", "speed 20", "marker look", "transition SMPTE_Wipe",
        "clip off", "media missing.mp4",
    }  # fmt: skip
    missing = next(loss for loss in report if loss.what == "media missing.mp4")
    assert missing.where == "V1, 00:00:06:00, missing"
    assert "1.000 to 3.000 s of missing.mp4" in missing.why
    assert back.timeline.markers[0].time == 2
    assert [item.kind for item in back.tracks[0].items] == ["gap", "clip", "clip", "gap", "gap"]
    assert back.duration == 8


def test_nested_stacks_become_compounds_once() -> None:
    inner = schema.Stack(
        name="scene", children=[schema.Track(name="V1", kind="Video", children=[their_clip("a", 0, 50)])]
    )
    back, report = from_otio(foreign(inner.deepcopy(), their_clip("b", 0, 25), inner.deepcopy()), find=any_media)
    assert report.complete
    assert [(compound.title, compound.timeline.duration) for compound in back.compounds] == [("scene", 2)]
    sources = [clip.source.kind for _, clip in back.tracks[0].clips()]
    assert sources == ["compound", "media", "compound"]


def test_media_with_a_timecode_of_their_own_start_at_it() -> None:
    clip = their_clip("a", 90_025, 50)
    clip.media_reference.available_range = TimeRange(RT(90_000, 25), RT(500, 25))
    back, _ = from_otio(foreign(clip), find=any_media)
    assert [clip.start for _, clip in back.tracks[0].clips()] == [1]


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 1e300])
def test_times_that_are_none_are_refused(value: float) -> None:
    with pytest.raises(InterchangeError):
        from_otio(foreign(their_clip("a", value, 50)), find=any_media)


def test_damage_to_what_is_carried_is_named() -> None:
    timeline, _ = to_otio(film())
    timeline.tracks[0][0].metadata["cutroom"] = '{"clip": {"id": "c_1"}}'
    with pytest.raises(InterchangeError, match=r"metadata.cutroom.clip.source of clip a b.mp4"):
        from_otio(timeline)


def test_tracks_whose_range_ends_before_their_items_begin_there() -> None:
    timeline = foreign(their_clip("a", 10, 50))
    timeline.tracks.append(schema.Track(name="A1", kind="Audio", children=[their_clip("b", 20, 25)]))
    for track, at in zip(timeline.tracks, (90_000, 90_025), strict=True):
        track.source_range = TimeRange(RT(-at, 25), RT(50, 25))
    back, report = from_otio(timeline, find=any_media)
    assert [[at for at, _ in track.clips()] for track in back.tracks] == [[0], [1]]
    assert [(loss.what, loss.where) for loss in report] == [("start timecode", "01:00:00:00")]


def test_a_track_within_a_track_is_a_compound() -> None:
    inner = schema.Track(name="inner", kind="Video", children=[their_clip("a", 0, 50)])
    back, _ = from_otio(foreign(inner, their_clip("b", 0, 25)), find=any_media)
    assert [clip.source.kind for _, clip in back.tracks[0].clips()] == ["compound", "media"]
    assert back.compounds[0].timeline.tracks[0].duration == 2


@pytest.mark.parametrize("shelf", ["none", {}, {"k": "text"}, "itself"])
def test_a_shelf_that_does_not_hold_what_is_shown_is_refused(shelf: object) -> None:
    use = schema.Stack(name="x", source_range=TimeRange(RT(0, 25), RT(25, 25)), metadata={"cutroom_shared": "k"})
    timeline = foreign(use)
    held = schema.Stack(children=[schema.Track(kind="Video", children=[use.deepcopy()])])
    if shelf != "none":
        timeline.metadata["cutroom_shelf"] = {"k": held} if shelf == "itself" else shelf
    with pytest.raises(InterchangeError, match="not there"):
        from_otio(timeline, find=any_media)


@pytest.mark.parametrize("rate", [1e-9, 4e-4, 1e300, 2_000_000.0])
def test_a_rate_that_is_none_is_refused(rate: float) -> None:
    timeline, _ = to_otio(film())
    timeline.metadata.clear()
    clip = timeline.tracks[0][0]
    clip.metadata.clear()
    clip.source_range = TimeRange(RT(3, rate), RT(4, rate))
    with pytest.raises(InterchangeError, match="not a frame rate"):
        from_otio(timeline)
