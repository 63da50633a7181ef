"""Run a compiled segment: pictures and samples. Child side only: it opens media and touches pixels."""

from __future__ import annotations

from collections.abc import Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Any, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from cutroom.effects.segment import PictureSegment, SoundSegment

if TYPE_CHECKING:
    import av


class Opener(Protocol):
    """What opens a file for reading: the worker's `Context`."""

    def open(self, path: str) -> Any:
        """A seekable binary stream of the file."""


class Readers:
    """Opens and keeps readers of the media that segments name by digest. Share one among the segments of a run.

    Args:
        context: the worker's context (or anything with its `open`).
        paths: absolute path of each media file, by SHA-256.
        threads: decoder threads of each picture reader.
        keep: how many idle readers stay open.
    """

    def __init__(self, context: Opener, paths: Mapping[str, str], *, threads: int = 1, keep: int = 8) -> None:
        raise NotImplementedError

    def close(self) -> None:
        """Close every reader."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class PictureRunner:
    """Makes the frames of one segment. Closing it gives its readers back to `readers`, where they stay warm."""

    def __init__(self, segment: PictureSegment, readers: Readers) -> None:
        raise NotImplementedError

    def frame(self, i: int) -> av.VideoFrame:
        """Frame `i` of the segment: yuv420p, canvas size, tagged BT.709 limited range, square pixels, `pts == i`.

        Asking in order is fast; any order gives the same frames.
        """
        raise NotImplementedError

    def close(self) -> None:
        """Give the readers back."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def mix(segment: SoundSegment, readers: Readers) -> NDArray[np.float32]:
    """The sum of the segment's clips: float32, shape (channels, samples), not clipped."""
    raise NotImplementedError
