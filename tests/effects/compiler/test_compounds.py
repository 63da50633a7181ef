"""Timelines inside of clips: what they show and sound like is what the same clips do without them."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest

from cutroom.edit.apply import apply
from cutroom.edit.operations import AddCompound, AddEffect, AddTrack, Nest, Overwrite, SetAngle, Unnest
from cutroom.effects.compiler.document import compile_picture, cut_points, frame_count
from cutroom.effects.segment import picture_inputs
from cutroom.schema.clip import CompoundSource, Gap, MediaSource

F = Fraction
RATE = 48_000


def every_frame(studio, document) -> list[list[np.ndarray]]:
    points = cut_points(document)
    return [f for a, b in pairwise(points) for f in studio.frames(document, a, b - a)]


def layered(studio):
    """Three tracks with effects, a dissolve, a title, a hole and sound."""
    a, b = studio.film(studio.noise(1), 60), studio.film(lambda i: studio.flat(40 + 2 * i, 100, 150), 60)
    one, two = studio.clip(a, F(20, 30), F(10, 30)), studio.clip(b, F(15, 30), F(12, 30))
    over = studio.clip(b, F(8, 30), effects=[studio.effect("transform", scale=0.4, position_x=0.2, opacity=0.6)])
    sound = studio.sound(np.random.default_rng(3).uniform(-0.4, 0.4, (2, 2 * RATE)))
    return studio.document(
        studio.track(one, two, transitions=[studio.dissolve(one, two, F(6, 30))]),
        studio.track(Gap(duration=F(9, 30)), over),
        studio.track(Gap(duration=F(3, 30)), studio.title("Inside", F(10, 30)), kind="title"),
        studio.track(studio.clip(sound, F(35, 30)), kind="audio"),
    )


def nested(document):
    clips = [clip.id for track in document.tracks for _, clip in track.clips()]
    return apply(document, Nest(clips=tuple(clips), title="Scene")).document


def test_nesting_changes_no_pixel_and_no_sample(studio):
    document = layered(studio)
    inside = nested(document)
    assert len([clip for track in inside.tracks for _, clip in track.clips()]) == 2
    assert frame_count(inside) == frame_count(document)
    for before, after in zip(every_frame(studio, document), every_frame(studio, inside), strict=True):
        for plane, other in zip(before, after, strict=True):
            assert np.abs(plane - other).max() <= 1  # rounding of a layer that is mixed with what is below it later
    samples = int(F(35, 30) * RATE)
    assert np.array_equal(studio.samples(document, 0, samples), studio.samples(inside, 0, samples))


@pytest.mark.parametrize(
    ("effect", "values"),
    [
        ("crop", {"left": 0.2, "top": 0.15}),
        ("transform", {"scale": 0.6}),
        ("transform", {"scale": 0.45, "position_x": 0.13, "position_y": -0.07}),
        ("transform", {"scale": 0.7, "opacity": 0.4}),
    ],
)
def test_the_edges_of_what_is_nested_keep_their_colours(studio, effect, values):
    clip = studio.clip(studio.film(studio.flat(170, 60, 210), 60), F(1), effects=[studio.effect(effect, **values)])
    below = studio.clip(studio.film(studio.flat(90, 180, 200), 60), F(1))
    document = studio.document(studio.track(below), studio.track(clip))
    inside = apply(document, Nest(clips=(clip.id,), title="Scene")).document
    for before, after in zip(every_frame(studio, document), every_frame(studio, inside), strict=True):
        for plane, other in zip(before, after, strict=True):
            assert np.abs(plane - other).max() <= 1
    turned = AddEffect(
        clip=inside.tracks[1].items[0].id, effect="transform", parameters={"rotation": 3.0, "scale": 0.7}
    )
    for planes in every_frame(studio, apply(inside, turned).document):
        for plane, (low, high) in zip(planes, ((90, 170), (60, 180), (200, 210)), strict=True):
            assert low - 24 <= plane.min() <= plane.max() <= high + 24  # a sharp edge rings, and no more


@pytest.mark.parametrize(("effect", "values"), [("crop", {"left": 0.05}), ("blur", {"radius": 0.01})])
def test_the_edges_inside_of_a_nest_keep_their_colours_under_its_effects(studio, effect, values):
    small = [studio.effect("transform", scale=0.6)]
    clip = studio.clip(studio.film(studio.flat(170, 60, 210), 60), F(1), effects=small)
    below = studio.clip(studio.film(studio.flat(90, 180, 200), 60), F(1))
    inside = apply(studio.document(studio.track(below), studio.track(clip)), Nest(clips=(clip.id,), title="N")).document
    worked = AddEffect(clip=inside.tracks[1].items[0].id, effect=effect, parameters=values)
    for planes in every_frame(studio, apply(inside, worked).document):
        for plane, (low, high) in zip(planes, ((90, 170), (60, 180), (200, 210)), strict=True):
            assert low - 10 <= plane.min() <= plane.max() <= high + 10  # what rounding of faint pixels costs


def test_what_is_below_a_compound_is_seen_where_it_has_nothing(studio):
    film = studio.film(studio.flat(180), 60)
    small = studio.clip(film, F(1), effects=[studio.effect("transform", scale=0.5)])
    below = studio.clip(studio.film(studio.flat(60), 60), F(1))
    document = studio.document(studio.track(below), studio.track(small))
    inside = apply(document, Nest(clips=(small.id,), title="Small")).document
    for plane, other in zip(studio.frames(document)[0], studio.frames(inside)[0], strict=True):
        assert np.abs(plane - other).max() <= 1
    luma = studio.frames(inside)[0][0]
    assert round(luma[5, 5]) == 60
    assert round(luma[90, 160]) == 180


def test_unnesting_gives_the_timeline_back(studio):
    document = layered(studio)
    inside = nested(document)
    shown = next(clip.id for track in inside.tracks for _, clip in track.clips())
    again = apply(inside, Unnest(clip=shown)).document
    assert [track.items for track in again.tracks] == [track.items for track in document.tracks]
    assert [track.transitions for track in again.tracks] == [track.transitions for track in document.tracks]


def test_effects_and_speed_of_a_compound_work_on_the_whole(studio):
    film = studio.film(lambda i: studio.flat(20 + 3 * i), 60)
    a, b = studio.clip(film, F(10, 30)), studio.clip(film, F(10, 30), F(30, 30))
    document = apply(studio.document(studio.track(a, b)), Nest(clips=(a.id, b.id), title="Two")).document
    track = document.tracks[0]
    clip = track.items[0].evolve(speed=F(2), reverse=True, duration=F(10, 30))
    document = document.evolve(timeline=document.timeline.evolve(tracks=(track.evolve(items=(clip,)),)))
    numbers = [round((planes[0].mean() - 20) / 3) for planes in every_frame(studio, document)]
    inner = [*range(10), *range(30, 40)]
    assert numbers == [inner[n] for n in range(18, -1, -2)]


def test_a_multicamera_shows_one_angle(studio):
    films = [studio.film(studio.flat(level), 60) for level in (50, 150)]
    document = studio.document(studio.track())
    made = apply(document, AddCompound(title="Talk", multicam=True))
    document, compound = made.document, made.created[0]
    for title, film in zip("ab", films, strict=True):
        document = apply(document, AddTrack(track="video", title=title, compound=compound)).document
        document = apply(
            document,
            Overwrite(track=title, source=MediaSource(media=film), duration=F(2), at=F(0), compound=compound),
        ).document
    source = CompoundSource(compound=compound)
    made = apply(document, Overwrite(track=document.tracks[0].id, source=source, duration=F(1), at=F(0)))
    for angle, level in (("a", 50), ("b", 150), (None, 150)):
        turned = apply(made.document, SetAngle(clip=made.created[0], angle=angle)).document
        assert round(studio.frames(turned)[0][0].mean()) == level
        used = set(picture_inputs(compile_picture(turned, 0, 1)))
        assert len(used) == 1  # the other angle is not even opened


@pytest.mark.parametrize("first", [0, 7, 13])
def test_any_stretch_of_a_compound_is_what_the_whole_shows(studio, first):
    document = nested(layered(studio))
    whole = every_frame(studio, document)
    for planes, other in zip(studio.frames(document, first, 20), whole[first : first + 20], strict=True):
        assert all(np.array_equal(a, b) for a, b in zip(planes, other, strict=True))
