"""Clocks: what the times of spans and detections are measured on."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from cutroom.errors import StaleSpansError, ValidationError
from cutroom.schema.base import Frozen
from cutroom.schema.media import Media


class MediaClock(Frozen):
    """Media time of one file's content. Two paths with the same bytes have the same clock."""

    kind: Literal["media"] = "media"
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    path: str = ""
    """Where the file was, for people; no part of what the clock is."""

    @classmethod
    def of(cls, media: Media) -> MediaClock:
        """The clock of a probed media file."""
        return cls(sha256=media.fingerprint.sha256, path=media.path)


class TimelineClock(Frozen):
    """Timeline time of one revision of a document."""

    kind: Literal["timeline"] = "timeline"
    document: str
    revision: int = Field(ge=0)


Clock = Annotated[MediaClock | TimelineClock, Field(discriminator="kind")]


def same_clock(left: MediaClock | TimelineClock, right: MediaClock | TimelineClock) -> bool:
    """Whether times on the two mean the same: equal content, or the same revision of the same document."""
    if isinstance(left, MediaClock) and isinstance(right, MediaClock):
        return left.sha256 == right.sha256
    return left == right


def _describe(clock: MediaClock | TimelineClock) -> str:
    if isinstance(clock, MediaClock):
        return f"media time of {clock.path or clock.sha256[:12]}"
    return f"timeline {clock.document} at revision {clock.revision}"


def one_clock(
    left: MediaClock | TimelineClock | None, right: MediaClock | TimelineClock | None
) -> MediaClock | TimelineClock | None:
    """The clock of a combination: times without a clock take the other's.

    Raises:
        StaleSpansError: two revisions of one timeline.
        ValidationError: two clocks that do not measure the same time.
    """
    if left is None or right is None or same_clock(left, right):
        return left or right
    message = f"spans of different clocks: {_describe(left)} and {_describe(right)}"
    stale = isinstance(left, TimelineClock) and isinstance(right, TimelineClock) and left.document == right.document
    if stale:
        raise StaleSpansError(message, value=right, hint="measure both on the timeline as it is now")
    raise ValidationError(message, value=right, hint="combine spans of one media file, or of one timeline")
