"""Verbs of a chain that show what it does: its graph, before and after, and a sheet of what else could be done."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import TYPE_CHECKING

from cutroom.api import arguments
from cutroom.api.effect_graph import EffectGraph
from cutroom.api.python_effects import known_as
from cutroom.api.sheet import BeforeAfter, Sheet
from cutroom.api.times import picture_at, seconds
from cutroom.app import app
from cutroom.effects.checks import require_title
from cutroom.effects.python.declared import registry_for
from cutroom.effects.registry import EffectSpec, Registry, Setting
from cutroom.errors import TimeError, ValidationError
from cutroom.jobs.bar import late_bar
from cutroom.render.analysis_store import AnalysisStore
from cutroom.schema.base import new_id
from cutroom.schema.clip import Clip as ClipValue
from cutroom.schema.document import Document
from cutroom.schema.effect import Effect
from cutroom.schema.time import TimeLike

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from cutroom.api.clip import Clip
    from cutroom.api.effect import EffectChain

SIZE = (640, 360)
"""Largest width and height of a picture that is only looked at."""
SMALL = (320, 180)


def graph(chain: EffectChain, at: TimeLike | None = None) -> EffectGraph:
    """What the chain really runs: the stages of one frame, in order, from the file to the timeline.

    Effects become nodes; movements are gathered to one, colours in R'G'B' share the way there and back. It draws itself
    in a notebook, prints as text, and `.to_df()` is a row per node. Nothing is rendered or measured for it; the gain of
    `normalize` is shown where it was measured before.

    Args:
        at: timeline time, for what is animated; None: where the clip starts.

    Raises:
        TimeError: not inside of the clip.

    Example:
        >>> import cutroom as cr
        >>> title = cr.Project.create(fps=30, size=(640, 360)).timeline.add_title("Hello", at=0, duration=2)
        >>> _ = title.transform(scale=0.5), title.effects.add("sepia"), title.effects.add("flip")
        >>> title.effects.graph().to_df()[["stage", "effect"]].values.tolist()[1:4]
        [["R'G'B' of 16 bits, there and back once", 'sepia'], ['movement', 'transform'], ['movement', 'flip']]
    """
    from cutroom.effects.chain_graph import chain_graph  # brings the compiler: not while a notebook starts

    clip = chain.clip
    time = _moment(clip, at) if at is not None else clip.start
    value, track = clip.value, clip.track.value
    registry, known = app().get(Registry), app().get(AnalysisStore)
    return EffectGraph(chain_graph(clip.document, value, track, registry, time - clip.start, results=known))


def compare(
    chain: EffectChain, at: TimeLike | None = None, *, split: float | None = None, size: tuple[int, int] | None = None
) -> BeforeAfter:
    """A moment of the timeline with the chain and without it; it draws itself in a notebook.

    Args:
        at: timeline time; None: the middle of the clip.
        split: None: side by side; 0 to 1: one picture, the left part of it without the effects.
        size: (width, height) to draw it at; None: at most 640x360.

    Returns:
        `.before` and `.after` are (height, width, 3) uint8 RGB.

    Raises:
        TimeError: not inside of the clip.
        ValidationError: a clip of sound, or a value out of range.
    """
    clip = _pictured(chain)
    where = None if split is None else arguments.number("split", split, 0, 1)
    time = _moment(clip, at)
    box = _box(clip.document, SIZE) if size is None else arguments.size(size)
    with late_bar("frame") as tell:
        before, after = (
            app().still(one, clip.session.paths(one), time, size=box, on_progress=tell)
            for one in (_with(clip, ()), clip.document)
        )
    return BeforeAfter(before, after, where)


def contact_sheet(
    chain: EffectChain, effects: Iterable[str] | None = None, at: TimeLike | None = None, *, columns: int = 6
) -> Sheet:
    """What each effect would do to the clip, after those that it has: one small picture each, at a moment.

    Each has the values of its example, or its defaults. What would change nothing is left out, such as a look-up table
    without a file. Nothing is changed in the project.

    Args:
        effects: names of `cr.effects.to_df()`, "python:tint" for the project's `tint`; None: all that work on such a
            clip and need not be measured first.
        at: timeline time; None: the middle of the clip.
        columns: how many stand side by side.

    Raises:
        UnknownNameError: there is no such effect; names the nearest.
        TimeError: not inside of the clip.
        ValidationError: a clip of sound, an effect of sound, or one of titles on another clip.

    Example:
        >>> clip.effects.contact_sheet(["noir", "vintage", "neon"])  # doctest: +SKIP
    """
    clip = _pictured(chain)
    registry, time = app().get(Registry), _moment(clip, at)
    specs = (
        [spec for spec in registry.specs if _fits(spec, clip)]
        if effects is None
        else [
            _wanted(registry_for(clip.document, registry).effect(known_as(clip.session, one), "video"), clip)
            for one in arguments.several("effects", effects)
        ]
    )
    value, box = clip.value, _box(clip.document, SMALL)
    setting = Setting(*box, clip.document.settings.sample_rate, 0)
    pictures: dict[str, NDArray[np.uint8]] = {}
    for spec in specs:
        if spec.analysis is None and not spec.build(spec.values(spec.example), setting):
            continue
        shown = Effect(id=new_id("e"), effect=spec.effect, parameters=dict(spec.example))
        document = _with(clip, (*value.effects, shown))
        pictures[spec.title] = app().still(document, clip.session.paths(document), time, size=box)
    if not pictures:
        raise ValidationError("there is no effect to show", value=effects, hint="name effects of cr.effects.to_df()")
    return Sheet(pictures, columns)


def _fits(spec: EffectSpec, clip: Clip) -> bool:
    return spec.kind == "video" and spec.analysis is None and (not spec.titles or clip.value.is_title)


def _wanted(spec: EffectSpec, clip: Clip) -> EffectSpec:
    require_title(spec, clip.value)
    return spec


def _pictured(chain: EffectChain) -> Clip:
    if chain.clip.track.kind == "audio":
        raise ValidationError(
            f"clip {chain.clip.id} is sound, and has no picture", value=chain.clip.id, hint="take its picture"
        )
    return chain.clip


def _moment(clip: Clip, at: TimeLike | None) -> Fraction:
    """A moment of the clip, on the frame grid."""
    time = picture_at(clip.document, clip.start + clip.duration / 2 if at is None else at)
    if not clip.start <= time < clip.end:
        raise TimeError(
            f"clip {clip.id} is not shown at {seconds(time)}",
            value=at,
            hint=f"it stands from {seconds(clip.start)} to {seconds(clip.end)}",
        )
    return time


def _box(document: Document, most: tuple[int, int]) -> tuple[int, int]:
    """The canvas, no larger than that."""
    width, height = document.settings.width, document.settings.height
    scale = min(Fraction(1), Fraction(most[0], width), Fraction(most[1], height))
    return max(2, round(width * scale / 2) * 2), max(2, round(height * scale / 2) * 2)


def _with(clip: Clip, effects: tuple[Effect, ...]) -> Document:
    """The timeline with other effects on the clip."""
    document = clip.document
    number, place = document.locate(clip.id)
    track = document.tracks[number]
    items = list(track.items)
    value = items[place]
    assert isinstance(value, ClipValue)
    items[place] = value.evolve(effects=effects)
    tracks = list(document.tracks)
    tracks[number] = track.evolve(items=tuple(items))
    return document.evolve(timeline=document.timeline.evolve(tracks=tuple(tracks)))
