"""The order in which letters stand that are written from right to left: Unicode's bidirectional algorithm (UAX #9)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from unicodedata import bidirectional

from bidi import algorithm

_RIGHT = frozenset({"R", "AL", "AN", "RLE", "RLO", "RLI", "FSI"})
_ISOLATES = {"\u2066": "\u202a", "\u2067": "\u202b", "\u2068": "\u202a", "\u2069": "\u202c"}
"""The library knows embeddings only, which order what is inside of them as isolates do."""


def levels(text: str) -> list[int]:
    """The embedding level of each character of a paragraph: odd ones run from right to left.

    Args:
        text: without line breaks; its first letter says which way the paragraph runs.

    Example:
        >>> levels("ab אב 12")
        [0, 0, 0, 1, 1, 1, 2, 2]
    """
    if not any(bidirectional(character) in _RIGHT for character in text):
        return [0] * len(text)
    told = [_ISOLATES.get(character, character) if bidirectional(character) else "a" for character in text]
    base = algorithm.get_base_level(text)
    storage: dict[str, Any] = algorithm.get_empty_storage()
    storage["base_level"], storage["base_dir"] = base, ("L", "R")[base]
    algorithm.get_embedding_levels(told, storage)
    known = list(storage["chars"])
    algorithm.explicit_embed_and_overrides(storage)
    algorithm.resolve_weak_types(storage)
    algorithm.resolve_neutral_types(storage, False)
    algorithm.resolve_implicit_levels(storage, False)
    found: list[int] = []
    last = base
    kept = {id(one) for one in storage["chars"]}
    for one in known:
        last = one["level"] if id(one) in kept else last  # marks that are taken out stand with what is before them
        found.append(last)
    return found


def ordered(runs: Sequence[int]) -> list[int]:
    """The runs of a line from left to right, by number.

    Args:
        runs: the level of each, in the order in which they are read.

    Example:
        >>> ordered([0, 1, 2, 1, 0])
        [0, 3, 2, 1, 4]
    """
    order = list(range(len(runs)))
    for level in range(max(runs, default=0), 0, -1):
        i = 0
        while i < len(order):
            j = i
            while j < len(order) and runs[order[j]] >= level:
                j += 1
            order[i:j] = order[i:j][::-1]
            i = max(j, i + 1)
    return order
