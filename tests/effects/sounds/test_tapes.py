"""Effects that remember: the same samples in any stretch and order, nothing moved, nothing heard twice."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from cutroom.effects.compiler.document import compile_sound
from cutroom.effects.nodes import SOUND_FILTERS, SoundFilter
from cutroom.effects.registry import default_registry
from cutroom.effects.run import Mixer
from cutroom.effects.segment import Tape, run_up, sound_inputs
from cutroom.effects.sounds import tapes
from cutroom.errors import ValidationError
from cutroom.schema.base import canonical_json
from cutroom.schema.clip import CompoundSource, Gap
from cutroom.schema.document import Compound, Timeline
from cutroom.schema.speed import Ramp

RATE = 48_000
LASTING = [s for s in default_registry().specs if s.memory.kind == "stateful"]
SOUND = [s.effect for s in default_registry().specs if s.kind == "audio" and s.effect != "ducking"]


@pytest.fixture(autouse=True)
def _short_blocks(monkeypatch):
    """Many blocks in little sound."""
    monkeypatch.setattr(tapes, "BLOCK", 8_192)
    monkeypatch.setattr(tapes, "KEPT", 20_000)


def _effect(studio, name):
    return studio.effect(name, **default_registry().effect(name, "audio").example)


def _noise(count=4 * RATE, seed=3):
    rng = np.random.default_rng(seed)
    return rng.uniform(-0.6, 0.6, (2, count)) * (1 + np.sin(np.arange(count) / 7_000)) / 2


def _same_in_any_order(studio, document, count):
    whole = studio.samples(document, 0, count)
    spans = [(0, 9_000), (9_000, 30_000), (31_000, 5), (20_000, 50_000), (0, 300), (count - 20_000, 20_000)]
    segments = [compile_sound(document, first, length) for first, length in spans]
    with studio.readers() as readers, Mixer(readers) as mixer:
        for (first, length), segment in zip(spans, segments, strict=True):
            assert np.array_equal(mixer.mix(segment), whole[:, first : first + length]), first
    return whole


@pytest.mark.parametrize("name", [spec.effect for spec in LASTING])
def test_any_stretch_in_any_order_is_its_part_of_the_whole(studio, name):
    clip = studio.clip(studio.sound(_noise()), 3, Fraction(1, 3), effects=[_effect(studio, name)])
    document = studio.document(studio.track(Gap(duration=Fraction(1, 7)), clip, kind="audio"))
    whole = _same_in_any_order(studio, document, 3 * RATE + 9_000)
    plain = studio.document(studio.track(Gap(duration=Fraction(1, 7)), clip.evolve(effects=()), kind="audio"))
    changed = np.abs(whole - studio.samples(plain, 0, 3 * RATE + 9_000))
    assert changed.max() > 0.001
    assert not changed[:, : RATE // 7].any()
    assert not changed[:, RATE // 7 + 3 * RATE + 1 :].any()  # what rings on ends with the clip


@pytest.mark.parametrize("name", SOUND)
def test_no_effect_moves_a_click(studio, name):
    samples = np.zeros((1, 2 * RATE))
    clicks = [31_007, 64_321]
    samples[0, clicks] = 0.9
    clip = studio.clip(studio.sound(samples), 2, effects=[_effect(studio, name)])
    document = studio.document(studio.track(clip, kind="audio"))
    got = studio.samples(document, 0, 2 * RATE, results=studio.measured(document))
    late = {"lowpass": 3, "bandpass": 1}.get(name, 0)  # the rise of the filter itself, as in any program
    for click in clicks:
        assert np.abs(got[0, click - 9_000 : click + 9_000]).argmax() == 9_000 + late


def test_a_chain_is_done_in_its_order(studio):
    tone = 0.5 * np.sin(2 * np.pi * 997 * np.arange(RATE) / RATE)[None]
    gain, squeeze = studio.effect("gain", db=-30.0), studio.effect("compressor")
    levels = []
    for effects in ([gain, squeeze], [squeeze, gain]):
        clip = studio.clip(studio.sound(tone), 1, effects=effects)
        got = studio.samples(studio.document(studio.track(clip, kind="audio")), 0, RATE)
        levels.append(20 * np.log10(got[0, RATE // 2 :].std()))
    assert levels[0] - levels[1] > 8  # softened first, there is nothing to press down
    assert levels[0] == pytest.approx(-30 - 9.03, abs=0.05)


def test_fades_and_gains_behind_the_last_memory_are_no_part_of_the_tape(studio):
    fade, squeeze = studio.effect("fade_out", duration=0.5), studio.effect("compressor")
    clip = studio.clip(studio.sound(_noise()), 2, effects=[squeeze, fade])
    longer = clip.evolve(effects=(squeeze, fade.evolve(parameters={"duration": 1.0})))
    made = [compile_sound(studio.document(studio.track(c, kind="audio")), 0, 9_000).clips[0] for c in (clip, longer)]
    assert isinstance(made[0].input, Tape)
    assert made[0].input.digest == made[1].input.digest
    before = clip.evolve(effects=(fade, squeeze))
    tape = compile_sound(studio.document(studio.track(before, kind="audio")), 0, 9_000).clips[0].input
    assert [node.kind for node in tape.nodes] == ["ramp", "sound_filter"]
    got = studio.samples(studio.document(studio.track(before, kind="audio")), 0, 2 * RATE)
    assert np.abs(got[:, -100:]).max() < 0.01


def test_chunks_of_a_clip_hold_equal_tapes_and_a_moved_clip_the_same(studio):
    clip = studio.clip(studio.sound(_noise()), 4, effects=[studio.effect("reverb")])
    here = studio.document(studio.track(clip, kind="audio"))
    there = studio.document(studio.track(Gap(duration=Fraction(10)), clip, kind="audio"))
    first, second = (compile_sound(here, at, 48_000) for at in (0, 96_000))
    assert first.clips[0].input.digest == second.clips[0].input.digest
    assert canonical_json(first) != canonical_json(second)
    assert canonical_json(second) == canonical_json(compile_sound(there, 480_000 + 96_000, 48_000))
    assert (run_up(first), run_up(second)) == (0, 96_000)
    assert set(sound_inputs(second)) == {here.media[0].fingerprint.sha256}
    other = studio.document(studio.track(clip.evolve(effects=(studio.effect("reverb", mix=0.5),)), kind="audio"))
    assert canonical_json(compile_sound(other, 0, 48_000)) != canonical_json(first)


def test_a_run_of_chunks_plays_a_tape_once(studio, monkeypatch):
    clip = studio.clip(studio.sound(_noise()), 4, effects=[studio.effect("compressor")])
    document = studio.document(studio.track(clip, kind="audio"))
    taken = []
    block = tapes.Player._block
    monkeypatch.setattr(tapes.Player, "_block", lambda self, *span: (taken.append(span), block(self, *span))[1])
    with studio.readers() as readers, Mixer(readers) as mixer:
        for first in range(0, 4 * RATE, 24_000):
            low = max(0, first - 15_000)  # the next begins before the end of the last
            mixer.mix(compile_sound(document, low, first + 24_000 - low))
        kept = max(player._kept.nbytes for player in mixer._players.values())
    assert sum(count for _, count in taken) == 4 * RATE
    assert kept <= 2 * 4 * (20_000 + 8_192)


def test_transitions_speeds_and_compounds_go_through_their_effects(studio):
    media = studio.sound(_noise(8 * RATE))
    squeeze, hall = studio.effect("compressor"), studio.effect("reverb")
    a, b = studio.clip(media, 2, 1, [squeeze]), studio.clip(media, 2, 4, [hall])
    crossed = studio.track(a, b, kind="audio", transitions=[studio.dissolve(a, b, Fraction(1, 2))])
    whole = _same_in_any_order(studio, studio.document(crossed), 4 * RATE)
    tape = compile_sound(studio.document(crossed), 0, 100).clips[0].input
    assert tape.source.samples == 2 * RATE + 8 * RATE // 30  # to the end of the transition
    assert np.abs(whole[:, 2 * RATE - 100 : 2 * RATE + 100]).max() > 0.05
    ramp = studio.clip(media, 2, 1, [squeeze]).evolve(speed=Ramp.of({0: Fraction(1, 2), 1: 2, 2: 1}))
    _same_in_any_order(studio, studio.document(studio.track(ramp, kind="audio")), 2 * RATE)
    back = studio.clip(media, 2, 1, [hall]).evolve(reverse=True)
    _same_in_any_order(studio, studio.document(studio.track(back, kind="audio")), 2 * RATE)
    inner = Timeline(tracks=(studio.track(studio.clip(media, 3, effects=[hall]), kind="audio"),))
    nest = studio.clip(media, 2, Fraction(1, 2), [squeeze]).evolve(source=CompoundSource(compound="k_1"))
    document = studio.document(studio.track(nest, kind="audio"))
    _same_in_any_order(studio, document.evolve(compounds=(Compound(id="k_1", title="K", timeline=inner),)), 2 * RATE)


def test_a_tape_that_cannot_be_read_can_be_read_again(studio, monkeypatch):
    clip = studio.clip(studio.sound(_noise()), 3, effects=[studio.effect("compressor")])
    document = studio.document(studio.track(clip, kind="audio"))
    whole = studio.samples(document, 0, 3 * RATE)
    segment = compile_sound(document, 0, 3 * RATE)
    with studio.readers() as readers, Mixer(readers) as mixer:
        resample, calls = tapes.resample, []

        def broken(*arguments):
            calls.append(arguments)
            if len(calls) == 4:
                raise OSError("the disk is gone")
            return resample(*arguments)

        monkeypatch.setattr(tapes, "resample", broken)
        with pytest.raises(OSError, match="gone"):
            mixer.mix(segment)
        assert np.array_equal(mixer.mix(segment), whole)


def test_only_known_filters_and_arguments_can_be_named():
    with pytest.raises(ValidationError, match="no sound filter 'anlmdn'"):
        SoundFilter.checked(filter="anlmdn")
    with pytest.raises(ValidationError, match="sound filter highpass"):
        SoundFilter.checked(filter="highpass", args={"freq": 3})
    with pytest.raises(ValidationError, match="is of type float"):
        SoundFilter.checked(filter="highpass", args={"frequency": "3"})
    assert list(SOUND_FILTERS) == sorted(SOUND_FILTERS)
    assert not {"amovie", "anlmdn", "ladspa", "lv2", "asendcmd"} & set(SOUND_FILTERS)
