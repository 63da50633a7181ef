"""Stages on R'G'B': a run of neighbouring nodes shares one conversion from the chain's Y'CbCr 4:2:0 and one back.

They work in 16 bits a channel, full range. swscale brings chroma up to luma's grid and back by cubics, from and to
where it stands. Where nothing is done in between, smooth pictures come back to within a level, and frames of real clips
at 50 dB or more: chroma that jumps from one sample to the next loses a little of its jump, and colours outside of
R'G'B', which Y'CbCr can hold, are brought to its surface.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Protocol

import av
import cv2

from cutroom.effects.cube import Cube, parse_cube
from cutroom.effects.nodes import ColourNode, Lut3d, Matrix, ToneNode, Vibrance
from cutroom.effects.pictures.cube import channel_bend, hald, hald_frame, wide_views
from cutroom.effects.pictures.graph import CubeGraph, FrameGraph, tag
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

    def run(self, frame: av.VideoFrame) -> av.VideoFrame:
        """What becomes of a frame, which may be written into."""
        ...


class _Filters:
    """FFmpeg filters."""

    def __init__(self, chain: Sequence[Step]) -> None:
        self._chain = chain
        self._graph: FrameGraph | None = None

    def run(self, frame: av.VideoFrame) -> av.VideoFrame:
        if self._graph is None or not self._graph.fits(frame):
            tags = {"colorspace": str(int(frame.colorspace)), "range": str(int(frame.color_range))}
            self._graph = FrameGraph(frame, self._chain, tags)
        return self._graph.run(frame)


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
        self._filters: dict[str, _Filters] = {}
        self._tables: dict[str, _Table] = {}

    def there(self) -> Work:
        """From Y'CbCr."""
        return self._kept("there", lambda: to_rgb(alpha=False))

    def back(self, name: str) -> Work:
        """To a format of the chain."""
        return self._kept(name, lambda: [from_rgb(), ("format", {"pix_fmts": name})])

    def table(self, node: Lut3d) -> Work:
        """What a .cube file says."""
        if node.sha256 not in self._tables:
            self._tables[node.sha256] = _Table(parse_cube(self._resource(node.sha256)))
        return _Lookup(self._tables[node.sha256], node.strength)

    def _kept(self, key: str, chain: Callable[[], list[Step]]) -> Work:
        if key not in self._filters:
            self._filters[key] = _Filters(chain())
        return self._filters[key]


def _works(nodes: Iterable[ColourNode], shared: Shared) -> list[Work]:
    """Neighbouring functions of a channel as one table."""
    made: list[Work] = []
    for tones, group in groupby(nodes, key=lambda node: isinstance(node, ToneNode)):
        if tones:
            made.append(_Tones([bend(node) for node in group if isinstance(node, ToneNode)]))
        else:
            made += [
                shared.table(node) if isinstance(node, Lut3d) else _Mixing(node)
                for node in group
                if isinstance(node, Lut3d | Matrix | Vibrance)
            ]
    return made


class RgbStage:
    """Runs neighbouring nodes of R'G'B'; alpha stays as it is.

    Args:
        nodes: what is done, one after the other.
        shared: what other stages use too.
    """

    def __init__(self, nodes: Sequence[ColourNode], shared: Shared) -> None:
        self._works = _works(nodes, shared)
        self._shared = shared

    def run(self, picture: Picture) -> Picture:
        """The picture with its colours changed."""
        picture = picture.averaged()
        if picture.alpha is not None:
            picture = picture.divided()
        alone = picture if picture.alpha is None else replace(picture, alpha=None, frame=None)
        frame = tag(alone.to_frame())
        for work in (self._shared.there(), *self._works, self._shared.back(frame.format.name)):
            frame = work.run(frame)
        made = Picture.of(frame, picture)
        return made if alone is picture else replace(made, alpha=picture.alpha, frame=None)
