"""What every value of the document shares: frozen, strict about unknown fields, canonical as JSON."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections import Counter
from typing import Any, Self

import pydantic
from pydantic import BaseModel, ConfigDict

from cutroom.schema.wording import worded

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's base 32: no look-alikes when ids are read aloud
_CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


class Frozen(BaseModel):
    """A frozen value. Unknown fields and NaN are errors, never ignored."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, ser_json_inf_nan="null")

    def __dir__(self) -> list[str]:
        """What Tab offers: what a value has to say, not what pydantic lends it."""
        own = {name for kind in type(self).__mro__ if issubclass(kind, Frozen) for name in vars(kind)}
        lent = {name for name in dir(BaseModel) if not name.startswith("_")} - own | {"model_config"}
        return [name for name in super().__dir__() if name not in lent]

    @classmethod
    def checked(cls, **values: Any) -> Self:
        """Build one from what a user wrote.

        Raises:
            ValidationError: Cutroom's own, naming the field, the value and what is wrong with it.
        """
        try:
            return cls(**values)
        except pydantic.ValidationError as error:
            raise worded(error.errors()[0], cls.model_fields, values, cls.__name__) from None

    def replace(self, **changes: Any) -> Self:
        """A copy with `changes`, validated (pydantic's own `model_copy(update=…)` skips validation).

        Raises:
            ValidationError: as `checked` does.
        """
        return self.checked(**{**{name: getattr(self, name) for name in type(self).model_fields}, **changes})

    def evolve(self, **changes: Any) -> Self:
        """A copy with `changes` that are valid nodes already: no second look at the ten thousand clips beside them.

        Unlike pydantic's `model_copy` it leaves cached properties behind, which the changes may have outdated.
        """
        values = {name: getattr(self, name) for name in type(self).model_fields}
        return type(self).model_construct(**{**values, **changes})


def new_id(prefix: str) -> str:
    """A fresh id such as `c_7x2k9q4m1z`: 50 random bits behind a one-word prefix."""
    return f"{prefix}_" + "".join(_ALPHABET[byte % 32] for byte in secrets.token_bytes(10))


def derive_id(prefix: str, seed: str, number: int) -> str:
    """The id that operation `seed` gives to the `number`-th thing it makes: replaying gives the same ids.

    Example:
        >>> derive_id("c", "op_1", 0) == derive_id("c", "op_1", 0) != derive_id("c", "op_1", 1)
        True
    """
    digest = hashlib.sha256(f"{seed}/{number}".encode()).digest()
    return f"{prefix}_" + "".join(_ALPHABET[byte % 32] for byte in digest[:10])


def strict_json(text: str) -> Any:
    """What a JSON text says that another may have written: a key that stands twice, NaN and infinity are refused.

    Raises:
        ValueError: not JSON (then a `json.JSONDecodeError`), a doubled key, or a number that is none.
        RecursionError: nested too deep.

    Example:
        >>> strict_json('{"a": 1, "a": 2}')
        Traceback (most recent call last):
        ValueError: the key 'a' stands twice
    """
    return json.loads(text, object_pairs_hook=_unique, parse_constant=_no_constant)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        counts = Counter(key for key, _ in pairs)
        raise ValueError(f"the key {next(key for key, _ in pairs if counts[key] > 1)!r} stands twice")
    return found


def _no_constant(text: str) -> float:
    raise ValueError(f"{text} is not a number that a file may hold")


def canonical_json(value: Any) -> str:
    """The one JSON text of a value: sorted keys, no spaces, no NaN. Digests and cache keys are made from it."""
    plain = value.model_dump(mode="json") if isinstance(value, BaseModel) else value
    return _CANONICAL.encode(plain)


def digest(value: Any) -> str:
    """SHA-256 of the canonical JSON, in hexadecimal."""
    return hashlib.sha256(canonical_json(value).encode()).hexdigest()
