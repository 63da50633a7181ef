"""Stages that look at the frames before the one shown. They forget exactly: what comes out depends on those alone."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

import cv2
import numpy as np

from cutroom.effects.nodes import MotionBlur, Settle
from cutroom.effects.pictures.levels import Floats, Plane, codes, floats, rounded
from cutroom.effects.pictures.planes import Picture, halve, remade

if TYPE_CHECKING:
    from cutroom.effects.pictures.stages import Place


class _Seen:
    """What a stage was shown at one frame."""

    def __init__(self, picture: Picture | None, place: Place) -> None:
        self.given = picture
        self._place = place

    @property
    def solid(self) -> tuple[int, int, int, int] | None:
        """The place of a picture that is opaque all over."""
        p = self.given
        return None if p is None or p.alpha is not None or p.opacity != 1 else (p.x, p.y0, p.width, p.height)

    @cached_property
    def whole(self) -> Picture:
        """The picture on planes as large as the canvas, multiplied by all of its alpha."""
        width, height = self._place.width, self._place.height
        assert self.given is not None
        picture = self.given.averaged().with_alpha().multiplied()
        if picture.opacity != 1:
            faint = [cv2.addWeighted(plane, picture.opacity, plane, 0, 0) for plane in picture.planes]
            picture = replace(remade(picture, faint), opacity=1.0)
        return picture.on_canvas(width, height)

    @property
    def clear(self) -> Picture:
        """The like of it, with nothing on it."""
        return remade(self.whole, [np.zeros_like(plane) for plane in self.whole.planes])


class Remembering(ABC):
    """A stage that is shown every frame, also those at which nothing is there.

    Where all that it looks at is one held picture, that is what comes out.

    Args:
        back: how many frames before the one shown it looks at.
        place: where it works.
    """

    def __init__(self, back: int, place: Place) -> None:
        self._place = place
        self._seen: deque[_Seen] = deque(maxlen=back + 1)

    def run(self, picture: Picture | None) -> Picture | None:
        """What comes of this frame and those before it. Until it has seen all that it looks at: nothing of worth."""
        held = bool(self._seen) and self._seen[-1].given is picture
        self._seen.append(self._seen[-1] if held else _Seen(picture, self._place))
        seen = list(self._seen)
        if len(seen) < (self._seen.maxlen or 0) or all(one.given is None for one in seen):
            return picture
        solid = seen[0].solid is not None and all(one.solid == seen[0].solid for one in seen)
        shape = next(one.given for one in reversed(seen) if one.given is not None)
        pictures = [one.given if solid and one.given is not None else self._whole(one, shape) for one in seen]
        shown = pictures[-1]
        if all(one is shown for one in pictures):
            return shown
        made = remade(shown, self._blended([one.planes for one in pictures]))
        return replace(made, alpha_uv=None, placement=shape.placed)

    def _whole(self, one: _Seen, like: Picture) -> Picture:
        return one.whole if one.given is not None else _Seen(like, self._place).clear

    @abstractmethod
    def _blended(self, seen: Sequence[Sequence[Plane]]) -> list[Plane]:
        """The planes of one picture made from those of several, the earliest first."""


class MotionBlurStage(Remembering):
    """Blends what was seen while the shutter was open."""

    def __init__(self, node: MotionBlur, place: Place) -> None:
        super().__init__(node.back, place)
        self._weights = node.weights

    def _blended(self, seen: Sequence[Sequence[Plane]]) -> list[Plane]:
        return [self._mean(planes) for planes in zip(*seen, strict=True)]

    def _mean(self, planes: Sequence[Plane]) -> Plane:
        mean, total = floats(planes[0]), self._weights[0]
        for plane, weight in zip(planes[1:], self._weights[1:], strict=True):
            total += weight
            cv2.accumulateWeighted(plane, mean, weight / total)
        return rounded(mean, planes[0])


class SettleStage(Remembering):
    """Averages what stands still."""

    _AREA = (5, 5)
    _SURE = 1.3

    def __init__(self, node: Settle, place: Place) -> None:
        super().__init__(node.back, place)
        self._noise = node.noise

    def _blended(self, seen: Sequence[Sequence[Plane]]) -> list[Plane]:
        *earlier, now = seen
        sums = [floats(plane) for plane in now]
        totals = [np.ones_like(plane) for plane in sums]
        if len(now) == 4:  # chroma counts by the alpha that it is multiplied by, and gets that of the result
            totals[1:3] = [floats(halve(now[3])) for _ in "uv"]
        for planes in earlier:
            alike: list[Floats] = []
            for i, (plane, current) in enumerate(zip(planes, now, strict=True)):
                weight = alike[0] if i == 3 else self._alike(plane, current)
                alike.append(weight)
                cv2.add(sums[i], cv2.multiply(plane, weight, dtype=cv2.CV_32F), dst=sums[i])
                if i in {1, 2} and len(now) == 4:
                    weight = cv2.multiply(halve(planes[3]), weight, dtype=cv2.CV_32F)
                cv2.add(totals[i], weight, dst=totals[i])
        means = [cv2.divide(a, np.maximum(b, np.float32(1e-6))) for a, b in zip(sums, totals, strict=True)]
        if len(now) == 4:
            means[1:3] = [cv2.multiply(mean, halve(means[3])) for mean in means[1:3]]
        return [rounded(mean, like) for mean, like in zip(means, now, strict=True)]

    def _alike(self, plane: Plane, other: Plane) -> Floats:
        """From 0 to 1: how far two planes show the same."""
        sure = self._SURE * self._noise * codes(plane).span
        differs = cv2.boxFilter(cv2.absdiff(plane, other), cv2.CV_32F, self._AREA)
        cv2.addWeighted(differs, -1 / sure, differs, 0, 2, dst=differs)
        alike: Floats = np.clip(differs, 0, 1, out=differs)
        return alike
