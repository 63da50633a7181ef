"""Gets every payload of a plan: from the cache, or from workers, a bounded number of runs at a time."""

from __future__ import annotations

import itertools
import queue
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import CancelledError, Future
from functools import partial
from operator import itemgetter
from typing import Any, NamedTuple

from cutroom.effects.lack import Lack
from cutroom.effects.python.late import too_slow
from cutroom.errors import MediaError, MediaNotFoundError, RenderError, WorkerTimeoutError
from cutroom.media.fingerprint import Identity, identity_of
from cutroom.render.cache import SegmentCache
from cutroom.render.executor import TaskExecutor, carries_progress, slots, stop, submit
from cutroom.render.meter import Meter
from cutroom.render.orders import RunTask, SoundOrder, SoundTask
from cutroom.render.planned import WARM_PACKETS, Chunk, Plan, Segment
from cutroom.render.spool import Spool
from cutroom.render.tasks import render_run, render_sound
from cutroom.schema.media import Media
from cutroom.schema.resource import Resource
from cutroom.telemetry import absorb, count, current_context

LOOK_EVERY = 0.1
"""Seconds between two looks at whether to stop."""
BASE_TIMEOUT = 300.0
FRAME_TIMEOUT = 5.0
"""Seconds that a run may take, and how much more for each of its frames; then it is killed."""
ROUNDS = 3
"""How often something is encoded whose sources were touched meanwhile."""

Require = Callable[[Mapping[str, str]], Mapping[str, Identity]]
"""Looks at media files (paths by SHA-256) before they are read: raises where one is not what it was, and gives the
state in which it found each path."""


_Order = tuple[Callable[..., Any], Callable[[], Any], float]
"""A function, what makes its task, its time limit."""


class _Flight(NamedTuple):
    future: Future[Any]
    awaited: set[str]
    """Keys that may still come from it: a worker's word is not trusted for others."""
    sources: Mapping[str, Identity]
    """The states of the files that it reads, from before it began."""


class _Event(NamedTuple):
    run: int
    progress: dict[str, Any] | None
    """None: the run is over."""


class Encoding:
    """The encoding stage of one export.

    Args:
        plan: what to encode.
        paths: absolute path of each media file, by SHA-256.
        executor: where runs go.
        cache: where payloads come from and go to.
        spool: where all payloads are collected.
        meter: told how far it is.
        check: called often; raises when the export is to stop.
        require: called before a run; what was made of a file that was touched meanwhile is thrown away.
    """

    def __init__(
        self,
        plan: Plan,
        paths: Mapping[str, str],
        executor: TaskExecutor,
        cache: SegmentCache,
        *,
        spool: Spool,
        meter: Meter,
        check: Callable[[], None],
        require: Require,
    ) -> None:
        self._plan = plan
        self._paths = paths
        self._executor = executor
        self._cache = cache
        self._spool = spool
        self._meter = meter
        self._check = check
        self._require = require
        self._keep = not carries_progress(executor)
        self._events: queue.SimpleQueue[_Event] = queue.SimpleQueue()
        self._flying: dict[int, _Flight] = {}
        self._running: dict[int, str] = {}  # whose code, by SHA-256
        self._numbers = itertools.count()
        self._weights = _weights(plan)
        self.encoded = 0
        """Payloads that were made now."""
        self.lacks: set[Lack] = set()
        """What the files did not have though they say otherwise."""

    def run(self) -> None:
        """Collect all payloads in the spool.

        Raises:
            CutroomError: what went wrong in a worker, or with the disk; finished segments stay in the cache.
        """
        self._meter.expect(sum(self._weights.values()))
        self._fetch()
        for _ in range(ROUNDS):
            self._encode(deque(self._orders()))
            missing = [key for key in self._weights if key not in self._spool]
            if not missing:
                break
        else:
            raise MediaError(
                "media files keep being changed while they are read",
                value=missing[0],
                hint="export again when nothing writes to them; finished segments are kept",
            )
        self._spool.flush()

    def _encode(self, orders: deque[_Order]) -> None:
        """Have everything encoded once."""
        most = slots(self._executor)
        try:
            while orders or self._flying:
                self._check()
                while orders and len(self._flying) < most:
                    if self._submit(*orders.popleft()).done():  # in this process: take what it made first
                        break
                self._listen()
        finally:
            for flight in self._flying.values():
                stop(flight.future)

    def _fetch(self) -> None:
        """Take from the cache what it has: it may forget anything from here on."""
        for key, weight in self._weights.items():
            self._check()
            payload = self._cache.get(key)
            if payload is not None:
                self._spool.add(key, payload)
                self._meter.found(weight)
            count("cache_misses_total" if payload is None else "cache_hits_total", cache="segments")
        self._meter.tell(force=True)

    def _orders(self) -> Iterator[_Order]:
        """What is missing, each once: function, what makes its task, time limit.

        Sound first: its tasks are longest. Then the runs with most frames, so that no worker is left with a long one
        when all others are done.
        """
        claimed: set[str] = set()
        for chunks in self._plan.sound_runs:
            wanted = [chunk for chunk in chunks if self._claim(chunk.key, claimed)]
            if wanted:
                samples = wanted[0].run_up + sum(chunk.samples for chunk in chunks)
                seconds = samples / self._plan.layout.sample_rate
                yield render_sound, partial(self._sound_task, wanted), BASE_TIMEOUT + FRAME_TIMEOUT * seconds
        runs = [[one for one in run if self._claim(one.key, claimed)] for run in self._plan.runs]
        for frames, missing in sorted(((_frames(run), run) for run in runs if run), key=itemgetter(0), reverse=True):
            yield render_run, partial(self._run_task, missing), BASE_TIMEOUT + FRAME_TIMEOUT * frames

    def _claim(self, key: str, claimed: set[str]) -> bool:
        if key in self._spool or key in claimed:
            return False
        claimed.add(key)
        return True

    def _run_task(self, segments: list[Segment]) -> RunTask:
        return RunTask(
            segments=tuple((segment.key, self._plan.picture(segment)) for segment in segments),
            settings=self._plan.layout.settings,
            paths=self._found(dict.fromkeys(file for segment in segments for file in segment.files)),
            engine=self._plan.engine,
            keep=self._keep,
            trace=current_context(),
        )

    def _sound_task(self, chunks: list[Chunk]) -> SoundTask:
        return SoundTask(
            chunks=tuple(SoundOrder(c.key, self._plan.sound(c), c.lead, c.packets) for c in chunks),
            skip=WARM_PACKETS,
            settings=self._plan.layout.settings,
            paths=self._found(dict.fromkeys(file for chunk in chunks for file in chunk.files)),
            engine=self._plan.engine,
            keep=self._keep,
            trace=current_context(),
        )

    def _found(self, files: Mapping[str, None]) -> tuple[tuple[str, str], ...]:
        for file in files:
            if file not in self._paths:
                document = self._plan.document
                named: list[Media | Resource] = [*document.media, *document.resources]
                name = next((one.path for one in named if one.fingerprint.sha256 == file), None) or file
                raise MediaNotFoundError(
                    f"the file {name} cannot be found", value=name, hint="put it back, or project.media.add(path)"
                )
        return tuple((file, self._paths[file]) for file in files)

    def _submit(self, function: Callable[..., Any], make: Callable[[], Any], timeout: float) -> Future[Any]:
        number, events, task = next(self._numbers), self._events, make()
        sources = self._require(dict(task.paths))
        future = submit(
            self._executor,
            function,
            task,
            on_progress=lambda progress: events.put(_Event(number, progress)),
            timeout=timeout,
        )
        self._flying[number] = _Flight(future, set(task.keys), sources)
        future.add_done_callback(lambda _: events.put(_Event(number, None)))
        return future

    def _listen(self) -> None:
        try:
            event = self._events.get(timeout=LOOK_EVERY)
        except queue.Empty:
            return
        if event.progress is not None:
            self._progress(event.run, event.progress)
            return
        flight = self._flying[event.run]
        running = self._running.pop(event.run, "")
        try:
            result = flight.future.result()
        except WorkerTimeoutError as error:
            raise too_slow(self._plan.document, running, "the time that its frames may take", error) from None
        except CancelledError:
            raise RenderError("a run was cancelled", hint="export again; finished segments are kept") from None
        for key, payload in result["payloads"].items():
            self._take(event.run, key, payload, result["lacks"][key])
        absorb(result["telemetry"])
        if flight.awaited:
            raise RenderError(f"{len(flight.awaited)} segments were not encoded", value=min(flight.awaited))
        del self._flying[event.run]

    def _progress(self, run: int, progress: dict[str, Any]) -> None:
        if "running" in progress:
            self._running[run] = str(progress["running"])
        elif "payload" in progress:
            self._take(run, progress["key"], progress["payload"], progress["lacks"])
        else:
            self._meter.partly(run, int(progress["done"]) - int(progress["finished"]))

    def _take(self, run: int, key: str, payload: bytes, lacks: Sequence[Any]) -> None:
        awaited, sources = self._flying[run].awaited, self._flying[run].sources
        if key not in awaited:
            raise RenderError("a worker sent a segment that nobody asked it for", value=key)
        awaited.remove(key)
        if not untouched(sources):
            self._meter.partly(run, 0)
            return  # who knows what was read: it is encoded again, once the file was found to be right
        if lacks:  # not kept: the next export is to warn of it as well
            self.lacks.update(map(Lack.load, lacks))
        else:
            self._cache.put(key, payload)
        self._spool.add(key, payload)
        self.encoded += 1
        weight = self._weights[key]
        self._meter.finished(run, weight)
        if self._plan.layout.frames:
            count("render_frames_processed_total", weight)


def _frames(run: Sequence[Segment]) -> int:
    """How many frames it has."""
    return sum(segment.frames for segment in run)


def untouched(sources: Mapping[str, Identity]) -> bool:
    """Whether files are still in the states in which they were found."""
    try:
        return all(identity_of(path) == state for path, state in sources.items())
    except OSError:
        return False


def _weights(plan: Plan) -> dict[str, int]:
    """How much of the film each payload makes up: frames; sound counts only where there is no picture."""
    weights: dict[str, int] = {}
    for segment in plan.segments:
        weights[segment.key] = weights.get(segment.key, 0) + segment.frames
    for chunk in plan.chunks:
        weights[chunk.key] = weights.get(chunk.key, 0) + (0 if plan.segments else chunk.packets)
    return weights
