"""The bytes that an export takes on its disks, told before it starts: what is known for sure, and about how much."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import NamedTuple

from cutroom.errors import DiskFullError, warn
from cutroom.render.cache import HEAD, SegmentCache
from cutroom.render.codecs import sound_codec
from cutroom.render.packets import overhead
from cutroom.render.planned import Plan
from cutroom.render.publish import Part
from cutroom.schema.formats import PICTURES
from cutroom.settings import shown

BITS = 0.1
"""Of each pixel of filmed pictures at the CRF that is usual for a codec; six steps of CRF make half, or twice."""
PRORES_BITS = 3.5
"""Of each pixel: 220 Mbit/s at 1080p30, as Apple has it for 422 HQ."""
SURELY = 64
"""Slides that stand still take a fiftieth of what filmed pictures take: less than one part in so many is not known."""


class Bytes(NamedTuple):
    """An amount: for sure, and about."""

    least: int
    likely: int

    def __add__(self, other: Bytes) -> Bytes:  # type: ignore[override]  # amounts, not tuples
        return Bytes(self.least + other.least, self.likely + other.likely)


class Space(NamedTuple):
    """What an export takes."""

    cache: Bytes
    """In the cache's folder: segments that are not there yet, and all of them once more while the file is made."""
    output: Bytes
    """In the output's folder."""


def space_of(plan: Plan, cache: SegmentCache) -> Space:
    """What an export takes on its disks. Segments that are cached have a size; others are estimated."""
    kept = written = output = Bytes(0, 0)
    made: set[str] = set()
    bits, rate, packet = _bits(plan)
    guesses = [
        *((one.key, one.frames, round(one.frames * bits / 8) if one.files else 0) for one in plan.segments),
        *((one.key, one.packets, round(one.packets * packet * rate / 8)) for one in plan.chunks),
    ]
    for number, (key, packets, guess) in enumerate(guesses):
        size, extra = cache.size_of(key), overhead(packets)
        is_picture = number < len(plan.segments)
        data = (
            Bytes(guess // SURELY if is_picture else 0, guess) if size is None else Bytes(*[max(0, size - extra)] * 2)
        )
        output += data
        if key in made:
            continue  # equal parts are kept once
        made.add(key)
        payload = data + Bytes(extra, extra)
        written += payload
        kept += payload + Bytes(HEAD, HEAD) if size is None else Bytes(0, 0)
    return Space(kept + written, output)


def _bits(plan: Plan) -> tuple[float, float, int]:
    """About how many bits a frame takes, and a sample; and how many samples a packet of sound has."""
    layout, settings = plan.layout, plan.layout.settings
    facts = None if settings.codec == "none" else PICTURES[settings.codec]
    usual = None if facts is None else facts.crf
    each = PRORES_BITS if usual is None or settings.crf is None else BITS * 2 ** ((usual - settings.crf) / 6)
    if settings.audio_codec == "none":
        return each * layout.width * layout.height, 0.0, 1
    deep = 24 if settings.audio_codec == "pcm_s24le" else 16
    rate = layout.channels * deep if settings.audio_bitrate is None else settings.audio_bitrate / layout.sample_rate
    return each * layout.width * layout.height, rate, sound_codec(settings).packet


def require_space(plan: Plan, cache: SegmentCache, part: Part) -> None:
    """Refuse an export that cannot fit on its disks, and warn of one that probably does not.

    Raises:
        DiskFullError: names what it takes at least, and what is free.
    """
    space = space_of(plan, cache)
    folder, beside = _there(cache.folder), part.output.parent
    if os.stat(folder).st_dev == os.stat(beside).st_dev:
        _compare(f"in {beside} for {part.output.name}", beside, space.cache + space.output, _ELSEWHERE)
        return
    _compare(f"in {beside} for {part.output.name}", beside, space.output, _ELSEWHERE)
    _compare(f"for the cache in {cache.folder}", folder, space.cache, _CACHE_ELSEWHERE)


_ELSEWHERE = "free some space or choose another disk; finished segments are kept, the next export is quick"
_CACHE_ELSEWHERE = "free some space, clear the cache, or move it with CUTROOM_CACHE_DIR"


def _compare(where: str, folder: Path, takes: Bytes, hint: str) -> None:
    free = shutil.disk_usage(folder).free
    if free < takes.least:
        raise DiskFullError(
            f"no space left {where}: the export takes at least {shown(takes.least)} there, and {shown(free)} are free",
            value=(takes.least, free),
            hint=hint,
        )
    if free < takes.likely:
        warn(
            f"the space {where} may not do: the export takes about {shown(takes.likely)} there, and {shown(free)} are"
            " free",
            RuntimeWarning,
        )


def _there(folder: Path) -> Path:
    """The folder, or the one above it that exists."""
    return next(one for one in (folder, *folder.absolute().parents) if one.exists())
