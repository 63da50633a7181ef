"""A still of a timeline: compiled here, made in a worker."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, overload

from cutroom.effects.analysis import Request, Results
from cutroom.effects.compiler.document import compile_picture, frame_count
from cutroom.effects.compiler.needed import needed
from cutroom.effects.python.late import crashed, too_slow
from cutroom.effects.registry import Registry
from cutroom.effects.segment import picture_inputs
from cutroom.errors import ValidationError, WorkerCrashedError, WorkerTimeoutError
from cutroom.preview.tasks import StillTask, make_still
from cutroom.schema.document import Document, ProjectSettings
from cutroom.schema.time import TimeLike, parse_time, to_frame
from cutroom.workers.context import Runner

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

PATIENCE = 30.0
"""Seconds for a picture that calls functions of the user's own: somebody waits for it, and a function that takes as
long as this for a frame would take days for a film. The slowest of Cutroom's own takes two seconds."""


@overload
def still(
    document: Document,
    paths: Mapping[str, str],
    time: TimeLike,
    executor: Runner,
    *,
    size: tuple[int, int] | None = None,
    format: Literal["array"] = "array",
    quality: int = 75,
    registry: Registry | None = None,
    results: Results | None = MappingProxyType({}),
    patience: float = PATIENCE,
) -> NDArray[np.uint8]: ...
@overload
def still(
    document: Document,
    paths: Mapping[str, str],
    time: TimeLike,
    executor: Runner,
    *,
    size: tuple[int, int] | None = None,
    format: Literal["jpeg"],
    quality: int = 75,
    registry: Registry | None = None,
    results: Results | None = MappingProxyType({}),
    patience: float = PATIENCE,
) -> bytes: ...
def still(
    document: Document,
    paths: Mapping[str, str],
    time: TimeLike,
    executor: Runner,
    *,
    size: tuple[int, int] | None = None,
    format: Literal["array", "jpeg"] = "array",
    quality: int = 75,
    registry: Registry | None = None,
    results: Results | None = MappingProxyType({}),
    patience: float = PATIENCE,
) -> NDArray[np.uint8] | bytes:
    """The picture that the timeline shows at a time: the same compiler and the same runner as an export.

    Smaller pictures are made small from the start: sources are scaled down before their effects, whose lengths are
    fractions of the canvas. That is the full-size picture scaled down, but for the order of filter and scaling.

    Args:
        document: the project.
        paths: absolute path of each media file, by SHA-256.
        time: timeline time; the nearest frame is shown, at the end the last one.
        executor: runs the task.
        size: width and height to stay within, at the project's shape; None: the project's size. Never larger than it.
        format: `"array"` or `"jpeg"`.
        quality: of the JPEG, 1 to 100.
        registry: the effects; None: the built-in ones.
        results: what was measured; see `wanted`. None: effects that measure their clip do nothing.
        patience: seconds that it may take where it calls functions of the user's own; then the worker is killed.

    Returns:
        (height, width, 3) uint8 RGB, or the bytes of a JPEG file.

    Raises:
        AnalysisNeededError: something must be measured first.
        ValidationError: a size or format that makes no sense, an effect that is not right.
        HandlesError: a transition without enough media beyond its cut.
        MediaError: a file that cannot be read.
        RenderError: a function of the user's own failed, ended its worker, or was not done in time; names it.

    Example:
        >>> from cutroom.workers.inline import InlineExecutor
        >>> still(Document(id="d_1"), {}, 0, InlineExecutor(), size=(320, 180)).shape
        (180, 320, 3)
    """
    if format not in {"array", "jpeg"}:
        raise ValidationError(f"not a still's format: {format!r}", value=format, hint="array or jpeg")
    box, frame = _size(document.settings, size), _frame(document, time)
    segment = compile_picture(document, frame, 1, registry, size=box, results=results)
    wanted = sorted(set(picture_inputs(segment)))
    known = tuple((sha256, paths[sha256]) for sha256 in wanted if sha256 in paths)
    task, running = StillTask(segment, known, format, quality), [""]
    codes = {one.sha256 for one in document.resources if one.kind == "python"}
    limit = patience if codes.intersection(wanted) else None

    def told(progress: dict[str, Any]) -> None:
        running[0] = str(progress.get("running", ""))

    try:
        result = executor.run(make_still, task, on_progress=told, timeout=limit)
    except WorkerTimeoutError as error:
        raise too_slow(document, running[0], f"the {patience:g} s that a picture may take", error) from None
    except WorkerCrashedError as error:
        raise crashed(document, running[0], error) from None
    picture: NDArray[np.uint8] | bytes = result["picture"]
    return picture


def wanted(
    document: Document, time: TimeLike, registry: Registry | None = None
) -> Callable[[Results], tuple[Request, ...]]:
    """What must be measured before the picture of a time can be shown, beside some results."""
    frame = _frame(document, time)
    return lambda results: needed(document, (frame, frame + 1), results, registry, sound=False)


def _frame(document: Document, time: TimeLike) -> int:
    fps = document.settings.fps
    return max(0, min(to_frame(parse_time(time, rate=fps), fps), frame_count(document) - 1))


def _size(settings: ProjectSettings, within: tuple[int, int] | None) -> tuple[int, int]:
    """The project's shape within a box, in even numbers."""
    width, height = settings.width, settings.height
    if within is None:
        return width, height
    if min(within) < 2:
        raise ValidationError(f"not a size: {within!r}", value=within, hint="give (width, height) in pixels")
    scale = min(1.0, within[0] / width, within[1] / height)
    return (
        (width, height) if scale == 1 else (max(2, 2 * round(width * scale / 2)), max(2, 2 * round(height * scale / 2)))
    )
