"""A disk that fails is not damage: the error says so, and the errors of this program pass unchanged."""

from __future__ import annotations

import errno
import io
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from cutroom.errors import AccessDeniedError, DamagedMediaError, MediaError, UnsupportedMediaError
from cutroom.media import library
from cutroom.media.audio import AudioReader
from cutroom.media.probing import probe_file
from cutroom.media.video import VideoReader
from cutroom.workers import InlineExecutor

Make = Callable[..., Path]
FAILURES = [OSError(errno.EIO, "Input/output error"), OSError(errno.ESTALE, "Stale file handle")]


class Failing(io.BytesIO):
    """A file whose disk fails from a byte on, once `broken`."""

    name = "/disk/film.mp4"

    def __init__(self, data: bytes, error: OSError, start: int = 0) -> None:
        super().__init__(data)
        self.error, self.start, self.broken = error, start, True

    def read(self, size: int | None = -1, /) -> bytes:
        if self.broken and self.tell() >= self.start:
            raise self.error
        return super().read(size)


@pytest.fixture
def data(film: Make, make_tone: Callable[..., np.ndarray]) -> bytes:
    return film("film.mkv", frames=250, sound=make_tone(10.0), options={"g": "25"}, size=(320, 192)).read_bytes()


@pytest.mark.parametrize("error", FAILURES)
@pytest.mark.parametrize("start", [0, 20_000])
def test_a_failing_disk_is_told(data: bytes, error: OSError, start: int) -> None:
    with pytest.raises(MediaError, match=r"film\.mp4 cannot be read") as caught:
        probe_file(Failing(data, error, start))
    assert not isinstance(caught.value, DamagedMediaError | UnsupportedMediaError)
    assert "disk" in str(caught.value.hint)


def test_a_disk_that_fails_later_is_told(data: bytes) -> None:
    found = probe_file(io.BytesIO(data))
    assert found.video is not None
    assert found.audio is not None
    for make, ask in (
        (lambda file: VideoReader(file, found.video), lambda reader: reader.frame_at(Fraction(9))),
        (lambda file: AudioReader(file, found.audio), lambda reader: reader.read(400_000, 1000, 48_000, 1)),
    ):
        file = Failing(data, FAILURES[0], 60_000)
        file.broken = False
        with make(file) as reader:
            file.broken = True
            with pytest.raises(MediaError, match="cannot be read") as caught:
                ask(reader)
            assert not isinstance(caught.value, DamagedMediaError)


def test_errors_of_this_program_pass_unchanged(data: bytes) -> None:
    denied = AccessDeniedError("no", value="x")
    with pytest.raises(AccessDeniedError) as caught:
        probe_file(Failing(data, denied))
    assert caught.value is denied


def test_large_files_get_more_time(film: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    path = film("film.mp4", frames=5)
    given: list[float | None] = []

    class Timed(InlineExecutor):
        def run(self, fn, task, *, on_progress=None, timeout=None):  # type: ignore[no-untyped-def]
            given.append(timeout)
            return super().run(fn, task, on_progress=on_progress, timeout=timeout)

    monkeypatch.setattr(library.os.path, "getsize", lambda path: 100_000_000_000)
    library.probe(path, Timed())
    library.index(path, Timed())
    assert min(time or 0 for time in given) > 24 * 3600
