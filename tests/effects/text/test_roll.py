"""Credits that roll: each frame as if it were drawn alone, and drawn from what is kept."""

from __future__ import annotations

import cProfile
import pstats

import numpy as np
import pytest

from cutroom.effects.text import title as titles
from cutroom.effects.text.title import Now, draw_title, title_picture
from cutroom.schema.clip import TextSpan, TitleStyle

SIZE = (640, 360)
LOOKS = {
    "plain": TitleStyle(size=0.1, outline=0),
    "outlined": TitleStyle(size=0.1, outline=0.01, colour="#ffcc00"),
    "on a plate, with a shadow": TitleStyle(
        size=0.1, outline=0, background="#102040c0", radius=0.05, shadow="#ff0000", shadow_offset=(0.05, 0.2)
    ),
}
TEXT = "\n".join(f"Role {i} Ada" for i in range(20))
WAYS = [0.03, 0.2501, 0.33333, 0.5, 0.71, 0.9]


@pytest.fixture(autouse=True)
def nothing_kept():
    titles.KEPT.clear()
    yield
    titles.KEPT.clear()


def placed(picture, size=SIZE):
    """Luma and alpha on a canvas of their own."""
    planes = np.zeros((2, size[1], size[0]), np.uint8)
    if picture is not None:
        area = (slice(picture.y0, picture.y0 + picture.height), slice(picture.x, picture.x + picture.width))
        planes[0][area], planes[1][area] = picture.y, picture.alpha
    return planes


def bytes_of(picture):
    return None if picture is None else (picture.x, picture.y0, *(plane.tobytes() for plane in picture.planes))


@pytest.mark.parametrize("style", LOOKS.values(), ids=LOOKS)
@pytest.mark.parametrize("way", WAYS)
def test_a_frame_of_a_roll_is_what_is_drawn_there(style: TitleStyle, way: float) -> None:
    spans = (TextSpan(start=3, end=30, colour="#00ff00", italic=True),)
    alone = draw_title(TEXT, style, SIZE, spans=spans, now=Now(1.0, way))
    picture = title_picture(TEXT, style, SIZE, spans=spans, now=Now(1.0, way))
    luma, alpha = placed(picture)
    assert np.abs(alpha.astype(int) - alone[..., 3]).max() <= 1
    red, green, blue = (alone[..., i] / 255.0 for i in range(3))
    expected = (16 + 219 * (0.2126 * red + 0.7152 * green + 0.0722 * blue)) * alone[..., 3] / 255
    assert np.abs(luma - expected).max() <= 2
    assert picture.x % 2 == picture.y0 % 2 == 0


@pytest.mark.parametrize("way", [*WAYS, 0.5 + 1 / 1000, 0.5 + 2 / 1000])
def test_colours_stand_where_the_letters_are(way: float) -> None:
    """Chroma is that of the alpha beneath it, at odd and even rows."""
    style = LOOKS["outlined"].replace(outline=0, colour="#ff0000")
    picture = title_picture(TEXT, style, SIZE, now=Now(1.0, way))
    red = 128 + 224 * 0.5  # Cr of pure red, about
    assert np.abs(picture.v - picture.chroma_alpha / 255 * red).max() <= 2


def test_frames_do_not_depend_on_what_was_drawn_before() -> None:
    style = LOOKS["on a plate, with a shadow"]
    ways = [i / 97 for i in range(0, 98, 7)]
    one_way = {way: bytes_of(title_picture(TEXT, style, SIZE, now=Now(1.0, way))) for way in ways}
    for way in reversed(ways):
        titles.KEPT.clear()
        assert bytes_of(title_picture(TEXT, style, SIZE, now=Now(1.0, way))) == one_way[way]


def test_motion_is_finer_than_pixels() -> None:
    style = TitleStyle(size=0.3, outline=0)
    total = 360 + 0.3 * 360 * 1.164
    rows = np.arange(360)[:, None]
    places = []
    for i in range(30):
        alpha = placed(title_picture("H", style, SIZE, now=Now(1.0, 0.4 + 0.37 * i / total)))[1].astype(float)
        places.append((alpha * rows).sum() / alpha.sum())
    assert np.abs(np.diff(places) + 0.37).max() < 0.13  # an eighth of a pixel apart, at most
    assert places[0] - places[-1] == pytest.approx(29 * 0.37, abs=0.13)


def test_what_is_kept_is_drawn_once() -> None:
    style = TitleStyle(size=0.05, outline=0)
    text = "\n".join(f"Role {i} Ada Lovelace" for i in range(100))

    def calls() -> int:
        profile = cProfile.Profile()
        profile.enable()
        for i in range(60):
            title_picture(text, style, (960, 540), now=Now(1.0, 0.3 + i / 2000))
        profile.disable()
        return sum(count for (_, _, name), (_, count, *_) in pstats.Stats(profile).stats.items() if name == "filled")

    first = calls()
    assert first > 0
    assert calls() == 0


def test_what_is_kept_has_a_limit_in_bytes() -> None:
    style = TitleStyle(size=0.03, max_width=1, outline=0)
    text = "\n".join("Ada Lovelace, Charles Babbage, and many others" * 3 for _ in range(72))
    for i in range(40):
        title_picture(text, style, (3840, 2160), now=Now(1.0, 0.01 + i / 41))
        assert titles.KEPT.held <= titles.KEPT.limit
    for i in range(40):
        title_picture(text[i:], style.replace(size=0.1), (3840, 2160))
        assert titles.KEPT.held <= titles.KEPT.limit
    assert titles.KEPT.held > titles.KEPT.limit / 4
