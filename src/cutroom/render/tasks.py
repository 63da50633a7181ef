"""The functions that workers run in an export.

They load encoders and decoders when they run; `warm` loads them before a worker locks itself in.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from cutroom.errors import RenderError
from cutroom.render.engine import engine_digest
from cutroom.render.orders import MuxTask, RunTask, SoundTask, VerifyTask
from cutroom.telemetry import attached, drain, keep_in_memory, span
from cutroom.workers.context import DIRECT, Context

_TELL_EVERY = 0.1
SOUND_READERS = 32
"""Readers of sound that stay open: more than there are tracks, as a rule."""


def warm() -> None:
    """Load everything that the functions need; afterwards no file can be opened."""
    import cutroom.effects.run
    import cutroom.render.encode
    import cutroom.render.examine
    import cutroom.render.mux  # noqa: F401

    keep_in_memory()
    engine_digest()


def render_run(task: RunTask, context: Context = DIRECT) -> dict[str, Any]:
    """Encode a run of segments.

    Each finished segment is sent up as progress (`key`, `payload`), or comes with the result when the task says so.
    Other progress says whose code is `running`, by SHA-256, and "" when it is done.

    Returns:
        `frames`, `payloads` by key (empty unless `task.keep`), `telemetry`, and `lacks`: by key, what the files in it
        lacked, each as `Lack.dump` gives it (in a progress it is of that one segment).

    Raises:
        MediaError: a source cannot be decoded; names it.
        RenderError: this worker's engine is another one than the plan was made for.
    """
    from cutroom.effects.run import PictureRunner, Readers
    from cutroom.render.codecs.kinds import PictureFormat
    from cutroom.render.encode import encode_picture
    from cutroom.render.packets import pack

    _same_engine(task.engine)
    payloads: dict[str, bytes] = {}
    lacks: dict[str, list[list[str]]] = {}
    done = 0

    def on_call(sha256: str) -> None:
        context.progress(done, task.frames, running=sha256)

    with (
        attached(task.trace),
        span("render.run", segments=len(task.segments), frames=task.frames),
        Readers(context, dict(task.paths), on_call=on_call) as readers,
    ):
        for key, segment, picked in task.segments:
            picture = PictureFormat(segment.fps / picked.step, segment.width, segment.height)
            with PictureRunner(segment, readers) as runner:
                frames = (runner.frame(number) for number in picked)
                payload = pack(encode_picture(frames, task.settings, picture, _ticker(context, done, task.frames)))
            done += len(picked)
            lacks[key] = [lack.dump() for lack in readers.lacks()]
            if task.keep:
                payloads[key] = payload
            else:
                context.progress(done, task.frames, key=key, payload=payload, lacks=lacks[key])
    return {"frames": done, "payloads": payloads, "telemetry": drain(), "lacks": lacks}


def render_sound(task: SoundTask, context: Context = DIRECT) -> dict[str, Any]:
    """Mix and encode chunks of sound.

    Each finished chunk is sent up as progress (`key`, `payload`), or comes with the result when the task says so.

    Returns:
        `payloads` by key (empty unless `task.keep`), `telemetry`, `lacks` as of a run.

    Raises:
        MediaError: a source cannot be decoded; names it.
        RenderError: this worker's engine is another one than the plan was made for.
    """
    import numpy as np

    from cutroom.effects.run import Mixer, Readers
    from cutroom.render.codecs import sound_codec
    from cutroom.render.encode import encode_sound
    from cutroom.render.packets import pack

    _same_engine(task.engine)
    codec = sound_codec(task.settings)
    payloads: dict[str, bytes] = {}
    lacks: dict[str, list[list[str]]] = {}
    seconds = sum(chunk.segment.samples / chunk.segment.sample_rate for chunk in task.chunks)
    with (
        attached(task.trace),
        span("render.sound", seconds=seconds),
        Readers(context, dict(task.paths), keep=SOUND_READERS) as readers,
        Mixer(readers) as mixer,
    ):
        for number, (key, segment, lead, count) in enumerate(task.chunks, 1):
            mixed = mixer.mix(segment)
            total = -(-(lead + segment.samples) // codec.packet) * codec.packet
            padded = np.pad(mixed, ((0, 0), (lead, total - lead - segment.samples)))
            payload = pack(encode_sound(padded, task.settings, segment.sample_rate, skip=codec.warm, count=count))
            lacks[key] = [lack.dump() for lack in readers.lacks()]
            if task.keep:
                payloads[key] = payload
            else:
                context.progress(number, len(task.chunks), key=key, payload=payload, lacks=lacks[key])
    return {"payloads": payloads, "telemetry": drain(), "lacks": lacks}


def mux(task: MuxTask, context: Context = DIRECT) -> dict[str, Any]:
    """Write the file.

    Returns:
        `peak`: the sound's largest sample before it was limited to full scale.

    Raises:
        RenderError: the segments do not make up the file.
        OutputError: the file cannot be written (DiskFullError: no space).
    """
    from cutroom.render.mux import write_file

    return {"peak": write_file(task, context)}


def verify_file(task: VerifyTask, context: Context = DIRECT) -> dict[str, Any]:
    """Look at a finished file: the fields of a `Verification`."""
    from cutroom.render.examine import examine

    with context.open(task.path) as file:
        return examine(file, task.path, task.expected, task.threads)


def _ticker(context: Context, before: int, total: int) -> Callable[[int], None]:
    """Tells the number of frames that are done, a few times a second."""
    last = time.monotonic()

    def tell(frames: int) -> None:
        nonlocal last
        if time.monotonic() - last >= _TELL_EVERY:
            last = time.monotonic()
            context.progress(before + frames, total, finished=before)

    return tell


def _same_engine(expected: str) -> None:
    if engine_digest() != expected:
        raise RenderError(
            "this worker has other library versions, or another class of processor, than the plan was made for",
            hint="run the same installation on all machines of one export",
        )
