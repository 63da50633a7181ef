"""From a shot to its pictures: the source, then its nodes as stages that run one after the other.

Two repairs happen on the way, and nowhere else. Filters that mix neighbouring pixels get colours multiplied by alpha,
and room on the whole canvas; filters that change colours get straight ones. Neighbouring filters share one graph.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Protocol

import av

from cutroom.effects.geometry import CropStage, WarpStage
from cutroom.effects.graph import FrameGraph, steps, tag
from cutroom.effects.nodes import Crop, Filter, Opacity, PictureNode, Warp
from cutroom.effects.normalise import Normaliser
from cutroom.effects.planes import Picture
from cutroom.effects.readers import Readers
from cutroom.effects.segment import CompoundPicture, CompoundPiece, MediaPicture, PictureSegment, Shot
from cutroom.effects.title import title_picture


class Stage(Protocol):
    """One step of a shot's chain."""

    def run(self, picture: Picture) -> Picture | None:
        """The picture after this step; None where nothing is left of it, or where a filter still gathers frames."""
        ...


class OpacityStage:
    """Makes a picture fainter.

    Args:
        node: how faint.
    """

    def __init__(self, node: Opacity) -> None:
        self._opacity = node.opacity

    def run(self, picture: Picture) -> Picture | None:
        """The fainter picture."""
        return replace(picture, opacity=picture.opacity * self._opacity)


class FilterStage:
    """Runs neighbouring FFmpeg filters of one kind.

    Args:
        nodes: all spatial, or none.
        width: of the canvas.
        height: of the canvas.
        looks_back: whether they may give nothing for the first frames.
    """

    def __init__(self, nodes: Sequence[Filter], width: int, height: int, *, looks_back: bool) -> None:
        self._steps = steps(nodes)
        self._spatial = nodes[0].spatial
        self._canvas = (width, height)
        self._looks_back = looks_back
        self._graph: FrameGraph | None = None

    def run(self, picture: Picture) -> Picture | None:
        """The filtered picture."""
        if picture.alpha is not None:
            picture = picture.on_canvas(*self._canvas).multiplied() if self._spatial else picture.divided()
        frame = tag(picture.to_frame())
        if self._graph is None or not self._graph.fits(frame):
            self._graph = FrameGraph(frame, [*self._steps, ("format", {"pix_fmts": frame.format.name})])
        done = self._graph.feed(frame) if self._looks_back else self._graph.run(frame)
        return None if done is None else Picture.of(done, picture)


def build_stages(nodes: Sequence[PictureNode], width: int, height: int, *, looks_back: bool = False) -> list[Stage]:
    """A chain of nodes as stages for a canvas of this size."""
    stages: list[Stage] = []
    groups = [(kind, list(group)) for kind, group in groupby(_gathered(nodes), key=_group)]
    for i, (_, group) in enumerate(groups):
        soft = any(isinstance(node, Filter) and node.spatial for _, later in groups[i + 1 :] for node in later)
        filters = [node for node in group if isinstance(node, Filter)]
        if filters:
            stages.append(FilterStage(filters, width, height, looks_back=looks_back))
        if warps := [node for node in group if isinstance(node, Warp)]:
            stages.append(WarpStage(warps, width, height, soft=soft))
        for node in group:
            if isinstance(node, Crop):
                stages.append(CropStage(node, soft=soft))
            elif isinstance(node, Opacity):
                stages.append(OpacityStage(node))
    return stages


def _gathered(nodes: Sequence[PictureNode]) -> list[PictureNode]:
    """The same chain with each movement put off to the next one, where no filter between them sees neighbouring pixels.

    Crops follow the layer's own sides, and everything else looks at single pixels: the picture stays the same.
    """
    gathered: list[PictureNode] = []
    waiting = 0  # how many of the last nodes are movements or came after one
    for node in nodes:
        earlier = gathered[len(gathered) - waiting :]
        if isinstance(node, Filter) and node.spatial:
            waiting = 0
        elif isinstance(node, Warp):
            kept = [one for one in earlier if not isinstance(one, Warp)]
            moved = [one for one in earlier if isinstance(one, Warp)]
            gathered[len(gathered) - waiting :] = [*kept, *moved]
            waiting = len(moved) + 1
        elif waiting:
            waiting += 1
        gathered.append(node)
    return gathered


def _group(node: PictureNode) -> str:
    return f"filter {node.spatial}" if isinstance(node, Filter) else node.kind


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
        source = self._source
        return math.floor(source.start + i * source.step + i * i * source.bend)

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


class ShotRunner:
    """Makes the pictures of one shot; holds a reader until it is closed.

    Args:
        shot: what to show.
        width: of the canvas.
        height: of the canvas.
        readers: open media.
        inner: runs the pieces of a compound.
    """

    def __init__(self, shot: Shot, width: int, height: int, readers: Readers, inner: Callable[..., Inner]) -> None:
        self._shot = shot
        self._canvas = (width, height)
        self._stages = build_stages(shot.nodes, width, height)
        self._next: int | None = None
        self._seen: tuple[object, Picture | None] | None = None
        self._title: Picture | None = None
        self._loan = None
        self._compound: CompoundRunner | None = None
        if isinstance(shot.source, CompoundPicture):
            self._compound = CompoundRunner(shot.source, lambda picture: inner(picture, readers))
        elif isinstance(shot.source, MediaPicture):
            self._normaliser = Normaliser(shot.source, shot.fit)
            self._loan = readers.lend(shot.source.input, shot.source.start)
        else:
            self._title = title_picture(shot.source.text, shot.source.style, width, height)

    def picture(self, i: int) -> Picture | None:
        """The picture at frame `i` of the segment; None where nothing of it is on the canvas."""
        if self._shot.preroll:
            return self._remembered(i)
        source = self._source(i)
        if self._seen is None or self._seen[0] != source:  # a held frame, or a title, is made once
            self._seen = source, self._made(source)
        return self._seen[1]

    def close(self) -> None:
        """Give the reader back."""
        if self._loan is not None:
            self._loan.close()
            self._loan = None
        if self._compound is not None:
            self._compound.close()

    def _remembered(self, i: int) -> Picture | None:
        """The picture where filters look back: they are shown the frames before it, unless those were the last ones."""
        if i != self._next:
            self._stages = build_stages(self._shot.nodes, *self._canvas, looks_back=True)
            for earlier in range(i - self._shot.preroll, i):
                self._made(self._source(max(earlier, -self._shot.lead)))
        self._next = i + 1
        return self._made(self._source(i))

    def _source(self, i: int) -> av.VideoFrame | int | None:
        """What frame `i` is made from: a decoded frame, the number of a compound's, nothing for a title."""
        source = self._shot.source
        if self._compound is not None:
            return self._compound.number(i)
        if not isinstance(source, MediaPicture):
            return None
        assert self._loan is not None
        time = source.start + i * source.step + i * i * source.bend
        return self._loan.frame_back(time) if source.step < 0 else self._loan.frame_at(time)

    def _made(self, source: av.VideoFrame | int | None) -> Picture | None:
        if isinstance(source, int):
            assert self._compound is not None
            picture = self._compound.picture(source)
        else:
            picture = self._title if source is None else self._normaliser.run(source)
        for stage in self._stages:
            if picture is None:
                return None
            picture = stage.run(picture)
        return picture
