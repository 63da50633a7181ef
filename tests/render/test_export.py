"""Exports of a film whose every frame and click is known, read back by another decoder."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cutroom.errors import EditError, MediaNotFoundError, TimeError, ValidationError
from cutroom.media import probe
from cutroom.render.cache import SegmentCache
from cutroom.render.export import export
from cutroom.render.plan import plan
from cutroom.schema.clip import Clip, Gap, MediaSource, Transition
from cutroom.schema.curve import Keyframe
from cutroom.schema.document import Document, ProjectSettings, Timeline
from cutroom.schema.effect import Effect
from cutroom.schema.export import ExportSettings
from cutroom.workers import InlineExecutor, WorkerPool

from .conftest import FPS, RATE, SIZE, Desk, Film, decode, decode_frames, title, track

CUTS = ((10, 100), (151, 152), (30, 75), (120, 239))
NUMBERS = [number for first, end in CUTS for number in range(first, end)]
SHORT_GOP = ExportSettings(gop=Fraction(1, 2))


def expected_clicks(film: Film, *ranges: tuple[int, int]) -> list[int]:
    """Where the film's clicks are heard on a timeline of frame ranges."""
    found, start = [], 0
    for first, end in ranges:
        span = range(round(first / FPS * RATE), round(end / FPS * RATE))
        found += [
            start + click - span.start for click in film.truth.clicks if click in span and click + 400 < span.stop
        ]
        start += len(span)
    return found


def test_the_right_frames_in_the_right_order_with_sound_in_sync(desk: Desk, film: Film) -> None:
    report = desk.export(film.cuts(*CUTS))
    decoded = desk.decode()
    assert decoded.numbers == NUMBERS
    assert decoded.samples.shape == (2, len(NUMBERS) * RATE // 30)
    clicks = expected_clicks(film, *CUTS)
    assert len(clicks) >= 3
    found = decoded.clicks()
    for click in clicks:
        assert min(abs(click - other) for other in found) <= 2, (click, found)
    assert (report.frames, report.seconds) == (len(NUMBERS), Fraction(len(NUMBERS), 30))
    assert report.verified.ok
    assert report.verified.decoded_frames == len(NUMBERS)
    assert report.size == (desk.folder / "out.mp4").stat().st_size
    assert desk.names() == ["out.mp4"]
    assert not list(desk.cache.folder.glob("spool-*"))


def test_pictures_are_as_good_at_joins_as_elsewhere(desk: Desk, film: Film) -> None:
    source = decode(film.path).frames
    desk.export(film.cuts((20, 200), sound=False), settings=SHORT_GOP)
    made = desk.decode().frames
    error = ((made.astype(np.float32) - source[20:200]) ** 2).mean(axis=(1, 2, 3))
    psnr = 10 * np.log10(255**2 / error)
    joins = [join for join in plan(film.cuts((20, 200)), SHORT_GOP).layout.joins if join]
    assert len(joins) >= 10
    around = np.array([min(psnr[join - 1], psnr[join]) for join in joins])
    assert around.min() > psnr.min() - 0.5
    assert psnr.min() > 33


@pytest.mark.parametrize("fps", [Fraction(30000, 1001), Fraction(25), Fraction(24000, 1001), Fraction(60)])
def test_times_lie_on_the_grid_of_any_rate(desk: Desk, film: Film, fps: Fraction) -> None:
    document = film.document(track("video", [film.clip(0, 90)]), track("audio", [film.clip(0, 90)]), fps=fps)
    report = desk.export(document, settings=SHORT_GOP)
    frames = round(3 * fps)
    assert report.verified.fps == fps
    assert len(desk.decode().frames) == report.frames == frames
    assert report.verified.samples == round(frames / fps * RATE)


def test_a_dissolve_and_effects_keep_their_places(desk: Desk, film: Film) -> None:
    dissolve = Transition(id="x_1", left="c_0", right="c_1", duration=Fraction(10, 30))
    desk.export(film.cuts((10, 60), (120, 170), transitions=[dissolve]))
    decoded = desk.decode()
    assert len(decoded.frames) == 100
    assert decoded.numbers[:45] == list(range(10, 55))
    assert decoded.numbers[55:] == list(range(125, 170))
    assert len(desk.decode().samples[0]) == 100 * RATE // 30


def test_what_is_animated_moves_across_joins_in_picture_and_sound(desk: Desk, film: Film) -> None:
    dark = (Keyframe(time=Fraction(1, 2), value=0.0), Keyframe(time=Fraction(5, 2), value=-0.8))
    soft = (Keyframe(time=0, value=0.0), Keyframe(time=3, value=-60.0))
    picture = film.clip(0, 90, effects=[Effect(id="e_1", effect="brightness", curves={"value": dark})])
    sound = film.clip(0, 90, id="a_1", effects=[Effect(id="e_2", effect="gain", curves={"db": soft})])
    plain = film.cuts((0, 90))
    desk.export(film.document(track("video", [picture]), track("audio", [sound])), settings=SHORT_GOP)
    moved = desk.decode()
    desk.export(plain, "plain.mp4", settings=SHORT_GOP)
    still = desk.decode("plain.mp4")
    light = moved.frames.mean(axis=(1, 2, 3)) - still.frames.mean(axis=(1, 2, 3))
    assert np.abs(light[:15]).max() < 1
    assert (np.diff(light[16:60]) < 0.2).all()  # darker and darker, with no step back at a join
    assert light[75:].max() < -60
    for second in range(3):
        heard, was = (np.sqrt((d.samples[:, second * RATE : (second + 1) * RATE] ** 2).mean()) for d in (moved, still))
        assert 20 * np.log10(heard / was) == pytest.approx(-20 * second - 10, abs=5)


def test_gaps_are_black_and_silent(desk: Desk, film: Film) -> None:
    gap = Gap(duration=Fraction(1))
    document = film.document(
        track("video", [film.clip(0, 30), gap, film.clip(30, 60)]),
        track("audio", [film.clip(0, 30, id="a_0"), gap, film.clip(30, 60, id="a_1")]),
    )
    desk.export(document)
    decoded = desk.decode()
    assert decoded.numbers == [*range(30), *[None] * 30, *range(30, 60)]
    assert decoded.frames[31:59].max() <= 2
    assert np.abs(decoded.samples[:, RATE + 3000 : 2 * RATE - 3000]).max() < 1e-3


def test_a_span_is_cut_out_exactly(desk: Desk, film: Film) -> None:
    document = film.cuts(*CUTS)
    desk.export(document, span=(Fraction(1), Fraction(4)))
    decoded = desk.decode()
    assert decoded.numbers == NUMBERS[30:120]
    assert decoded.samples.shape[1] == 3 * RATE
    with pytest.raises(TimeError, match="holds no frame"):
        desk.export(document, span=(Fraction(20), Fraction(21)))


def test_one_frame(desk: Desk, film: Film) -> None:
    report = desk.export(film.cuts((77, 78)))
    decoded = desk.decode()
    assert decoded.numbers == [77]
    assert decoded.samples.shape[1] == RATE // 30
    assert report.verified.problems == ()


def test_a_film_without_sound_and_sound_without_a_film(desk: Desk, film: Film) -> None:
    report = desk.export(film.cuts((0, 40), sound=False), "silent.mp4")
    assert (report.frames, report.verified.samples) == (40, 0)
    silent = desk.decode("silent.mp4")
    assert (len(silent.frames), silent.samples.size) == (40, 0)

    report = desk.export(film.document(track("audio", [film.clip(30, 100)])), "sound.mp4")
    assert (report.frames, report.verified.samples) == (0, 70 * RATE // 30)
    heard = desk.decode("sound.mp4")
    assert (len(heard.frames), heard.samples.shape[1]) == (0, 70 * RATE // 30)
    assert heard.clicks() == pytest.approx(expected_clicks(film, (30, 100)), abs=2)


def test_mono_at_another_rate(desk: Desk, film: Film) -> None:
    document = film.document(track("audio", [film.clip(0, 60)]), channels=1, sample_rate=44_100)
    desk.export(document)
    assert desk.decode(channels=1).samples.shape == (1, 2 * 44_100)


def test_sound_beyond_full_scale_is_limited_and_said_so(desk: Desk, film: Film) -> None:
    loud = [track("audio", [film.clip(0, 60, id=f"a_{i}")], volume=2.0) for i in range(3)]
    report = desk.export(film.document(*loud))
    assert any("beyond full scale" in warning for warning in report.warnings)
    assert np.abs(desk.decode().samples).max() < 1.4
    again = desk.export(film.document(*loud))
    assert again.warnings == report.warnings
    assert desk.export(film.document(track("audio", [film.clip(0, 60)]))).warnings == ()


def test_the_index_stands_before_the_data_and_there_is_one_description_per_stream(desk: Desk, film: Film) -> None:
    desk.export(film.cuts(*CUTS))
    data = (desk.folder / "out.mp4").read_bytes()
    assert 0 < data.index(b"moov") < data.index(b"mdat")
    assert data.count(b"avcC") == data.count(b"mp4a") == 1
    assert b"colr" in data


def test_any_executor_and_any_number_of_workers_give_the_same_bytes(desk: Desk, film: Film, pool: WorkerPool) -> None:
    document = film.cuts(*CUTS)
    with ThreadPoolExecutor(1) as threads:
        executors: dict[str, Any] = {"inline": None, "two workers": pool, "thread": threads}
        made = {}
        for number, (name, executor) in enumerate(executors.items()):
            fresh = Desk(desk.folder, film, type(desk.cache)(desk.folder / f"cache{number}"))
            report = fresh.export(document, f"{number}.mp4", executor=executor, settings=SHORT_GOP)
            assert report.segments_encoded > 15
            made[name] = (desk.folder / f"{number}.mp4").read_bytes()
    assert len(set(made.values())) == 1
    assert pool.level == "confined"


def test_progress_grows_from_nothing_to_everything(desk: Desk, film: Film, pool: WorkerPool) -> None:
    told: list[dict[str, Any]] = []
    desk.export(film.cuts(*CUTS), executor=pool, on_progress=told.append, settings=SHORT_GOP)
    stages = list(dict.fromkeys(update["stage"] for update in told))
    assert stages == ["plan", "encode", "mux", "verify", "publish"]
    encoding = [update for update in told if update["stage"] == "encode"]
    done = [update["done"] for update in encoding]
    assert done == sorted(done)
    assert told[-1]["done"] == told[-1]["total"] == len(NUMBERS)
    assert encoding[-1]["fps"] > 0
    assert encoding[-1]["eta"] is not None


def test_what_cannot_be_exported_says_why_and_writes_nothing(desk: Desk, film: Film) -> None:
    with pytest.raises(EditError, match="empty"):
        desk.export(film.document())
    odd = film.cuts((0, 10))
    odd = odd.replace(settings=odd.settings.replace(width=255))
    with pytest.raises(ValidationError, match="even sizes"):
        desk.export(odd)
    rate = film.cuts((0, 10))
    rate = rate.replace(settings=rate.settings.replace(sample_rate=50_000))
    with pytest.raises(ValidationError, match="50000 Hz"):
        desk.export(rate)
    stranger = film.media.replace(fingerprint=film.media.fingerprint.replace(sha256="0" * 64))
    with pytest.raises(MediaNotFoundError, match=r"film\.mp4"):
        desk.export(film.cuts((0, 10)).replace(media=(stranger,)))
    assert desk.names() == []


def test_titles_are_drawn_once_however_often_they_stand(desk: Desk, film: Film) -> None:
    items = [title("Hello", 30, id=f"c_{i}") for i in range(4)]
    report = desk.export(film.document(track("title", items)))
    assert (report.segments_encoded, report.segments_cached) == (1, 3)
    frames = desk.decode().frames
    assert len(frames) == 120
    assert frames[0].max() > 200
    assert all(np.array_equal(frames[i], frames[i + 30]) for i in range(90))


def test_a_report_reads_as_a_table(desk: Desk, film: Film) -> None:
    report = desk.export(film.cuts((0, 20)))
    row = report.to_df().iloc[0]
    assert (row["frames"], row["verified"], row["encoder"][:7]) == (20, True, "libx264")
    assert "libx264" in report._repr_html_()
    assert type(report).model_validate_json(report.model_dump_json()) == report
    assert report.verified.to_df().iloc[0]["width"] == SIZE[0]


@pytest.mark.shared
@pytest.mark.parametrize(
    ("name", "first", "frames"),
    [("nasa_13013.mp4", 100, 60), ("flipping_a_pancake.mkv", 37, 50), ("exo_sample_av1.mp4", 3, 20)],
)
def test_real_clips_come_through_frame_by_frame(
    shared_data: Path, tmp_path: Path, name: str, first: int, frames: int
) -> None:
    path = shared_data / "video" / name
    media = probe(str(path), InlineExecutor())
    assert media.video is not None
    video = media.video
    clip = Clip(id="c_1", source=MediaSource(media=media.id), start=first / video.rate, duration=frames / video.rate)
    settings = ProjectSettings(fps=video.rate, width=video.width, height=video.height)
    kinds = ["video"] + (["audio"] if media.audio else [])
    tracks = tuple(track(kind, [clip.replace(id=f"c_{kind}")]) for kind in kinds)
    document = Document(id="d_1", settings=settings, media=(media,), timeline=Timeline(tracks=tracks))
    paths = {media.fingerprint.sha256: str(path)}
    cache = SegmentCache(tmp_path / "cache")
    report = export(document, paths, tmp_path / "out.mp4", SHORT_GOP, InlineExecutor(), cache)
    size = (video.width, video.height)
    made = decode_frames(tmp_path / "out.mp4", size)
    source = decode_frames(path, size, stream=str(video.index), level="fatal")
    assert len(made) == frames == report.frames
    error = [
        [((made[i].astype(np.float32) - source[first + i + shift]) ** 2).mean() for shift in (-1, 0, 1)]
        for i in range(frames - 1)
    ]
    assert all(row[1] <= min(row) + 0.5 for row in error)
    assert np.mean([row[1] for row in error]) < 20
