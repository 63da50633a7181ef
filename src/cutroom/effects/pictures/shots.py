"""From a shot to its pictures: the source, then its nodes as stages that run one after the other."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import replace
from enum import Enum
from typing import Protocol

import av

from cutroom.effects.nodes import Rolled, Typed
from cutroom.effects.pictures.memory import Remembering
from cutroom.effects.pictures.normalise import Normaliser
from cutroom.effects.pictures.planes import Picture
from cutroom.effects.pictures.stages import Stage, Stages
from cutroom.effects.readers import Readers
from cutroom.effects.segment import (
    CompoundPicture,
    CompoundPiece,
    Depth,
    MediaPicture,
    PictureSegment,
    Shot,
    TitlePicture,
)
from cutroom.effects.text.fonts import FontFile
from cutroom.effects.text.title import Now, title_picture


class Nothing(Enum):
    """Stands in for a frame behind the end of a media, or in a damaged part of it."""

    HERE = 0


class Inner(Protocol):
    """What shows a compound's pieces: a `PictureRunner`."""

    def layer(self, i: int) -> Picture | None:
        """Frame `i` as a layer."""
        ...

    def close(self) -> None:
        """Give the readers back."""
        ...


class CompoundRunner:
    """Makes the pictures of a timeline inside of a clip; holds the readers of one of its pieces at a time.

    Args:
        source: its pieces.
        start: begins to run a piece.
    """

    def __init__(self, source: CompoundPicture, start: Callable[[PictureSegment], Inner]) -> None:
        self._source = source
        self._start = start
        self._firsts = [piece.first for piece in source.pieces]
        self._running: tuple[CompoundPiece, Inner] | None = None

    def number(self, i: int) -> int:
        """The inner frame that frame `i` of the segment shows."""
        return self._source.number(i)

    def picture(self, number: int) -> Picture | None:
        """An inner frame; None where there is nothing."""
        index = bisect_right(self._firsts, number) - 1
        if index < 0:
            return None
        piece = self._source.pieces[index]
        if number - piece.first >= piece.picture.frames:
            return None
        if self._running is None or self._running[0] is not piece:
            self.close()
            self._running = piece, self._start(piece.picture)
        return self._running[1].layer(number - piece.first)

    def close(self) -> None:
        """Give the readers back."""
        if self._running is not None:
            self._running[1].close()
            self._running = None


_Made = av.VideoFrame | int | Now | Nothing


class ShotRunner:
    """Makes the pictures of one shot; holds a reader until it is closed.

    Args:
        shot: what to show.
        segment: what it is a part of: its size and its depth.
        readers: open media.
        inner: runs the pieces of a compound.
    """

    def __init__(self, shot: Shot, segment: PictureSegment, readers: Readers, inner: Callable[..., Inner]) -> None:
        self._shot = shot
        self._canvas = (segment.width, segment.height)
        self._resource = readers.resource
        self._stages = Stages(shot.nodes, *self._canvas, resource=self._resource, calls=readers.tell_call)
        self._next: int | None = None
        self._base: tuple[object, Picture | None] | None = None
        self._done: list[tuple[Stage, Picture | None, Picture | None]] = []
        self._title: Callable[[Now], Picture | None] | None = None
        self._loan = None
        self._compound: CompoundRunner | None = None
        if isinstance(shot.source, CompoundPicture):
            self._compound = CompoundRunner(shot.source, lambda picture: inner(picture, readers))
        elif isinstance(shot.source, MediaPicture):
            self._normaliser = Normaliser(shot.source, shot.fit, segment.depth)
            self._loan = readers.lend(shot.source.input, shot.source.start)
        else:
            self._title = written(shot.source, self._canvas, readers, segment.depth)

    def picture(self, i: int) -> Picture | None:
        """The picture at frame `i` of the segment; None where nothing of it is on the canvas."""
        self._look_back(i)
        self._next = i + 1
        return self._made(i)

    def close(self) -> None:
        """Give the reader back."""
        if self._loan is not None:
            self._loan.close()
            self._loan = None
        if self._compound is not None:
            self._compound.close()

    def _look_back(self, i: int) -> None:
        """Show the stages those of the frames before frame `i` that they have not just seen.

        The clip's first one stands in for those that it lacks.
        """
        first = i - self._shot.preroll
        if self._next is not None and first < self._next <= i:
            first = self._next
        for earlier in range(first, i):
            self._made(max(earlier, -self._shot.lead))

    def _source(self, i: int) -> _Made:
        """What frame `i` is made from: a decoded frame, the number of a compound's, what of a title changes."""
        source = self._shot.source
        if self._compound is not None:
            return self._compound.number(i)
        if not isinstance(source, MediaPicture):
            nodes = self._shot.nodes_at(i)
            rolled = [node.way for node in nodes if isinstance(node, Rolled)]
            shown = math.prod(node.shown for node in nodes if isinstance(node, Typed))
            return Now(shown, rolled[-1] if rolled else None)
        assert self._loan is not None
        if not source.shows(i):
            return Nothing.HERE
        time = source.time(i)
        frame = self._loan.frame_back(time) if source.step < 0 else self._loan.frame_at(time)
        return Nothing.HERE if frame is None or self._loan.is_over(time - source.grace(i)) else frame

    def _made(self, i: int) -> Picture | None:
        """The picture of a frame. What is held, or is a title, is made once, up to the first stage that changes."""
        source = self._source(i)
        if self._base is None or self._base[0] != source:
            self._base = source, self._unchanged(source)
        picture = self._base[1]
        before, self._done = self._done, []
        for n, stage in enumerate(self._stages.at(i)):
            if isinstance(stage, Remembering):
                made = stage.run(picture)
            elif n < len(before) and before[n][0] is stage and before[n][1] is picture:
                made = before[n][2]
            else:
                made = None if picture is None else stage.run(picture)
            self._done.append((stage, picture, made))
            picture = made
        mode = self._stages.mode
        return picture if picture is None or mode == picture.mode else replace(picture, mode=mode)

    def _unchanged(self, source: _Made) -> Picture | None:
        """The picture before its effects."""
        if isinstance(source, Nothing):
            return None
        if self._compound is not None:
            assert isinstance(source, int)
            return self._compound.picture(source)
        if self._title is not None:
            assert isinstance(source, Now)
            return self._title(source)
        assert isinstance(source, av.VideoFrame)
        return self._normaliser.run(source)


def written(
    source: TitlePicture, size: tuple[int, int], readers: Readers, depth: Depth
) -> Callable[[Now], Picture | None]:
    """What draws a title as it is at a frame.

    Args:
        source: what it says, and how it looks.
        size: of the canvas.
        readers: gives its font.
        depth: of the canvas.
    """
    style = source.style
    font = None if style.font is None else FontFile.of(style.font, readers.resource)
    return lambda now: title_picture(source.text, style, size, spans=source.spans, font=font, now=now, depth=depth)
