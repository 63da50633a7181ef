"""FFmpeg filters on frames, one frame in, one frame out. The only place where nodes become a running graph."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import av
from av.filter import Graph

from cutroom.effects.nodes import Filter
from cutroom.errors import RenderError

Step = tuple[str, dict[str, str]]
"""A filter's name and its options; FFmpeg takes them as a dictionary, so that nothing needs escaping."""
TAGS = {"colorspace": "bt709", "range": "tv"}
_BT709, _LIMITED, _LEFT = 1, 1, 1


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


class FrameGraph:
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
