"""Layers that are a small part of the canvas: the program's command runs, and draws what Cutroom does."""

from __future__ import annotations

from fractions import Fraction

import pytest
from ffmpeg_program import compare

from cutroom.effects import templates
from cutroom.effects.layouts import arranged
from cutroom.schema.curve import Keyframe

SCALES = [0.02, 0.1, 0.2, 0.3, 0.45, 0.6]
SPLITS = [
    ("picture-in-picture-top-left", 0.0, 0.0),
    ("picture-in-picture-bottom-right", 0.0, 0.02),
    ("grid-2x2", 0.02, 0.0),
    ("grid-2x2", 0.0, 0.02),
    ("grid-3x3", 0.0, 0.0),
    ("vertical-3", 0.02, 0.02),
    ("horizontal-4", 0.0, 0.0),
    ("diagonal-3", 0.02, 0.01),
    ("one-large-plus-5", 0.0, 0.01),
]


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("more", [{}, {"position_x": 0.45, "position_y": -0.45}, {"rotation": 20, "opacity": 0.7}])
def test_a_layer_made_small(studio, moving, tmp_path, scale, more):
    small = studio.effect("transform", scale=scale, **more)
    high = studio.track(studio.clip(moving, "1/10", 1, effects=[small]))
    compare(studio, studio.document(studio.track(studio.clip(moving, "1/10")), high), tmp_path)


def test_a_layer_that_becomes_small(studio, moving, tmp_path):
    keyframes = (Keyframe(time=0, value=0.9), Keyframe(time="1/3", value=0.3))
    small = studio.effect("transform").evolve(curves={"scale": keyframes})
    high = studio.track(studio.clip(moving, "1/2", 1, effects=[small]))
    compare(studio, studio.document(studio.track(studio.clip(moving, "1/2")), high), tmp_path)


@pytest.mark.parametrize("fit", ["fill", "fit", "stretch"])
@pytest.mark.parametrize(("side", "border"), [(0.1, 0.0), (0.3, 0.0), (0.3, 0.02), (0.5, 0.03)])
def test_a_small_cell(studio, moving, tmp_path, fit, side, border):
    cell = studio.effect("cell", left=0.15, top=0.2, width=side, height=0.8 * side, fit=fit, border=border)
    high = studio.track(studio.clip(moving, "1/10", 1, effects=[cell]))
    compare(studio, studio.document(studio.track(studio.clip(moving, "1/10")), high), tmp_path)


@pytest.mark.parametrize(("template", "gap", "border"), SPLITS)
def test_split_screens(studio, moving, tmp_path, template, gap, border):
    tracks = []
    for i, values in enumerate(arranged(templates.get(template), 320, 180, gap)):
        line = 0.0 if values["width"] == values["height"] == 1 else border
        fit = ("fill", "fit", "stretch")[i % 3]
        cell = studio.effect("cell", **values, fit=fit, border=line)
        tracks.append(studio.track(studio.clip(moving, "1/15", Fraction(i, 10), effects=[cell])))
    compare(studio, studio.document(*tracks), tmp_path)
