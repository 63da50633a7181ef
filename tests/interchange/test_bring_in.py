"""What was read, brought into a project."""

from __future__ import annotations

from documents import MEDIA, F, documents, make_media
from hypothesis import HealthCheck, given, settings

from cutroom.edit.apply import apply
from cutroom.effects.checks import check
from cutroom.interchange.bring_in import bring_in
from cutroom.schema.clip import Clip, MediaSource, Transition
from cutroom.schema.cue import Cue
from cutroom.schema.document import Document, ProjectSettings, Timeline
from cutroom.schema.effect import Effect
from cutroom.schema.track import Track

EMPTY = Document(id="q", settings=ProjectSettings(adopt=("fps", "size", "sample_rate")))


def small(rate: int = 30) -> Document:
    fps = F(rate)
    clips = (
        Clip(id="c_1", source=MediaSource(media="m_a"), start=F(2), duration=F(3), link="l_1"),
        Clip(id="c_2", source=MediaSource(media="m_b"), start=F(1), duration=F(4)),
    )
    dissolve = Transition(id="x_1", left="c_1", right="c_2", duration=F(10) / fps)
    sound = Clip(id="c_3", source=MediaSource(media="m_a"), start=F(2), duration=F(3), link="l_1")
    tracks = (
        Track(id="t_1", kind="video", title="V1", items=clips, transitions=(dissolve,), locked=True),
        Track(id="t_2", kind="subtitle", title="S1", cues=(Cue(id="s_1", start=F(1), end=F(2), text="Hi"),)),
        Track(id="t_3", kind="audio", title="A1", items=(sound,), volume=0.5),
    )
    return Document(id="p", settings=ProjectSettings(fps=fps), media=MEDIA, timeline=Timeline(tracks=tracks))


def test_an_empty_project_becomes_what_was_read() -> None:
    batch, losses = bring_in(small(25), EMPTY, check=check)
    made = apply(EMPTY, batch).document
    assert not losses
    assert made.settings.fps == 25
    assert [media.path for media in made.media] == ["clips/a b.mp4", "/films/b.mp4"]
    for before, after in zip(small(25).tracks, made.tracks, strict=True):
        assert after.items == before.items
        assert after.cues == before.cues
        assert (after.title, after.locked, after.volume) == (before.title, before.locked, before.volume)
    assert [(t.left, t.right, t.duration) for t in made.tracks[0].transitions] == [("c_1", "c_2", F(10, 25))]


def test_a_second_time_everything_has_names_of_its_own() -> None:
    once = apply(EMPTY, bring_in(small(), EMPTY)[0]).document
    batch, losses = bring_in(small(), once)
    twice = apply(once, batch).document
    assert not losses
    assert len(twice.media) == 2
    assert [track.title for track in twice.tracks] == ["V1", "V1 2", "S1", "S1 2", "A1", "A1 2"]
    clips = {clip.id: clip for track in twice.tracks for _, clip in track.clips()}
    assert len(clips) == 6
    links = [clip.link for clip in clips.values() if clip.link]
    assert len(links) == 4
    assert len(set(links)) == 2


def test_another_rate_puts_cuts_on_the_nearest_frame() -> None:
    part = small(25)
    into = Document(id="q", settings=ProjectSettings(fps=F(30000, 1001)))
    batch, losses = bring_in(part, into)
    made = apply(into, batch).document
    assert [loss.what for loss in losses] == ["frame rate 25"]
    assert [item.duration * F(30000, 1001) for item in made.tracks[0].items] == [90, 120]
    assert made.tracks[2].items[0].duration == made.tracks[0].items[0].duration


def test_what_the_project_cannot_have_is_left_and_named() -> None:
    part = small()
    track = part.tracks[0]
    odd = Effect(id="e_1", effect="brightnes")
    known = Effect(id="e_2", effect="brightness", parameters={"value": 0.1})
    first, second = track.items
    assert isinstance(first, Clip)
    changed = track.evolve(
        items=(first.evolve(effects=(odd, known)), second),
        transitions=(Transition(id="x", transition="whirl", left="c_1", right="c_2", duration=F(1)),),
    )
    media = (MEDIA[0], make_media("m_b", "/films/b.mp4", seconds=3))
    part = part.evolve(media=media, timeline=Timeline(tracks=(changed,)))
    batch, losses = bring_in(part, EMPTY, check=check)
    made = apply(EMPTY, batch).document
    assert [loss.what for loss in losses] == ["effect brightnes", "clip c_2", "transition whirl"]
    (clip,) = (clip for _, clip in made.tracks[0].clips())
    assert [effect.effect for effect in clip.effects] == ["brightness"]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(document=documents())
def test_any_document_fits_or_says_what_does_not(document: Document) -> None:
    batch, losses = bring_in(document, EMPTY)
    made = apply(EMPTY, batch).document
    gone = sum(loss.what.startswith("clip ") for loss in losses)
    timelines = (document.timeline, *(compound.timeline for compound in document.compounds))
    after = (made.timeline, *(compound.timeline for compound in made.compounds))
    assert _clips(timelines) == _clips(after) + gone
    cut = sum(loss.what.startswith("transition ") for loss in losses)
    assert _count(timelines, "transitions") == _count(after, "transitions") + cut
    assert _count(timelines, "cues") == _count(after, "cues")
    assert sum(len(t.markers) for t in timelines) == sum(len(t.markers) for t in after)


def _clips(timelines: tuple[Timeline, ...]) -> int:
    return sum(len(track.clips()) for timeline in timelines for track in timeline.tracks)


def _count(timelines: tuple[Timeline, ...], what: str) -> int:
    return sum(len(getattr(track, what)) for timeline in timelines for track in timeline.tracks)
