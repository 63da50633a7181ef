"""Open media, kept warm: the readers that segments borrow and give back."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from types import TracebackType
from typing import Any, BinaryIO, Protocol, Self, cast

import av
import numpy as np
from numpy.typing import NDArray

from cutroom.effects.lack import Lack
from cutroom.effects.segment import Input, VideoInput
from cutroom.effects.source import Source
from cutroom.errors import MediaError, MediaNotFoundError
from cutroom.media.audio import AudioReader
from cutroom.media.backwards import Backwards
from cutroom.media.pictures import open_reader
from cutroom.media.stretch import Lost, Shown
from cutroom.media.video import VideoReader
from cutroom.schema.resource import LARGEST_FILE

_BUFFER = 64 * 1024
_MOST_KEPT = 128 << 20
"""Bytes of resources."""


class Opener(Protocol):
    """What opens a file for reading: the worker's `Context`."""

    def open(self, path: str) -> Any:
        """A seekable binary stream of the file."""
        ...


@dataclass
class Loan:
    """A reader in use by one clip; `close` gives it back.

    Args:
        key: of the file and stream it reads.
        wanted: the stream.
        source: the file.
        reader: the reader.
        position: where it stands, in media seconds.
        give_back: takes the loan back.
        tell: is told of what the file lacks though it says otherwise.
    """

    key: tuple[object, ...]
    wanted: Input
    source: Source
    reader: VideoReader | AudioReader
    position: Fraction
    give_back: Callable[[Loan], None]
    tell: Callable[[Lack], None]
    broken: bool = False
    _backwards: Backwards | None = None

    def frame_at(self, time: Fraction) -> av.VideoFrame | None:
        """As `VideoReader.frame_at`; None where the frame is lost."""
        assert isinstance(self.reader, VideoReader)
        self.broken = True  # until it has worked: a reader that failed is not lent again
        found = self.reader.look_at(time)
        self.broken, self.position = False, time
        return self._picture(found)

    def frame_back(self, time: Fraction) -> av.VideoFrame | None:
        """As `frame_at`, for times that go backwards."""
        assert isinstance(self.reader, VideoReader)
        assert isinstance(self.wanted, VideoInput)
        if self._backwards is None:
            self._backwards = Backwards(self.reader, self.wanted.stream)
        self.broken = True
        found = self._backwards.look_at(time)
        self.broken, self.position = False, time
        return self._picture(found)

    def read(self, first: int, count: int, sample_rate: int, channels: int) -> NDArray[np.float32]:
        """As `AudioReader.read`; what is lost is silent."""
        assert isinstance(self.reader, AudioReader)
        self.broken = True
        samples = self.reader.read(first, count, sample_rate, channels)
        end = self.reader.broke_off
        if end is not None and first + count > end * sample_rate:
            self.tell(Lack(self.wanted.sha256, "end", end, end))
        begin, until = Fraction(first, sample_rate), Fraction(first + count, sample_rate)
        for lost in self.reader.damaged(begin, until):
            self.tell(Lack(self.wanted.sha256, "sound", *lost))
        self.broken, self.position = False, until
        return samples

    def is_over(self, time: Fraction) -> bool:
        """Whether the picture has ended by a media time that was just read; of a file that has less than it says."""
        assert isinstance(self.reader, VideoReader)
        end = self.reader.broke_off
        if end is None or time < end:
            return False
        self.tell(Lack(self.wanted.sha256, "end", end, end))
        return True

    def forget(self) -> None:
        """Let go of frames that were kept."""
        self._backwards = None

    def close(self) -> None:
        """Give it back."""
        self.give_back(self)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _picture(self, found: Shown | Lost) -> av.VideoFrame | None:
        if isinstance(found, Shown):
            return found.frame
        assert found.end is not None
        self.tell(Lack(self.wanted.sha256, "picture", found.start, found.end))
        return None


class Readers:
    """Opens and keeps readers of the media that segments name by digest, and reads the resources that they name.

    Share one among the segments of a run.

    Args:
        context: the worker's context (or anything with its `open`).
        paths: absolute path of each media file and resource, by SHA-256.
        threads: decoder threads of each picture reader.
        keep: how many idle readers stay open.
        on_call: told whose code is about to be called, by SHA-256, and "" afterwards.
    """

    def __init__(
        self,
        context: Opener,
        paths: Mapping[str, str],
        *,
        threads: int = 1,
        keep: int = 8,
        on_call: Callable[[str], None] | None = None,
    ) -> None:
        self._context = context
        self._paths = dict(paths)
        self._threads = threads
        self._keep = keep
        self._on_call = on_call
        self._idle: list[Loan] = []
        self._resources: dict[str, bytes] = {}
        self._lacks: set[Lack] = set()

    @property
    def idle(self) -> int:
        """How many readers are open and not in use."""
        return len(self._idle)

    def lacks(self) -> list[Lack]:
        """What the files were asked for and do not have though they say otherwise, since this was asked last."""
        found, self._lacks = sorted(self._lacks), set()
        return found

    def tell_call(self, sha256: str) -> None:
        """A function of the user's own is about to be called, or (of "") is done."""
        if self._on_call is not None:
            self._on_call(sha256)

    def attach(
        self, context: Opener, paths: Mapping[str, str], *, on_call: Callable[[str], None] | None = None
    ) -> None:
        """Go on with another task's files: readers stay warm, but read only what that task may."""
        self.release()
        self._on_call = on_call
        self._context, self._paths = context, dict(paths)

    def release(self) -> None:
        """Let the task's files go; readers open theirs again when they next read."""
        for loan in self._idle:
            loan.source.release()

    def lend(self, wanted: Input, time: Fraction) -> Loan:
        """A reader for one clip alone: the idle one that stands nearest before `time`, or a new one.

        Args:
            wanted: the file and stream.
            time: media time that will be read first.

        Raises:
            MediaNotFoundError: no path is known for the file.
            MediaError: it cannot be opened.
        """
        if wanted.sha256 not in self._paths:
            raise MediaNotFoundError(
                f"no file is known for media {wanted.sha256[:12]}…",
                value=wanted.sha256,
                hint="put it back, or project.media.add(path)",
            )
        path = self._paths[wanted.sha256]
        key = (path, type(wanted), wanted)
        candidates = [loan for loan in self._idle if loan.key == key]
        ahead = [loan for loan in candidates if loan.position <= time]
        for loan in [*sorted(ahead, key=lambda loan: loan.position, reverse=True), *candidates]:
            if loan in self._idle:
                self._idle.remove(loan)
                if loan.source.unchanged():
                    return loan
                loan.reader.close()
        return self._open(key, wanted, path)

    def resource(self, sha256: str) -> bytes:
        """The bytes of a font, a look-up table or the like; kept for the next time.

        Args:
            sha256: of its content.

        Raises:
            MediaNotFoundError: no path is known for it.
            MediaError: the file has another content.
        """
        if sha256 not in self._paths:
            raise MediaNotFoundError(
                f"no file is known for resource {sha256[:12]}…",
                value=sha256,
                hint="put it back, or project.resources.add(path)",
            )
        data = self._resources.pop(sha256, None)
        if data is None:
            path = self._paths[sha256]
            with self._context.open(path) as file:
                data = bytes(file.read(LARGEST_FILE + 1))
            if hashlib.sha256(data).hexdigest() != sha256:
                raise MediaError(
                    f"{path} has changed since it was added to the project",
                    value=path,
                    hint="put the old file back, or add this one: project.resources.add(path)",
                )
        self._resources[sha256] = data
        while len(self._resources) > 1 and sum(map(len, self._resources.values())) > _MOST_KEPT:
            del self._resources[next(iter(self._resources))]
        return data

    def close(self) -> None:
        """Close every idle reader."""
        for loan in self._idle:
            loan.reader.close()
        self._idle.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _open(self, key: tuple[object, ...], wanted: Input, path: str) -> Loan:
        source = Source(lambda: cast(BinaryIO, self._context.open(path)), path)
        file = io.BufferedReader(source, _BUFFER)
        try:
            reader = self._reader(wanted, file)
        except BaseException:
            file.close()
            raise
        return Loan(key, wanted, source, reader, Fraction(-1), self._take_back, self._note)

    def _reader(self, wanted: Input, file: BinaryIO) -> VideoReader | AudioReader:
        if isinstance(wanted, VideoInput):
            return open_reader(file, wanted.stream, threads=self._threads)
        return AudioReader(file, wanted.stream)

    def _note(self, lack: Lack) -> None:
        self._lacks.add(lack)

    def _take_back(self, loan: Loan) -> None:
        loan.forget()
        if loan.broken:
            loan.reader.close()
            return
        self._idle.append(loan)
        while len(self._idle) > self._keep:
            self._idle.pop(0).reader.close()
