"""The order in which letters stand that are written from right to left: Unicode's bidirectional algorithm (UAX #9).

What it says of a paragraph is here in the order of its rules, by their names: X for embeddings and isolates, W for
numbers, N for brackets and other signs, I for levels. `ordered` is L2. The libraries for it give reordered text and
not the levels, which shaping needs: a run of letters must be shaped before it is put in its place.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple
from unicodedata import bidirectional

from cutroom.effects.text.brackets import resolve_brackets

_RIGHT = frozenset({"R", "AL", "AN", "RLE", "RLO", "RLI", "FSI"})
_ISOLATES = frozenset({"LRI", "RLI", "FSI"})
_EMBEDS = {"LRE": (0, None), "RLE": (1, None), "LRO": (0, "L"), "RLO": (1, "R")}
"""Which way the inside runs, and as what its characters count."""
_REMOVED = frozenset({*_EMBEDS, "PDF", "BN"})
_NEUTRAL = frozenset({"B", "S", "WS", "ON", "PDI"}) | _ISOLATES
_DEEPEST = 125


def levels(text: str) -> list[int]:
    """The embedding level of each character of a paragraph: odd ones run from right to left.

    Args:
        text: without line breaks; its first letter says which way the paragraph runs.

    Example:
        >>> levels("ab אב 12")
        [0, 0, 0, 1, 1, 1, 2, 2]
        >>> levels("אב (ab)")  # both brackets run as the paragraph does
        [1, 1, 1, 1, 2, 2, 1]
    """
    own = [bidirectional(character) or "L" for character in text]
    if _RIGHT.isdisjoint(own):
        return [0] * len(text)
    base = _direction(own)
    found, kinds = _embedded(own, base)
    for sequence in _sequences(own, found, base):
        places = sequence.places
        inside = [kinds[i] for i in places]
        _resolve_weak(inside, sequence.before)
        way = "LR"[found[places[0]] % 2]
        after_marks = [own[i] == "NSM" for i in places]
        resolve_brackets([text[i] for i in places], inside, after_marks, way=way, before=sequence.before)
        _resolve_neutral(inside, sequence, way)
        for i, kind in zip(places, inside, strict=True):  # I1, I2
            found[i] += (kind != "R") if found[i] % 2 else {"L": 0, "R": 1}.get(kind, 2)
    for i, kind in enumerate(own):  # what is not seen stands with what is before it
        if kind in _REMOVED:
            found[i] = found[i - 1] if i else base
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


def _direction(kinds: Sequence[str]) -> int:
    """P2, P3: the way of the first letter that is not inside of an isolate."""
    depth = 0
    for kind in kinds:
        if kind in _ISOLATES:
            depth += 1
        elif kind == "PDI":
            depth = max(0, depth - 1)
        elif not depth and kind in {"L", "R", "AL"}:
            return int(kind != "L")
    return 0


def _closings(kinds: Sequence[str]) -> dict[int, int]:
    """BD9: where each isolate that is closed ends."""
    found: dict[int, int] = {}
    waiting: list[int] = []
    for i, kind in enumerate(kinds):
        if kind in _ISOLATES:
            waiting.append(i)
        elif kind == "PDI" and waiting:
            found[waiting.pop()] = i
    return found


class _Status(NamedTuple):
    """What X1 keeps of an embedding, an override or an isolate."""

    level: int
    override: str | None
    isolate: bool


def _embedded(own: Sequence[str], base: int) -> tuple[list[int], list[str]]:
    """X1 to X8: the explicit level of each character, and as what it counts."""
    found, kinds = [base] * len(own), list(own)
    closings = _closings(own)
    open_ones = _Embeddings(base)
    for i, kind in enumerate(own):
        if kind == "PDI":
            open_ones.end_isolate()
        elif kind == "PDF":
            open_ones.end_embedding()
        here = open_ones.stack[-1]
        found[i] = here.level
        if kind not in _REMOVED and here.override:
            kinds[i] = here.override
        if kind == "FSI" and not open_ones.beyond:  # else nobody asks which way it runs
            open_ones.isolate(_direction(own[i + 1 : closings.get(i, len(own))]))
        elif kind in _ISOLATES:
            open_ones.isolate(int(kind == "RLI"))
        elif kind in _EMBEDS:
            open_ones.embed(*_EMBEDS[kind])
    return found, kinds


class _Embeddings:
    """What is open at a character, and how much of it is beyond the deepest level, where it says nothing."""

    def __init__(self, base: int) -> None:
        self.stack = [_Status(base, None, False)]
        self._isolates_beyond = self._embeddings_beyond = 0

    @property
    def beyond(self) -> bool:
        """Whether nothing more can be opened."""
        return bool(self._isolates_beyond or self._embeddings_beyond)

    def isolate(self, odd: int) -> None:
        """X5a to X5c."""
        if not self._push(odd, None, True):
            self._isolates_beyond += 1

    def embed(self, odd: int, override: str | None) -> None:
        """X2 to X5."""
        if not self._push(odd, override, False) and not self._isolates_beyond:
            self._embeddings_beyond += 1

    def _push(self, odd: int, override: str | None, isolate: bool) -> bool:
        level = _next(self.stack[-1].level, odd)
        fits = level <= _DEEPEST and not self.beyond
        if fits:
            self.stack.append(_Status(level, override, isolate))
        return fits

    def end_isolate(self) -> None:
        """X6a: with what was opened inside of it."""
        if self._isolates_beyond:
            self._isolates_beyond -= 1
        elif any(status.isolate for status in self.stack):
            self._embeddings_beyond = 0
            while not self.stack.pop().isolate:
                pass

    def end_embedding(self) -> None:
        """X7: never one that is outside of the isolate here."""
        if self._isolates_beyond:
            return
        if self._embeddings_beyond:
            self._embeddings_beyond -= 1
        elif len(self.stack) > 1 and not self.stack[-1].isolate:
            self.stack.pop()


def _next(level: int, odd: int) -> int:
    """The least level above one that is odd, or even."""
    return level + 1 if (level + 1) % 2 == odd else level + 2


class _Sequence(NamedTuple):
    """BD13: characters of one level that are resolved as if nothing came between them."""

    places: list[int]
    before: str
    """L or R: what counts as standing before it."""
    after: str


def _sequences(own: Sequence[str], found: Sequence[int], base: int) -> list[_Sequence]:
    """X9, X10: an isolate's outside goes on behind it."""
    kept = [i for i, kind in enumerate(own) if kind not in _REMOVED]
    around = [base, *(found[i] for i in kept), base]
    number = {i: n for n, i in enumerate(kept, 1)}
    closings = _closings(own)
    parts: list[list[int]] = []
    waiting: dict[int, list[int]] = {}
    for n, i in enumerate(kept, 1):
        if n > 1 and around[n - 1] == around[n]:
            parts[-1].append(i)
        elif i in waiting:
            parts.append(waiting[i])  # goes on, and is the one that what follows is added to
            parts[-1].append(i)
        else:
            parts.append([i])
        if i in closings:
            waiting[closings[i]] = parts[-1]
    result: list[_Sequence] = []
    for places in {id(part): part for part in parts}.values():
        first, last = number[places[0]], number[places[-1]]
        ends = base if own[places[-1]] in _ISOLATES else around[last + 1]
        level = around[first]
        result.append(_Sequence(places, "LR"[max(level, around[first - 1]) % 2], "LR"[max(level, ends) % 2]))
    return result


def _resolve_weak(kinds: list[str], before: str) -> None:
    """W1 to W7, in place: marks as their letters, signs as the numbers that they belong to."""
    _resolve_marks(kinds, before)
    for i in range(1, len(kinds) - 1):  # W4
        around = kinds[i - 1]
        if around == kinds[i + 1] and (kinds[i], around) in {("ES", "EN"), ("CS", "EN"), ("CS", "AN")}:
            kinds[i] = around
    for places in (range(len(kinds)), range(len(kinds))[::-1]):  # W5
        last = ""
        for i in places:
            if kinds[i] == "ET" and last == "EN":
                kinds[i] = "EN"
            last = kinds[i]
    strong = before
    for i, kind in enumerate(kinds):  # W6, W7
        if kind in {"ET", "ES", "CS"}:
            kinds[i] = "ON"
        elif kind in {"L", "R"}:
            strong = kind
        elif kind == "EN" and strong == "L":
            kinds[i] = "L"


def _resolve_marks(kinds: list[str], before: str) -> None:
    """W1 to W3, in place: marks, numbers behind Arabic letters, Arabic letters."""
    last = strong = before
    for i, kind in enumerate(kinds):
        if kind == "NSM":
            kinds[i] = "ON" if last in _ISOLATES or last == "PDI" else last
        last = kind if kind != "NSM" else kinds[i]
        if last in {"L", "R", "AL"}:
            strong = last
        elif last == "EN" and strong == "AL":
            kinds[i] = "AN"
    kinds[:] = ["R" if kind == "AL" else kind for kind in kinds]


def _resolve_neutral(kinds: list[str], sequence: _Sequence, way: str) -> None:
    """N1, N2, in place: signs and spaces run as both sides of them do, or else as the embedding does."""
    i, last = 0, sequence.before
    while i < len(kinds):
        if kinds[i] not in _NEUTRAL:
            last = "L" if kinds[i] == "L" else "R"
            i += 1
            continue
        j = i
        while j < len(kinds) and kinds[j] in _NEUTRAL:
            j += 1
        following = sequence.after if j == len(kinds) else "L" if kinds[j] == "L" else "R"
        kinds[i:j] = [last if last == following else way] * (j - i)
        i = j
