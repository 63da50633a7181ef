"""What a document wants to have measured before it can be compiled."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import pairwise

from cutroom.effects.analysis import LoudnessRequest, Request, Results, require
from cutroom.effects.checks import kind_on
from cutroom.effects.compiler.document import Pictures, cut_points, frame_count
from cutroom.effects.compiler.sound import blocks, compile_sound
from cutroom.effects.python.declared import registry_for
from cutroom.effects.registry import Registry
from cutroom.errors import AnalysisNeededError
from cutroom.schema.document import Document
from cutroom.schema.time import to_sample


def needed(
    document: Document,
    span: tuple[int, int] | None = None,
    results: Results | None = None,
    registry: Registry | None = None,
    *,
    picture: bool = True,
    sound: bool = True,
) -> tuple[Request, ...]:
    """What is to be measured for a stretch of the timeline, without looking at a pixel; each request once.

    What an effect measures may depend on what another one found. So what is measured by and by may bring up more:
    ask again until there is none.

    Args:
        document: the project.
        span: first frame, and the one behind the last; None: all of the timeline.
        results: what was measured already.
        registry: the effects; None: the built-in ones.
        picture: whether to ask for what is seen.
        sound: whether to ask for what is heard.

    Raises:
        As `compile_picture` and `compile_sound` do, but for AnalysisNeededError.

    Example:
        >>> needed(Document(id="d_1"))
        ()
    """
    registry = registry_for(document, registry)
    kinds = {
        spec.kind
        for track, clip in document.everywhere()
        for effect in clip.effects
        if effect.enabled and (spec := registry.effect(effect.effect, kind_on(track.kind))).analysis is not None
    }
    begin, end = span or (0, frame_count(document))
    found: dict[str, Request] = {}
    known = {} if results is None else results
    if picture and "video" in kinds:
        pictures = Pictures(document, registry, results=known)
        points = sorted({begin, end, *(point for point in cut_points(document) if begin < point < end)})
        for first, last in pairwise(points):
            if pictures.measures(first):
                found |= _missing(partial(pictures.compile, first, last - first))
    if sound and "audio" in kinds:
        rate = document.settings.sample_rate
        first, last = (to_sample(frame / document.settings.fps, rate) for frame in (begin, end))
        found |= _missing(partial(compile_sound, document, first, last - first, registry, results=known))
    return tuple(found.values())


def heard(
    document: Document, samples: tuple[int, int], results: Results, registry: Registry | None = None
) -> LoudnessRequest:
    """The request for how loud the whole mix of a stretch is.

    Args:
        document: the project.
        samples: the first, and the one behind the last.
        results: what its effects go by.
        registry: the effects; None: the built-in ones.

    Raises:
        AnalysisNeededError: a result that its effects go by is missing.
    """
    return LoudnessRequest(blocks=blocks(document, samples, registry, results))


def needed_to_hear(
    document: Document, samples: tuple[int, int], results: Results, registry: Registry | None = None
) -> tuple[Request, ...]:
    """What is to be measured to know how loud the whole mix of a stretch is; see `needed`.

    Raises:
        As `compile_sound` does, but for AnalysisNeededError.
    """
    return tuple(_missing(lambda: require(results, [heard(document, samples, results, registry)])).values())


def _missing(work: Callable[[], object]) -> dict[str, Request]:
    try:
        work()
    except AnalysisNeededError as error:
        requests: tuple[Request, ...] = error.value  # type: ignore[assignment]  # `analysis.require` is what raises it
        return {request.key: request for request in requests}
    return {}
