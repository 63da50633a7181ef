"""The graph of a chain says what is compiled and run, in the same order."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from cutroom.effects.analysis import Loudness
from cutroom.effects.chain_graph import chain_graph
from cutroom.effects.compiler.document import compile_picture, compile_sound
from cutroom.effects.nodes import Filter, Mode
from cutroom.effects.order import links_at, plans
from cutroom.effects.registry import default_registry
from cutroom.schema.curve import Keyframe

REGISTRY = default_registry()
DRAWN = [
    s
    for s in REGISTRY.specs
    if s.kind == "video" and s.analysis is None and not s.titles and not any(p.kind == "file" for p in s.parameters)
]
HEARD = [s for s in REGISTRY.specs if s.kind == "audio" and s.analysis is None]
GREY = [np.full((90, 160), 100, np.uint8), *[np.full((45, 80), 128, np.uint8)] * 2]


def named(node):
    return node.filter if isinstance(node, Filter) else node.kind


def run_order(shot):
    links = [link for link in links_at(shot.nodes, 0) if not isinstance(link.node, Mode)]
    return [[named(node) for node in plan.nodes] for plan in plans(links)]


def graph_of(document, at=Fraction(0)):
    track = document.tracks[0]
    return chain_graph(document, track.items[0], track, REGISTRY, at)


def test_stages_are_those_that_run(studio):
    chain = [studio.effect(spec.effect, **spec.example) for spec in DRAWN]
    document = studio.document(studio.track(studio.clip(studio.film(GREY), 1, effects=chain)))
    shot = compile_picture(document, 0, 1).layers[0].shot
    graph = graph_of(document)
    drawn = [[work.node for work in stage.works] for stage in graph.stages if stage.works]
    assert drawn == run_order(shot)
    assert {work.effect for stage in graph.stages for work in stage.works} >= {"blur", "noir", "transform", "crop"}
    assert graph.stages[0].title.endswith(".mkv")
    assert graph.stages[1].notes[0] == "fitted to 320x180 at (0, 0)"


def test_movements_are_one_and_colours_share_the_way(studio):
    chain = [
        studio.effect("transform", scale=0.5),
        studio.effect("gamma", value=1.2),
        studio.effect("sepia"),
        studio.effect("transform", rotation=20.0),
    ]
    document = studio.document(studio.track(studio.clip(studio.film(GREY), 1, effects=chain)))
    colours, movement = [stage for stage in graph_of(document).stages if stage.works]
    assert [work.effect for work in colours.works] == ["gamma", "sepia"]
    assert [work.node for work in movement.works] == ["warp", "warp"]
    assert [work.id for work in movement.works] == [chain[0].id, chain[3].id]
    assert "2 movements as one" in movement.notes[0]


def test_what_moves_is_said_for_its_moment(studio):
    keys = (Keyframe(time=0, value=0.0), Keyframe(time=1, value=0.1))
    chain = [studio.effect("blur").replace(curves={"radius": keys}), studio.effect("sepia", enabled=False)]
    document = studio.document(studio.track(studio.clip(studio.film(GREY), 1, effects=chain)))
    assert graph_of(document).idle == ("blur",)
    graph = graph_of(document, Fraction(1, 2))
    (stage,) = [stage for stage in graph.stages if stage.works]
    assert stage.works[0].animated
    assert stage.works[0].values.startswith("sigma=9, ")
    assert (graph.idle, graph.off) == ((), ("sepia",))


def test_what_is_measured_first_is_said_and_not_done(studio):
    chain = [studio.effect("sepia"), studio.effect("stabilize")]
    document = studio.document(studio.track(studio.clip(studio.film(GREY), 1, effects=chain)))
    titles = [stage.title for stage in graph_of(document).stages]
    assert titles.index("measured first") == 2 < len(titles) - 2


@pytest.mark.parametrize("spec", HEARD, ids=lambda spec: spec.effect)
def test_sound(studio, spec):
    sound = studio.sound(np.zeros((2, 4800), np.float32))
    effect = studio.effect(spec.effect, **spec.example)
    other = studio.track(studio.clip(sound, "1/10"), kind="audio").evolve(title="A1")
    document = studio.document(studio.track(studio.clip(sound, "1/10", effects=[effect]), kind="audio"), other)
    graph = graph_of(document)
    assert graph.stages[0].notes == ("pcm_s16le, 48,000 Hz, 2 channels",)
    assert graph.stages[-1].title == "into the mix"
    made = [work.node for stage in graph.stages for work in stage.works]
    assert compile_sound(document, 0, 4800).clips
    assert made or spec.effect in graph.idle
    played = [stage for stage in graph.stages if "beginning" in " ".join(stage.notes)]
    assert bool(played) == (bool(made) and spec.memory.kind == "stateful")


def test_a_filter_is_called_by_its_name_and_what_is_not_measured_says_so(studio):
    film = studio.film(GREY)
    chain = [studio.effect("blur", radius=0.02)]
    document = studio.document(studio.track(studio.clip(film, 1, effects=chain)))
    (stage,) = [one for one in graph_of(document).stages if one.works]
    assert stage.title == "FFmpeg's gblur, on Y'CbCr"
    assert stage.works[0].values == "sigma=3.6, steps=2, planes=9"


def test_a_gain_that_was_measured_is_shown(studio):
    tone = np.sin(np.arange(96_000) * 0.1).astype(np.float32)[None].repeat(2, 0) / 10
    chain = [studio.effect("gain", db=-2.0), studio.effect("normalize", mode="gain")]
    document = studio.document(studio.track(studio.clip(studio.sound(tone), 2, effects=chain), kind="audio"))
    unknown = next(one for one in graph_of(document).stages if one.title == "measured first")
    assert (unknown.works, unknown.notes) == ((), ("normalize: goes by all of the clip, which is not measured yet",))

    class Known:
        """As a store that has everything."""

        def get(self, key):
            return Loudness(integrated=-30.0, true_peak=-20.0)

    track = document.tracks[0]
    graph = chain_graph(document, track.items[0], track, REGISTRY, Fraction(0), results=Known())
    known = next(one for one in graph.stages if one.title == "measured first")
    assert [(work.node, work.values, work.effect) for work in known.works] == [("gain", "db=7", "normalize")]
    assert known.notes == ("normalize: as all of the clip was measured",)
