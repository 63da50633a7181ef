"""What every effect costs: milliseconds of one core for a 1080p frame, or for a second of stereo sound.

It is the time of the process, not the clock's, so that other work on the machine counts for little; each figure is the
best of some rounds. Beside it stands how it compares with the `cost` that the registry declares: an effect is a row of
`python3 dev.py bench effects`, and a person writes a figure that is off by more than twice into the catalogue.
"""

from __future__ import annotations

import time
import wave
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import cv2
import numpy as np

from cutroom.effects.compiler.document import compile_sound
from cutroom.effects.pictures.planes import Picture, new_frame
from cutroom.effects.pictures.stages import Stages
from cutroom.effects.registry import EffectSpec, Setting, default_registry
from cutroom.effects.run import Readers, mix
from cutroom.effects.segment import SoundSegment
from cutroom.media import probe
from cutroom.schema.clip import Clip, MediaSource
from cutroom.schema.document import Document, ProjectSettings, Timeline
from cutroom.schema.effect import Effect
from cutroom.schema.media import Media
from cutroom.schema.track import Track
from cutroom.workers.context import DIRECT
from cutroom.workers.inline import InlineExecutor

WIDTH, HEIGHT, RATE = 1920, 1080, 48_000
ROUNDS = 5
SHORT, LONG = 1, 9
"""Seconds of sound; what they differ in is what sound costs once it flows."""
TABLE = "a" * 64


def measure() -> list[dict[str, Any]]:
    """Every effect with its example, but those that draw titles and those that measure their clip."""
    cv2.setNumThreads(1)
    rows = []
    with TemporaryDirectory() as folder:
        media, path = _noise(Path(folder))
        for spec in default_registry().specs:
            if spec.titles or spec.analysis is not None:
                continue
            took = _drawn(spec) if spec.kind == "video" else _added(media, path, spec)
            ratio = f"{took / spec.cost:.1f} of {spec.cost:g}" if spec.cost else "none declared"
            what = f"{spec.effect} ({spec.kind}), declared: {ratio}"
            rows.append({"what": what, "value": took, "unit": "ms", "goal": None})
    return rows


def off(rows: list[dict[str, Any]], times: float = 2.0) -> list[str]:
    """Those whose declared cost is off by more than that, and by more than a tenth of a frame's time at 60 a second."""
    found = []
    for spec, row in zip(
        (s for s in default_registry().specs if not s.titles and s.analysis is None), rows, strict=True
    ):
        took, said = row["value"], spec.cost
        if abs(took - said) > 1.6 and not said / times <= took <= said * times:
            found.append(f"{spec.effect}: {took:.1f} ms, and {said:g} are declared")
    return found


def _best(work: Callable[[], object], before: int = 1) -> float:
    for _ in range(before):
        work()
    found = []
    for _ in range(ROUNDS):
        began = time.process_time()
        work()
        found.append(time.process_time() - began)
    return 1000 * min(found)


def _drawn(spec: EffectSpec) -> float:
    setting = Setting(WIDTH, HEIGHT, RATE, RATE)
    values = spec.values(dict(spec.example))
    values |= {p.key: TABLE for p in spec.parameters if p.kind == "file" and p.resource == "lut"}
    stages = Stages(spec.build(values, setting), WIDTH, HEIGHT, resource=lambda _: _cube())
    frames = [_frame(number) for number in range(2)]
    state = {"number": 0}

    def work() -> None:
        state["number"] += 1
        picture: Picture | None = frames[state["number"] % 2]
        for stage in stages.at(0):
            picture = picture and stage.run(picture)
        if picture is not None:
            picture.averaged()  # what was put off to here

    return _best(work, spec.memory.frames + 1)  # what looks back has seen enough then


def _frame(number: int) -> Picture:
    """Slopes, edges and noise."""
    rng = np.random.default_rng(number)
    down, across = np.mgrid[:HEIGHT, :WIDTH]
    luma = 40 + 140 * across / WIDTH + 30 * (np.hypot(down - 540, across - 960 - 20 * number) < 300)
    planes = [luma + rng.normal(0, 4, luma.shape)]
    planes += [128 + 60 * np.sin(down[::2, ::2] / 200 + turn + number) for turn in (0, 2)]
    return Picture.of(new_frame(WIDTH, HEIGHT, [np.clip(plane, 16, 235).astype(np.uint8) for plane in planes]))


def _cube() -> bytes:
    grid = np.linspace(0, 1, 33)
    blue, green, red = np.meshgrid(grid, grid, grid, indexing="ij")
    rows = np.stack([red**0.9, green, blue], axis=-1).reshape(-1, 3)
    return ("LUT_3D_SIZE 33\n" + "\n".join(" ".join(f"{value:.6f}" for value in row) for row in rows)).encode()


def _noise(folder: Path) -> tuple[Media, str]:
    """Ten seconds of noise that comes and goes."""
    samples = np.random.default_rng(1).normal(0, 0.1, (10 * RATE, 2)) * np.sin(np.arange(10 * RATE) / RATE)[:, None]
    path = folder / "noise.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(np.rint(np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes())
    return probe(str(path), InlineExecutor()), str(path)


def _added(media: Media, path: str, spec: EffectSpec) -> float:
    return max(0.0, _sounding(media, path, spec) - _sounding(media, path, None))


def _sounding(media: Media, path: str, spec: EffectSpec | None) -> float:
    """A second of a clip with an effect, and without one: reading and mixing."""
    effects = () if spec is None else (Effect(id="e", effect=spec.effect, parameters=dict(spec.example)),)
    clip = Clip(id="c", source=MediaSource(media=media.id), duration=Fraction(10), effects=effects)
    tracks = (
        Track(id="t", kind="audio", title="ours", items=(clip,)),
        Track(id="o", kind="audio", title="A1", items=(clip.evolve(id="x", effects=()),)),
    )
    document = Document(id="d", settings=ProjectSettings(), media=(media,), timeline=Timeline(tracks=tracks))
    took = []
    for seconds in (SHORT, LONG):
        segment = compile_sound(document, 0, seconds * RATE)

        def work(segment: SoundSegment = segment) -> None:
            with Readers(DIRECT, {media.fingerprint.sha256: path}) as readers:
                mix(segment, readers)

        took.append(_best(work))
    return (took[1] - took[0]) / (LONG - SHORT)


if __name__ == "__main__":
    figures = measure()
    for row in figures:
        print(f"{row['value']:8.1f} ms  {row['what']}")
    print("off:", *off(figures), sep="\n  ")
