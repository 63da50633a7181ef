"""Small pictures show the colours that the canvas shows."""

from __future__ import annotations

import io
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from cutroom.media.strip import exact_thumbnails, nearby_thumbnails

PQ, HLG, SDR, BT2020, BT2020_MATRIX = 16, 18, 1, 9, 9
TEN_BITS_OF_219 = 876


def _film(path: Path, transfer: int, level: float) -> Path:
    """Grey of a level of the signal, from 0 to 1, in 10 bits."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx265", 25, options={"x265-params": "log-level=none"})
        stream.width, stream.height, stream.pix_fmt = 320, 192, "yuv420p10le"
        stream.codec_context.color_trc, stream.codec_context.color_primaries = transfer, BT2020
        stream.codec_context.colorspace, stream.codec_context.color_range = BT2020_MATRIX, 1
        for i in range(3):
            frame = av.VideoFrame(320, 192, "yuv420p10le")
            for plane, value in zip(frame.planes, (64 + level * TEN_BITS_OF_219, 512, 512), strict=True):
                np.frombuffer(plane, np.uint16)[:] = round(value)
            frame.pts, frame.time_base = i, Fraction(1, 25)
            frame.color_trc, frame.color_primaries, frame.colorspace, frame.color_range = transfer, 9, 9, 1
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


@pytest.mark.parametrize(
    ("transfer", "level", "shown"),
    [
        (PQ, 0.58068888, (159.0 / 203) ** (1 / 2.4)),  # BT.2408's white, which BT.2390 brings to 159 cd/m² of 203
        (PQ, 0.7518, 1.0),  # 1,000 cd/m²: as bright as it gets
        (HLG, 0.75, (159.0 / 203) ** (1 / 2.4)),
        (SDR, 0.5, 0.5),
    ],
)
@pytest.mark.parametrize("exact", [True, False])
def test_hdr_is_brought_to_sdr(tmp_path: Path, transfer: int, level: float, shown: float, exact: bool) -> None:
    with _film(tmp_path / "grey.mp4", transfer, level).open("rb") as file:
        data = (exact_thumbnails if exact else nearby_thumbnails)(file, [Fraction(0)], (160, 160))[0]
    picture = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    assert picture.shape == (96, 160, 3)
    assert np.abs(picture.astype(float) - 255 * shown).max() <= 4


def test_a_small_picture_of_light_that_nobody_can_read_is_shown_as_it_is(tmp_path: Path) -> None:
    linear = 8
    data = _film(tmp_path / "grey.mp4", linear, 0.5).read_bytes()
    picture = cv2.imdecode(
        np.frombuffer(nearby_thumbnails(io.BytesIO(data), [Fraction(0)], (160, 160))[0], np.uint8), cv2.IMREAD_COLOR
    )
    assert np.abs(picture.astype(float) - 127.5).max() <= 4


def test_what_is_damaged_is_black_in_exact_pictures(film: Callable[..., Path]) -> None:
    whole = film("strip.mp4", frames=60, size=(320, 192), options={"g": "15", "bf": "0", "sc_threshold": "0"})
    data = bytearray(whole.read_bytes())
    with av.open(str(whole)) as container:
        packet = [p for p in container.demux(video=0) if p.size][20]
    data[packet.pos : packet.pos + packet.size] = b"\xff" * packet.size
    times = [Fraction(n, 25) for n in (19, 20, 29, 30)]
    made = exact_thumbnails(io.BytesIO(data), times, (160, 160))
    clean = exact_thumbnails(io.BytesIO(whole.read_bytes()), times, (160, 160))
    assert (made[0], made[3]) == (clean[0], clean[3])
    for lost in made[1:3]:
        picture = cv2.imdecode(np.frombuffer(lost, np.uint8), cv2.IMREAD_COLOR)
        assert picture is not None
        assert picture.shape == (96, 160, 3)
        assert picture.max() == 0
