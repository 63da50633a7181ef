from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings

from cutroom.effects.compiler.document import compile_picture, cut_points, frame_count
from cutroom.effects.segment import PictureSegment
from cutroom.errors import AnalysisNeededError, EditError, MediaNotFoundError, UnknownNameError, ValidationError
from cutroom.schema.base import canonical_json
from cutroom.schema.clip import Clip, Gap, TitleSource
from cutroom.schema.document import Document, ProjectSettings, Timeline
from cutroom.schema.track import Track


def _second(studio, level=100, **options):
    return studio.clip(studio.film(studio.flat(level), 30), 1, **options)


def test_an_empty_timeline_is_black(studio):
    document = studio.document()
    assert frame_count(document) == 0
    assert cut_points(document) == [0]
    y, u, v = studio.frames(document)[0]
    assert (y == 16).all()
    assert (u == 128).all()
    assert (v == 128).all()


def test_gaps_are_black(studio):
    document = studio.document(studio.track(Gap(duration=Fraction(5, 30)), _second(studio)))
    assert cut_points(document) == [0, 5, 35]
    assert (studio.frames(document, 4)[0][0] == 16).all()
    assert (studio.frames(document, 5)[0][0] == 100).all()


def test_hidden_and_solo_tracks(studio):
    bottom, top = studio.track(_second(studio, 50)), studio.track(_second(studio, 90))
    levels = [
        studio.frames(studio.document(*tracks))[0][0][0, 0]
        for tracks in (
            (bottom, top),
            (bottom, top.replace(hidden=True)),
            (bottom.replace(solo=True), top),
            (bottom.replace(hidden=True), top.replace(hidden=True)),
        )
    ]
    assert levels == [90, 50, 50, 16]


def test_layers_under_an_opaque_one_are_left_out(studio):
    bottom = studio.track(_second(studio, 50))
    cases = [
        ([], 1),
        ([studio.effect("blur")], 1),
        ([studio.effect("transform", scale=1.5, position_x=0.1)], 1),
        ([studio.effect("transform", scale=1.5, position_x=0.3)], 2),
        ([studio.effect("transform", opacity=0.5)], 2),
        ([studio.effect("crop", left=0.1)], 2),
        ([studio.effect("transform", rotation=5.0, scale=1.1)], 2),
        ([studio.effect("transform", scale=1.1), studio.effect("blur")], 2),
    ]
    for effects, expected in cases:
        top = studio.track(_second(studio, 90, effects=effects))
        assert len(compile_picture(studio.document(bottom, top), 0, 1).layers) == expected, effects
    invisible = studio.track(_second(studio, 90, effects=[studio.effect("transform", opacity=0.0)]))
    assert (studio.frames(studio.document(bottom, invisible))[0][0] == 50).all()


def test_a_zoomed_layer_that_hides_all_looks_the_same_with_what_is_below(studio):
    zoom = studio.effect("transform", scale=1.31, position_x=0.07, position_y=-0.03)
    top = studio.track(studio.clip(studio.film(studio.noise()), 1, effects=[zoom]))
    alone = studio.frames(studio.document(top))[0]
    over = studio.frames(studio.document(studio.track(_second(studio, 200)), top))[0]
    assert all(np.array_equal(a, b) for a, b in zip(alone, over, strict=True))
    assert alone[0].min() >= 16


def test_a_stretch_across_an_edit_point_is_an_error(studio):
    document = studio.document(studio.track(_second(studio), _second(studio)))
    compile_picture(document, 20, 10)
    with pytest.raises(EditError, match="across the edit point at 30"):
        compile_picture(document, 20, 11)


def test_the_identity_does_not_know_where_a_clip_stands_or_what_it_is_called(studio):
    film = studio.film(studio.flat(100), 60)
    effects = [studio.effect("brightness", value=0.1)]
    here = studio.document(studio.track(studio.clip(film, 1, Fraction(1, 2), effects=effects)))
    again = [studio.effect("brightness", value=0.1)]
    moved = studio.document(
        studio.track(Gap(duration=Fraction(7)), studio.clip(film, Fraction(1, 2), 1, effects=again))
    )
    a, b = compile_picture(here, 15, 10), compile_picture(moved, 210, 10)
    assert canonical_json(a) == canonical_json(b)


def test_the_identity_knows_everything_that_changes_the_picture(studio):
    film = studio.film(studio.noise(), 60)
    base = studio.document(studio.track(studio.clip(film, 1)))
    others = [
        studio.document(studio.track(studio.clip(film, 1, Fraction(1, 30)))),
        studio.document(studio.track(studio.clip(film, 1, effects=[studio.effect("blur")]))),
        studio.document(studio.track(studio.clip(film, 1, effects=[studio.effect("blur", radius=0.02)]))),
        studio.document(studio.track(studio.clip(film, 1)), width=640, height=360),
        studio.document(studio.track(studio.title("a", 1))),
        studio.document(studio.track(studio.title("b", 1))),
    ]
    keys = {canonical_json(compile_picture(document, 0, 5)) for document in (base, *others)}
    assert len(keys) == len(others) + 1


def test_titles_are_the_same_segment_at_every_frame(studio):
    document = studio.document(studio.track(studio.title("Hello", 2)))
    assert canonical_json(compile_picture(document, 0, 10)) == canonical_json(compile_picture(document, 30, 10))


def test_segments_survive_json(studio):
    effects = [studio.effect("blur"), studio.effect("transform", scale=0.5), studio.effect("crop", left=0.2)]
    document = studio.document(studio.track(_second(studio, effects=effects)), studio.track(studio.title("x", 1)))
    segment = compile_picture(document, 0, 5)
    assert PictureSegment.model_validate_json(canonical_json(segment)) == segment


def test_untouched_is_said_of_untouched_pictures_alone(studio):
    plain = compile_picture(studio.document(studio.track(_second(studio))), 0, 5)
    assert plain.untouched is not None
    assert plain.untouched.step == Fraction(1, 30)
    changed = studio.track(_second(studio, effects=[studio.effect("brightness", value=0.1)]))
    for document in (
        studio.document(changed),
        studio.document(studio.track(_second(studio)), width=640, height=360),
        studio.document(studio.track(_second(studio)), studio.track(studio.title("x", 1))),
        studio.document(),
    ):
        assert compile_picture(document, 0, 5).untouched is None


def test_errors_of_effects_come_when_compiling(studio):
    unknown = studio.document(studio.track(_second(studio, effects=[studio.effect("blurr")])))
    with pytest.raises(UnknownNameError, match="blurr"):
        compile_picture(unknown, 0, 1)
    wrong = studio.document(studio.track(_second(studio, effects=[studio.effect("blur", radius=9.0)])))
    with pytest.raises(ValidationError, match="radius"):
        compile_picture(wrong, 0, 1)


def test_media_that_nobody_has_a_path_for_is_named(studio):
    document = studio.document(studio.track(_second(studio)))
    studio.paths.clear()
    with pytest.raises(MediaNotFoundError, match="no file is known"):
        studio.frames(document)


def test_an_effect_that_looks_back_sees_the_frames_before_wherever_rendering_starts(studio):
    film = studio.film(lambda i: studio.flat(20 + 6 * i), 30)
    clip = studio.clip(film, Fraction(20, 30), Fraction(5, 30), effects=[studio.effect("motion_blur", shutter=3)])
    document = studio.document(studio.track(clip))
    whole = [planes[0][0, 0] for planes in studio.frames(document, 0, 20)]
    assert whole[:4] == [50, 52, 56, 62]  # the first frame stands in for those before it
    for start in (1, 2, 3, 11):
        part = [planes[0][0, 0] for planes in studio.frames(document, start, 4)]
        assert part == whole[start : start + 4]


def test_an_effect_that_must_measure_first_says_so(studio):
    document = studio.document(studio.track(_second(studio, effects=[studio.effect("stabilize")])))
    with pytest.raises(AnalysisNeededError, match=r"^1 measurement is needed"):
        compile_picture(document, 0, 1)
    assert compile_picture(document, 0, 1, results=None) == compile_picture(_plain(document), 0, 1)


def _plain(document):
    track = document.tracks[0]
    bare = track.evolve(items=tuple(clip.evolve(effects=()) for clip in track.items))
    return document.evolve(timeline=document.timeline.evolve(tracks=(bare,)))


@settings(deadline=None)
@given(st.lists(st.tuples(st.booleans(), st.integers(1, 20)), max_size=12), st.lists(st.integers(1, 30), max_size=8))
def test_between_cut_points_everything_compiles_and_every_frame_is_covered_once(first, second):
    def title(number, frames):
        return Clip(id=f"c_{number}", source=TitleSource(text="a"), duration=Fraction(frames, 30))

    one = tuple(
        title(i, frames) if is_clip else Gap(duration=Fraction(frames, 30)) for i, (is_clip, frames) in enumerate(first)
    )
    two = tuple(title(100 + i, frames) for i, frames in enumerate(second))
    tracks = (Track(id="a", kind="video", title="a", items=one), Track(id="b", kind="title", title="b", items=two))
    document = Document(id="d", settings=ProjectSettings(), timeline=Timeline(tracks=tracks))
    points = cut_points(document)
    assert points[0] == 0
    assert points[-1] == frame_count(document) == max(sum(f for _, f in first), sum(second), 0)
    for a, b in pairwise(points):
        assert compile_picture(document, a, b - a).frames == b - a
