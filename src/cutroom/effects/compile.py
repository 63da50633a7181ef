"""Compile a document: which pictures and which sound a stretch of its timeline is made of. Pure, and fast."""

from __future__ import annotations

from cutroom.effects.registry import Registry
from cutroom.effects.segment import PictureSegment, SoundSegment
from cutroom.schema.document import Document


def frame_count(document: Document) -> int:
    """Frames of the whole timeline: to the end of its last picture, or of sound that lasts longer."""
    raise NotImplementedError


def cut_points(document: Document) -> list[int]:
    """Frame numbers where the picture's structure changes: edit points, edges of transitions, 0 and the end.

    Between two neighbours every frame has the same layers; `compile_picture` takes no stretch across one.
    """
    raise NotImplementedError


def anchor(document: Document, frame: int) -> int:
    """Number of a frame on the clock of the bottom visible layer's media, counted in frames of the timeline.

    Inside a clip it grows by one per frame and does not depend on where the clip stands or was cut: segment
    boundaries laid where it is a multiple of the GOP survive moving and trimming. Titles and gaps count from their
    own start.
    """
    raise NotImplementedError


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
    """
    raise NotImplementedError


def compile_sound(
    document: Document, first_sample: int, samples: int, registry: Registry | None = None
) -> SoundSegment:
    """What the timeline sounds like in samples [first_sample, first_sample + samples); any stretch will do.

    Raises:
        As `compile_picture`.
    """
    raise NotImplementedError
