"""Nodes that call a function of the user's own."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field

from cutroom.effects.nodes.own import OwnNode
from cutroom.schema.effect import Scalar
from cutroom.schema.time import Exact


class Called(OwnNode):
    """Calls a function with the layer on the canvas as an array of R'G'B' and straight alpha, and shows its result."""

    spatial: ClassVar[bool] = True
    clears: ClassVar[bool] = True
    anchored: ClassVar[bool] = True
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    """Of the code; see `effects.python.code`."""
    values: tuple[tuple[str, Scalar], ...] = ()
    """Of its parameters."""
    worker_imports: tuple[Annotated[str, Field(max_length=200)], ...] = ()
    """Modules that a worker imports before it locks itself in; see `workers.call`."""

    @property
    def files(self) -> tuple[str, ...]:
        """The code."""
        return (self.sha256,)

    @property
    def clock(self) -> dict[str, float]:
        """What the function is told of the frame."""
        return {}


class Python(Called):
    """Does the same to every frame."""

    kind: Literal["python"] = "python"


class PythonClocked(Called):
    """Knows the frame's number in its clip, or its time."""

    clocked: ClassVar[bool] = True
    kind: Literal["python_clocked"] = "python_clocked"
    first: int = 0
    """The number in its clip of the segment's first frame."""
    step: Exact
    """Seconds of a frame."""
    takes: tuple[Literal["time", "index"], ...]

    def at(self, i: int) -> Self:
        """The node of frame `i`, which knows its number."""
        return self.model_copy(update={"first": self.first + i})

    @property
    def clock(self) -> dict[str, float]:
        """The frame's number, and seconds from the clip's start."""
        known = {"index": self.first, "time": float(self.first * self.step)}
        return {name: known[name] for name in self.takes}
