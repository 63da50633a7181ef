"""What the report of an export says of clips that ask for more than their media has."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from pathlib import PurePath

from cutroom.edit.limits import readable
from cutroom.effects.compiler.document import layouts
from cutroom.effects.compiler.layout import samples_layout
from cutroom.effects.compiler.shortage import Shortage, picture_shortages, sound_shortages
from cutroom.effects.compiler.sound import heard_tracks
from cutroom.effects.lack import Lack
from cutroom.errors import DamagedMediaError
from cutroom.schema.clip import Clip, CompoundSource
from cutroom.schema.document import Document

_TOUCHING = Fraction(1, 20)
"""Seconds between two damaged stretches that are told as one."""
_REMEDY = "copy the file again from its source, or keep that part out of the edit"
_TOLD = 8
"""Stretches of one stream that are told of."""


def shortfalls(document: Document, begin: Fraction, end: Fraction) -> Iterator[str]:
    """One sentence for each clip that is clear or silent for a while within [begin, end) of the timeline.

    Compounds that are in use are looked into once, as a whole; times are those of their own timelines then.

    Example:
        >>> list(shortfalls(Document(id="d_1"), Fraction(0), Fraction(10)))
        []
    """
    yield from _on(document, "", begin, end)
    waiting, seen = [document], set()
    while waiting:
        for source in _compounds(waiting.pop()):
            if source not in seen:
                seen.add(source)
                inner = document.inside(source.compound, source.angle)
                waiting.append(inner)
                yield from _on(inner, f" in {document.compound(source.compound).title}", None, None)


def lacking(document: Document, lacks: Iterable[Lack]) -> Iterator[str]:
    """One sentence for each media that has less than it says, and for each damaged stream, as was found in reading it.

    Args:
        document: the project.
        lacks: what was found.
    """
    found: dict[tuple[str, str], list[Lack]] = {}
    for lack in sorted(lacks):
        found.setdefault((lack.sha256, lack.what), []).append(lack)
    for media in document.media:
        name, sha256 = PurePath(media.path).name, media.fingerprint.sha256
        if ends := found.get((sha256, "end")):
            yield (
                f"{name} says that it lasts {readable(media.duration)}, and ends at {float(ends[0].start):.3f} s: "
                "what clips show of it behind that is clear or silent"
            )
        for stream, what in (("picture", "clear"), ("sound", "silent")):
            if parts := found.get((sha256, stream)):
                yield f"{_damage(name, parts)}: what clips show of that is {what}; {_REMEDY}"


def damaged(document: Document, lacks: Iterable[Lack]) -> DamagedMediaError | None:
    """The error for the first damaged stretch among what was found; None where files merely end early."""
    for lack in sorted(lacks):
        if lack.what != "end":
            path = next((one.path for one in document.media if one.fingerprint.sha256 == lack.sha256), lack.sha256)
            name = PurePath(path).name
            return DamagedMediaError(
                _damage(name, [lack]),
                value=name,
                hint=f'{_REMEDY}; on_error="slate" exports it clear and silent there; '
                "project.verify(decode=True) looks through all of the files",
            )
    return None


def _damage(name: str, parts: Sequence[Lack]) -> str:
    when = spans((one.start, one.end) for one in parts)
    return f"the {parts[0].what} of {name} is damaged {when} of the file"


def spans(stretches: Iterable[tuple[Fraction, Fraction]]) -> str:
    """Stretches in words, sorted by time; those that touch are one.

    Example:
        >>> spans([(Fraction(0), Fraction(1)), (Fraction(1), Fraction(2)), (Fraction(5), Fraction(6))])
        'from 0 s to 2 s, from 5 s to 6 s'
    """
    joined: list[tuple[Fraction, Fraction]] = []
    for start, end in stretches:
        if joined and start <= joined[-1][1] + _TOUCHING:
            joined[-1] = joined[-1][0], max(joined[-1][1], end)
        else:
            joined.append((start, end))
    told = [f"from {readable(start)} to {readable(end)}" for start, end in joined[:_TOLD]]
    more = len(joined) - len(told)
    return ", ".join(told) + (f" and in {more} more place{'' if more == 1 else 's'}" if more else "")


def _compounds(document: Document) -> Iterator[CompoundSource]:
    for track in document.tracks:
        for item in track.items:
            if isinstance(item, Clip) and isinstance(item.source, CompoundSource):
                yield item.source


def _on(document: Document, where: str, begin: Fraction | None, end: Fraction | None) -> Iterator[str]:
    fps, rate = document.settings.fps, document.settings.sample_rate
    for layout in layouts(document):
        for short in picture_shortages(document, layout):
            yield from _told(short, fps, (begin, end), f"is clear{where}", "picture")
    for track in heard_tracks(document):
        for short in sound_shortages(document, samples_layout(track, rate, fps)):
            yield from _told(short, Fraction(rate), (begin, end), f"is silent{where}", "sound")


def _told(
    short: Shortage, grid: Fraction, span: tuple[Fraction | None, Fraction | None], what: str, stream: str
) -> Iterator[str]:
    first, end = short.first / grid, short.end / grid
    if (span[1] is not None and first >= span[1]) or (span[0] is not None and end <= span[0]):
        return
    yield (
        f"clip {short.clip.id} {what} from {readable(first)} to {readable(end)}: "
        f"the {stream} of {PurePath(short.media.path).name} ends at {readable(short.stops)}"
    )
