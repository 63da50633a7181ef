"""Every effect on pictures of every shape: odd sizes, tiny ones, layers with alpha, titles, deeper planes."""

from __future__ import annotations

import numpy as np
import pytest

from cutroom.effects.pictures.planes import Picture
from cutroom.effects.pictures.stages import Stages
from cutroom.effects.registry import Setting, default_registry

GROUPS = {"blur and detail", "style", "key", "geometry"}
SPECS = [s for s in default_registry().specs if s.kind == "video" and s.group in GROUPS]


def chain(studio, spec):
    return [studio.effect(spec.effect, **spec.example)]


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.effect)
@pytest.mark.parametrize("shape", [(97, 65), (96, 64), (18, 16), (200, 30)], ids=str)
def test_odd_and_tiny_canvases(studio, spec, shape):
    """With a picture as large as the canvas, one of another shape, moved ones and titles."""
    width, height = shape
    films = [studio.film(studio.noise(1, *size), 6) for size in (shape, (96, 54), (33, 57))]
    moved = studio.effect("transform", scale=0.6, rotation=20, position_x=0.3)
    clips = [studio.clip(film, "1/5", effects=chain(studio, spec)) for film in films]
    clips += [studio.clip(films[0], "1/5", effects=[moved, *chain(studio, spec)])]
    clips += [studio.clip(films[0], "1/5", effects=[*chain(studio, spec), moved])]
    clips += [studio.title("T", "1/5", effects=chain(studio, spec))]
    for clip in clips:
        planes = studio.picture(clip, 3, width=width, height=height)
        assert planes[0].shape == (height, width)
        assert planes[1].shape == ((height + 1) // 2, (width + 1) // 2)


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.effect)
def test_where_a_layer_is_clear_it_stays_clear_or_is_lit_by_itself(studio, spec):
    """A soft disc of one colour over a flat ground: no other hue appears beside it, and nothing far from it."""
    rows, columns = np.mgrid[0:180, 0:320]
    alpha = np.clip(255 * (60 - np.hypot(columns - 160, rows - 90)) / 20, 0, 255).astype(np.uint8)
    film = studio.film([*studio.flat(150, 100, 140), alpha], 6, format="yuva420p")
    below = studio.clip(studio.film(studio.flat(90)), "1/5")
    above = studio.clip(film, "1/5", effects=chain(studio, spec))
    y, u, v = studio.frames(studio.document(studio.track(below), studio.track(above)), 3, 1)[0]
    far = np.hypot(columns - 160, rows - 90) > 88
    if spec.effect not in {"transform", "cell"}:  # these move it
        assert np.abs(y[far] - 90).max() <= 1
    if spec.effect not in {"lens_flare", "chromatic_aberration"}:
        assert u.max() <= 130
        assert v.min() >= 126


DEEP = [spec for spec in SPECS if spec.effect not in {"blur", "deband", "transform", "crop"}]


@pytest.mark.parametrize("spec", DEEP, ids=lambda spec: spec.effect)
def test_planes_of_ten_bits_come_out_as_those_of_eight_but_finer(studio, spec):
    """The same picture in both depths."""
    rng = np.random.default_rng(4)
    base = [
        np.clip(np.rint(plane + rng.normal(0, 3, plane.shape)), 20, 230).astype(np.uint8)
        for plane in studio.spot(150, 90, 30)
    ]
    nodes = spec.build(spec.values(spec.example), Setting(320, 180, 48_000, 48_000))
    made = []
    for planes in (base, [plane.astype(np.uint16) * 4 for plane in base]):
        stages = Stages(nodes, 320, 180)
        for i in range(6):
            picture = Picture(*(plane.copy() for plane in planes))
            for stage in stages.at(i):
                picture = stage.run(picture)
        made.append(picture)
    eight, ten = made
    assert ten.y.dtype == np.uint16
    assert ten.u.dtype == np.uint16
    worst = 3 if spec.effect in {"denoise", "edge"} else 1.01
    worst += 0.75 if eight.alpha is not None else 0  # alpha of 8 bits is off by up to a half, and what it multiplies
    seen = [picture.multiplied().planes[:3] for picture in made]  # where a picture is clear it may have any colour
    for a, b in zip(*seen, strict=True):
        assert np.abs(a - b / 4.0).max() <= worst
    if eight.alpha is not None:
        assert np.abs(eight.alpha / 255 - ten.alpha / 1023.0).max() <= 0.01
