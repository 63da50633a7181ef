"""`stabilize` on films whose shake is known, measured in what comes out."""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import pairwise

import cv2
import numpy as np
import pytest

from cutroom.effects.checks import check
from cutroom.effects.compiler.document import compile_picture, cut_points
from cutroom.effects.compiler.needed import needed
from cutroom.effects.compiler.steady import CHUNK
from cutroom.errors import ValidationError
from cutroom.schema.clip import Clip, CompoundSource
from cutroom.schema.document import Compound, Timeline
from cutroom.schema.speed import Ramp

WIDTH, HEIGHT, FPS = 320, 180, 30


def wall(seed: int = 0, width: int = WIDTH + 160, height: int = HEIGHT + 160) -> np.ndarray:
    """A texture, in float."""
    rng = np.random.default_rng(seed)
    soft = cv2.GaussianBlur(rng.standard_normal((height, width)), (0, 0), 2.2)
    return np.asarray(cv2.normalize(soft, None, 30, 225, cv2.NORM_MINMAX), np.float32)


def shake(frames: int, size: float) -> tuple[np.ndarray, np.ndarray]:
    """Right and down in pixels as complex numbers, and turns in radians: sines of a hand's frequencies."""
    t = np.arange(frames) / FPS
    right = np.sin(2 * np.pi * 3.1 * t) + 0.6 * np.sin(2 * np.pi * 5.3 * t + 1)
    down = 0.8 * np.sin(2 * np.pi * 2.2 * t + 2) + 0.5 * np.sin(2 * np.pi * 7 * t)
    return size * (right + 1j * down), np.radians(0.15) * size * np.sin(2 * np.pi * 2.7 * t)


def seen(texture: np.ndarray, at: complex, turn: float = 0.0, scale: float = 1.0) -> list[np.ndarray]:
    """The planes of a frame on which the texture has moved by `at` and turned, about the middle."""
    q = scale * np.exp(1j * turn)
    middle = np.array([(texture.shape[1] - 1) / 2, (texture.shape[0] - 1) / 2])
    matrix = np.array([[q.real, -q.imag, 0], [q.imag, q.real, 0]])
    there = np.array([(WIDTH - 1) / 2 + at.real, (HEIGHT - 1) / 2 + at.imag])
    matrix[:, 2] = there - matrix[:, :2] @ middle
    y = cv2.warpAffine(texture, matrix, (WIDTH, HEIGHT), flags=cv2.INTER_CUBIC)
    grey = np.full((HEIGHT // 2, WIDTH // 2), 128, np.uint8)
    return [np.clip(np.rint(y), 16, 235).astype(np.uint8), grey, grey]


def film_of(studio, frames, path, turns=None, scale=None, texture=None):
    texture = wall() if texture is None else texture
    turns = np.zeros(frames) if turns is None else turns
    scale = np.ones(frames) if scale is None else scale
    return studio.film(lambda i: seen(texture, path[i], turns[i], scale[i]), frames, rate=Fraction(FPS))


def document_of(studio, clip, **settings):
    return studio.document(studio.track(clip), **{"width": WIDTH, "height": HEIGHT, **settings})


def offsets(frames, reference, margin=24):
    """Where the middle of each frame is seen, against a reference: by a method that the effect does not use."""
    found = []
    window = cv2.createHanningWindow((WIDTH - 2 * margin, HEIGHT - 2 * margin), cv2.CV_64F)
    cut = (slice(margin, -margin), slice(margin, -margin))
    for planes in frames:
        (x, y), _ = cv2.phaseCorrelate(reference[cut], planes[0][cut], window)
        found.append(complex(x, y))
    return np.array(found)


def power(values: np.ndarray) -> float:
    return float(np.sqrt((np.abs(values - values.mean()) ** 2).mean()))


def test_a_shaken_wall_stands_still(studio):
    frames = 120
    path, turns = shake(frames, 3.0)
    effect = studio.effect("stabilize", mode="keep")
    clip = studio.clip(film_of(studio, frames, path, turns), 4, effects=[effect])
    document = document_of(studio, clip)
    before = studio.frames(document_of(studio, clip.evolve(effects=())), 0, frames)
    after = studio.frames(document, 0, frames, results=studio.measured(document))
    rest = seen(wall(), 0)[0].astype(float)
    shaken, steady = offsets(before, rest), offsets(after, rest)
    assert power(shaken) == pytest.approx(power(path), rel=0.1)  # the ruler is right
    assert power(steady) <= 0.15 * power(shaken)
    assert power(steady[15:-15]) <= 0.05 * power(shaken)
    assert np.abs(np.diff(steady)).max() < 0.15 * np.abs(np.diff(shaken)).max()


def test_where_it_zooms_in_it_stands_as_still(studio):
    """By the moves themselves: a ruler for pictures of changing size would be worse than what it measures."""
    frames = 120
    path, turns = shake(frames, 3.0)
    clip = studio.clip(film_of(studio, frames, path, turns), 4, effects=[studio.effect("stabilize")])
    document = document_of(studio, clip)
    shot = compile_picture(document, 0, frames, results=studio.measured(document)).layers[0].shot
    rest, zooms = [], []
    for i in range(frames):
        (warp,) = shot.nodes_at(i)
        q = warp.scale * np.exp(1j * np.radians(warp.rotation))
        moved = q * path[i] + complex(warp.position_x * WIDTH, warp.position_y * HEIGHT)
        rest.append(moved / warp.scale)
        zooms.append(warp.scale)
        if 15 <= i < frames - 15:
            assert abs(turns[i] + np.radians(warp.rotation)) < 0.15 * np.abs(turns).max()
    assert power(np.array(rest)) <= 0.15 * power(path)
    assert 1.02 < max(zooms) < 1.15
    assert np.abs(np.diff(zooms)).max() < 0.002  # it comes and goes slowly


def test_no_border_ever_shows(studio):
    frames = 60
    path, turns = shake(frames, 5.0)
    clip = studio.clip(film_of(studio, frames, path, turns), 2, effects=[studio.effect("stabilize", zoom=0.3)])
    floor = studio.clip(studio.film(studio.flat(16, 255, 255, WIDTH, HEIGHT), frames), 2)
    document = studio.document(studio.track(floor), studio.track(clip), width=WIDTH, height=HEIGHT)
    for planes in studio.frames(document, 0, frames, results=studio.measured(document)):
        assert planes[1].max() < 140  # nothing of the colours below


def test_kept_borders_show_what_is_below(studio):
    frames = 30
    path, _ = shake(frames, 6.0)
    clip = studio.clip(film_of(studio, frames, path), 1, effects=[studio.effect("stabilize", mode="keep", zoom=0.5)])
    floor = studio.clip(studio.film(studio.flat(16, 255, 255, WIDTH, HEIGHT), frames), 1)
    document = studio.document(studio.track(floor), studio.track(clip), width=WIDTH, height=HEIGHT)
    results = studio.measured(document)
    segment = compile_picture(document, 0, frames, results=results)
    warps = [one for node in segment.layers[-1].shot.nodes for nodes in node.frames for one in nodes]
    assert max(abs(warp.scale - 1) for warp in warps) < 0.003
    assert max(planes[1].max() for planes in studio.frames(document, 0, frames, results=results)) > 240


@pytest.mark.parametrize("zoom", [0.0, 0.02, 0.05])
def test_the_zoom_has_a_limit_and_the_movement_one_with_it(studio, zoom):
    frames = 60
    path, turns = shake(frames, 6.0)
    clip = studio.clip(film_of(studio, frames, path, turns), 2, effects=[studio.effect("stabilize", zoom=zoom)])
    document = document_of(studio, clip)
    shot = compile_picture(document, 0, frames, results=studio.measured(document)).layers[0].shot
    scales = [warp.scale for i in range(frames) for warp in shot.nodes_at(i)]
    assert max(scales, default=1) <= 1 + zoom + 0.005  # and what the camera's own growth, measured, amounts to
    for i in range(frames):
        for warp in shot.nodes_at(i):
            matrix = np.array([*warp.matrix(WIDTH, HEIGHT), (0, 0, 1)])
            corners = np.array([[0, WIDTH - 1, WIDTH - 1, 0], [0, 0, HEIGHT - 1, HEIGHT - 1], [1, 1, 1, 1]])
            x, y, _ = np.linalg.inv(matrix) @ corners
            assert min(x.min(), y.min()) > -0.05
            assert x.max() < WIDTH - 0.95
            assert y.max() < HEIGHT - 0.95


def test_a_steady_film_stays_as_it_is(studio):
    """With noise of a camera: what a measurement of noise adds up to must not be taken for a movement."""
    rng = np.random.default_rng(5)
    texture, frames = wall(), 60

    def picture(i):
        planes = seen(texture, 0)
        noisy = planes[0] + rng.normal(0, 3, planes[0].shape)
        return [np.clip(np.rint(noisy), 16, 235).astype(np.uint8), *planes[1:]]

    clip = studio.clip(studio.film(picture, frames), 2, effects=[studio.effect("stabilize")])
    document = document_of(studio, clip)
    shot = compile_picture(document, 0, frames, results=studio.measured(document)).layers[0].shot
    corners = np.array([[0, WIDTH - 1, WIDTH - 1, 0], [0, 0, HEIGHT - 1, HEIGHT - 1], [1, 1, 1, 1]])
    moved = [
        np.abs(np.array(warp.matrix(WIDTH, HEIGHT)) @ corners - corners[:2]).max()
        for i in range(frames)
        for warp in shot.nodes_at(i)
    ]
    assert max(moved, default=0) < 0.05


def test_what_moves_before_the_camera_does_not_carry_it_along(studio):
    """A third of the picture walks by, with as much texture as the wall behind it."""
    frames, still, walker = 60, wall(0), wall(9)

    def picture(i):
        planes = seen(still, 0)
        left = int(20 + 3 * i)
        planes[0][30:160, left : left + 90] = np.clip(walker[30:160, 40:130], 16, 235)[:, : max(0, WIDTH - left)]
        return planes

    clip = studio.clip(studio.film(picture, frames), 2, effects=[studio.effect("stabilize")])
    document = document_of(studio, clip)
    shot = compile_picture(document, 0, frames, results=studio.measured(document)).layers[0].shot
    away = [abs(w.position_x) * WIDTH + abs(w.position_y) * HEIGHT for i in range(frames) for w in shot.nodes_at(i)]
    assert max(away, default=0) < 0.25


def test_a_slow_pan_and_a_zoom_go_on(studio):
    frames = 75
    way = np.arange(frames)
    pan = 0.7 * (way - 37) + 0j
    clip = studio.clip(film_of(studio, frames, pan), Fraction(75, 30), effects=[studio.effect("stabilize")])
    document = document_of(studio, clip)
    results = studio.measured(document)
    (motion,) = results.values()
    assert sum(move[0] for move in motion.moves) * WIDTH == pytest.approx(0.7 * 74, abs=0.5)
    shot = compile_picture(document, 0, frames, results=results).layers[0].shot
    away = [abs(warp.position_x) * WIDTH for i in range(frames) for warp in shot.nodes_at(i)]
    assert max(away, default=0) < 0.3

    growth = np.exp(0.004 * (way - 37))
    clip = studio.clip(film_of(studio, frames, 0 * pan, scale=growth), Fraction(75, 30), effects=clip.effects)
    document = document_of(studio, clip)
    results = studio.measured(document)
    (motion,) = results.values()
    assert sum(move[3] for move in motion.moves) == pytest.approx(0.004 * 74, abs=0.004)


def test_a_cut_in_the_source_begins_anew(studio):
    frames, half = 60, 30
    path, _ = shake(frames, 2.0)
    walls = (wall(1), wall(2))
    film = studio.film(lambda i: seen(walls[i // half], path[i] + (40 if i < half else -40)), frames)
    clip = studio.clip(film, 2, effects=[studio.effect("stabilize", zoom=1.0)])
    document = document_of(studio, clip)
    results = studio.measured(document)
    (motion,) = results.values()
    assert [i for i, move in enumerate(motion.moves) if move is None] == [half - 1]
    shot = compile_picture(document, 0, frames, results=results).layers[0].shot
    away = [abs(warp.position_x) * WIDTH for i in range(frames) for warp in shot.nodes_at(i)]
    assert max(away) < 8  # not the 80 pixels from one shot to the other


def long_film(studio, frames=3 * CHUNK + 20):
    path, turns = shake(frames, 2.0)
    return film_of(studio, frames, path, turns), frames


def warps_of(studio, document, results):
    """What each frame of the timeline is moved by, whatever segments it is compiled in."""
    found = []
    points = cut_points(document)
    for a, b in pairwise(points):
        shot = compile_picture(document, a, b - a, results=results).layers[-1].shot
        found += [shot.nodes_at(i) for i in range(b - a)]
    return found


def test_parts_of_a_clip_move_as_the_whole_does(studio):
    film, frames = long_film(studio)
    whole = studio.clip(film, Fraction(frames, FPS), effects=[studio.effect("stabilize", smoothing=0.3)])
    document = document_of(studio, whole)
    results = studio.measured(document)
    moved = warps_of(studio, document, results)
    assert sum(bool(nodes) for nodes in moved) > 0.9 * frames
    for a, b in ((0, 1), (1, 7), (100, 160), (CHUNK - 1, CHUNK + 1), (frames - 5, frames)):
        shot = compile_picture(document, a, b - a, results=results).layers[0].shot
        assert [shot.nodes_at(i) for i in range(b - a)] == moved[a:b]

    at = Fraction(150, FPS)
    halves = studio.track(
        whole.part(Fraction(0), whole.duration - at), whole.part(at, Fraction(0)).evolve(id="c_right")
    )
    split = studio.document(halves, width=WIDTH, height=HEIGHT)
    assert not needed(split, None, results)  # nothing new is to be measured
    assert warps_of(studio, split, results) == moved

    trimmed = document_of(studio, whole.part(Fraction(40, FPS), Fraction(30, FPS)))
    assert not needed(trimmed, None, results)
    assert warps_of(studio, trimmed, results) == moved[40:-30]

    backwards = document_of(studio, whole.evolve(reverse=True))
    assert not needed(backwards, None, results)
    assert warps_of(studio, backwards, results) == moved[::-1]

    fast = document_of(studio, whole.paced(Fraction(2), whole.duration / 2))
    assert warps_of(studio, fast, results) == moved[::2]


def test_a_short_clip_of_a_long_film_is_measured_around_itself(studio):
    film, _ = long_film(studio, 6 * CHUNK)
    clip = studio.clip(film, 1, Fraction(2 * CHUNK + 40, FPS), effects=[studio.effect("stabilize", smoothing=0.1)])
    requests = needed(document_of(studio, clip))
    first = [request.picture.layers[0].shot.source.start * FPS for request in requests]
    assert [int(start) for start in first] == [CHUNK - 1, 2 * CHUNK - 1, 3 * CHUNK - 1]
    assert [request.picture.frames for request in requests] == [CHUNK + 1] * 3


def test_a_smaller_preview_moves_by_the_same_fractions(studio):
    frames = 40
    path, turns = shake(frames, 3.0)
    clip = studio.clip(film_of(studio, frames, path, turns), Fraction(4, 3), effects=[studio.effect("stabilize")])
    document = document_of(studio, clip)
    results = studio.measured(document)
    large = compile_picture(document, 20, 1, results=results).layers[0].shot.nodes_at(0)[0]
    small = compile_picture(document, 20, 1, size=(160, 90), results=results).layers[0].shot.nodes_at(0)[0]
    assert small.position_x == pytest.approx(large.position_x, abs=2e-4)
    assert small.scale == pytest.approx(large.scale, abs=2e-3)


def test_a_nest_is_measured_as_a_whole(studio):
    frames = 60
    path, turns = shake(frames, 2.0)
    inner = studio.track(studio.clip(film_of(studio, frames, path, turns), 2))
    compound = Compound(id="n_1", title="scene", timeline=Timeline(tracks=(inner,)))
    clip = Clip(
        id="c_outer",
        source=CompoundSource(compound="n_1"),
        duration=Fraction(2),
        effects=(studio.effect("stabilize"),),
    )
    document = document_of(studio, clip).evolve(compounds=(compound,))
    results = studio.measured(document)
    rest = seen(wall(), 0)[0].astype(float)
    steady = offsets(studio.frames(document, 0, frames, results=results), rest)
    assert power(steady) <= 0.15 * power(path)


def test_titles_and_single_pictures_need_nothing(studio):
    title = studio.title("Hello", 1, effects=[studio.effect("stabilize")])
    assert not needed(document_of(studio, title))
    film = studio.film(seen(wall(), 0), 1, duration=Fraction(50))  # one picture that is held
    single = studio.clip(film, 40, effects=[studio.effect("stabilize")])
    document = document_of(studio, single)
    assert not needed(document)
    assert not compile_picture(document, 0, 1).layers[0].shot.nodes


def test_it_stands_before_all_other_effects_and_once(studio):
    frames = 30
    path, _ = shake(frames, 2.0)
    effects = [studio.effect("transform", scale=0.5), studio.effect("stabilize")]
    clip = studio.clip(film_of(studio, frames, path), 1, effects=effects)
    document = document_of(studio, clip)
    results = studio.measured(document)
    there = compile_picture(document, 0, frames, results=results)
    swapped = document_of(studio, clip.evolve(effects=tuple(reversed(effects))))
    assert compile_picture(swapped, 0, frames, results=results) == there
    twice = clip.evolve(effects=(*effects, studio.effect("stabilize")))
    with pytest.raises(ValidationError, match="stabilize twice"):
        check(twice)
    check(clip.evolve(effects=(*effects, studio.effect("stabilize", enabled=False))))


def test_a_flat_picture_is_no_cut(studio):
    levels = 60 + 20 * np.sin(np.arange(40) / 5)
    film = studio.film(lambda i: studio.flat(round(levels[i]), width=WIDTH, height=HEIGHT), 40)
    document = document_of(studio, studio.clip(film, Fraction(4, 3), effects=[studio.effect("stabilize")]))
    (motion,) = studio.measured(document).values()
    assert motion.moves == ((0, 0, 0, 0),) * 39
    assert not math.isnan(sum(map(sum, motion.moves)))


@pytest.mark.filterwarnings("error")
def test_a_canvas_of_one_column(studio):
    film = studio.film(lambda i: studio.noise(i, 16, 16), 8)
    clip = studio.clip(film, "4/15", effects=[studio.effect("stabilize")])
    document = studio.document(studio.track(clip), width=16, height=16)
    assert studio.frames(document, 3, 1, size=(1, 2))[0][0].shape == (2, 1)


@pytest.mark.parametrize(
    "speed", [Fraction(1), Ramp.of({0: 1, Fraction(1, 2): 1, Fraction(6, 10): 8, Fraction(7, 10): 1})]
)
def test_what_is_looked_back_at_is_steadied_as_it_was_shown(studio, speed):
    """Also where another law of the speed held then."""
    path, _ = shake(120, 3.0)
    effects = [studio.effect("stabilize"), studio.effect("motion_blur", shutter=4.0)]
    clip = studio.clip(film_of(studio, 120, path), 2, effects=effects).replace(speed=speed)
    document = document_of(studio, clip)
    results = studio.measured(document)

    def steadied(frame):
        return compile_picture(document, frame, 1, results=results).layers[0].shot

    for first in (8, *cut_points(document)[1:-1]):
        shot = steadied(first)
        earlier = [steadied(first - back).nodes_at(0)[0] for back in range(4)]
        assert shot.lead == 3
        assert [shot.nodes_at(-back)[0] for back in range(4)] == earlier
        assert len(set(map(repr, earlier))) == 4
