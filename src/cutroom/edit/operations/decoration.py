"""Operations on how clips look and sound, and on what belongs together."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from cutroom.edit.operations.base import BaseOperation
from cutroom.schema.clip import TitleSource
from cutroom.schema.curve import Keys
from cutroom.schema.effect import Scalar
from cutroom.schema.time import Duration


class AddTransition(BaseOperation):
    """Attach a transition to the cut between two clips, or between a clip and nothing."""

    op: Literal["add_transition"] = "add_transition"
    transition: str = "dissolve"
    left: str | None
    right: str | None
    duration: Duration


class SetTransition(BaseOperation):
    """Make a transition another one, or longer or shorter."""

    op: Literal["set_transition"] = "set_transition"
    transition: str
    """Its id."""
    kind: str | None = Field(default=None, max_length=100)
    """The name of what it shall be; None: as it is."""
    duration: Duration | None = None


class RemoveTransition(BaseOperation):
    """Make a cut a plain cut again."""

    op: Literal["remove_transition"] = "remove_transition"
    transition: str
    """Its id."""


class AddEffect(BaseOperation):
    """Put an effect into a clip's chain."""

    op: Literal["add_effect"] = "add_effect"
    clip: str
    effect: str
    parameters: dict[str, Scalar] = Field(default_factory=dict)
    index: int | None = Field(default=None, ge=0)
    """Place in the chain; None: last."""


class SetEffect(BaseOperation):
    """Change parameters of an effect, or switch it; one that was animated is constant then."""

    op: Literal["set_effect"] = "set_effect"
    clip: str
    effect: str
    """Its id."""
    parameters: dict[str, Scalar] = Field(default_factory=dict)
    enabled: bool | None = None


class SetKeyframes(BaseOperation):
    """Animate a parameter of an effect; no keyframes: it is constant again, as it was before."""

    op: Literal["set_keyframes"] = "set_keyframes"
    clip: str
    effect: str
    """Its id."""
    parameter: str = Field(max_length=100)
    keyframes: Keys
    """In order of time, in seconds of timeline after the clip's start."""


class MoveEffect(BaseOperation):
    """Give an effect another place in its chain."""

    op: Literal["move_effect"] = "move_effect"
    clip: str
    effect: str
    index: int = Field(ge=0)


class RemoveEffect(BaseOperation):
    """Take an effect out of its chain."""

    op: Literal["remove_effect"] = "remove_effect"
    clip: str
    effect: str


class SetTitle(BaseOperation):
    """Change the text or the look of a title."""

    op: Literal["set_title"] = "set_title"
    clip: str
    source: TitleSource


class Link(BaseOperation):
    """Tie clips of different tracks together as picture and sound of one: trims and cuts of one are those of all."""

    op: Literal["link"] = "link"
    clips: tuple[str, ...] = Field(min_length=2, max_length=100)


class Unlink(BaseOperation):
    """Let a clip and what is linked to it go their own ways."""

    op: Literal["unlink"] = "unlink"
    clip: str


class Group(BaseOperation):
    """Move and delete clips together from now on."""

    op: Literal["group"] = "group"
    clips: tuple[str, ...] = Field(min_length=2, max_length=10_000)


class Ungroup(BaseOperation):
    """Dissolve the group that a clip belongs to."""

    op: Literal["ungroup"] = "ungroup"
    clip: str
