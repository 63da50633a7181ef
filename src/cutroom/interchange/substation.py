"""Advanced SubStation: its styles as looks of titles, its override tags as spans and places."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from cutroom.interchange.markup import PLAIN, Letters, Look
from cutroom.schema.clip import Anchor, TitleStyle

_BLOCK = re.compile(r"\{([^}]{0,2000})\}")
_VALUE = r"(\((?:[^()]|\([^()]{0,300}\)){0,300}\)|[^\\]{0,300})"
_TAG = re.compile(r"\\(fn|r|[1-4]?[a-zA-Z]{1,10})" + _VALUE)
"""A tag's whole name, which ends where letters do, but for those that a name of a font or a style follows at once."""
_COLOUR = re.compile(r"&?H?([0-9a-fA-F]{1,8})&?")
_EM = 0.86
"""Size of letters in a line's height, which is what the format counts."""
_ANCHORS: tuple[Anchor, ...] = (
    *("bottom_left", "bottom", "bottom_right", "left", "center", "right", "top_left", "top", "top_right"),
)
"""By the keys of a number pad, from 1."""
_OLD = {1: 1, 2: 2, 3: 3, 5: 7, 6: 8, 7: 9, 9: 4, 10: 5, 11: 6}
"""The numbers of `\\a`, as those of a number pad."""
_BOLD = 600


class Canvas(NamedTuple):
    """What a file counts lengths in."""

    width: float
    height: float

    @classmethod
    def of(cls, info: dict[str, str]) -> Canvas:
        """As a file's head says; as VSFilter takes it where it does not."""
        width, height = (_number(info.get(name, ""), 0.0) for name in ("PlayResX", "PlayResY"))
        if not height:
            height = width * 3 / 4 or 288.0
        return cls(width or height * 4 / 3, height)


def style_of(style: Any, canvas: Canvas) -> TitleStyle:
    """The look of a title that a style of the file comes to.

    Fonts are not taken over: the fonts that Cutroom brings, or `cue.style = {"font": ...}`.
    """
    boxed = style.borderstyle == 3
    edge = _within(style.outline / canvas.height, 0, 0.1)
    shadow = _within(style.shadow / canvas.height, 0, 0.5)
    size = _within(_EM * style.fontsize / canvas.height, 0.01, 1)
    across = (style.marginl + style.marginr) / canvas.width
    return placed(
        TitleStyle(
            size=size,
            colour=_paint(style.primarycolor),
            outline=0.0 if boxed else edge,
            outline_colour=_paint(style.outlinecolor),
            background=_paint(style.outlinecolor) if boxed else None,
            padding=_within(edge / size, 0, 5),
            shadow=_paint(style.backcolor) if shadow and not boxed else None,
            shadow_offset=(shadow, shadow),
            shadow_blur=0.0,
            letter_spacing=_within(style.spacing / max(style.fontsize, 1), -0.2, 5),
            max_width=_within(1 - across, 0.01, 1),
            italic=bool(style.italic),
            weight=700 if style.bold else None,
        ),
        int(style.alignment),
        margins_of(style, canvas),
    )


Margins = tuple[float, float, float]
"""At the left, at the right, above and below, in fractions of the canvas."""
USUAL: Margins = (0.05, 0.05, 0.1)


def margins_of(style: Any, canvas: Canvas, event: Any = None) -> Margins:
    """The margins of a style, but for those that an event has itself."""
    left, right, vertical = (
        (event and getattr(event, name)) or getattr(style, name) for name in ("marginl", "marginr", "marginv")
    )
    return left / canvas.width, right / canvas.width, vertical / canvas.height


def placed(style: TitleStyle, key: int, margins: Margins) -> TitleStyle:
    """A look at another place.

    Args:
        style: the look.
        key: of a number pad, 1 to 9.
        margins: how far from the canvas's edges.
    """
    anchor = _ANCHORS[min(max(key, 1), 9) - 1]
    left, right, vertical = margins
    x = left - 0.5 if "left" in anchor else 0.5 - right if "right" in anchor else (left - right) / 2
    y = vertical - 0.5 if "top" in anchor else 0.5 - vertical if "bottom" in anchor else 0.0
    align = "left" if "left" in anchor else "right" if "right" in anchor else "center"
    return style.replace(anchor=anchor, align=align, position=(_within(x, -10, 10), _within(y, -10, 10)))


class Event(NamedTuple):
    """The text of an event, and where its tags put it."""

    letters: Letters
    style: TitleStyle
    lost: list[str]
    """Kinds of tags that are not carried."""


def event_of(text: str, style: TitleStyle, canvas: Canvas, margins: Margins = USUAL) -> Event:
    """An event's text with its tags read.

    Args:
        text: as the file has it.
        style: of the event.
        canvas: what lengths are counted in.
        margins: of the event.
    """
    reader = _Reader(style, canvas, margins)
    letters: Letters = []
    at = 0
    for block in _BLOCK.finditer(text):
        letters += [(character, reader.look) for character in text[at : block.start()]]
        reader.read(block[1])
        at = block.end()
    letters += [(character, reader.look) for character in text[at:]]
    return Event(letters, reader.style, list(reader.lost))


class _Reader:
    def __init__(self, style: TitleStyle, canvas: Canvas, margins: Margins) -> None:
        self.style = style
        self.look = PLAIN
        self.lost: dict[str, None] = {}
        self._canvas = canvas
        self._margins = margins
        self._usual = style

    def read(self, block: str) -> None:
        """Take in what stands between two braces."""
        for found in _TAG.finditer(block):
            name, value = found[1], found[2].strip()
            if name == "i":
                self.look = self.look._replace(italic=_switched(value != "0" if value else None, self._usual.italic))
            elif name == "b":
                heavy = _number(value, 0.0) == 1 or _number(value, 0.0) >= _BOLD
                self.look = self.look._replace(bold=_switched(heavy if value else None, bool(self._usual.weight)))
            elif name in {"c", "1c"}:
                self._colour(value)
            elif name in {"an", "a"}:
                self._align(name, int(_number(value, 0.0)))
            elif name == "pos":
                self._position(value)
            elif name == "r" and not value:
                self.look = Look()
            elif name in {"u", "s"}:
                self.lost["underlined, struck out"] = None
            else:
                self.lost[rf"tag \{name}"] = None
        if block and not block.lstrip().startswith("\\"):
            self.lost["comment"] = None

    def _colour(self, value: str) -> None:
        found = _COLOUR.fullmatch(value)
        number = int(found[1], 16) & 0xFFFFFF if found else None
        if number is None:
            self.look = self.look._replace(colour=None)
        else:
            told = bytes(reversed(number.to_bytes(3, "big"))).hex()
            self.look = self.look._replace(colour=f"#{told}")

    def _align(self, name: str, number: int) -> None:
        key = number if name == "an" else _OLD.get(number, 2)
        if not 1 <= key <= 9:
            return
        self.style = placed(self.style, key, self._margins)

    def _position(self, value: str) -> None:
        parts = value.strip("()").split(",")
        if len(parts) == 2:
            x, y = (_number(part, 0.0) / whole - 0.5 for part, whole in zip(parts, self._canvas, strict=True))
            self.style = self.style.replace(position=(_within(x, -10, 10), _within(y, -10, 10)))


def _switched(on: bool | None, usual: bool) -> bool | None:
    """What a switch says, where that is not what the style says anyway."""
    return None if on is None or on == usual else on


def _number(text: str, other: float) -> float:
    try:
        found = float(text)
    except ValueError:
        return other
    return found if abs(found) < 1e6 else other


def _within(value: float, low: float, high: float) -> float:
    return min(max(float(value), low), high)


def _paint(colour: Any) -> str:
    """A colour of the format, whose alpha counts how clear it is."""
    parts = [min(max(int(part), 0), 255) for part in (colour.r, colour.g, colour.b)]
    clear = min(max(int(colour.a), 0), 255)
    return "#" + bytes(parts if not clear else [*parts, 255 - clear]).hex()
