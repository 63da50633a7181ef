"""A stream of pictures and where it lies on the canvas."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple

from cutroom.effects.nodes import BlendMode
from cutroom.effects.pictures.placement import Placement
from cutroom.effects.pictures.scaling import FLAGS, LEFT_SITES
from cutroom.effects.segment import Fit
from cutroom.render.program.curves import number
from cutroom.render.program.graph import Graph, Step

CLEAR = "black@0"


class Canvas(NamedTuple):
    """Size in pixels, frames a second, and bits of each number."""

    width: int
    height: int
    fps: Fraction
    depth: int = 8

    @property
    def size(self) -> tuple[int, int]:
        """Width and height."""
        return self.width, self.height

    @property
    def rate(self) -> str:
        """Frames a second, as options have it."""
        return f"{self.fps.numerator}/{self.fps.denominator}"

    def form(self, *, alpha: bool) -> Step:
        """The format of every stream between two steps."""
        return "format", {"pix_fmts": ("yuva420p" if alpha else "yuv420p") + ("" if self.depth == 8 else "10le")}


@dataclass(frozen=True)
class Layer:
    """A stream of pictures and where it lies.

    Args:
        label: of the stream.
        x: column of the canvas where it begins.
        y: row of the canvas where it begins.
        width: in pixels.
        height: in pixels.
        alpha: whether it has an alpha plane.
        placement: where its own rectangle lies.
        premultiplied: whether its colours are multiplied by alpha.
        mode: how its colours meet those below it.
    """

    label: str
    x: int
    y: int
    width: int
    height: int
    alpha: bool
    placement: Placement
    premultiplied: bool = False
    mode: BlendMode = "normal"

    @classmethod
    def of(cls, label: str, fit: Fit, *, alpha: bool) -> Layer:
        """A picture before its effects."""
        return cls(label, fit.x, fit.y, fit.width, fit.height, alpha, Placement.of(fit))

    def fills(self, canvas: Canvas) -> bool:
        """Whether it hides whatever is below."""
        return (
            not self.alpha
            and self.mode == "normal"
            and (self.x, self.y, self.width, self.height) == (0, 0, canvas.width, canvas.height)
        )


def on_canvas(graph: Graph, layer: Layer, canvas: Canvas, *, alpha: bool, margin: int = 0, form: str = "") -> Layer:
    """The layer on a stream as large as the canvas and a margin, clear (or black) around it; `form`: in this format."""
    size = (canvas.width + 2 * margin, canvas.height + 2 * margin)
    if (layer.x, layer.y, layer.width, layer.height, layer.alpha) == (-margin, -margin, *size, alpha):
        return layer
    pad = {
        "w": size[0],
        "h": size[1],
        "x": layer.x + margin,
        "y": layer.y + margin,
        "color": CLEAR if alpha else "black",
    }
    like: Step = ("format", {"pix_fmts": form}) if form else canvas.form(alpha=alpha)
    label = graph.one([layer.label], like, ("pad", pad))
    return replace(layer, label=label, x=-margin, y=-margin, width=size[0], height=size[1], alpha=alpha)


def resized(width: int, height: int, **colours: str) -> Step:
    """The scaling that the export itself uses: its filter, and where chroma stands."""
    return "scale", {"w": width, "h": height, "flags": FLAGS, **colours, **LEFT_SITES}


def changing(graph: Graph, steps: Sequence[Step], fps: Fraction) -> list[Step]:
    """A filter that is told its new values at each frame that has some; nothing is told where they never change."""
    if all(step == steps[0] for step in steps):
        return [steps[0]]
    name = graph.name(steps[0][0])  # of its own: a command reaches every filter that is called so
    told = _commands([(name, arguments) for _, arguments in steps], fps)
    return [("sendcmd", {"commands": told}), (name, steps[0][1])]


def _commands(steps: Sequence[Step], fps: Fraction) -> str:
    """What tells a filter its new values at each frame that has some."""
    told: list[str] = []
    for i, ((_, before), (name, arguments)) in enumerate(pairwise(steps), start=1):
        changed = [(key, value) for key, value in arguments.items() if before.get(key) != value]
        if changed:
            # a quarter of a frame early, so that no rounding of times makes it late
            at = number(float((Fraction(i) - Fraction(1, 4)) / fps))
            told.append(f"{at} " + ", ".join(f"{name} {key} '{value}'" for key, value in changed))
    return ";".join(told)
