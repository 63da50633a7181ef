"""One half of a layer, twice."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from cutroom.effects.nodes import Crop, Flip, Mirror
from cutroom.effects.pictures.codes import Floats, remade, rounded
from cutroom.effects.pictures.geometry import WarpStage, covered
from cutroom.effects.pictures.planes import Picture, Plane, halve

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
        self._kept: tuple[object, Floats] | None = None

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
        here = self._here(picture)
        parts = [here, halve(here), halve(here), here]
        planes = [
            _joined(one, other, part) for one, other, part in zip(picture.planes, image.planes, parts, strict=False)
        ]
        return remade(picture, planes)

    def _here(self, picture: Picture) -> Floats:
        """How much of each pixel lies in the half that stays."""
        key = (picture.x, picture.y0, picture.width, picture.height, picture.placed)
        if self._kept is None or self._kept[0] != key:
            whole = replace(picture.placed, window=(0.0, 0.0, 1.0, 1.0))
            (edge,) = (edge for edges in whole.edges(self._half) for edge in edges)
            cover = np.broadcast_to(covered(picture, edge), picture.y.shape)
            self._kept = key, np.ascontiguousarray(cover, np.float32)
        return self._kept[1]


def _joined(here: Plane, there: Plane, part: Floats) -> Plane:
    return rounded(part * here + (1 - part) * there, here)
