"""Texts that were read and hold letters which the title fonts lack: they are kept, and named."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction

from cutroom.effects.text.lettering import missing_glyphs
from cutroom.interchange.report import Loss, place_of
from cutroom.schema.clip import TitleSource
from cutroom.schema.cue import Cue
from cutroom.schema.document import Document

_NAMED = 20
"""Letters that a row names."""


def undrawable(document: Document) -> Iterator[Loss]:
    """One row for each title and subtitle of a document that cannot be drawn as it is."""
    fps = document.settings.fps
    for timeline in (document.timeline, *(compound.timeline for compound in document.compounds)):
        for track in timeline.tracks:
            yield from undrawable_cues(track.cues, track.title, fps)
            for at, clip in track.clips():
                if isinstance(clip.source, TitleSource) and clip.source.style.font is None:
                    yield from _told("title", clip.source.text, place_of(track.title, at, fps, clip.id))


def undrawable_cues(cues: Iterable[Cue], where: str, fps: Fraction) -> Iterator[Loss]:
    """One row for each of some subtitles that cannot be drawn as it is.

    Args:
        cues: of a track.
        where: its title, or the file's.
        fps: for the timecode.
    """
    for cue in cues:
        if cue.style is not None and cue.style.font is not None:
            continue  # what is in it shows when it is drawn: it is opened in workers only
        yield from _told("subtitle", cue.text, place_of(where, cue.start, fps))


def unseen_bold(cues: Iterable[Cue], where: str) -> Iterator[Loss]:
    """One row where letters are bold beside others that are not, and all are drawn alike.

    Args:
        cues: of a track.
        where: its title, or the file's.
    """
    if any(span.bold for cue in cues if cue.style is None or cue.style.font is None for span in cue.spans):
        why = 'kept, but the title fonts are bold throughout: they stand out with cue.style = {"font": path}'
        yield Loss(what="bold letters", where=where, why=why)


def _told(what: str, text: str, where: str) -> Iterator[Loss]:
    if missing := missing_glyphs(text):
        named = " ".join(missing[:_NAMED]) + (" …" if len(missing) > _NAMED else "")
        why = f"the text is kept, but the title fonts cannot draw {named}: change it before it is shown"
        yield Loss(what=f"letters of a {what}", where=where, why=why)
