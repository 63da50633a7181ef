"""Image files: every kind that is read, its numbers, its orientation, its alpha; and what is no picture."""

from __future__ import annotations

import io
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import pytest
from PIL import Image, ImageOps

from cutroom.detection.sampling import sample
from cutroom.errors import DamagedMediaError, UnsupportedMediaError
from cutroom.media import probe, thumbnails, waveform
from cutroom.media.pictures import PictureReader, decode_picture, open_reader
from cutroom.schema.media import STILL_SECONDS, VideoStream
from cutroom.workers import InlineExecutor

WIDTH, HEIGHT = 47, 31
RNG = np.random.default_rng(4)
SMALL = RNG.integers(60, 200, (3, 4, 3), dtype=np.uint8)
RGB = cv2.resize(SMALL, (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC)
ALPHA = np.tile(np.linspace(0, 255, WIDTH).astype(np.uint8), (HEIGHT, 1))
RGBA = np.dstack([RGB, ALPHA])
DEEP = RGB.astype(np.uint16) * 256 + 77


def known(path: Path) -> VideoStream:
    media = probe(path, InlineExecutor())
    assert media.video is not None
    assert media.is_still
    assert media.audio is None
    assert media.warnings == ()
    return media.video


def shown(path: Path) -> av.VideoFrame:
    with open_reader(open(path, "rb"), known(path)) as reader:
        return reader.frame_at(Fraction(3))


def save(path: Path, array: np.ndarray = RGB, mode: str | None = None, **options: Any) -> Path:
    image = Image.fromarray(array)
    (image.convert(mode) if mode else image).save(path, **options)
    return path


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("a.png", {}),
        ("a.bmp", {}),
        ("a.tif", {}),
        ("lzw.tiff", {"compression": "tiff_lzw"}),
        ("deflate.tif", {"compression": "tiff_adobe_deflate"}),
        ("a.webp", {"lossless": True}),
    ],
)
def test_what_is_lossless_gives_the_very_numbers(tmp_path: Path, name: str, options: dict[str, Any]) -> None:
    path = save(tmp_path / name, **options)
    stream = known(path)
    assert (stream.width, stream.height, stream.frames, stream.duration) == (WIDTH, HEIGHT, 1, STILL_SECONDS)
    assert np.array_equal(shown(path).to_ndarray(format="rgb24"), RGB)


@pytest.mark.parametrize(
    ("name", "options"), [("a.png", {}), ("a.tif", {}), ("a.webp", {"lossless": True, "exact": True})]
)
def test_alpha_is_kept(tmp_path: Path, name: str, options: dict[str, Any]) -> None:
    path = save(tmp_path / name, RGBA, **options)
    assert np.array_equal(shown(path).to_ndarray(format="rgba"), RGBA)


@pytest.mark.parametrize("name", ["a.png", "a.tif"])
def test_sixteen_bits_are_kept(tmp_path: Path, name: str) -> None:
    cv2.imwrite(str(tmp_path / name), DEEP[:, :, ::-1])
    frame = shown(tmp_path / name)
    assert frame.format.name in {"rgb48be", "rgb48le"}
    assert np.array_equal(frame.to_ndarray(format="rgb48le"), DEEP)


@pytest.mark.parametrize(("mode", "pixels"), [("P", "pal8"), ("L", "gray"), ("1", "monob")])
def test_other_kinds_of_png(tmp_path: Path, mode: str, pixels: str) -> None:
    path = save(tmp_path / "a.png", RGB, mode)
    expected = np.asarray(Image.open(path).convert("RGB"))
    frame = shown(path)
    assert frame.format.name == pixels
    assert np.abs(frame.to_ndarray(format="rgb24").astype(int) - expected).max() <= 1


@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"subsampling": 0}, {"mode": "L"}, {"mode": "CMYK"}])
def test_jpeg_looks_as_pillow_shows_it(tmp_path: Path, options: dict[str, Any]) -> None:
    path = save(tmp_path / "a.jpg", quality=95, **options)
    expected = np.asarray(Image.open(path).convert("RGB")).astype(int)
    assert np.abs(shown(path).to_ndarray(format="rgb24").astype(int) - expected).mean() < 4


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize(
    ("name", "options"), [("a.jpg", {"quality": 95}), ("a.png", {}), ("a.tif", {}), ("a.webp", {"lossless": True})]
)
def test_the_orientation_is_applied(tmp_path: Path, name: str, options: dict[str, Any], orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    path = save(tmp_path / name, exif=exif, **options)
    upright = np.asarray(ImageOps.exif_transpose(Image.open(path)).convert("RGB")).astype(int)
    stream = known(path)
    assert stream.display_size == (upright.shape[1], upright.shape[0])
    picture = np.rot90(shown(path).to_ndarray(format="rgb24").astype(int), -stream.rotation // 90)
    assert np.abs(picture - upright).mean() < 4
    (data,) = thumbnails(path, [Fraction(1)], (100, 100), InlineExecutor())
    small = np.asarray(Image.open(io.BytesIO(data)).convert("RGB")).astype(int)
    assert small.shape == upright.shape
    assert np.abs(small - upright).mean() < 12


def test_it_is_decoded_once_and_shown_at_any_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = save(tmp_path / "a.png")
    stream = known(path)
    with PictureReader(open(path, "rb"), stream) as reader:
        frames = [reader.frame_at(Fraction(time)) for time in (-3, 0, 5, 100_000)]
        assert all(frame is frames[0] for frame in frames)
        assert [(one.start, one.frame) for one in reader.frames()] == [(0, frames[0])]
        assert reader.broke_off is None


@pytest.mark.parametrize("every", [None, Fraction(1)])
def test_a_detector_looks_at_it_once(tmp_path: Path, every: Fraction | None) -> None:
    path = save(tmp_path / "a.png")
    stream = known(path)
    with open_reader(open(path, "rb"), stream) as reader:
        (found,) = sample(reader, stream, Fraction(0), STILL_SECONDS, every)
    assert (found.start, found.until) == (0, STILL_SECONDS)


@pytest.mark.parametrize("name", ["a.png", "a.jpg", "a.bmp", "a.webp", "a.tif"])
def test_what_is_cut_short_is_damaged(tmp_path: Path, name: str) -> None:
    whole = save(tmp_path / name).read_bytes()
    for size in (13, 40):
        (tmp_path / "short").write_bytes(whole[:size])
        with pytest.raises(DamagedMediaError, match="short is damaged"):
            probe(tmp_path / "short", InlineExecutor())


def test_a_picture_too_large_is_not_decoded(tmp_path: Path) -> None:
    path = tmp_path / "bomb.png"
    save(path, np.zeros((9000, 9000), np.uint8), mode="1")
    with pytest.raises(DamagedMediaError):
        probe(path, InlineExecutor())


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: b"\0\0\0\x1cftypheic" + bytes(100), "kind that cannot be read"),
        (lambda: b"%PDF-1.7" + bytes(100), "kind that cannot be read"),
    ],
)
def test_other_pictures_are_named_as_such(tmp_path: Path, make: Callable[[], bytes], says: str) -> None:
    (tmp_path / "other").write_bytes(make())
    with pytest.raises(UnsupportedMediaError, match=says):
        probe(tmp_path / "other", InlineExecutor())


def test_an_animation_in_webp_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.webp"
    Image.fromarray(RGB).save(path, save_all=True, append_images=[Image.fromarray(RGB[::-1].copy())])
    with pytest.raises(UnsupportedMediaError, match="animation"):
        probe(path, InlineExecutor())
    with pytest.raises(UnsupportedMediaError, match="no image file"):
        decode_picture(b"RIFF0000AVI LIST", "film.avi")


def test_it_has_no_sound_to_draw(tmp_path: Path) -> None:
    with pytest.raises(UnsupportedMediaError, match="no sound"):
        waveform(save(tmp_path / "a.png"), InlineExecutor())
