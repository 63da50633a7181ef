"""The effect `stabilize`: which stretches of the source it measures, and what it does to each frame."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from cutroom.effects.analysis import Film, Motion, MotionRequest
from cutroom.effects.compiler.steady import (
    BREATH,
    CHUNK,
    Correction,
    Smoothing,
    chunks_around,
    corrections,
    span_of,
)
from cutroom.effects.nodes import Moving, Node, Warp

_IDLE = Warp()


def _smoothing(values: Mapping[str, Any], film: Film) -> Smoothing:
    return Smoothing(
        sigma=float(values["smoothing"] * film.rate),
        breath=math.ceil(BREATH * film.rate),
        zoom=values["zoom"],
        follows=values["mode"] == "crop",
        size=(film.place.width, film.place.height),
    )


def _chunks(film: Film) -> list[int]:
    return sorted({number // CHUNK for number in film.numbers}) if film.frames > 1 else []


def requests(values: Mapping[str, Any], film: Film) -> tuple[MotionRequest, ...]:
    """The chunks of the source that the shown frames' corrections depend on."""
    reach = _smoothing(values, film).reach
    wanted = sorted({near for chunk in _chunks(film) for near in chunks_around(chunk, film.frames, reach)})
    spans = (span_of(chunk, film.frames) for chunk in wanted)
    return tuple(MotionRequest(picture=film.part(first, end - first)) for first, end in spans)


def nodes(values: Mapping[str, Any], film: Film, found: tuple[Motion, ...]) -> tuple[Node, ...]:
    """What moves each shown frame back; nothing where the camera stood still."""
    smoothing = _smoothing(values, film)
    around = {chunk: chunks_around(chunk, film.frames, smoothing.reach) for chunk in _chunks(film)}
    known = dict(zip(sorted({near for chunks in around.values() for near in chunks}), found, strict=True))
    moved: dict[int, tuple[Correction, ...]] = {}
    for chunk, chunks in around.items():
        motions = tuple(known[near] for near in chunks)
        moved[chunk] = corrections(motions, chunk - chunks.start, chunks.start == 0, smoothing)
    frames = [_warps(moved[number // CHUNK][number % CHUNK], film) for number in film.numbers] if moved else []
    return (Moving.model_validate({"frames": frames, "lead": film.lead}),) if any(frames) else ()


def _warps(one: Correction, film: Film) -> tuple[Warp, ...]:
    width = film.place.width
    warp = Warp(
        scale=round(one.scale, 7),
        position_x=round(one.right * width / film.width, 7),
        position_y=round(one.down * width / film.height, 7),
        rotation=round(math.degrees(one.turn), 6),
    )
    return () if warp == _IDLE else (warp,)
