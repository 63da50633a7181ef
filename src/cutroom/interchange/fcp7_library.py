"""What a file of Final Cut Pro 7 says once and refers to by an id: files and sequences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from cutroom.errors import InterchangeError
from cutroom.interchange.fcp7_values import HINT, named, words
from cutroom.interchange.to_otio import MOST_ITEMS

DEEPEST = 20
"""Sequences within sequences."""
ITEMS = {"clipitem", "generatoritem"}
_SHELVES = {"file": "pathurl", "sequence": "media"}
"""What tells a definition from a reference."""


@dataclass
class Library:
    """Definitions by kind and id."""

    known: dict[tuple[str, str], Element] = field(default_factory=dict)
    sizes: dict[Element, int] = field(default_factory=dict)
    texts: dict[Element, str] = field(default_factory=dict)

    @classmethod
    def of(cls, root: Element) -> Library:
        """The definitions of a whole file.

        Raises:
            InterchangeError: an id that means two different things.
        """
        library = cls()
        for element in root.iter():
            inside = _SHELVES.get(element.tag)
            if inside is None or not (name := element.get("id")):
                continue
            key = element.tag, name
            before = library.known.setdefault(key, element)
            if before is element or element.find(inside) is None:
                continue
            if before.find(inside) is None:
                library.known[key] = element
            elif library.text(before) != _text(element):
                what = f"the id {name!r} of {named(element)} is taken by another {element.tag}"
                raise InterchangeError(what, value=name, hint=HINT)
        return library

    def text(self, element: Element) -> str:
        """What tells a definition from another one with its id."""
        if element not in self.texts:
            self.texts[element] = _text(element)
        return self.texts[element]

    def resolved(self, element: Element) -> Element:
        """What a file or a sequence refers to; itself where it says all.

        Raises:
            InterchangeError: the file does not hold it.
        """
        if not (name := element.get("id")):
            return element
        found = self.known.get((element.tag, name), element)
        if not len(found):
            raise InterchangeError(
                f"a clip refers to the {element.tag} {name!r}, which the file does not hold", value=name, hint=HINT
            )
        return found

    def sequences(self, root: Element) -> tuple[Element | None, list[Element]]:
        """The sequence to read, and those that neither it nor another shows."""
        all_of_them = list(_outer(root))
        shown = {self.resolved(one) for one in root.iterfind(".//clipitem/sequence")}
        free = [one for one in all_of_them if one not in shown] or all_of_them
        return (free[0], free[1:]) if free else (None, [])

    def measure(self, sequence: Element) -> None:
        """Keep within measure what sequences in sequences unfold to.

        Raises:
            InterchangeError: too many clips, or a sequence that shows itself.
        """
        if self._size(sequence, ()) > MOST_ITEMS:
            what = f"{named(sequence)} unfolds to more than {MOST_ITEMS:,} clips"
            raise InterchangeError(what, value=named(sequence), hint=HINT)

    def _size(self, sequence: Element, under: tuple[Element, ...]) -> int:
        check_nesting(sequence, under)
        if sequence not in self.sizes:
            items = [one for one in sequence.iterfind("media/*/track/*") if one.tag in ITEMS]
            inner = (self.resolved(nested) for one in items for nested in one.iterfind("sequence"))
            self.sizes[sequence] = len(items) + sum(self._size(one, (*under, sequence)) for one in inner)
        return self.sizes[sequence]


def check_nesting(sequence: Element, under: Sequence[Element]) -> None:
    """Refuse a sequence that shows itself, or lies too deep in others.

    Raises:
        InterchangeError: names the sequence.
    """
    if sequence in under:
        raise InterchangeError(f"{named(sequence)} shows itself", value=named(sequence), hint=HINT)
    if len(under) > DEEPEST:
        raise InterchangeError(f"sequences nest deeper than {DEEPEST}", value=named(sequence), hint=HINT)


def _outer(element: Element) -> Iterator[Element]:
    """The sequences that lie in no other one, wherever they are: alone, in bins, in projects."""
    waiting = [element]
    while waiting:
        one = waiting.pop()
        if one.tag == "sequence":
            if one.find("media") is not None:
                yield one
        elif one.tag not in {"clip", "clipitem", "file"}:
            waiting += reversed(one)


def _text(element: Element) -> str:
    return words(element, "pathurl") if element.tag == "file" else ElementTree.tostring(element, "unicode").strip()
