"""Stages on R'G'B': a run of neighbouring nodes shares one conversion from the chain's Y'CbCr 4:2:0 and one back.

They work in 16 bits a channel, full range. swscale brings chroma up to luma's grid and back by cubics, from and to
where it stands. Where nothing is done in between, smooth pictures come back to within a level, and frames of real clips
at 50 dB or more: chroma that jumps from one sample to the next loses a little of its jump, and colours outside of
R'G'B', which Y'CbCr can hold, are brought to its surface.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Protocol

import av
import cv2

from cutroom.effects.cube import Cube, parse_cube
from cutroom.effects.nodes import ColourNode, Filter, Lut3d, Matrix, ToneNode, Vibrance
from cutroom.effects.pictures.cube import channel_bend, hald, hald_frame, wide_views
from cutroom.effects.pictures.graph import CubeGraph, FrameGraph, steps, tag
from cutroom.effects.pictures.mixing import mix, strengthen
from cutroom.effects.pictures.planes import Picture
from cutroom.effects.pictures.scaling import Step, from_rgb, to_rgb
from cutroom.effects.pictures.tones import Bend, bend, tables

Resource = Callable[[str], bytes]
"""Gives the bytes of a file, by SHA-256."""
_BAND = 32
"""Rows that are mixed at a time: few enough to stay near the processor."""


class Work(Protocol):
    """A part of a run."""

    def run(self, frame: av.VideoFrame) -> av.VideoFrame | None:
        """What becomes of a frame, which may be written into; None while filters still gather."""
        ...


class _Filters:
    """FFmpeg filters."""

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
    """A matrix, or vibrance: what looks at all channels, a few rows at a time."""

    def __init__(self, node: Matrix | Vibrance) -> None:
        self._node = node

    def run(self, frame: av.VideoFrame) -> av.VideoFrame:
        for first in range(0, frame.height, _BAND):
            green, blue, red = (view[first : first + _BAND] for view in wide_views(frame)[:3])
            if isinstance(self._node, Matrix):
                mix(self._node, red, green, blue)
            else:
                strengthen(self._node, red, green, blue)
        return frame


class _Lookup:
    """A .cube table, all of it or a part."""

    def __init__(self, table: _Table, strength: float) -> None:
        self._table = table
        self._strength = strength

    def run(self, frame: av.VideoFrame) -> av.VideoFrame:
        before = [plane.copy() for plane in wide_views(frame)[:3]] if self._strength < 1 else []
        frame = self._table.run(frame)
        for plane, old in zip(wide_views(frame), before, strict=False):
            cv2.addWeighted(plane, self._strength, old, 1 - self._strength, 0, dst=plane)
        return frame


class _Table:
    """A .cube table."""

    def __init__(self, cube: Cube) -> None:
        self._shape = _Tones([channel_bend(cube)])
        self._hald = hald_frame(hald(cube)) if cube.table.ndim == 4 else None
        self._graph: tuple[tuple[int, int, str], CubeGraph] | None = None

    def run(self, frame: av.VideoFrame) -> av.VideoFrame:
        frame = self._shape.run(frame)
        if self._hald is None:
            return frame
        like = (frame.width, frame.height, frame.format.name)
        if self._graph is None or self._graph[0] != like:
            self._graph = like, CubeGraph(frame, self._hald)
        return self._graph[1].run(frame)


class Shared:
    """What costs more to begin than to go on: the ways to R'G'B' and back, and tables of files.

    Stages that run one after the other may share it.

    Args:
        resource: gives the bytes of a file, by SHA-256.
    """

    def __init__(self, resource: Resource) -> None:
        self._resource = resource
        self._filters: dict[tuple[str, ...], _Filters] = {}
        self._tables: dict[str, _Table] = {}

    def there(self, alpha: bool) -> Work:
        """From Y'CbCr."""
        return self._kept(("there", "alpha" * alpha), lambda: to_rgb(alpha=alpha))

    def back(self, name: str) -> Work:
        """To a format of the chain."""
        return self._kept(("back", name), lambda: [from_rgb(), ("format", {"pix_fmts": name})])

    def table(self, node: Lut3d) -> Work:
        """What a .cube file says."""
        if node.sha256 not in self._tables:
            self._tables[node.sha256] = _Table(parse_cube(self._resource(node.sha256)))
        return _Lookup(self._tables[node.sha256], node.strength)

    def _kept(self, key: tuple[str, ...], chain: Callable[[], list[Step]]) -> Work:
        if key not in self._filters:
            self._filters[key] = _Filters(chain())
        return self._filters[key]


def _works(nodes: Iterable[ColourNode | Filter], shared: Shared) -> list[Work]:
    """Neighbouring filters as one graph, neighbouring functions of a channel as one table."""
    made: list[Work] = []
    for kind, group in groupby(nodes, key=_kind):
        if kind is Filter:
            made.append(_Filters(steps([node for node in group if isinstance(node, Filter)])))
        elif kind is ToneNode:
            made.append(_Tones([bend(node) for node in group if isinstance(node, ToneNode)]))
        else:
            made += [
                shared.table(node) if isinstance(node, Lut3d) else _Mixing(node)
                for node in group
                if isinstance(node, Lut3d | Matrix | Vibrance)
            ]
    return made


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
        shared: what other stages use too.
    """

    def __init__(self, nodes: Sequence[ColourNode | Filter], width: int, height: int, shared: Shared) -> None:
        self._canvas = (width, height)
        self._spatial = nodes[0].spatial
        self._clears = any(node.clears for node in nodes)
        self._works = _works(nodes, shared)
        self._multiply, self._divide = (
            _Filters([(name, {"inplace": "1"})]) for name in ("premultiply", "unpremultiply")
        )
        self._shared = shared

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
        for work in self._run(done.format.name, together):
            done = None if done is None else work.run(done)
        if done is None:
            return None
        made = Picture.of(done, picture)
        return made if alone is picture else replace(made, alpha=picture.alpha, frame=None)

    def _run(self, name: str, together: bool) -> Iterator[Work]:
        yield self._shared.there(together)
        if together and self._spatial:
            yield self._multiply
        yield from self._works
        if together and self._spatial:
            yield self._divide
        yield self._shared.back(name)
