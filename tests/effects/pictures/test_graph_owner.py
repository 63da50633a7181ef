"""Graphs are freed with their owners, not when the collector comes by."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator

import av
import pytest
from av.filter import Graph

from cutroom.effects.pictures.graph import CubeGraph, FrameGraph, MaskGraph


@pytest.fixture
def uncollected() -> Iterator[None]:
    """No cycle is broken by the collector."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def _graphs() -> int:
    return sum(isinstance(thing, Graph) for thing in gc.get_objects())


def _deep() -> av.VideoFrame:
    return av.VideoFrame(64, 64, "gbrp16le")


@pytest.mark.usefixtures("uncollected")
@pytest.mark.parametrize(
    "make",
    [
        lambda: FrameGraph(av.VideoFrame(64, 64, "yuv420p"), [("gblur", {"sigma": "6"})]),
        lambda: MaskGraph("circleopen", 64, 64, 30),
        lambda: CubeGraph(_deep(), _deep()),
    ],
)
def test_a_graph_goes_with_its_owner(make: Callable[[], object]) -> None:
    before = _graphs()
    owner = make()
    assert _graphs() == before + 1
    del owner
    assert _graphs() == before


@pytest.mark.usefixtures("uncollected")
def test_a_frame_outlives_the_graph_that_drew_it() -> None:
    frame = av.VideoFrame(64, 64, "gray")
    memoryview(frame.planes[0]).cast("B")[:] = bytes([77]) * frame.planes[0].buffer_size
    drawn = FrameGraph(frame, [("negate", {}), ("format", {"pix_fmts": "gray"})]).run(frame)
    assert set(bytes(drawn.planes[0])[:64]) == {255 - 77}
