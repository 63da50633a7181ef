"""Operations on timelines inside of the project."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from cutroom.edit.operations.base import BaseOperation


class AddCompound(BaseOperation):
    """Begin an empty compound, or a multi-camera, to be filled by operations that name it."""

    op: Literal["add_compound"] = "add_compound"
    title: str = Field(min_length=1, max_length=200)
    multicam: bool = False


class SetCompound(BaseOperation):
    """Rename a compound; what is None stays."""

    op: Literal["set_compound"] = "set_compound"
    name: str
    """Its id."""
    title: str | None = Field(default=None, min_length=1, max_length=200)


class RemoveCompound(BaseOperation):
    """Take a compound that no clip shows out of the project."""

    op: Literal["remove_compound"] = "remove_compound"
    name: str
    """Its id."""


class Nest(BaseOperation):
    """Put clips, and what is linked to them, into a new compound, and one clip that shows it in their place."""

    op: Literal["nest"] = "nest"
    clips: tuple[str, ...] = Field(min_length=1, max_length=10_000)
    title: str = Field(min_length=1, max_length=200)


class Unnest(BaseOperation):
    """Put what a compound clip shows in its place."""

    op: Literal["unnest"] = "unnest"
    clip: str


class SetAngle(BaseOperation):
    """Show another angle of a multi-camera in a clip."""

    op: Literal["set_angle"] = "set_angle"
    clip: str
    angle: str | None
    """Id or title of a track of the compound; None: all of them."""
