"""What every reader of timelines remembers: what is lost, and the media that a file's names mean."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from cutroom.interchange.references import Find, Reference
from cutroom.interchange.report import Loss
from cutroom.schema.media import Media


class Reader:
    """Asks for each media once; keeps those that were found, and the losses."""

    def __init__(self, fps: Fraction, find: Find, media: Iterable[Media] = ()) -> None:
        self.fps = fps
        self.losses: list[Loss] = []
        self.media = {one.id: one for one in media}
        self._find = find
        self._answers: dict[tuple[str | None, str, str], Media | None] = {}

    def lose(self, what: str, where: str, why: str) -> None:
        """Note a loss."""
        self.losses.append(Loss(what=what, where=where, why=why))

    def media_named(  # noqa: PLR0917 - what a file says of one media, each once
        self,
        url: str | None,
        title: str,
        sound: bool,
        start: Fraction,
        played: Fraction,
        where: str,
        told: Media | None = None,
    ) -> Media | None:
        """The media that a clip shows; None and a loss where there is none.

        Args:
            url: as the file has it.
            title: what the file calls it.
            sound: whether it is heard, not seen.
            start: first moment of media time that is shown.
            played: seconds of it that are shown.
            where: for the loss.
            told: what a file that Cutroom wrote says of it.
        """
        key = (url, title if url is None else "", "sound" if sound else "picture")
        if key not in self._answers:
            named = Reference(
                url=url, title=title, kind="sound" if sound else "picture", start=max(Fraction(0), start),
                duration=max(Fraction(0), played), stated=told,
            )  # fmt: skip
            self._answers[key] = self._find(named)
        media = self._answers[key]
        if media is None:
            until = start + played
            stretch = f"{float(start):.3f} to {float(until):.3f} s of {url or title or 'a media without a name'}"
            self.lose(f"media {url or title}", where, f"left as a gap: not found; it shows {stretch}")
            return None
        self.media.setdefault(media.id, media)
        return media
