"""`cr.detect`, `cr.scenes`, `cr.silences`, `cr.Spans`: questions to media, answered in sandboxed workers."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from cutroom.api import models
from cutroom.api.arguments import number, several, text, whole
from cutroom.api.clip import Clip
from cutroom.api.media import Media, MediaLibrary
from cutroom.app import app
from cutroom.detection.listen import silences as find_silences
from cutroom.detection.run import detect as run_detect
from cutroom.detection.watch import scenes as find_scenes
from cutroom.errors import UnsupportedMediaError, ValidationError
from cutroom.jobs.bar import Bar
from cutroom.schema.base import new_id
from cutroom.schema.detections import Detections
from cutroom.schema.document import Document
from cutroom.schema.spans import Spans as SpansValue
from cutroom.schema.time import TimeLike
from cutroom.services import MediaWorkers, ModelWorkers
from cutroom.session import Session

if TYPE_CHECKING:
    from cutroom.detection.store import Model

Source = str | os.PathLike[str] | Media | Clip


def _media(source: Source) -> Media:
    """The media that a source means."""
    if isinstance(source, Media):
        return source
    if isinstance(source, Clip):
        media = source.media
        if media is None:
            raise UnsupportedMediaError(f"{source!r} shows no media", value=source.id, hint="give a clip of a film")
        return media
    if isinstance(source, str | os.PathLike):
        return MediaLibrary(Session(Document(id=new_id("p"))), app()).add(source)
    raise ValidationError(
        f"not a source: {source!r}",
        value=source,
        hint="give a path, a media of a project (project.media[...]) or a clip",
    )


def _span(source: Source, span: tuple[TimeLike, TimeLike] | None) -> tuple[TimeLike, TimeLike] | None:
    return source.source if span is None and isinstance(source, Clip) else span


def detect(
    source: Source,
    model: str | os.PathLike[str] | Model = "shapes",
    *,
    every: TimeLike | None = None,
    confidence: float = 0.25,
    iou: float = 0.45,
    classes: Sequence[str | int] | None = None,
    tracker: Any = "bytetrack",
    span: tuple[TimeLike, TimeLike] | None = None,
    progress: bool = True,
) -> Detections:
    """Find objects in a film and follow them from frame to frame.

    Interrupting (Ctrl-C) keeps the part that is finished.

    Args:
        source: a path, a media of a project, or a clip (then only what it shows). Times are those of the media.
        model: a name of `cr.models.to_df()`, a path to `.onnx`, or a loaded model.
        every: look at one frame every so often (seconds, or `cr.frames(n)`); None: at every frame.
        confidence: least score, 0 to 1.
        iou: boxes of one class that overlap by more are one object, 0 to 1.
        classes: only these, by label or number.
        tracker: "bytetrack"; None: no track ids.
        span: only from start to end, in media time.
        progress: whether to draw a bar.

    Returns:
        Detections: `.to_df()`, `.query(...)`, `.spans(...)`.

    Raises:
        ModelError: the model cannot be used.
        MediaError: the film cannot be used.
        UnknownNameError: a model, class or tracker that does not exist.

    Example:
        >>> people = cr.detect("walk.mp4", "yolov8n.onnx", classes=["person"])  # doctest: +SKIP
        >>> tl.keep(people.spans(min_duration=1))  # doctest: +SKIP
    """
    number("confidence", confidence, 0, 1)
    number("iou", iou, 0, 1)
    if tracker is not None:
        text("tracker", tracker)
    wanted = None if classes is None else [classes] if isinstance(classes, str) else several("classes", classes)
    for one in wanted or ():
        if not isinstance(one, str):
            whole("classes", one, 0, 1_000_000)
    media = _media(source)
    services = app()
    loaded = models.load(model)

    def run(on_progress: Any) -> Detections:
        return run_detect(
            media.value,
            media.path,
            loaded,
            services.get(ModelWorkers),
            every=every,
            confidence=confidence,
            iou=iou,
            classes=wanted,
            tracker=tracker,
            span=_span(source, span),
            on_progress=on_progress,
        )

    if not progress:
        return run(None)
    told = [str(name) for name in wanted] if wanted is not None else [*loaded.labels[:3], "…"]
    with Bar(f"looking for {', '.join(told)}") as bar:
        return run(lambda done, total: bar.update({"done": done, "total": total}))


def scenes(
    source: Source,
    *,
    threshold: float = 27.0,
    min_duration: TimeLike = 0.6,
    span: tuple[TimeLike, TimeLike] | None = None,
) -> SpansValue:
    """The shots of a film, cut where its picture changes; `tl.split(at=cr.scenes(media).starts)`.

    Args:
        source: a path, a media or a clip (then only what it shows). Times are those of the media.
        threshold: how much hue, saturation and brightness (0 to 255) change on average at a cut.
        min_duration: a cut sooner than this after the last one is none, in seconds.
        span: only from start to end, in media time.

    Raises:
        UnsupportedMediaError, DamagedMediaError: no picture, or one that cannot be decoded.
        ValidationError, TimeError: a threshold outside of 0 to 255, a span without a picture.
    """
    number("threshold", threshold, 0, 255)
    media = _media(source)
    return find_scenes(
        media.value,
        media.path,
        app().get(MediaWorkers),
        threshold=threshold,
        min_duration=min_duration,
        span=_span(source, span),
    )


def silences(
    source: Source,
    threshold_db: float = -35.0,
    *,
    min_duration: TimeLike = 0.5,
    span: tuple[TimeLike, TimeLike] | None = None,
) -> SpansValue:
    """Where a film is silent; `tl.cut(cr.silences(media))`.

    Args:
        source: a path, a media or a clip (then only what it shows). Times are those of the media.
        threshold_db: what is quieter counts as silence, in dB below full scale (-120 to 0).
        min_duration: shorter ones are no silences, in seconds.
        span: only from start to end, in media time.

    Raises:
        UnsupportedMediaError, DamagedMediaError: no sound, or one that cannot be decoded.
        ValidationError, TimeError: a level outside of -120 to 0 dB, a span without sound.
    """
    number("threshold_db", threshold_db, -120, 0)
    media = _media(source)
    return find_silences(
        media.value,
        media.path,
        app().get(MediaWorkers),
        threshold_db=threshold_db,
        min_duration=min_duration,
        span=_span(source, span),
    )


def Spans(pairs_or_df: Any, media: Source | None = None) -> SpansValue:  # noqa: N802 - it reads like the class it makes
    """Spans from pairs `(start, end)` or a table with the columns start and end.

    Args:
        pairs_or_df: the spans; overlapping ones become one, touching ones stay apart.
        media: whose time they are in; None: the time of the timeline that they are used on.

    Raises:
        TimeError: a time that is none, or a span that ends before it starts.
        ValidationError: neither pairs nor a table.

    Example:
        >>> Spans([(0, 1), ("00:00:02.5", 3)]).duration
        Fraction(3, 2)
    """
    if not hasattr(pairs_or_df, "itertuples") and not isinstance(pairs_or_df, SpansValue):
        pairs_or_df = several("spans", pairs_or_df)
    return SpansValue.of(pairs_or_df) if media is None else SpansValue.of_media(pairs_or_df, _media(media).value)
