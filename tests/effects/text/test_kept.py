"""Titles are drawn once, however many are on the canvas and however often they are asked for."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from cutroom.effects.text import drawing
from cutroom.effects.text import title as titles
from cutroom.effects.text.title import Now, draw_title, title_picture
from cutroom.schema.clip import TitleStyle

SIZE = (320, 180)
STYLE = TitleStyle(size=0.1, outline=0)


@pytest.fixture(autouse=True)
def nothing_kept():
    titles.KEPT.clear()
    drawing.LAID.clear()
    yield
    titles.KEPT.clear()
    drawing.LAID.clear()


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    """What was laid out and drawn, in order."""
    calls: list[tuple[str, ...]] = []
    draw, lay_out = drawing.Block.drawn, drawing.laid_out

    def counted(self, *arguments, **named):
        calls.append(("drawn",))
        return draw(self, *arguments, **named)

    def laying(text, *arguments, **named):
        calls.append(("laid out", text))
        return lay_out(text, *arguments, **named)

    monkeypatch.setattr(drawing.Block, "drawn", counted)
    monkeypatch.setattr(drawing, "laid_out", laying)
    return calls


def test_twelve_titles_at_once_are_each_drawn_once(drawn: list[tuple[str, ...]]) -> None:
    looks = [STYLE.replace(position=(0, n / 30)) for n in range(12)]
    for _ in range(30):
        for n, look in enumerate(looks):
            title_picture(f"Title {n}", look, SIZE)
    assert drawn.count(("drawn",)) == 12
    assert sorted(call for call in drawn if call != ("drawn",)) == sorted(("laid out", f"Title {n}") for n in range(12))


def test_twelve_rolls_at_once_are_each_laid_out_once(drawn: list[tuple[str, ...]]) -> None:
    for i in range(10):
        for n in range(12):
            title_picture(f"Title {n}", STYLE, SIZE, now=Now(1.0, 0.4 + i / 100))
    assert sum(call != ("drawn",) for call in drawn) == 12


def test_a_title_that_is_laid_out_anew_is_not_drawn_anew(drawn: list[tuple[str, ...]]) -> None:
    for _ in range(3):
        drawing.LAID.clear()
        title_picture("Title", STYLE, SIZE)
    assert drawn.count(("drawn",)) == 1
    drawing.LAID.clear()
    title_picture("Title", STYLE, SIZE, depth=10)
    title_picture("Title", STYLE.replace(colour="#ff0000"), SIZE)
    title_picture("Title", STYLE, (640, 360))
    assert drawn.count(("drawn",)) == 4


def test_a_typed_title_is_drawn_once_for_each_letter(drawn: list[tuple[str, ...]]) -> None:
    text, seen = "Hello there", []
    for i in range(60):
        seen.append(title_picture(text, STYLE, SIZE, now=Now(i / 59)))
    assert drawn.count(("drawn",)) == 1 + len(text)  # nothing, and one for each letter
    assert seen[0] is None
    for i in (6, 29, 44, 59):
        alone = draw_title(text, STYLE, SIZE, now=Now(i / 59))[..., 3]
        found = np.zeros(SIZE[::-1], np.uint8)
        picture = seen[i]
        found[picture.y0 : picture.y0 + picture.height, picture.x : picture.x + picture.width] = picture.alpha
        assert np.abs(found.astype(int) - alone).max() <= 1


def test_a_very_long_title_is_laid_out_once(drawn: list[tuple[str, ...]]) -> None:
    text = "word " * 2000
    for _ in range(3):
        title_picture(text, STYLE.replace(size=0.02), SIZE)
    assert sum(call != ("drawn",) for call in drawn) == 1


@pytest.mark.parametrize("rolled", [None, 0.5])
def test_each_depth_has_pictures_of_its_own(rolled: float | None) -> None:
    for depth, kind in ((8, np.uint8), (10, np.uint16), (8, np.uint8)):
        picture = title_picture("Title", STYLE, SIZE, now=Now(1.0, rolled), depth=depth)
        assert picture.y.dtype == picture.alpha.dtype == kind
        assert Fraction(int(picture.alpha.max()), 2**depth - 1) == 1
