"""Functions of the user's own on real pixels, against NumPy."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from cutroom.effects.compiler.document import compile_picture
from cutroom.effects.python.code import packed, unpacked
from cutroom.effects.python.define import define
from cutroom.errors import RenderError
from cutroom.schema.base import canonical_json
from cutroom.schema.curve import Keyframe


class Easel:
    """Puts functions on clips of a studio."""

    def __init__(self, studio):
        self.studio = studio
        self.resources = []

    def effect(self, function, *, curves=None, options=None, **values):
        made = define(function, **(options or {}))
        path = self.studio.folder / made.resource.sha256
        path.write_bytes(made.resource.data)
        self.studio.paths[made.resource.sha256] = str(path)
        self.resources.append(made.resource)
        effect = self.studio.effect(made.effect, **values)
        return effect.evolve(curves=curves) if curves else effect

    def document(self, *clips, **settings):
        tracks = [self.studio.track(clip) for clip in clips]
        unique = {one.sha256: one for one in self.resources}
        return self.studio.document(*tracks, **settings).evolve(resources=tuple(unique.values()))

    def planes(self, clip, frame=0, **settings):
        return self.studio.frames(self.document(clip, **settings), frame)[0]


@pytest.fixture
def easel(studio):
    return Easel(studio)


def same(frame):
    return frame


def test_a_function_that_changes_nothing_changes_nothing(easel, studio):
    planes = studio.noise(1)
    clip = studio.clip(studio.film(planes), 1, effects=[easel.effect(same)])
    for made, exact in zip(easel.planes(clip), planes, strict=True):
        assert np.array_equal(made, exact)


def test_what_is_drawn_is_exact_and_the_rest_untouched(easel, studio):
    def box(frame, *, grey: int = 126):
        frame[40:80, 100:200, :3] = grey
        return frame

    planes = studio.noise(2)
    clip = studio.clip(studio.film(planes), 1, effects=[easel.effect(box, grey=200)])
    y, u, v = easel.planes(clip)
    inside = np.zeros(planes[0].shape, bool)
    inside[40:80, 100:200] = True
    assert set(np.unique(y[inside])) == {round(16 + 200 * 219 / 255)}
    assert np.array_equal(y[~inside], planes[0][~inside])
    for made, old in ((u, planes[1]), (v, planes[2])):
        assert (made[24:36, 54:96] == 128).all()
        far = np.ones(old.shape, bool)
        far[19:41, 49:101] = False
        assert np.array_equal(made[far], old[far])


def test_colours_come_and_go_as_bt709_says(easel, studio):
    def swapped(frame):
        return frame[..., [2, 1, 0, 3]]

    red = np.array([180, 60, 30]) / 255

    def codes(rgb):
        r, g, b = rgb
        y = 0.2126 * r + 0.7152 * g + 0.0722 * b
        return [16 + 219 * y, 128 + 224 * (b - y) / 1.8556, 128 + 224 * (r - y) / 1.5748]

    flat = studio.flat(*[round(value) for value in codes(red)])
    for dtype in ("uint8", "float32"):
        clip = studio.clip(studio.film(flat), 1, effects=[easel.effect(swapped, options={"dtype": dtype})])
        for made, exact in zip(easel.planes(clip), codes(red[::-1]), strict=True):
            assert np.abs(made - exact).max() <= 1.1


def test_the_function_sees_the_pictures_own_numbers(easel, studio):
    """A ramp of greys comes as 8-bit R'G'B' to the very level, and goes back."""

    def negative(frame):
        frame[..., :3] = 255 - frame[..., :3]
        return frame

    ramp = np.tile(np.linspace(16, 235, 320).round().astype(np.uint8), (180, 1))
    planes = [ramp, *studio.flat(0)[1:]]
    clip = studio.clip(studio.film(planes), 1, effects=[easel.effect(negative)])
    y, u, v = easel.planes(clip)
    grey = 255 - np.rint((ramp.astype(float) - 16) * 255 / 219)
    assert np.array_equal(y, np.rint(16 + grey * 219 / 255))
    assert (u == 128).all()
    assert (v == 128).all()


def test_ten_bits_stay_ten_bits_in_float32(easel, studio):
    def dim(frame):
        frame[..., :3] *= 0.5
        return frame

    ramp = np.tile(np.linspace(16, 235, 320).round().astype(np.uint8), (180, 1))
    effect = easel.effect(dim, options={"dtype": "float32"})
    clip = studio.clip(studio.film([ramp, *studio.flat(0)[1:]]), 1, effects=[effect])
    segment = compile_picture(easel.document(clip), 0, 1, depth=10)
    from cutroom.effects.pictures.planes import views
    from cutroom.effects.run import PictureRunner

    with studio.readers() as readers, PictureRunner(segment, readers) as runner:
        y = views(runner.frame(0))[0].astype(float)
    assert np.abs(y - (64 + (4.0 * ramp - 64) * 0.5)).max() <= 0.51


def test_values_and_animation_reach_the_function(easel, studio):
    def level(frame, *, amount: float = 0.25):
        frame[..., :3] = round(amount * 255)
        return frame

    media = studio.film(studio.flat(100), frames=31)

    def grey(amount):
        return round(16 + round(amount * 255) * 219 / 255)

    plain = studio.clip(media, 1, effects=[easel.effect(level)])
    assert easel.planes(plain)[0][0, 0] == grey(0.25)
    given = studio.clip(media, 1, effects=[easel.effect(level, amount=0.75)])
    assert easel.planes(given)[0][0, 0] == grey(0.75)
    curve = (Keyframe(time=Fraction(0), value=0.0), Keyframe(time=Fraction(1), value=1.0))
    moving = studio.clip(media, 1, effects=[easel.effect(level, curves={"amount": curve})])
    document = easel.document(moving)
    shown = [planes[0][0, 0] for planes in studio.frames(document, 0, 30)]
    assert shown == [grey(i / 30) for i in range(30)]
    assert studio.frames(document, 17, 1)[0][0][0, 0] == shown[17]


def test_it_is_told_time_and_number_wherever_a_stretch_begins(easel, studio):
    def clock(frame, *, time, index):
        frame[..., :3] = index * 5 + (100 if abs(time - index / 30) < 1e-9 else 0)
        return frame

    media = studio.film(studio.flat(100), frames=40)
    document = easel.document(studio.clip(media, 1, start=Fraction(1, 3), effects=[easel.effect(clock)]))
    shown = [planes[0][0, 0] for planes in studio.frames(document, 0, 30)]
    assert shown == [round(16 + (100 + 5 * i) * 219 / 255) for i in range(30)]
    later = [planes[0][0, 0] for planes in studio.frames(document, 12, 5)]
    assert later == shown[12:17]


def test_alpha_is_given_and_taken(easel, studio):
    def hole(frame):
        assert set(np.unique(frame[..., 3])) == {255}
        frame[:, :160, 3] = 0
        return frame

    below = studio.clip(studio.film(studio.flat(60)), 1)
    above = studio.clip(studio.film(studio.flat(200)), 1, effects=[easel.effect(hole)])
    y = studio.frames(easel.document(below, above))[0][0]
    assert (y[:, :160] == 60).all()
    assert (y[:, 160:] == 200).all()


def test_a_layer_that_is_smaller_than_the_canvas_comes_on_the_canvas(easel, studio):
    def shown(frame):
        clear = frame[..., 3] == 0
        frame[clear] = (255, 255, 255, 255)
        return frame

    placed = studio.effect("transform", scale=0.5)
    clip = studio.clip(studio.film(studio.flat(100)), 1, effects=[placed, easel.effect(shown)])
    y = easel.planes(clip)[0]
    assert (y[:40] == 235).all()
    assert (y[60:120, 100:220] == 100).all()


def test_opacity_before_it_is_in_its_alpha(easel, studio):
    def solid(frame):
        assert abs(int(frame[0, 0, 3]) - 128) <= 1
        frame[..., 3] = 255
        return frame

    faint = studio.effect("transform", opacity=0.5)
    clip = studio.clip(studio.film(studio.flat(180)), 1, effects=[faint, easel.effect(solid)])
    assert (easel.planes(clip)[0] == 180).all()


def wrong_shape(frame):
    return frame[:-1]


def wrong_type(frame):
    return frame / 2


def nothing(frame):
    frame[:] = 0


def not_finite(frame):
    return frame * np.float32("nan")


def divides(frame, *, by: int = 0):
    whole = 1

    def inner():
        return whole // by

    frame[0, 0, 0] = inner()
    return frame


def imports(frame):
    import cutroom_no_such_module

    return cutroom_no_such_module.do(frame)


def opens(frame):
    with open("/cutroom/no/such/file") as file:
        return file.read()


@pytest.mark.parametrize(
    ("function", "dtype", "told", "hint"),
    [
        (wrong_shape, "uint8", r"effect wrong_shape gave back an array of \(179, 320, 4\)", "180, 320, 4"),
        (wrong_type, "uint8", "effect wrong_type gave back float64, not uint8", "astype"),
        (nothing, "uint8", "effect nothing gave back nothing", "return the frame"),
        (not_finite, "float32", "effect not_finite gave back numbers that are not finite", "division"),
        (divides, "uint8", "ZeroDivisionError.*line 5 of divides: return whole // by", "run its cell again"),
        (imports, "uint8", "cutroom_no_such_module", r"modules=\['cutroom_no_such_module'\]"),
        (opens, "uint8", "FileNotFoundError", "no files and no network"),
    ],
)
def test_what_goes_wrong_names_the_effect_its_line_and_a_remedy(easel, studio, function, dtype, told, hint):
    clip = studio.clip(studio.film(studio.flat(100)), 1, effects=[easel.effect(function, options={"dtype": dtype})])
    with pytest.raises(RenderError, match=f"(?s){told}") as caught:
        easel.planes(clip)
    import re

    assert re.search(hint, caught.value.hint)


def test_another_body_is_another_key_and_the_same_body_the_same(easel, studio):
    def body(text):
        space = {"__name__": "__main__"}
        import linecache

        linecache.cache["cell"] = (len(text), None, text.splitlines(keepends=True), "cell")
        exec(compile(text, "cell", "exec"), space)
        return space["tint"]

    media = studio.film(studio.flat(100))

    def key(text):
        clip = studio.clip(media, 1, effects=[easel.effect(body(text))])
        return canonical_json(compile_picture(easel.document(clip), 0, 10))

    one = key("def tint(frame):\n    return frame\n")
    assert key("def tint(frame):\n    return frame\n") == one
    assert key("def tint(frame):\n    return frame // 2\n") != one


def test_code_of_another_python_says_so_before_it_is_unpickled(easel, studio):
    effect = easel.effect(same)
    found, _ = unpacked(easel.resources[0].data)
    other = packed(found.replace(python="3.9"), b"not a pickle at all")
    path = studio.folder / other.sha256
    path.write_bytes(other.data)
    studio.paths[other.sha256] = str(path)
    easel.resources = [other]
    clip = studio.clip(
        studio.film(studio.flat(100)),
        1,
        effects=[effect.evolve(effect=f"python:same:{other.sha256[:16]}")],
    )
    with pytest.raises(RenderError, match=r"made by Python 3\.9"):
        easel.planes(clip)
