"""Colour look-up tables on pictures, against arithmetic and against the ffmpeg program, which reads the file itself."""

from __future__ import annotations

import subprocess

import imageio_ffmpeg
import numpy as np
import pytest

from cutroom.effects.cube import Cube
from cutroom.effects.nodes import Lut3d
from cutroom.effects.pictures.planes import Picture, new_frame, views
from cutroom.effects.pictures.stages import Stages
from cutroom.errors import MediaNotFoundError

SHA256 = "ab" * 32


def grid(size):
    axis = np.linspace(0, 1, size)
    blue, green, red = np.meshgrid(axis, axis, axis, indexing="ij")
    return np.stack([red, green, blue], axis=-1)


def bent(size):
    """A table that mixes channels and bends."""
    t = grid(size)
    mixed = t @ np.array([[0.8, 0.1, 0.1], [0.15, 0.7, 0.15], [0.05, 0.25, 0.7]]).T
    return np.clip(mixed ** (0.7, 1.0, 1.3) * (1, 0.9, 0.8) + (0, 0.02, 0.1), 0, 1)


def file(table, low=(0, 0, 0), high=(1, 1, 1)):
    name = "LUT_3D_SIZE" if table.ndim == 4 else "LUT_1D_SIZE"
    head = [f"{name} {len(table)}", f"DOMAIN_MIN {shown_as(low)}", f"DOMAIN_MAX {shown_as(high)}"]
    return "\n".join([*head, *(" ".join(f"{value:.7f}" for value in row) for row in table.reshape(-1, 3))]).encode()


def shown_as(numbers):
    return " ".join(f"{number:g}" for number in numbers)


def colours(seed=0):
    """Flat patches of 32 by 32 pixels in colours that R'G'B' has, as planes."""
    rgb = np.random.default_rng(seed).random((11, 20, 3))
    y = rgb @ [0.2126, 0.7152, 0.0722]
    planes = [16 + 219 * y, 128 + 224 * (rgb[..., 2] - y) / 1.8556, 128 + 224 * (rgb[..., 0] - y) / 1.5748]
    y, u, v = (np.rint(plane).astype(np.uint8) for plane in planes)
    return [np.kron(y, np.ones((32, 32), np.uint8)), *(np.kron(c, np.ones((16, 16), np.uint8)) for c in (u, v))]


def middles(planes):
    """R'G'B' of the patches, from their middles."""
    y, u, v = (np.asarray(p, float) for p in planes)
    y, u, v = (y[16::32, 16::32] - 16) / 219, (u[8::16, 8::16] - 128) / 224, (v[8::16, 8::16] - 128) / 224
    red, blue = y + 1.5748 * v, y + 1.8556 * u
    return np.clip(np.stack([red, (y - 0.2126 * red - 0.0722 * blue) / 0.7152, blue], axis=-1), 0, 1)


def looked_up(table, rgb):
    """Between the four corners of the tetrahedron that a colour lies in."""
    size = len(table)
    at = rgb * (size - 1)
    low = np.minimum(at.astype(int), size - 2)
    part = at - low
    order = np.argsort(-part, axis=-1)
    corner, value = low.copy(), 0.0
    shares = np.take_along_axis(part, order, axis=-1)
    weights = [1 - shares[..., 0], shares[..., 0] - shares[..., 1], shares[..., 1] - shares[..., 2], shares[..., 2]]
    for step, weight in enumerate(weights):
        value = value + weight[..., None] * table[corner[..., 2], corner[..., 1], corner[..., 0]]
        if step < 3:
            np.put_along_axis(
                corner, order[..., step : step + 1], np.take_along_axis(low, order, -1)[..., step : step + 1] + 1, -1
            )
    return value


def shown(data, planes, strength=1.0):
    asked = []

    def resource(sha256):
        asked.append(sha256)
        return data

    height, width = planes[0].shape
    (stage,) = Stages([Lut3d(sha256=SHA256, strength=strength)], width, height, resource=resource).at(0)
    for _ in range(2):
        made = stage.run(Picture.of(new_frame(width, height, planes)))
    assert asked == [SHA256]
    return made.planes


@pytest.mark.parametrize("size", [2, 3, 16, 17, 33, 65])
def test_a_3d_table_is_looked_up_between_its_four_nearest_corners(size):
    table, planes = bent(size), colours()
    made, wanted = middles(shown(file(table), planes)), looked_up(table, middles(planes))
    assert np.abs(made - wanted).max() < 0.02
    assert np.abs(made - wanted).mean() < 0.004
    assert np.abs(wanted - middles(planes)).mean() > 0.05


def test_a_table_that_jumps_is_exact_at_its_entries():
    """Random entries: any error in where an entry lies, or in which channel is which, is large."""
    table = np.random.default_rng(3).random((5, 5, 5, 3))
    planes = colours(1)
    made, wanted = middles(shown(file(table), planes)), looked_up(table, middles(planes))
    inside = (wanted > 0.02).all(axis=-1) & (wanted < 0.98).all(axis=-1)
    assert np.abs(made - wanted)[inside].max() < 0.04
    assert np.abs(made - wanted)[inside].mean() < 0.006


@pytest.mark.parametrize("size", [2, 33, 129])
def test_a_table_that_changes_nothing(size):
    planes = colours(2)
    made = shown(file(grid(size)), planes)
    assert np.abs(middles(made) - middles(planes)).max() < 0.008


def test_a_1d_table_takes_each_channel_through_its_own_curve():
    axis = np.linspace(0, 1, 17)
    table = np.stack([axis**2, 1 - axis, 0.2 + 0.5 * axis], axis=-1)
    planes = colours(3)
    rgb = middles(planes)
    wanted = np.stack([np.interp(rgb[..., i], axis, table[:, i]) for i in range(3)], axis=-1)
    assert np.abs(middles(shown(file(table), planes)) - wanted).max() < 0.015


@pytest.mark.parametrize("dimensions", [1, 3])
def test_a_domain_is_where_the_first_and_last_entries_are(dimensions):
    low, high = (-0.5, 0.2, 0.0), (1.5, 0.7, 2.0)
    table = grid(9) if dimensions == 3 else np.linspace(0, 1, 9)[:, None].repeat(3, axis=1)
    planes = colours(4)
    wanted = np.clip((middles(planes) - low) / np.subtract(high, low), 0, 1)
    assert np.abs(middles(shown(file(table, low, high), planes)) - wanted).max() < 0.016


@pytest.mark.parametrize("strength", [0.25, 0.75])
def test_strength_mixes_with_the_picture(strength):
    planes = colours(5)
    table = 1 - grid(9)
    rgb = middles(planes)
    made = middles(shown(file(table, (0, 0, 0), (0.9, 0.9, 0.9)), planes, strength))
    assert np.abs(made - (rgb + strength * (1 - np.clip(rgb / 0.9, 0, 1) - rgb))).max() < 0.012


def test_the_ffmpeg_program_shows_the_same(tmp_path):
    planes = colours(6)
    (tmp_path / "bent.cube").write_bytes(file(bent(33)))
    flags = "flags=bicubic+accurate_rnd+full_chroma_int+full_chroma_inp"
    chain = (
        f"scale={flags}:in_color_matrix=bt709:in_range=limited:out_range=full:in_h_chr_pos=0:in_v_chr_pos=128,"
        "format=gbrp,lut3d=bent.cube:interp=tetrahedral,"
        f"scale={flags}:in_range=full:out_color_matrix=bt709:out_range=limited:out_h_chr_pos=0:out_v_chr_pos=128"
    )
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-f", "rawvideo", "-pix_fmt", "yuv420p", "-s", "640x352"]
    command += ["-i", "-", "-vf", chain, "-pix_fmt", "yuv420p", "-f", "rawvideo", "-"]
    data = b"".join(plane.tobytes() for plane in planes)
    raw = np.frombuffer(
        subprocess.run(command, input=data, capture_output=True, check=True, cwd=tmp_path, timeout=60).stdout, np.uint8
    )
    made = np.concatenate([plane.ravel() for plane in shown(file(bent(33)), planes)])
    assert 10 * np.log10(255**2 / np.mean((made.astype(float) - raw) ** 2)) > 45


def test_a_file_that_nobody_has_is_an_error():
    with pytest.raises(MediaNotFoundError, match="abababababab"):
        Stages([Lut3d(sha256=SHA256)], 320, 180).at(0)[0].run(Picture.of(new_frame(320, 180)))


def test_a_frame_that_was_looked_up_is_left_alone():
    planes = colours(7)
    frame = new_frame(640, 352, planes)
    (stage,) = Stages([Lut3d(sha256=SHA256)], 640, 352, resource=lambda _: file(1 - grid(3))).at(0)
    stage.run(Picture.of(frame))
    assert all(np.array_equal(a, b) for a, b in zip(views(frame), planes, strict=True))
    assert Cube(np.zeros((4, 3), np.float32)).size == 4
