"""Values at the ends of their ranges, canvases of a few pixels, the longest chains: a picture, or a sentence."""

from __future__ import annotations

import time
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from cutroom.effects.compiler.document import compile_picture
from cutroom.effects.registry import EffectSpec, default_registry
from cutroom.effects.run import PictureRunner
from cutroom.errors import ValidationError
from cutroom.schema.clip import Clip
from cutroom.schema.curve import Keyframe, value_at
from cutroom.schema.document import Document

from ..conftest import Studio

F = Fraction
PICTURES = [spec for spec in default_registry().specs if spec.kind == "video"]
REFUSED = {"crop": "nothing would be left", "levels": "is not below"}
"""What does not go together is said."""


def ends(spec: EffectSpec, example: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Each number at both ends of its range, all at once, each choice."""
    numbers = {p.key: (int if p.kind == "int" else float, p) for p in spec.parameters if p.kind in {"float", "int"}}
    for end in ("minimum", "maximum"):
        far = {key: kind(getattr(parameter, end)) for key, (kind, parameter) in numbers.items()}
        yield {**example, **far}
        yield from ({**example, key: value} for key, value in far.items())
    yield from ({**example, p.key: choice} for p in spec.parameters for choice in p.choices)


def draw(studio: Studio, document: Document, size: tuple[int, int], depth: Any) -> None:
    segment = compile_picture(document, 1, 2, size=size, depth=depth, results=studio.measured(document))
    with studio.readers() as readers, PictureRunner(segment, readers) as runner:
        for i in range(2):
            made = runner.frame(i)
            assert (made.width, made.height) == size
            assert made.format.name == ("yuv420p" if depth == 8 else "yuv420p10le")


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("spec", PICTURES, ids=lambda spec: spec.effect)
def test_every_effect_at_the_ends_of_its_ranges(studio: Studio, spec: EffectSpec) -> None:
    film = studio.film(lambda i: studio.noise(i, 17, 33), 4)
    refused: list[str] = []
    for values in ends(spec, studio.example(spec)):
        effects = [studio.effect(spec.effect, **values)]
        clip = studio.title("ab", F(4, 30), effects) if spec.titles else studio.clip(film, F(4, 30), effects=effects)
        document = studio.document(studio.track(clip), width=16, height=16)
        try:
            for size, depth in (((1, 2), 8), ((17, 33), 10)):
                draw(studio, document, size, depth)
        except ValidationError as error:
            refused.append(str(error))
    assert all(REFUSED[spec.effect] in said and "\u2192" in said for said in refused)
    assert bool(refused) == (spec.effect in REFUSED)


def chain_of(studio: Studio, length: int) -> Clip:
    """One after the other, all effects there are on pictures of files, but those that measure or turn the picture."""
    specs = [s for s in PICTURES if not s.titles and s.analysis is None and s.group not in {"geometry", "key", "look"}]
    effects = [studio.effect(s.effect, **studio.example(s)) for s in (specs * length)[:length]]
    return studio.clip(studio.film(lambda i: studio.noise(i, 32, 18), 12), F(12, 30), effects=effects)


def test_the_longest_chain(studio: Studio) -> None:
    clip = chain_of(studio, 64)
    document = studio.document(studio.track(clip), width=32, height=18)
    whole = studio.frames(document, 0, 12)
    for first, frames in ((0, 1), (7, 5)):
        alone = studio.frames(document, first, frames)
        for a, b in zip(alone, whole[first : first + frames], strict=True):
            assert all(np.array_equal(x, y) for x, y in zip(a, b, strict=True))
    with pytest.raises(ValueError, match="64"):
        clip.replace(effects=(*clip.effects, studio.effect("blur")))


def test_thousands_of_keyframes_cost_what_a_stretch_has_of_them(studio: Studio) -> None:
    rng = np.random.default_rng(5)
    curve = tuple(Keyframe(time=F(i, 97), value=float(v)) for i, v in enumerate(rng.uniform(-0.2, 0.2, 9700)))
    moving = studio.effect("brightness").replace(curves={"value": curve})
    film = studio.film(studio.flat(100, width=32, height=18), 100, rate=F(1))
    document = studio.document(studio.track(studio.clip(film, 100, effects=[moving])), width=32, height=18)
    began = time.process_time()
    segment = compile_picture(document, 2_000, 60)
    assert time.process_time() - began < 3
    assert len(segment.model_dump_json()) < 30_000
    levels = [planes[0][0, 0] for planes in studio.frames(document, 2_000, 3)]
    assert levels == pytest.approx([100 + 219 * value_at(curve, F(2_000 + i, 30)) for i in range(3)], abs=0.51)
