"""The verification finds what is wrong with a file; each fault is made on purpose."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import pytest

from cutroom.errors import DamagedMediaError, MediaNotFoundError, UnsupportedMediaError
from cutroom.render import examine
from cutroom.render.cache import SegmentCache
from cutroom.render.export import export
from cutroom.render.orders import FileLayout
from cutroom.render.plan import plan
from cutroom.render.verify import Verification, verify
from cutroom.schema.export import ExportSettings
from cutroom.workers import InlineExecutor, WorkerPool

from .conftest import Film

SETTINGS = ExportSettings(gop=Fraction(1, 2))
RANGES = ((10, 60), (100, 140))


@pytest.fixture(scope="module")
def made(film: Film, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("verify")
    cache = SegmentCache(folder / "cache")
    export(film.cuts(*RANGES), film.paths, folder / "out.mp4", SETTINGS, InlineExecutor(), cache)
    return folder / "out.mp4"


@pytest.fixture
def layout(film: Film) -> FileLayout:
    return plan(film.cuts(*RANGES), SETTINGS).layout


def check(path: Path, expected: FileLayout | None = None) -> Verification:
    return verify(path, InlineExecutor(), expected)


def test_a_good_file_is_good_with_and_without_a_plan(made: Path, layout: FileLayout, pool: WorkerPool) -> None:
    for found in (check(made, layout), check(made), verify(made, pool, layout)):
        assert found.problems == ()
        assert found.ok
        assert (found.frames, found.decoded_frames, found.fps) == (90, 90, 30)
        assert (found.samples, found.decoded_samples, found.sample_rate) == (144_000, 144_000, 48_000)
        assert (found.width, found.height, found.seconds) == (256, 144, 3)


def test_files_of_others_are_good_too(film: Film) -> None:
    assert check(film.path).problems == ()


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"frames": 91}, "frames: 90, expected 91"),
        ({"samples": 143_999}, "samples: 144000, expected 143999"),
        ({"fps": Fraction(25)}, "frames a second: 30, expected 25"),
        ({"width": 258}, "size: 256 x 144, expected 258 x 144"),
        ({"sample_rate": 44_100}, "samples a second: 48000, expected 44100"),
        ({"joins": (0, 7)}, "1 joins are no keyframes, the first at frame 7"),
    ],
)
def test_what_differs_from_the_plan_is_said(
    made: Path, layout: FileLayout, change: dict[str, object], problem: str
) -> None:
    assert problem in check(made, replace(layout, **change)).problems  # type: ignore[arg-type]


def remux(source: Path, target: Path, drop: set[int] = frozenset(), late: int = 0) -> None:  # type: ignore[assignment]
    """A copy of the picture without some packets, or with frames shifted."""
    with av.open(str(source)) as read, av.open(str(target), "w") as write:
        stream = write.add_stream_from_template(read.streams.video[0], opaque=True)
        for number, packet in enumerate(read.demux(video=0)):
            if packet.dts is None or number in drop:
                continue
            if late and number >= 40:
                packet.pts += late
                packet.dts += late
            packet.stream = stream
            write.mux(packet)


def test_a_lost_frame_is_found(made: Path, tmp_path: Path) -> None:
    remux(made, tmp_path / "lost.mp4", drop={50})
    found = check(tmp_path / "lost.mp4")
    assert found.frames == 89
    assert any("off the frame grid" in problem for problem in found.problems)


def test_frames_off_the_grid_are_found(made: Path, tmp_path: Path) -> None:
    remux(made, tmp_path / "late.mp4", late=100)
    assert any("off the frame grid" in problem for problem in check(tmp_path / "late.mp4").problems)


def test_a_film_that_does_not_begin_with_a_keyframe_is_found(made: Path, tmp_path: Path) -> None:
    remux(made, tmp_path / "headless.mp4", drop={0})
    problems = " ".join(check(tmp_path / "headless.mp4").problems)
    assert "not a keyframe" in problems or "cannot be decoded" in problems


def test_broken_packets_are_found(made: Path, layout: FileLayout, tmp_path: Path) -> None:
    data = bytearray(made.read_bytes())
    middle = data.index(b"mdat") + (len(data) - data.index(b"mdat")) // 2
    data[middle : middle + 4000] = b"\xff" * 4000
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(data)
    assert any("cannot be decoded" in problem for problem in check(broken, layout).problems)


def test_a_file_cut_short_is_found(made: Path, layout: FileLayout, tmp_path: Path) -> None:
    short = tmp_path / "short.mp4"
    short.write_bytes(made.read_bytes()[:-8000])
    assert not check(short, layout).ok


def test_a_long_film_is_decoded_at_joins_only(film: Film, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(examine, "DECODE_ALL", 400 * 256 * 144)
    monkeypatch.setattr(examine, "HEAR_ALL", 20)
    document = film.cuts(*[(0, 200)] * 4)
    cache = SegmentCache(tmp_path / "cache")
    report = export(document, film.paths, tmp_path / "long.mp4", SETTINGS, InlineExecutor(), cache)
    assert report.frames == 800
    assert report.verified.ok
    assert 20 < report.verified.decoded_frames < 200
    assert 0 < report.verified.decoded_samples < report.verified.samples
    assert check(tmp_path / "long.mp4").ok
    data = bytearray((tmp_path / "long.mp4").read_bytes())
    data[-2000:] = b"\xff" * 2000
    (tmp_path / "hurt.mp4").write_bytes(data)
    assert not check(tmp_path / "hurt.mp4").ok


def test_what_is_no_media_is_an_error(tmp_path: Path, pool: WorkerPool) -> None:
    (tmp_path / "text.mp4").write_text("not a film")
    (tmp_path / "empty.mp4").write_bytes(b"")
    with pytest.raises(UnsupportedMediaError):
        check(tmp_path / "text.mp4")
    with pytest.raises(DamagedMediaError):
        check(tmp_path / "empty.mp4")
    with pytest.raises(MediaNotFoundError):
        verify(tmp_path / "gone.mp4", pool)
