"""How titles look, as people write it: colours by name, and what is said of values that do not fit."""

from __future__ import annotations

import pytest

import cutroom as cr
from cutroom.errors import UnknownNameError, ValidationError

WRONG = {
    "too large an outline": (
        {"outline": 4},
        "outline takes a number from 0 to 0.1, not 4",
        "4 pixels of 360 are 0.0111",
    ),
    "a size in pixels": ({"size": 36}, "size takes a number from 0.01 to 1, not 36", "36 pixels of 360 are 0.1"),
    "no number": ({"size": "big"}, "size takes a number from 0.01 to 1, not 'big'", "the usual one is 0.09"),
    "no truth": ({"size": True}, "size takes a number, not True", None),
    "not a number": ({"size": float("nan")}, "size takes a number from 0.01 to 1, not nan", None),
    "the other spelling": ({"color": "red"}, "there is no field of TitleStyle 'color'", "'colour'"),
    "and of the outline": (
        {"outline_color": "red"},
        "there is no field of TitleStyle 'outline_color'",
        "'outline_colour'",
    ),
    "a slip": ({"wieght": 700}, "there is no field of TitleStyle 'wieght'", "'weight'"),
    "no colour": ({"colour": "rot"}, "colour takes a colour, not 'rot'", "#rrggbb"),
    "no digits": ({"shadow": "#12"}, "shadow takes a colour, not '#12'", "#rrggbb"),
    "four digits": ({"colour": "#ff00"}, "colour takes a colour, not '#ff00'", "#rrggbbaa"),
    "blanks around it": ({"colour": " red "}, "colour takes a colour, not ' red '", "#rrggbb"),
    "an offset in pixels": (
        {"shadow_offset": (0, -4)},
        "shadow_offset takes two numbers from",
        "-4 pixels of 360 are -0.0111",
    ),
    "numbers of a colour": ({"background": (255, 0, 0)}, "background takes a colour, not (255, 0, 0)", "#rrggbb"),
    "nothing for a colour": ({"colour": None}, "colour takes a colour, not None", "#rrggbb"),
    "one number for two": ({"position": 0.3}, "position takes two numbers from -10 to 10, not 0.3", "(0.0, 0.0)"),
    "too few": ({"position": (0,)}, "position takes two numbers from -10 to 10, not (0,)", "(0.0, 0.0)"),
    "too far": ({"position": (0, 20)}, "position takes two numbers from -10 to 10, not (0, 20)", "the nearest|usual"),
    "British": ({"align": "centre"}, "align takes 'left', 'center' or 'right', not 'centre'", "'center'"),
    "an anchor": ({"anchor": "topleft"}, "anchor takes 'top_left', 'top'", "'top_left'"),
    "a weight by name": ({"weight": "bold"}, "weight takes a whole number from 1 to 1000, not 'bold'", None),
    "too heavy": (
        {"weight": 5000},
        "weight takes a whole number from 1 to 1000, not 5000",
        "nearest that fits is 1000",
    ),
    "no answer": ({"italic": "yes"}, "italic takes True or False, not 'yes'", None),
}


@pytest.fixture
def tl():
    return cr.Project.create(fps=25, size=(640, 360), sample_rate=48_000).timeline


def ways(tl, values):
    """All that take a style."""
    clip, cue = tl.add_title("x", at=20), tl.add_subtitle("x", 0, 1)
    yield lambda: tl.add_title("x", **values)
    yield lambda: tl.add_title("x", template="lower_third", **values)
    yield lambda: tl.add_subtitle("x", 0, 1, **values)
    yield lambda: setattr(clip, "style", values)
    yield lambda: setattr(cue, "style", values)


@pytest.mark.parametrize(("values", "message", "hint"), WRONG.values(), ids=WRONG)
def test_what_does_not_fit_is_told_in_words(tl, values, message: str, hint: str | None) -> None:
    for way in ways(tl, values):
        before = tl.to_df().to_csv()
        with pytest.raises((ValidationError, UnknownNameError)) as caught:
            way()
        assert message in caught.value.message
        if hint is not None:
            assert any(part in caught.value.hint for part in hint.split("|"))
        assert "Input should" not in str(caught.value)
        assert "String should" not in str(caught.value)
        assert tl.to_df().to_csv() == before


def test_colours_have_names_and_short_forms_and_are_kept_in_digits(tl) -> None:
    clip = tl.add_title("x", colour="Tomato", outline_colour="#FA0", background="#ABCDEF80", shadow=None)
    style = clip.value.source.style
    assert (style.colour, style.outline_colour, style.background) == ("#ff6347", "#ffaa00", "#abcdef80")
    assert style.shadow is None
    clip.style = {"colour": "white", "shadow": "black"}
    assert (clip.value.source.style.colour, clip.value.source.style.shadow) == ("#ffffff", "#000000")
    clip.style = {"colour": "0xFF8000"}
    assert clip.value.source.style.colour == "#ff8000"
    assert tl.add_subtitle("x", 0, 1, colour="yellow").style.colour == "#ffff00"


def test_a_text_has_a_length(tl) -> None:
    with pytest.raises(ValidationError, match="text takes a text of 1 to 10,000 characters, not ''"):
        tl.add_subtitle("", 0, 1)
    with pytest.raises(ValidationError, match="text takes a text of 0 to 10,000 characters, not 'xxx"):
        tl.add_title("x" * 10_001)


@pytest.mark.parametrize("language", ["english", "en", "", "e1g", 3])
def test_a_language_is_a_code_and_the_hint_says_which(tl, language) -> None:
    with pytest.raises(ValidationError, match=r"^language takes"):
        cr.Renderer(tl, subtitles="soft", language=language)
    if isinstance(language, str):
        with pytest.raises(ValidationError, match='"eng" for English'):
            cr.Renderer(tl, subtitles="soft", language=language)
    assert cr.Renderer(tl, subtitles="soft", language="ENG").settings.subtitle_language == "eng"


def test_how_subtitles_come_is_one_of_three(tl) -> None:
    with pytest.raises(ValidationError, match="subtitles takes 'burn', 'soft' or 'none', not 'sotf'") as caught:
        cr.Renderer(tl, subtitles="sotf")
    assert caught.value.hint == "did you mean 'soft'?"
