"""Which characters can be drawn: asked before a text is kept, without loading what draws it."""

from __future__ import annotations

from collections.abc import Sequence

from cutroom.effects.text.fonts import Font, bundled
from cutroom.effects.text.shaping import missing
from cutroom.errors import ValidationError

_QUOTED = 60
"""Characters of a text that an error quotes."""


def missing_glyphs(text: str) -> list[str]:
    """The characters that none of the fonts has that Cutroom brings, each once.

    Example:
        >>> missing_glyphs("Hello 漢字"), missing_glyphs("Hello שלום")
        (['字', '漢'], [])
    """
    return missing(text, bundled())


def require_letters(text: str, fonts: Sequence[Font]) -> None:
    """Make sure that every character can be drawn.

    Raises:
        ValidationError: names the characters that no font has.
    """
    if lacking := missing(text, fonts):
        begins = text if len(text) <= _QUOTED else f"{text[:_QUOTED]}…"
        raise ValidationError(
            f"the fonts cannot draw {' '.join(lacking)} of {begins!r}",
            value=text,
            hint='give a font of your own that has it: font="MyFont.ttf"; for Chinese, Japanese, Korean'
            " Noto Sans CJK, for signs one with outlines, such as Noto Emoji",
        )


def require_glyphs(text: str) -> None:
    """Make sure that every character can be drawn with the fonts that Cutroom brings.

    Raises:
        ValidationError: names the characters that none has.
    """
    require_letters(text, bundled())
