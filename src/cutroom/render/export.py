"""Export a timeline: plan, encode what is missing, join, verify, publish. A whole file appears, or nothing does."""

from __future__ import annotations

import math
import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import CancelledError, Future, wait
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import Any

from cutroom.effects.nodes import Gain, Limit
from cutroom.effects.registry import Registry
from cutroom.errors import CutroomError, DiskFullError, JobCancelledError, OutputError, RenderError, VerificationError
from cutroom.render.analyses import measured
from cutroom.render.analysis_store import AnalysisStore
from cutroom.render.cache import SegmentCache
from cutroom.render.encoding import BASE_TIMEOUT, Encoding
from cutroom.render.executor import TaskExecutor, stop, submit
from cutroom.render.flights import LOOK_EVERY, Require
from cutroom.render.gaps import gaps
from cutroom.render.meter import Meter, OnProgress
from cutroom.render.orders import MuxTask, VerifyTask
from cutroom.render.plan import Plan, plan, wanted
from cutroom.render.planned import CEILING
from cutroom.render.publish import Part
from cutroom.render.report import Report
from cutroom.render.shortfall import lacking, shortfalls
from cutroom.render.spool import Spool
from cutroom.render.tasks import mux, verify_file
from cutroom.render.verify import Verification
from cutroom.schema.document import Document
from cutroom.schema.export import ExportSettings
from cutroom.telemetry import change, count, record
from cutroom.telemetry import span as traced


def export(  # noqa: PLR0917  the five things it is made of, and where it goes
    document: Document,
    paths: Mapping[str, str],
    output: str | os.PathLike[str],
    settings: ExportSettings,
    executor: TaskExecutor,
    cache: SegmentCache,
    *,
    span: tuple[Fraction, Fraction] | None = None,
    registry: Registry | None = None,
    on_progress: OnProgress | None = None,
    cancelled: Callable[[], bool] | None = None,
    grant: Callable[[Path], None] | None = None,
    require: Require = lambda _: {},
    protected: Iterable[str] = (),
    analyses: AnalysisStore | None = None,
) -> Report:
    """Export a timeline, or a span of it, to an MP4.

    Segments that the cache holds are not encoded again; those that are finished stay in it, whatever happens. An
    existing output is replaced at the very end, when the new file was found to be what was planned.

    Args:
        document: the project.
        paths: absolute path of each media file, by the SHA-256 of its content.
        output: the file to write.
        settings: what kind of file.
        executor: runs the work: a `WorkerPool` whose grants cover the media, the cache's folder and what `grant` is
            told; or anything else shaped like an executor.
        cache: of encoded segments.
        span: the part to export, in seconds of the timeline, end exclusive; None: all of it.
        registry: the effects; None: the built-in ones.
        on_progress: called on this thread with ``stage``, ``done``, ``total``, ``fps``, ``eta``; see `Meter`.
        cancelled: asked several times a second whether to stop.
        require: looks at media files just before they are read; see `Require`.
        protected: files that are not overwritten, beside the media: the project's own.
        grant: told which file is about to be written and read back, so that no more than that need be allowed.
        analyses: what was measured already, and where what is measured now is kept; None: beside the segments.

    Raises:
        EditError, HandlesError, TimeError, UnknownNameError, ValidationError: it cannot be planned.
        OutputError, DiskFullError: the output or the cache cannot be written; found out before rendering if possible.
        MediaError: a source is missing, was changed, or is broken where it is shown.
        WorkerError: a worker failed.
        RenderError, VerificationError: the result is not what was planned; it was not published.
        JobCancelledError: `cancelled` said so.

    Example:
        >>> export(document, paths, "out.mp4", ExportSettings(), pool, cache).frames  # doctest: +SKIP
        1200
    """
    began = time.monotonic()
    meter = Meter(on_progress)
    check = _Check(cancelled)
    with _counted(), traced("export", output=os.path.basename(output)) as recording:
        meter.stage("plan")
        part = Part(output, [*paths.values(), *protected])
        if grant is not None:
            grant(part.path)
        with traced("render.analyse"):
            results = measured(
                wanted(document, settings, span, registry),
                analyses or AnalysisStore(cache.folder / "analyses"),
                paths,
                executor,
                document=document,
                on_progress=meter.analysed,
                check=check,
                require=require,
            )
        with traced("render.plan"):
            made = plan(document, settings, span, cache, registry, results=results)
        recording.set(frames=made.layout.frames, segments=len(made.segments))
        with part, Spool(cache.folder) as spool:
            meter.stage("encode")
            with traced("render.encode"):
                encoding = Encoding(
                    made, paths, executor, cache, spool=spool, meter=meter, check=check, require=require
                )
                encoding.run()
            meter.stage("mux")
            with traced("render.mux"):
                peak = _mux(made, spool, part, executor, check)
            meter.stage("verify")
            with traced("render.verify"):
                verified = _verify(made, part, executor, check)
            meter.stage("publish")
            check()
            part.publish()
        wall_seconds = time.monotonic() - began
        record("render_duration_seconds", wall_seconds)
    return Report(
        output=str(part.output),
        size=part.output.stat().st_size,
        frames=made.layout.frames,
        seconds=verified.seconds,
        segments_encoded=encoding.encoded,
        segments_cached=len(made.segments) + len(made.chunks) - encoding.encoded,
        encoder=_encoder(made),
        verified=verified,
        wall_seconds=wall_seconds,
        warnings=(*_told(made), *lacking(document, encoding.lacks), *_too_soft(made), *_warnings(peak)),
    )


class _Check:
    """Raises when the export is to stop."""

    def __init__(self, cancelled: Callable[[], bool] | None) -> None:
        self._cancelled = cancelled

    def __call__(self) -> None:
        if self._cancelled is not None and self._cancelled():
            raise JobCancelledError(
                "the export was cancelled", hint="export again to go on: finished segments are kept"
            )


@contextmanager
def _counted() -> Iterator[None]:
    count("render_jobs_total")
    change("render_jobs_active", +1)
    try:
        yield
    except BaseException as error:
        if not isinstance(error, JobCancelledError | KeyboardInterrupt):
            count("render_errors_total", error=type(error).__name__)
        raise
    finally:
        change("render_jobs_active", -1)


def _mux(made: Plan, spool: Spool, part: Part, executor: TaskExecutor, check: _Check) -> float:
    task = MuxTask(
        spool=str(spool.path),
        output=str(part.path),
        layout=made.layout,
        pictures=tuple(spool[segment.key] for segment in made.segments),
        sounds=tuple(spool[chunk.key] for chunk in made.chunks),
    )
    try:
        result = _run(executor, mux, task, made.seconds, check)
    except DiskFullError as error:
        raise part.full() from error
    except OutputError as error:
        raise part.renamed(error) from error
    except CutroomError:
        raise
    except OSError as error:
        raise part.failure(error) from error
    return float(result["peak"])


def _verify(made: Plan, part: Part, executor: TaskExecutor, check: _Check) -> Verification:
    found = _run(executor, verify_file, VerifyTask(str(part.path), made.layout), made.seconds, check)
    verified = Verification.model_validate({**found, "path": str(part.output)})
    if not verified.ok:
        raise VerificationError(
            f"the finished file is not what was planned: {verified.problems[0]}",
            value=verified.problems,
            hint="nothing was published; clear the cache and export again, and report this as a bug",
        )
    return verified


def _run(
    executor: TaskExecutor, function: Callable[..., Any], task: MuxTask | VerifyTask, seconds: float, check: _Check
) -> Any:
    """Run one task, and look meanwhile whether to stop."""
    check()
    future = submit(executor, function, task, on_progress=lambda _: None, timeout=BASE_TIMEOUT + seconds)
    try:
        while not wait([future], timeout=LOOK_EVERY).done:
            check()
        return _result(future)
    finally:
        if not future.done():
            stop(future)
            wait([future], timeout=10)  # a worker that is being killed may still write


def _result(future: Future[Any]) -> Any:
    try:
        return future.result()
    except CancelledError:
        raise RenderError("a task of the export was cancelled", hint="export again") from None


def _encoder(made: Plan) -> str:
    settings = made.layout.settings
    if not made.layout.frames:
        return f"{settings.audio_codec}, {settings.audio_bitrate / 1000:g} kbit/s"
    return f"libx264 {settings.encoder_preset}, CRF {settings.crf:g}: runs everywhere, the same bytes on equal machines"


def _too_soft(made: Plan) -> tuple[str, ...]:
    target, found = made.layout.settings.loudness, made.loudness
    if target is None or found is None:
        return ()
    if found.integrated is None:
        return ("the sound is too soft or too short for its loudness to be measured; it was left as it is",)
    reached = found.integrated + sum(node.db for node in made.master if isinstance(node, Gain))
    if found.true_peak is not None and any(isinstance(node, Limit) for node in made.master):
        over = found.true_peak + reached - found.integrated - CEILING
        return (
            f"peaks were limited, by {over:.1f} dB at most, to stay below {CEILING:g} dBTP: the sound is softer than "
            f"{target:g} LUFS by what that takes",
        )
    if target - reached < 0.1:
        return ()
    return (
        f"the sound was brought to {reached:.1f} LUFS, not to {target:g}: its true peak would pass {CEILING:g} dBTP; "
        f"a limiter or a compressor makes room",
    )


def _told(made: Plan) -> Iterator[str]:
    """What the timeline itself leaves clear, black or silent."""
    begin = made.first_frame / made.document.settings.fps
    end = begin + Fraction(made.seconds)
    yield from shortfalls(made.document, begin, end)
    yield from gaps(made.document, begin, end)


def _warnings(peak: float) -> tuple[str, ...]:
    if peak <= 1:
        return ()
    return (f"the sound goes {20 * math.log10(peak):.1f} dB beyond full scale and was limited there",)
