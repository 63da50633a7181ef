"""What a worker says that a media lacks: read back exactly, and nothing else is taken for it."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from cutroom.effects.lack import Lack
from cutroom.errors import RenderError

SHA = "ab" * 32


@pytest.mark.parametrize("what", ["end", "picture", "sound"])
def test_it_comes_back_as_it_was(what: Any) -> None:
    lack = Lack(SHA, what, Fraction(1001, 30000), Fraction(22, 7))
    assert Lack.load(lack.dump()) == lack


@pytest.mark.parametrize(
    "data",
    [
        None,
        7,
        "abcd",
        [],
        [SHA, "picture", "1"],
        [SHA, "smell", "1", "2"],
        [SHA, ["picture"], "1", "2"],
        [7, "picture", "1", "2"],
        [SHA, "picture", 1, 2],
        [SHA, "picture", "1e30000000", "2"],
        [SHA, "picture", "1", "1e30000000"],
        [SHA, "picture", "1" * 5_000, "2"],
        [SHA, "picture", "1/0", "2"],
        [SHA, "picture", "nan", "2"],
    ],
)
def test_nothing_else_is_taken(data: Any) -> None:
    with pytest.raises(RenderError, match="something else than what a media lacks"):
        Lack.load(data)
