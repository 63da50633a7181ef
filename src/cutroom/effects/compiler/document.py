"""Compile a document: which pictures and which sound a stretch of its timeline is made of. Pure, and fast."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import pairwise
from types import MappingProxyType

from cutroom.effects.analysis import Film, Missing, Results
from cutroom.effects.compiler.chain import Scene, Stretch
from cutroom.effects.compiler.cues import cue_layers
from cutroom.effects.compiler.film import compound_film
from cutroom.effects.compiler.layout import Layout, Window, frames_layout
from cutroom.effects.compiler.opaque import covers, invisible
from cutroom.effects.compiler.shortage import picture_shortages
from cutroom.effects.compiler.shot import picture_shot, require_handles
from cutroom.effects.compiler.sound import compile_sound
from cutroom.effects.compiler.travel import travel_of
from cutroom.effects.python.declared import registry_for
from cutroom.effects.registry import Registry, Setting
from cutroom.effects.segment import (
    Blend,
    CompoundPicture,
    CompoundPiece,
    Depth,
    Layer,
    MediaPicture,
    PictureSegment,
    Shot,
)
from cutroom.errors import EditError
from cutroom.schema.clip import Clip, CompoundSource
from cutroom.schema.document import Document
from cutroom.schema.effect import Effect
from cutroom.schema.time import to_frame
from cutroom.schema.track import Track

__all__ = ["Pictures", "compile_picture", "compile_sound", "cut_points", "frame_count"]


def frame_count(document: Document) -> int:
    """Frames of the whole timeline: to the end of its last picture, or of sound that lasts longer."""
    fps = document.settings.fps
    ends = (
        math.ceil(track.duration * fps) if track.kind == "audio" else to_frame(track.duration, fps)
        for track in document.tracks
    )
    return max(ends, default=0)


def cut_points(document: Document) -> list[int]:
    """Frame numbers where the picture's structure changes: edit points, edges of transitions, 0 and the end, and where
    a media ends before its clip does.

    Between two neighbours every frame has the same layers; `compile_picture` takes no stretch across one.

    Raises:
        HandlesError: a clip is too short for the transitions on it.
    """
    end = frame_count(document)
    points = {0, end}
    for layout in layouts(document):
        points.update(layout.edges)
        for short in picture_shortages(document, layout):
            points.update((short.first, short.end))
    return sorted(point for point in points if 0 <= point <= end)


def compile_picture(
    document: Document,
    first: int,
    frames: int,
    registry: Registry | None = None,
    *,
    size: tuple[int, int] | None = None,
    depth: Depth = 8,
    results: Results | None = MappingProxyType({}),
) -> PictureSegment:
    """What the timeline shows in frames [first, first + frames).

    Args:
        document: the project.
        first: timeline frame number.
        frames: how many; no edit point may lie inside (see `cut_points`).
        registry: the effects; None: the built-in ones.
        size: width and height to render at; None: the project's. Every length of an effect is a fraction, so a
            smaller size shows the same picture.
        depth: bits of the picture's numbers, 8 or 10.
        results: what was measured; None: effects that measure their clip do nothing.

    Raises:
        UnknownNameError, ValidationError: an effect that the registry does not have, or a parameter out of range.
        HandlesError: a transition without enough media beyond its cut; says how much, on which side.
        EditError: a stretch across an edit point, or a clip whose media has no picture.
        AnalysisNeededError: something must be measured first; see `compiler.needed`.

    Example:
        >>> compile_picture(Document(id="d_1"), 0, 5).layers
        ()
    """
    return Pictures(document, registry, size=size, depth=depth, results=results).compile(first, frames)


class Pictures:
    """The compiler of one document: what its stretches share is worked out once. Arguments as in `compile_picture`."""

    def __init__(
        self,
        document: Document,
        registry: Registry | None = None,
        *,
        size: tuple[int, int] | None = None,
        depth: Depth = 8,
        results: Results | None = MappingProxyType({}),
    ) -> None:
        settings = document.settings
        width, height = size or (settings.width, settings.height)
        setting = Setting(width, height, settings.sample_rate, 0, settings.fps, depth=depth)
        self._scene = Scene(document, registry_for(document, registry), setting, results)
        self._layouts = layouts(document)

    def compile(self, first: int, frames: int) -> PictureSegment:
        """What the timeline shows in frames [first, first + frames); see `compile_picture`."""
        setting = self._scene.setting
        layers: list[Layer] = []
        missing = Missing()
        for layout in reversed(self._layouts):
            edge = layout.next_edge(first)
            if edge is not None and edge < first + frames:
                raise EditError(
                    f"frames {first} to {first + frames} reach across the edit point at {edge}",
                    value=edge,
                    hint="compile the stretches between cut_points(document)",
                )
            if layout.track.cues:
                layers += reversed(cue_layers(layout.track, first, self._scene))
                continue
            layer = None
            with missing:
                layer = _layer(self._scene, layout, first, frames)
            if layer is None:
                continue
            layers.append(layer)
            if covers(layer, setting.width, setting.height, frames):
                break
        missing.tell()
        return PictureSegment(
            fps=self._scene.document.settings.fps,
            width=setting.width,
            height=setting.height,
            depth=setting.depth,
            frames=frames,
            layers=tuple(reversed(layers)),
        )

    @property
    def layouts(self) -> Sequence[Layout]:
        """The tracks that draw, from bottom to top."""
        return self._layouts

    def shot(self, layout: Layout, index: int) -> Shot | None:
        """A clip over all of its frames, transitions included; None where nothing of it is ever seen."""
        begin, end = layout.shown(index)
        shot = _shot(self._scene, layout, index, (begin, end - begin)) if begin < end else None
        return None if shot is None or invisible(shot) else shot

    def cues(self, layout: Layout, frame: int) -> list[Shot]:
        """The subtitles of a track that stand at a frame, from bottom to top."""
        return [layer.shot for layer in cue_layers(layout.track, frame, self._scene) if layer.shot is not None]

    def moves(self, frame: int) -> bool:
        """Whether something animated is shown there; up to the next cut point its segments must be compiled each."""
        return any(effect.curves or self._measures(effect) for clip in self._clips(frame) for effect in clip.effects)

    def measures(self, frame: int) -> bool:
        """Whether something is shown there that may have to be measured first."""
        return any(
            isinstance(clip.source, CompoundSource) or any(map(self._measures, clip.effects))
            for clip in self._clips(frame)
        )

    def _clips(self, frame: int) -> Iterator[Clip]:
        for layout in self._layouts:
            window = layout.window_at(frame)
            for index in (window.left, window.right) if window else (layout.item_at(frame),):
                clip = layout.clip(index)
                if clip is not None:
                    yield clip

    def _measures(self, effect: Effect) -> bool:
        return self._scene.registry.effect(effect.effect, "video").analysis is not None


def seen_tracks(document: Document) -> list[Track]:
    """The tracks that draw, from bottom to top: all but sound, without the hidden; where some are solo, only those."""
    tracks = [track for track in document.tracks if track.kind != "audio"]
    solo = [track for track in tracks if track.solo]
    return [track for track in solo or tracks if not track.hidden]


def layouts(document: Document) -> list[Layout]:
    """The tracks that draw, on the frame grid, from bottom to top."""
    return [frames_layout(track, document.settings.fps) for track in seen_tracks(document)]


def _layer(scene: Scene, layout: Layout, frame: int, frames: int) -> Layer | None:
    window = layout.window_at(frame)
    if window is None:
        shot = _shot(scene, layout, layout.item_at(frame), (frame, frames))
        return None if shot is None or invisible(shot) else Layer(shot=shot)
    scene.registry.transition(window.transition.transition)
    require_handles(scene.document, layout, window, scene.document.settings.fps)
    left, right = (_shot(scene, layout, index, (frame, frames)) for index in (window.left, window.right))
    if left is None and right is None:
        return None
    blend = Blend(
        transition=window.transition.transition,
        progress=_progress(window, frame),
        step=Fraction(1, window.end - window.begin),
    )
    return Layer(shot=left, incoming=right, blend=blend)


def _progress(window: Window, frame: int) -> Fraction:
    """Half-way exactly at the cut; a fade from or to nothing begins or ends at its edge of the clip."""
    length = window.end - window.begin
    if window.left is None or window.right is None:
        return Fraction(frame - window.begin, length)
    return Fraction(1, 2) + Fraction(frame - window.cut, length)


def _shot(scene: Scene, layout: Layout, index: int | None, span: tuple[int, int]) -> Shot | None:
    clip = layout.clip(index)
    if clip is None or index is None:
        return None
    frame, frames = span
    stretch = Stretch(frame - layout.starts[index], frames, frame - layout.shown(index)[0])
    if not isinstance(clip.source, CompoundSource):
        shot = picture_shot(scene, clip, stretch)
        return None if isinstance(shot.source, MediaPicture) and not any(_seen(shot.source, frames)) else shot
    shot = picture_shot(scene, clip, stretch, _NOTHING, lambda lead: _film(scene, clip, stretch, lead))
    return shot.evolve(source=_inner(scene, clip, stretch.offset, (-shot.lead, frames)))


def _seen(source: MediaPicture, frames: int) -> tuple[bool, bool]:
    """Whether the media is there at the first frame, and at the last one; times go one way between them."""
    return source.shows(0), source.shows(frames - 1)


_NOTHING = CompoundPicture(start=Fraction(0), step=Fraction(0), pieces=())


def _inner(scene: Scene, clip: Clip, offset: int, span: tuple[int, int]) -> CompoundPicture:
    """What a compound shows in frames [span) after `offset`, compiled piece by piece."""
    assert isinstance(clip.source, CompoundSource)
    document = scene.document.inside(clip.source.compound, clip.source.angle)
    fps = document.settings.fps
    travel = travel_of(clip, offset, -span[0], fps, fps)
    law = CompoundPicture(**travel, pieces=())
    ends = sorted(law.number(i) for i in (span[0], span[1] - 1))
    setting = scene.setting
    pieces = _pieces(scene, document, (setting.width, setting.height), setting.depth, (ends[0], ends[1] + 1))
    before = tuple(at - ends[0] for at in law.before)
    return law.replace(start=law.start - ends[0], before=before, pieces=pieces)


def _pieces(
    scene: Scene, document: Document, size: tuple[int, int], depth: Depth, span: tuple[int, int]
) -> tuple[CompoundPiece, ...]:
    """The frames [span) of an inner timeline, counted from the first of them."""
    low, high = max(0, span[0]), min(frame_count(document), span[1])
    points = [low, *(point for point in cut_points(document) if low < point < high), high] if low < high else []
    pictures = Pictures(document, scene.registry, size=size, depth=depth, results=scene.results)
    found: list[CompoundPiece] = []
    missing = Missing()
    for a, b in pairwise(points):
        with missing:
            found.append(CompoundPiece(first=a - span[0], picture=pictures.compile(a, b - a)))
    missing.tell()
    return tuple(found)


def _film(scene: Scene, clip: Clip, stretch: Stretch, lead: int) -> Film:
    """A compound as it is measured."""
    assert isinstance(clip.source, CompoundSource)
    document = scene.document.inside(clip.source.compound, clip.source.angle)

    def pieces(size: tuple[int, int], span: tuple[int, int]) -> tuple[CompoundPiece, ...]:
        return _pieces(scene, document, size, 8, span)

    return compound_film(scene, clip, stretch, lead, frame_count(document), pieces)
