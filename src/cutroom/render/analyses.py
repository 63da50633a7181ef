"""Have measured what a document wants to know before it is compiled: in workers, once, kept in the cache folder."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

import pydantic
from pydantic import TypeAdapter

from cutroom.effects.analysis import (
    RESULT,
    Loudness,
    LoudnessRequest,
    Motion,
    MotionRequest,
    Request,
    Result,
    Results,
    SoFar,
)
from cutroom.effects.segment import SoundSegment, sound_inputs
from cutroom.errors import MediaError, MediaNotFoundError, RenderError
from cutroom.render.analysis_store import AnalysisStore
from cutroom.render.encoding import BASE_TIMEOUT, FRAME_TIMEOUT, ROUNDS
from cutroom.render.executor import TaskExecutor
from cutroom.render.flights import Flight, Flights, Order, Require, nonsense
from cutroom.render.meter import OnProgress
from cutroom.schema.document import Document
from cutroom.telemetry import count as counted

BATCH = 2400
"""Frames that one task measures at most, where it measures several requests."""
MOST_FILES = 32
"""Media files of a task with several requests."""
PART_FILES = 200
"""Media files of a task that hears a part of a sound; a worker can be handed no more than 250."""


def measured(
    wanted: Callable[[Results], Sequence[Request]],
    store: AnalysisStore,
    paths: Mapping[str, str],
    executor: TaskExecutor,
    *,
    document: Document,
    on_progress: OnProgress | None = None,
    check: Callable[[], None] = lambda: None,
    require: Require = lambda _: {},
) -> dict[str, Result]:
    """Measure until nothing is wanted any more.

    Args:
        wanted: what is missing, beside some results; see `effects.compiler.needed`.
        store: of results.
        paths: absolute path of each media file, by SHA-256.
        executor: runs the tasks.
        document: asks for them; its functions and clips are named where a call never ends, or ends its worker.
        on_progress: called with `stage` "analyse", `done` and `total` (frames).
        check: called often; raises when this is to stop.
        require: called before a task; what was measured in a file that was touched meanwhile is thrown away.

    Returns:
        All results that were asked for, by the keys of their requests.

    Raises:
        MediaError: a file that is missing, was changed, or cannot be read.
        DiskFullError, OutputError: a result cannot be kept.
        RenderError: a worker gave an answer that makes no sense; a function of the user's own failed, or a call of it
            was not done in time.
    """
    results = _Kept(store)
    while requests := wanted(results):
        check()
        for _ in range(ROUNDS):
            missing = [request for request in requests if request.key not in results]
            if not missing:
                break
            _Measuring(missing, results, paths, executor, document, on_progress, check, require).run()
        else:
            raise MediaError(
                "media files keep being changed while they are measured",
                value=missing[0].key,
                hint="try again when nothing writes to them",
            )
    return dict(results)


class _Kept(dict[str, Result]):
    """Results in memory, those of the store brought in when they are asked for."""

    def __init__(self, store: AnalysisStore) -> None:
        self.store = store

    def get(self, key: str, default: Any = None, /) -> Any:
        found = super().get(key)
        if found is None:
            found = self.store.get(key)
            counted("cache_misses_total" if found is None else "cache_hits_total", cache="analyses")
            if found is not None:
                self[key] = found
        return default if found is None else found


class _Work(NamedTuple):
    """What one task measures."""

    requests: tuple[Request, ...]
    whole: LoudnessRequest | None = None
    """Of which the one request is a part."""
    rest: tuple[LoudnessRequest, ...] = ()
    """The parts behind it."""
    before: SoFar | None = None
    """What was heard of those before it."""

    @property
    def amount(self) -> int:
        return sum(request.amount for request in self.requests)


class _Measuring:
    """One round: some requests, each measured once."""

    def __init__(  # noqa: PLR0917  what `measured` is given
        self,
        requests: Sequence[Request],
        results: _Kept,
        paths: Mapping[str, str],
        executor: TaskExecutor,
        document: Document,
        on_progress: OnProgress | None,
        check: Callable[[], None],
        require: Require,
    ) -> None:
        self._results = results
        self._paths = paths
        self._tell = on_progress
        self._waiting = deque(_batches(requests))
        self._total = sum(request.amount for request in requests)
        self._finished = 0
        self._partly: dict[int, int] = {}
        self._flights = Flights[_Work](
            executor,
            document,
            check=check,
            require=require,
            order=self._order,
            heard=self._heard,
            landed=self._landed,
            cancelled=RenderError("a measurement was cancelled", hint="try again"),
        )

    def run(self) -> None:
        """Measure all of them."""
        self._progress()
        self._flights.run(self._waiting)

    def _order(self, work: _Work) -> Order:
        from cutroom.render.analysis_tasks import MeasureTask, measure

        files = dict.fromkeys(file for request in work.requests for file in request.files)
        for file in files:
            if file not in self._paths:
                raise MediaNotFoundError(
                    f"no file is known for media {file[:12]}…", value=file, hint="put it back, or relink it"
                )
        paths = tuple((file, self._paths[file]) for file in files)
        task = MeasureTask(work.requests, paths, work.before, goes_on=bool(work.rest))
        return Order(measure, task, BASE_TIMEOUT + FRAME_TIMEOUT * work.amount)

    def _heard(self, flight: Flight[_Work], progress: dict[str, Any]) -> None:
        match progress:
            case {"done": int(done)}:
                self._partly[flight.number] = done
            case _:
                raise nonsense(flight.order)
        self._progress()

    def _landed(self, flight: Flight[_Work], answer: Any) -> None:
        found = _checked(answer, flight.work)
        self._partly.pop(flight.number, None)
        if flight.untouched:
            self._finished += flight.work.amount
            self._take(flight.work, found)
        self._progress()

    def _take(self, work: _Work, found: Sequence[Result | SoFar]) -> None:
        requests = work.requests if work.whole is None else (work.whole,)
        for request, result in zip(requests, found, strict=True):
            if isinstance(result, SoFar):
                self._waiting.appendleft(_Work(work.rest[:1], work.whole, work.rest[1:], result))
            else:
                self._results.store.put(request.key, result)
                self._results[request.key] = result

    def _progress(self) -> None:
        if self._tell is not None:
            done = self._finished + sum(self._partly.values())
            self._tell({"stage": "analyse", "done": min(done, self._total), "total": self._total})


def _batches(requests: Iterable[Request]) -> Iterator[_Work]:
    """Neighbours together, as they look at the same files; what is long by itself, alone; what hears many, in parts."""
    batch: list[Request] = []
    files: set[str] = set()
    amount = 0
    for request in requests:
        own = set(request.files)
        if batch and (amount + request.amount > BATCH or own != files or len(files) > MOST_FILES):
            yield _Work(tuple(batch))
            batch, amount = [], 0
        if isinstance(request, LoudnessRequest) and len(own) > PART_FILES:
            first, *rest = _parts(request)
            yield _Work((first,), request, tuple(rest))
            continue
        batch.append(request)
        files, amount = own, amount + request.amount
    if batch:
        yield _Work(tuple(batch))


def _parts(request: LoudnessRequest) -> Iterator[LoudnessRequest]:
    """A request's blocks, as many together as a worker can be handed the files of."""
    blocks: list[SoundSegment] = []
    files: set[str] = set()
    for block in request.blocks:
        own = set(sound_inputs(block))
        if blocks and len(files | own) > PART_FILES:
            yield LoudnessRequest(blocks=tuple(blocks))
            blocks, files = [], set()
        blocks.append(block)
        files |= own
    yield LoudnessRequest(blocks=tuple(blocks))


def _checked(answer: Any, work: _Work) -> list[Result | SoFar]:
    """The results in an answer: a worker's word is not taken for more than numbers."""
    kinds: TypeAdapter[Any] = TypeAdapter(SoFar) if work.rest else RESULT
    try:
        found = [kinds.validate_python(plain) for plain in answer["results"]]
        if len(found) == len(work.requests) and all(map(partial(_fits, work), work.requests, found)):
            return found
    except (KeyError, TypeError, pydantic.ValidationError):
        pass
    raise RenderError(
        "a worker measured something else", value=work.requests[0].kind, hint="try again; report this as a bug"
    )


def _fits(work: _Work, request: Request, result: Result | SoFar) -> bool:
    if isinstance(request, MotionRequest):
        return isinstance(result, Motion) and len(result.moves) == request.picture.frames - 1
    if not isinstance(result, SoFar):
        return isinstance(result, Loudness)
    before, block = work.before or SoFar(), request.blocks[0]
    step = block.sample_rate // 10
    heard = len(before.steps) * step + len(before.rest) + sum(block.samples for block in request.blocks)
    return (len(result.steps), len(result.rest), len(result.filters)) == (*divmod(heard, step), 4 * block.channels)
