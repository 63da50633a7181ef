"""Image files on the timeline: at any length, with their alpha, turned, and made once."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image
from tests.effects.conftest import HEIGHT, WIDTH, Studio

import cutroom.media.pictures as pictures
from cutroom.effects.compiler.document import compile_picture, cut_points
from cutroom.effects.run import PictureRunner
from cutroom.media import probe
from cutroom.workers import InlineExecutor

RED = (200, 40, 40)


def still(studio: Studio, array: np.ndarray, name: str = "a.png", **options: object) -> str:
    path = Path(studio.folder) / name
    if array.dtype == np.uint16:
        cv2.imwrite(str(path), array[:, :, ::-1])
    else:
        Image.fromarray(array).save(path, **options)  # type: ignore[arg-type]
    return studio.add(probe(str(path), InlineExecutor()))


def flat(colour: tuple[int, ...], width: int = WIDTH, height: int = HEIGHT) -> np.ndarray:
    return np.tile(np.uint8(colour), (height, width, 1))


def luma_of(colour: tuple[int, int, int]) -> float:
    """BT.709, limited range."""
    r, g, b = (value / 255 for value in colour)
    return 16 + 219 * (0.2126 * r + 0.7152 * g + 0.0722 * b)


@pytest.mark.parametrize("name", ["a.png", "a.bmp", "a.tif", "a.webp"])
def test_its_colours_are_right_at_any_time(studio: Studio, name: str) -> None:
    media = still(studio, flat(RED), name, **({"lossless": True} if name == "a.webp" else {}))
    document = studio.document(studio.track(studio.clip(media, 100)))
    assert cut_points(document) == [0, 3000]
    for frame in (0, 149, 151, 2999):
        ((y, _, _),) = studio.frames(document, frame)
        assert abs(y - luma_of(RED)).max() <= 1.5


def test_sixteen_bits_and_greys(studio: Studio) -> None:
    deep = still(studio, flat(RED).astype(np.uint16) * 257, "deep.png")
    assert abs(studio.picture(studio.clip(deep, 1))[0] - luma_of(RED)).max() <= 1.5
    grey = still(studio, np.full((HEIGHT, WIDTH), 100, np.uint8), "grey.png")
    assert abs(studio.picture(studio.clip(grey, 1))[0] - luma_of((100, 100, 100))).max() <= 1.5


def test_alpha_shows_what_lies_below(studio: Studio) -> None:
    clear = np.dstack([flat(RED), np.full((HEIGHT, WIDTH), 255, np.uint8)])
    clear[:, WIDTH // 2 :, 3] = 0
    top, below = still(studio, clear), studio.film(studio.flat(70), 3)
    document = studio.document(studio.track(studio.clip(below, Fraction(1, 10))), studio.track(studio.clip(top, 1)))
    ((y, _, _),) = studio.frames(document, 0)
    assert abs(y[:, : WIDTH // 2 - 8] - luma_of(RED)).max() <= 1.5
    assert abs(y[:, WIDTH // 2 + 8 :] - 70).max() <= 1


@pytest.mark.parametrize("size", [(161, 121), (33, 61), (1, 1), (640, 3)])
def test_odd_sizes(studio: Studio, size: tuple[int, int]) -> None:
    ((y, _, _),) = studio.frames(studio.document(studio.track(studio.clip(still(studio, flat(RED, *size)), 1))))
    shown = y[HEIGHT // 2, WIDTH // 2]
    assert abs(shown - luma_of(RED)) <= 2


def test_a_jpeg_of_a_phone_stands_upright(studio: Studio) -> None:
    array = flat((30, 30, 30), 120, 80)
    array[:, :60] = 220  # the left half becomes the top
    exif = Image.Exif()
    exif[0x0112] = 6
    media = still(studio, array, "a.jpg", exif=exif, quality=95)
    ((y, _, _),) = studio.frames(studio.document(studio.track(studio.clip(media, 1))))
    assert y[HEIGHT // 4, WIDTH // 2] > 180
    assert y[3 * HEIGHT // 4, WIDTH // 2] < 60
    assert y[HEIGHT // 2, 5] == 16  # it is narrow then


def test_every_stretch_of_it_is_one_and_the_same_and_decoded_once(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = studio.document(studio.track(studio.clip(still(studio, flat(RED)), 60, start=3)))
    segments = {compile_picture(document, first, 30) for first in (0, 30, 1700)}
    assert len(segments) == 1
    calls = []
    original = pictures.decode_picture
    monkeypatch.setattr(pictures, "decode_picture", lambda *given: calls.append(1) or original(*given))
    with studio.readers() as readers:
        for _ in range(3):
            with PictureRunner(segments.copy().pop(), readers) as runner:
                for i in range(30):
                    runner.frame(i)
    assert len(calls) == 1
