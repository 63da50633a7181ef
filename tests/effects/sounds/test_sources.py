"""Sound of any layout and rate on the project's grid: levels of the mixdown, quality of the conversion, places."""

from __future__ import annotations

from fractions import Fraction

import av
import numpy as np
import pytest

from cutroom.media import probe
from cutroom.workers.inline import InlineExecutor

RATE = 48_000
HALF = 0.7071
SURROUND = {
    "5.1": [(1, 0), (0, 1), (HALF, HALF), (0, 0), (HALF, 0), (0, HALF)],
    "7.1": [(1, 0), (0, 1), (HALF, HALF), (0, 0), (HALF, 0), (0, HALF), (HALF, 0), (0, HALF)],
    "quad": [(1, 0), (0, 1), (HALF, 0), (0, HALF)],
}
"""What ITU-R BS.775 makes of each channel on the left and on the right; the low frequency effects are left out."""


def _media(studio, samples, layout, rate=RATE):
    """A WAV file of 32-bit float samples."""
    path = str(studio.folder / f"{next(studio._number)}.wav")
    with av.open(path, "w") as container:
        stream = container.add_stream("pcm_f32le", rate=rate, layout=layout)
        packed = np.ascontiguousarray(samples.T.astype(np.float32)).reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(packed, format="flt", layout=layout)
        frame.sample_rate, frame.pts = rate, 0
        container.mux([*stream.encode(frame), *stream.encode(None)])
    return studio.add(probe(path, InlineExecutor()))


def _heard(studio, media, seconds=1, effects=(), **settings):
    clip = studio.clip(media, seconds, effects=effects)
    return studio.samples(studio.document(studio.track(clip, kind="audio"), **settings), 0, seconds * RATE)


@pytest.mark.parametrize("layout", list(SURROUND))
def test_every_channel_is_mixed_down_by_itu_r_bs_775(studio, layout):
    count = len(SURROUND[layout])
    for channel, sides in enumerate(SURROUND[layout]):
        samples = np.zeros((count, RATE))
        samples[channel] = 0.5
        media = _media(studio, samples, layout)
        stereo, mono = _heard(studio, media), _heard(studio, media, channels=1)
        assert stereo[:, 9_000] / 0.5 == pytest.approx(sides, abs=1e-3)
        assert mono[:, 9_000] / 0.5 == pytest.approx(sum(sides) * HALF, abs=1e-3)


def test_a_mixdown_is_not_clipped_and_can_be_brought_down_afterwards(studio):
    media = _media(studio, np.full((6, RATE), 0.9), "5.1")
    assert _heard(studio, media)[:, 9_000] == pytest.approx(0.9 * (1 + 2 * HALF), rel=1e-3)
    assert _heard(studio, media, effects=[studio.effect("gain", db=-9.0)]).max() < 0.8


@pytest.mark.parametrize("rate", [8_000, 22_050, 44_100, 96_000, 192_000])
def test_any_rate_comes_out_as_the_same_wave_at_the_same_time(studio, rate):
    tone = 0.5 * np.sin(2 * np.pi * 997 * np.arange(2 * rate) / rate)[None]
    got = _heard(studio, _media(studio, tone, "mono", rate), 2)[0, 4_800:-4_800]
    ideal = 0.5 * np.sin(2 * np.pi * 997 * np.arange(2 * RATE) / RATE)[4_800:-4_800]
    assert 20 * np.log10((got - ideal).std() / ideal.std()) < -85
    high = 0.42 * min(rate, RATE)
    tone = 0.5 * np.sin(2 * np.pi * high * np.arange(2 * rate) / rate)[None]
    got = _heard(studio, _media(studio, tone, "mono", rate), 2)[0, 4_800:-4_800]
    assert 20 * np.log10(got.std() / (0.5 / 2**0.5)) == pytest.approx(0, abs=0.3)
    click = np.zeros((1, 2 * rate))
    click[0, rate] = 0.9
    assert np.abs(_heard(studio, _media(studio, click, "mono", rate), 2)[0]).argmax() == RATE


@pytest.mark.parametrize("rate", [96_000, 192_000])
def test_what_lies_beyond_the_grid_does_not_fold_back(studio, rate):
    tone = 0.5 * np.sin(2 * np.pi * 30_000 * np.arange(2 * rate) / rate)[None]
    got = _heard(studio, _media(studio, tone, "mono", rate), 2)[0, 4_800:-4_800]
    assert 20 * np.log10(got.std() / (0.5 / 2**0.5)) < -80


def test_sync_to_the_sample_at_many_cuts_with_effects_on(studio):
    """Clips of odd lengths out of three sources of three rates, cut to frames of 29.97, each with a chain."""
    rng = np.random.default_rng(9)
    fps = Fraction(30_000, 1_001)
    chains = [["compressor"], ["denoise", "limiter"], ["highpass", "delay"], ["reverb"], ["gate", "gain"], []]
    films = []
    for rate in (RATE, 44_100, 96_000):
        at = np.arange(rate // 8, 20 * rate, rate // 4)  # four clicks a second
        samples = np.zeros((1, 20 * rate))
        samples[0, at] = 0.8
        films.append(_media(studio, samples, "mono", rate))
    clips, expected = [], []
    begins = 0
    for number in range(40):
        frames, first = int(rng.integers(9, 25)), int(rng.integers(0, 500))
        chain = [studio.effect(name) for name in chains[number % len(chains)]]
        start, length = first / fps, frames / fps
        clips.append(studio.clip(films[number % 3], length, start, chain))
        for click in range(80):
            rate = (RATE, 44_100, 96_000)[number % 3]
            place = Fraction(rate // 8 + click * (rate // 4), rate) - start
            if Fraction(1, 100) < place < length - Fraction(1, 100):
                expected.append(float((begins / fps + place) * RATE))
        begins += frames
    document = studio.document(studio.track(*clips, kind="audio"), fps=fps)
    total = int(begins / fps * RATE)
    got = np.abs(studio.samples(document, 0, total)[0])
    assert len(expected) > 70
    for place in expected:
        low = int(place) - 400
        assert abs(low + int(got[low : low + 800].argmax()) - place) <= 1
