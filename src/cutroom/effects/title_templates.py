"""Titles that people expect, and how titles come and go: data. What they make are plain titles with keyframes."""

from __future__ import annotations

import html
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from cutroom.errors import nearest
from cutroom.schema.clip import TextSpan, TitleStyle
from cutroom.schema.curve import Easing

if TYPE_CHECKING:
    import pandas as pd


class Move(NamedTuple):
    """A parameter of an effect on the way to where the title stands, or from there."""

    effect: str
    parameter: str
    away: float
    """Its value where the title is not there yet, or not any more."""
    rest: float
    """While it stands."""
    easing: Easing


@dataclass(frozen=True)
class Animation:
    """How a title comes and goes.

    Args:
        animation: its name.
        description: one sentence.
        coming: what moves while it comes.
        going: what moves while it goes; each is the way that its `easing` is taken there.
    """

    animation: str
    description: str
    coming: tuple[Move, ...]
    going: tuple[Move, ...]


def _slid(name: str, where: str, parameter: str, by: float) -> Animation:
    return Animation(
        name,
        f"Moves {where} to its place and becomes visible; goes on the same way.",
        (Move("transform", parameter, by, 0.0, "ease_out"), Move("transform", "opacity", 0.0, 1.0, "ease_out")),
        (Move("transform", parameter, -by, 0.0, "ease_in"), Move("transform", "opacity", 0.0, 1.0, "ease_in")),
    )


def _same(name: str, description: str, *moves: tuple[str, str, float, float]) -> Animation:
    """One that goes as it came."""
    coming = tuple(Move(*move, "ease_out") for move in moves)
    return Animation(name, description, coming, tuple(move._replace(easing="ease_in") for move in coming))


_FADE = ("transform", "opacity", 0.0, 1.0)
_OVERSHOOT: Easing = (0.34, 1.56, 0.64, 1.0)

ANIMATIONS: Mapping[str, Animation] = {
    made.animation: made
    for made in (
        _same("fade", "Becomes visible, and invisible again.", _FADE),
        _slid("slide_up", "up", "position_y", 0.12),
        _slid("slide_down", "down", "position_y", -0.12),
        _slid("slide_left", "to the left", "position_x", 0.12),
        _slid("slide_right", "to the right", "position_x", -0.12),
        _same("zoom", "Grows to its size and becomes visible.", ("transform", "scale", 0.6, 1.0), _FADE),
        Animation(
            "pop",
            "Jumps to its size, a little beyond and back.",
            (Move("transform", "scale", 0.001, 1.0, _OVERSHOOT),),
            (Move("transform", "scale", 0.001, 1.0, "ease_in"),),
        ),
        _same("blur", "Becomes sharp and visible.", ("blur", "radius", 0.03, 0.0), _FADE),
        Animation(
            "typewriter",
            "Is written letter by letter; taken back letter by letter.",
            (Move("typewriter", "shown", 0.0, 1.0, "linear"),),
            (Move("typewriter", "shown", 0.0, 1.0, "linear"),),
        ),
        Animation(
            "roll",
            "Rolls from below the picture to above it, all the time that it stands.",
            (Move("roll", "way", 0.0, 1.0, "linear"),),
            (),
        ),
    )
}


@dataclass(frozen=True, repr=False)
class TitleTemplate:
    """A title that people expect; it shows itself.

    Args:
        template: its name.
        description: one sentence.
        style: what of the look is not as usual.
        second: how large its subtitle is, as a part of its first lines' size.
        duration: seconds, where nobody says.
        coming: how it comes, a name of `ANIMATIONS`; "" for not at all.
        going: how it goes.
        capitals: whether it is written in capitals.
    """

    template: str
    description: str
    style: Mapping[str, Any] = field(default_factory=dict, hash=False)
    second: float = 0.5
    duration: float = 4.0
    coming: str = ""
    going: str = ""
    capitals: bool = False
    kind: ClassVar[str] = "title"

    def __repr__(self) -> str:
        ways = f"comes by {self.coming or 'nothing'}, goes by {self.going or 'nothing'}"
        look = ", ".join(f"{key}={value!r}" for key, value in self.style.items())
        return "\n".join(
            [f"{self.template} (title, {self.duration:g} s, {ways}): {self.description}"]
            + [f"  {look}"] * bool(look)
            + [f'  tl.add_title("…", subtitle="…", template="{self.template}")']
        )

    def _repr_html_(self) -> str:
        return f"<pre>{html.escape(repr(self))}</pre>"

    def look(self, **changes: Any) -> TitleStyle:
        """Its style with changes."""
        return TitleStyle.checked(**{**self.style, **changes})

    def words(self, text: str, subtitle: str) -> tuple[str, tuple[TextSpan, ...]]:
        """What it says, and the letters of its subtitle, which are smaller.

        Example:
            >>> TEMPLATES["lower_third"].words("Ada Lovelace", "mathematician")[0]
            'Ada Lovelace\\nmathematician'
        """
        first = text.upper() if self.capitals else text
        if not subtitle:
            return first, ()
        whole = f"{first}\n{subtitle}"
        return whole, (TextSpan(start=len(first) + 1, end=len(whole), size=self.second),)


TEMPLATES: Mapping[str, TitleTemplate] = {
    made.template: made
    for made in (
        TitleTemplate(
            "title",
            "A large title in the middle, with a line below it.",
            {"size": 0.12, "outline": 0.0, "shadow": "#000000b0", "shadow_blur": 0.008, "margin": 0.05},
            coming="fade",
            going="fade",
        ),
        TitleTemplate(
            "intro",
            "The name of a film: capitals far apart, which grow to their size.",
            {"size": 0.11, "outline": 0.0, "letter_spacing": 0.18, "shadow": "#000000b0", "shadow_blur": 0.01},
            second=0.35,
            duration=5.0,
            coming="zoom",
            going="fade",
            capitals=True,
        ),
        TitleTemplate(
            "outro",
            "A last word, which comes out of a blur.",
            {"size": 0.1, "outline": 0.0, "shadow": "#000000b0", "shadow_blur": 0.008, "margin": 0.05},
            second=0.4,
            duration=5.0,
            coming="blur",
            going="fade",
        ),
        TitleTemplate(
            "lower_third",
            "A name and what it stands for, in a box at the lower left.",
            {
                "size": 0.055,
                "outline": 0.0,
                "background": "#101010c0",
                "padding": 0.45,
                "radius": 0.012,
                "align": "left",
                "anchor": "bottom_left",
                "position": (-0.5, 0.36),
                "margin": 0.06,
            },
            second=0.65,
            coming="slide_right",
            going="fade",
        ),
        TitleTemplate(
            "caption",
            "A few words in a box at the foot of the picture.",
            {
                "size": 0.045,
                "outline": 0.0,
                "background": "#000000a0",
                "padding": 0.35,
                "radius": 0.008,
                "anchor": "bottom",
                "position": (0.0, 0.5),
                "margin": 0.06,
            },
            second=0.8,
            coming="fade",
            going="fade",
        ),
        TitleTemplate(
            "quote",
            "Words of another, leaning, with who said them below.",
            {
                "size": 0.075,
                "outline": 0.0,
                "italic": True,
                "shadow": "#000000b0",
                "line_spacing": 1.1,
                "max_width": 0.7,
            },
            second=0.55,
            duration=6.0,
            coming="fade",
            going="fade",
        ),
        TitleTemplate(
            "chapter",
            "The name of a part at the upper left, written letter by letter.",
            {"size": 0.06, "align": "left", "anchor": "top_left", "position": (-0.5, -0.5), "margin": 0.07},
            second=0.6,
            coming="typewriter",
            going="fade",
        ),
        TitleTemplate(
            "credits",
            "Who took part: lines that roll from below the picture to above it.",
            {"size": 0.05, "outline": 0.0, "line_spacing": 1.3},
            second=0.8,
            duration=15.0,
            coming="roll",
        ),
    )
}


def title_template(name: str) -> TitleTemplate:
    """The template of this name.

    Raises:
        UnknownNameError: there is none; the hint names the nearest.
    """
    if name not in TEMPLATES:
        raise nearest(name, TEMPLATES, what="title template")
    return TEMPLATES[name]


def animation(name: str) -> Animation:
    """The animation of this name.

    Raises:
        UnknownNameError: there is none; the hint names the nearest.
    """
    if name not in ANIMATIONS:
        raise nearest(name, ANIMATIONS, what="animation of titles")
    return ANIMATIONS[name]


def animations_df() -> pd.DataFrame:
    """One row per way in which titles come and go: animation, description."""
    import pandas as pd

    rows = [(one.animation, one.description) for one in ANIMATIONS.values()]
    return pd.DataFrame(rows, columns=["animation", "description"], dtype="str")
