"""Sound that must have been heard from its beginning: exported in chunks, and the same with any workers."""

from __future__ import annotations

import itertools
import wave
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from cutroom.effects.registry import EffectSpec, default_registry
from cutroom.effects.sounds.tapes import BLOCK, Player
from cutroom.media import probe
from cutroom.render import planned
from cutroom.render.cache import SegmentCache
from cutroom.render.executor import TaskExecutor
from cutroom.render.export import export
from cutroom.render.plan import plan
from cutroom.schema.clip import Clip, Gap, MediaSource
from cutroom.schema.document import Document
from cutroom.schema.effect import Effect
from cutroom.schema.export import ExportSettings
from cutroom.workers import InlineExecutor, WorkerPool

from .conftest import RATE, Desk, Film, track

SECONDS = 95
CHAIN = ("compressor", "denoise")


@pytest.fixture(scope="module")
def music(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Noise that gets louder and softer."""
    path = tmp_path_factory.mktemp("music") / "music.wav"
    rng = np.random.default_rng(4)
    level = 0.4 + 0.35 * np.sin(np.arange(SECONDS * RATE) / RATE)
    samples = rng.uniform(-1, 1, SECONDS * RATE) * level
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(np.rint(samples * 32767).astype("<i2").tobytes())
    return path


@pytest.fixture(scope="module")
def long(film: Film, music: Path) -> Document:
    """A long clip with a chain that remembers, and a short one without beside it."""
    media = probe(str(music), InlineExecutor())
    effects = tuple(Effect(id=f"e_{name}", effect=name) for name in CHAIN)
    clip = Clip(id="c_m", source=MediaSource(media=media.id), duration=Fraction(SECONDS), effects=effects)
    other = track("audio", [Gap(duration=Fraction(80)), film.clip(0, 90)])
    return film.document(track("audio", [clip]), other).evolve(media=(film.media, media))


def _exported(desk: Desk, document: Document, name: str, executor: TaskExecutor | None = None) -> bytes:
    paths = {media.fingerprint.sha256: media.path for media in document.media}
    output, cache = desk.folder / f"{name}.mp4", SegmentCache(desk.folder / f"cache-{name}")
    export(document, paths, output, ExportSettings(), executor or InlineExecutor(), cache)
    return output.read_bytes()


def test_chunks_of_long_sound_with_a_memory_are_encoded_together(long: Document) -> None:
    made = plan(long, ExportSettings())
    assert len(made.chunks) == 4
    assert [len(run) for run in made.sound_runs] == [1, 1, 2]
    assert made.chunks[3].run_up == made.chunks[3].start_sample > 60 * RATE
    plain = plan(_without_effects(long), ExportSettings())
    assert [len(run) for run in plain.sound_runs] == [1] * 4


def test_any_number_of_workers_and_any_runs_give_the_same_bytes(
    desk: Desk, long: Document, pool: WorkerPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = _exported(desk, long, "inline")
    assert _exported(desk, long, "pool", pool) == one
    monkeypatch.setattr(planned, "RUN_UP", 0)  # all in one run
    assert _exported(desk, long, "one-run") == one
    monkeypatch.setattr(planned, "RUN_UP", 1 << 40)  # each for itself, from the clip's start
    assert _exported(desk, long, "each") == one


def test_a_run_plays_no_sample_twice(desk: Desk, long: Document, monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[int] = []
    block = Player._block
    monkeypatch.setattr(
        Player, "_block", lambda self, first, count: (taken.append(first), block(self, first, count))[1]
    )
    monkeypatch.setattr(planned, "RUN_UP", 0)
    _exported(desk, long, "once")
    assert taken == list(range(0, SECONDS * RATE, BLOCK))


def test_locked_workers_have_all_that_the_effects_need(desk: Desk, film: Film, pool: WorkerPool) -> None:
    specs = [spec for spec in default_registry().specs if spec.kind == "audio"]
    made = itertools.count()

    def effect(spec: EffectSpec) -> Effect:
        return Effect(id=f"e_{next(made)}", effect=spec.effect, parameters={**spec.example})

    clips = [film.clip(0, 30, id=f"c_{spec.effect}", effects=[effect(spec)]) for spec in specs]
    fast = film.clip(0, 120, id="c_fast").evolve(speed=Fraction(3, 2), duration=Fraction(8, 3), keep_pitch=True)
    voice = track("audio", [film.clip(0, 200)]).evolve(title="A1")
    document = film.document(track("audio", [*clips, fast]), voice)
    inline, locked = _exported(desk, document, "all-inline"), _exported(desk, document, "all-locked", pool)
    assert inline == locked
    assert pool.level == "confined"


def _without_effects(document: Document) -> Document:
    first, *others = document.tracks
    clip = first.items[0]
    assert isinstance(clip, Clip)
    tracks = (first.evolve(items=(clip.evolve(effects=()),)), *others)
    return document.evolve(timeline=document.timeline.evolve(tracks=tracks))
