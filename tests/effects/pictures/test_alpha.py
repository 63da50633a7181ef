"""Clear parts of real formats: what the file holds, over a known colour. Their colours are straight, not multiplied."""

from __future__ import annotations

import subprocess
from fractions import Fraction
from pathlib import Path

import av
import imageio_ffmpeg
import numpy as np
import pytest

from cutroom.effects.compiler.document import compile_picture
from cutroom.effects.compiler.fit import has_alpha
from cutroom.effects.run import PictureRunner
from cutroom.media import probe
from cutroom.media.video import VideoReader
from cutroom.schema.media import Colour, Media
from cutroom.workers.inline import InlineExecutor

from ..conftest import HEIGHT, WIDTH, Planes, Studio

FRAMES = 24
BELOW = (60, 100, 150)


def colour(i: int) -> np.ndarray:
    """R, G and B of what is drawn, the same all over."""
    return np.array([200 - 4 * i, 60 + 5 * i, 120])


def cover(i: int) -> np.ndarray:
    """Alpha: steps that move, (H, W)."""
    rows, columns = np.mgrid[0:HEIGHT, 0:WIDTH]
    return np.array([0, 64, 128, 200, 255])[(columns // 64 + i // 4 + rows // 90) % 5]


def codes(rgb: np.ndarray) -> np.ndarray:
    """Y, Cb and Cr by BT.709 in 8 bits."""
    y = rgb @ [0.2126, 0.7152, 0.0722]
    return np.array(
        [16 + y * 219 / 255, 128 + (rgb[2] - y) / 1.8556 * 224 / 255, 128 + (rgb[0] - y) / 1.5748 * 224 / 255]
    )


def write(path: Path, codec: str, format: str) -> None:
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=30)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, format
        context = stream.codec_context
        if "vp" in codec:
            stream.metadata["alpha_mode"] = "1"
            context.options = (
                {"lossless": "1"} if codec.endswith("9") else {"auto-alt-ref": "0", "qmin": "0", "qmax": "4"}
            )
            context.bit_rate = 50_000_000
            context.gop_size = 10
        for i in range(FRAMES):
            frame = av.VideoFrame(WIDTH, HEIGHT, format)
            if format.startswith("yuv"):
                finer = 4 if format.endswith("10le") else 1
                values = [
                    *(np.rint(finer * level) for level in codes(colour(i))),
                    np.rint(cover(i) * (1023 if finer == 4 else 255) / 255),
                ]
                kind: type = np.uint16 if finer == 4 else np.uint8
            else:
                red, green, blue = colour(i)
                order = {"rgba": (red, green, blue, cover(i)), "argb": (cover(i), red, green, blue)}[format]
                values, kind = (
                    [np.dstack([np.broadcast_to(part, (HEIGHT, WIDTH)) for part in order]).reshape(HEIGHT, -1)],
                    np.uint8,
                )
            for plane, value in zip(frame.planes, values, strict=True):
                rows = np.frombuffer(plane, kind).reshape(plane.height, -1)
                rows[:, : plane.width * (1 if len(frame.planes) > 1 else 4)] = value
            frame.pts, frame.time_base = i, Fraction(1, 30)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def over(studio: Studio, media: Media, frame: int, depth: int, size: tuple[int, int] = (WIDTH, HEIGHT)) -> Planes:
    """A frame of a media over the known colour, on the scale of 8 bits."""
    below = studio.clip(studio.film(studio.flat(*BELOW, *size), FRAMES), 1)
    document = studio.document(
        studio.track(below), studio.track(studio.clip(studio.add(media), 1)), width=size[0], height=size[1]
    )
    segment = compile_picture(document, frame, 1, depth=depth)
    with studio.readers() as readers, PictureRunner(segment, readers) as runner:
        made = runner.frame(0)
    kind, finer = (np.uint16, 4) if depth == 10 else (np.uint8, 1)
    return [np.frombuffer(p, kind).reshape(p.height, -1)[:, : p.width] / finer for p in made.planes]


@pytest.mark.parametrize("depth", [8, 10])
@pytest.mark.parametrize(
    ("name", "codec", "format", "tolerance"),
    [
        ("vp9.webm", "libvpx-vp9", "yuva420p", 2),
        ("vp8.webm", "libvpx", "yuva420p", 4),
        ("vp9.mkv", "libvpx-vp9", "yuva420p", 2),
        ("prores.mov", "prores_ks", "yuva444p10le", 2),
        ("png.mov", "png", "rgba", 2),
        ("animation.mov", "qtrle", "argb", 2),
        ("ffv1.mkv", "ffv1", "yuva420p", 2),
    ],
)
def test_what_is_clear_shows_what_is_below(
    studio: Studio, name: str, codec: str, format: str, tolerance: float, depth: int
) -> None:
    path = studio.folder / name
    write(path, codec, format)
    media = probe(str(path), InlineExecutor())
    assert media.video is not None
    assert has_alpha(media.video)
    if format.startswith("yuv"):  # it is small and does not say: it would be taken for BT.601
        media = media.replace(video=media.video.replace(colour=Colour(matrix="bt709")))
    for number in (17, 0, 11):
        found = over(studio, media, number, depth)
        share, drawn = cover(number) / 255, codes(colour(number))
        inner = np.zeros(share.shape, bool)  # away from the edges, which codecs blur
        inner[8:-8, 8:-8] = True
        for axis in (0, 1):
            for step in (-8, 8):
                inner &= np.roll(share, step, axis) == share
        for plane, below, above in zip(found, BELOW, drawn, strict=True):
            part = slice(None, None, HEIGHT // plane.shape[0])
            wanted = below * (1 - share) + above * share
            assert np.abs(plane - wanted[part, part])[inner[part, part]].max() <= tolerance


def test_vp9_with_alpha_is_read_in_any_order(studio: Studio) -> None:
    path = studio.folder / "order.webm"
    write(path, "libvpx-vp9", "yuva420p")
    media = probe(str(path), InlineExecutor())
    assert media.video is not None
    assert media.video.codec == "vp9"
    for number in (3, 23, 0, 12, 11, 20, 1):
        with VideoReader(open(path, "rb"), media.video) as fresh:
            wanted = bytes(fresh.frame_at(Fraction(number, 30)).planes[3])
        with VideoReader(open(path, "rb"), media.video) as reader:
            for before in (22, 5):
                reader.frame_at(Fraction(before, 30))
            assert bytes(reader.frame_at(Fraction(number, 30)).planes[3]) == wanted
        assert np.abs(np.frombuffer(wanted, np.uint8).reshape(HEIGHT, -1)[:, :WIDTH] - cover(number)).max() == 0


def test_vp9_without_alpha_is_as_it_was(studio: Studio) -> None:
    path = studio.folder / "plain.webm"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libvpx-vp9", rate=30)
        stream.width, stream.height, stream.pix_fmt = 64, 64, "yuv420p"
        for i in range(3):
            frame = av.VideoFrame(64, 64, "yuv420p")
            frame.pts, frame.time_base = i, Fraction(1, 30)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    video = probe(str(path), InlineExecutor()).video
    assert video is not None
    assert video.pixel_format == "yuv420p"
    assert not has_alpha(video)


@pytest.mark.shared
def test_the_real_webm_is_clear_where_another_program_says_so(studio: Studio, shared_data: Path) -> None:
    path = shared_data / "video" / "moviepy_transparent.webm"
    media = probe(str(path), InlineExecutor())
    assert media.video is not None
    assert media.video.pixel_format == "yuva420p"
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-c:v", "libvpx-vp9", "-i", str(path)]
    done = subprocess.run([*command, "-f", "rawvideo", "-pix_fmt", "yuva420p", "-"], capture_output=True, check=True)
    frames = np.frombuffer(done.stdout, np.uint8).reshape(-1, 200 * 200 * 5 // 2)
    assert len(frames) == media.video.frames
    seen = 0
    for number in (0, 20, 23):
        y, _, _ = over(studio, media, number, 8, (200, 200))
        alpha = frames[number][-40000:].reshape(200, 200)
        luma = frames[number][:40000].reshape(200, 200).astype(float)
        blue, red = (
            np.kron(frames[number][at : at + 10000].reshape(100, 100), np.ones((2, 2))) - 128 for at in (40000, 50000)
        )
        rgb = np.dstack(
            [
                luma + 1.402 * 219 / 224 * red,
                luma - (0.344136 * blue + 0.714136 * red) * 219 / 224,
                luma + 1.772 * 219 / 224 * blue,
            ]
        )
        drawn, share = rgb @ [0.2126, 0.7152, 0.0722], alpha / 255
        assert (y[alpha == 0] == BELOW[0]).all()
        wrong = np.abs(y - (BELOW[0] * (1 - share) + drawn * share))[alpha > 0]
        assert np.percentile(wrong, 90) < 5
        seen += len(wrong)
    assert seen > 500
