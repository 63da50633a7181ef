"""One half of a layer, twice."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import cv2
import numpy as np

from cutroom.effects.nodes import Crop, Flip, Mirror
from cutroom.effects.pictures.geometry import WarpStage, covered
from cutroom.effects.pictures.levels import Floats, Plane, rounded
from cutroom.effects.pictures.planes import Picture, halve, remade

if TYPE_CHECKING:
    from cutroom.effects.pictures.stages import Place


class MirrorStage:
    """Replaces one half of a layer by the mirror image of the other.

    Args:
        node: which half stays.
        place: where.
    """

    def __init__(self, node: Mirror, place: Place) -> None:
        self._place = place
        across = node.keep in {"left", "right"}
        flip = Flip(across=across, down=not across)
        self._turned = WarpStage([flip], place.width, place.height, soft=False)
        other = {"left": "right", "right": "left", "top": "bottom", "bottom": "top"}[node.keep]
        self._half = Crop.model_validate({other: 0.5})
        self._kept: tuple[object, tuple[_Share, _Share]] | None = None

    def run(self, picture: Picture) -> Picture | None:
        """The picture with two halves alike."""
        picture = picture.averaged()
        image = self._turned.run(picture)
        if image is None:
            return picture
        image = image.averaged()
        same = [(p.x, p.y0, p.width, p.height, p.alpha is None) for p in (picture, image)]
        if same[0] != same[1] or picture.alpha is not None:
            whole = [
                p.with_alpha().on_canvas(self._place.width, self._place.height).multiplied() for p in (picture, image)
            ]
            picture, image = replace(whole[0], placement=picture.placed), whole[1]
        luma, chroma = self._here(picture)
        pairs = zip(picture.planes, image.planes, (luma, chroma, chroma, luma), strict=False)
        return remade(picture, [_joined(*pair) for pair in pairs])

    def _here(self, picture: Picture) -> tuple[_Share, _Share]:
        """How much of each sample of luma and of chroma lies in the half that stays."""
        key = (picture.x, picture.y0, picture.width, picture.height, picture.placed)
        if self._kept is None or self._kept[0] != key:
            whole = replace(picture.placed, window=(0.0, 0.0, 1.0, 1.0))
            (edge,) = (edge for edges in whole.edges(self._half) for edge in edges)
            cover = np.broadcast_to(covered(picture, edge), picture.y.shape)
            share = np.ascontiguousarray(cover, np.float32)
            self._kept = key, (_Share.of(share), _Share.of(halve(share)))
        return self._kept[1]


class _Share(NamedTuple):
    """Which samples are the picture's own, and how much of those in the box that have some of both."""

    own: Plane
    box: tuple[slice, slice]
    mixed: Floats

    @classmethod
    def of(cls, share: Floats) -> _Share:
        """Of numbers from 0 to 1."""
        rows, columns = (np.flatnonzero(((share > 0) & (share < 1)).any(axis=axis)) for axis in (1, 0))
        box = (slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)) if len(rows) else (slice(0), slice(0))
        return cls((share > 0).astype(np.uint8), box, share[box])


def _joined(here: Plane, there: Plane, share: _Share) -> Plane:
    joined = there.copy()
    cv2.copyTo(here, share.own, joined)
    if share.mixed.size:
        joined[share.box] = rounded(share.mixed * here[share.box] + (1 - share.mixed) * there[share.box], here)
    return joined
