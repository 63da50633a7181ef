"""Pictures of 10 bits: as fine as their sources, and otherwise those of 8 bits."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import av
import numpy as np
import pytest

from cutroom.effects.compiler.document import compile_picture
from cutroom.effects.registry import default_registry
from cutroom.effects.run import PictureRunner
from cutroom.schema.base import canonical_json
from cutroom.schema.clip import Clip, CompoundSource
from cutroom.schema.document import Compound, Document
from cutroom.schema.media import Colour

from ..conftest import HEIGHT, WIDTH, Planes, Studio

SECOND = Fraction(1)
PICTURES = sorted(spec.effect for spec in default_registry().specs if spec.kind == "video")


def render(studio: Studio, document: Document, frame: int = 0, depth: int = 10) -> Planes:
    segment = compile_picture(document, frame, 1, depth=depth, results=studio.measured(document))
    with studio.readers() as readers, PictureRunner(segment, readers) as runner:
        made = runner.frame(0)
    assert made.format.name == ("yuv420p10le" if depth == 10 else "yuv420p")
    assert (int(made.colorspace), int(made.color_range), int(made.chroma_location)) == (1, 1, 1)
    return read(made)


def read(frame: av.VideoFrame) -> Planes:
    kind = np.dtype(np.uint16 if frame.format.name.endswith("10le") else np.uint8)
    return [np.frombuffer(p, kind).reshape(p.height, -1)[:, : p.width].astype(np.float64) for p in frame.planes]


def fine(seed: int = 0, width: int = WIDTH, height: int = HEIGHT) -> Planes:
    rng = np.random.default_rng(seed)
    shapes = ((height, width), *[((height + 1) // 2, (width + 1) // 2)] * 2)
    return [
        rng.integers(low, high, shape, dtype=np.uint16)
        for shape, (low, high) in zip(shapes, ((64, 941), (240, 780), (240, 780)), strict=True)
    ]


def soft(i: int = 0) -> Planes:
    """Colourful slopes that move, in 8 bits."""
    planes = []
    for plane, step in enumerate((1, 2, 2)):
        rows, columns = np.mgrid[0 : HEIGHT // step, 0 : WIDTH // step].astype(float) * step
        wave = np.sin(columns / (40 + 15 * plane) + i / 5) * np.cos(rows / 35 + plane)
        planes.append(np.rint((126, 128, 128)[plane] + (90, 60, 60)[plane] * wave).astype(np.uint8))
    return planes


def one(studio: Studio, media: str, *effects: tuple[str, dict[str, float]], **settings: object) -> Document:
    chain = [studio.effect(name, **values) for name, values in effects]
    return studio.document(studio.track(studio.clip(media, SECOND, effects=chain)), **settings)


def test_ten_bits_go_through_untouched(studio: Studio) -> None:
    planes = fine()
    found = render(studio, one(studio, studio.film(planes, format="yuv420p10le")))
    assert all((a == b).all() for a, b in zip(found, planes, strict=True))


def test_eight_bits_become_the_same_code_values(studio: Studio) -> None:
    planes = studio.noise()
    found = render(studio, one(studio, studio.film(planes)))
    assert all((a == 4.0 * b).all() for a, b in zip(found, planes, strict=True))


def test_nothing_is_black(studio: Studio) -> None:
    assert [np.unique(plane).tolist() for plane in render(studio, studio.document())] == [[64], [512], [512]]


def test_the_depth_is_in_the_key(studio: Studio) -> None:
    document = one(studio, studio.film(studio.flat(80)))
    texts = {canonical_json(compile_picture(document, 0, 1, depth=depth)) for depth in (8, 10)}
    assert len(texts) == 2
    deep = studio.film(fine(), format="yuv420p10le")
    assert compile_picture(one(studio, deep), 0, 1, depth=10).untouched is not None
    assert compile_picture(one(studio, deep), 0, 1).untouched is None
    assert compile_picture(document, 0, 1, depth=10).untouched is None


@pytest.mark.parametrize("format", ["yuv420p", "yuv420p10le", "yuv444p12le", "yuv422p10le"])
def test_full_range_keeps_black_white_and_all_between(studio: Studio, format: str) -> None:
    bits = {"10le": 10, "12le": 12}.get(format[-4:], 8)
    frame = av.VideoFrame(WIDTH, HEIGHT, format)
    levels = np.linspace(0, (1 << bits) - 1, WIDTH).round()
    kind = np.uint8 if bits == 8 else np.uint16
    planes = [np.tile(levels, (HEIGHT, 1)).astype(kind)]
    planes += [np.full((p.height, p.width), 1 << bits - 1, kind) for p in frame.planes[1:]]
    film = studio.film(planes, format=format, colour=Colour(matrix="bt709", full_range=True))
    y, u, v = render(studio, one(studio, film))
    wanted = 64 + 876 * levels / ((1 << bits) - 1)
    assert np.abs(y - wanted).max() <= (1.5 if bits == 12 else 1.0)
    assert (y[:, 0].max(), y[:, -1].min()) == (64, 940)
    assert np.unique(np.stack([u, v])).tolist() == [512]


@pytest.mark.parametrize("format", ["yuva420p", "yuva420p10le", "bgra"])
def test_alpha_is_as_deep_as_the_picture(studio: Studio, format: str) -> None:
    below = studio.film(studio.flat(60))
    ramp = np.tile(np.linspace(0, 1, WIDTH), (HEIGHT, 1))
    if format == "bgra":
        ramp = np.rint(255 * ramp) / 255
        pixels = np.full((HEIGHT, WIDTH, 4), 255)
        pixels[..., 3] = np.rint(255 * ramp)
        film = studio.film([pixels.astype(np.uint8)], format=format, colour=Colour(matrix="gbr"))
    else:
        peak, kind = (1023, np.uint16) if format.endswith("10le") else (255, np.uint8)
        white = [p.astype(kind) * kind((peak + 1) // 256) if peak > 255 else p for p in studio.flat(235)]
        alpha = np.rint(peak * ramp).astype(kind)
        ramp = alpha / peak
        film = studio.film([*white, alpha], format=format)
    upper = studio.clip(film, SECOND)
    y, u, v = render(studio, studio.document(studio.track(studio.clip(below, SECOND)), studio.track(upper)))
    assert np.abs(y - (240 * (1 - ramp) + 940 * ramp)).max() <= 2
    assert (y[:, 0].max(), y[:, -1].min()) == (240, 940)
    assert len(np.unique(y)) > 200
    assert np.abs(np.stack([u, v]) - 512).max() <= 1


def close(deep: Sequence[np.ndarray], plain: Sequence[np.ndarray]) -> None:
    for a, b in zip(deep, plain, strict=True):
        difference = np.abs(a / 4 - b)
        assert np.percentile(difference, 99) <= 2.5, difference.max()
        assert difference.mean() <= 0.8
        assert a.max() <= 1023


@pytest.mark.parametrize("effect", PICTURES)
def test_each_effect_does_to_ten_bits_what_it_does_to_eight(studio: Studio, effect: str) -> None:
    spec = default_registry().effect(effect, "video")
    below = studio.clip(studio.film(studio.flat(90, 110, 150)), SECOND)
    upper = studio.clip(studio.film(soft), SECOND, effects=[studio.effect(effect, **studio.example(spec))])
    document = studio.document(studio.track(below), studio.track(upper))
    close(render(studio, document, 6), render(studio, document, 6, depth=8))


def test_crops_movements_titles_and_dissolves(studio: Studio) -> None:
    rng = np.random.default_rng(3)
    alpha = np.kron(rng.integers(0, 256, (18, 32)), np.ones((10, 10))).astype(np.uint8)
    clear = studio.film([*soft(3), alpha], format="yuva420p")
    moved = [studio.effect("transform", scale=0.7, rotation=20, opacity=0.8), studio.effect("crop", left=0.103)]
    blurred = [*moved, studio.effect("blur", radius=0.02), studio.effect("contrast", value=1.4)]
    left, right = studio.clip(studio.film(soft), SECOND), studio.clip(clear, SECOND, effects=blurred)
    join = [studio.dissolve(left, None, Fraction(1, 2)), studio.dissolve(None, right, Fraction(1, 2))]
    words = studio.title("Right", 2, outline=0.01, colour="#ffc040c0", effects=moved[:1])
    tracks = [studio.track(left, right, transitions=join), studio.track(words)]
    document = studio.document(*tracks)
    for frame in (0, 25, 35, 50):
        close(render(studio, document, frame), render(studio, document, frame, depth=8))


def test_a_compound_is_as_deep_as_what_it_is_in(studio: Studio) -> None:
    planes = fine()
    film = studio.film(planes, format="yuv420p10le")
    document = one(studio, film)
    compound = Clip(id="c_out", source=CompoundSource(compound="k_1"), duration=SECOND)
    outer = document.evolve(
        timeline=document.timeline.evolve(tracks=(studio.track(compound),)),
        compounds=(Compound(id="k_1", title="in", timeline=document.timeline),),
    )
    found = render(studio, outer)
    assert all((a == b).all() for a, b in zip(found, planes, strict=True))
