"""A damaged part of a film does not keep it from being exported: it is clear or silent, and the report says where."""

from __future__ import annotations

import random
import re
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from cutroom.errors import CutroomError, DamagedMediaError
from cutroom.media import probe
from cutroom.render.cache import SegmentCache
from cutroom.schema.clip import Clip, MediaSource
from cutroom.schema.document import Document
from cutroom.schema.export import ExportSettings
from cutroom.workers import InlineExecutor, WorkerPool

from .conftest import FPS, Desk, Film, track

GOP, FRAMES = 15, 120
SETTINGS = ExportSettings(gop=1, on_error="slate")
WARNING = re.compile(
    r"the picture of hurt\.mp4 is damaged (from [\d.]+ s to [\d.]+ s(, | and in \d+ more places?)?)+ of "
)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory, film: Film) -> Film:
    """The film with many short GOPs, and sound."""
    path = tmp_path_factory.mktemp("whole") / "whole.mp4"
    with av.open(str(film.path)) as source, av.open(str(path), "w") as target:
        video = target.add_stream("libx264", rate=FPS, options={"g": str(GOP), "bf": "2", "sc_threshold": "0"})
        video.width, video.height, video.pix_fmt = 256, 144, "yuv420p"
        sound = target.add_stream("aac", rate=48_000, layout="stereo")
        for number, frame in enumerate(source.decode(video=0)):
            if number < FRAMES:
                frame.pict_type = 0
                target.mux(video.encode(frame))
        target.mux(video.encode())
        source.seek(0)
        for frame in source.decode(audio=0):
            if frame.pts * frame.time_base < FRAMES / FPS:
                target.mux(sound.encode(frame))
        target.mux(sound.encode())
    return Film(path, film.truth, probe(str(path), InlineExecutor()))


def places(path: Path, kind: str) -> list[tuple[int, int]]:
    with av.open(str(path)) as container:
        return [(p.pos, p.size) for p in container.demux(**{kind: 0}) if p.size > 16]


def hurt(whole: Film, folder: Path, packets: list[tuple[int, int]], rng: random.Random, *, whole_packet: bool) -> Film:
    """The film with bits flipped in some packets, or with these overwritten."""
    data = bytearray(whole.path.read_bytes())
    for pos, size in packets:
        if whole_packet:
            data[pos : pos + size] = b"\xff" * size
        for _ in range(rng.choice([1, 5, 30])):
            data[pos + 8 + rng.randrange(size - 8)] ^= 1 << rng.randrange(8)
    path = folder / "hurt.mp4"
    path.write_bytes(data)
    media = whole.media
    fingerprint = media.fingerprint.replace(sha256=f"{rng.getrandbits(256):064x}")
    return Film(path, whole.truth, media.replace(path=str(path), fingerprint=fingerprint))


def one_clip(film: Film, *, backwards: bool = False) -> Document:
    clip = Clip(id="c_1", source=MediaSource(media=film.media.id), duration=Fraction(FRAMES) / FPS, reverse=backwards)
    return film.document(track("video", [clip]), track("audio", [clip.replace(id="a_1")]))


def test_thirty_damaged_films_are_exported(whole: Film, tmp_path: Path) -> None:
    desk = Desk(tmp_path, whole, SegmentCache(tmp_path / "cache"))
    desk.export(one_clip(whole), settings=SETTINGS)
    clean = desk.decode().frames
    packets, rng, told = places(whole.path, "video"), random.Random(7), 0
    for turn in range(30):
        numbers = rng.sample(range(len(packets)), rng.choice([1, 2]))
        film = hurt(whole, tmp_path, [packets[n] for n in numbers], rng, whole_packet=turn % 3 == 0)
        desk = Desk(tmp_path, film, SegmentCache(tmp_path / f"cache{turn}"))
        report = desk.export(one_clip(film), settings=SETTINGS)
        assert report.frames == FRAMES
        told += any(WARNING.match(warning) for warning in report.warnings)
        made, gops = desk.decode().frames, {n // GOP for n in numbers}
        for n in range(FRAMES):
            if not {n // GOP, n // GOP - 1} & gops and n // 30 not in {gop * GOP // 30 for gop in gops}:
                assert np.array_equal(made[n], clean[n]), n
    assert told >= 24  # of some flipped bits a decoder makes another picture, and nobody knows


@pytest.mark.parametrize("backwards", [False, True])
def test_parts_are_what_the_whole_is(whole: Film, tmp_path: Path, pool: WorkerPool, backwards: bool) -> None:
    packets, rng = places(whole.path, "video"), random.Random(3)
    film = hurt(whole, tmp_path, [packets[20], packets[63], packets[64]], rng, whole_packet=True)
    document = one_clip(film, backwards=backwards)
    made = []
    for number, (gop, executor) in enumerate([(Fraction(7, 30), None), (1, None), (4, None), (1, pool)]):
        desk = Desk(tmp_path, film, SegmentCache(tmp_path / f"cache{number}"))
        report = desk.export(document, executor=executor, settings=ExportSettings(gop=gop, crf=1, on_error="slate"))
        made.append(desk.decode().frames)
        assert sum("hurt.mp4 is damaged" in warning for warning in report.warnings) == 1
    lost = [frame.max() < 8 for frame in made[1]]
    assert 10 < sum(lost) <= 2 * GOP
    for frames in made:
        assert [frame.max() < 8 for frame in frames] == lost
    assert np.array_equal(made[1], made[3])
    shown = np.flatnonzero(~np.array(lost))
    for frames in made:
        assert np.abs(frames[shown].astype(int) - made[1][shown]).max() < 24  # encoded with other keyframes


def test_what_is_damaged_is_told_each_time_and_where(whole: Film, tmp_path: Path) -> None:
    packets, rng = places(whole.path, "video"), random.Random(3)
    film = hurt(whole, tmp_path, [packets[GOP * 2]], rng, whole_packet=True)
    desk = Desk(tmp_path, film, SegmentCache(tmp_path / "cache"))
    for _ in range(2):
        report = desk.export(one_clip(film), settings=SETTINGS)
        (warning,) = report.warnings
        assert warning == (
            "the picture of hurt.mp4 is damaged from 1 s to 1.5 s of the file: what clips show of that is clear; "
            "copy the file again from its source, or keep that part out of the edit"
        )
    assert report.segments_encoded == 1
    assert report.segments_cached > 2
    part = desk.export(one_clip(film), span=(Fraction(2), Fraction(3)), settings=SETTINGS)
    assert part.warnings == ()


def test_damaged_sound_is_silent_and_told(whole: Film, tmp_path: Path) -> None:
    desk = Desk(tmp_path, whole, SegmentCache(tmp_path / "cache"))
    desk.export(one_clip(whole), settings=SETTINGS)
    clean = desk.decode().samples
    packets, rng = places(whole.path, "audio"), random.Random(3)
    film = hurt(whole, tmp_path, packets[90:100], rng, whole_packet=True)
    desk = Desk(tmp_path, film, SegmentCache(tmp_path / "cache2"))
    for _ in range(2):
        report = desk.export(one_clip(film), settings=SETTINGS)
        (warning,) = report.warnings
        assert re.match(
            r"the sound of hurt\.mp4 is damaged from 1\.\d+ s to 2\.\d+ s of the file: .* silent; ", warning
        )
    samples = desk.decode().samples
    assert np.array_equal(samples[:, : 48_000 * 3 // 2], clean[:, : 48_000 * 3 // 2])
    assert np.abs(samples[:, 48_000 * 3 :] - clean[:, 48_000 * 3 :]).max() < 0.05  # encoded after something else
    assert np.abs(samples[:, 93 * 1024 : 97 * 1024]).max() < 0.01


def test_an_export_fails_where_a_source_is_damaged_unless_it_is_told_not_to(whole: Film, tmp_path: Path) -> None:
    packets, rng = places(whole.path, "video"), random.Random(3)
    film = hurt(whole, tmp_path, [packets[GOP * 2]], rng, whole_packet=True)
    desk = Desk(tmp_path, film, SegmentCache(tmp_path / "cache"))
    with pytest.raises(DamagedMediaError, match=r"picture of hurt\.mp4 is damaged from 1 s to 1\.5 s") as caught:
        desk.export(one_clip(film), "failed.mp4", settings=ExportSettings(gop=1))
    assert 'on_error="slate"' in str(caught.value.hint)
    assert not (tmp_path / "failed.mp4").exists()
    report = desk.export(one_clip(film), settings=SETTINGS)
    assert report.segments_cached >= 1  # what was finished before
    assert report.frames == FRAMES


def test_a_file_without_an_index_still_fails(whole: Film, tmp_path: Path) -> None:
    path = tmp_path / "hurt.mp4"
    data = whole.path.read_bytes()
    path.write_bytes(data[: data.index(b"moov") - 4])
    film = Film(path, whole.truth, whole.media)
    with pytest.raises(CutroomError, match=r"hurt\.mp4 is damaged") as caught:
        Desk(tmp_path, film, SegmentCache(tmp_path / "cache")).export(one_clip(film))
    assert "copy it again" in str(caught.value.hint)


def test_a_real_damaged_film_is_exported(tmp_path: Path, shared_data: Path) -> None:
    path = shared_data / "video" / "decord_corrupted.mp4"
    if not path.exists():
        pytest.skip("the real clips are not here")
    media = probe(str(path), InlineExecutor())
    film = Film(path, None, media)  # type: ignore[arg-type]
    clip = Clip(id="c_1", source=MediaSource(media=media.id), duration=Fraction(5))
    desk = Desk(tmp_path, film, SegmentCache(tmp_path / "cache"))
    report = desk.export(film.document(track("video", [clip])), settings=ExportSettings(on_error="slate"))
    (warning,) = report.warnings
    assert re.match(r"the picture of decord_corrupted\.mp4 is damaged from [23][\d.]* s to 5 s of the file", warning)
    black = [frame.max() < 8 for frame in desk.decode().frames]
    assert not any(black[:80])
    assert all(black[100:])
