"""Generated films whose frames carry their number and whose sound is known to the sample."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from cutroom.media.probing import Probed, probe_file
from cutroom.workers import InlineExecutor

BITS = 10


@dataclass(frozen=True)
class Film:
    """What to write: `number_of` reads the numbers back."""

    name: str
    codec: str = "libx264"
    rate: Fraction = Fraction(25)
    frames: int = 60
    size: tuple[int, int] = (160, 96)
    options: Mapping[str, str] = ()  # type: ignore[assignment]
    pixels: str = "yuv420p"
    pts: Sequence[int] | None = None
    tick: Fraction | None = None
    sound: NDArray[np.float32] | None = None
    sound_codec: str = "aac"
    sound_options: Mapping[str, str] = ()  # type: ignore[assignment]
    sample_rate: int = 48_000
    muxer: Mapping[str, str] = ()  # type: ignore[assignment]


def picture(number: int, width: int, height: int) -> NDArray[np.uint8]:
    """A moving gradient, and the number as bars of its bits."""
    image = np.zeros((height, width, 3), np.uint8)
    image[:, :, 1] = (np.arange(width) * 2 + number * 5) % 200 + 20
    step = width // BITS
    for bit in range(BITS):
        image[: height // 2, bit * step : (bit + 1) * step] = 235 if number >> bit & 1 else 16
    return image


def number_of(frame: av.VideoFrame) -> int:
    """The number that a frame carries."""
    grey = frame.to_ndarray(format="gray")
    step, row = grey.shape[1] // BITS, grey.shape[0] // 4
    return sum(int(grey[row, bit * step + step // 2] > 126) << bit for bit in range(BITS))


def write_film(path: Path, film: Film) -> Path:
    """Encode a film; frames without a picture codec (`codec=""`) make a file of sound only."""
    target = path / film.name
    with av.open(str(target), "w", container_options=dict(film.muxer)) as out:
        video = audio = None
        if film.codec:
            video = out.add_stream(film.codec, rate=film.rate, options=dict(film.options))
            video.width, video.height = film.size
            video.pix_fmt = film.pixels
            video.codec_context.time_base = film.tick or 1 / film.rate
        if film.sound is not None:
            layout = {1: "mono", 2: "stereo", 6: "5.1", 8: "7.1"}[film.sound.shape[0]]
            audio = out.add_stream(
                film.sound_codec, rate=film.sample_rate, layout=layout, options=dict(film.sound_options)
            )
        if video is not None:
            for number in range(film.frames):
                frame = av.VideoFrame.from_ndarray(picture(number, *film.size), format="rgb24")
                frame.pts = number if film.pts is None else film.pts[number]
                frame.time_base = film.tick or 1 / film.rate
                out.mux(video.encode(frame))
            out.mux(video.encode())
        if audio is not None and film.sound is not None:
            size = audio.codec_context.frame_size or 1024
            for at in range(0, film.sound.shape[1], size):
                block = np.ascontiguousarray(film.sound[:, at : at + size].T, np.float32).reshape(1, -1)
                sound = av.AudioFrame.from_ndarray(block, format="flt", layout=layout)
                sound.sample_rate, sound.pts, sound.time_base = film.sample_rate, at, Fraction(1, film.sample_rate)
                out.mux(audio.encode(sound))
            out.mux(audio.encode())
    return target


@pytest.fixture(scope="session")
def film(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Writes a film once a session: `film("a.mkv", frames=30, …)`."""
    folder = tmp_path_factory.mktemp("films")
    made: dict[str, Path] = {}

    def make(name: str, **settings: object) -> Path:
        if name not in made:
            made[name] = write_film(folder, Film(name, **settings))  # type: ignore[arg-type]
        return made[name]

    return make


@pytest.fixture(scope="session")
def read_number() -> Callable[[av.VideoFrame], int]:
    """Reads a frame's number back."""
    return number_of


@pytest.fixture(scope="session")
def inline() -> InlineExecutor:
    """Runs tasks in this process."""
    return InlineExecutor()


@pytest.fixture(scope="session")
def probed() -> Callable[[Path], Probed]:
    """What is in a file."""

    def look(path: Path) -> Probed:
        with open(path, "rb") as file:
            return probe_file(file)

    return look


def tone(
    seconds: float, rate: int = 48_000, channels: int = 1, hertz: float = 440.0, level: float = 0.3
) -> NDArray[np.float32]:
    """A sine."""
    wave = level * np.sin(np.arange(int(seconds * rate)) * (2 * np.pi * hertz / rate))
    return np.repeat(wave[None].astype(np.float32), channels, axis=0)


@pytest.fixture(scope="session")
def make_tone() -> Callable[..., NDArray[np.float32]]:
    """Makes a sine."""
    return tone
