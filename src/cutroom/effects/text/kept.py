"""What was drawn and may be wanted again."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Any

_ENTRY = 1024
"""Bytes that an entry counts beside its value's own."""


class Kept:
    """Values by key; where all together are too large, those go that were not asked for longest.

    Args:
        limit: bytes.

    Example:
        >>> kept = Kept(10_000)
        >>> kept.get("a", lambda: b"1" * 5000, len) == kept.get("a", lambda: b"", len)
        True
        >>> kept.get("b", lambda: b"2" * 5000, len)[:1], kept.held, kept.get("a", lambda: b"", len)
        (b'2', 6024, b'')
    """

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.held = 0
        """Bytes."""
        self._values: OrderedDict[Hashable, tuple[Any, int]] = OrderedDict()
        self._lock = Lock()

    def get[T](self, key: Hashable, make: Callable[[], T], size: Callable[[T], int]) -> T:
        """The value of a key, made where it is not kept.

        Args:
            key: says all that the value depends on.
            make: makes it.
            size: its bytes.
        """
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
                found: T = self._values[key][0]
                return found
        made = make()
        taken = size(made) + _ENTRY
        with self._lock:
            if key not in self._values and taken <= self.limit:
                self._values[key] = made, taken
                self.held += taken
            while self.held > self.limit:
                _, (_, freed) = self._values.popitem(last=False)
                self.held -= freed
        return made

    def clear(self) -> None:
        """Keep nothing."""
        with self._lock:
            self._values.clear()
            self.held = 0
