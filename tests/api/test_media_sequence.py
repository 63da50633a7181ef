"""Numbered image files become a film: the very same pictures, or an error that names the file or the number."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from PIL import Image

import cutroom as cr
from cutroom import errors
from cutroom.app import app
from cutroom.render.cache import SegmentCache

SHAPE = (24, 36, 3)


@pytest.fixture
def project(tmp_path: Path) -> Iterator[cr.Project]:
    with cr.Project.create(tmp_path / "trip.tlp") as made:
        yield made


@pytest.fixture
def shots(tmp_path: Path) -> Path:
    (tmp_path / "shots").mkdir()
    return tmp_path / "shots"


def picture(number: int) -> np.ndarray:
    return np.tile(np.uint8([number, 255 - number, 40 + number]), (*SHAPE[:2], 1))


def write(shots: Path, numbers: list[int], name: str = "frame.{:04d}.png", **options: object) -> None:
    for number in numbers:
        Image.fromarray(picture(number)).save(shots / name.format(number), **options)  # type: ignore[arg-type]


def decoded(path: str, format: str = "rgb24") -> list[np.ndarray]:
    with av.open(path) as container:
        return [frame.to_ndarray(format=format) for frame in container.decode(video=0)]


def numbers_of(media: cr.Media) -> list[int]:
    return [int(array[0, 0, 0]) for array in decoded(media.path)]


def left(project: cr.Project) -> list[str]:
    spools = app().get(SegmentCache).folder
    made = project.session.folder / "trip-media"
    return [*(path.name for path in made.glob("*")), *(path.name for path in spools.glob("spool-*"))]


def test_a_pattern_is_one_media_with_every_picture_as_it_is(project: cr.Project, shots: Path) -> None:
    write(shots, list(range(98, 103)), "frame.{:02d}.png")
    media = project.media.add_sequence(shots / "frame.%02d.png", fps=24, progress=False)
    assert media.video is not None
    assert (media.video.rate, media.video.frames, media.duration) == (24, 5, Fraction(5, 24))
    assert Path(media.path).parent.name == "trip-media"
    assert Path(media.path).name.startswith("frame-")
    assert all(np.array_equal(a, picture(n)) for a, n in zip(decoded(media.path), range(98, 103), strict=True))
    assert project.media.add_sequence(str(shots / "frame.%02d.png"), 24, progress=False) == media
    assert project.session.document.settings.fps == 24
    clip = project.timeline.append(media)
    assert project.timeline.frame(Fraction(3, 24)).array[5, 5, 0] in {100, 101, 102}
    assert clip.duration == media.duration
    assert project.media.to_df()["state"].tolist() == ["ok"]
    packed = project.pack(project.session.folder / "lesson.zip", progress=False)
    assert packed.files == (f"media/{Path(media.path).name}",)


def test_numbers_that_are_missing_are_named_or_held(project: cr.Project, shots: Path) -> None:
    write(shots, [1, 2, 5, 6, 8])
    with pytest.raises(errors.MediaNotFoundError, match=r"frame\.%04d\.png lacks the numbers 3 to 4, 7") as caught:
        project.media.add_sequence(shots / "frame.%04d.png")
    assert caught.value.value == [3, 4, 7]
    assert "hold" in caught.value.hint
    media = project.media.add_sequence(shots / "frame.%04d.png", missing="hold", progress=False)
    assert numbers_of(media) == [1, 2, 2, 2, 5, 6, 6, 8]


def test_numbers_without_zeros_and_stars_and_lists(project: cr.Project, shots: Path) -> None:
    write(shots, [8, 9, 10, 11], "a{}.png")
    (shots / "a007.png").write_bytes(b"not of it")
    wanted = [8, 9, 10, 11]
    assert numbers_of(project.media.add_sequence(shots / "a%d.png", progress=False)) == wanted
    (shots / "a007.png").unlink()
    assert numbers_of(project.media.add_sequence(shots / "a*.png", progress=False)) == wanted
    listed = [shots / f"a{number}.png" for number in (11, 8, 8)]
    assert numbers_of(project.media.add_sequence(listed, progress=False)) == [11, 8, 8]


@pytest.mark.parametrize(("suffix", "options"), [("bmp", {}), ("tif", {}), ("webp", {"lossless": True})])
def test_other_kinds_become_png_without_loss(
    project: cr.Project, shots: Path, suffix: str, options: dict[str, object]
) -> None:
    write(shots, [1, 2, 3], "f{:03d}." + suffix, **options)
    media = project.media.add_sequence(shots / f"f%03d.{suffix}", progress=False)
    assert media.video is not None
    assert media.video.codec == "png"
    assert all(np.array_equal(a, picture(n)) for a, n in zip(decoded(media.path), (1, 2, 3), strict=True))


def test_jpegs_are_taken_byte_for_byte(project: cr.Project, shots: Path) -> None:
    write(shots, [10, 11, 12], "f{:03d}.jpg", quality=90)
    media = project.media.add_sequence(shots / "f%03d.jpg", progress=False)
    with av.open(media.path) as container:
        packets = [bytes(packet) for packet in container.demux(video=0) if packet.size]
    assert packets == [(shots / f"f{number:03d}.jpg").read_bytes() for number in (10, 11, 12)]
    project.timeline.append(media)
    shown = project.timeline.frame(0).array[12, 18].astype(int)
    assert np.abs(shown - picture(10)[0, 0]).max() <= 4


def test_alpha_and_sixteen_bits_are_kept(project: cr.Project, shots: Path) -> None:
    deep = np.random.default_rng(1).integers(0, 65536, (3, 20, 30, 4)).astype(np.uint16)
    for number, array in enumerate(deep):
        cv2.imwrite(str(shots / f"d{number}.png"), array)
    media = project.media.add_sequence(shots / "d%d.png", progress=False)
    assert media.video is not None
    assert media.video.pixel_format == "rgba64be"
    assert all(
        np.array_equal(a, b[:, :, [2, 1, 0, 3]]) for a, b in zip(decoded(media.path, "rgba64le"), deep, strict=True)
    )


def test_a_file_of_another_size_is_named(project: cr.Project, shots: Path) -> None:
    write(shots, [1, 2, 3])
    Image.fromarray(np.zeros((10, 10, 3), np.uint8)).save(shots / "frame.0003.png")
    with pytest.raises(errors.UnsupportedMediaError, match=r"frame\.0003\.png is 10x10 .*frame\.0001\.png is 36x24"):
        project.media.add_sequence(shots / "frame.%04d.png", progress=False)
    assert left(project) == []
    assert len(project.media) == 0


def test_a_broken_file_is_named(project: cr.Project, shots: Path) -> None:
    write(shots, [1, 2, 3])
    (shots / "frame.0002.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(40))
    with pytest.raises(errors.DamagedMediaError, match=r"frame\.0002\.png is damaged"):
        project.media.add_sequence(shots / "frame.%04d.png", progress=False)
    assert left(project) == []


def test_more_files_than_a_worker_opens_at_once(project: cr.Project, shots: Path) -> None:
    write(shots, list(range(200)))
    media = project.media.add_sequence(shots / "frame.%04d.png", fps=50, progress=False)
    assert numbers_of(media) == list(range(200))


@pytest.mark.parametrize(
    ("files", "error", "says"),
    [
        ("none.%04d.png", errors.MediaNotFoundError, "no file fits"),
        ("nowhere/f.%04d.png", errors.MediaNotFoundError, "no folder"),
        ("*.exr", errors.MediaNotFoundError, "no file fits"),
        ("frame.0001.png", errors.ValidationError, "one file is no sequence"),
        ("a%d.b%d.png", errors.ValidationError, "two numbers"),
        (3, errors.ValidationError, "files"),
        ([], errors.MediaNotFoundError, "no file fits"),
        (["gone.png"], errors.MediaNotFoundError, "no file"),
    ],
)
def test_what_is_no_sequence(
    project: cr.Project, shots: Path, files: object, error: type[Exception], says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(shots)
    write(shots, [1])
    with pytest.raises(error, match=says):
        project.media.add_sequence(files)  # type: ignore[arg-type]
    assert left(project) == []


def test_a_pattern_given_to_add_is_told_where_it_belongs(project: cr.Project, shots: Path) -> None:
    with pytest.raises(errors.MediaNotFoundError) as caught:
        project.media.add(shots / "frame.%04d.png")
    assert "add_sequence" in caught.value.hint


def test_a_number_far_away_holds_no_frame_for_ever(project: cr.Project, shots: Path) -> None:
    write(shots, [1, 99])
    (shots / "frame.0099.png").rename(shots / "frame.20240101120000.png")
    with pytest.raises(errors.ValidationError, match="frames"):
        project.media.add_sequence(shots / "frame.%04d.png", missing="hold")


def test_a_star_tells_which_numbers_it_goes_on_without(project: cr.Project, shots: Path) -> None:
    write(shots, [1, 2, 3, 5])
    with pytest.warns(UserWarning, match=r"\*\.png fits no file of the numbers 4: the sequence goes on without them"):
        media = project.media.add_sequence(shots / "*.png", fps=25)
    assert numbers_of(media) == [1, 2, 3, 5]
    write(shots, [4])
    Image.fromarray(picture(9)).save(shots / "cover.png")
    project.media.add_sequence(shots / "*.png", fps=25)  # no warning: these are not one sequence of numbers
