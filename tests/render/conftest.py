"""A film with a number in every frame and clicks at known samples, timelines of it, and a decoder that is not ours."""

from __future__ import annotations

import itertools
import re
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import imageio_ffmpeg
import numpy as np
import pytest

from cutroom.demo.film import FilmTruth, find_clicks, read_frame_number, write_demo_film
from cutroom.media import probe
from cutroom.render.cache import SegmentCache
from cutroom.render.export import export
from cutroom.render.report import Report
from cutroom.schema.clip import Clip, Gap, MediaSource, TitleSource, Transition
from cutroom.schema.document import Document, ProjectSettings, Timeline
from cutroom.schema.effect import Effect
from cutroom.schema.export import ExportSettings
from cutroom.schema.media import Media
from cutroom.schema.track import Track
from cutroom.workers import Grants, InlineExecutor, WorkerPool

SIZE = (256, 144)
FPS = Fraction(30)
RATE = 48_000


@dataclass(frozen=True)
class Film:
    """The film, what is in it, and timelines made of it."""

    path: Path
    truth: FilmTruth
    media: Media

    @property
    def paths(self) -> dict[str, str]:
        return {self.media.fingerprint.sha256: str(self.path)}

    def clip(self, first: int, end: int, *, id: str | None = None, effects: Sequence[Effect] = ()) -> Clip:
        """Frames [first, end) of the film."""
        return Clip(
            id=id or f"c_{first}_{end}",
            source=MediaSource(media=self.media.id),
            start=first / FPS,
            duration=(end - first) / FPS,
            effects=tuple(effects),
        )

    def cuts(self, *ranges: tuple[int, int], transitions: Sequence[Transition] = (), sound: bool = True) -> Document:
        """A picture track and a sound track of frame ranges of the film."""
        numbered = list(enumerate(ranges))
        picture = tuple(self.clip(a, b, id=f"c_{i}") for i, (a, b) in numbered)
        heard = tuple(self.clip(a, b, id=f"a_{i}") for i, (a, b) in numbered)
        tracks = [track("video", picture, transitions=tuple(transitions))]
        return self.document(*tracks, *([track("audio", heard)] if sound else []))

    def document(self, *tracks: Track, fps: Fraction = FPS, **settings: Any) -> Document:
        width, height = SIZE
        project = ProjectSettings(**{"fps": fps, "width": width, "height": height, "sample_rate": RATE, **settings})
        return Document(id="d_1", settings=project, media=(self.media,), timeline=Timeline(tracks=tracks))


_numbers = itertools.count()


def track(kind: Any, items: Sequence[Clip | Gap], **switches: Any) -> Track:
    number = next(_numbers)
    return Track(id=f"t_{number}", kind=kind, title=f"T{number}", items=tuple(items), **switches)


def title(text: str, frames: int, *, id: str = "c_title", effects: Sequence[Effect] = ()) -> Clip:
    return Clip(id=id, source=TitleSource(text=text), duration=frames / FPS, effects=tuple(effects))


@pytest.fixture(scope="session")
def film(tmp_path_factory: pytest.TempPathFactory) -> Film:
    path = tmp_path_factory.mktemp("film") / "film.mp4"
    truth = write_demo_film(path, seconds=8, size=SIZE, fps=FPS)
    return Film(path, truth, probe(str(path), InlineExecutor()))


@dataclass(frozen=True)
class Decoded:
    """A file as the ffmpeg program sees it."""

    frames: np.ndarray
    """(N, H, W, 3) uint8 RGB."""
    samples: np.ndarray
    """(channels, N) float32."""

    @property
    def numbers(self) -> list[int | None]:
        return [read_frame_number(frame) for frame in self.frames]

    def clicks(self) -> list[int]:
        return [int(click) for click in find_clicks(self.samples, RATE)]


def decode(path: Path, size: tuple[int, int] = SIZE, channels: int = 2) -> Decoded:
    """Decode a file with the ffmpeg program, frame by frame as stored, and fail on any complaint of it."""
    sound = _run(path, "warning", ["-map", "0:a?", "-f", "f32le", "-c:a", "pcm_f32le", "-"])
    return Decoded(decode_frames(path, size), np.frombuffer(sound, np.float32).reshape(-1, channels).T)


def decode_frames(path: Path, size: tuple[int, int], *, stream: str = "v?", level: str = "warning") -> np.ndarray:
    """The frames alone: (N, H, W, 3) uint8 RGB."""
    arguments = ["-map", f"0:{stream}", "-fps_mode", "passthrough", "-f", "rawvideo", "-pix_fmt", "rgb24", "-"]
    return np.frombuffer(_run(path, level, arguments), np.uint8).reshape(-1, size[1], size[0], 3)


def _run(path: Path, level: str, arguments: list[str]) -> bytes:
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", level, "-i", str(path), *arguments]
    done = subprocess.run(command, capture_output=True, check=False)
    complaints = done.stderr.decode()
    complaints = re.sub(r".*Guessed Channel Layout: (mono|stereo)\n", "", complaints)  # WAV need not name it
    if "does not contain any stream" in complaints:
        return b""
    assert done.returncode == 0, complaints
    assert not complaints, complaints
    return done.stdout


@dataclass
class Desk:
    """Exports into a folder, with a cache of its own."""

    folder: Path
    film: Film
    cache: SegmentCache

    def export(
        self, document: Document, name: str = "out.mp4", *, executor: Any = None, settings: Any = None, **more: Any
    ) -> Report:
        return export(
            document,
            self.film.paths,
            self.folder / name,
            settings or ExportSettings(),
            executor or InlineExecutor(),
            self.cache,
            **more,
        )

    def names(self) -> list[str]:
        """Files beside the output."""
        return sorted(path.name for path in self.folder.iterdir() if path.is_file())

    def decode(self, name: str = "out.mp4", **more: Any) -> Decoded:
        return decode(self.folder / name, **more)


@pytest.fixture
def desk(tmp_path: Path, film: Film) -> Desk:
    return Desk(tmp_path, film, SegmentCache(tmp_path / "cache"))


@pytest.fixture(scope="session")
def pool(film: Film, tmp_path_factory: pytest.TempPathFactory) -> Iterator[WorkerPool]:
    """Two confined workers that may read the film, and read and write the tests' folders."""
    base = tmp_path_factory.getbasetemp()
    grants = Grants(read=[base], write=[base])
    with WorkerPool("media", workers=2, preload=("cutroom.render.tasks",), grants=grants) as made:
        yield made
