"""Fonts: those that Cutroom brings, and a person's own, read by HarfBuzz.

DejaVu Sans Bold has the Latin, Cyrillic, Greek, Arabic, Hebrew, Armenian, Georgian and Lao scripts and many symbols;
what it lacks is looked for in the Noto Sans fonts beside it: the scripts of India, Thai, Khmer and Burmese.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache, lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any
from weakref import WeakValueDictionary

import uharfbuzz as hb

from cutroom.errors import UnsupportedMediaError

if TYPE_CHECKING:
    from cutroom.effects.text.outline import Curves

_FIRST = "DejaVuSans-Bold.ttf"
_BESIDE = (
    *("Devanagari", "Bengali", "Gurmukhi", "Gujarati", "Oriya", "Tamil", "Telugu", "Kannada", "Malayalam"),
    *("Thai", "Khmer", "Myanmar"),
)


@dataclass(frozen=True)
class FontFile:
    """A font of a person's own.

    Args:
        sha256: of its content.
        data: its bytes.
    """

    sha256: str
    data: bytes = field(compare=False, repr=False)

    @classmethod
    def of(cls, sha256: str, read: Callable[[str], bytes]) -> FontFile:
        """The font with this content; read only where it is not in use already, for it may be large.

        Args:
            sha256: of its content.
            read: gives the bytes.
        """
        if (known := _IN_USE.get(sha256)) is None:
            known = _IN_USE[sha256] = cls(sha256, read(sha256))
        return known


_IN_USE: WeakValueDictionary[str, FontFile] = WeakValueDictionary()


class Font:
    """One face of a font file.

    Args:
        data: of the file.
        title: what it is called, for errors.
        index: of the face in a collection.
        weight: 1 to 1000, where the font can be made heavier and lighter; None: as it is.
        italic: whether letters shall lean, where the font can.

    Raises:
        UnsupportedMediaError: no font, or one whose letters have no outlines.

    Example:
        >>> font = bundled()[0]
        >>> font.glyph("A") is not None, font.glyph("漢")
        (True, None)
    """

    def __init__(
        self, data: bytes, title: str, *, index: int = 0, weight: int | None = None, italic: bool = False
    ) -> None:
        self.title = title
        face = _face(data, title, index)
        self._font = hb.Font(face)
        axes = {axis.tag for axis in face.axis_infos}
        chosen: dict[str, float] = {}
        if weight is not None and "wght" in axes:
            chosen["wght"] = weight
        if italic and axes & {"ital", "slnt"}:
            chosen |= {"ital": 1.0} if "ital" in axes else {"slnt": -12.0}
        if chosen:
            self._font.set_variations(chosen)
        self.leans = bool(self._font.get_style_value(hb.StyleTag.SLANT_ANGLE)) or bool(chosen.keys() & {"ital", "slnt"})
        """Whether its letters lean."""
        self.weight: float = self._font.get_style_value(hb.StyleTag.WEIGHT)
        """400 is regular, 700 bold."""
        self.upem: int = face.upem
        extents = self._font.get_font_extents("ltr")
        self.ascent: float = extents.ascender / self.upem
        """Of a letter's height, above the line that letters stand on."""
        self.descent: float = -extents.descender / self.upem
        self._glyphs: dict[int, Curves] = {}
        self._known: dict[str, int | None] = {}

    def glyph(self, character: str) -> int | None:
        """Number of a character's glyph; None where the font has none."""
        if character not in self._known:
            self._known[character] = self._font.get_nominal_glyph(ord(character)) or None
        return self._known[character]

    def shaped(self, text: str, *, right_to_left: bool, features: dict[str, bool]) -> list[tuple[int, int, Any]]:
        """Glyphs of a text in one script and one direction, from left to right.

        Returns:
            For each its number, the index of the first character that it belongs to, and HarfBuzz's position of it.
        """
        buffer = hb.Buffer()
        buffer.add_str(text)
        buffer.guess_segment_properties()
        buffer.direction = "rtl" if right_to_left else "ltr"
        hb.shape(self._font, buffer, features)
        return [
            (info.codepoint, info.cluster, place)
            for info, place in zip(buffer.glyph_infos, buffer.glyph_positions, strict=True)
        ]

    def curves(self, glyph: int) -> Curves:
        """The outline of a glyph, in the font's units, y upwards; solid parts run clockwise."""
        if glyph not in self._glyphs:
            self._glyphs[glyph] = _drawn(self._font, glyph)
        return self._glyphs[glyph]


def _face(data: bytes, title: str, index: int) -> Any:
    try:
        face = hb.Face(data, index)
        count, tables, glyphs = face.count, set(face.table_tags), face.glyph_count
    except (hb.HarfBuzzError, ValueError, RuntimeError):
        count, tables, glyphs = 0, set(), 0
    if index >= count > 0:
        raise UnsupportedMediaError(
            f"{title} holds {count} face{'s' * (count > 1)}, and no number {index}",
            value=index,
            hint=f"give 0 to {count - 1}",
        )
    if not {"cmap", "head"} <= tables or not glyphs:
        raise UnsupportedMediaError(f"{title} is no font that can be read", value=title, hint="give a .ttf or .otf")
    if not tables & {"glyf", "CFF ", "CFF2"}:
        raise UnsupportedMediaError(
            f"the letters of {title} are pictures", value=title, hint="give a font with outlines, not of coloured signs"
        )
    return face


class _Pen:
    """Collects what HarfBuzz draws as cubic curves."""

    def __init__(self) -> None:
        self.curves: list[tuple[tuple[float, float], ...]] = []
        self.starts: list[int] = []
        self._here = self._first = (0.0, 0.0)

    def move(self, x: float, y: float, _: object) -> None:
        self.close(_)
        self.starts.append(len(self.curves))
        self._here = self._first = (x, y)

    def line(self, x: float, y: float, _: object) -> None:
        self.curves.append((self._here, self._here, (x, y), (x, y)))
        self._here = (x, y)

    def quadratic(self, cx: float, cy: float, x: float, y: float, _: object) -> None:
        (ax, ay) = self._here
        one, two = ((ax + 2 * cx) / 3, (ay + 2 * cy) / 3), ((x + 2 * cx) / 3, (y + 2 * cy) / 3)
        self.curves.append((self._here, one, two, (x, y)))
        self._here = (x, y)

    def cubic(self, ax: float, ay: float, bx: float, by: float, x: float, y: float, _: object) -> None:  # noqa: PLR0917
        self.curves.append((self._here, (ax, ay), (bx, by), (x, y)))
        self._here = (x, y)

    def close(self, _: object) -> None:
        if self._here != self._first:
            self.line(*self._first, _)


@cache
def _functions() -> Any:
    functions = hb.DrawFuncs()
    functions.set_move_to_func(lambda x, y, pen: pen.move(x, y, None))
    functions.set_line_to_func(lambda x, y, pen: pen.line(x, y, None))
    functions.set_quadratic_to_func(lambda cx, cy, x, y, pen: pen.quadratic(cx, cy, x, y, None))
    functions.set_cubic_to_func(lambda ax, ay, bx, by, x, y, pen: pen.cubic(ax, ay, bx, by, x, y, None))
    functions.set_close_path_func(lambda pen: pen.close(None))
    return functions


def _drawn(font: Any, glyph: int) -> Curves:
    import numpy as np

    from cutroom.effects.text.outline import Curves, oriented

    pen = _Pen()
    font.draw_glyph(glyph, _functions(), pen)
    kept = sorted(start for start in set(pen.starts) if start < len(pen.curves))  # not those of single points
    return oriented(Curves(np.array(pen.curves, np.float64).reshape(-1, 4, 2), np.array(kept, np.int64)))


@cache
def bundled() -> tuple[Font, ...]:
    """The fonts that Cutroom brings, in the order in which they are asked for a character.

    Read on the first call: a worker must call it before it locks itself in.
    """
    folder = files("cutroom.effects.text") / "fonts"
    names = [_FIRST, *(f"NotoSans{script}-Bold.ttf" for script in _BESIDE)]
    return tuple(Font((folder / name).read_bytes(), name) for name in names)


@lru_cache(maxsize=8)
def family(
    own: FontFile | None, index: int = 0, weight: int | None = None, *, italic: bool = False
) -> tuple[Font, ...]:
    """The fonts that a text is written in: each character in the first that has it.

    Args:
        own: a person's own font, which is asked first.
        index: of its face, where the file is a collection.
        weight: of it, where it can be varied.
        italic: whether it shall lean, where it can.

    Raises:
        UnsupportedMediaError: it is no font.
    """
    if own is None:
        return bundled()
    title = f"the font {own.sha256[:12]}…"
    return (Font(own.data, title, index=index, weight=weight, italic=italic), *bundled())
