"""What the report of an export says of clips that ask for more than their media has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from pathlib import PurePath

from cutroom.edit.limits import readable
from cutroom.effects.compiler.document import layouts
from cutroom.effects.compiler.layout import samples_layout
from cutroom.effects.compiler.shortage import Shortage, picture_shortages, sound_shortages
from cutroom.effects.compiler.sound import heard_tracks
from cutroom.schema.clip import Clip, CompoundSource
from cutroom.schema.document import Document


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


def broken_off(document: Document, ends: Mapping[str, float]) -> Iterator[str]:
    """One sentence for each media that has less than it says, as was found when it was read.

    Args:
        document: the project.
        ends: seconds, by SHA-256.
    """
    for media in document.media:
        if (end := ends.get(media.fingerprint.sha256)) is not None:
            yield (
                f"{PurePath(media.path).name} says that it lasts {readable(media.duration)}, and ends at {end:.3f} s: "
                "what clips show of it behind that is clear or silent"
            )


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
