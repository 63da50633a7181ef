"""What is said of a value that does not fit names the range that it must lie in."""

from __future__ import annotations

import pytest
from pydantic import Field

from cutroom.errors import ValidationError
from cutroom.schema.base import Frozen
from cutroom.schema.media import Fingerprint


class Sample(Frozen):
    """One field for each kind of range."""

    none: int = 1
    least: int = Field(1, ge=0)
    above: float = Field(1, gt=0)
    most: int = Field(1, le=0)
    below: float = Field(-1, lt=0)
    both: int = Field(1, ge=0, le=9)
    pair: tuple[float, float] = (0, 0)


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("none", "none takes a whole number, not 'many'"),
        ("least", "least takes a whole number of at least 0, not 'many'"),
        ("above", "above takes a number of more than 0, not 'many'"),
        ("most", "most takes a whole number of at most 0, not 'many'"),
        ("below", "below takes a number of less than 0, not 'many'"),
        ("both", "both takes a whole number from 0 to 9, not 'many'"),
        ("pair", "pair takes two numbers, not 'many'"),
    ],
)
def test_a_range_is_told_where_its_end_is_zero(name: str, says: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Sample.checked(**{name: "many"})
    assert caught.value.message == says


def test_the_size_of_a_file() -> None:
    with pytest.raises(ValidationError, match=r"^size takes a whole number of at least 0, not 'many'"):
        Fingerprint.checked(sha256="0" * 64, size="many")
