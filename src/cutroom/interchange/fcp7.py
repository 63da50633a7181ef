"""Final Cut Pro 7's XML (Premiere, Resolve and others read it too), through OpenTimelineIO's adapter."""

from __future__ import annotations

import importlib.util
import sys
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from opentimelineio import schema

from cutroom.errors import InterchangeError
from cutroom.interchange.carried import KEY
from cutroom.interchange.fit import CONTROLS, Abilities
from cutroom.interchange.guard import MOST_ELEMENTS
from cutroom.interchange.references import Locate
from cutroom.interchange.report import Loss
from cutroom.interchange.to_otio import to_otio
from cutroom.schema.document import Document

ABLE = Abilities("Final Cut Pro 7's XML", compounds=True)
_MODULE = "opentimelineio.adapters.fcp_xml"


@cache
def _adapter() -> Any:
    """The adapter's module itself: asking OpenTimelineIO for it would load whatever its environment variable names."""
    package = importlib.util.find_spec("otio_fcp_adapter")
    assert package is not None
    assert package.submodule_search_locations
    folder = Path(next(iter(package.submodule_search_locations)))
    spec = importlib.util.spec_from_file_location(_MODULE, folder / "fcp_xml.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[_MODULE] = module
    spec.loader.exec_module(module)
    return module


def write(document: Document, title: str, locate: Locate) -> tuple[str, list[Loss]]:
    """The XML of a fitted document."""
    timeline, report = to_otio(document, title=CONTROLS.sub("", title) or "Untitled", locate=locate)
    losses = list(report.losses)
    linked = [clip.id for track in document.tracks for _, clip in track.clips() if clip.link]
    if linked:
        losses.append(Loss(what="links", where="timeline", why=f"left out: {len(linked)} clips stand by themselves"))
    for number, thing in enumerate(timeline.find_children(), start=1):
        thing.metadata.pop(KEY, None)
        if not isinstance(thing, schema.Transition):  # the adapter writes clips that are equal as one and the same
            thing.metadata["fcp_xml"] = {"@id": f"clipitem-{number}"}
    return str(_adapter().write_to_string(timeline)), losses


def read(text: str) -> tuple[schema.Timeline, list[Loss]]:
    """The first sequence of a file that passed the guard.

    Raises:
        InterchangeError: no sequence in it, or one that the adapter does not understand.
    """
    try:
        found = _adapter().read_from_string(_hoisted(text))
    except Exception as error:  # a parser of others, on a file of others: whatever it says, the file is broken
        said = str(error).partition("\n")[0]
        raise InterchangeError(f"this is no sequence of Final Cut Pro 7: {said}", value=said, hint=_HINT) from None
    losses: list[Loss] = []
    if isinstance(found, schema.SerializableCollection):
        names = [one.name for one in found]
        losses = [Loss(what=f"sequence {name}", where="file", why="left out: the first is read") for name in names[1:]]
        found = found[0]
    if not isinstance(found, schema.Timeline) or found.tracks is None:
        raise InterchangeError("the sequence is empty", value=None, hint=_HINT)
    return found, losses


def _hoisted(text: str) -> str:
    """The XML with the tracks of nested sequences one level up: the adapter looks for them there."""
    root = ElementTree.fromstring(text)  # noqa: S314 - `guard.check_xml` refused entities and document types
    _check_size(root)
    for nested in root.iterfind(".//clipitem/sequence"):
        media = nested.find("media")
        if media is not None:
            nested.remove(media)
            nested.extend(media)
    return ElementTree.tostring(root, encoding="unicode")


def _check_size(root: ElementTree.Element) -> None:
    """Refuse references that unfold without end or measure: the adapter copies what an id stands for.

    Raises:
        InterchangeError: names the id.
    """
    named: dict[str, ElementTree.Element] = {}
    for element in root.iter():
        if name := element.get("id"):
            named.setdefault(name, element)
    sizes: dict[ElementTree.Element, int] = {}
    under: set[ElementTree.Element] = set()
    waiting = [(root, False)]
    while waiting:
        element, done = waiting.pop()
        element = named.get(element.get("id", ""), element)
        name = element.get("id", element.tag)
        if done:
            under.discard(element)
            sizes[element] = 1 + sum(sizes[named.get(child.get("id", ""), child)] for child in element)
            if sizes[element] > MOST_ELEMENTS:
                raise InterchangeError(
                    f"{name} unfolds to more than {MOST_ELEMENTS:,} elements", value=name, hint=_HINT
                )
        elif element in under:
            raise InterchangeError(f"{name} holds itself", value=name, hint=_HINT)
        elif element not in sizes:
            under.add(element)
            waiting.append((element, True))
            waiting += [(child, False) for child in element]


_HINT = "export it as XML (version 4 or 5) from the program that made it"
