"""From a shot to its pictures: the source, then its nodes as stages that run one after the other.

Two repairs happen on the way, and nowhere else. Filters that mix neighbouring pixels get colours multiplied by alpha,
and room on the whole canvas; filters that change colours get straight ones. Neighbouring filters share one graph.
"""

from __future__ import annotations

from collections.abc import Sequence
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
from cutroom.effects.segment import MediaPicture, Shot
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


class ShotRunner:
    """Makes the pictures of one shot; holds a reader until it is closed.

    Args:
        shot: what to show.
        width: of the canvas.
        height: of the canvas.
        readers: open media.
    """

    def __init__(self, shot: Shot, width: int, height: int, readers: Readers) -> None:
        self._shot = shot
        self._canvas = (width, height)
        self._stages = build_stages(shot.nodes, width, height)
        self._next: int | None = None
        self._seen: tuple[object, Picture | None] | None = None
        self._title: Picture | None = None
        self._loan = None
        if isinstance(shot.source, MediaPicture):
            self._normaliser = Normaliser(shot.source, shot.fit)
            self._loan = readers.lend(shot.source.input, shot.source.start)
        else:
            self._title = title_picture(shot.source.text, shot.source.style, width, height)

    def picture(self, i: int) -> Picture | None:
        """The picture at frame `i` of the segment; None where nothing of it is on the canvas."""
        if self._shot.preroll:
            return self._remembered(i)
        source = self._source(i)
        if self._seen is None or self._seen[0] is not source:  # a held frame, or a title, is made once
            self._seen = source, self._made(source)
        return self._seen[1]

    def close(self) -> None:
        """Give the reader back."""
        if self._loan is not None:
            self._loan.close()
            self._loan = None

    def _remembered(self, i: int) -> Picture | None:
        """The picture where filters look back: they are shown the frames before it, unless those were the last ones."""
        if i != self._next:
            self._stages = build_stages(self._shot.nodes, *self._canvas, looks_back=True)
            for earlier in range(i - self._shot.preroll, i):
                self._made(self._source(max(earlier, -self._shot.lead)))
        self._next = i + 1
        return self._made(self._source(i))

    def _source(self, i: int) -> av.VideoFrame | None:
        source = self._shot.source
        if not isinstance(source, MediaPicture):
            return None
        assert self._loan is not None
        return self._loan.frame_at(source.start + i * source.step)

    def _made(self, frame: av.VideoFrame | None) -> Picture | None:
        picture = self._title if frame is None else self._normaliser.run(frame)
        for stage in self._stages:
            if picture is None:
                return None
            picture = stage.run(picture)
        return picture
