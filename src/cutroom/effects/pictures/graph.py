"""FFmpeg filters on frames, one frame in, one frame out. The only place where nodes become a running graph."""

from __future__ import annotations

import gc
from collections.abc import Sequence
from fractions import Fraction
from typing import Any, cast

import av
import numpy as np
from av.filter import Graph
from av.filter.context import FilterContext
from numpy.typing import NDArray

from cutroom.effects.nodes import Filter
from cutroom.errors import RenderError

Step = tuple[str, dict[str, str]]
"""A filter's name and its options; FFmpeg takes them as a dictionary, so that nothing needs escaping."""
TAGS = {"colorspace": "bt709", "range": "tv"}
_BT709, _LIMITED, _LEFT = 1, 1, 1
_RGB, _FULL = 0, 2


def tag(frame: av.VideoFrame) -> av.VideoFrame:
    """Mark a frame of one's own as what every layer is: BT.709, limited range, chroma on the left."""
    frame.colorspace = frame.color_primaries = frame.color_trc = _BT709
    frame.color_range = _LIMITED
    frame.chroma_location = _LEFT
    return frame


def steps(nodes: Sequence[Filter]) -> list[Step]:
    """Nodes as filters with their options in FFmpeg's own notation."""
    return [(node.filter, {key: _option(value) for key, value in node.args.items()}) for node in nodes]


def _option(value: float | str) -> str:
    return value if isinstance(value, str) else repr(value)


class _Owner:
    """Whose graph goes when it goes.

    PyAV's graph and its filters hold one another, so that one without an owner would keep its buffers (12 MB of a blur
    at 1080p, 150 MB of addresses) until the collector comes by; an animated size makes one for each frame.
    """

    _graph: Graph

    def __del__(self) -> None:
        graph = self.__dict__.pop("_graph", None)
        for held in gc.get_referents(graph) if graph is not None else ():
            if isinstance(held, dict):
                held.clear()


class FrameGraph(_Owner):
    """A chain of filters for frames of one size and format.

    Args:
        like: a frame as it will come.
        chain: the filters.
        tags: colour space and range that the frames are marked with.
    """

    def __init__(self, like: av.VideoFrame, chain: Sequence[Step], tags: dict[str, str] | None = None) -> None:
        self._like = (like.width, like.height, like.format.name)
        self._graph = Graph()
        self._graph.threads = 1
        options: dict[str, Any] = {
            "video_size": f"{like.width}x{like.height}",
            "pix_fmt": like.format.name,
            "time_base": "1/1000",
            "pixel_aspect": "1/1",
            **(TAGS if tags is None else tags),
        }
        nodes = [self._graph.add("buffer", **options)]
        nodes += [self._graph.add(name, **args) for name, args in chain]
        nodes.append(self._graph.add("buffersink"))
        self._graph.link_nodes(*nodes).configure()

    def fits(self, frame: av.VideoFrame) -> bool:
        """Whether it takes frames like this one."""
        return self._like == (frame.width, frame.height, frame.format.name)

    def feed(self, frame: av.VideoFrame) -> av.VideoFrame | None:
        """Put a frame in; what comes out, or None while the filters still gather."""
        self._graph.vpush(frame)
        try:
            return self._graph.vpull()
        except (av.BlockingIOError, EOFError):
            return None

    def run(self, frame: av.VideoFrame) -> av.VideoFrame:
        """Put a frame in and take one out.

        Raises:
            RenderError: the filters gave none.
        """
        result = self.feed(frame)
        if result is None:
            raise RenderError("a filter swallowed a frame", hint="take a filter that gives a frame for each")
        return result


class MaskGraph(_Owner):
    """How much of the outgoing picture a kind of FFmpeg's `xfade` shows at each pixel: its own answer, in 16 bits.

    It is asked with a white picture that goes over to a black one (or to a white one, for kinds that close to black and
    open again), on one plane of the canvas's size: `xfade` itself would take pictures to 4:4:4 and back.

    Args:
        kind: FFmpeg's name of it.
        width: of the canvas.
        height: of the canvas.
        ticks: how many parts the whole way has; only whole numbers of them are asked for.
        onto: what the incoming picture is, 0 or 65535.
    """

    def __init__(self, kind: str, width: int, height: int, ticks: int, onto: int = 0) -> None:
        self._ticks = ticks
        self._base = Fraction(1, ticks)
        self._sides = [_grey(width, height, level) for level in (65535, onto)]
        self._graph = Graph()
        self._graph.threads = 1
        options: dict[str, Any] = {
            "video_size": f"{width}x{height}",
            "pix_fmt": "gray16le",
            "time_base": f"1/{ticks}",
            "pixel_aspect": "1/1",
            "frame_rate": "1/1",  # it asks for one; the times alone matter
        }
        self._inputs = [self._graph.add("buffer", **options) for _ in self._sides]
        blend, sink = self._graph.add("xfade", transition=kind, duration="1"), self._graph.add("buffersink")
        for i, node in enumerate(self._inputs):
            node.link_to(blend, 0, i)
        blend.link_to(sink)
        self._graph.configure()
        self._sink = sink
        self.at(Fraction(0))  # its way begins with the first frame it gets

    def at(self, progress: Fraction) -> NDArray[np.uint16]:
        """The mask at a part of the way, (H, W): 65535 where all is outgoing. Any order gives the same."""
        for frame, node in zip(self._sides, self._inputs, strict=True):
            frame.pts, frame.time_base = int(progress * self._ticks), self._base
            node.push(frame)
        drawn = self._sink.pull()
        assert isinstance(drawn, av.VideoFrame)
        (plane,) = drawn.planes
        return np.frombuffer(plane, np.uint16).reshape(plane.height, -1)[:, : plane.width]


def _grey(width: int, height: int, level: int) -> av.VideoFrame:
    frame = av.VideoFrame(width, height, "gray16le")
    np.frombuffer(frame.planes[0], np.uint16)[:] = level
    return frame


class Cloner:
    """Second handles on the same pixels, so that a reader's own frame keeps its times and tags."""

    def __init__(self) -> None:
        self._graph: FrameGraph | None = None
        self._tags: tuple[int, int] | None = None

    def clone(self, frame: av.VideoFrame) -> av.VideoFrame:
        """A frame that shares the pixels of this one."""
        tags = (frame.colorspace, frame.color_range)
        if self._graph is None or not self._graph.fits(frame) or self._tags != tags:
            self._graph = FrameGraph(frame, [], {"colorspace": str(tags[0]), "range": str(tags[1])})
            self._tags = tags
        return self._graph.run(frame)


class CubeGraph(_Owner):
    """Takes R'G'B' pictures of 16 bits through a 3D table, between its four nearest corners: FFmpeg's `haldclut`.

    Args:
        like: a frame as it will come.
        table: the table as a frame of the same format.
    """

    def __init__(self, like: av.VideoFrame, table: av.VideoFrame) -> None:
        self._graph = Graph()
        self._graph.threads = 1
        self._count = 0
        self._input, side = (self._buffer(frame) for frame in (like, table))
        lookup, self._sink = self._graph.add("haldclut", clut="first"), self._graph.add("buffersink")
        self._input.link_to(lookup, 0, 0)
        side.link_to(lookup, 0, 1)
        lookup.link_to(self._sink)
        self._graph.configure()
        side.push(_numbered(table, 0))
        side.push(None)

    def run(self, frame: av.VideoFrame) -> av.VideoFrame:
        """Put a frame in and take one out."""
        self._input.push(_numbered(frame, self._count))
        self._count += 1
        return cast(av.VideoFrame, self._sink.pull())

    def _buffer(self, frame: av.VideoFrame) -> FilterContext:
        options: dict[str, Any] = {
            "video_size": f"{frame.width}x{frame.height}",
            "pix_fmt": frame.format.name,
            "time_base": "1/1000",
            "pixel_aspect": "1/1",
            "colorspace": str(_RGB),
            "range": str(_FULL),
        }
        return self._graph.add("buffer", **options)


def _numbered(frame: av.VideoFrame, number: int) -> av.VideoFrame:
    frame.pts, frame.time_base = number, Fraction(1, 1000)
    frame.colorspace, frame.color_range = _RGB, _FULL
    return frame
