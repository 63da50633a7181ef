"""From a shot to its pictures: the source, then its nodes as stages that run one after the other.

Two repairs happen on the way, and nowhere else. Filters that mix neighbouring pixels get colours multiplied by alpha,
and room on the whole canvas; filters that change colours get straight ones. Neighbouring filters share one graph.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from typing import NamedTuple, Protocol

import av

from cutroom.effects.nodes import Crop, Filter, Moving, Opacity, PictureNode, StillNode, Warp
from cutroom.effects.pictures.geometry import CropStage, WarpStage
from cutroom.effects.pictures.graph import FrameGraph, steps, tag
from cutroom.effects.pictures.normalise import Normaliser
from cutroom.effects.pictures.planes import Picture
from cutroom.effects.readers import Readers
from cutroom.effects.segment import CompoundPicture, CompoundPiece, MediaPicture, PictureSegment, Shot
from cutroom.effects.text.title import title_picture


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
        picture = picture.averaged()
        if picture.alpha is not None:
            picture = picture.on_canvas(*self._canvas).multiplied() if self._spatial else picture.divided()
        frame = tag(picture.to_frame())
        if self._graph is None or not self._graph.fits(frame):
            self._graph = FrameGraph(frame, [*self._steps, ("format", {"pix_fmts": frame.format.name})])
        done = self._graph.feed(frame) if self._looks_back else self._graph.run(frame)
        return None if done is None else Picture.of(done, picture)


class Link(NamedTuple):
    """A node of a chain at one frame."""

    run: int
    """Neighbours with the same number change together, or never."""
    node: StillNode


def links_at(nodes: Sequence[PictureNode], i: int) -> list[Link]:
    """The chain at frame `i` of the segment."""
    links: list[Link] = []
    run = 0
    for node in nodes:
        if isinstance(node, Moving):
            links += [Link(run + 1, one) for one in node.frames[i + node.lead]]
            run += 2
        else:
            links.append(Link(run, node))
    return links


class Stages:
    """A chain as stages for a canvas, from frame to frame: a stage whose nodes are what they were is used again.

    Args:
        nodes: of the shot.
        width: of the canvas.
        height: of the canvas.
        looks_back: whether filters may give nothing for the first frames.
    """

    def __init__(self, nodes: Sequence[PictureNode], width: int, height: int, *, looks_back: bool = False) -> None:
        self._nodes = nodes
        self._canvas = (width, height)
        self._looks_back = looks_back
        self._built: list[tuple[_Plan, Stage]] = []
        self._is_still = not any(isinstance(node, Moving) for node in nodes)

    def at(self, i: int) -> list[Stage]:
        """The stages of frame `i` of the segment."""
        if not self._built or not self._is_still:
            old = self._built
            self._built = []
            for plan in _plans(links_at(self._nodes, i)):
                kept = next((n for n, (known, _) in enumerate(old) if known == plan), None)
                self._built.append((plan, self._made(plan)) if kept is None else old.pop(kept))
        return [stage for _, stage in self._built]

    def _made(self, plan: _Plan) -> Stage:
        if plan.kind == "warp":
            return WarpStage([node for node in plan.nodes if isinstance(node, Warp)], *self._canvas, soft=plan.soft)
        (*_, node) = plan.nodes
        if isinstance(node, Crop):
            return CropStage(node, soft=plan.soft)
        if isinstance(node, Opacity):
            return OpacityStage(node)
        filters = [node for node in plan.nodes if isinstance(node, Filter)]
        return FilterStage(filters, *self._canvas, looks_back=self._looks_back)


class _Plan(NamedTuple):
    """What a stage is made from."""

    kind: str
    nodes: list[StillNode]
    soft: bool


def _plans(links: Sequence[Link]) -> Iterator[_Plan]:
    groups = [(kind, [link.node for link in group]) for kind, group in groupby(_gathered(links), key=_group)]
    for i, (kind, nodes) in enumerate(groups):
        soft = any(isinstance(node, Filter) and node.spatial for _, later in groups[i + 1 :] for node in later)
        if kind in {"crop", "opacity"}:
            yield from (_Plan(kind, [node], soft) for node in nodes)
        else:
            yield _Plan(kind, nodes, soft and kind == "warp")


def _gathered(links: Sequence[Link]) -> list[Link]:
    """The same chain with each movement put off to the next one, where no filter between them sees neighbouring pixels.

    Crops follow the layer's own sides, and everything else looks at single pixels: the picture stays the same.
    """
    gathered: list[Link] = []
    waiting = 0  # how many of the last nodes are movements or came after one
    for link in links:
        earlier = gathered[len(gathered) - waiting :]
        if isinstance(link.node, Filter) and link.node.spatial:
            waiting = 0
        elif isinstance(link.node, Warp):
            kept = [one for one in earlier if not isinstance(one.node, Warp)]
            moved = [one for one in earlier if isinstance(one.node, Warp)]
            gathered[len(gathered) - waiting :] = [*kept, *moved]
            waiting = len(moved) + 1
        elif waiting:
            waiting += 1
        gathered.append(link)
    return gathered


def _group(link: Link) -> str:
    """What shares a stage: all movements that meet, filters of a kind that change together."""
    node = link.node
    return f"filter {node.spatial} {link.run}" if isinstance(node, Filter) else node.kind


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
        self._stages = Stages(shot.nodes, width, height)
        self._next: int | None = None
        self._seen: tuple[object, Sequence[Stage], Picture | None] | None = None
        self._base: tuple[object, Picture | None] | None = None
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
        source, stages = self._source(i), self._stages.at(i)
        if self._seen is None or self._seen[:2] != (source, stages):  # a held frame, or a title, is made once
            self._seen = source, stages, self._made(source, stages)
        return self._seen[2]

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
            self._stages = Stages(self._shot.nodes, *self._canvas, looks_back=True)
            for earlier in range(i - self._shot.preroll, i):
                first = max(earlier, -self._shot.lead)
                self._made(self._source(first), self._stages.at(first))
        self._next = i + 1
        return self._made(self._source(i), self._stages.at(i))

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

    def _made(self, source: av.VideoFrame | int | None, stages: Sequence[Stage]) -> Picture | None:
        if self._base is None or self._base[0] != source:  # once for what is held, whatever moves on top of it
            self._base = source, self._unchanged(source)
        picture = self._base[1]
        for stage in stages:
            if picture is None:
                return None
            picture = stage.run(picture)
        return picture

    def _unchanged(self, source: av.VideoFrame | int | None) -> Picture | None:
        """The picture before its effects."""
        if isinstance(source, int):
            assert self._compound is not None
            return self._compound.picture(source)
        return self._title if source is None else self._normaliser.run(source)
