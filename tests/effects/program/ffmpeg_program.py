"""What the ffmpeg program makes of a timeline, and what Cutroom does."""

from __future__ import annotations

import subprocess
from itertools import pairwise

import imageio_ffmpeg
import numpy as np

from cutroom.effects.compiler.document import compile_picture, cut_points
from cutroom.effects.run import PictureRunner
from cutroom.render.program.command import ffmpeg_command
from cutroom.schema.export import ExportSettings


def run(command, limit=60):
    """Run a command of the program; one that takes longer than its limit, in seconds, fails."""
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-nostdin", *command[1:]]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=limit)
    graphs = [command[i + 1] for i, word in enumerate(command) if word == "-filter_complex"]
    assert done.returncode == 0, "\n".join([done.stderr, *graphs])


def program(document, paths, tmp_path, settings=None, results=None):
    """Frames (frames, numbers) and samples (channels, samples) that the program makes, before they are encoded."""
    settings = settings or ExportSettings()
    command = ffmpeg_command(document, paths, "out.mp4", settings, results=results or {})
    graph = command[: command.index("-map")]
    maps = [command[i + 1] for i, word in enumerate(command) if word == "-map"]
    picture, sound = tmp_path / "picture.yuv", tmp_path / "sound.f32"
    form = ["-f", "rawvideo", "-pix_fmt", settings.pixel_format, "-fps_mode", "passthrough"]
    graph += ["-map", maps[0], *form, str(picture)]
    if len(maps) > 1:
        graph += ["-map", maps[1], "-f", "f32le", str(sound)]
    run(graph)
    width, height = document.settings.width, document.settings.height
    numbers = width * height + 2 * ((width + 1) // 2) * ((height + 1) // 2)
    frames = np.fromfile(picture, np.uint8 if settings.depth == 8 else "<u2").reshape(-1, numbers)
    if len(maps) < 2:
        return frames, None
    return frames, np.fromfile(sound, np.float32).reshape(-1, document.settings.channels).T


def own(studio, document, depth=8):
    """Frames (frames, numbers) that Cutroom makes."""
    found = []
    points, results = cut_points(document), studio.measured(document)
    kind = np.uint8 if depth == 8 else np.uint16
    with studio.readers() as readers:
        for begin, end in pairwise(points):
            segment = compile_picture(document, begin, end - begin, results=results, depth=depth)
            with PictureRunner(segment, readers) as runner:
                for i in range(end - begin):
                    frame = runner.frame(i)
                    planes = [np.frombuffer(p, kind).reshape(p.height, -1)[:, : p.width].ravel() for p in frame.planes]
                    found.append(np.concatenate(planes))
    return np.array(found)


def psnr(a, b, depth=8):
    error = np.mean((a.astype(float) - b) ** 2)
    return 99.0 if error == 0 else 10 * np.log10(((1 << depth) - 1) ** 2 / error)


def compare(studio, document, tmp_path, least=45.0, settings=None):
    """The PSNR of the frame that is least alike, in dB; fails where it is less than that."""
    settings = settings or ExportSettings()
    made, _ = program(document, studio.paths, tmp_path, settings, results=studio.measured(document))
    wanted = own(studio, document, settings.depth)
    assert made.shape == wanted.shape
    worst = min(psnr(a, b, settings.depth) for a, b in zip(made, wanted, strict=True))
    assert worst >= least, f"{worst:.1f} dB"
    return worst
