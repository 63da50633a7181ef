"""Gets every payload of a plan: from the cache, or from workers, a bounded number of runs at a time."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from operator import itemgetter
from typing import Any

from cutroom.effects.lack import Lack
from cutroom.errors import MediaError, MediaNotFoundError, RenderError
from cutroom.render.cache import SegmentCache
from cutroom.render.executor import TaskExecutor, carries_progress
from cutroom.render.flights import Flight, Flights, Order, Require, nonsense
from cutroom.render.meter import Meter
from cutroom.render.orders import RunTask, SoundOrder, SoundTask
from cutroom.render.planned import WARM_PACKETS, Chunk, Plan, Segment
from cutroom.render.shortfall import damaged
from cutroom.render.spool import Spool
from cutroom.render.tasks import render_run, render_sound
from cutroom.schema.media import Media
from cutroom.schema.resource import Resource
from cutroom.telemetry import absorb, count, current_context

BASE_TIMEOUT = 300.0
FRAME_TIMEOUT = 5.0
"""Seconds that a run may take, and how much more for each of its frames; then it is killed."""
ROUNDS = 3
"""How often something is encoded whose sources were touched meanwhile."""

_Work = tuple[Callable[..., Any], Callable[[], Any], float]
"""A function, what makes its task, its time limit."""


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
        self._cache = cache
        self._spool = spool
        self._meter = meter
        self._check = check
        self._keep = not carries_progress(executor)
        self._awaited: dict[int, set[str]] = {}
        """Keys that may still come from a run: a worker's word is not trusted for others."""
        self._flights = Flights[_Work](
            executor,
            plan.document,
            check=check,
            require=require,
            order=lambda work: Order(work[0], work[1](), work[2]),
            heard=self._heard,
            landed=self._landed,
            cancelled=RenderError("a run was cancelled", hint="export again; finished segments are kept"),
        )
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
            self._flights.run(deque(self._orders()))
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

    def _orders(self) -> Iterator[_Work]:
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

    def _landed(self, flight: Flight[_Work], answer: Any) -> None:
        match answer:
            case {"payloads": dict(payloads), "lacks": dict(lacks), "telemetry": telemetry}:
                for key, payload in payloads.items():
                    self._take(flight, key, payload, lacks.get(key))
                absorb(telemetry)
            case _:
                raise nonsense(flight.order)
        if awaited := self._awaited_of(flight):
            raise RenderError(f"{len(awaited)} segments were not encoded", value=min(awaited))

    def _heard(self, flight: Flight[_Work], progress: dict[str, Any]) -> None:
        match progress:
            case {"key": key, "payload": payload, "lacks": lacks}:
                self._take(flight, key, payload, lacks)
            case {"done": int(done), "finished": int(finished)}:
                self._meter.partly(flight.number, done - finished)
            case _:
                raise nonsense(flight.order)

    def _awaited_of(self, flight: Flight[_Work]) -> set[str]:
        return self._awaited.setdefault(flight.number, set(flight.order.task.keys))

    def _take(self, flight: Flight[_Work], key: Any, payload: Any, lacks: Any) -> None:
        awaited = self._awaited_of(flight)
        try:
            found = [Lack.load(lack) for lack in lacks]
        except (TypeError, ValueError, ArithmeticError):
            raise nonsense(flight.order) from None
        if not isinstance(key, str) or not isinstance(payload, bytes):
            raise nonsense(flight.order)
        if key not in awaited:
            raise RenderError("a worker sent a segment that nobody asked it for", value=key)
        awaited.remove(key)
        if not flight.untouched:
            self._meter.partly(flight.number, 0)
            return  # who knows what was read: it is encoded again, once the file was found to be right
        if found:  # not kept: the next export is to warn of it as well
            error = damaged(self._plan.document, found)
            if error is not None and self._plan.layout.settings.on_error == "fail":
                raise error
            self.lacks.update(found)
        else:
            self._cache.put(key, payload)
        self._spool.add(key, payload)
        self.encoded += 1
        weight = self._weights[key]
        self._meter.finished(flight.number, weight)
        if self._plan.layout.frames:
            count("render_frames_processed_total", weight)


def _frames(run: Sequence[Segment]) -> int:
    """How many frames it has."""
    return sum(segment.frames for segment in run)


def _weights(plan: Plan) -> dict[str, int]:
    """How much of the film each payload makes up: frames; sound counts only where there is no picture."""
    weights: dict[str, int] = {}
    for segment in plan.segments:
        weights[segment.key] = weights.get(segment.key, 0) + segment.frames
    for chunk in plan.chunks:
        weights[chunk.key] = weights.get(chunk.key, 0) + (0 if plan.segments else chunk.packets)
    return weights
