"""Small exact films and sounds (lossless, so that every pixel and sample is known), and timelines made of them."""

from __future__ import annotations

import hashlib
import wave
from collections.abc import Callable, Sequence
from fractions import Fraction
from itertools import count
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from cutroom.effects.analysis import Request, Result, Results
from cutroom.effects.compiler.document import compile_picture, compile_sound
from cutroom.effects.compiler.needed import needed
from cutroom.effects.registry import EffectSpec, Registry, default_registry
from cutroom.effects.run import PictureRunner, Readers, mix
from cutroom.media import probe
from cutroom.render.analyses import measured
from cutroom.render.analysis_store import AnalysisStore
from cutroom.schema.clip import Clip, Gap, MediaSource, TitleSource, TitleStyle, Transition
from cutroom.schema.document import Document, ProjectSettings, Timeline
from cutroom.schema.effect import Effect
from cutroom.schema.media import Colour, Media
from cutroom.schema.track import Track
from cutroom.workers.context import DIRECT
from cutroom.workers.inline import InlineExecutor

Planes = list[np.ndarray]
WIDTH, HEIGHT = 320, 180


class Studio:
    """Makes media, timelines and their pictures."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.media: dict[str, Media] = {}
        self.paths: dict[str, str] = {}
        self._number = count()

    def film(
        self,
        picture: Callable[[int], Sequence[np.ndarray]] | Sequence[np.ndarray],
        frames: int = 30,
        *,
        rate: Fraction = Fraction(30),
        format: str = "yuv420p",
        colour: Colour | None = None,
        **changes: Any,
    ) -> str:
        """A lossless film; id of its media. A sequence of planes is shown all the time."""
        path = self.folder / f"{next(self._number)}.mkv"
        with av.open(str(path), "w") as container:
            stream = container.add_stream("ffv1", rate=rate)
            for i in range(frames):
                planes = picture(i) if callable(picture) else picture
                if i == 0:
                    stream.height, stream.width = planes[0].shape[:2]
                    stream.pix_fmt = format
                frame = av.VideoFrame(stream.width, stream.height, format)
                for plane, values in zip(frame.planes, planes, strict=True):
                    rows = np.frombuffer(plane, np.uint8).reshape(plane.height, plane.line_size)
                    flat = values.reshape(values.shape[0], -1).view(np.uint8)
                    rows[:, : flat.shape[1]] = flat
                frame.pts, frame.time_base = i, 1 / rate
                container.mux(stream.encode(frame))
            container.mux(stream.encode(None))
        media = probe(str(path), InlineExecutor())
        assert media.video is not None
        video = media.video.replace(colour=colour or Colour(matrix="bt709"), **changes)
        return self.add(media.replace(video=video))

    def sound(self, samples: np.ndarray, rate: int = 48_000) -> str:
        """A 16-bit WAV file of (channels, samples); id of its media."""
        path = self.folder / f"{next(self._number)}.wav"
        with wave.open(str(path), "wb") as file:
            file.setnchannels(samples.shape[0])
            file.setsampwidth(2)
            file.setframerate(rate)
            file.writeframes(np.rint(samples.T * 32767).astype("<i2").tobytes())
        return self.add(probe(str(path), InlineExecutor()))

    def add(self, media: Media) -> str:
        self.media[media.id] = media
        self.paths[media.fingerprint.sha256] = media.path
        return media.id

    def clip(
        self, media: str, duration: Any, start: Any = 0, effects: Sequence[Effect] = (), id: str | None = None
    ) -> Clip:
        return Clip(
            id=id or f"c_{next(self._number)}",
            source=MediaSource(media=media),
            start=Fraction(start),
            duration=Fraction(duration),
            effects=tuple(effects),
        )

    def title(self, text: str, duration: Any, effects: Sequence[Effect] = (), **style: Any) -> Clip:
        source = TitleSource(text=text, style=TitleStyle(**style))
        return Clip(id=f"c_{next(self._number)}", source=source, duration=Fraction(duration), effects=tuple(effects))

    def effect(self, effect: str, *, enabled: bool = True, **parameters: Any) -> Effect:
        return Effect(id=f"e_{next(self._number)}", effect=effect, parameters=parameters, enabled=enabled)

    def example(self, spec: EffectSpec) -> dict[str, Any]:
        """Values that show what an effect does, with a table where it wants a file."""
        values: dict[str, Any] = dict(spec.example)
        for parameter in spec.parameters:
            if parameter.kind == "file":
                path = self.folder / "turned.cube"
                corners = [f"{b} {r} {0.5 + 0.5 * g}" for b in (0, 1) for g in (0, 1) for r in (0, 1)]
                path.write_text("\n".join(["LUT_3D_SIZE 2", *corners]))
                values[parameter.key] = hashlib.sha256(path.read_bytes()).hexdigest()
                self.paths[values[parameter.key]] = str(path)
        return values

    def extended(self, *effects: EffectSpec) -> Registry:
        """The built-in effects and some more."""
        known = default_registry()
        return Registry((*known.specs, *effects), known.transitions.values())

    def track(self, *items: Clip | Gap, kind: Any = "video", transitions: Any = (), **switches: Any) -> Track:
        number = next(self._number)
        return Track(
            id=f"t_{number}", kind=kind, title=f"T{number}", items=items, transitions=tuple(transitions), **switches
        )

    def dissolve(self, left: Clip | None, right: Clip | None, duration: Any) -> Transition:
        return Transition(
            id=f"x_{next(self._number)}",
            left=left and left.id,
            right=right and right.id,
            duration=Fraction(duration),
        )

    def document(self, *tracks: Track, **settings: Any) -> Document:
        values = {"width": WIDTH, "height": HEIGHT, "fps": Fraction(30), **settings}
        return Document(
            id="d_1",
            settings=ProjectSettings(**values),
            media=tuple(self.media.values()),
            timeline=Timeline(tracks=tracks),
        )

    def readers(self) -> Readers:
        return Readers(DIRECT, self.paths)

    def measured(self, document: Document, registry: Registry | None = None) -> dict[str, Result]:
        """What the effects of a timeline go by, measured in this process."""

        def wanted(results: Results) -> tuple[Request, ...]:
            return needed(document, None, results, registry)

        return measured(
            wanted, AnalysisStore(self.folder / "analyses"), self.paths, InlineExecutor(), document=document
        )

    def frames(
        self, document: Document, first: int = 0, frames: int = 1, registry: Registry | None = None, **options: Any
    ) -> list[Planes]:
        """Y, Cb and Cr of some frames, as float64; what must be measured first is."""
        options.setdefault("results", self.measured(document, registry))
        segment = compile_picture(document, first, frames, registry, **options)
        with self.readers() as readers, PictureRunner(segment, readers) as runner:
            return [planes_of(runner.frame(i)) for i in range(frames)]

    def picture(self, clip: Clip, frame: int = 0, **settings: Any) -> Planes:
        """Y, Cb and Cr of one frame of one clip."""
        return self.frames(self.document(self.track(clip), **settings), frame)[0]

    def samples(self, document: Document, first: int, count: int, **options: Any) -> np.ndarray:
        with self.readers() as readers:
            return mix(compile_sound(document, first, count, **options), readers)

    # pictures

    def flat(self, y: int, u: int = 128, v: int = 128, width: int = WIDTH, height: int = HEIGHT) -> Planes:
        half = ((height + 1) // 2, (width + 1) // 2)
        return [np.full(shape, value, np.uint8) for shape, value in (((height, width), y), (half, u), (half, v))]

    def noise(self, seed: int = 0, width: int = WIDTH, height: int = HEIGHT) -> Planes:
        """Colourful and detailed."""
        rng = np.random.default_rng(seed)
        shapes = ((height, width), *[((height + 1) // 2, (width + 1) // 2)] * 2)
        return [
            rng.integers(low, high, shape, dtype=np.uint8)
            for shape, (low, high) in zip(shapes, ((16, 236), (60, 196), (60, 196)), strict=True)
        ]

    def spot(
        self,
        x: float,
        y: float,
        sigma: float = 8,
        *,
        width: int = WIDTH,
        height: int = HEIGHT,
        level: int = 100,
        site: tuple[float, float] = (0, 0.5),
    ) -> Planes:
        """A soft spot at (x, y) in luma pixels, in all three planes, with chroma where it belongs."""
        planes = []
        for i, base in enumerate((16, 128, 128)):
            step = 2 if i else 1
            rows, columns = np.mgrid[0 : (height + step - 1) // step, 0 : (width + step - 1) // step].astype(float)
            if i:
                columns, rows = 2 * columns + site[0], 2 * rows + site[1]
            value = base + level * np.exp(-((columns - x) ** 2 + (rows - y) ** 2) / (2 * sigma**2))
            planes.append(np.rint(value).astype(np.uint8))
        return planes


def planes_of(frame: av.VideoFrame) -> Planes:
    assert frame.format.name == "yuv420p"
    return [
        np.frombuffer(p, np.uint8).reshape(p.height, p.line_size)[:, : p.width].astype(np.float64) for p in frame.planes
    ]


def centroids(planes: Planes) -> list[tuple[float, float]]:
    """Where a `spot` lies in each plane, in luma pixels."""
    found = []
    for i, (plane, base) in enumerate(zip(planes, (16, 128, 128), strict=True)):
        weight = plane - base
        weight = np.where(weight > 3, weight, 0)
        rows, columns = np.mgrid[0 : plane.shape[0], 0 : plane.shape[1]].astype(float)
        if i:
            columns, rows = 2 * columns, 2 * rows + 0.5
        found.append(((columns * weight).sum() / weight.sum(), (rows * weight).sum() / weight.sum()))
    return found


@pytest.fixture
def studio(tmp_path: Path) -> Studio:
    return Studio(tmp_path)


@pytest.fixture(scope="session")
def where() -> Callable[[Planes], list[tuple[float, float]]]:
    """Centroids of a spot, per plane."""
    return centroids
