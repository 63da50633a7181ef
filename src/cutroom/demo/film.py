"""Writes the demo film, a real H.264 and AAC file of which everything is known.

Moving shapes that the bundled model knows, hard cuts, camera moves, speech-like sound with pauses, a click at known
samples, and the frame number in every frame, in digits and as blocks. Every test that must know which frame or sample
it sees can use it.
"""

from __future__ import annotations

import errno
import math
import os
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
from av.container import OutputContainer
from av.video.reformatter import ColorPrimaries, ColorRange, Colorspace, ColorTrc
from av.video.stream import VideoStream

from cutroom.demo.framenumber import read_frame_number
from cutroom.demo.painter import Box, ScenePainter
from cutroom.demo.scenes import Scene, plan_scenes
from cutroom.demo.shapes import Image
from cutroom.demo.sound import SAMPLE_RATE, Sound, find_clicks, make_sound
from cutroom.errors import DiskFullError, OutputError, ValidationError
from cutroom.render.codecs.h264 import repeatable

__all__ = ["Box", "FilmTruth", "find_clicks", "read_frame_number", "write_demo_film"]

Progress = Callable[[int, int], None]
_Drawn = tuple[Image, tuple[Box, ...]]


@dataclass(frozen=True)
class FilmTruth:
    """What is in a demo film.

    Attributes:
        fps: frames a second.
        size: width and height in pixels.
        frames: how many there are.
        boxes: for every frame, its shapes in drawing order, the lowest first.
        cuts: the first frame of every scene but the first.
        titles: of the scenes.
        sample_rate: of the sound.
        samples: how many there are.
        pauses: sample ranges (first, end) without speech or click.
        clicks: the first sample of every click.
    """

    fps: Fraction
    size: tuple[int, int]
    frames: int
    boxes: tuple[tuple[Box, ...], ...]
    cuts: tuple[int, ...]
    titles: tuple[str, ...]
    sample_rate: int
    samples: int
    pauses: tuple[tuple[int, int], ...]
    clicks: tuple[int, ...]

    def spans(self, label: str, *, visible: float = 0.3) -> tuple[tuple[int, int], ...]:
        """Frame ranges (first, end) in which a shape of this class can be seen, at least `visible` of it."""
        shown = [any(box.label == label and box.visible >= visible for box in boxes) for boxes in (*self.boxes, ())]
        edges = [frame for frame in range(self.frames + 1) if shown[frame] != (frame > 0 and shown[frame - 1])]
        return tuple(zip(edges[::2], edges[1::2], strict=True))


@dataclass(frozen=True)
class _Form:
    size: tuple[int, int]
    fps: Fraction
    frames: int


def write_demo_film(
    path: str | os.PathLike[str],
    *,
    seconds: float | Fraction = 40,
    size: tuple[int, int] = (1280, 720),
    fps: Fraction = Fraction(30),
    seed: int = 7,
    progress: Progress | None = None,
) -> FilmTruth:
    """Write the demo film; an existing file is replaced when the new one is whole.

    H.264 (x264, preset veryfast, a keyframe every two seconds, B-frames), BT.709, and 48 kHz stereo AAC in MP4. The
    same arguments on the same machine give the same bytes.

    Args:
        path: the MP4 file to write.
        seconds: length; rounded to whole frames, at least one frame.
        size: width and height in pixels, even, at least 160 by 90.
        fps: frames a second.
        seed: of everything that is random in it.
        progress: called with (frames done, frames in all) about ten times a second of film.

    Returns:
        What is in it.

    Raises:
        ValidationError: a length, size or rate that cannot be filmed.
        OutputError: the file cannot be written (DiskFullError: no space).

    Example:
        >>> import tempfile
        >>> folder = tempfile.TemporaryDirectory()
        >>> truth = write_demo_film(Path(folder.name) / "demo.mp4", seconds=1, size=(320, 180))
        >>> truth.frames, truth.cuts
        (30, (14,))
    """
    target = Path(path)
    frames = _check(seconds, size, fps)
    scenes = plan_scenes(frames, float(fps), size[1] / size[0], np.random.default_rng([seed, 0]))
    samples = math.ceil(frames / fps * SAMPLE_RATE)
    sound = make_sound(samples, np.random.default_rng([seed, 1]))
    part = target.with_name(target.name + ".part")
    try:
        with _one_opencv_thread():
            form = _Form(size, fps, frames)
            boxes = _write(part, _pictures(scenes, size, fps, seed), sound, form, progress)
        os.replace(part, target)
    except OSError as error:
        raise _output_error(target, error) from error
    finally:
        part.unlink(missing_ok=True)
    return FilmTruth(
        fps=fps,
        size=size,
        frames=frames,
        boxes=boxes,
        cuts=tuple(scene.first for scene in scenes[1:]),
        titles=tuple(scene.look.title for scene in scenes),
        sample_rate=SAMPLE_RATE,
        samples=samples,
        pauses=sound.pauses,
        clicks=sound.clicks,
    )


def _check(seconds: float | Fraction, size: tuple[int, int], fps: Fraction) -> int:
    if not 1 <= fps <= 240:
        raise ValidationError(f"no film at {fps} frames a second", value=fps, hint="use a rate from 1 to 240")
    width, height = size
    if width < 160 or height < 90 or width % 2 or height % 2 or max(size) > 7680:
        raise ValidationError(f"no film of {width} by {height} pixels", value=size, hint="even, from 160 by 90 to 7680")
    if not math.isfinite(seconds) or not 0 < seconds <= 7200:
        raise ValidationError(f"no film of {seconds} seconds", value=seconds, hint="use a length up to 7200 seconds")
    return max(1, round(Fraction(seconds) * fps))


def _pictures(scenes: tuple[Scene, ...], size: tuple[int, int], fps: Fraction, seed: int) -> Iterator[_Drawn]:
    for scene in scenes:
        painter = ScenePainter(scene, size, fps, np.random.default_rng([seed, 2, scene.number]))
        for frame in range(scene.first, scene.end):
            yield painter.frame(frame)


@contextmanager
def _one_opencv_thread() -> Iterator[None]:
    """OpenCV's own threads would only get in the way of the two that draw and encode."""
    before = cv2.getNumThreads()
    cv2.setNumThreads(1)
    try:
        yield
    finally:
        cv2.setNumThreads(before)


def _ahead(pictures: Iterator[_Drawn]) -> Iterator[_Drawn]:
    """The same pictures, the next ones drawn in a thread of their own while one is encoded."""
    with ThreadPoolExecutor(1) as drawing:
        waiting = deque(drawing.submit(next, pictures, None) for _ in range(4))
        while (drawn := waiting.popleft().result()) is not None:
            waiting.append(drawing.submit(next, pictures, None))
            yield drawn


def _write(
    part: Path, pictures: Iterator[_Drawn], sound: Sound, form: _Form, progress: Progress | None
) -> tuple[tuple[Box, ...], ...]:
    boxes = []
    with av.open(str(part), "w", format="mp4", options={"movflags": "+faststart"}) as container:
        video = _video_stream(container, form)
        audio = container.add_stream("aac", rate=SAMPLE_RATE, layout="stereo")
        audio.bit_rate = 160_000
        blocks = _blocks(sound)
        heard = 0
        for number, (picture, found) in enumerate(_ahead(pictures)):
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24").reformat(
                format="yuv420p", dst_colorspace=Colorspace.ITU709, dst_color_range=ColorRange.MPEG
            )
            frame.pts, frame.time_base = number, 1 / form.fps
            container.mux(video.encode(frame))
            boxes.append(found)
            while heard < (number + 1) / form.fps * SAMPLE_RATE and (block := next(blocks, None)):
                container.mux(audio.encode(block))
                heard += block.samples
            if progress and (number % 3 == 2 or number == form.frames - 1):
                progress(number + 1, form.frames)
        container.mux(video.encode(None))
        container.mux(audio.encode(None))
    return tuple(boxes)


def _video_stream(container: OutputContainer, form: _Form) -> VideoStream:
    video = container.add_stream("libx264", rate=form.fps)
    video.width, video.height, video.pix_fmt = *form.size, "yuv420p"
    context = video.codec_context
    context.gop_size = round(2 * form.fps)
    context.thread_count = 2  # fixed: x264's output depends on it
    context.options = {"preset": "veryfast", "crf": "20", "x264-params": ":".join(repeatable(form.size[0]))}
    context.color_range = ColorRange.MPEG
    context.colorspace = Colorspace.ITU709
    context.color_primaries = ColorPrimaries.BT709
    context.color_trc = ColorTrc.BT709
    return video


def _blocks(sound: Sound) -> Iterator[av.AudioFrame]:
    """The sound in the encoder's blocks of 1,024 samples."""
    for first in range(0, sound.samples.shape[1], 1024):
        samples = np.ascontiguousarray(sound.samples[:, first : first + 1024])
        block = av.AudioFrame.from_ndarray(samples, format="fltp", layout="stereo")
        block.sample_rate, block.pts, block.time_base = SAMPLE_RATE, first, Fraction(1, SAMPLE_RATE)
        yield block


def _output_error(target: Path, error: OSError) -> OutputError:
    if error.errno == errno.ENOSPC:
        return DiskFullError(f"no space for {target}", value=str(target), hint="free some space or choose another disk")
    return OutputError(
        f"cannot write {target}: {error.strerror or error}", value=str(target), hint="check that the folder is writable"
    )
