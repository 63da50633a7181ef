"""What a file says of its colours."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import pytest

from cutroom.media import probe
from cutroom.schema.media import Colour
from cutroom.workers import InlineExecutor

DISPLAY = "master-display=G(13250,34500)B(7500,3000)R(34000,16000)WP(15635,16450)L({light},50)"


def colour(folder: Path, *params: str, transfer: int = 16) -> Colour:
    path = folder / "film.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx265", rate=25)
        stream.width, stream.height, stream.pix_fmt = 64, 64, "yuv420p10le"
        context = stream.codec_context
        context.colorspace, context.color_primaries, context.color_trc, context.color_range = 9, 9, transfer, 1
        context.options = {"x265-params": ":".join(("log-level=none", "hdr10=1", *params))}
        for i in range(3):
            frame = av.VideoFrame(64, 64, "yuv420p10le")
            frame.colorspace = frame.color_primaries = 9
            frame.color_trc, frame.color_range = transfer, 1
            frame.pts, frame.time_base = i, Fraction(1, 25)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    video = probe(str(path), InlineExecutor()).video
    assert video is not None
    return video.colour


@pytest.mark.parametrize(
    ("params", "peak"),
    [
        ((), None),
        ((DISPLAY.format(light=6_000_000),), 600),
        (("max-cll=400,100",), 400),
        ((DISPLAY.format(light=10_000_000), "max-cll=350,100"), 350),
        ((DISPLAY.format(light=10_000_000), "max-cll=0,0"), 1000),
        ((DISPLAY.format(light=40_000_000), "max-cll=9000,100"), 4000),
    ],
)
def test_the_brightest_light_is_what_the_display_and_the_pixels_are_said_to_have(
    tmp_path: Path, params: tuple[str, ...], peak: int | None
) -> None:
    found = colour(tmp_path, *params)
    assert (found.matrix, found.primaries, found.transfer) == ("bt2020nc", "bt2020", "smpte2084")
    assert found.peak == peak


def test_hlg_has_no_peak_of_its_own(tmp_path: Path) -> None:
    found = colour(tmp_path, DISPLAY.format(light=6_000_000), transfer=18)
    assert (found.transfer, found.peak) == ("arib-std-b67", None)
