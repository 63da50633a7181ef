"""What a worker measures, and the task that tells it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cutroom.effects.analysis import LoudnessRequest, MotionRequest, Request
from cutroom.workers.context import DIRECT, Context

if TYPE_CHECKING:
    from cutroom.effects.analysis import Result, SoFar
    from cutroom.effects.readers import Readers


@dataclass(frozen=True)
class MeasureTask:
    """Requests to measure one after the other; the files of one are still open for the next.

    Args:
        requests: what to measure.
        paths: absolute path of each media file in them, by SHA-256.
        before: what was heard of a sound of which the one request is the next part.
        goes_on: whether another part follows: what is wanted is a `SoFar` then.
    """

    requests: tuple[Request, ...]
    paths: tuple[tuple[str, str], ...]
    before: SoFar | None = None
    goes_on: bool = False

    def reads(self) -> tuple[str, ...]:
        """The media."""
        return tuple(dict.fromkeys(path for _, path in self.paths))

    def writes(self) -> tuple[str, ...]:
        """Nothing."""
        return ()


def warm() -> None:
    """Load everything that measuring needs; a locked worker could not."""
    import numpy as np

    import cutroom.effects.run  # noqa: F401
    from cutroom.effects.pictures.motion import MotionMeter
    from cutroom.effects.sounds.loudness import measure

    meter, wall = MotionMeter(), np.random.default_rng(0).integers(0, 255, (64, 96), dtype=np.uint8)
    for shift in (0, 1):
        meter.next(np.roll(wall, shift, axis=1))
    measure([np.zeros((1, 4800), np.float32)], 48_000, 1)


def measure(task: MeasureTask, context: Context = DIRECT) -> dict[str, Any]:
    """Measure. Its progress says whose code is `running`, by SHA-256, and "" when it is done.

    Returns:
        `results`: what each request comes to, in order, as JSON values.

    Raises:
        MediaError: a file that cannot be read.
    """
    from cutroom.effects.run import Readers

    total, done = sum(request.amount for request in task.requests), 0
    results = []

    def on_call(sha256: str) -> None:
        context.progress(done, total, running=sha256)

    with Readers(context, dict(task.paths), on_call=on_call) as readers:
        for request in task.requests:

            def tell(amount: int, before: int = done) -> None:
                context.progress(before + amount, total)

            found: Result | SoFar
            if isinstance(request, LoudnessRequest):
                found = _loudness(request, task, readers, tell)
            else:
                found = _motion(request, readers, tell)
            results.append(found.model_dump(mode="json"))
            done += request.amount
            context.progress(done, total)
    return {"results": results}


def _loudness(request: LoudnessRequest, task: MeasureTask, readers: Readers, tell: Any) -> Result | SoFar:
    from cutroom.effects.analysis import Loudness
    from cutroom.effects.run import Mixer
    from cutroom.effects.sounds.loudness import LoudnessMeter

    if not request.blocks:
        return Loudness()
    first = request.blocks[0]
    meter = LoudnessMeter(first.sample_rate, first.channels, task.before)
    heard = 0
    with Mixer(readers) as mixer:
        for block in request.blocks:
            meter.feed(mixer.mix(block))
            heard += block.samples
            tell(30 * heard // first.sample_rate)
    return meter.so_far() if task.goes_on else meter.result()


def _motion(request: MotionRequest, readers: Readers, tell: Any) -> Result:
    import numpy as np

    from cutroom.effects.analysis import Motion
    from cutroom.effects.pictures.levels import Plane
    from cutroom.effects.pictures.motion import moves
    from cutroom.effects.pictures.planes import views
    from cutroom.effects.run import PictureRunner

    def pictures() -> Iterator[Plane]:
        with PictureRunner(request.picture, readers) as runner:
            for number in range(request.picture.frames):
                yield np.ascontiguousarray(views(runner.frame(number))[0])
                if number % 8 == 0:
                    tell(number)

    return Motion(moves=tuple(moves(pictures())))
