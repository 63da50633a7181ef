"""Decide what an export will do before anything is done. Pure."""

from __future__ import annotations

from collections.abc import Callable, Container
from fractions import Fraction
from itertools import pairwise
from types import MappingProxyType
from typing import NamedTuple

from cutroom.effects.analysis import Loudness, Request, Results, require
from cutroom.effects.compiler.document import Pictures, cut_points, frame_count
from cutroom.effects.compiler.needed import heard, needed, needed_to_hear
from cutroom.effects.compiler.sound import Sounds
from cutroom.effects.registry import Registry, default_registry
from cutroom.effects.segment import picture_inputs, run_up, sound_inputs
from cutroom.errors import EditError, TimeError
from cutroom.render.codecs import sound_codec
from cutroom.render.engine import engine_digest
from cutroom.render.need import picture_need
from cutroom.render.orders import FileLayout
from cutroom.render.pieces import PartTexts, anchor_of, boundaries, describe, whole
from cutroom.render.planned import (
    Action,
    Chunk,
    Master,
    Mix,
    Plan,
    Segment,
    make_key,
    mastering,
    picture_prefix,
    segment_key,
    sound_prefix,
)
from cutroom.render.shape import Shape, heard_at, shape_of
from cutroom.render.soft import SoftTrack, soft_tracks, without_subtitles
from cutroom.schema.base import canonical_json
from cutroom.schema.clip import Clip
from cutroom.schema.document import Document
from cutroom.schema.export import ExportSettings
from cutroom.schema.time import to_frame, to_sample

__all__ = ["Plan", "plan", "wanted"]

CHUNK_PACKETS = 1406
"""Packets of one chunk of sound: of AAC, 30 seconds at 48 kHz."""


def plan(
    document: Document,
    settings: ExportSettings,
    span: tuple[Fraction, Fraction] | None = None,
    cache: Container[str] | None = None,
    registry: Registry | None = None,
    *,
    results: Results | None = MappingProxyType({}),
) -> Plan:
    """Plan an export: cut the timeline into segments of at most one GOP, at its edit points and on its media's grid.

    Args:
        document: the project.
        settings: of the export.
        span: the part to export, in seconds of the timeline, end exclusive; snapped to frames. None: all of it.
        cache: keys of segments that need not be encoded.
        registry: the effects; None: the built-in ones.
        results: what was measured; None: what goes by a measurement is planned as if it did nothing, for a first look
            at whether the rest can be planned.

    Raises:
        AnalysisNeededError: something must be measured first; see `wanted`.
        EditError: nothing to export, or a clip that cannot be shown.
        TimeError: a span that is empty or lies outside of the timeline.
        UnknownNameError, ValidationError: an effect that does not exist, or a format that cannot be encoded.
        HandlesError: a transition without enough media beyond its cut.
    """
    clips = {track.kind == "audio" for track in document.tracks for item in track.items if isinstance(item, Clip)}
    if not clips:
        raise EditError("the timeline is empty", value=document.id, hint="append a clip before exporting")
    first, end = _frames(document, span)
    seen, heard = settings.codec != "none" and False in clips, settings.audio_codec != "none" and True in clips
    document = heard_at(document, settings) if heard else document
    soft: tuple[SoftTrack, ...] = ()
    if settings.subtitles == "soft":
        edges = (first / document.settings.fps, end / document.settings.fps)
        soft = soft_tracks(document, edges, settings.subtitle_language)
    if settings.subtitles != "burn":
        document = without_subtitles(document, inside=settings.subtitles == "none")
    cached: Container[str] = () if cache is None else cache
    registry = registry or default_registry()
    project = document.settings
    shape = shape_of(document, settings) if seen else Shape(project.width, project.height, project.fps, 1)
    scene = _Scene(document, settings, (first, end), shape, cached, registry, results)
    measured = heard and settings.loudness is not None
    loudness = loudness_of(document, (first, end), registry, results) if measured else None
    master = () if loudness is None or settings.loudness is None else mastering(loudness, settings.loudness)
    segments = _segments(scene) if seen else ()
    chunks, samples = _sound(scene, master) if heard else ((), 0)
    layout = FileLayout(
        settings=settings,
        fps=shape.fps,
        width=shape.width,
        height=shape.height,
        frames=sum(len(segment.picked) for segment in segments),
        joins=tuple(-(-(segment.start_frame - first) // shape.step) for segment in segments),
        sample_rate=project.sample_rate,
        channels=project.channels,
        samples=samples,
        subtitles=soft,
    )
    if not segments and not chunks:
        there = ("seen or " if settings.codec != "none" else "") + "heard"
        if settings.audio_codec == "none":
            there = "seen"
        raise EditError(f"nothing of the timeline can be {there}", value=document.id, hint="unmute a track")
    return Plan(layout, segments, chunks, first, engine_digest(), document, registry, results, loudness, master)


def wanted(
    document: Document,
    settings: ExportSettings,
    span: tuple[Fraction, Fraction] | None = None,
    registry: Registry | None = None,
) -> Callable[[Results], tuple[Request, ...]]:
    """What must be measured before an export can be planned, beside some results: first for the effects, then the mix.

    Arguments and errors as in `plan`.
    """
    if frame_count(document) == 0:
        return lambda _: ()
    if settings.loudness is not None:
        document = heard_at(document, settings)
    frames = _frames(document, span)
    registry = registry or default_registry()

    def missing(results: Results) -> tuple[Request, ...]:
        found = needed(document, frames, results, registry)
        if found or settings.loudness is None:
            return found
        return needed_to_hear(document, _samples(document, frames), results, registry)

    return missing


def _samples(document: Document, frames: tuple[int, int]) -> tuple[int, int]:
    """First sample, and the one behind the last."""
    project = document.settings
    begin, end = (to_sample(frame / project.fps, project.sample_rate) for frame in frames)
    return begin, end


class _Scene(NamedTuple):
    """What a plan is made from."""

    document: Document
    settings: ExportSettings
    frames: tuple[int, int]
    shape: Shape
    cached: Container[str]
    registry: Registry
    results: Results | None


def loudness_of(
    document: Document, frames: tuple[int, int], registry: Registry | None, results: Results | None
) -> Loudness | None:
    """How loud the whole mix is from a frame to before another; None where nothing is measured.

    Raises:
        AnalysisNeededError: that was not measured.
    """
    if results is None:
        return None
    (found,) = require(results, [heard(document, _samples(document, frames), results, registry)])
    return found if isinstance(found, Loudness) else None


def _frames(document: Document, span: tuple[Fraction, Fraction] | None) -> tuple[int, int]:
    total = frame_count(document)
    if span is None:
        return 0, total
    fps = document.settings.fps
    first, end = to_frame(span[0], fps), min(to_frame(span[1], fps), total)
    if not 0 <= first < end:
        raise TimeError(
            f"the span {float(span[0]):g} to {float(span[1]):g} s holds no frame of the timeline",
            value=span,
            hint=f"it lasts {float(total / fps):g} s",
        )
    return first, end


def _segments(scene: _Scene) -> tuple[Segment, ...]:
    document, settings, span, shape, cached, registry, results = scene
    gop, prefix = settings.gop_frames(shape.fps) * shape.step, picture_prefix(settings)
    found: list[Segment] = []
    size = (shape.width, shape.height)
    pictures = Pictures(document, registry, size=size, depth=settings.depth, results=results)
    points = sorted({*span, *(point for point in cut_points(document) if span[0] < point < span[1])})
    for begin, stop in pairwise(points):
        moves = pictures.moves(begin)
        stretch = pictures.compile(begin, 1 if moves else stop - begin)
        texts = None if moves or whole(stretch) else PartTexts(stretch)
        for start, after in pairwise(boundaries(begin, stop, anchor_of(stretch), gop)):
            picked = shape.picked(span[0], start, after - start)
            if not picked:
                continue
            part = pictures.compile(start, after - start) if texts is None else stretch
            text = canonical_json(part) if texts is None else texts.text(start - begin, after - start)
            key, files = segment_key(prefix, picked, text), tuple(dict.fromkeys(picture_inputs(part)))
            told: tuple[Action, str] = ("cached", "in the cache") if key in cached else ("encode", describe(part))
            found.append(Segment(start, after - start, *told, key, files, picked, picture_need(part)))
    return tuple(found)


def _sound(scene: _Scene, master: Master) -> tuple[tuple[Chunk, ...], int]:
    """Chunks on the packet grid of the file, and the number of samples. None where nothing is ever heard."""
    document, settings, frames, _, cached, registry, results = scene
    codec = sound_codec(settings)
    begin, end = _samples(document, frames)
    samples = end - begin
    prefix = sound_prefix(settings)
    packets = codec.packets(samples)
    chunks: list[Chunk] = []
    mix = Mix(Sounds(document, registry, results=results), (begin, end), master)
    for first in range(0, packets, CHUNK_PACKETS):
        count = min(CHUNK_PACKETS, packets - first)
        lowest = (first - codec.warm) * codec.packet
        low, high = max(lowest, 0), min((first + count + codec.ahead) * codec.packet, samples)
        content = mix.compile(begin + low, high - low)
        key = make_key(prefix, f"{low - lowest},{count}", canonical_json(content))
        files = tuple(dict.fromkeys(sound_inputs(content)))
        action: Action = "cached" if key in cached else "encode"
        chunks.append(Chunk(begin + low, high - low, action, key, files, low - lowest, count, run_up(content)))
    return (tuple(chunks), samples) if any(chunk.files for chunk in chunks) else ((), 0)
