"""Pictures made in Python become media: the very same numbers, or nothing."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

import cutroom as cr
from cutroom import errors
from cutroom.app import app
from cutroom.render import frames as writing
from cutroom.render.cache import SegmentCache


@pytest.fixture
def project(tmp_path: Path) -> Iterator[cr.Project]:
    with cr.Project.create(tmp_path / "trip.tlp") as made:
        yield made


def noise(count: int, shape: tuple[int, ...] = (37, 51, 3), seed: int = 0) -> list[NDArray[np.uint8]]:
    made = np.random.default_rng(seed)
    return [made.integers(0, 256, shape, np.uint8) for _ in range(count)]


def decoded(path: str, format: str = "rgb24") -> list[NDArray[np.uint8]]:
    with av.open(path) as container:
        return [frame.to_ndarray(format=format) for frame in container.decode(video=0)]


def left(project: cr.Project) -> list[str]:
    """What lies in the project's folder beside its own files, and what is spooled."""
    spools = app().get(SegmentCache).folder
    names = [*project.session.folder.rglob("*"), *(spools.glob("spool-*") if spools.exists() else ())]
    return sorted(path.name for path in names if not path.name.startswith("trip.tlp"))


@pytest.mark.parametrize("shape", [(37, 51, 3), (90, 160, 3), (64, 48, 4), (31, 33, 4), (40, 60), (1, 1, 3)])
def test_the_very_same_numbers_come_back(project: cr.Project, shape: tuple[int, ...]) -> None:
    frames = noise(5, shape)
    media = project.media.add_frames(frames, fps=29.97, progress=False)
    assert media.video is not None
    assert media.video.rate == Fraction(30000, 1001)
    assert media.duration == 5 * Fraction(1001, 30000)
    assert media.video.display_size == (shape[1], shape[0])
    found = decoded(media.path, "rgba" if shape[-1] == 4 else "rgb24")
    assert len(found) == 5
    for here, there in zip(found, frames, strict=True):
        assert np.array_equal(here, there if len(shape) == 3 else np.dstack([there] * 3))


def test_every_frame_stands_alone_and_at_its_time(project: cr.Project) -> None:
    media = project.media.add_frames(noise(30), fps=24, progress=False)
    with av.open(media.path) as container:
        stream = container.streams.video[0]
        packets = [packet for packet in container.demux(stream) if packet.size]
        assert all(packet.is_keyframe for packet in packets)
        assert [packet.pts * stream.time_base for packet in packets] == [Fraction(n, 24) for n in range(30)]


def test_frames_are_shown_and_exported(project: cr.Project, tmp_path: Path) -> None:
    levels = [(20, 200, 60), (220, 30, 90), (40, 50, 230)]
    tl = project.timeline
    tl.append(project.media.add_frames([np.full((180, 320, 3), rgb, np.uint8) for rgb in levels], fps=25))
    assert (project.settings.fps, project.settings.width, project.settings.height) == (25, 320, 180)
    assert tl.clips[0].duration == Fraction(3, 25)
    tl.render(tmp_path / "out.mp4", progress=False)
    for number, (rgb, exported) in enumerate(zip(levels, decoded(str(tmp_path / "out.mp4")), strict=True)):
        for picture in (tl.frame(cr.frames(number)).array, exported):
            assert np.abs(picture.reshape(-1, 3).mean(axis=0) - rgb).max() < 4


def test_clear_parts_show_what_is_below(project: cr.Project) -> None:
    tl = project.timeline
    tl.append(project.media.add_frames([np.full((180, 320, 3), (200, 0, 0), np.uint8)] * 5))
    over = np.zeros((180, 320, 4), np.uint8)
    over[:, 160:] = (0, 0, 200, 255)
    tl.add_track("video", name="V2")
    tl.overwrite(project.media.add_frames([over] * 5), at=0, track="V2")
    picture = tl.frame(0).array.astype(int)
    assert np.abs(picture[90, 40] - (200, 0, 0)).max() < 6
    assert np.abs(picture[90, 280] - (0, 0, 200)).max() < 6


def test_equal_frames_are_one_file_and_one_media(project: cr.Project) -> None:
    first = project.media.add_frames(noise(4), progress=False)
    again = project.media.add_frames(iter(noise(4)), progress=False)
    assert first == again
    assert [first.value.path] == [f"trip-media/{Path(first.path).name}"]
    for other in (noise(4, seed=1), noise(3)):
        assert project.media.add_frames(other, progress=False) != first
    assert project.media.add_frames(noise(4), fps=30, progress=False) != first
    assert len(project.media) == len(list(Path(first.path).parent.iterdir())) == 4


def test_a_buffer_may_be_used_again_for_the_next_frame(project: cr.Project) -> None:
    buffer = np.zeros((16, 16, 3), np.uint8)

    def drawn() -> Iterator[NDArray[np.uint8]]:
        for level in range(7):
            buffer[:] = level * 30
            yield buffer

    media = project.media.add_frames(drawn(), progress=False)
    assert [int(frame[0, 0, 0]) for frame in decoded(media.path)] == [level * 30 for level in range(7)]


def test_frames_are_asked_for_only_as_fast_as_they_are_written(
    project: cr.Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "CHUNK", 1)  # a frame at a time
    monkeypatch.setattr(writing, "IN_FLIGHT", 3 * 37 * 51 * 3)
    landed, ahead = [0], []
    write = writing.write_frames

    def watched(*args: Any, on_progress: Any, **options: Any) -> tuple[Path, bool]:
        return write(*args, on_progress=lambda told: landed.__setitem__(0, told["done"]), **options)

    monkeypatch.setattr("cutroom.render.frames.write_frames", watched)

    def drawn() -> Iterator[NDArray[np.uint8]]:
        for number, frame in enumerate(noise(40)):
            ahead.append(number - landed[0])
            yield frame

    project.media.add_frames(drawn(), progress=False)
    assert len(ahead) == 40
    assert max(ahead) <= 3


@pytest.mark.parametrize("stops", [ZeroDivisionError, KeyboardInterrupt])
@pytest.mark.parametrize("after", [0, 3, 30])
def test_an_error_on_the_way_leaves_nothing(project: cr.Project, stops: type[BaseException], after: int) -> None:
    def drawn() -> Iterator[NDArray[np.uint8]]:
        yield from noise(after, (360, 640, 3))
        raise stops

    with pytest.raises(stops):
        project.media.add_frames(drawn(), progress=False)
    assert left(project) == []
    assert len(project.media) == len(project.history) == 0
    assert project.media.add_frames(noise(3), progress=False).state == "ok"


@pytest.mark.parametrize(
    ("frames", "says", "hint"),
    [
        ([], "there are no frames", "uint8"),
        ([*noise(2), *noise(1, (37, 50, 3))], "frame 2 has the shape (37, 50, 3)", "one size"),
        ([*noise(1), *noise(1, (37, 51, 4))], "frame 1 has the shape (37, 51, 4)", "alpha"),
        ([frame / 255 for frame in noise(2)], "frame 0 is float64", "* 255"),
        ([frame.astype(np.uint16) for frame in noise(2)], "frame 0 is uint16", "uint8"),
        ([frame > 0 for frame in noise(2)], "frame 0 is bool", "uint8"),
        (noise(2, (3, 20, 20)), "frame 0 has the shape (3, 20, 20)", "transpose"),
        (noise(2, (20, 20, 2)), "frame 0 has the shape (20, 20, 2)", "height"),
        (noise(2, (0, 20, 3)), "frame 0 has the shape (0, 20, 3)", "height"),
        (noise(1)[0], "is one frame", "[frame]"),
        ([[[1, 2], [3]]], "frame 0 is no array", "uint8"),
        (["a.png"], "frame 0 is", "uint8"),
        ([np.zeros((2, 9000, 3), np.uint8)], "too large", "8192"),
        (7, "several arrays", ""),
    ],
)
def test_what_is_no_film_is_refused(project: cr.Project, frames: Any, says: str, hint: str) -> None:
    with pytest.raises(errors.ValidationError) as caught:
        project.media.add_frames(frames, progress=False)
    assert says in caught.value.message
    assert hint in (caught.value.hint or "")
    assert left(project) == []
    assert len(project.media) == 0


@pytest.mark.parametrize("fps", [float("nan"), 0, -25, 1000, "fast", None])
def test_a_rate_that_is_none_is_refused(project: cr.Project, fps: Any) -> None:
    with pytest.raises(errors.TimeError):
        project.media.add_frames(noise(2), fps=fps)
    assert left(project) == []


def test_a_path_of_ones_own(project: cr.Project, tmp_path: Path) -> None:
    media = project.media.add_frames(noise(2), path=tmp_path / "plot.mov", progress=False)
    assert media.value.path == "plot.mov"
    before = (tmp_path / "plot.mov").read_bytes()

    def untouched() -> Iterator[NDArray[np.uint8]]:
        pytest.fail("no frame is asked for in vain")
        yield

    for path, says in (("plot.mov", "exists"), ("plot.mp4", "written as QuickTime"), ("no/folder/plot.mov", "cannot")):
        with pytest.raises(errors.OutputError, match=says):
            project.media.add_frames(untouched(), path=tmp_path / path, progress=False)
    assert (tmp_path / "plot.mov").read_bytes() == before
    assert left(project) == ["plot.mov"]
    assert len(project.media) == 1


@pytest.mark.parametrize("links", [True, False])
def test_a_file_that_appears_meanwhile_is_kept(
    project: cr.Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, links: bool
) -> None:
    def drawn() -> Iterator[NDArray[np.uint8]]:
        yield from noise(2)
        (tmp_path / "plot.mov").write_bytes(b"somebody else's")

    def none(*_: object) -> None:
        raise OSError(errno.EOPNOTSUPP, "this file system knows no links")

    if not links:
        monkeypatch.setattr(os, "link", none)
    with pytest.raises(errors.OutputError, match="exists"):
        project.media.add_frames(drawn(), path=tmp_path / "plot.mov", progress=False)
    assert (tmp_path / "plot.mov").read_bytes() == b"somebody else's"
    assert left(project) == ["plot.mov"]
    assert len(project.media) == 0
    assert project.media.add_frames(noise(2), path=tmp_path / "other.mov", progress=False).state == "ok"
    assert left(project) == ["other.mov", "plot.mov"]


def test_a_film_that_cannot_be_added_leaves_no_file(project: cr.Project, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = project.media.add_frames(noise(2), progress=False)

    def refused(*_: object) -> None:
        raise errors.MediaError("not today")

    monkeypatch.setattr("cutroom.api.media_files.probe", refused)
    for count in (2, 3):  # a file that was there stays, a new one goes
        with pytest.raises(errors.MediaError, match="not today"):
            project.media.add_frames(noise(count), progress=False)
        assert left(project) == [Path(kept.path).name, "trip-media"]


def test_frames_that_are_there_stay_the_file_they_are(project: cr.Project) -> None:
    grey = [np.full((32, 32, 3), level, np.uint8) for level in (0, 90, 180)]
    path = Path(project.media.add_frames(grey, progress=False).path)
    before = path.stat().st_ino, path.stat().st_mtime_ns
    assert Path(project.media.add_frames(grey, progress=False).path) == path
    assert (path.stat().st_ino, path.stat().st_mtime_ns) == before
    content = path.read_bytes()
    path.write_bytes(content + b"a note of one's own")
    with pytest.raises(errors.OutputError, match="exists"):
        project.media.add_frames(grey, progress=False)
    assert path.read_bytes() == content + b"a note of one's own"
    assert [one.name for one in path.parent.iterdir()] == [path.name]
    path.unlink()
    assert project.media.add_frames(grey, progress=False).state == "ok"  # what was lost is made again
    assert path.read_bytes() == content


def test_a_closed_project_asks_for_no_frame(tmp_path: Path) -> None:
    project = cr.Project.create(tmp_path / "trip.tlp")
    project.close()
    asked: list[int] = []
    with pytest.raises(errors.EditError, match="closed"):
        project.media.add_frames((asked.append(n) or noise(1)[0] for n in range(3)), progress=False)  # type: ignore[func-returns-value]
    assert asked == []


def test_a_project_in_memory_keeps_them_where_it_began(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    project = cr.Project.create()
    media = project.media.add_frames(noise(2), progress=False)
    assert Path(media.path).parent == tmp_path / "unsaved-media"
    project.save_as(tmp_path / "trip.tlp")
    assert media.value.path == f"unsaved-media/{Path(media.path).name}"
    project.close()


def test_frames_come_back_after_undo_and_in_a_new_session(project: cr.Project, tmp_path: Path) -> None:
    media = project.media.add_frames(noise(2), progress=False)
    project.undo()
    assert len(project.media) == 0
    project.redo()
    assert media.state == "ok"
    project.timeline.append(media)
    project.close()
    with cr.Project.open(tmp_path / "trip.tlp") as again:
        assert again.timeline.frame(0).array.shape == (38, 52, 3)


@pytest.mark.skipif(sys.platform != "linux", reason="a process's limit of file sizes is Linux's here")
def test_a_full_disk_leaves_nothing(tmp_path: Path) -> None:
    """A limit of file sizes fails as a full disk does, and needs no disk of its own."""
    script = """
import resource, sys, os
from pathlib import Path
import numpy as np, cutroom as cr
folder = Path(sys.argv[1])
project = cr.Project.create(folder / "trip.tlp")
small = [np.zeros((64, 64, 3), np.uint8)] * 3
project.media.add_frames(small, path=folder / "small.mov", progress=False)
resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, 1_000_000))
import signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
noise = (np.random.default_rng(n).integers(0, 256, (360, 640, 3), np.uint8) for n in range(6))
try:
    project.media.add_frames(noise, progress=False)
except cr.CutroomError as error:
    names = sorted(path.name for path in folder.rglob("*") if "tlp" not in path.name)
    print(type(error).__name__, names, len(project.media))
"""
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path)], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.stdout.strip() == "OutputError ['small.mov'] 1", done.stderr


class Figure:
    """Like Matplotlib's: what it shows is in its canvas once that is drawn."""

    def __init__(self) -> None:
        self.canvas, self.shows = self, np.zeros((36, 64, 4), np.uint8)

    def draw(self) -> None:
        self.shows[...] = (200, 10, 30, 255)

    def buffer_rgba(self) -> memoryview:
        return memoryview(self.shows)


@pytest.mark.parametrize(
    ("picture", "colour"),
    [
        (Image.new("RGB", (64, 36), (255, 0, 0)).convert("P"), (255, 0, 0)),
        (Image.new("CMYK", (64, 36), (0, 255, 255, 0)), (255, 0, 0)),
        (Image.new("1", (64, 36), 1), (255, 255, 255)),
        (Image.new("LA", (64, 36), (120, 255)), (120, 120, 120)),
        (Figure(), (200, 10, 30)),
        (cr.Frame(np.full((36, 64, 3), (10, 200, 90), np.uint8), Fraction(0), Fraction(25)), (10, 200, 90)),
    ],
)
def test_pictures_of_other_kinds_are_taken_for_what_they_show(
    tmp_path: Path, picture: Any, colour: tuple[int, int, int]
) -> None:
    project = cr.Project.create()
    media = project.media.add_frames([picture], fps=25, path=tmp_path / "one.mov", progress=False)
    with av.open(media.path) as container:
        (frame,) = container.decode(video=0)
    assert np.abs(frame.to_ndarray(format="rgb24")[18, 32].astype(int) - colour).max() <= 2


@pytest.mark.parametrize(("kind", "hint"), [("int64", "astype('uint8')"), ("bool", "* 255"), ("float32", "255")])
def test_numbers_of_another_kind_are_refused_with_the_way_to_turn_them(kind: str, hint: str) -> None:
    with pytest.raises(errors.ValidationError) as caught:
        cr.Project.create().media.add_frames([np.zeros((36, 64, 3), kind)], fps=25)
    assert hint in caught.value.hint
