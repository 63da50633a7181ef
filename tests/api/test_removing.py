"""Whatever a list of handles holds can be removed in a loop, though some of it goes along with the rest."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import cutroom as cr
from cutroom.errors import ClipGoneError


@pytest.fixture
def project(film) -> cr.Project:
    made = cr.Project.create(fps=30)
    tl = made.timeline
    first, second, third = (tl.append(film.path, source=(start, start + 1)) for start in (1, 2.5, 4))
    for left, right in ((first, second), (second, third)):
        tl.add_transition("dissolve", left, right, duration=0.2)
    for time in (1, 2):
        tl.add_marker(time, f"at {time}")
        tl.add_subtitle("Hello", time, time + 1)
    tl.add_title("Hello", at=0, duration=1)
    first.effects.add("brightness", value=0.1).animate("value", {0: 0, 1: 0.1})
    first.effects.add("blur")
    return made


Loop = Callable[[cr.Timeline], object]
LOOPS: dict[str, tuple[Loop, Loop]] = {
    "clips": (lambda tl: [clip.delete() for clip in tl.clips], lambda tl: tl.clips),
    "clips, closing up": (lambda tl: [clip.delete(ripple=True) for clip in tl.clips], lambda tl: tl.clips),
    "clips of a track": (lambda tl: [clip.delete() for clip in tl.track("V1").clips], lambda tl: tl.track("A1").clips),
    "grouped clips": (
        lambda tl: (tl.group(tl.track("V1").clips), [clip.delete() for clip in tl.clips]),
        lambda tl: tl.clips,
    ),
    "transitions": (lambda tl: [one.remove() for one in tl.transitions], lambda tl: tl.transitions),
    "clips, then transitions": (
        lambda tl: [one.remove() for one in (tl.transitions, [clip.delete() for clip in tl.clips])[0]],
        lambda tl: tl.transitions,
    ),
    "markers": (lambda tl: [marker.remove() for marker in tl.markers], lambda tl: tl.markers),
    "subtitles": (lambda tl: [cue.remove() for cue in tl.track("S1").cues], lambda tl: tl.track("S1").cues),
    "tracks": (lambda tl: [track.remove() for track in tl.tracks], lambda tl: tl.tracks),
    "tracks with their clips": (
        lambda tl: [
            thing()
            for track, clips, cues in [(track, track.clips, track.cues) for track in tl.tracks]
            for thing in (track.remove, *(clip.delete for clip in clips), *(cue.remove for cue in cues))
        ],
        lambda tl: tl.tracks,
    ),
    "effects": (
        lambda tl: [fx.remove() for fx in tl.track("V1").clips[0].effects],
        lambda tl: list(tl.track("V1").clips[0].effects),
    ),
    "effects after their clip": (
        lambda tl: [fx.remove() for fx in (list(tl.track("V1").clips[0].effects), tl.track("V1").clips[0].delete())[0]],
        lambda tl: [clip for clip in tl.clips if clip.effects],
    ),
    "keyframes": (
        lambda tl: [fx.still(name) for fx in tl.track("V1").clips[0].effects for name in fx.keyframes],
        lambda tl: tl.keyframes_df().to_dict("records"),
    ),
}


@pytest.mark.parametrize("in_block", [False, True], ids=["steps", "one step"])
@pytest.mark.parametrize(("loop", "left"), LOOPS.values(), ids=list(LOOPS))
def test_a_loop_removes_all(project: cr.Project, loop: Loop, left: Loop, in_block: bool) -> None:
    tl = project.timeline
    assert left(tl)
    if in_block:
        with project.edit("clean up"):
            loop(tl)
    else:
        loop(tl)
    assert left(tl) == []


def test_what_is_gone_is_removed_without_a_step(project: cr.Project) -> None:
    tl = project.timeline
    clip, cut, marker, cue, track = (
        tl.track("V1").clips[0], tl.transitions[-1], tl.markers[0], tl.track("S1").cues[0], tl.add_track("video"),
    )  # fmt: skip
    fx = clip.effects[0]
    things = (cut, fx, marker, cue, track, clip)
    assert all(thing.exists for thing in things)
    for thing in things:
        remove = thing.delete if isinstance(thing, cr.Clip) else thing.remove
        remove()
        assert not thing.exists
        steps = len(project.history)
        remove()
        assert len(project.history) == steps
    project.undo()
    assert clip.exists


def test_all_else_still_says_what_took_it_away(project: cr.Project) -> None:
    clip = project.timeline.clips[0]
    with project.edit("clean up"):
        clip.delete()
        with pytest.raises(ClipGoneError, match="was removed by this very step"):
            clip.trim(end=0.5)
    with pytest.raises(ClipGoneError, match="was removed by step 'clean up'"):
        clip.trim(end=0.5)


def test_things_of_a_compound_that_went(project: cr.Project) -> None:
    scene = project.add_compound("Scene")
    title = scene.add_title("x", at=0, duration=1)
    scene.remove()
    title.delete()
    scene.remove()
    assert (title.exists, scene.exists) == (False, False)
