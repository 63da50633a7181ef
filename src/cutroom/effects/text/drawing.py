"""Titles laid out and drawn: letters in their lines, and box, shadow, outline and letters over one another."""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from cutroom.effects.text.fill import NOTHING, Cover, Outlines, filled, joined
from cutroom.effects.text.fonts import Font, FontFile, family
from cutroom.effects.text.kept import Kept
from cutroom.effects.text.lettering import require_letters
from cutroom.effects.text.outline import Curves, fattened, polygons, together
from cutroom.effects.text.shaping import Glyph, Line, Write, laid_out
from cutroom.schema.clip import TextSpan, TitleStyle

_LEADING = 1.2
_SLANT = 0.2
"""How far letters lean that a font has not leaning: to the right for each unit up."""
_BOLD, _BOLDER = 600, 1 / 48
"""From which weight on letters of a thinner font are made fatter, and by how much of their size at each side."""
_BLUR = 3.0
"""Standard deviations after which nothing of a shadow is seen."""
_BEYOND = 3.0
"""How far a letter may reach beyond its line, in sizes."""
_LETTER = 1024
"""Bytes that a letter takes where a title is laid out, about."""
_SIDES = {"left": 0.0, "center": 0.5, "right": 1.0}
Part = NDArray[np.float32]
"""(4, rows, columns): red, green and blue from 0 to 255, times alpha; alpha from 0 to 1."""
Box = tuple[float, float, float, float]
"""Left, top, right, bottom."""


class Block:
    """A title laid out on a canvas.

    Args:
        text: with line breaks.
        style: how it looks.
        size: width and height of the canvas in pixels.
        spans: letters that look different.
        font: the one that the style names.

    Raises:
        ValidationError: a character that no font has.
        UnsupportedMediaError: the font is none.
    """

    def __init__(
        self, text: str, style: TitleStyle, size: tuple[int, int], spans: tuple[TextSpan, ...], font: FontFile | None
    ) -> None:
        self.style, self.size = style, size
        self.key = _key(text, style, size, spans, font)
        """Says all that it depends on: two with the same key are drawn the same."""
        self._looks = _looks(text, style, spans)
        main = family(font, style.font_index, style.weight, italic=style.italic)
        require_letters(text, main)
        letters = max(1.0, style.size * size[1])  # of a thumbnail, too
        writes = [
            Write(family(font, style.font_index, look.weight, italic=look.italic), look.size * letters)
            for look in self._looks
        ]
        room = style.max_width * size[0]
        self._lines = laid_out(text, writes.__getitem__, letters, room, spacing=style.letter_spacing)
        self._places = sorted({glyph.place for line in self._lines for glyph in line.glyphs})
        self.box, self._stands = _block(self._lines, main[0], style, size)
        """Where the text lies while it does not roll."""

    def written(self, shown: float) -> int:
        """How many of its letters that can be seen are written.

        Args:
            shown: how much of it is written, from 0 to 1.
        """
        return math.floor(shown * len(self._places) + 1e-6)

    def drawn(
        self, written: int | None = None, top: float | None = None, rows: tuple[int, int] | None = None
    ) -> tuple[Part, int, int] | None:
        """The part that is drawn on, with its first column and row; None where nothing is.

        It begins at even places, and has clear columns and rows around it, so that chroma's alpha fades out inside.

        Args:
            written: how many of its letters; see `written`; None: all.
            top: where the text begins; None: where it lies.
            rows: those that are looked at, of a plane that goes on above and below; None: those of the canvas.
        """
        if not self._places:
            return None
        left, usual, right, bottom = self.box
        down = 0.0 if top is None else top - usual
        box = (left, usual + down, right, bottom + down)
        seen = (0, self.size[1]) if rows is None else rows
        glyphs = list(self._visible(box, written, seen))
        return _composed(self.style, _shapes(self.style, glyphs, self._looks), box, self.size, seen)

    def _visible(self, box: Box, written: int | None, rows: tuple[int, int]) -> Iterator[_Placed]:
        """The glyphs that are written, where they are, without lines that are nowhere near the rows."""
        left, top, right, _ = box
        places = self._places[:written]
        last = places[-1] if places else -1
        beyond = _reach(self.style, self.size[1])[1] + self.style.outline * self.size[1]
        for line, stand in zip(self._lines, self._stands, strict=True):
            begin = left + (right - left - line.width) * _SIDES[self.style.align]
            away = _BEYOND * line.size + beyond
            if not rows[0] - away < top + stand < rows[1] + away:
                continue
            for glyph in line.glyphs:
                if glyph.place <= last:
                    yield _Placed(glyph, begin + glyph.x, top + stand - glyph.y)


LAID = Kept(32 * 2**20)
"""Titles that are laid out, from one frame to the next: a thousand short ones, or three of ten thousand letters."""


def laid(
    text: str, style: TitleStyle, size: tuple[int, int], spans: tuple[TextSpan, ...], font: FontFile | None
) -> Block:
    """A title laid out on a canvas, once while it is in use; arguments as for `Block`."""
    key = _key(text, style, size, spans, font)
    return LAID.get(key, lambda: Block(text, style, size, spans, font), lambda _: _LETTER * len(text))


def _key(
    text: str, style: TitleStyle, size: tuple[int, int], spans: tuple[TextSpan, ...], font: FontFile | None
) -> Hashable:
    return text, style, size, spans, None if font is None else font.sha256


class _Look(NamedTuple):
    """How one letter looks."""

    colour: str
    italic: bool
    weight: int | None
    size: float
    """Factor."""


def _looks(text: str, style: TitleStyle, spans: Sequence[TextSpan]) -> list[_Look]:
    looks = [_Look(style.colour, style.italic, style.weight, 1.0)] * len(text)
    for span in spans:
        for i in range(span.start, min(span.end, len(looks))):
            colour, italic, weight, size = looks[i]
            bold = weight if span.bold is None else 700 if span.bold else 400 if (weight or 0) >= _BOLD else weight
            lean = italic if span.italic is None else span.italic
            looks[i] = _Look(span.colour or colour, lean, bold, span.size or size)
    return looks


def _block(lines: Sequence[Line], font: Font, style: TitleStyle, size: tuple[int, int]) -> tuple[Box, list[float]]:
    """Where the text lies, and how far below its top each line stands."""
    width, height = size
    letters = max(1.0, style.size * height)
    leading = (font.ascent + font.descent) * _LEADING * style.line_spacing
    stands = [font.ascent * lines[0].size]
    for above, below in pairwise(lines):
        stands.append(stands[-1] + leading * (above.size + below.size) / 2)
    wide, high = max(line.width for line in lines), stands[-1] + font.descent * lines[-1].size
    across = 0.0 if "left" in style.anchor else 1.0 if "right" in style.anchor else 0.5
    down = 0.0 if "top" in style.anchor else 1.0 if "bottom" in style.anchor else 0.5
    left = width * (0.5 + style.position[0]) - wide * across
    top = height * (0.5 + style.position[1]) - high * down
    if style.margin is not None:
        pad = style.padding * letters if style.background is not None else 0.0
        left = _within(left, wide, (style.margin * width + pad, width * (1 - style.margin) - pad))
        top = _within(top, high, (style.margin * height + pad, height * (1 - style.margin) - pad))
    return (left, top, left + wide, top + high), stands


def _within(start: float, length: float, room: tuple[float, float]) -> float:
    """A start from which a length lies inside of a room; one that is too long begins with it."""
    return max(room[0], min(start, room[1] - length))


class _Placed(NamedTuple):
    """A glyph on the canvas."""

    glyph: Glyph
    x: float
    y: float
    """Of its origin."""


def _shapes(style: TitleStyle, glyphs: Sequence[_Placed], looks: Sequence[_Look]) -> dict[str, Outlines]:
    """What is drawn in each colour."""
    found: dict[tuple[str, float], list[Curves]] = {(style.colour, 0.0): []}
    for glyph, x, y in glyphs:
        look, scale, font = looks[glyph.place], glyph.size / glyph.font.upem, glyph.font
        lean = _SLANT if look.italic and not font.leans else 0.0
        fatter = glyph.size * _BOLDER if (look.weight or 0) >= _BOLD > font.weight else 0.0
        curves = font.curves(glyph.number).placed((scale, -scale), lean, x, y)
        found.setdefault((look.colour, fatter), []).append(curves)
    shapes: dict[str, list[Outlines]] = {}
    for (colour, fatter), parts in found.items():
        shapes.setdefault(colour, []).append(fattened(polygons(together(parts)), fatter) if parts else NOTHING)
    return {colour: joined(some) for colour, some in shapes.items()}


def _composed(
    style: TitleStyle, shapes: dict[str, Outlines], box: Box, size: tuple[int, int], seen: tuple[int, int]
) -> tuple[Part, int, int] | None:
    """Box, shadow, outline and letters, one over the other."""
    height = size[1]
    ink = joined(list(shapes.values()))
    fat = fattened(ink, style.outline * height)
    pad = style.padding * style.size * height
    back = (box[0] - pad, box[1] - pad, box[2] + pad, box[3] + pad) if style.background is not None else None
    part, x0, y0 = _canvas(fat, back, style, size, seen)
    if part is None:
        return None
    _, rows, columns = part.shape
    if back is not None and style.background is not None:
        plate = _rounded(back, style.radius * height).moved(-x0, -y0)
        _paint(part, filled(plate, columns, rows), style.background)
    if style.shadow is not None or style.outline > 0:
        whole = filled(fat.moved(-x0, -y0), columns, rows)
        if style.shadow is not None:
            _paint(part, _shadow(whole, style, height), style.shadow)
        if style.outline > 0:
            _paint(part, whole, style.outline_colour)
    for colour, shape in shapes.items():
        _paint(part, filled(shape.moved(-x0, -y0), columns, rows), colour)
    return _cut(part, x0, y0, size[0], seen)


def _canvas(
    fat: Outlines, back: Box | None, style: TitleStyle, size: tuple[int, int], seen: tuple[int, int]
) -> tuple[Part | None, int, int]:
    """A clear part of some rows that holds all that is drawn, and where it begins."""
    boxes = [back] if back is not None else []
    if len(fat.points):
        low, high = fat.points.min(axis=0), fat.points.max(axis=0)
        boxes.append((low[0], low[1], high[0], high[1]))
        if style.shadow is not None:
            wide = _BLUR * style.shadow_blur * size[1]
            dx, dy = (offset * size[1] for offset in style.shadow_offset)
            boxes.append((low[0] + dx - wide, low[1] + dy - wide, high[0] + dx + wide, high[1] + dy + wide))
    if not boxes:
        return None, 0, 0
    across, down = _reach(style, size[1])
    limits = ((-across, size[0] + across), (seen[0] - down, seen[1] + down))
    x0, y0 = (max(limits[i][0], 2 * math.floor((min(box[i] for box in boxes) - 3) / 2)) for i in (0, 1))
    x1, y1 = (min(limits[i][1], math.ceil(max(box[i + 2] for box in boxes) + 3)) for i in (0, 1))
    if x0 >= x1 or y0 >= y1:
        return None, 0, 0
    return np.zeros((4, y1 - y0, x1 - x0), np.float32), x0, y0


def _reach(style: TitleStyle, height: int) -> tuple[int, int]:
    """How many pixels out of sight, to the side and up or down, letters still throw a shadow into it; even."""
    if style.shadow is None:
        return 0, 0
    blur = _BLUR * style.shadow_blur
    across, down = (2 * math.ceil((abs(offset) + blur) * height / 2 + 1) for offset in style.shadow_offset)
    return across, down


def _cut(part: Part, x0: int, y0: int, width: int, seen: tuple[int, int]) -> tuple[Part, int, int] | None:
    """What of a part is seen, and where that begins."""
    left, top = max(0, -x0), max(0, seen[0] - y0)
    kept = part[:, top : max(top, seen[1] - y0), left : max(left, width - x0)]
    return (kept, x0 + left, y0 + top) if kept.size else None


def _rounded(box: Box, radius: float) -> Outlines:
    """A box with round corners."""
    left, top, right, bottom = box
    radius = min(radius, (right - left) / 2, (bottom - top) / 2)
    left, top, right, bottom = left + radius, top + radius, right - radius, bottom - radius
    if right - left < 1e-6 or bottom - top < 1e-6:  # nothing but corners
        right, bottom = max(right, left + 1e-3), max(bottom, top + 1e-3)
    corners = np.array([(left, top), (right, top), (right, bottom), (left, bottom)])
    return fattened(Outlines(corners, np.zeros(1, np.int64)), radius)


def _shadow(cover: Cover, style: TitleStyle, height: int) -> Cover:
    """What lies behind letters, moved and blurred."""
    dx, dy = (offset * height for offset in style.shadow_offset)
    rows, columns = cover.shape
    behind = cv2.warpAffine(cover, np.array([[1.0, 0, dx], [0, 1, dy]]), (columns, rows), flags=cv2.INTER_LINEAR)
    if style.shadow_blur > 0:
        behind = cv2.GaussianBlur(behind, (0, 0), style.shadow_blur * height, borderType=cv2.BORDER_CONSTANT)
    return behind.astype(np.float32, copy=False)


def _paint(target: Part, cover: Cover, colour: str) -> None:
    """Paint over what is there; `target` holds colours multiplied by alpha."""
    numbers = bytes.fromhex(colour[1:])
    alpha = cover * np.float32(numbers[3] / 255) if len(numbers) > 3 else cover
    target *= 1 - alpha
    for i, value in enumerate((*numbers[:3], 1)):
        target[i] += np.float32(value) * alpha
