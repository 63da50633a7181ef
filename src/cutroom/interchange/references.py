"""What a file says of a media that it names; who reads the file says which media that is."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Literal
from urllib.parse import quote, unquote, urlsplit

from cutroom.schema.base import Frozen
from cutroom.schema.media import Media
from cutroom.schema.time import Exact


class Reference(Frozen):
    """A media as a file names it."""

    url: str | None
    """A URL or a path, as the file has it; None where it gives none."""
    title: str
    """What the file calls it: a clip's name, a reel."""
    kind: Literal["picture", "sound"]
    """What is needed of it."""
    start: Exact = Fraction(0)
    """The first moment of media time that a clip shows."""
    duration: Exact = Fraction(0)
    """How much of it the clip shows."""
    stated: Media | None = None
    """What a file that Cutroom wrote says of it."""


Find = Callable[[Reference], Media | None]
"""The media that a reference means; None where there is none."""
Locate = Callable[[Media], str]
"""The URL of a media."""


def url_of(media: Media) -> str:
    """A media's path as a URL: relative stays relative.

    Example:
        >>> url_of_path("clips/a b.mp4"), url_of_path("/films/a.mp4")
        ('clips/a%20b.mp4', 'file:///films/a.mp4')
    """
    return url_of_path(media.path)


def url_of_path(path: str) -> str:
    """A path with forward slashes as a URL."""
    quoted = quote(path.replace("\\", "/"), safe="/:" if path[1:2] == ":" else "/")
    if path.startswith("/"):
        return f"file://{quoted}"
    return f"file:///{quoted}" if path[1:2] == ":" else quoted


def path_of(url: str) -> str | None:
    """The path that a URL or a plain path names; None for what is not a local file.

    Example:
        >>> path_of("file:///films/a%20b.mp4"), path_of("a b.mp4"), path_of("https://example.org/a.mp4")
        ('/films/a b.mp4', 'a b.mp4', None)
    """
    if "\0" in url:
        return None
    if "://" not in url and not url.startswith("file:"):
        return unquote(url) if "%" in url else url
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    path = unquote(parts.path)
    if parts.scheme != "file" or parts.netloc not in {"", "localhost"} or "\0" in path:
        return None
    return path[1:] if path[2:3] == ":" else path


def stated(reference: Reference) -> Media | None:
    """What the file itself says of a media: enough to work on the edit while the media is away."""
    return reference.stated
