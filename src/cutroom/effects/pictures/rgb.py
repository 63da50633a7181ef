"""Stages on R'G'B': a run of neighbouring nodes shares one conversion from the chain's Y'CbCr 4:2:0 and one back.

They work in 16 bits a channel, full range. swscale brings chroma up to luma's grid and back by cubics, from and to
where it stands; where nothing is done in between, pictures come back to within a level, but for chroma that jumps from
one sample to the next. Colours outside of R'G'B', which Y'CbCr can hold, are brought to its surface.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Protocol

import av
import cv2

from cutroom.effects.cube import parse_cube
from cutroom.effects.nodes import ColourNode, Filter, Lut3d, Matrix, ToneNode
from cutroom.effects.pictures.cube import channel_bend, hald, hald_frame, wide_views
from cutroom.effects.pictures.graph import CubeGraph, FrameGraph, Step, steps, tag
from cutroom.effects.pictures.levels import Plane
from cutroom.effects.pictures.planes import Picture
from cutroom.effects.pictures.tones import PEAK, Bend, bend, tables

Resource = Callable[[str], bytes]
"""Gives the bytes of a file, by SHA-256."""
_INPLACE = {"inplace": "1"}
_FLAGS = "bicubic+accurate_rnd+full_chroma_int+full_chroma_inp"


def to_rgb(alpha: bool) -> list[Step]:
    """From the chain's Y'CbCr to R'G'B'."""
    options = {"in_color_matrix": "bt709", "in_range": "limited", "out_range": "full"}
    site = {"in_h_chr_pos": "0", "in_v_chr_pos": "128"}
    return [
        ("scale", {"flags": _FLAGS, **options, **site}),
        ("format", {"pix_fmts": "gbrap16le" if alpha else "gbrp16le"}),
    ]


def from_rgb(name: str) -> list[Step]:
    """From R'G'B' to a Y'CbCr format of the chain."""
    options = {"out_color_matrix": "bt709", "out_range": "limited", "in_range": "full"}
    site = {"out_h_chr_pos": "0", "out_v_chr_pos": "128"}
    return [("scale", {"flags": _FLAGS, **options, **site}), ("format", {"pix_fmts": name})]


class Work(Protocol):
    """A part of a run."""

    def run(self, frame: av.VideoFrame) -> av.VideoFrame | None:
        """What becomes of a frame, which may be written into; None while filters still gather."""
        ...


class _Filters:
    """FFmpeg filters, with the conversions at the ends of a run."""

    def __init__(self, chain: Sequence[Step]) -> None:
        self._chain = chain
        self._graph: FrameGraph | None = None

    def run(self, frame: av.VideoFrame) -> av.VideoFrame | None:
        if self._graph is None or not self._graph.fits(frame):
            tags = {"colorspace": str(int(frame.colorspace)), "range": str(int(frame.color_range))}
            self._graph = FrameGraph(frame, self._chain, tags)
        return self._graph.feed(frame)


class _Tones:
    """Tables of one channel each."""

    def __init__(self, bends: Sequence[Bend]) -> None:
        self._tables = tables(bends)

    def run(self, frame: av.VideoFrame) -> av.VideoFrame:
        green, blue, red = wide_views(frame)[:3]
        for plane, table in zip((red, green, blue), self._tables, strict=True):
            cv2.LUT(plane, table, dst=plane)
        return frame


class _Mixing:
    """A matrix."""

    def __init__(self, node: Matrix) -> None:
        self._node = node

    def run(self, frame: av.VideoFrame) -> av.VideoFrame:
        green, blue, red = wide_views(frame)[:3]
        made: dict[object, Plane] = {}
        wanted = list(zip(self._node.rows, self._node.offset, strict=True))
        for row, offset in wanted:
            if (row, offset) not in made:
                two = cv2.addWeighted(red, row[0], green, row[1], offset * PEAK, dtype=cv2.CV_32F)
                third = cv2.addWeighted(blue, row[2], blue, 0.0, 0.0, dtype=cv2.CV_32F)
                made[row, offset] = cv2.add(two, third, dtype=cv2.CV_16U)
        for plane, one in zip((red, green, blue), wanted, strict=True):
            plane[...] = made[one]
        return frame


class _Lookup:
    """A .cube table."""

    def __init__(self, node: ColourNode | Filter, resource: Resource) -> None:
        assert isinstance(node, Lut3d)
        cube = parse_cube(resource(node.sha256))
        self._strength = node.strength
        self._shape = _Tones([channel_bend(cube)])
        self._hald = hald_frame(hald(cube)) if cube.table.ndim == 4 else None
        self._graph: tuple[tuple[int, int, str], CubeGraph] | None = None

    def run(self, frame: av.VideoFrame) -> av.VideoFrame:
        before = [plane.copy() for plane in wide_views(frame)[:3]] if self._strength < 1 else []
        frame = self._looked_up(self._shape.run(frame))
        for plane, old in zip(wide_views(frame), before, strict=False):
            cv2.addWeighted(plane, self._strength, old, 1 - self._strength, 0, dst=plane)
        return frame

    def _looked_up(self, frame: av.VideoFrame) -> av.VideoFrame:
        if self._hald is None:
            return frame
        like = (frame.width, frame.height, frame.format.name)
        if self._graph is None or self._graph[0] != like:
            self._graph = like, CubeGraph(frame, self._hald)
        return self._graph[1].run(frame)


def _works(nodes: Iterable[ColourNode | Filter], resource: Resource, first: list[Step], last: list[Step]) -> list[Work]:
    """Neighbouring filters as one graph, neighbouring functions of a channel as one table."""
    made: list[Work] = []
    chain = first
    for kind, group in groupby(nodes, key=_kind):
        if kind is Filter:
            chain = [*chain, *steps([node for node in group if isinstance(node, Filter)])]
            continue
        if chain:
            made.append(_Filters(chain))
            chain = []
        if kind is ToneNode:
            made.append(_Tones([bend(node) for node in group if isinstance(node, ToneNode)]))
        else:
            made += [_Mixing(node) if isinstance(node, Matrix) else _Lookup(node, resource) for node in group]
    return [*made, _Filters([*chain, *last])]


def _kind(node: ColourNode | Filter) -> object:
    return Filter if isinstance(node, Filter) else ToneNode if isinstance(node, ToneNode) else type(node)


class RgbStage:
    """Runs neighbouring nodes of R'G'B'.

    Alpha stays as it is. Only filters that make parts clear, or that mix neighbouring pixels and so get colours
    multiplied by alpha, take it with them.

    Args:
        nodes: all spatial, or none.
        width: of the canvas.
        height: of the canvas.
        resource: gives the bytes of the files that nodes name.
    """

    def __init__(self, nodes: Sequence[ColourNode | Filter], width: int, height: int, *, resource: Resource) -> None:
        self._nodes = nodes
        self._canvas = (width, height)
        self._resource = resource
        self._spatial = nodes[0].spatial
        self._clears = any(node.clears for node in nodes)
        self._works: tuple[str, list[Work]] | None = None

    def run(self, picture: Picture) -> Picture | None:
        """The picture with its colours changed."""
        picture = picture.averaged()
        if picture.alpha is not None:
            picture = (picture.on_canvas(*self._canvas) if self._spatial else picture).divided()
        elif self._clears:
            picture = picture.with_alpha()
        together = picture.alpha is not None and (self._spatial or self._clears)
        alone = picture if together or picture.alpha is None else replace(picture, alpha=None, frame=None)
        done: av.VideoFrame | None = tag(alone.to_frame())
        assert done is not None
        for work in self._work(done.format.name, together):
            done = None if done is None else work.run(done)
        if done is None:
            return None
        made = Picture.of(done, picture)
        return made if alone is picture else replace(made, alpha=picture.alpha, frame=None)

    def _work(self, name: str, together: bool) -> list[Work]:
        if self._works is None or self._works[0] != name:
            first, last = to_rgb(together), from_rgb(name)
            if together and self._spatial:
                first, last = [*first, ("premultiply", _INPLACE)], [("unpremultiply", _INPLACE), *last]
            self._works = name, _works(self._nodes, self._resource, first, last)
        return self._works[1]
