"""Pairs of brackets, which run the same way: rule N0 of Unicode's bidirectional algorithm."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

_APART = {"[": "]", "{": "}", "\uff3b": "\uff3d", "\uff5b": "\uff5d", "\u298d": "\u2990", "\u298f": "\u298e"}
"""Brackets whose partner has not the number after theirs."""
_OPEN = 63
"""Brackets that may be open at a time (BD16)."""


def closing(character: str) -> str:
    """What closes a bracket; "" for what opens none.

    Example:
        >>> closing("("), closing("「"), closing(")"), closing("“")
        (')', '」', '', '')
    """
    if unicodedata.category(character) != "Ps" or not _is_bracket(character):
        return ""
    return _APART.get(character, chr(ord(character) + 1))


def _is_bracket(character: str) -> bool:
    """Whether a sign that opens or closes is turned over in text from right to left (BD14, BD15)."""
    return bool(unicodedata.mirrored(character)) and unicodedata.bidirectional(character) == "ON"


def bracket_pairs(text: Sequence[str], kinds: Sequence[str]) -> list[tuple[int, int]]:
    """BD16: where brackets open and close, in the order in which they open.

    Args:
        text: characters.
        kinds: as what each counts; a bracket that was told which way to run is none.

    Example:
        >>> bracket_pairs("a(b[c)d]", ["ON"] * 8)
        [(1, 5)]
    """
    waiting: list[tuple[str, int]] = []
    found: list[tuple[int, int]] = []
    for i, character in enumerate(text):
        if kinds[i] != "ON":
            continue
        if partner := closing(character):
            if len(waiting) == _OPEN:
                break
            waiting.append((_same(partner), i))
        elif unicodedata.category(character) == "Pe" and _is_bracket(character):
            wanted = _same(character)
            for n in range(len(waiting))[::-1]:
                if waiting[n][0] == wanted:
                    found.append((waiting[n][1], i))
                    del waiting[n:]
                    break
    return sorted(found)


def _same(character: str) -> str:
    """A bracket as the one that it is only another number for."""
    return unicodedata.normalize("NFC", character)


def resolve_brackets(text: Sequence[str], kinds: list[str], marks: Sequence[bool], *, way: str, before: str) -> None:
    """N0, in place: both of a pair run as the embedding does, where something inside of them does, or before them.

    Args:
        text: the characters of an isolating run sequence.
        kinds: as what each counts, after rules W.
        marks: whether each was a mark that belongs to the character before it.
        way: of the embedding, L or R.
        before: what counts as standing before the first, L or R.
    """
    for opening, end in bracket_pairs(text, kinds):
        inside = {_strong(kind) for kind in kinds[opening + 1 : end]} - {""}
        if not inside:
            continue
        chosen = way
        if way not in inside:
            other = next(iter(inside))
            ahead = next((strong for i in range(opening)[::-1] if (strong := _strong(kinds[i]))), before)
            chosen = other if ahead == other else way
        for place in (opening, end):
            kinds[place] = chosen
            following = place + 1
            while following < len(kinds) and marks[following]:
                kinds[following] = chosen
                following += 1


def _strong(kind: str) -> str:
    """Which way a character runs; "" for one that says nothing. Numbers count as R."""
    return kind if kind in {"L", "R"} else "R" if kind in {"EN", "AN"} else ""
