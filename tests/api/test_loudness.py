"""`cr.loudness`, and effects that measure first, as a user meets them: with real workers."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
import pyloudnorm
import pytest

import cutroom as cr

RATE = 48_000


@pytest.fixture
def song(tmp_path: Path) -> tuple[Path, np.ndarray]:
    time = np.arange(8 * RATE) / RATE
    chord = sum(np.sin(2 * np.pi * hertz * time + hertz) for hertz in (220, 277, 330, 1320))
    samples = np.stack([chord, 0.5 * chord]) * 0.05 * (0.2 + np.abs(np.sin(2 * np.pi * 0.3 * time)))
    path = tmp_path / "song.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(np.rint(samples.T * 32767).astype("<i2").tobytes())
    return path, samples


def meter(samples: np.ndarray) -> float:
    return float(pyloudnorm.Meter(RATE).integrated_loudness(samples.T))


def test_files_media_clips_and_timelines_are_measured(song) -> None:
    path, samples = song
    project = cr.Project.create(fps=30, sample_rate=RATE)
    media = project.media.add(path)
    whole = meter(samples)
    for source in (path, str(path), media):
        found = cr.loudness(source)
        assert found.integrated == pytest.approx(whole, abs=0.1)
        assert found.true_peak == pytest.approx(20 * np.log10(np.abs(samples).max()), abs=0.2)
    assert repr(found) == f"Loudness({found.integrated:.1f} LUFS, range {found.range:.1f} LU, true peak " + (
        f"{found.true_peak:.1f} dBTP)"
    )
    clip = project.timeline.append(media, source=(2, 5))
    part = meter(samples[:, 2 * RATE : 5 * RATE])
    assert cr.loudness(clip).integrated == pytest.approx(part, abs=0.1)
    clip.effects.add("gain", db=-6)
    assert cr.loudness(clip).integrated == pytest.approx(part - 6, abs=0.1)
    clip.track.volume = 0.5
    assert cr.loudness(clip).integrated == pytest.approx(part - 6, abs=0.1)
    assert cr.loudness(project.timeline).integrated == pytest.approx(part - 12.02, abs=0.1)
    short = meter(samples[:, 2 * RATE : 3 * RATE]) - 12.02
    assert cr.loudness(project.timeline, span=(0, 1)).integrated == pytest.approx(short, abs=0.1)


def test_mono_is_louder_from_two_speakers_and_says_so(song, tmp_path: Path) -> None:
    with wave.open(str(song[0])) as stereo, wave.open(str(tmp_path / "mono.wav"), "wb") as mono:
        samples = np.frombuffer(stereo.readframes(-1), "<i2").reshape(-1, 2)[:, :1]
        mono.setparams((1, 2, RATE, 0, "NONE", ""))
        mono.writeframes(samples.tobytes())
    file = cr.loudness(tmp_path / "mono.wav")
    assert file.integrated == pytest.approx(meter(samples.T / 32768), abs=0.1)
    assert file.channels == 1
    assert repr(file).endswith("dBTP, mono)")
    clip = cr.loudness(cr.timeline(tmp_path / "mono.wav").clips[0])
    assert clip.integrated - file.integrated == pytest.approx(3.01, abs=0.02)
    assert clip.channels == 2
    assert "mono" not in repr(clip)


def test_normalize_as_a_user_adds_it(song, tmp_path: Path) -> None:
    path, _ = song
    project = cr.Project.create(fps=30, size=(64, 64), sample_rate=RATE)
    clip = project.timeline.append(path, source=(1, 6))
    clip.effects.add("normalize", target=-27)
    assert cr.loudness(clip).integrated == pytest.approx(-27, abs=0.05)
    with pytest.raises(cr.errors.ValidationError, match="normalize: target cannot be animated"):
        clip.effects["normalize"].animate("target", {0: -30, 1: -20})


def test_what_has_no_sound_or_is_none_is_refused(film) -> None:
    project = cr.Project.create(fps=30)
    clip = project.timeline.append(film.path, source=(0, 2))
    assert cr.loudness(clip) == cr.loudness(clip.linked[0])
    title = project.timeline.add_title("Hello", at=0, duration=1)
    with pytest.raises(cr.errors.UnsupportedMediaError, match="no sound"):
        cr.loudness(title)
    with pytest.raises(cr.errors.ValidationError, match="not a source"):
        cr.loudness(3)  # type: ignore[arg-type]
    with pytest.raises(cr.errors.ValidationError, match="in a span"):
        cr.loudness(clip, span=(0, 1))
    empty = cr.Project.create(fps=30).timeline
    assert cr.loudness(empty).integrated is None


def test_stills_plans_exports_and_jobs_measure_first(film, tmp_path: Path) -> None:
    project = cr.Project.create(tmp_path / "shaky.tlp", fps=30)
    tl = project.timeline
    clip = tl.append(film.path, source=(0, 2))
    bare = tl.frame(1).array
    clip.effects.add("stabilize", mode="keep")
    assert tl.frame(1).array.shape == bare.shape
    renderer = cr.Renderer(project, loudness=-30)
    assert renderer.settings.loudness == -30
    plan = renderer.plan()
    assert plan.loudness is not None
    report = renderer.render(tmp_path / "out.mp4", progress=False)
    assert report.frames == 60
    assert cr.loudness(tmp_path / "out.mp4").integrated == pytest.approx(-30, abs=0.5)
    job = renderer.submit(tmp_path / "job.mp4")
    job.result(timeout=120)
    assert (tmp_path / "job.mp4").read_bytes() == (tmp_path / "out.mp4").read_bytes()
    with pytest.raises(cr.errors.ValidationError, match="loudness"):
        cr.Renderer(project, loudness=3)
