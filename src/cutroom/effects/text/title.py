"""Titles: text drawn with a bundled font, the same on every machine.

The font, DejaVu Sans Bold, has the letters of the Latin, Cyrillic and Greek scripts and many symbols. A character that
it lacks is an error that names it, never an empty box; so is a script that needs shaping, which Pillow's wheel only has
where the system brings a library for it.
"""

from __future__ import annotations

import io
import math
from functools import lru_cache
from importlib.resources import files
from unicodedata import bidirectional

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from cutroom.effects.pictures.colour import from_rgb
from cutroom.effects.pictures.levels import black, dtype_of
from cutroom.effects.pictures.placement import Placement
from cutroom.effects.pictures.planes import Picture, halve
from cutroom.effects.segment import Depth, Fit
from cutroom.errors import ValidationError
from cutroom.schema.clip import TitleStyle

_LEADING = 1.2
_QUOTED = 60
"""Characters of a text that an error quotes."""
_PADDING = 0.3
_ABSENT = "\uffff"
_SHAPED = frozenset({"R", "AL"})
"""Bidirectional classes of scripts that are written from right to left."""
_FONT = (files("cutroom.effects.text") / "fonts" / "DejaVuSans-Bold.ttf").read_bytes()
"""Read when this module is imported: a locked worker can open no file."""
Part = NDArray[np.float32]


def draw_title(text: str, style: TitleStyle, size: tuple[int, int]) -> NDArray[np.uint8]:
    """A title on a clear canvas.

    Args:
        text: with line breaks; lines too long for `style.max_width` break between words, and where a word alone is
            too long, inside it.
        style: how it looks.
        size: width and height of the canvas in pixels.

    Returns:
        RGBA, shape (height, width, 4), uint8, colours not multiplied by alpha.

    Raises:
        ValidationError: a character that the font cannot draw.

    Example:
        >>> picture = draw_title("Hello", TitleStyle(), (640, 360))
        >>> picture.shape, bool(picture[..., 3].any())
        ((360, 640, 4), True)
    """
    width, height = size
    result = np.zeros((height, width, 4), np.uint8)
    drawn = _drawn(text, style, size)
    if drawn is not None:
        part, x, y = drawn
        colours = part[..., :3] / np.maximum(part[..., 3:], 1e-6)
        straight = np.concatenate([colours, 255 * part[..., 3:]], axis=2)
        result[y : y + part.shape[0], x : x + part.shape[1]] = np.rint(straight)
    return result


def require_glyphs(text: str) -> None:
    """Make sure that every character can be drawn.

    Raises:
        ValidationError: names the characters that it cannot draw.
    """
    if missing := missing_glyphs(text):
        begins = text if len(text) <= _QUOTED else f"{text[:_QUOTED]}…"
        raise ValidationError(
            f"the title font cannot draw {' '.join(missing)} of {begins!r}",
            value=text,
            hint="it has the Latin, Cyrillic and Greek scripts, digits, punctuation and many symbols: change the text,"
            " or hide its track",
        )


def missing_glyphs(text: str) -> list[str]:
    """The characters that the font cannot draw, each once.

    Example:
        >>> missing_glyphs("Hello 漢字"), missing_glyphs("Hello")
        (['字', '漢'], [])
    """
    return sorted({c for c in text if not c.isspace() and (bidirectional(c) in _SHAPED or not _has_glyph(c))})


@lru_cache(maxsize=16)
def title_picture(text: str, style: TitleStyle, width: int, height: int, depth: Depth = 8) -> Picture | None:
    """A title as a layer, cut to what is not clear; None where nothing is drawn. Kept from one segment to the next.

    Its rectangle is the canvas, whatever is written on it.
    """
    drawn = _drawn(text, style, (width, height))
    if drawn is None:
        return None
    part, x, y0 = drawn
    alpha = part[..., 3:]
    finer = 1 << depth - 8
    scaled = from_rgb() / 255 * finer * [[219], [224], [224]]
    codes = part[..., :3] @ scaled.T.astype(np.float32) + alpha * np.array(black(depth), np.float32)
    planes = (codes[..., 0], halve(codes[..., 1]), halve(codes[..., 2]), (256 * finer - 1) * alpha[..., 0])
    y, u, v, a = (np.rint(plane).astype(dtype_of(depth)) for plane in planes)
    whole = Placement.of(Fit(x=0, y=0, width=width, height=height))
    return Picture(y, u, v, a, x, y0, premultiplied=True, placement=whole)


def warm() -> None:
    """Load what drawing loads on first use; a locked worker could not."""
    draw_title("Ag", TitleStyle(), (64, 64))


@lru_cache(maxsize=16)
def _font(size: float) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(io.BytesIO(_FONT), size, layout_engine=ImageFont.Layout.BASIC)


@lru_cache(maxsize=4096)
def _has_glyph(character: str) -> bool:
    font = _font(32)
    mask, absent = font.getmask(character), font.getmask(_ABSENT)
    return mask.size != absent.size or bytes(mask) != bytes(absent)


def _lines(text: str, font: ImageFont.FreeTypeFont, room: float) -> list[str]:
    lines: list[str] = []
    for paragraph in text.split("\n"):
        line = ""
        for word in paragraph.split():
            longer = f"{line} {word}".strip()
            if not line or font.getlength(longer) <= room:
                line = longer
            else:
                lines.append(line)
                line = word
            while len(line) > 1 and font.getlength(line) > room:
                fits = max(1, next((n for n in range(len(line), 1, -1) if font.getlength(line[:n]) <= room), 1))
                lines.append(line[:fits])
                line = line[fits:]
        lines.append(line)
    return lines


def _drawn(text: str, style: TitleStyle, size: tuple[int, int]) -> tuple[Part, int, int] | None:
    """The part of the canvas that is drawn on (RGBA, colours 0 to 255 times alpha, alpha 0 to 1) and where it begins.

    It begins at even places, and has clear columns and rows around it, so that chroma's alpha fades out inside.
    """
    require_glyphs(text)
    width, height = size
    font = _font(max(1.0, style.size * height))  # a thumbnail may leave less than FreeType can draw
    lines = _lines(text, font, style.max_width * width)
    lengths = [font.getlength(line) for line in lines]
    if not any(lengths):
        return None
    ascent, descent = font.getmetrics()
    leading = (ascent + descent) * _LEADING
    block = (max(lengths), leading * (len(lines) - 1) + ascent + descent)
    left = width * (0.5 + style.position[0]) - block[0] / 2
    top = height * (0.5 + style.position[1]) - block[1] / 2
    outline, pad = style.outline * height, _PADDING * style.size * height
    margin = max(outline, pad) + style.size * height / 4 + 4  # letters may lean out of their line
    x0, y0 = (max(0, 2 * math.floor((at - margin) / 2)) for at in (left, top))
    x1, y1 = min(width, math.ceil(left + block[0] + margin)), min(height, math.ceil(top + block[1] + margin))
    if x0 >= x1 or y0 >= y1:
        return None
    part = np.zeros((y1 - y0, x1 - x0, 4), np.float32)
    if style.background is not None:
        cover = np.zeros(part.shape[:2], np.float32)
        rows, columns = (
            slice(max(0, round(at - pad) - begins), max(0, round(at + extent + pad) - begins))
            for at, extent, begins in ((top, block[1], y0), (left, block[0], x0))
        )
        cover[rows, columns] = 1
        _paint(part, cover, style.background)
    shift = {"left": 0.0, "center": 0.5, "right": 1.0}[style.align]
    places = [(left - x0 + (block[0] - n) * shift, top - y0 + i * leading) for i, n in enumerate(lengths)]
    if outline > 0:
        _paint(part, _mask(lines, places, font, outline, part), style.outline_colour)
    _paint(part, _mask(lines, places, font, 0, part), style.colour)
    return part, x0, y0


def _mask(
    lines: list[str], places: list[tuple[float, float]], font: ImageFont.FreeTypeFont, stroke: float, part: Part
) -> Part:
    """How much of each pixel the letters cover, made fatter by `stroke` pixels all around."""
    image = Image.new("L", (part.shape[1], part.shape[0]))
    pen = ImageDraw.Draw(image)
    for line, place in zip(lines, places, strict=True):
        pen.text(place, line, fill=255, font=font, stroke_width=stroke)
    return np.asarray(image, np.float32) / np.float32(255)


def _paint(target: Part, cover: Part, colour: str) -> None:
    """Paint over what is there; `target` holds colours multiplied by alpha."""
    numbers = bytes.fromhex(colour[1:])
    alpha = cover[..., None] * np.float32(numbers[3] / 255 if len(numbers) > 3 else 1.0)
    target *= 1 - alpha
    target[..., :3] += alpha * np.array(list(numbers[:3]), np.float32)
    target[..., 3:] += alpha
