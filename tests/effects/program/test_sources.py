"""Media that are more than a row of solid pictures, as the ffmpeg program reads them."""

from __future__ import annotations

import av
import numpy as np
import pytest
from ffmpeg_program import compare

from cutroom.media import probe
from cutroom.render.program.command import ffmpeg_command
from cutroom.schema.export import ExportSettings
from cutroom.schema.media import Colour
from cutroom.workers.inline import InlineExecutor


def smooth(i, colours=3):
    """R'G'B' or R'G'B'A that moves."""
    rows, columns = np.mgrid[0:180, 0:320].astype(float)
    planes = [128 + 80 * np.sin((columns + 5 * i) / (23 + 7 * k)) * np.cos(rows / (31 - 3 * k)) for k in range(colours)]
    return np.rint(np.stack(planes, axis=-1)).astype(np.uint8)


def written(studio, name, codec, form, frames, options=None, **set_up):
    """A film on disk, as a media."""
    path = studio.folder / name
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=30, options=options or {})
        stream.width, stream.height, stream.pix_fmt = 320, 180, form
        for key, value in set_up.items():
            setattr(stream.codec_context, key, value)
        for i in range(frames):
            frame = av.VideoFrame.from_ndarray(smooth(i, 4), format="rgba").reformat(format=form)
            frame.pts = i
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return studio.add(probe(str(path), InlineExecutor()))


@pytest.mark.parametrize(("name", "codec"), [("a.webm", "libvpx"), ("b.webm", "libvpx-vp9")])
def test_alpha_of_vp8_and_vp9(studio, moving, tmp_path, name, codec):
    film = written(studio, name, codec, "yuva420p", 30, {"auto-alt-ref": "0", "deadline": "realtime", "cpu-used": "8"})
    if studio.media[film].video.pixel_format != "yuva420p":
        pytest.skip("this encoder writes no alpha")
    low, high = studio.track(studio.clip(moving, "1/2")), studio.track(studio.clip(film, "1/2", "1/5"))
    compare(studio, studio.document(low, high), tmp_path)


def test_interlaced_film(studio, tmp_path):
    def woven(i):
        planes = []
        for step, scale in ((1, 1.0), (2, 0.5), (2, 0.4)):
            y, x = np.mgrid[0 : 180 // step, 0 : 320 // step].astype(float)
            field = (np.arange(180 // step) % 2)[:, None]
            planes.append(np.rint(128 + 60 * scale * np.sin((step * x + 6 * (2 * i + field)) / 29 + y / 40)))
        return [plane.astype(np.uint8) for plane in planes]

    film = studio.film(woven, frames=30, interlaced=True)
    compare(studio, studio.document(studio.track(studio.clip(film, "2/3", "1/5"))), tmp_path)


@pytest.mark.parametrize("form", ["RGB", "RGBA"])
def test_a_still(studio, moving, tmp_path, form):
    from PIL import Image

    path = studio.folder / "still.png"
    Image.fromarray(smooth(0, len(form)), form).save(path)
    still = studio.add(probe(str(path), InlineExecutor()))
    high = studio.clip(still, "1/2", effects=[studio.effect("transform", scale=0.8)])
    compare(studio, studio.document(studio.track(studio.clip(moving, "1/2")), studio.track(high)), tmp_path)


def bars(format, width=240, height=200):
    """Saturated stripes with hard edges, as planes of a format."""
    halved = (2, 2 if "420" in format else 1) if "444" not in format else (1, 1)
    finer, kind = (4, np.uint16) if "10" in format else (1, np.uint8)
    planes = []
    for levels, (across, down) in (((30, 220, 90), (1, 1)), ((90, 200, 130), halved), ((200, 70, 128), halved)):
        rows, columns = np.mgrid[0 : height // down, 0 : width // across]
        planes.append((finer * np.array(levels)[(across * columns // 22 + down * rows // 50) % 3]).astype(kind))
    return planes


@pytest.mark.parametrize("format", ["yuv420p", "yuv422p", "yuv444p", "yuv420p10le"])
@pytest.mark.parametrize("size", [(320, 180), (160, 120), (640, 480)])
@pytest.mark.parametrize(("matrix", "full"), [("smpte170m", False), ("bt709", False), ("smpte170m", True)])
def test_hard_edges_of_other_matrices_at_other_sizes(studio, tmp_path, format, size, matrix, full):
    film = studio.film(bars(format), frames=3, format=format, colour=Colour(matrix=matrix, full_range=full))
    document = studio.document(studio.track(studio.clip(film, "1/15")), width=size[0], height=size[1])
    compare(studio, document, tmp_path)


def test_another_matrix_at_ten_bits(studio, tmp_path):
    film = studio.film(bars("yuv420p10le"), frames=3, format="yuv420p10le", colour=Colour(matrix="smpte170m"))
    document = studio.document(studio.track(studio.clip(film, "1/15")))
    compare(studio, document, tmp_path, settings=ExportSettings(pixel_format="yuv420p10le"))


def ramps():
    """All of luma across, all hues down at three saturations; Y'CbCr of ten bits."""
    rows, columns = np.mgrid[0:180, 0:320].astype(float)
    y = 64 + 876 * columns / 319
    turn = 2 * np.pi * rows[::2, ::2] / 60
    strong = 120 * np.floor(rows[::2, ::2] / 60)
    planes = (y, 512 + strong * np.cos(turn), 512 + strong * np.sin(turn))
    return [np.rint(plane).astype(np.uint16) for plane in planes]


@pytest.mark.parametrize("depth", [8, 10])
@pytest.mark.parametrize("transfer", ["smpte2084", "arib-std-b67", "bt709"])
def test_ramps_of_other_light(studio, tmp_path, transfer, depth):
    colour = Colour(matrix="bt2020nc", primaries="bt2020", transfer=transfer)
    film = studio.film(ramps(), frames=3, format="yuv420p10le", colour=colour)
    settings = ExportSettings(pixel_format="yuv420p10le" if depth == 10 else "yuv420p")
    compare(studio, studio.document(studio.track(studio.clip(film, "1/15"))), tmp_path, settings=settings)


def test_other_light_is_worked_out_once_and_not_for_each_frame(studio):
    colour = Colour(matrix="bt2020nc", primaries="bt2020", transfer="smpte2084")
    film = studio.film(ramps(), frames=3, format="yuv420p10le", colour=colour)
    document = studio.document(studio.track(studio.clip(film, "1/15")))
    command = ffmpeg_command(document, studio.paths, "out.mp4", ExportSettings())
    chains = command[command.index("-filter_complex") + 1].split(";\n")
    assert [chain.startswith("color=") for chain in chains if "geq=" in chain] == [True]
