"""Compile sound: which samples of which media are heard in a stretch of the timeline, and what is done to them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from types import MappingProxyType

from pydantic import TypeAdapter

from cutroom.effects.analysis import Heard, Missing, Results
from cutroom.effects.compiler.chain import Scene, chain
from cutroom.effects.compiler.ducking import ducking_track, require_no_circle
from cutroom.effects.compiler.layout import Layout, samples_layout
from cutroom.effects.compiler.shot import require_handles
from cutroom.effects.compiler.sound_nodes import crossing, ducked, placed, split, within
from cutroom.effects.compiler.travel import Law, law, turns
from cutroom.effects.nodes import Duck, PointNode, SoundNode
from cutroom.effects.python.declared import registry_for
from cutroom.effects.registry import Registry, Setting
from cutroom.effects.segment import AudioInput, SoundClip, SoundSegment, Tape
from cutroom.errors import EditError
from cutroom.schema.clip import Clip, CompoundSource
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
STRETCH_REACH = 1 << 14
"""The same where sound is stretched."""


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
        EditError: a clip whose media has no sound, or that is ducked by a track that is not there, or by itself.
        AnalysisNeededError: something must be measured first; see `compiler.needed`.

    Example:
        >>> compile_sound(Document(id="d_1"), 0, 480).clips
        ()
    """
    return Sounds(document, registry, results=results).compile(first_sample, samples)


class Sounds:
    """The compiler of one document's sound: what its stretches share is worked out once.

    Args:
        document: the project.
        registry: the effects; None: the built-in ones.
        results: what was measured; None: effects that measure their clip do nothing.
        alone: whether it is one angle of a multi-camera, or a clip by itself: the tracks that its effects listen to
            are not heard.
    """

    def __init__(
        self,
        document: Document,
        registry: Registry | None = None,
        *,
        results: Results | None = MappingProxyType({}),
        alone: bool = False,
    ) -> None:
        settings = document.settings
        setting = Setting(settings.width, settings.height, settings.sample_rate, 0, settings.fps)
        self._scene = Scene(document, registry_for(document, registry), setting, results)
        self._rate = settings.sample_rate
        self._heard = heard_tracks(document)
        self._tapes: dict[tuple[str, str], Tape] = {}
        self._inner: dict[tuple[str, str | None], Sounds] = {}
        self._measured: dict[tuple[str, int], Heard] = {}
        self._alone = alone
        if not alone:
            require_no_circle(document)

    def compile(self, first_sample: int, samples: int) -> SoundSegment:
        """What the timeline sounds like in samples [first_sample, first_sample + samples); see `compile_sound`."""
        return self._mixed(self._heard, (first_sample, first_sample + samples))

    def blocks(self, span: tuple[int, int]) -> tuple[SoundSegment, ...]:
        """Samples [first, end) in parts that a worker can hold, one after the other."""
        length = BLOCK * self._rate
        return tuple(self.compile(first, min(length, span[1] - first)) for first in range(*span, length))

    def _mixed(self, tracks: Sequence[Track], span: tuple[int, int]) -> SoundSegment:
        missing = Missing()
        clips = tuple(clip for track in tracks for clip in self._track_clips(track, span, missing))
        missing.tell()
        channels = self._scene.document.settings.channels
        return SoundSegment(sample_rate=self._rate, channels=channels, samples=span[1] - span[0], clips=clips)

    def _track_clips(self, track: Track, span: tuple[int, int], missing: Missing) -> list[SoundClip]:
        layout = samples_layout(track, self._rate, self._scene.document.settings.fps)
        index = layout.item_at(max(0, span[0]))
        found: list[SoundClip] = []
        # a transition lets a clip sound into its neighbour, never further
        index = max(0, (len(track.items) if index is None else index) - 1)
        while index < len(track.items):
            if index and layout.starts[index - 1] >= span[1]:
                break
            with missing:
                found += self._clip_sounds(layout, index, span)
            index += 1
        return found

    def _clip_sounds(self, layout: Layout, index: int, span: tuple[int, int]) -> Iterator[SoundClip]:
        """One clip's sound within a span; in parts, where its speed takes turns."""
        clip = layout.clip(index)
        if clip is None:
            return
        shown = layout.shown(index)
        at, until = max(shown[0], span[0]), min(shown[1], span[1])
        if at >= until:
            return
        starts, begins = layout.starts[index], layout.track.start_of(index)
        nodes: list[SoundNode] = []
        if clip.effects:
            length = layout.starts[index + 1] - starts
            own = replace(self._scene, setting=replace(self._scene.setting, samples=length))
            made, _, _ = chain(own, clip, "audio", lambda place, _: self.until(clip, place))
            nodes += (placed(node, starts) for node in _NODES.validate_python(made))
        lasting, rest = split(nodes)
        after: list[PointNode] = [*rest, *self._crossings(layout, index, (at, until))]
        gains = _gains(layout.track, self._scene.document.settings.channels)
        stretched = clip.keep_pitch and clip.speed != NORMAL
        parts: Iterator[tuple[AudioInput | SoundSegment | Tape, tuple[int, int], Law]]
        if lasting or stretched:
            key = layout.track.id, clip.id
            if key not in self._tapes:
                self._tapes[key] = self._tape(clip, lasting, shown, (begins, starts), stretched=stretched)
            parts = iter([(self._tapes[key], (at, until), Law(Fraction(at - shown[0]), Fraction(1), Fraction(0)))])
        else:
            parts = self._parts(clip, (at, until), (begins, starts))
        for heard, (first, end), travel in parts:
            found = tuple(n for node in after if (n := within(node, (first, end), begins, self._rate)) is not None)
            laid, sides = self._with_sides(found, (first, end), starts)
            yield SoundClip(
                input=heard,
                at=first - span[0],
                first=travel.start,
                pace=travel.step,
                bend=travel.bend,
                samples=end - first,
                nodes=laid,
                sides=sides,
                gains=gains,
            )

    def _tape(
        self,
        clip: Clip,
        nodes: Sequence[SoundNode],
        shown: tuple[int, int],
        where: tuple[Fraction, int],
        *,
        stretched: bool,
    ) -> Tape:
        """All of a clip's sound, from its first audible sample on, and the nodes that must have heard all of it."""
        channels = self._scene.document.settings.channels
        clips = tuple(
            SoundClip(
                input=heard,
                at=first - shown[0],
                first=travel.start,
                pace=travel.step,
                bend=travel.bend,
                samples=end - first,
                gains=(1.0,) * channels,
            )
            for heard, (first, end), travel in self._parts(clip, shown, where, stretched=stretched)
        )
        source = SoundSegment(sample_rate=self._rate, channels=channels, samples=shown[1] - shown[0], clips=clips)
        found = tuple(n for node in nodes if (n := within(node, shown, where[0], self._rate)) is not None)
        laid, sides = self._with_sides(found, shown, where[1])
        return Tape(source=source, keep_pitch=stretched, nodes=laid, sides=sides)

    def _parts(
        self, clip: Clip, span: tuple[int, int], where: tuple[Fraction, int], *, stretched: bool = False
    ) -> Iterator[tuple[AudioInput | SoundSegment, tuple[int, int], Law]]:
        """What a clip is heard from in a span of timeline samples; in parts, where its speed takes turns."""
        begins, starts = where
        knots = (starts + t for t in turns(clip, Fraction(self._rate))) if isinstance(clip.speed, Ramped) else ()
        points = [span[0], *sorted({knot for knot in knots if span[0] < knot < span[1]}), span[1]]
        laws = [(part, _law(clip, part, begins, self._rate)) for part in pairwise(points)]
        whole = _reached(laws) if stretched else None
        for part, travel in laws:
            heard, low = self._heard_of(clip, whole or _reached([(part, travel)]), travel, stretched=stretched)
            yield heard, part, travel._replace(start=travel.start - low)

    def _heard_of(
        self, clip: Clip, reached: tuple[int, int], travel: Law, *, stretched: bool
    ) -> tuple[AudioInput | SoundSegment, int]:
        """What a clip is heard from between two samples of its source, and the first sample of that."""
        scene = self._scene
        if not isinstance(clip.source, CompoundSource):
            if clip.media is None or (audio := (media := scene.document.find_media(clip.media)).audio) is None:
                raise EditError(f"clip {clip.id} has no sound", value=clip.id, hint="put it on a picture track")
            return AudioInput(sha256=media.fingerprint.sha256, stream=audio), 0
        key = clip.source.compound, clip.source.angle
        if key not in self._inner:
            inside = scene.document.inside(*key)
            self._inner[key] = Sounds(inside, scene.registry, results=scene.results, alone=key[1] is not None)
        plain = travel.step == 1 and not travel.bend
        reach = STRETCH_REACH if stretched else 0 if plain else REACH
        low = max(0, reached[0] - reach)
        return self._inner[key].compile(low, max(1, reached[1] + 1 + reach - low)), low

    def _crossings(self, layout: Layout, index: int, span: tuple[int, int]) -> Iterator[PointNode]:
        """The fades of the transitions beside a clip that are heard in a span, in timeline samples."""
        audible, silent = layout.shown(index)
        for window, rising in ((layout.window_at(audible), True), (layout.window_at(silent - 1), False)):
            if window is None or (window.right if rising else window.left) != index:
                continue
            if window.begin < span[1] and window.end > span[0]:
                spec = self._scene.registry.transition(window.transition.transition)
                require_handles(self._scene.document, layout, window, Fraction(self._rate))
                yield crossing(window, spec, rising=rising)

    def until(self, clip: Clip, effects: int) -> Heard:
        """All of a clip by itself, after the first few of its effects: what the next one measures."""
        if (clip.id, effects) not in self._measured:
            scene = self._scene
            document = alone(scene.document, clip.evolve(effects=clip.effects[:effects]))
            sounds = Sounds(document, scene.registry, results=scene.results, alone=True)
            self._measured[clip.id, effects] = Heard(sounds.blocks((0, to_sample(clip.duration, self._rate))))
        return self._measured[clip.id, effects]

    def _with_sides[N: (SoundNode, PointNode)](
        self, nodes: tuple[N, ...], span: tuple[int, int], starts: int
    ) -> tuple[tuple[N, ...], tuple[SoundSegment, ...]]:
        """Nodes with the numbers of the sounds that they listen to, and these sounds."""
        laid: list[N] = []
        sides: list[SoundSegment] = []
        for node in nodes:
            if not isinstance(node, Duck):
                laid.append(node)
                continue
            if self._alone:
                continue
            track = ducking_track(self._scene.document, str(node.side))
            duck, heard = ducked(node, span, starts, self._rate)
            laid.append(duck.evolve(side=len(sides)))
            sides.append(self._mixed([one for one in self._heard if one.id == track.id], heard))
        return tuple(laid), tuple(sides)


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
    return Sounds(document, registry, results=results).blocks(span)


def alone(document: Document, clip: Clip) -> Document:
    """The project with nothing but this clip on a sound track, at the beginning, so that it is the same wherever."""
    track = Track(id="alone", kind="audio", title="alone", items=(clip,))
    return document.evolve(timeline=Timeline(tracks=(track,)))


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


def _law(clip: Clip, span: tuple[int, int], begins: Fraction, rate: int) -> Law:
    """The law of a clip's samples from the first of a span on, counted in samples."""
    if clip.speed == NORMAL and not clip.reverse:  # lined up with the source's samples, at every cut the same
        return Law(Fraction(span[0] + to_sample(clip.start - begins, rate)), Fraction(1), Fraction(0))
    start, step, bend = law(clip, Fraction(span[0], rate) - begins, Fraction(rate))
    return Law(start * rate, step * rate, bend * rate)


def _reached(laws: list[tuple[tuple[int, int], Law]]) -> tuple[int, int]:
    """The first and the last sample of the source that laws come to."""
    ends = [
        math.floor(travel.start + i * travel.step + i * i * travel.bend)
        for span, travel in laws
        for i in (0, span[1] - span[0] - 1)
    ]
    return min(ends), max(ends)
