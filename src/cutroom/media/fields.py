"""Interlaced frames made whole: each holds two moments, on every other line each; bwdif fills in the missing lines."""

from __future__ import annotations

import av
from av.filter import Graph
from av.video.frame import VideoFrame

_LEAST = 4
"""Pixels of a side that the filter needs."""


class Fields:
    """Makes the two pictures of an interlaced frame, out of it and its neighbours.

    What it makes depends on the three frames alone: the filter is shown exactly those, or goes on where they are the
    ones that it would be shown next.
    """

    def __init__(self) -> None:
        self._graph: Graph | None = None
        self._like: tuple[object, ...] = ()
        self._seen: list[VideoFrame | None] = []
        self._made: list[VideoFrame] = []

    def picture(
        self, previous: VideoFrame | None, frame: VideoFrame, following: VideoFrame | None, *, second: bool
    ) -> VideoFrame:
        """The moment of a frame's first field, or of its second one, with all lines.

        Args:
            previous: the frame before; None: there is none, or nobody can decode it.
            frame: an interlaced one; it says itself which of its fields comes first.
            following: the frame after it, likewise.
            second: which moment; of a frame without neighbours there is the second one alone.

        Returns:
            A frame of the same size and format; the same object when it is asked for again.
        """
        if min(frame.width, frame.height) < _LEAST:
            return frame
        like = _kind(frame)
        shown = [one if one is not None and _kind(one) == like else None for one in (previous, frame, following)]
        if not _same(self._seen, shown):
            self._run(shown, like)
        return self._made[second or (shown[0] is None and shown[2] is None)]

    def _run(self, shown: list[VideoFrame | None], like: tuple[object, ...]) -> None:
        graph, rest = self._graph, shown[2:]
        if graph is None or like != self._like or not _same(self._seen[1:], shown[:2]):
            rest = shown if shown[0] is not None else shown[1:]  # before the first frame the filter knows what to do
            assert rest[0] is not None
            graph = _graph(rest[0])
        self._graph, self._like = None, like  # whatever fails here must not go on from half of it
        for frame in rest:
            graph.vpush(frame)  # None: there are no more
            self._made = _pulled(graph)
        self._graph, self._seen = None if shown[2] is None else graph, shown


def _same(one: list[VideoFrame | None], other: list[VideoFrame | None]) -> bool:
    return len(one) == len(other) and all(a is b for a, b in zip(one, other, strict=True))


def _kind(frame: VideoFrame) -> tuple[object, ...]:
    return frame.width, frame.height, frame.format.name, frame.colorspace, frame.color_range


def _graph(like: VideoFrame) -> Graph:
    graph = Graph()
    graph.threads = 1
    source = graph.add(
        "buffer",
        video_size=f"{like.width}x{like.height}",
        pix_fmt=like.format.name,
        time_base="1/1000",
        pixel_aspect="1/1",
        colorspace=str(int(like.colorspace)),
        range=str(int(like.color_range)),
    )
    # `all`: whether a frame is interlaced was asked before, of the middle one alone
    chain = [source, graph.add("bwdif", mode="send_field", parity="auto", deint="all"), graph.add("buffersink")]
    graph.link_nodes(*chain).configure()
    return graph


def _pulled(graph: Graph) -> list[VideoFrame]:
    found: list[VideoFrame] = []
    while True:
        try:
            frame = graph.vpull()
        except (av.BlockingIOError, EOFError):
            return found
        assert isinstance(frame, VideoFrame)
        found.append(frame)
