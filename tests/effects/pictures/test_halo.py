"""A picture with clear parts over its own colour: nothing of it may be seen, however it is scaled and moved."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import av
import numpy as np
import pytest
from PIL import Image

from cutroom.effects.compiler.document import compile_picture
from cutroom.effects.run import PictureRunner
from cutroom.media import probe
from cutroom.schema.clip import Clip
from cutroom.schema.effect import Effect
from cutroom.schema.media import Colour
from cutroom.workers.inline import InlineExecutor

from ..conftest import HEIGHT, WIDTH, Planes, Studio
from .test_alpha import codes

WHITE, RED = (255, 255, 255), (200, 30, 60)
LARGE, SAME, SMALL = (1280, 720), (WIDTH, HEIGHT), (80, 45)
FORMATS = ("bgra", "gbrap10le", "rgba64le", "yuva444p", "yuva444p10le", "yuva422p", "yuva420p", "yuva420p10le", "pal8")


def shape(width: int, height: int) -> np.ndarray:
    """Alpha from 0 to 1: a sharp box, and a soft slope beside it."""
    rows, columns = np.mgrid[0:height, 0:width] / np.array([height, width]).reshape(2, 1, 1)
    box = (columns > 0.3) & (columns < 0.51) & (rows > 0.25) & (rows < 0.8)
    lines = (columns > 0.55) & (columns < 0.6)
    return np.maximum(box | lines, np.clip((columns - 0.7) * 5, 0, 1))


def drawn(studio: Studio, format: str, size: tuple[int, int], rgb: Sequence[int]) -> str:
    """One colour in that shape; black where it is all clear."""
    alpha = shape(*size)
    there = alpha > 0
    if format == "pal8":
        return palette(studio, there, rgb)
    if format.startswith("yuva"):
        bits = 10 if format.endswith("10le") else 8
        subsampled = {"444": (1, 1), "422": (1, 2), "420": (2, 2)}[format[4:7]]
        planes = []
        for code, zero, (down, across) in zip(
            codes(np.array(rgb)), (16, 128, 128), ((1, 1), subsampled, subsampled), strict=True
        ):
            near = there if (down, across) == (1, 1) else np.ones_like(there)  # an encoder fills what is beside an edge
            planes.append(np.where(near, code, zero)[::down, ::across] * 2 ** (bits - 8))
        planes.append(alpha * (2**bits - 1))
        kind: type = np.uint8 if bits == 8 else np.uint16
        return studio.film([np.rint(plane).astype(kind) for plane in planes], 3, format=format)
    peak = {"bgra": 255, "gbrap10le": 1023, "rgba64le": 65535}[format]
    red, green, blue = (np.where(there, level / 255, 0) for level in rgb)
    order = {"bgra": (blue, green, red, alpha), "gbrap10le": (green, blue, red, alpha)}
    parts = [np.rint(peak * part) for part in order.get(format, (red, green, blue, alpha))]
    kind = np.uint8 if peak == 255 else np.uint16
    planes = parts if format == "gbrap10le" else [np.dstack(parts)]
    return studio.film([plane.astype(kind) for plane in planes], 3, format=format, colour=Colour())


def palette(studio: Studio, there: np.ndarray, rgb: Sequence[int]) -> str:
    image = Image.fromarray(there.astype(np.uint8), "P")
    image.putpalette([0, 0, 0, *rgb])
    path = studio.folder / "palette.png"
    image.save(path, transparency=bytes([0, 255]))
    media = probe(str(path), InlineExecutor())
    assert media.video is not None
    assert media.video.pixel_format == "pal8"
    return studio.add(media)


def over_itself(studio: Studio, clip: Clip, rgb: Sequence[int], depth: int = 8, below: Sequence[int] = ()) -> Planes:
    """Y, Cb and Cr on the scale of 8 bits."""
    own = np.rint(codes(np.array(rgb))).astype(int)
    flat = studio.clip(studio.film(studio.flat(*(below or own)), 3), Fraction(1, 10))
    document = studio.document(studio.track(flat), studio.track(clip))
    segment = compile_picture(document, 0, 1, depth=depth)
    with studio.readers() as readers, PictureRunner(segment, readers) as runner:
        made: av.VideoFrame = runner.frame(0)
    kind, finer = (np.uint16, 4) if depth == 10 else (np.uint8, 1)
    return [np.frombuffer(p, kind).reshape(p.height, -1)[:, : p.width] / finer for p in made.planes]


def assert_unseen(planes: Planes, rgb: Sequence[int], tolerance: float = 2) -> None:
    worst = [np.abs(plane - np.rint(code)).max() for plane, code in zip(planes, codes(np.array(rgb)), strict=True)]
    assert max(worst) <= tolerance, worst


@pytest.mark.parametrize("rgb", [WHITE, RED])
@pytest.mark.parametrize("size", [LARGE, SAME, SMALL])
@pytest.mark.parametrize("format", FORMATS)
def test_scaled(studio: Studio, format: str, size: tuple[int, int], rgb: Sequence[int]) -> None:
    clip = studio.clip(drawn(studio, format, size, rgb), Fraction(1, 10))
    for depth in (8, 10):
        assert_unseen(over_itself(studio, clip, rgb, depth), rgb)


@pytest.mark.parametrize("size", [LARGE, SAME, SMALL])
@pytest.mark.parametrize("format", FORMATS)
def test_it_is_there_and_where_it_was_drawn(studio: Studio, format: str, size: tuple[int, int]) -> None:
    clip = studio.clip(drawn(studio, format, size, RED), Fraction(1, 10))
    below = (60, 100, 150)
    planes = over_itself(studio, clip, RED, below=below)
    rows, columns = np.mgrid[0:HEIGHT, 0:WIDTH]
    cover = (columns > 104) & (columns < 154) & (rows > 52) & (rows < 136)
    clear = columns < 88
    for i, (plane, own, under) in enumerate(zip(planes, codes(np.array(RED)), below, strict=True)):
        step = 2 if i else 1
        assert np.abs(plane - own)[cover[::step, ::step]].max() <= 1.5
        assert np.abs(plane - under)[clear[::step, ::step]].max() <= 0.5
        if format == "pal8":
            continue
        share = ((plane - under) / (own - under))[30 // step]  # its soft slope lies where it should, in every plane
        middle = int(np.argmax(share[200 // step :] > 0.5)) * step + 200
        assert abs(middle - 0.8 * WIDTH) <= 5


MOVED = ("vignette", {"amount": 0.01}), ("crop", {"left": 0.1}), ("chroma_key", {})


@pytest.mark.parametrize("rgb", [WHITE, RED])
@pytest.mark.parametrize("format", ["bgra", "yuva420p"])
@pytest.mark.parametrize("before", [(), *((one,) for one in MOVED)])
@pytest.mark.parametrize(
    "transform",
    [{"rotation": 3.0}, {"position_x": 0.5 / WIDTH}, {"scale": 0.7, "rotation": 10.0}, {"scale": 1.6}, {"scale": 0.4}],
)
def test_moved(
    studio: Studio,
    format: str,
    before: Sequence[tuple[str, dict[str, float]]],
    transform: dict[str, float],
    rgb: Sequence[int],
) -> None:
    chain: list[Effect] = [studio.effect(name, **values) for name, values in (*before, ("transform", transform))]
    clip = studio.clip(drawn(studio, format, SAME, rgb), Fraction(1, 10), effects=chain)
    if any(name == "chroma_key" for name, _ in before) and rgb == RED:
        pytest.skip("a key changes colours")
    assert_unseen(over_itself(studio, clip, rgb), rgb, 4 if before and before[0][0] == "vignette" else 2)
