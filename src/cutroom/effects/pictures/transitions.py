"""How two pictures become one: every kind of transition, on top of what is below them.

Each kind does one of four things. `Masked` ones show, at each pixel, some of one side and the rest of the other; where,
is asked of FFmpeg's `xfade`. `Placed` ones move the sides about. `Changed` ones do something to both and dissolve them.
`Through` ones show one side until half-way, and the other after it. So every kind works at any bit depth, chroma stays
where it belongs, and what is below a layer that is no whole canvas stays as it is.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from fractions import Fraction
from functools import partial
from typing import Protocol

import cv2
import numpy as np

from cutroom.effects.catalogue.transitions import XFADE
from cutroom.effects.pictures.compose import Ground, clear, draw, mix, mix_masked
from cutroom.effects.pictures.graph import MaskGraph
from cutroom.effects.pictures.levels import SHOWN, Plane, peak_of
from cutroom.effects.pictures.planes import Picture
from cutroom.effects.pictures.sides import blurred, greyed, mosaic, shifted, squeezed, tinted, zoomed
from cutroom.effects.segment import Layer

Sides = tuple[Picture | None, Picture | None]
Step = tuple[int, int]
_WAYS: Mapping[str, Step] = {"left": (-1, 0), "right": (1, 0), "up": (0, -1), "down": (0, 1)}
_CORNERS = ("top_left", "top_right", "bottom_left", "bottom_right")


class Transition(Protocol):
    """Draws one kind."""

    def run(self, below: Picture | None, sides: Sides, progress: Fraction) -> Picture | None:
        """What is below with both sides on it; whatever is handed in is left alone.

        Args:
            below: what is drawn so far; None: nothing.
            sides: the outgoing and the incoming picture; None: nothing of it on the canvas.
            progress: from 0, all outgoing, to 1.
        """
        ...


class Dissolve:
    """A straight line from each pixel of one side to that of the other.

    Args:
        layer: the two shots.
        ground: what they are drawn on.
    """

    def __init__(self, layer: Layer, ground: Ground) -> None:
        self._ground = ground

    def run(self, below: Picture | None, sides: Sides, progress: Fraction) -> Picture | None:
        """See `Transition`."""
        left, right = _drawn(self._ground, below, sides)
        return mix(left, right, float(progress))


class Masked:
    """Shows each pixel of one side or the other, or some of both.

    Args:
        layer: the two shots.
        ground: what they are drawn on.
        kind: of `xfade`, whose mask it is.
    """

    def __init__(self, layer: Layer, ground: Ground, *, kind: str) -> None:
        self._ground = ground
        self._mask = MaskGraph(kind, ground.width, ground.height, _ticks(layer))

    def run(self, below: Picture | None, sides: Sides, progress: Fraction) -> Picture | None:
        """See `Transition`."""
        left, right = _drawn(self._ground, below, sides)
        return mix_masked(left, right, self._mask.at(progress))


class Compared:
    """Shows each pixel by how far the sides are apart there.

    Args:
        layer: the two shots.
        ground: what they are drawn on.
        share: how much of the outgoing side is seen, 0 to 1, from both sides and the rest of the way, 1 to 0.
    """

    def __init__(self, layer: Layer, ground: Ground, *, share: Callable[[Picture, Picture, float], Plane]) -> None:
        self._ground = ground
        self._share = share

    def run(self, below: Picture | None, sides: Sides, progress: Fraction) -> Picture | None:
        """See `Transition`."""
        left, right = _drawn(self._ground, below, sides)
        share = self._share(left, right, float(1 - progress))
        return mix_masked(left, right, np.rint(SHOWN * share).astype(np.uint16))


class Placed:
    """Moves one side, or both, by whole pixels; the edge between them goes along.

    Args:
        layer: the two shots.
        ground: what they are drawn on.
        way: where to, in canvases.
        moves: whether the outgoing side moves, and whether the incoming one does.
    """

    def __init__(self, layer: Layer, ground: Ground, *, way: Step, moves: tuple[bool, bool]) -> None:
        self._ground = ground
        self._way = way
        self._moves = moves

    def run(self, below: Picture | None, sides: Sides, progress: Fraction) -> Picture | None:
        """See `Transition`."""
        size = (self._ground.width, self._ground.height)
        kept = [int(np.float32(length) * _rest(progress)) for length in size]
        out = [sign * (length - rest) for sign, length, rest in zip(self._way, size, kept, strict=True)]
        come = [-sign * rest for sign, rest in zip(self._way, kept, strict=True)]
        moved: list[Picture | None] = []
        for picture, step, moves in zip(sides, (out, come), self._moves, strict=True):
            alone = _alone(self._ground, picture) if moves else picture
            moved.append(shifted(alone, *step) if moves and alone else alone)
        mask = np.zeros(size[::-1], np.uint16)
        columns, rows = (_kept(*one) for one in zip(self._way, size, kept, strict=True))
        mask[rows, columns] = SHOWN
        left, right = _drawn(self._ground, below, (moved[0], moved[1]))
        return mix_masked(left, right, mask)


class Squeezed:
    """Squeezes the outgoing side to a line in the middle, with the incoming one behind it; where there is nothing to
    squeeze, the incoming one grows from the line.

    Args:
        layer: the two shots.
        ground: what they are drawn on.
        across: whether its width goes; else its height.
    """

    def __init__(self, layer: Layer, ground: Ground, *, across: bool) -> None:
        self._ground = ground
        self._across = across
        self._grows = _only(layer) == 1

    def run(self, below: Picture | None, sides: Sides, progress: Fraction) -> Picture | None:
        """See `Transition`."""
        above, behind = reversed(sides) if self._grows else sides
        size = float(progress if self._grows else 1 - progress)
        alone = _alone(self._ground, above)
        if alone is None or not size:
            return self._ground.over(below, behind)
        length = self._ground.width if self._across else self._ground.height
        cover = np.clip(0.5 + size * length / 2 - np.abs(np.arange(length) - (length - 1) / 2), 0, 1)
        cover = cover[None, :] if self._across else cover[:, None]
        mask = np.broadcast_to(np.rint(SHOWN * cover).astype(np.uint16), (self._ground.height, self._ground.width))
        left, right = _drawn(self._ground, below, (squeezed(alone, size, across=self._across), behind))
        return mix_masked(left, right, np.ascontiguousarray(mask))


class Changed:
    """Does something to both sides, and dissolves them.

    Args:
        layer: the two shots.
        ground: what they are drawn on.
        change: what becomes of the outgoing side (True) and of the incoming one, at a part of the way.
        share: how much of the incoming side is seen, at a part of the way.
    """

    def __init__(
        self,
        layer: Layer,
        ground: Ground,
        *,
        change: Callable[[Picture, float, bool], Picture],
        share: Callable[[float], float] = float,
    ) -> None:
        self._ground = ground
        self._change = change
        self._share = share

    def run(self, below: Picture | None, sides: Sides, progress: Fraction) -> Picture | None:
        """See `Transition`."""
        way = float(progress)
        left, right = (_alone(self._ground, picture) for picture in sides)
        changed = (
            None if left is None else self._change(left, way, True),
            None if right is None else self._change(right, way, False),
        )
        shown = _drawn(self._ground, below, changed)
        return mix(*shown, self._share(way))


class Dip:
    """To a colour until half-way, and from it to the other side; where a side is missing, to or from it all the way.

    Args:
        layer: the two shots.
        ground: what they are drawn on.
        luma: of the colour, a grey, in 8 bits.
    """

    def __init__(self, layer: Layer, ground: Ground, *, luma: int) -> None:
        self._ground = ground
        self._luma = luma
        self._only = _only(layer)

    def run(self, below: Picture | None, sides: Sides, progress: Fraction) -> Picture | None:
        """See `Transition`."""
        if self._only is None:
            side, strength = (0, 1 - 2 * progress) if 2 * progress < 1 else (1, 2 * progress - 1)
        else:
            side, strength = self._only, 1 - progress if self._only == 0 else progress
        picture = _alone(self._ground, sides[side])
        return below if picture is None else self._ground.over(below, tinted(picture, self._luma, float(strength)))


class Closed:
    """Closes a hole on the outgoing side to black until half-way, and opens it again on the other one; where a side is
    missing, that takes all the way.

    Args:
        layer: the two shots.
        ground: what they are drawn on.
        kind: of `xfade`, whose hole it is.
    """

    def __init__(self, layer: Layer, ground: Ground, *, kind: str) -> None:
        self._ground = ground
        self._only = _only(layer)
        self._mask = MaskGraph(kind, ground.width, ground.height, 2 * _ticks(layer), onto=SHOWN)

    def run(self, below: Picture | None, sides: Sides, progress: Fraction) -> Picture | None:
        """See `Transition`."""
        if self._only is not None:
            progress = (progress + self._only) / 2
        side = self._only if self._only is not None else int(2 * progress >= 1)
        picture = _alone(self._ground, sides[side])
        if picture is None:
            return below
        hole = mix_masked(picture, tinted(picture, 16, 0.0), self._mask.at(progress))
        return self._ground.over(below, replace(hole, mode=picture.mode))


def _ticks(layer: Layer) -> int:
    assert layer.blend is not None
    return math.lcm(layer.blend.progress.denominator, layer.blend.step.denominator)


def _only(layer: Layer) -> int | None:
    """Which side there is, where the other one is nothing at all."""
    if layer.shot is None or layer.incoming is None:
        return 0 if layer.incoming is None else 1
    return None


def _drawn(ground: Ground, below: Picture | None, sides: Sides) -> tuple[Picture, Picture]:
    """Each side on what is below it: two canvases."""
    left, right = (ground.over(below, picture) or ground.blank() for picture in sides)
    return left, right


def _rest(progress: Fraction) -> np.float32:
    """The rest of the way as `xfade` reckons it, so that edges lie on the very pixels where it has them."""
    return np.float32(1) - np.float32(progress.numerator) / np.float32(progress.denominator)


def _kept(sign: int, length: int, rest: int) -> slice:
    """Where the outgoing side is still seen, along one direction."""
    if sign < 0:
        return slice(0, rest)
    return slice(length - rest, length) if sign else slice(length)


def _alone(ground: Ground, picture: Picture | None) -> Picture | None:
    """A side on a canvas of its own, clear where it is not."""
    if picture is None:
        return None
    plain = replace(picture, mode="normal")
    if plain.fills(ground.width, ground.height):
        return picture
    target = clear(ground.width, ground.height, ground.depth)
    draw(target, plain)
    return replace(target, mode=picture.mode)


def smooth_step(low: float, high: float, value: float) -> float:
    """From 0 at `low` to 1 at `high` without corners, and flat beyond."""
    way = min(max((value - low) / (high - low), 0.0), 1.0)
    return way * way * (3 - 2 * way)


def _near(left: Picture, right: Picture, rest: float) -> Plane:
    """The rest of the way, where the colours are nearer to each other than that; else nothing."""
    total = np.zeros(left.y.shape, np.float32)
    for a, b in zip(left.planes[:3], right.planes[:3], strict=True):
        apart = cv2.absdiff(a, b).astype(np.float32) / peak_of(a)
        if apart.shape != total.shape:
            apart = apart.repeat(2, axis=0).repeat(2, axis=1)[: total.shape[0], : total.shape[1]]
        total += apart * apart
    share: Plane = np.where(np.sqrt(total) <= rest, np.float32(rest), np.float32(0))
    return share


def _by_contrast(left: Picture, right: Picture, rest: float, *, far: bool) -> Plane:
    """The rest of the way, to a power from 1 to 1.7 that grows with the contrast of the two, or falls with it."""
    peak = peak_of(left.y)
    levels = np.arange(peak + 1) / peak
    powers = 1 + np.log(1 + (levels if far else 1 - levels))
    table: Plane = np.power(rest, powers).astype(np.float32)
    share: Plane = table[cv2.absdiff(left.y, right.y)]
    return share


def turn(way: float) -> float:
    """From 0 at both ends to 1 half-way."""
    return 1 - abs(1 - 2 * way)


MASKED = frozenset(
    f"{stem}_{word}"
    for stem, words in (
        ("wipe", (*_WAYS, *_CORNERS)),
        ("smooth", _WAYS),
        ("diagonal", _CORNERS),
        ("circle", ("open", "close")),
        ("vertical", ("open", "close")),
        ("horizontal", ("open", "close")),
        ("slice", _WAYS),
        ("wind", _WAYS),
    )
    for word in words
) | {"radial", "dither_dissolve"}
"""Those that show, at each pixel, a share of both sides that does not depend on what they show."""

KINDS: Mapping[str, Callable[[Layer, Ground], Transition]] = {
    "dissolve": Dissolve,
    **{name: partial(Masked, kind=XFADE[name]) for name in sorted(MASKED)},
    **{f"slide_{word}": partial(Placed, way=way, moves=(True, True)) for word, way in _WAYS.items()},
    **{f"cover_{word}": partial(Placed, way=way, moves=(False, True)) for word, way in _WAYS.items()},
    **{f"reveal_{word}": partial(Placed, way=way, moves=(True, False)) for word, way in _WAYS.items()},
    "circle_crop": partial(Closed, kind=XFADE["circle_crop"]),
    "rect_crop": partial(Closed, kind=XFADE["rect_crop"]),
    "fade_black": partial(Dip, luma=16),
    "fade_white": partial(Dip, luma=235),
    "fade_grays": partial(Changed, change=lambda picture, way, _: greyed(picture, 1 - turn(way))),
    "fade_fast": partial(Compared, share=partial(_by_contrast, far=True)),
    "fade_slow": partial(Compared, share=partial(_by_contrast, far=False)),
    "distance": partial(Compared, share=_near),
    "pixelize": partial(Changed, change=lambda picture, way, _: mosaic(picture, turn(way) / 2)),
    "horizontal_blur": partial(Changed, change=lambda picture, way, _: blurred(picture, turn(way) / 2)),
    "squeeze_horizontal": partial(Squeezed, across=False),
    "squeeze_vertical": partial(Squeezed, across=True),
    "zoom_in": partial(
        Changed,
        change=lambda picture, way, outgoing: zoomed(picture, smooth_step(0.5, 1, 1 - way)) if outgoing else picture,
        share=lambda way: smooth_step(0.5, 1, way),
    ),
}
"""What draws each transition."""
