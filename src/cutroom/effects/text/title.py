"""Titles and subtitles: text drawn with the fonts that Cutroom brings, or a person's own, the same on every machine.

A character that no font has is an error that names it, never an empty box.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cutroom.effects.pictures.placement import Placement
from cutroom.effects.pictures.planes import Picture
from cutroom.effects.segment import Depth, Fit
from cutroom.effects.text.codes import codes
from cutroom.effects.text.drawing import Block, laid
from cutroom.effects.text.fonts import FontFile, bundled
from cutroom.effects.text.kept import Kept
from cutroom.effects.text.roll import Strip, joined_strips, resting, strip
from cutroom.schema.clip import TextSpan, TitleStyle

KEPT = Kept(128 * 2**20)
"""Pictures, and strips of those that roll, from one frame and one segment to the next. The limit is in bytes: a title
that fills the canvas takes 6 MB in 1080p and 50 MB in 2160p with 10 bits, and each worker has its own. Credits as wide
as most are need a quarter of it in 1080p, so that all that is in sight is kept."""


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
    block = laid(text, style, size, spans, font)
    top = None if now.rolled is None else resting(block, now.rolled).top
    drawn = block.drawn(block.written(now.shown), top)
    if drawn is not None:
        part, x, y = drawn
        straight = np.concatenate([part[:3] / np.maximum(part[3:], 1e-6), 255 * part[3:]])
        result[y : y + part.shape[1], x : x + part.shape[2]] = np.rint(straight).transpose(1, 2, 0)
    return result


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
    block = laid(text, style, size, spans, font)
    written = block.written(now.shown)
    if now.rolled is None:
        return KEPT.get((block.key, written, depth), lambda: _standing(block, written, depth), _bytes)
    rest = resting(block, now.rolled)

    def kept(number: int) -> Strip | None:
        key = (block.key, written, depth, rest.phase, number)
        return KEPT.get(key, lambda: strip(block, written, depth, rest.phase, number), _bytes)

    return joined_strips(rest, kept, size, depth)


def _standing(block: Block, written: int, depth: Depth) -> Picture | None:
    drawn = block.drawn(written)
    if drawn is None:
        return None
    part, x, y0 = drawn
    width, height = block.size
    whole = Placement.of(Fit(x=0, y=0, width=width, height=height))
    y, u, v, a = codes(part, depth)
    return Picture(y, u, v, a, x, y0, premultiplied=True, placement=whole)


def _bytes(made: Picture | Strip | None) -> int:
    return 0 if made is None else made.bytes if isinstance(made, Strip) else sum(p.nbytes for p in made.planes)


def warm() -> None:
    """Load what drawing loads on first use; a locked worker could not."""
    bundled()
    shadow = TitleStyle(shadow="#000000", background="#000000", radius=0.02)
    draw_title("Ag א", shadow, (64, 64))
