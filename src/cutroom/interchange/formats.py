"""Every format of timelines: which there are, and text in and out of a document."""

from __future__ import annotations

import gc
import importlib
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from cutroom.errors import InterchangeError, nearest
from cutroom.interchange.guard import check_json, check_xml, decode
from cutroom.interchange.references import Find, Locate, stated, url_of
from cutroom.interchange.report import Loss, Report
from cutroom.schema.document import Document

if TYPE_CHECKING:
    from opentimelineio.schema import Timeline

SUFFIXES = {"otio": "otio", "edl": "edl", "xml": "fcp7", "fcpxml": "fcpxml", "mlt": "mlt"}
FORMATS = tuple(SUFFIXES.values())


def timeline_format(path: str, format: str | None = None) -> str:
    """The format of a timeline: as named, or by the file's suffix.

    Raises:
        UnknownNameError: no such format; names those that there are.

    Example:
        >>> timeline_format("trip.EDL"), timeline_format("trip.xml"), timeline_format("trip", "otio")
        ('edl', 'fcp7', 'otio')
    """
    suffix = PurePath(path).suffix.removeprefix(".").lower()
    name = format.lower() if format else SUFFIXES.get(suffix, suffix)
    if name not in FORMATS:
        raise nearest(name, FORMATS, what="timeline format")
    return name


@contextmanager
def _uncollected() -> Iterator[None]:
    """Keep the garbage collector from a tree of half a million elements, which it would look through for nothing."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


@_uncollected()
def write_timeline(document: Document, *, format: str, title: str = "", locate: Locate = url_of) -> tuple[str, Report]:
    """The text of a document in a format.

    Args:
        document: to be written.
        format: "otio", "edl", "fcp7", "fcpxml" or "mlt".
        title: of the timeline.
        locate: the URL of a media.

    Returns:
        The text, and what the format could not say.

    Raises:
        InterchangeError: the format cannot hold it at all.
    """
    if format == "otio":
        from opentimelineio.core import serialize_json_to_string

        from cutroom.interchange.to_otio import to_otio

        timeline, report = to_otio(document, title=title, locate=locate)
        return str(serialize_json_to_string(timeline, indent=1)), report
    from cutroom.interchange.fit import fitted

    module = _module(format)
    simple, losses = fitted(document, module.ABLE)
    text, more = module.write(simple, title, locate)
    return text, Report(format=format, verb="written").joined([*losses, *more])


@_uncollected()
def read_timeline(
    data: bytes, *, format: str, name: str, find: Find = stated, fps: Fraction | None = None
) -> tuple[Document, Report]:
    """A document from the bytes of a file.

    Args:
        data: of the file.
        format: "otio", "edl", "fcp7" or "fcpxml".
        name: of the file, for errors.
        find: the media that a reference means; see `from_otio`.
        fps: frames a second, for a file that does not say (an EDL).

    Raises:
        InterchangeError: broken, hostile, or not of that format; names the place.
    """
    from cutroom.interchange.from_otio import from_otio

    text, guessed = decode(data, name)
    losses = [Loss(what="text encoding", where=name, why=f"it is not UTF-8; read as {guessed}")] if guessed else []
    empty = Report(format=format, verb="read")
    if format == "fcp7":
        check_xml(text, name)
        document, more = _module(format).read(text, find)
        return document, empty.joined([*losses, *more])
    timeline, more = _parsed(text, format, name, fps)
    document, report = from_otio(timeline, find=find, fps=fps if format == "edl" else None)
    return document, empty.joined([*losses, *more, *report.losses])


def _parsed(text: str, format: str, name: str, fps: Fraction | None) -> tuple[Timeline, list[Loss]]:
    if format == "otio":
        check_json(text, name)
        return _otio(text, name), []
    if format == "edl":
        made: tuple[Timeline, list[Loss]] = _module(format).read(text, fps)
        return made
    if format == "mlt":
        raise InterchangeError(f"{name}: MLT is written, not read", value=format, hint="export it as OTIO or XML")
    check_xml(text, name)
    read: tuple[Timeline, list[Loss]] = _module(format).read(text)
    return read


def _module(format: str) -> Any:
    return importlib.import_module(f"cutroom.interchange.{format}")


def _otio(text: str, name: str) -> Timeline:
    """The timeline in OTIO's JSON; OpenTimelineIO's plug-ins have no part in it."""
    from opentimelineio import core, exceptions, schema

    try:
        found = core.deserialize_json_from_string(text)
    except (ValueError, TypeError, exceptions.OTIOError) as error:
        said = str(error).partition("\n")[0]
        raise InterchangeError(f"{name} is no OTIO: {said}", value=said, hint="export it anew") from None
    if isinstance(found, schema.SerializableCollection):
        found = next((one for one in found if isinstance(one, schema.Timeline)), found)
    if not isinstance(found, schema.Timeline) or found.tracks is None:
        raise InterchangeError(f"{name} holds no timeline", value=type(found).__name__, hint="export a timeline")
    return found
