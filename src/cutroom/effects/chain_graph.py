"""What a clip's chain really runs at a moment, as data: where it comes from, its stages in order, where it goes."""

from __future__ import annotations

import inspect
from dataclasses import replace
from fractions import Fraction
from itertools import groupby
from types import MappingProxyType
from typing import Any, NamedTuple

from cutroom.effects.analysis import Results, require
from cutroom.effects.checks import kind_on
from cutroom.effects.compiler.fit import fit, full_range
from cutroom.effects.compiler.sound import Sounds
from cutroom.effects.nodes import Filter, Mode, Moving, Node
from cutroom.effects.nodes.python import Called
from cutroom.effects.order import Plan, links_at, plans
from cutroom.effects.python.code import code
from cutroom.effects.python.declared import registry_for
from cutroom.effects.registry import EffectSpec, Registry, Setting
from cutroom.errors import AnalysisNeededError
from cutroom.media.colours import matrix_of
from cutroom.media.light import light_of
from cutroom.schema.clip import Clip, CompoundSource, TitleSource
from cutroom.schema.document import Document
from cutroom.schema.effect import Effect
from cutroom.schema.resource import short_name
from cutroom.schema.speed import Ramp
from cutroom.schema.time import to_sample
from cutroom.schema.track import Track


class Work(NamedTuple):
    """One node."""

    node: str
    """What it is: a filter of FFmpeg's, or the kind of a node of our own."""
    values: str
    effect: str
    """The effect that it is a part of."""
    id: str
    """Of the effect."""
    animated: bool
    """Whether it is another one at other moments."""
    description: str


class Stage(NamedTuple):
    """What happens at once."""

    title: str
    notes: tuple[str, ...] = ()
    works: tuple[Work, ...] = ()


class Chain(NamedTuple):
    """All of a clip's way to the timeline at one moment."""

    stages: tuple[Stage, ...]
    idle: tuple[str, ...]
    """Effects that are on, and change nothing with the values that they have at the moment."""
    off: tuple[str, ...]
    """Effects that are switched off."""


def chain_graph(
    document: Document,
    clip: Clip,
    track: Track,
    registry: Registry,
    time: Fraction,
    *,
    results: Results = MappingProxyType({}),
) -> Chain:
    """What is run for a clip. Nothing is measured: what an effect would measure first is said in words.

    Args:
        document: the project, or the inside of a compound.
        clip: one of its clips.
        track: where it stands.
        registry: the effects.
        time: seconds after the clip's start.
        results: what was measured before; the gain of sound that goes by it is shown.

    Raises:
        UnknownNameError, ValidationError: an effect that the registry does not have, or a parameter out of range.
    """
    settings = document.settings
    samples = to_sample(clip.duration, settings.sample_rate)
    setting = Setting(settings.width, settings.height, settings.sample_rate, samples, settings.fps)
    setting = replace(setting, first=int(time * settings.fps))
    kind = kind_on(track.kind)
    known = registry_for(document, registry)
    active = [(effect, known.effect(effect.effect, kind)) for effect in clip.effects if effect.enabled]
    built = [(effect, spec, _nodes(spec, effect, setting, time)) for effect, spec in active]
    if kind == "audio" and any(spec.analysis is not None for _, spec, _ in built):
        sounds = Sounds(document, registry, results=results)
        built = [(one, spec, _gained(sounds, clip, one, spec, results) or nodes) for one, spec, nodes in built]
    stages = _heard(document, clip, track, built) if kind == "audio" else _drawn(document, clip, built)
    idle = tuple(spec.title for _, spec, nodes in built if not nodes and spec.analysis is None)
    return Chain(tuple(stages), idle, tuple(short_name(effect.effect) for effect in clip.effects if not effect.enabled))


_Built = list[tuple[Effect, EffectSpec, tuple[Node, ...]]]


def _nodes(spec: EffectSpec, effect: Effect, setting: Setting, time: Fraction) -> tuple[Node, ...]:
    values = spec.values_of(effect)
    if spec.analysis is not None:
        return ()
    if spec.kind == "audio" and effect.curves:
        assert spec.swell is not None
        return spec.swell(values, effect.curves)
    return spec.build(spec.at(values, effect.curves, time), setting)


def _gained(sounds: Sounds, clip: Clip, effect: Effect, spec: EffectSpec, results: Results) -> tuple[Node, ...]:
    """What an effect on sound does that goes by what was measured; nothing where it was not."""
    if spec.analysis is None:
        return ()
    values = spec.values_of(effect)
    try:
        heard = sounds.until(clip, clip.effects.index(effect))
        return spec.analysis.build(values, heard, require(results, spec.analysis.requests(values, heard)))
    except AnalysisNeededError:
        return ()


def _drawn(document: Document, clip: Clip, built: _Built) -> list[Stage]:
    nodes: list[Any] = []
    of: list[Effect] = []
    for effect, _, made in built:
        moving = effect.curves and made
        nodes += [Moving.model_validate({"frames": [made]})] if moving else made
        of += [effect] * (len(nodes) - len(of))
    links = links_at(nodes, 0)
    modes = [link.node.mode for link in links if isinstance(link.node, Mode)]
    stages = [*_source(document, clip), *_measured(built)]
    for plan in plans([link for link in links if not isinstance(link.node, Mode)]):
        title, notes = _about(plan)
        pairs = zip(plan.nodes, plan.places, strict=True)
        stages.append(Stage(title, notes, tuple(_work(document, node, of[place]) for node, place in pairs)))
    settings = document.settings
    canvas = f"canvas {settings.width}x{settings.height}, {_number(float(settings.fps))} fps"
    mode = modes[-1] if modes else "normal"
    blending = "over what is below" if mode == "normal" else f"blended with what is below: {mode}"
    return [*stages, Stage("onto the canvas", (blending, canvas))]


def _heard(document: Document, clip: Clip, track: Track, built: _Built) -> list[Stage]:
    settings = document.settings
    audio = None if clip.media is None else document.find_media(clip.media).audio
    read = f"{audio.codec}, {audio.sample_rate:,} Hz, {audio.layout}" if audio else ""
    stages = [
        Stage(_titled(document, clip), tuple(filter(None, (read, _pace(clip))))),
        Stage("to the timeline's samples", (f"{settings.sample_rate:,} Hz, {settings.channels} channels, float",)),
    ]
    for effect, spec, nodes in built:
        works = tuple(_work(document, node, effect) for node in nodes)
        if works or spec.analysis is not None:
            stages.append(Stage(*_memory(spec, known=bool(works)), works))
    merged = [
        Stage(
            title,
            tuple(dict.fromkeys(note for one in same for note in one.notes)),
            tuple(work for one in same for work in one.works),
        )
        for title, group in groupby(stages, key=lambda one: one.title)
        if (same := list(group))
    ]
    return [*merged, Stage("into the mix", (f"track {track.title}: volume {track.volume:g}, pan {track.pan:g}",))]


def _memory(spec: EffectSpec, *, known: bool) -> tuple[str, tuple[str, ...]]:
    """What a stage of sound is, and what it goes by."""
    if spec.analysis is not None:
        told = "as all of the clip was measured" if known else "goes by all of the clip, which is not measured yet"
        return "measured first", (f"{spec.effect}: {told}",)
    if spec.memory.kind == "stateful":
        return "samples with a memory", ("played from the clip's beginning, wherever a stretch begins",)
    return "samples, each by itself", ()


def _source(document: Document, clip: Clip) -> list[Stage]:
    settings = document.settings
    title = _titled(document, clip)
    video = None if clip.media is None else document.find_media(clip.media).video
    if video is None:
        drawn = "drawn at the canvas's size" if isinstance(clip.source, TitleSource) else "its own timeline, rendered"
        return [Stage(title, tuple(filter(None, (drawn, _pace(clip)))))]
    seen = [f"{video.codec}, {video.width}x{video.height}, {video.pixel_format}"]
    seen += [] if video.still else [f"{_number(float(video.rate))} fps" + ", variable" * video.variable_rate]
    seen += [f"turned by {video.rotation}°"] * bool(video.rotation)
    seen += ["pixels that are not square"] * (video.pixel_aspect != 1)
    place, lit = fit(video, settings.width, settings.height), light_of(video.colour)
    turned = ["deinterlaced"] * video.interlaced
    turned += [f"fitted to {place.width}x{place.height} at ({place.x}, {place.y})"]
    colours = (
        f"{matrix_of(video.colour, video.width, video.height)}, {'full' if full_range(video) else 'limited'} range"
    )
    turned += [f"{colours} to bt709, limited range" if colours != "bt709, limited range" else f"{colours} as it is"]
    if lit is not None:
        turned += [f"{lit.primaries} {lit.transfer}{f', {lit.peak} cd/m²' * bool(lit.peak)} by way of linear light"]
    read = tuple(filter(None, (", ".join(seen), _pace(clip))))
    return [Stage(title, read), Stage("to the canvas's size and colours", tuple(turned))]


def _measured(built: _Built) -> list[Stage]:
    told = tuple(f"{spec.effect}: a movement for each frame" for _, spec, _ in built if spec.analysis is not None)
    return [Stage("measured first", told)] if told else []


def _about(plan: Plan) -> tuple[str, tuple[str, ...]]:
    """What a stage is, and what else there is to know of it."""
    node = plan.nodes[0]
    spatial = ("mixes neighbouring pixels",) if node.spatial else ()
    if plan.kind.startswith("rgb"):
        return "R'G'B' of 16 bits, there and back once", spatial
    if isinstance(node, Filter):
        return f"FFmpeg's {node.filter}, on Y'CbCr", spatial
    if isinstance(node, Called):
        return "a function in Python", spatial
    if plan.kind == "warp":
        count = len(plan.nodes)
        return "movement", (f"{count} movements as one: pixels are read once",) if count > 1 else ()
    notes = [*spatial]
    notes += [f"looks at {node.back} frames before the one shown"] if node.back else []
    notes += ["another one for each frame"] if node.clocked else []
    return plan.kind.replace("_", " "), tuple(notes)


def _work(document: Document, node: Any, effect: Effect) -> Work:
    fields = dict(node.args) if isinstance(node, Filter) else node.model_dump(exclude_defaults=True)
    fields.pop("kind", None)
    if "sha256" in fields:
        fields = {"file": fields.pop("sha256"), **fields}
    kind = node.filter if isinstance(node, Filter) else node.kind
    if isinstance(node, Called):
        given = ", ".join(f"{key}={_value(value)}" for key, value in node.values)
        return Work(kind, f"{_function(document, node)}({given})", *_of(effect, node))
    files = {one.sha256: one.title for one in document.resources}
    told = {key: files.get(value, value) if isinstance(value, str) else value for key, value in fields.items()}
    values = ", ".join(f"{key}={_value(value)}" for key, value in told.items())
    return Work(kind, values, *_of(effect, node))


def _of(effect: Effect, node: Any) -> tuple[str, str, bool, str]:
    """Whose node it is, and what it does."""
    about = inspect.cleandoc(type(node).__doc__ or "").partition("\n\n")[0].replace("\n", " ")
    return short_name(effect.effect), effect.id, bool(effect.curves), about


def _function(document: Document, node: Called) -> str:
    return next((code(one).title for one in document.resources if one.sha256 == node.sha256), "function")


def _value(value: Any) -> str:
    if isinstance(value, float | Fraction):
        return _number(float(value))
    if isinstance(value, tuple | list):
        return f"({', '.join(map(_value, value))})"
    if isinstance(value, dict):
        return f"({', '.join(map(_value, value.values()))})"
    return str(value)


def _number(value: float) -> str:
    return f"{value:.5g}"


def _titled(document: Document, clip: Clip) -> str:
    if isinstance(clip.source, TitleSource):
        return f"title {clip.source.text!r}"
    if isinstance(clip.source, CompoundSource):
        return f"compound {document.compound(clip.source.compound).title!r}"
    return document.find_media(clip.source.media).path.rsplit("/", 1)[-1]


def _pace(clip: Clip) -> str:
    speed = "a ramp of the speed" if isinstance(clip.speed, Ramp) else f"{_number(float(clip.speed))} times as fast"
    told = [] if clip.speed == 1 else [speed]
    return ", ".join([*told, *["backwards"] * clip.reverse])
