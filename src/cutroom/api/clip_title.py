"""What a title says and how it looks, set anew."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from cutroom.api.arguments import drawable, wrong
from cutroom.api.title_style import styled_values
from cutroom.edit import operations as ops
from cutroom.errors import EditError, ValidationError
from cutroom.schema.clip import TitleSource, TitleStyle
from cutroom.session import Session

if TYPE_CHECKING:
    from cutroom.api.clip import Clip


def set_text(clip: Clip, words: str) -> None:
    """Let a title say something else."""
    old = _title(clip)
    source = TitleSource.checked(text=written(words, old.style.font), style=old.style)
    clip.apply(ops.SetTitle(clip=clip.id, source=source), "set title")


def written(words: str, font: object) -> str:
    """What a title may say.

    Raises:
        ValidationError: not a text, a blank one, or one with letters that cannot be drawn.
    """
    if not drawable("text", words, font=font).strip():
        raise ValidationError("a title needs a text: nothing would be seen", value=words, hint=_BLANK)
    return words


_BLANK = "give it a text; clip.delete() takes a title away, clip.transform(opacity=0) hides it"


def set_style(clip: Clip, style: TitleStyle | Mapping[str, Any]) -> None:
    """Let a title look different."""
    old = _title(clip)
    with clip.session.edit("style title"):
        new = styled(clip.session, old.style, style)
        clip.apply(ops.SetTitle(clip=clip.id, source=old.evolve(style=new)))


def styled(session: Session, old: TitleStyle, style: TitleStyle | Mapping[str, Any]) -> TitleStyle:
    """A look with changes, or another one.

    Raises:
        ValidationError: a value that does not fit.
        MediaNotFoundError, UnsupportedMediaError: what is wrong with the path of a font.
    """
    if isinstance(style, TitleStyle):
        return style
    if not isinstance(style, Mapping):
        raise wrong("style", 'values by name, such as {"size": 0.12}', style)
    return old.replace(**styled_values(session, style))


def _title(clip: Clip) -> TitleSource:
    source = clip.value.source
    if not isinstance(source, TitleSource):
        raise EditError(f"clip {clip.id} is not a title", value=clip.id, hint="only titles have a text and a style")
    return source
