"""Compile sound: which samples of which media are heard in a stretch of the timeline, and how loud."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from types import MappingProxyType

from pydantic import TypeAdapter

from cutroom.effects.analysis import Heard, Missing, Results
from cutroom.effects.compiler.chain import Scene, chain
from cutroom.effects.compiler.layout import Layout, Window, samples_layout
from cutroom.effects.compiler.shot import require_handles
from cutroom.effects.compiler.travel import Law, law, turns
from cutroom.effects.nodes import Gain, Ramp, SoundNode, Swell
from cutroom.effects.registry import Registry, Setting, TransitionSpec, registry_for
from cutroom.effects.segment import AudioInput, SoundClip, SoundSegment
from cutroom.errors import EditError
from cutroom.schema.clip import Clip, CompoundSource
from cutroom.schema.curve import needed, shifted
from cutroom.schema.document import Document, Timeline
from cutroom.schema.speed import NORMAL
from cutroom.schema.speed import Ramp as Ramped
from cutroom.schema.time import to_sample
from cutroom.schema.track import Track

_NODES: TypeAdapter[tuple[SoundNode, ...]] = TypeAdapter(tuple[SoundNode, ...])


BLOCK = 30
"""Seconds of sound that are measured at once."""
REACH = 256
"""Samples of its source on both sides that the interpolation of a compound may ask for, at the fastest speed."""


def compile_sound(
    document: Document,
    first_sample: int,
    samples: int,
    registry: Registry | None = None,
    *,
    results: Results | None = MappingProxyType({}),
) -> SoundSegment:
    """What the timeline sounds like in samples [first_sample, first_sample + samples); any stretch will do.

    A clip's sound begins at the sample nearest to the clip's start and runs on exactly: only that one start is
    rounded. Its media is lined up so that cutting a clip in two changes no sample.

    Args:
        document: the project.
        first_sample: of the stretch, on the timeline.
        samples: how many.
        registry: the effects; None: the built-in ones.
        results: what was measured; None: effects that measure their clip do nothing.

    Raises:
        UnknownNameError, ValidationError: an effect that the registry does not have, or a parameter out of range.
        HandlesError: a transition without enough media beyond its cut; says how much, on which side.
        EditError: a clip whose media has no sound.
        AnalysisNeededError: something must be measured first; see `compiler.needed`.

    Example:
        >>> compile_sound(Document(id="d_1"), 0, 480).clips
        ()
    """
    settings = document.settings
    setting = Setting(settings.width, settings.height, settings.sample_rate, 0, settings.fps)
    scene = Scene(document, registry_for(document, registry), setting, results)
    span = (first_sample, first_sample + samples)
    missing = Missing()
    clips = tuple(clip for track in heard_tracks(document) for clip in _track_clips(scene, track, span, missing))
    missing.tell()
    return SoundSegment(sample_rate=settings.sample_rate, channels=settings.channels, samples=samples, clips=clips)


def blocks(
    document: Document, span: tuple[int, int], registry: Registry | None = None, results: Results | None = None
) -> tuple[SoundSegment, ...]:
    """A stretch of the timeline's sound in parts that a worker can hold, one after the other.

    Args:
        document: the project.
        span: first sample, and the one behind the last.
        registry: the effects; None: the built-in ones.
        results: what was measured.
    """
    length = BLOCK * document.settings.sample_rate
    starts = range(span[0], span[1], length)
    return tuple(
        compile_sound(document, first, min(length, span[1] - first), registry, results=results) for first in starts
    )


def alone(document: Document, clip: Clip) -> Document:
    """The project with nothing but this clip on a sound track, at the beginning, so that it is the same wherever."""
    track = Track(id="alone", kind="audio", title="alone", items=(clip,))
    return document.evolve(timeline=Timeline(tracks=(track,)))


def _clip_blocks(scene: Scene, clip: Clip, effects: int) -> Heard:
    """All of a clip by itself, after the first few of its effects."""
    document = alone(scene.document, clip.evolve(effects=clip.effects[:effects]))
    samples = to_sample(clip.duration, scene.setting.sample_rate)
    return Heard(blocks(document, (0, samples), scene.registry, scene.results))


def heard_tracks(document: Document) -> list[Track]:
    """The sound tracks without the muted and the silent; where some are solo, only those."""
    tracks = [track for track in document.tracks if track.kind == "audio"]
    solo = [track for track in tracks if track.solo]
    return [track for track in solo or tracks if not track.muted and track.volume > 0]


def _gains(track: Track, channels: int) -> tuple[float, ...]:
    """Volume and balance: turning to one side takes the other away and leaves the near one as it is."""
    if channels == 1:
        return (track.volume,)
    return (track.volume * min(1.0, 1.0 - track.pan), track.volume * min(1.0, 1.0 + track.pan))


def _track_clips(scene: Scene, track: Track, span: tuple[int, int], missing: Missing) -> list[SoundClip]:
    layout = samples_layout(track, scene.setting.sample_rate, scene.document.settings.fps)
    index = layout.item_at(span[0])
    found: list[SoundClip] = []
    # a transition lets a clip sound into its neighbour, never further
    index = max(0, (len(track.items) if index is None else index) - 1)
    while index < len(track.items):
        if index and layout.starts[index - 1] >= span[1]:
            break
        with missing:
            found += _clip_sounds(scene, layout, index, span)
        index += 1
    return found


def _clip_sounds(scene: Scene, layout: Layout, index: int, span: tuple[int, int]) -> Iterator[SoundClip]:
    """One clip's sound within a span; in parts, where its speed takes turns."""
    clip = layout.clip(index)
    if clip is None:
        return
    rate = scene.setting.sample_rate
    starts, ends = layout.starts[index], layout.starts[index + 1]
    audible, silent = layout.shown(index)
    at, until = max(audible, span[0]), min(silent, span[1])
    if at >= until:
        return
    nodes: list[SoundNode] = []
    if clip.effects:
        own = replace(scene, setting=replace(scene.setting, samples=ends - starts))
        found, _, _ = chain(own, clip, "audio", lambda place, _: _clip_blocks(scene, clip, place))
        nodes += _NODES.validate_python(found)
    nodes = [n.replace(start=n.start + starts) if isinstance(n, Ramp) else n for n in nodes]
    for window, rising in ((layout.window_at(audible), True), (layout.window_at(silent - 1), False)):
        if window is None or (window.right if rising else window.left) != index:
            continue
        if window.begin < until and window.end > at:
            spec = scene.registry.transition(window.transition.transition)
            require_handles(scene.document, layout, window, Fraction(rate))
            nodes.append(_crossing(window, spec, rising=rising))
    gains = _gains(layout.track, scene.document.settings.channels)
    begins = layout.track.start_of(index)
    knots = (starts + turn for turn in turns(clip, Fraction(rate))) if isinstance(clip.speed, Ramped) else ()
    points = [at, *sorted({knot for knot in knots if at < knot < until}), until]
    for first, end in pairwise(points):
        heard, law_ = _heard_of(scene, clip, (first, end), begins)
        yield SoundClip(
            input=heard,
            at=first - span[0],
            first=law_.start,
            pace=law_.step,
            bend=law_.bend,
            samples=end - first,
            nodes=tuple(made for node in nodes if (made := _within(node, (first, end), begins, rate)) is not None),
            gains=gains,
        )


def _heard_of(
    scene: Scene, clip: Clip, span: tuple[int, int], begins: Fraction
) -> tuple[AudioInput | SoundSegment, Law]:
    """What a clip is heard from in a span of timeline samples, and the law of its samples, counted in samples."""
    rate, grid = scene.setting.sample_rate, Fraction(scene.setting.sample_rate)
    if clip.speed == NORMAL and not clip.reverse:  # lined up with the source's samples, at every cut the same
        travel = Law(Fraction(span[0] + to_sample(clip.start - begins, rate)), Fraction(1), Fraction(0))
    else:
        start, step, bend = law(clip, span[0] / grid - begins, grid)
        travel = Law(start * rate, step * rate, bend * rate)
    if not isinstance(clip.source, CompoundSource):
        if clip.media is None or (audio := (media := scene.document.find_media(clip.media)).audio) is None:
            raise EditError(f"clip {clip.id} has no sound", value=clip.id, hint="put it on a picture track")
        return AudioInput(sha256=media.fingerprint.sha256, stream=audio), travel
    inner = scene.document.inside(clip.source.compound, clip.source.angle)
    last = span[1] - span[0] - 1
    ends = sorted(math.floor(travel.start + i * travel.step + i * i * travel.bend) for i in (0, last))
    reach = 0 if travel.step == 1 and not travel.bend else REACH
    low = max(0, ends[0] - reach)
    samples = max(1, ends[1] + 1 + reach - low)
    segment = compile_sound(inner, low, samples, scene.registry, results=scene.results)
    return segment, travel._replace(start=travel.start - low)


def _crossing(window: Window, spec: TransitionSpec, *, rising: bool) -> Ramp:
    """The fade of one clip: over the whole transition, or in a dip up to the cut, or from it on."""
    begin, end = window.begin, window.end
    if spec.sound == "dip" and window.left is not None and window.right is not None:
        begin, end = (window.cut, window.end) if rising else (window.begin, window.cut)
    return Ramp(rising=rising, curve="equal_power", start=begin, samples=max(1, end - begin))


def _within(node: SoundNode, span: tuple[int, int], begins: Fraction, rate: int) -> SoundNode | None:
    """A node as it stands in a span of timeline samples; None where it changes nothing there.

    Args:
        node: a gain that changes counts from the clip's start, a fade in timeline samples.
        span: first sample, and the one behind the last.
        begins: where the clip starts, in seconds.
        rate: samples per second.
    """
    if isinstance(node, Swell):
        first, last = Fraction(span[0], rate) - begins, Fraction(span[1] - 1, rate) - begins
        curve = needed(node.db, first, last)
        if len(curve) > 1:
            return node.evolve(db=shifted(curve, first))
        level = min(max(curve[0].value, node.low), node.high)
        return Gain(db=level) if level else None
    if not isinstance(node, Ramp):
        return node
    idle = node.start + node.samples <= span[0] if node.rising else node.start >= span[1]
    return None if idle else node.replace(start=node.start - span[0])
