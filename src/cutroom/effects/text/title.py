"""Titles and subtitles: text drawn with the fonts that Cutroom brings, or a person's own, the same on every machine.

A character that no font has is an error that names it, never an empty box.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from cutroom.effects.pictures.colour import from_rgb
from cutroom.effects.pictures.levels import Plane, black, dtype_of
from cutroom.effects.pictures.placement import Placement
from cutroom.effects.pictures.planes import Picture, halve
from cutroom.effects.segment import Depth, Fit
from cutroom.effects.text.fill import NOTHING, Cover, Outlines, filled, joined
from cutroom.effects.text.fonts import Font, FontFile, bundled, family
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
_SIDES = {"left": 0.0, "center": 0.5, "right": 1.0}
Part = NDArray[np.float32]
"""(4, rows, columns): red, green and blue from 0 to 255, times alpha; alpha from 0 to 1."""
Box = tuple[float, float, float, float]
"""Left, top, right, bottom."""


class Now(NamedTuple):
    """What of a title changes from frame to frame."""

    shown: float = 1.0
    """How much of it is written already."""
    rolled: float | None = None
    """How far it has come on its way from below the canvas to above it, from 0 to 1; None: it stands where it lies."""


NOW = Now()


def draw_title(
    text: str,
    style: TitleStyle,
    size: tuple[int, int],
    *,
    spans: tuple[TextSpan, ...] = (),
    font: FontFile | None = None,
    now: Now = NOW,
) -> NDArray[np.uint8]:
    """A title on a clear canvas.

    Args:
        text: with line breaks; lines too long for `style.max_width` break between words, and where a word alone is
            too long, inside it.
        style: how it looks.
        size: width and height of the canvas in pixels.
        spans: letters that look different.
        font: the one that the style names.
        now: how much of it is written, and where it has rolled to.

    Returns:
        RGBA, shape (height, width, 4), uint8, colours not multiplied by alpha.

    Raises:
        ValidationError: a character that no font has.
        UnsupportedMediaError: the font is none.

    Example:
        >>> picture = draw_title("Hello", TitleStyle(), (640, 360))
        >>> picture.shape, bool(picture[..., 3].any())
        ((360, 640, 4), True)
    """
    width, height = size
    result = np.zeros((height, width, 4), np.uint8)
    drawn = _drawn(_Text(text, style, spans, font), size, now)
    if drawn is not None:
        part, x, y = drawn
        straight = np.concatenate([part[:3] / np.maximum(part[3:], 1e-6), 255 * part[3:]])
        result[y : y + part.shape[1], x : x + part.shape[2]] = np.rint(straight).transpose(1, 2, 0)
    return result


@lru_cache(maxsize=16)
def title_picture(
    text: str,
    style: TitleStyle,
    size: tuple[int, int],
    *,
    spans: tuple[TextSpan, ...] = (),
    font: FontFile | None = None,
    now: Now = NOW,
    depth: Depth = 8,
) -> Picture | None:
    """A title as a layer, cut to what is not clear; None where nothing is drawn. Kept from one segment to the next.

    Its rectangle is the canvas, whatever is written on it. Arguments as in `draw_title`.
    """
    drawn = _drawn(_Text(text, style, spans, font), size, now)
    if drawn is None:
        return None
    part, x, y0 = drawn
    whole = Placement.of(Fit(x=0, y=0, width=size[0], height=size[1]))
    y, u, v, a = _codes(part, depth)
    return Picture(y, u, v, a, x, y0, premultiplied=True, placement=whole)


def _codes(part: Part, depth: Depth) -> Iterator[Plane]:
    """The planes of what was drawn: Y', Cb and Cr times alpha, and alpha."""
    alpha, finer = part[3], 1 << depth - 8
    rows = (from_rgb() / 255 * finer * [[219], [224], [224]]).astype(np.float32)
    y, u, v = (
        share[0] * part[0] + share[1] * part[1] + share[2] * part[2] + np.float32(least) * alpha
        for share, least in zip(rows, black(depth), strict=True)
    )
    solid = np.float32(256 * finer - 1)
    return (np.rint(plane).astype(dtype_of(depth)) for plane in (y, halve(u), halve(v), solid * alpha))


def warm() -> None:
    """Load what drawing loads on first use; a locked worker could not."""
    bundled()
    shadow = TitleStyle(shadow="#000000", background="#000000", radius=0.02)
    draw_title("Ag א", shadow, (64, 64))


class _Text(NamedTuple):
    text: str
    style: TitleStyle
    spans: tuple[TextSpan, ...]
    font: FontFile | None


class _Look(NamedTuple):
    """How one letter looks."""

    colour: str
    italic: bool
    weight: int | None
    size: float
    """Factor."""


def _drawn(title: _Text, size: tuple[int, int], now: Now) -> tuple[Part, int, int] | None:
    """The part of the canvas that is drawn on, and where it begins.

    It begins at even places, and has clear columns and rows around it, so that chroma's alpha fades out inside.
    """
    style, (width, height) = title.style, size
    looks = _looks(title)
    main = family(title.font, style.font_index, style.weight, italic=style.italic)
    require_letters(title.text, main)
    letters = max(1.0, style.size * height)  # of a thumbnail, too
    writes = [
        Write(family(title.font, style.font_index, look.weight, italic=look.italic), look.size * letters)
        for look in looks
    ]
    room = style.max_width * width
    lines = laid_out(title.text, writes.__getitem__, letters, room, spacing=style.letter_spacing)
    if not any(line.glyphs for line in lines):
        return None
    box, stands = _block(lines, main[0], style, size)
    if now.rolled is not None:
        box = _rolled(box, now.rolled, height)
    shapes = _shapes(style, list(_visible(lines, box, stands, style.align, height, now.shown)), looks)
    return _composed(style, shapes, box, size)


def _composed(
    style: TitleStyle, shapes: dict[str, Outlines], box: Box, size: tuple[int, int]
) -> tuple[Part, int, int] | None:
    """Box, shadow, outline and letters, one over the other."""
    height = size[1]
    ink = joined(list(shapes.values()))
    fat = fattened(ink, style.outline * height)
    pad = style.padding * style.size * height
    back = (box[0] - pad, box[1] - pad, box[2] + pad, box[3] + pad) if style.background is not None else None
    part, x0, y0 = _canvas(fat, back, style, size)
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
    return part, x0, y0


def _rolled(box: Box, way: float, height: int) -> Box:
    """Where a block lies on its way up: just below the canvas at 0, just above it at 1."""
    left, top, right, bottom = box
    start = height - way * (height + bottom - top)
    return left, start, right, start + bottom - top


def _looks(title: _Text) -> list[_Look]:
    style = title.style
    looks = [_Look(style.colour, style.italic, style.weight, 1.0)] * len(title.text)
    for span in title.spans:
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


def _visible(  # noqa: PLR0917  a block of text, and what is seen of it
    lines: Sequence[Line], box: Box, stands: Sequence[float], align: str, height: int, shown: float
) -> Iterator[_Placed]:
    """The glyphs that are written, where they are, without lines that are nowhere near the canvas."""
    left, top, right, _ = box
    places = sorted({glyph.place for line in lines for glyph in line.glyphs})
    written = places[: math.floor(shown * len(places) + 1e-6)]
    last = written[-1] if written else -1
    for line, stand in zip(lines, stands, strict=True):
        begin = left + (right - left - line.width) * _SIDES[align]
        if not -3 * line.size - height / 4 < top + stand < height * 5 / 4 + 3 * line.size:
            continue
        for glyph in line.glyphs:
            if glyph.place <= last:
                yield _Placed(glyph, begin + glyph.x, top + stand - glyph.y)


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


def _canvas(fat: Outlines, back: Box | None, style: TitleStyle, size: tuple[int, int]) -> tuple[Part | None, int, int]:
    """A clear part of the canvas that holds all that is drawn, and where it begins."""
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
    x0, y0 = (max(0, 2 * math.floor((min(box[i] for box in boxes) - 3) / 2)) for i in (0, 1))
    x1, y1 = (min(size[i], math.ceil(max(box[i + 2] for box in boxes) + 3)) for i in (0, 1))
    if x0 >= x1 or y0 >= y1:
        return None, 0, 0
    return np.zeros((4, y1 - y0, x1 - x0), np.float32), x0, y0


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
