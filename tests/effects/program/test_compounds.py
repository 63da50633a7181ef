"""Timelines inside of a clip, as the ffmpeg program draws them."""

from __future__ import annotations

import numpy as np
import pytest
from ffmpeg_program import compare, run

from cutroom.errors import EditError
from cutroom.render.program.command import ffmpeg_command
from cutroom.schema.clip import CompoundSource
from cutroom.schema.document import Compound, Timeline
from cutroom.schema.export import ExportSettings


def nested(studio, tracks, duration, start=0, below=(), effects=()):
    """A document whose clip is a compound of tracks."""
    inner = Compound(id="n_1", title="Scene", timeline=Timeline(tracks=tuple(tracks)))
    clip = studio.clip("nothing", duration, start, effects=effects).evolve(source=CompoundSource(compound="n_1"))
    return studio.document(*below, studio.track(clip)).evolve(compounds=(inner,))


@pytest.mark.parametrize("transition", ["dissolve", "wipe_left", "fade_black", "squeeze_horizontal", "dither_dissolve"])
def test_a_transition_inside_of_a_compound(studio, moving, tmp_path, transition):
    a, b = studio.clip(moving, "1/2", "1/3"), studio.clip(moving, "1/2", "1/2")
    crossing = studio.dissolve(a, b, "1/2").evolve(transition=transition)
    document = nested(studio, [studio.track(a, b, transitions=[crossing])], 1)
    compare(studio, document, tmp_path)


@pytest.mark.parametrize("transition", ["dissolve", "slide_left", "fade_white", "rect_crop", "wind_up"])
def test_a_compound_that_begins_and_ends_within_transitions(studio, moving, tmp_path, transition):
    a, b, c = (studio.clip(moving, "1/2", "1/3") for _ in "abc")
    crossings = [studio.dissolve(left, right, "2/5").evolve(transition=transition) for left, right in ((a, b), (b, c))]
    inner = studio.track(a, b, c, transitions=crossings)
    compare(studio, nested(studio, [inner], "1/2", "13/30"), tmp_path)


def coming_and_going(studio, moving, transition):
    """Two tracks in a compound, the higher one with a fade on either side, over a film."""
    small = studio.effect("transform", scale=0.6, rotation=10, opacity=0.8)
    high = studio.clip(moving, 1, "1/2", effects=[small])
    fades = [studio.dissolve(*sides, "1/3").evolve(transition=transition) for sides in ((None, high), (high, None))]
    tracks = [studio.track(studio.clip(moving, "1/2")), studio.track(high, transitions=fades)]
    turned = studio.effect("transform", scale=0.8, position_x=0.1)
    below = [studio.track(studio.clip(moving, 1, "3/4"))]
    return nested(studio, tracks, 1, below=below, effects=[turned])


@pytest.mark.parametrize("transition", ["dissolve", "wipe_left", "fade_black", "zoom_in"])
def test_layers_that_come_and_go_inside_of_a_compound(studio, moving, tmp_path, transition):
    compare(studio, coming_and_going(studio, moving, transition), tmp_path, 42)


def test_a_command_with_many_inputs_always_ends(studio, moving, tmp_path):
    """The program's scheduler once stood still in every fourth run of this."""
    document = coming_and_going(studio, moving, "dissolve")
    sounds = [studio.sound(np.random.default_rng(i).uniform(-0.3, 0.3, (2, 96_000))) for i in range(2)]
    heard = [studio.track(studio.clip(sound, "1/2"), kind="audio") for sound in sounds]
    timeline = document.timeline.evolve(tracks=(*document.tracks, *heard))
    document = document.evolve(media=tuple(studio.media.values()), timeline=timeline)
    command = ffmpeg_command(document, studio.paths, tmp_path / "out.mp4", ExportSettings())
    for _ in range(20):
        run(command, limit=20)


def test_a_compound_in_a_transition(studio, moving, tmp_path):
    a, b = studio.clip(moving, "1/2", "1/3"), studio.clip(moving, "1/2", "1/2")
    inner = studio.track(a, b, transitions=[studio.dissolve(a, b, "1/2")])
    document = nested(studio, [inner], "2/3")
    clip = document.tracks[0].items[0]
    after = studio.clip(moving, "1/3", "1/3")
    track = studio.track(clip, after, transitions=[studio.dissolve(clip, after, "1/3")])
    compare(studio, document.evolve(timeline=Timeline(tracks=(track,))), tmp_path)


@pytest.mark.parametrize("mode", ["multiply", "screen"])
def test_a_blend_mode_inside_of_a_compound_that_fills_the_picture(studio, moving, tmp_path, mode):
    blend = studio.effect("transform", scale=0.6, rotation=10, opacity=0.8, blend=mode)
    tracks = [studio.track(studio.clip(moving, "1/5")), studio.track(studio.clip(moving, "1/5", 1, effects=[blend]))]
    compare(studio, nested(studio, tracks, "1/5"), tmp_path)


def test_a_blend_mode_over_nothing_inside_of_a_compound_is_refused(studio, moving, tmp_path):
    blend = studio.effect("transform", blend="multiply")
    document = nested(studio, [studio.track(studio.clip(moving, "1/5", effects=[blend]))], "1/5")
    with pytest.raises(EditError, match="blend modes inside of a compound"):
        compare(studio, document, tmp_path)


def test_a_compound_that_is_solid_for_a_while(studio, moving, tmp_path):
    small = studio.effect("transform", scale=0.5)
    inner = studio.track(studio.clip(moving, "1/3"), studio.clip(moving, "1/3", 1, effects=[small]))
    below = [studio.track(studio.clip(moving, "2/3", "1/2"))]
    compare(studio, nested(studio, [inner], "2/3", below=below), tmp_path)
