from __future__ import annotations

import hypothesis.strategies as st
import pytest
from hypothesis import given
from PIL import ImageColor

from cutroom.effects.colour_names import hexadecimal


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("#f0a", "#ff00aa"),
        ("#F0A", "#ff00aa"),
        ("#FF8000", "#ff8000"),
        ("0xFF8000", "#ff8000"),
        ("red", "#ff0000"),
        ("DarkSlateGrey", "#2f4f4f"),
    ],
)
def test_every_form_is_kept_as_six_digits(written: str, kept: str) -> None:
    assert hexadecimal(written) == kept


@pytest.mark.parametrize(
    "wrong", ["", "#", "#ff", "#ffff", "#ff00ff00", "ff0000", "reddish", "rgb(1,2,3)", " red", "#f00\n", "rẹd"]
)
def test_what_is_no_colour(wrong: str) -> None:
    assert hexadecimal(wrong) is None
    if wrong != "#ff00ff00":
        assert hexadecimal(wrong, alpha=True) is None


def test_a_colour_that_is_not_solid() -> None:
    assert hexadecimal("#FF00FF80", alpha=True) == "#ff00ff80"


@given(st.sampled_from(sorted(ImageColor.colormap)))
def test_every_name_of_css_is_its_colour(name: str) -> None:
    kept = hexadecimal(name)
    assert kept is not None
    assert ImageColor.getrgb(kept) == ImageColor.getrgb(name)
    assert hexadecimal(name) == kept  # Pillow keeps a name that it was asked for in another form
