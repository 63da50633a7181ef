"""The effect `cell`: where a layer comes to lie, to a fraction of a pixel, and what is cut away."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from cutroom.effects.catalogue.cell import corners_of, written
from cutroom.effects.compiler.document import compile_picture
from cutroom.effects.layouts import arranged
from cutroom.effects.pictures.placement import Placement
from cutroom.effects.registry import default_registry
from cutroom.effects.templates import split_screen, split_screens
from cutroom.errors import UnknownNameError, ValidationError
from cutroom.schema.curve import Keyframe

WIDTH, HEIGHT = 320, 180


def _shown(studio, planes, frame=0, *, size=(WIDTH, HEIGHT), effects=(), **cell):
    clip = studio.clip(studio.film(planes, 10), Fraction(10, 30), effects=[studio.effect("cell", **cell), *effects])
    return studio.frames(studio.document(studio.track(clip), width=size[0], height=size[1]), frame)[0]


def _ramp(studio, width=WIDTH, height=HEIGHT):
    """Luma that tells the column, chroma that tells the row."""
    y = np.tile(np.rint(np.linspace(40, 200, width)), (height, 1)).astype(np.uint8)
    c = np.tile(np.rint(np.linspace(60, 190, height // 2))[:, None], (1, width // 2)).astype(np.uint8)
    return [y, c, c[::-1].copy()]


def test_it_is_no_change_where_the_cell_is_the_canvas(studio):
    film = studio.noise()
    assert all(np.array_equal(a, b) for a, b in zip(_shown(studio, film), film, strict=True))


def test_a_quarter_holds_the_whole_picture(studio):
    film = _ramp(studio)
    y, u, _ = _shown(studio, film, left=0.5, top=0.5, width=0.5, height=0.5)
    assert (y[:90] == 16).all()
    assert (y[:, :160] == 16).all()
    assert (y[90:, 160:].min(), y[90:, 160:].max()) == (40, 200)
    assert np.abs(y[135, 160:] - film[0][0].reshape(160, 2).mean(axis=1)).max() <= 1
    assert np.abs(u[45:, 120] - film[1][:, 0].reshape(45, 2).mean(axis=1)).max() <= 1


@pytest.mark.parametrize(("align", "columns"), [(0.0, (0, 160)), (0.5, (80, 240)), (1.0, (160, 320))])
def test_fill_shows_the_part_that_it_is_aligned_to(studio, align, columns):
    film = _ramp(studio)
    y = _shown(studio, film, width=0.5, align_x=align)[0]
    assert np.array_equal(y[50, :160], film[0][0, columns[0] : columns[1]])
    assert (y[:, 160:] == 16).all()


def test_fit_shows_all_of_it_and_stretch_bends_it(studio):
    film = _ramp(studio)
    fitted = _shown(studio, film, width=0.5, fit="fit")[0]
    assert (fitted[:45] == 16).all()
    assert (fitted[135:] == 16).all()
    assert np.abs(fitted[90, :160] - film[0][0].reshape(160, 2).mean(axis=1)).max() <= 1
    low = _shown(studio, film, width=0.5, fit="fit", align_y=1.0)[0]
    assert (low[:90] == 16).all()
    assert (low[90:, 10] > 16).all()
    bent, chroma, _ = _shown(studio, film, width=0.5, fit="stretch")
    assert np.abs(bent[5, :160] - film[0][0].reshape(160, 2).mean(axis=1)).max() <= 1
    assert np.abs(chroma[:, 40] - film[1][:, 0]).max() <= 1


@pytest.mark.parametrize("fit", ["fill", "stretch", "fit"])
def test_edges_between_pixels_cover_them_in_part(studio, fit):
    film = studio.flat(216)
    left, top, right, bottom = 40.25, 20.5, 200.5, 110.75
    y = _shown(
        studio,
        film,
        left=left / WIDTH,
        top=top / HEIGHT,
        width=(right - left) / WIDTH,
        height=(bottom - top) / HEIGHT,
        fit=fit,
    )[0]
    if fit == "fit":  # 16:9 in a box that is a little higher
        height, middle = (right - left) * 9 / 16, (top + bottom) / 2
        top, bottom = middle - height / 2, middle + height / 2
    columns, rows = np.arange(WIDTH), np.arange(HEIGHT)
    across = np.clip(np.minimum(columns + 1, right) - np.maximum(columns, left), 0, 1)
    down = np.clip(np.minimum(rows + 1, bottom) - np.maximum(rows, top), 0, 1)
    assert np.abs(y - (16 + 200 * down[:, None] * across)).max() <= 1.5


def test_a_polygon_covers_what_lies_in_it(studio):
    corners = "0,0 1,0 0.5,1"
    y = _shown(studio, studio.flat(216), left=0.25, width=0.5, polygon=corners)[0]
    wanted = np.zeros((HEIGHT, WIDTH))
    for step in (np.arange(8) + 0.5) / 8:
        rows = (np.arange(HEIGHT) + step)[:, None] / HEIGHT
        for part in (np.arange(8) + 0.5) / 8:
            across = ((np.arange(WIDTH) + part) / WIDTH - 0.25) / 0.5
            wanted += (across >= rows / 2) & (across <= 1 - rows / 2)
    assert np.abs(y - (16 + 200 * wanted / 64)).max() <= 26  # a corner of two edges; lines are exact
    assert np.abs(y - (16 + 200 * wanted / 64)).mean() <= 0.1
    assert _shown(studio, studio.flat(216), left=0.25, width=0.5, polygon="0.5,1 1,0 0,0")[0].tolist() == y.tolist()


def test_a_border_lies_inside_of_the_cell(studio):
    y, u, v = _shown(
        studio, studio.flat(100), left=0.25, top=0.25, width=0.5, height=0.5, border=10 / 180, border_colour="#ff0000"
    )
    red = (16 + 219 * 0.2126, 128 - 224 * 0.2126 / 1.8556, 240)
    for plane, level, step in zip((y, u, v), red, (1, 2, 2), strict=True):
        assert plane[50 // step, 160 // step] == pytest.approx(level, abs=1)
        assert plane[90 // step, 84 // step] == pytest.approx(level, abs=1)
    assert (y[55:125, 90:230] == 100).all()
    assert (y[:45] == 16).all()
    assert (y[:, 240:] == 16).all()
    fitted = _shown(studio, studio.flat(100), width=0.5, fit="fit", border=10 / 180, border_colour="#ffffff")[0]
    assert (fitted[20:45, 20:140] == 235).all()  # what the picture leaves of the cell
    assert (fitted[70:110, 20:140] == 100).all()


def test_a_border_follows_a_polygon(studio):
    y = _shown(studio, studio.flat(100), border=10 / 180, polygon="0,0 0.75,0 0.25,1 0,1")[0]
    line = y[90]
    assert line[5] == line[155] == 235
    assert (line[15:140] == 100).all()
    assert (line[165:] == 16).all()


def test_what_moved_before_is_placed_and_what_moves_after_takes_the_cell_along(studio):
    film = _ramp(studio)
    half = studio.effect("crop", left=0.5)
    clip = studio.clip(
        studio.film(film, 3), Fraction(3, 30), effects=[half, studio.effect("cell", width=0.5, fit="stretch")]
    )
    y = studio.frames(studio.document(studio.track(clip)))[0][0]
    assert np.abs(y[50, :160] - film[0][0, 160:]).max() <= 1
    turned = studio.effect("transform", rotation=90)
    before = studio.clip(studio.film(film, 3), Fraction(3, 30), effects=[turned, studio.effect("cell", fit="fit")])
    document = studio.document(studio.track(before))
    y = studio.frames(document)[0][0]
    assert y[90, 160] == pytest.approx(120, abs=3)
    assert (y[:, :100] == 16).all()  # 180 by 320 is lower than the canvas now
    moved = _shown(studio, film, width=0.5, effects=[studio.effect("transform", position_x=0.5)])[0]
    assert (moved[:, :160] == 16).all()
    assert np.array_equal(moved[50, 160:], film[0][0, 80:240])


def test_titles_and_clear_layers_keep_their_shape(studio):
    title = studio.title("HI", Fraction(3, 30), effects=[studio.effect("cell", width=0.5, left=0.5)], size=0.5)
    below = studio.clip(studio.film(studio.flat(120), 3), Fraction(3, 30))
    y = studio.frames(studio.document(studio.track(below), studio.track(title)))[0][0]
    assert (y[:, :160] == 120).all()
    assert y[:, 160:].max() == 235
    assert (y[:20, 160:] == 120).all()


def test_opacity_blur_and_modes_go_along(studio):
    faint = _shown(studio, studio.flat(216), width=0.5, border=0.05, effects=[studio.effect("transform", opacity=0.5)])
    assert faint[0][90, 80] == 116
    assert faint[0][90, 2] == pytest.approx(16 + 219 / 2, abs=1)
    soft = _shown(studio, studio.flat(216), width=0.5, effects=[studio.effect("blur", radius=0.02)])[0]
    assert soft[90, 159] == pytest.approx(128, abs=6)
    assert 16 < soft[90, 163] < 100


def test_it_moves(studio):
    keys = (Keyframe(time=0, value=0.0), Keyframe(time=Fraction(8, 30), value=0.5))
    cell = studio.effect("cell", width=0.5).evolve(curves={"left": keys})
    clip = studio.clip(studio.film(studio.flat(216), 10), Fraction(10, 30), effects=[cell])
    document = studio.document(studio.track(clip))
    whole = studio.frames(document, 0, 9)
    for n, planes in enumerate(whole):
        seen = np.flatnonzero(planes[0][90] > 200)
        assert (seen.min(), seen.max()) == (20 * n, 20 * n + 159)
        alone = studio.frames(document, n)[0]
        assert all(np.array_equal(a, b) for a, b in zip(alone, planes, strict=True))


def test_what_is_drawn_over_a_layer_follows_it(studio):
    clip = studio.clip(
        studio.film(studio.flat(216), 3), Fraction(3, 30), effects=[studio.effect("cell", left=0.5, width=0.5)]
    )
    segment = compile_picture(studio.document(studio.track(clip)), 0, 1)
    shot = segment.layers[0].shot
    placement = Placement.of(shot.fit)
    for node in shot.nodes_at(0):
        placement = placement.after(node, WIDTH, HEIGHT)
    assert placement.corners()[0] == pytest.approx((160, 0))
    assert placement.corners()[2] == pytest.approx((320, 180))
    assert placement.window == pytest.approx((0.25, 0, 0.75, 1))


@pytest.mark.parametrize(
    "bad", ["0,0 1,0", "0,0 1 1,1", "0,0 1,0 0.5,0.2 1,1 0,1", "0,0 0.5,0 1,0", "0,0 1,0 nan,1", "a"]
)
def test_shapes_with_dents_are_refused(studio, bad):
    with pytest.raises(ValidationError, match="polygon"):
        default_registry().effect("cell").values_of(studio.effect("cell", polygon=bad))


def test_a_star_goes_round_twice():
    angles = np.arange(5) * 4 * np.pi / 5
    with pytest.raises(ValidationError, match="dent"):
        corners_of(written([(0.5 + np.cos(a) / 2, 0.5 + np.sin(a) / 2) for a in angles]))


@pytest.mark.parametrize("size", [(320, 180), (214, 120)])
@pytest.mark.parametrize(
    "name", ["vertical-3", "grid-3x3", "one-large-plus-4", "one-large-plus-7", "diagonal-3", "diagonal-5"]
)
def test_cells_that_meet_leave_no_line(studio, name, size):
    media = studio.film(studio.flat(216), 3)
    tracks = [
        studio.track(studio.clip(media, Fraction(3, 30), effects=[studio.effect("cell", **cell)]))
        for cell in arranged(split_screen(name), *size, 0.0)
    ]
    y = studio.frames(studio.document(*tracks, width=size[0], height=size[1]))[0][0]
    assert y.min() >= 214


@pytest.mark.parametrize("name", split_screens())
def test_every_template_is_laid_out(studio, name):
    template = split_screen(name)
    assert 2 <= len(template.cells) <= 25
    area = 0.0
    for cell in arranged(template, 1920, 1080, 0.0):
        values = default_registry().effect("cell").values(cell)
        corners = corners_of(values["polygon"]) or ((0, 0), (1, 0), (1, 1), (0, 1))
        turns = zip(corners, [*corners[1:], corners[0]], strict=True)
        share = abs(sum(a * d - b * c for (a, b), (c, d) in turns)) / 2
        area += share * values["width"] * values["height"]
    assert area == pytest.approx(1.09 if name.startswith("picture") else 1, abs=0.03)
    if not name.startswith("picture"):  # with gaps they are apart: all that is lost is as wide as the gap
        tight = arranged(template, 1920, 1080, 0.01)
        assert sum(cell["width"] * cell["height"] for cell in tight if not cell["polygon"]) < area


def test_a_gap_is_as_wide_as_asked_for(studio):
    first, second = arranged(split_screen("vertical-2"), 1920, 1080, 0.01)
    assert (second["left"] - first["left"] - first["width"]) * 1920 == pytest.approx(11)
    with pytest.raises(ValidationError, match="nothing is left of cell 2"):
        arranged(split_screen("horizontal-25"), 320, 180, 0.05)
    with pytest.raises(UnknownNameError, match="grid-2x2"):
        split_screen("grid-2-2")
