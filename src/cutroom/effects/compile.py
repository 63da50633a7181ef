"""Compile a document: which pictures and which sound a stretch of its timeline is made of. Pure, and fast."""

from __future__ import annotations

import math
from fractions import Fraction

from cutroom.effects.chain import Scene
from cutroom.effects.layout import Layout, Window, frames_layout
from cutroom.effects.opaque import covers, invisible
from cutroom.effects.registry import Registry, Setting, default_registry
from cutroom.effects.segment import Blend, Layer, PictureSegment, Shot
from cutroom.effects.shot import picture_shot, require_handles
from cutroom.effects.sound import compile_sound
from cutroom.errors import EditError
from cutroom.schema.document import Document
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
    """Frame numbers where the picture's structure changes: edit points, edges of transitions, 0 and the end.

    Between two neighbours every frame has the same layers; `compile_picture` takes no stretch across one.

    Raises:
        HandlesError: a clip is too short for the transitions on it.
    """
    end = frame_count(document)
    points = {0, end}
    for layout in _layouts(document):
        points.update(layout.edges)
    return sorted(point for point in points if 0 <= point <= end)


def compile_picture(
    document: Document,
    first: int,
    frames: int,
    registry: Registry | None = None,
    *,
    size: tuple[int, int] | None = None,
) -> PictureSegment:
    """What the timeline shows in frames [first, first + frames).

    Args:
        document: the project.
        first: timeline frame number.
        frames: how many; no edit point may lie inside (see `cut_points`).
        registry: the effects; None: the built-in ones.
        size: width and height to render at; None: the project's. Every length of an effect is a fraction, so a
            smaller size shows the same picture.

    Raises:
        UnknownNameError, ValidationError: an effect that the registry does not have, or a parameter out of range.
        HandlesError: a transition without enough media beyond its cut; says how much, on which side.
        EditError: a stretch across an edit point, or a clip whose media has no picture.

    Example:
        >>> compile_picture(Document(id="d_1"), 0, 5).layers
        ()
    """
    return Pictures(document, registry, size=size).compile(first, frames)


class Pictures:
    """The compiler of one document: what its stretches share is worked out once. Arguments as in `compile_picture`."""

    def __init__(
        self, document: Document, registry: Registry | None = None, *, size: tuple[int, int] | None = None
    ) -> None:
        settings = document.settings
        width, height = size or (settings.width, settings.height)
        setting = Setting(width, height, settings.sample_rate, 0)
        self._scene = Scene(document, registry or default_registry(), setting)
        self._layouts = _layouts(document)

    def compile(self, first: int, frames: int) -> PictureSegment:
        """What the timeline shows in frames [first, first + frames); see `compile_picture`."""
        setting = self._scene.setting
        layers: list[Layer] = []
        for layout in reversed(self._layouts):
            edge = layout.next_edge(first)
            if edge is not None and edge < first + frames:
                raise EditError(
                    f"frames {first} to {first + frames} reach across the edit point at {edge}",
                    value=edge,
                    hint="compile the stretches between cut_points(document)",
                )
            layer = _layer(self._scene, layout, first)
            if layer is None:
                continue
            layers.append(layer)
            if covers(layer, setting.width, setting.height):
                break
        return PictureSegment(
            fps=self._scene.document.settings.fps,
            width=setting.width,
            height=setting.height,
            frames=frames,
            layers=tuple(reversed(layers)),
        )


def _shown(document: Document) -> list[Track]:
    """The tracks that draw, from bottom to top: all but sound, without the hidden; where some are solo, only those."""
    tracks = [track for track in document.tracks if track.kind != "audio"]
    solo = [track for track in tracks if track.solo]
    return [track for track in solo or tracks if not track.hidden]


def _layouts(document: Document) -> list[Layout]:
    return [frames_layout(track, document.settings.fps) for track in _shown(document)]


def _layer(scene: Scene, layout: Layout, frame: int) -> Layer | None:
    window = layout.window_at(frame)
    if window is None:
        shot = _shot(scene, layout, layout.item_at(frame), frame)
        return None if shot is None or invisible(shot) else Layer(shot=shot)
    scene.registry.transition(window.transition.transition)
    require_handles(scene.document, layout, window, scene.document.settings.fps)
    left, right = (_shot(scene, layout, index, frame) for index in (window.left, window.right))
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


def _shot(scene: Scene, layout: Layout, index: int | None, frame: int) -> Shot | None:
    clip = layout.clip(index)
    if clip is None or index is None:
        return None
    window = layout.window_at(layout.starts[index])
    begins = layout.starts[index] if window is None or window.right != index else window.begin
    return picture_shot(scene, clip, frame - layout.starts[index], frame - begins)
