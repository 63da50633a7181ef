"""The function that a worker runs to make a proxy, and its task."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, BinaryIO

from cutroom.errors import MediaError
from cutroom.preview.proxies import GOP
from cutroom.schema.media import AudioStream, VideoStream
from cutroom.workers.context import DIRECT, Context

if TYPE_CHECKING:
    import av
    from av.audio.stream import AudioStream as AvAudioStream
    from av.container import OutputContainer
    from av.video.stream import VideoStream as AvVideoStream

_X264 = {"preset": "veryfast", "tune": "fastdecode", "crf": "24", "forced-idr": "1", "a53cc": "0"}
_PRORES = {"profile": "4", "alpha_bits": "8", "vendor": "apl0"}
_SOUND_BITRATE = 128_000
_TELL_EVERY = 10
"""Frames between two words of how far it is."""
_BLOCK = 8
"""Seconds of sound that are read at once."""
_MOST_TICKS = 1 << 31
"""A second of the clock of an MP4."""
_LAYOUTS = {1: "mono", 2: "stereo"}


@dataclass(frozen=True)
class ProxyTask:
    """A proxy to make.

    Args:
        source: path of the media.
        sha256: of its content.
        video: its picture.
        audio: its sound, if any.
        proxy: the picture of the proxy.
        sound: the sound of the proxy, if any.
        output: path of the file to write.
    """

    source: str
    sha256: str
    video: VideoStream
    audio: AudioStream | None
    proxy: VideoStream
    sound: AudioStream | None
    output: str

    def reads(self) -> tuple[str, ...]:
        """The media."""
        return (self.source,)

    def writes(self) -> tuple[str, ...]:
        """The proxy."""
        return (self.output,)


def warm() -> None:
    """Load everything that the function needs."""
    import cutroom.effects.pictures.normalise
    import cutroom.media.audio
    import cutroom.media.pictures
    import cutroom.media.scan
    import cutroom.render.encode  # noqa: F401


def make_proxy(task: ProxyTask, context: Context = DIRECT) -> dict[str, Any]:
    """Write a proxy, and look whether every frame of it lies where the media's does.

    Returns:
        `frames`: how many it has.

    Raises:
        MediaError: the media cannot be decoded to its end, or its times cannot be kept.
        OSError: the file cannot be written.
    """
    import av

    file = context.create(task.output)
    tick = _tick(task, context)
    # The file's own clock tells when a stream begins and ends: were it coarser, the last frame could be cut off.
    options = {"movie_timescale": str(tick.denominator)}
    container = av.open(file, "w", format="mov" if task.proxy.codec == "prores" else "mp4", options=options)
    try:
        picture = _picture_stream(container, task.proxy, tick)
        sound = _sound_stream(container, task.sound) if task.sound is not None else None
        container.start_encoding()
        hear = _sounds(task, context, container, sound) if sound is not None else None
        starts = _write(task, context, container, picture, tick, hear)
        container.close()
        file.flush()
    except BaseException:
        with contextlib.suppress(OSError):
            file.close()
        raise
    _require_same_times(file, task, starts)
    return {"frames": len(starts)}


def _tick(task: ProxyTask, context: Context) -> Fraction:
    """Seconds of one tick of a clock on which every frame begins.

    Raises:
        MediaError: no file can have such a clock.
    """
    from cutroom.media.opening import clock, only, open_container, origin

    step, video = 1 / task.video.rate, task.video
    ticks = math.lcm(video.start.denominator, step.denominator)
    if video.variable_rate:  # then frames lie on the clock of the media, wherever that has its zero
        with context.open(task.source) as file, open_container(file) as container:
            zero, own = origin(container), clock(only(container, video.index, file))
        ticks = math.lcm(zero.denominator, own.denominator)
    if ticks >= _MOST_TICKS:
        raise MediaError(
            f"the frames of {task.source} lie on a clock that no proxy can have", value=ticks, hint="work without one"
        )
    return Fraction(1, ticks)


def _write(  # noqa: PLR0917  the five things that it brings together, and what to do beside
    task: ProxyTask,
    context: Context,
    container: OutputContainer,
    stream: AvVideoStream,
    tick: Fraction,
    hear: Callable[[Fraction | None], None] | None,
) -> list[Fraction]:
    """Encode and write everything; gives the media time at which each frame starts."""
    from cutroom.media.pictures import open_reader

    starts: list[Fraction] = []
    held: av.Packet[AvVideoStream] | None = None
    written = 0

    def put(packets: list[av.Packet[AvVideoStream]]) -> None:
        """Packets come in order, one for a frame; the last one is held, since it needs a length."""
        nonlocal held, written
        for packet in packets:
            if held is not None:
                container.mux(held)
            packet.time_base = tick
            packet.pts = packet.dts = _ticks(starts[written], tick)
            packet.duration = 0
            written, held = written + 1, packet

    draw = _painter(task)
    with open_reader(context.open(task.source), task.video, threads=2) as reader:
        for start, frame in reader.frames():
            starts.append(start)
            if hear is not None:
                hear(start)
            picture = draw(frame)
            picture.pts, picture.time_base = len(starts) - 1, stream.codec_context.time_base
            put(stream.codec_context.encode(picture))
            if len(starts) % _TELL_EVERY == 0:
                context.progress(min(len(starts), task.video.frames), task.video.frames)
    put(stream.codec_context.encode(None))
    if held is not None:
        held.duration = max(1, _ticks(task.video.start + task.video.duration, tick) - _ticks(starts[-1], tick))
        container.mux(held)
    if hear is not None:
        hear(None)
    return starts


def _ticks(time: Fraction, tick: Fraction) -> int:
    return math.floor(time / tick + Fraction(1, 2))


def _painter(task: ProxyTask) -> Callable[[av.VideoFrame], av.VideoFrame]:
    """What makes the proxy's picture of a decoded frame: the canvas's own way of scaling, turning and colouring."""
    from cutroom.effects.compiler.fit import full_range
    from cutroom.effects.pictures.graph import tag
    from cutroom.effects.pictures.normalise import Normaliser
    from cutroom.effects.segment import Fit, MediaPicture, VideoInput
    from cutroom.media.colours import matrix_of
    from cutroom.media.light import light_of

    source = MediaPicture(
        input=VideoInput(sha256=task.sha256, stream=task.video),
        start=Fraction(0),
        step=1 / task.video.rate,
        matrix=matrix_of(task.video.colour, task.video.width, task.video.height),
        full_range=full_range(task.video),
        light=light_of(task.video.colour),
    )
    place = Fit(x=0, y=0, width=task.proxy.width, height=task.proxy.height)
    normaliser = Normaliser(source, place, 10 if task.proxy.codec == "prores" else 8)

    def draw(frame: av.VideoFrame) -> av.VideoFrame:
        made = tag(normaliser.run(frame).divided().to_frame())
        if made.format.name != task.proxy.pixel_format:
            made = tag(made.reformat(format=task.proxy.pixel_format))
        made.pict_type = 0
        return made

    return draw


def _picture_stream(container: OutputContainer, proxy: VideoStream, tick: Fraction) -> AvVideoStream:
    from av.video.reformatter import ColorPrimaries, ColorRange, Colorspace, ColorTrc

    from cutroom.render.codecs.h264 import repeatable

    clear = proxy.codec == "prores"
    stream = container.add_stream("prores_ks" if clear else "libx264", rate=proxy.rate)
    encoder = stream.codec_context
    encoder.width, encoder.height, encoder.pix_fmt = proxy.width, proxy.height, proxy.pixel_format
    encoder.time_base, encoder.framerate = 1 / proxy.rate, proxy.rate
    encoder.sample_aspect_ratio = proxy.pixel_aspect.limit_denominator(1000)
    encoder.color_range, encoder.colorspace = ColorRange.MPEG, Colorspace.ITU709
    encoder.color_primaries, encoder.color_trc = ColorPrimaries.BT709, ColorTrc.BT709
    encoder.thread_count = 2  # a constant: x264's output depends on it
    if clear:
        encoder.options = _PRORES
    else:
        encoder.gop_size, encoder.max_b_frames = GOP, 0
        shape = ("open-gop=0", "scenecut=0", *repeatable(proxy.width))
        encoder.options = {**_X264, "x264-params": ":".join(shape)}
    stream.time_base = tick
    return stream


def _sound_stream(container: OutputContainer, sound: AudioStream) -> AvAudioStream:
    stream = container.add_stream("aac", rate=sound.sample_rate)
    stream.codec_context.layout = _LAYOUTS[sound.channels]
    stream.codec_context.bit_rate = _SOUND_BITRATE
    return stream


def _sounds(
    task: ProxyTask, context: Context, container: OutputContainer, stream: AvAudioStream
) -> Callable[[Fraction | None], None]:
    """What writes the sound up to a media time, or to its end; it begins with silence where the sound begins late."""
    import av

    rate, steps, done = stream.codec_context.sample_rate, _blocks(task, context), 0

    def hear(until: Fraction | None) -> None:
        nonlocal done
        while until is None or Fraction(done, rate) <= until:
            block = next(steps, None)
            if block is None:
                break
            frame = av.AudioFrame.from_ndarray(block, format="fltp", layout=stream.codec_context.layout.name)
            frame.sample_rate, frame.pts, frame.time_base = rate, done, Fraction(1, rate)
            done += block.shape[1]
            container.mux(stream.encode(frame))
        if until is None:
            container.mux(stream.encode(None))

    return hear


def _blocks(task: ProxyTask, context: Context) -> Iterator[Any]:
    """The sound, 1,024 samples at a time, (channels, samples) float32."""
    import numpy as np

    from cutroom.media.audio import AudioReader

    assert task.audio is not None
    assert task.sound is not None
    rate, channels = task.sound.sample_rate, task.sound.channels
    total = math.ceil((task.audio.start + task.audio.duration) * rate)
    with AudioReader(context.open(task.source), task.audio) as reader:
        size = _BLOCK * rate // 1024 * 1024
        for first in range(0, total, size):
            samples = np.clip(reader.read(first, min(size, total - first), rate, channels), -1.0, 1.0)
            for at in range(0, samples.shape[1], 1024):
                yield np.ascontiguousarray(samples[:, at : at + 1024])


def _require_same_times(file: BinaryIO, task: ProxyTask, starts: list[Fraction]) -> None:
    """Refuse a proxy that would show another frame than the media at some time."""
    from cutroom.media.opening import open_container
    from cutroom.media.scan import pick, scan

    container = open_container(file)
    try:
        found = scan(container, [pick(container, None, file)])[0].starts(task.proxy)
    finally:
        container.close()
    if found != starts:
        apart = next((n for n, pair in enumerate(zip(found, starts, strict=False)) if pair[0] != pair[1]), len(found))
        raise MediaError(
            f"a proxy cannot keep the times of its frames: frame {apart} would lie elsewhere",
            value=apart,
            hint="work with the media itself",
        )
