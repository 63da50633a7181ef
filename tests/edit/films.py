"""One track of one media, told in frames: what the edit algorithms are tested with."""

from __future__ import annotations

from fractions import Fraction

from editing import F, do, make_media

from cutroom.edit.operations import AddMedia, AddTrack, Overwrite
from cutroom.schema.clip import Clip, MediaSource
from cutroom.schema.document import Document, ProjectSettings

FPS = 24
MEDIA = MediaSource(media="m_a")


def at(frame: float) -> Fraction:
    return Fraction(frame) / FPS


def film(pieces: str, media_frames: int = 100 * FPS) -> Document:
    """`0-24 ·5 3-10`: clips by their frames of the media, and gaps."""
    document = Document(id="p", settings=ProjectSettings(fps=F(FPS)))
    media = make_media("m_a").replace(duration=F(media_frames, FPS))
    document = do(document, AddMedia(media=media), AddTrack(track="video", title="V1"))
    position = F(0)
    for piece in pieces.split():
        if piece.startswith("·"):
            position += at(int(piece[1:]))
            continue
        first, last = (int(part) for part in piece.split("-"))
        length = at(last - first)
        document = do(document, Overwrite(track="V1", at=position, source=MEDIA, start=at(first), duration=length))
        position += length
    return document


def shown(document: Document) -> str:
    return " ".join(
        f"{item.start * FPS}-{item.end * FPS}" if isinstance(item, Clip) else f"·{item.duration * FPS}"
        for item in document.tracks[0].items
    )
