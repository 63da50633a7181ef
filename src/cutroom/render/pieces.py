"""Where a stretch without cuts is divided into segments, and what identifies each. Pure."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from cutroom.effects.segment import CompoundPicture, MediaPicture, PictureSegment, TitlePicture
from cutroom.schema.base import canonical_json


def boundaries(first: int, end: int, anchor: int, gop: int) -> list[int]:
    """Cut [first, end) wherever the anchor is a multiple of the GOP; the ends are included.

    Args:
        first: a cut point.
        end: the next one.
        anchor: number of frame `first` on the clock of what it shows. It grows by one per frame, so boundaries stay
            with the media when a clip is moved or trimmed.
        gop: frames.

    Example:
        >>> boundaries(100, 250, 50, 60)
        [100, 110, 170, 230, 250]
    """
    inner = range(first + (-anchor % gop or gop), end, gop)
    return [first, *inner, end]


def anchor_of(stretch: PictureSegment) -> int:
    """Number of its first frame on the clock of its bottom layer's media; 0 where that is no media.

    It grows by one per frame and does not depend on where the clip stands or was cut.
    """
    layer = stretch.layers[0] if stretch.layers else None
    shot = (layer.shot or layer.incoming) if layer else None
    if shot is None or isinstance(shot.source, TitlePicture) or not shot.source.step or shot.source.bend:
        return 0
    start, step = shot.source.start, shot.source.step
    return start.numerator * step.denominator // (start.denominator * step.numerator)


class PartTexts:
    """The canonical JSON of parts of one compiled stretch, without making them: a film has ten thousands of parts.

    Example:
        >>> stretch = PictureSegment(fps=30, width=16, height=16, frames=9)
        >>> PartTexts(stretch).text(3, 2) == canonical_json(stretch.replace(frames=2))
        True
    """

    def __init__(self, stretch: PictureSegment) -> None:
        self._plain = stretch.model_dump(mode="json")
        self._times: list[tuple[dict[str, Any], str, Fraction, Fraction]] = []
        self._leads: list[tuple[dict[str, Any], int, int]] = []
        self._bends: list[tuple[dict[str, Any], MediaPicture]] = []
        for layer, plain in zip(stretch.layers, self._plain["layers"], strict=True):
            if layer.blend is not None:
                self._times.append((plain["blend"], "progress", layer.blend.progress, layer.blend.step))
            for side, shot in (("shot", layer.shot), ("incoming", layer.incoming)):
                if shot is not None:
                    self._leads.append((plain[side], shot.preroll, shot.lead))
                    if isinstance(shot.source, MediaPicture):
                        source, text = shot.source, plain[side]["source"]
                        self._times.append((text, "start", source.start, source.step))
                        if source.bend:
                            self._bends.append((text, source))

    def text(self, first: int, frames: int) -> str:
        """The canonical JSON of what `compile_picture` gives for frames [first, first + frames) of the stretch."""
        self._plain["frames"] = frames
        for plain, key, start, step in self._times:
            plain[key] = str(start + first * step if first else start)
        for plain, source in self._bends:
            plain["start"] = str(source.start + first * source.step + first * first * source.bend)
            plain["step"] = str(source.step + 2 * first * source.bend)
        for plain, preroll, lead in self._leads:
            plain["lead"] = min(preroll, lead + first)
        return canonical_json(self._plain)


def whole(stretch: PictureSegment) -> bool:
    """Whether its parts must be compiled each.

    They show parts of a timeline of their own, or frames by number, or look back to where another speed held.
    """
    shots = (shot for layer in stretch.layers for shot in (layer.shot, layer.incoming) if shot is not None)
    return any(
        isinstance(shot.source, CompoundPicture)
        or any(node.clocked for node in shot.nodes_at(0))
        or (isinstance(shot.source, MediaPicture) and shot.source.before)
        for shot in shots
    )


def describe(segment: PictureSegment) -> str:
    """In a word or two, why it cannot be taken from a file as it is."""
    if not segment.layers:
        return "black"
    blends = [layer.blend.transition for layer in segment.layers if layer.blend is not None]
    if blends:
        return blends[-1]
    if len(segment.layers) > 1:
        return f"{len(segment.layers)} layers"
    if segment.untouched is not None:
        return "unchanged picture"
    shot = segment.layers[0].shot
    assert shot is not None  # without a blend there is one
    if not isinstance(shot.source, MediaPicture):
        return "title" if isinstance(shot.source, TitlePicture) else "compound"
    return "effects" if shot.nodes else "other size or colours"
