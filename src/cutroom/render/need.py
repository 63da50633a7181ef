"""How much memory a worker takes for an export, told from its plan: fitted to what workers really took.

The constants are bytes of a pixel (and of a worker), found by exporting films of many kinds, each with one worker, and
reading the most that its process ever held. Pictures of 10 bits take twice as much.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cutroom.effects.segment import CompoundPicture, MediaPicture, PictureSegment, Shot
from cutroom.errors import OutOfMemoryError
from cutroom.settings import shown

if TYPE_CHECKING:
    from cutroom.render.planned import Chunk, Plan, Segment
    from cutroom.schema.document import Document

WORKER = 155_000_000
"""A broker, and a child with all its libraries that has encoded something tiny."""
ENCODER = 68
"""Of each pixel of the film: what x264 looks ahead to and back at, and the frames on their way there."""
READER = 8
"""Of each pixel of a media that is open: the frames that its decoder holds."""
LAYER = 6
"""Of each pixel of the film, for a layer."""
NODES = {
    **dict.fromkeys(("affine", "crop", "mode", "opacity", "warp"), 1),
    **dict.fromkeys(("balance", "filter", "levels", "lut3d", "matrix", "spline", "vibrance", "zones"), 5),
    **dict.fromkeys(("edges", "fringe", "glow", "settle", "python", "python_clocked"), 35),
}
"""Of each pixel of the film, for an effect's step."""
NODE = 20
"""For one that is not listed."""
REMEMBERED = 4
"""Of each pixel of the film, for a frame that an effect looks back at."""
SAMPLE = 16
"""Of each sample of a chunk of sound, for each channel of the mix."""
BACKWARDS, BACKWARDS_FRAMES = 150_000_000, 256
"""Of a media that is shown backwards: what is kept to be shown later, at most."""
IDLE_READERS = 8
"""Media of earlier segments of a run that stay open."""


def picture_need(segment: PictureSegment) -> int:
    """Bytes that a worker takes to make and encode a segment, beside `WORKER`."""
    pixels, deep = segment.width * segment.height, 1 if segment.depth == 8 else 2
    return deep * ENCODER * pixels + _drawing(segment)


def need_of(plan: Plan) -> int:
    """Bytes of memory that the worker of the heaviest task of an export takes at most; an estimate.

    Example:
        >>> need_of(renderer.plan())  # doctest: +SKIP
        363000000
    """
    pictures = (_of_run(run, plan.document) for run in plan.runs)
    sounds = (_of_chunk(chunk, plan.layout.channels) for chunk in plan.chunks if chunk.action == "encode")
    return WORKER + max((*pictures, *sounds), default=0)


def _of_run(run: Sequence[Segment], document: Document) -> int:
    """The heaviest segment that is to be encoded, with what stays open of the media of the others."""
    missing = [segment for segment in run if segment.action == "encode"]
    if not missing:
        return 0
    heaviest = max(missing, key=lambda segment: segment.need)
    others = {file for segment in missing for file in segment.files}.difference(heaviest.files)
    pictures = {media.fingerprint.sha256: media.video for media in document.media if media.video is not None}
    idle = sorted(READER * pictures[one].width * pictures[one].height for one in others if one in pictures)
    return heaviest.need + sum(idle[-IDLE_READERS:])


def _of_chunk(chunk: Chunk, channels: int) -> int:
    return SAMPLE * channels * (chunk.samples + chunk.lead)


def _drawing(segment: PictureSegment) -> int:
    deep = 1 if segment.depth == 8 else 2
    return sum(_of_shot(shot, deep * segment.width * segment.height) for shot in _shots(segment))


def _shots(segment: PictureSegment) -> Iterator[Shot]:
    for layer in segment.layers:
        yield from (shot for shot in (layer.shot, layer.incoming) if shot is not None)


def _of_shot(shot: Shot, pixels: int) -> int:
    need, source = LAYER * pixels, shot.source
    if isinstance(source, MediaPicture):
        stream = source.input.stream
        need += READER * stream.width * stream.height * (2 if "10" in stream.pixel_format else 1)
        if source.step < 0:
            need += min(BACKWARDS, BACKWARDS_FRAMES * 3 * stream.width * stream.height // 2)
    elif isinstance(source, CompoundPicture):  # one piece at a time
        need += max((_drawing(piece.picture) for piece in source.pieces), default=0)
    nodes = shot.nodes_at(0)
    need += sum(NODES.get(node.kind, NODE) * pixels for node in nodes)
    return need + sum(REMEMBERED * pixels * node.back for node in nodes)


def workers_for(need: int, most: int, budget: int) -> int:
    """So many workers as the memory holds, at most `most`; 0 where not even one fits.

    Args:
        need: bytes that a worker takes.
        most: how many there may be.
        budget: bytes for all of them.

    Example:
        >>> workers_for(300_000_000, 4, 1_000_000_000), workers_for(300_000_000, 2, 1_000_000_000)
        (3, 2)
    """
    return max(0, min(most, budget // need))


@dataclass(frozen=True)
class Room:
    """The memory that an export may use.

    Args:
        budget: bytes for all workers together.
        most: bytes that there can ever be: one worker is tried even beyond the budget, but not beyond this.
        given: whether a person named it; then that is all there is.
    """

    budget: int
    most: int
    given: bool = False

    def workers(self, need: int, most: int) -> int:
        """How many workers there may be, at least 1 and at most `most`.

        Args:
            need: bytes that a worker takes.
            most: how many there may be.

        Raises:
            OutOfMemoryError: not even one fits.
        """
        fitting = workers_for(need, most, self.budget)
        ceiling = self.budget if self.given else self.most
        if not fitting and need > ceiling:
            what = f"memory={shown(self.budget)!r}" if self.given else f"{shown(self.most)} of memory"
            raise OutOfMemoryError(
                f"a worker needs about {shown(need)} for this film, and {what} does not hold one",
                value=need,
                hint=f'allow more, where there is more: memory="{math.ceil(need / 1e7) * 10} MB"; or use a smaller '
                "project, fewer layers, or proxies",
            )
        return max(1, fitting)

    def told(self, need: int, wanted: int, found: int) -> str:
        """What a report says of workers that there is no memory for."""
        return (
            f"{found} worker{'' if found == 1 else 's'} instead of {wanted}: each needs about {shown(need)}, and there "
            f"{'may be' if self.given else 'are'} {shown(self.budget)}"
        )
