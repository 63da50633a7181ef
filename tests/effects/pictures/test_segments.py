"""Whatever a timeline shows, any stretch rendered alone, by a runner of its own, is that of one whole render."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest

import cutroom as cr
from cutroom.effects import templates
from cutroom.effects.compiler.document import compile_picture, cut_points, frame_count
from cutroom.effects.layouts import arranged
from cutroom.effects.registry import EffectSpec, default_registry
from cutroom.effects.run import PictureRunner, Readers
from cutroom.effects.title_templates import ANIMATIONS, TEMPLATES
from cutroom.render.pieces import PartTexts, whole
from cutroom.render.plan import plan
from cutroom.schema.base import canonical_json
from cutroom.schema.clip import Clip, CompoundSource, Gap
from cutroom.schema.curve import Keyframe
from cutroom.schema.document import Compound, Document, Timeline
from cutroom.schema.effect import Effect
from cutroom.schema.export import ExportSettings
from cutroom.schema.speed import NORMAL, Ramp
from cutroom.workers.context import DIRECT

from ..conftest import Planes, Studio

F = Fraction
REGISTRY = default_registry()
SIZE = {"width": 96, "height": 64}
FRAMES = 13
ODD = (0, 1, 4, 9, 10, 13)
"""Borders that no GOP would have."""
VISIBLE: dict[str, dict[str, float]] = {"roll": {"way": 0.3}, "deband": {"threshold": 0.02, "radius": 0.1}}
"""Half-way, a roll is where its title stands; a small canvas has a small radius."""
PICTURES = [spec for spec in REGISTRY.specs if spec.kind == "video"]
MOVING = [spec for spec in PICTURES if spec.memory.kind == "pointwise" and any(p.moves for p in spec.parameters)]
(BLENDS,) = (p.choices for p in REGISTRY.effect("transform").parameters if p.key == "blend")


def scene(i: int) -> Planes:
    """A bright square that moves over a soft ground with some noise, and over one with steps."""
    rows, columns = np.mgrid[0:64, 0:96].astype(float)
    y = 90 + 50 * np.sin(columns / 17 + i / 4) * np.cos(rows / 13)
    y[20:44, 4 * i % 70 : 4 * i % 70 + 16] = 235
    y[:32] += np.random.default_rng(i).normal(0, 2, (32, 96))
    y[32:] = np.rint(y[32:] / 3) * 3
    u, v = (128 + 40 * np.sin(columns[::2, ::2] / (9 + 4 * k) + i / 5 + k) for k in (0, 1))
    v[10:22, 2 * i % 35 : 2 * i % 35 + 8] = 190
    return [np.clip(np.rint(plane), 16, 235).astype(np.uint8) for plane in (y, u, v)]


def drawn(document: Document, readers: Callable[[], Readers], points: Sequence[int], **options: object) -> list[Planes]:
    """All frames, each stretch between two points by a fresh runner."""
    made: list[Planes] = []
    for begin, end in pairwise(points):
        segment = compile_picture(document, begin, end - begin, **options)
        with readers() as opened, PictureRunner(segment, opened) as runner:
            for i in range(end - begin):
                made.append([np.array(plane, copy=True) for plane in planes(runner.frame(i))])
    return made


def planes(frame: object) -> Planes:
    deep = frame.format.name.endswith("10le")
    kind = np.dtype(np.uint16 if deep else np.uint8)
    return [np.frombuffer(p, kind).reshape(p.height, -1)[:, : p.width] for p in frame.planes]


def same(one: Sequence[Planes], other: Sequence[Planes]) -> bool:
    """Where they have as many frames, and each plane of each the same numbers."""
    return len(one) == len(other) and all(
        np.array_equal(a, b) for left, right in zip(one, other, strict=True) for a, b in zip(left, right, strict=True)
    )


def hold(document: Document, readers: Callable[[], Readers], depth: int, results: object = None) -> list[Planes]:
    """Make sure that odd borders change nothing; the frames. Cut points are borders anyway."""
    options = {"depth": depth, "results": results}
    total = frame_count(document)
    points = cut_points(document)
    once = drawn(document, readers, points, **options)
    odd = sorted({*points, *(point for point in ODD if point < total), *range(ODD[-1], total, 7), total})
    assert len(odd) > len(points)
    assert same(once, drawn(document, readers, odd, **options))
    for begin, end in pairwise(points):
        stretch = compile_picture(document, begin, end - begin, **options)
        if whole(stretch) or "moving" in canonical_json(stretch):
            continue
        texts = PartTexts(stretch)
        for first, after in pairwise(point for point in odd if begin <= point <= end):
            alone = compile_picture(document, first, after - first, **options)
            assert texts.text(first - begin, after - first) == canonical_json(alone)
    return once


def over(studio: Studio, *effects: Effect) -> Document:
    """A clip with effects over another one."""
    below = studio.clip(studio.film(studio.flat(70, 110, 150, 96, 64)), F(FRAMES, 30))
    above = studio.clip(studio.film(scene, 40), F(FRAMES, 30), F(2, 30), effects=effects)
    return studio.document(studio.track(below), studio.track(above), **SIZE)


def shown(studio: Studio, spec: EffectSpec, effect: Effect) -> Document:
    """An effect on what it works on."""
    if not spec.titles:
        return over(studio, effect)
    return studio.document(studio.track(studio.title("Words", F(FRAMES, 30), [effect])), **SIZE)


def swept(spec: EffectSpec, values: dict[str, object]) -> dict[str, tuple[Keyframe, ...]]:
    """Keys for a parameter that shows, over most of the clip."""
    key = next((p for p in spec.parameters if p.moves and p.key in values), None)
    key = key or next(p for p in spec.parameters if p.moves)
    far = key.limited(float(values.get(key.key, key.default) or 0.3))
    near = key.limited(0.5 * far if far != key.minimum else far + 0.4)
    rows = ((F(1, 30), near), (F(6, 30), far), (F(11, 30), (near + far) / 2))
    return {key.key: tuple(Keyframe(time=time, value=value, easing="ease_in_out") for time, value in rows)}


@pytest.mark.parametrize("depth", [8, 10])
@pytest.mark.parametrize("spec", PICTURES, ids=lambda spec: spec.effect)
def test_every_effect(studio: Studio, spec: EffectSpec, depth: int) -> None:
    values = VISIBLE.get(spec.effect) or studio.example(spec)
    document = shown(studio, spec, studio.effect(spec.effect, **values))
    results = studio.measured(document)
    made = hold(document, studio.readers, depth, results)
    plain = shown(studio, spec, studio.effect("brightness"))
    assert not same(made, drawn(plain, studio.readers, cut_points(plain), depth=depth))


@pytest.mark.parametrize("spec", MOVING, ids=lambda spec: spec.effect)
def test_every_effect_that_moves(studio: Studio, spec: EffectSpec) -> None:
    """At ten bits; `test_animation` looks at eight."""
    depth, values = 10, VISIBLE.get(spec.effect) or studio.example(spec)
    curves = swept(spec, values)
    constant = {key: value for key, value in values.items() if key not in curves}
    document = shown(studio, spec, studio.effect(spec.effect, **constant).replace(curves=curves))
    made = hold(document, studio.readers, depth)
    still = shown(studio, spec, studio.effect(spec.effect, **values))
    assert not same(made, drawn(still, studio.readers, [0, FRAMES], depth=depth))


@pytest.mark.parametrize("depth", [8, 10])
@pytest.mark.parametrize("transition", list(REGISTRY.transitions))
def test_every_transition(studio: Studio, transition: str, depth: int) -> None:
    a, b = studio.film(scene, 40), studio.film(lambda i: scene(40 - i), 40)
    left, right = studio.clip(a, F(7, 30), F(5, 30)), studio.clip(b, F(8, 30), F(9, 30))
    join = studio.dissolve(left, right, F(9, 30)).evolve(transition=transition)
    below = studio.clip(studio.film(studio.flat(70, 110, 150, 96, 64)), F(15, 30))
    hold(
        studio.document(studio.track(below), studio.track(left, right, transitions=[join]), **SIZE),
        studio.readers,
        depth,
    )


@pytest.mark.parametrize("depth", [8, 10])
@pytest.mark.parametrize("blend", BLENDS)
def test_every_blend_mode(studio: Studio, blend: str, depth: int) -> None:
    turned = studio.effect("transform", blend=blend, scale=0.8, rotation=10, opacity=0.7)
    hold(over(studio, turned, studio.effect("film_grain")), studio.readers, depth)


@pytest.mark.parametrize("depth", [8, 10])
@pytest.mark.parametrize("template", ["grid-2x2", "diagonal-3", "one-large-plus-3", "picture-in-picture-top-right"])
def test_cells_of_split_screens(studio: Studio, template: str, depth: int) -> None:
    film = studio.film(scene, 40)
    layout = arranged(templates.get(template), 96, 64, 0.0)
    tracks = []
    for i, (values, fit) in enumerate(zip(layout, ["fill", "fit", "stretch", "fill"], strict=False)):
        cell = studio.effect("cell", **values, fit=fit, border=0.02 * (i % 2))
        tracks.append(studio.track(studio.clip(film, F(FRAMES, 30), F(3 * i, 30), effects=[cell])))
    hold(studio.document(*tracks, **SIZE), studio.readers, depth)


@pytest.mark.parametrize("name", [*TEMPLATES, *ANIMATIONS])
def test_titles_that_come_and_go(name: str) -> None:
    timeline = cr.Project.create(fps=10, size=(96, 64)).timeline
    more = {"template": name} if name in TEMPLATES else {"animate_in": (name, 0.5)}
    if name in ANIMATIONS and name != "roll":
        more["animate_out"] = (name, 0.5)
    timeline.add_title("Ada Lovelace", at=0, duration=1.6, **more)
    hold(timeline.document, lambda: Readers(DIRECT, {}), 8)


def keyed(studio: Studio, effect: str, key: str, *rows: tuple[Fraction, float]) -> Effect:
    return studio.effect(effect).replace(curves={key: tuple(Keyframe(time=time, value=value) for time, value in rows)})


def mixture(studio: Studio, film: str, gap: int = 0, speed: Fraction | Ramp = NORMAL) -> Document:
    """All kinds of nodes over one another: own ones, filters, such that look back, are clocked, moving, a compound."""
    chain = [
        studio.effect("brightness", value=0.05),
        studio.effect("sharpen", amount=1.0),
        studio.effect("motion_blur", shutter=3),
        studio.effect("chroma_key", colour="#30c060"),
        studio.effect("transform", scale=0.8, blend="screen"),
    ]
    grain = [studio.effect("film_grain"), keyed(studio, "vignette", "amount", (F(1, 30), 0.0), (F(12, 30), 1.0))]
    inner = studio.track(studio.clip(film, F(9, 30), effects=chain[:2]), studio.clip(film, F(15, 30), F(20, 30)))
    compound = Compound(id="n_1", title="Scene", timeline=Timeline(tracks=(inner,)))
    nested = Clip(id="c_n", source=CompoundSource(compound="n_1"), duration=F(20, 30), effects=tuple(chain[:3]))
    before = [Gap(duration=F(gap, 30))] if gap else []
    tracks = (
        studio.track(*before, studio.clip(film, F(20, 30), F(3, 30), effects=chain[:3], id="c_1").evolve(speed=speed)),
        studio.track(*before, nested.evolve(effects=(*chain[:1], studio.effect("transform", opacity=0.5)))),
        studio.track(*before, studio.clip(film, F(20, 30), F(9, 30), effects=[*grain, chain[-1]], id="c_2")),
        studio.track(*before, studio.title("Words", F(20, 30))),
    )
    return studio.document(*tracks, **SIZE).evolve(compounds=(compound,))


@pytest.mark.parametrize("speed", [F(1), F(3, 7), Ramp.of({0: 1, F(1, 5): 3, F(1, 3): F(1, 2)})], ids=str)
def test_all_kinds_of_nodes_together(studio: Studio, speed: Fraction | Ramp) -> None:
    hold(mixture(studio, studio.film(scene, 60), speed=speed), studio.readers, 8)


def test_a_moved_clip_keeps_its_segments_and_their_borders(studio: Studio) -> None:
    """What goes by the clip's own time too."""
    film, settings = studio.film(scene, 60), ExportSettings(gop=F(4, 30))
    here, there = (plan(mixture(studio, film, gap), settings).segments for gap in (0, 17))
    moved = there[-len(here) :]
    assert moved[0].start_frame == 17
    assert [(one.key, one.frames) for one in moved] == [(one.key, one.frames) for one in here]
