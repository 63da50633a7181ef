"""A layer's picture as planes of numbers: 8- or 10-bit Y'CbCr 4:2:0, BT.709 limited range, with or without alpha.

Cb and Cr have half the size in both directions and stand as in MPEG-2 and H.264: level with every other column of Y,
and between two rows ("left"). Alpha belongs to Y; chroma's alpha is its average over the same area, but where layers
were drawn on a clear canvas: there it has a plane of its own, as an average would colour their edges.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Self

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from cutroom.effects.nodes import BlendMode
from cutroom.effects.pictures.levels import Plane, black, depth_of, dtype_of, peak_of, times, within
from cutroom.effects.pictures.placement import Placement
from cutroom.effects.segment import Depth, Fit

TURNS = {90: cv2.ROTATE_90_CLOCKWISE, 180: cv2.ROTATE_180, 270: cv2.ROTATE_90_COUNTERCLOCKWISE}
"""What OpenCV calls clockwise turns by degrees."""
_CHROMA = np.array([[0.5, 0, 0], [0, 0.5, -0.25], [0, 0, 1]])
"""From luma's coordinates to chroma's: every other column, between two rows."""


def views(frame: av.VideoFrame) -> list[Plane]:
    """The planes of a planar frame of 8 or 10 bits, without a copy. Write only into a frame of your own."""
    kind = np.dtype(np.uint16 if frame.format.name.endswith(("p10le", "gray10le")) else np.uint8)
    return [
        np.frombuffer(plane, kind).reshape(-1, plane.line_size // kind.itemsize)[: plane.height, : plane.width]
        for plane in frame.planes
    ]


def new_frame(width: int, height: int, planes: Sequence[Plane] | None = None, depth: Depth = 8) -> av.VideoFrame:
    """A frame of one's own: yuv420p, or yuva420p for four planes; filled with `planes`, as deep as they, or black."""
    bits = depth if planes is None else depth_of(planes[0])
    clear = planes is not None and len(planes) == 4
    frame = av.VideoFrame(width, height, f"{'yuva420p' if clear else 'yuv420p'}{'' if bits == 8 else '10le'}")
    for i, target in enumerate(views(frame)):
        target[...] = black(bits)[i] if planes is None else planes[i]
    return frame


def half(size: int) -> int:
    """Length of a chroma plane's side."""
    return (size + 1) // 2


def on_chroma(matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    """A movement of luma's coordinates (3 by 3) as one of chroma's."""
    return _CHROMA @ matrix @ np.linalg.inv(_CHROMA)


@dataclass(frozen=True)
class Picture:
    """A layer on its way to the canvas.

    Args:
        y: luma, (H, W).
        u: Cb, half the size.
        v: Cr, half the size.
        alpha: of luma; None: opaque all over.
        x: column of the canvas where it begins, even, may be negative.
        y0: row of the canvas where it begins, even, may be negative.
        premultiplied: whether y, u and v are multiplied by alpha; else they are colours everywhere, even where clear.
        opacity: a factor on alpha.
        frame: the frame whose planes these are, if they are all of it.
        placement: where the layer's own rectangle lies, which soft edges may reach beyond and the canvas may cut;
            None: it is just these planes.
        alpha_uv: of chroma, where it is not the average of alpha: layers that were drawn on a clear canvas keep the
            sharp edges that they have on any other.
        mode: how it meets what is below it.
    """

    y: Plane
    u: Plane
    v: Plane
    alpha: Plane | None = None
    x: int = 0
    y0: int = 0
    premultiplied: bool = False
    opacity: float = 1.0
    frame: av.VideoFrame | None = None
    placement: Placement | None = None
    alpha_uv: Plane | None = None
    mode: BlendMode = "normal"

    @classmethod
    def of(cls, frame: av.VideoFrame, like: Picture | None = None) -> Self:
        """The picture in a frame, standing like another one."""
        y, u, v, *rest = views(frame)
        alpha = rest[0] if rest else None
        if like is None:
            return cls(y, u, v, alpha, frame=frame)
        return cls(y, u, v, alpha, like.x, like.y0, like.premultiplied, like.opacity, frame, like.placement)

    @property
    def width(self) -> int:
        """Columns of luma."""
        return int(self.y.shape[1])

    @property
    def height(self) -> int:
        """Rows of luma."""
        return int(self.y.shape[0])

    @property
    def depth(self) -> Depth:
        """Bits of its numbers."""
        return depth_of(self.y)

    @property
    def placed(self) -> Placement:
        """Where the layer's own rectangle lies."""
        return self.placement or Placement.of(Fit(x=self.x, y=self.y0, width=self.width, height=self.height))

    def fills(self, width: int, height: int) -> bool:
        """Whether nothing below it is seen anywhere on the canvas."""
        place = (self.x, self.y0, self.width, self.height)
        solid = self.alpha is None and self.opacity == 1 and self.mode == "normal"
        return solid and place == (0, 0, width, height)

    @property
    def planes(self) -> list[Plane]:
        """Luma, Cb, Cr, and alpha where there is one."""
        return [self.y, self.u, self.v, *([] if self.alpha is None else [self.alpha])]

    @cached_property
    def chroma_alpha(self) -> Plane:
        """Alpha of the chroma samples."""
        assert self.alpha is not None
        return halve(self.alpha) if self.alpha_uv is None else self.alpha_uv

    def to_frame(self) -> av.VideoFrame:
        """A frame with these planes: the very one they come from, or a copy."""
        return self.frame or new_frame(self.width, self.height, self.planes)

    def with_alpha(self) -> Picture:
        """The same with an alpha plane."""
        if self.alpha is not None:
            return self
        return replace(self, alpha=np.full_like(self.y, peak_of(self.y)), premultiplied=False, frame=None)

    def multiplied(self) -> Picture:
        """The same with colours multiplied by alpha, as whatever mixes neighbouring pixels needs them."""
        if self.alpha is None or self.premultiplied:
            return self
        alphas = (self.alpha, self.chroma_alpha, self.chroma_alpha)
        y, u, v = (times(plane, alpha) for plane, alpha in zip(self.planes, alphas, strict=False))
        return replace(self, y=y, u=u, v=v, premultiplied=True, frame=None)

    def divided(self) -> Picture:
        """The same with straight colours, as whatever changes colours needs them; black where it is clear."""
        if self.alpha is None or not self.premultiplied:
            return self
        alphas = (self.alpha, self.chroma_alpha, self.chroma_alpha)
        y, u, v = (
            np.where(alpha == 0, plane.dtype.type(zero), _divided(plane, alpha))
            for plane, alpha, zero in zip(self.planes, alphas, black(self.depth), strict=False)
        )
        return replace(self, y=y, u=u, v=v, premultiplied=False, frame=None)

    def averaged(self) -> Picture:
        """The same with chroma's alpha as the average of alpha, as whatever crops or filters the planes takes it."""
        if self.alpha is None or self.alpha_uv is None:
            return self
        wanted = halve(self.alpha)
        made = []
        for plane, grey in zip((self.u, self.v), black(self.depth)[1:], strict=True):
            straight = _divided(plane, self.alpha_uv) if self.premultiplied else plane
            beside = np.full_like(straight, grey)  # a sample behind an edge takes the colour of the one before it
            beside[:, 1:] = np.where(self.alpha_uv[:, :-1] > 0, straight[:, :-1], grey)
            straight = np.where(self.alpha_uv > 0, straight, beside)
            made.append(times(straight, wanted) if self.premultiplied else straight)
        return replace(self, u=made[0], v=made[1], alpha_uv=None, frame=None)

    def on_canvas(self, width: int, height: int) -> Picture:
        """The same on planes as large as the canvas, clear around it."""
        if (self.x, self.y0, self.width, self.height) == (0, 0, width, height):
            return self
        whole = self.with_alpha().multiplied()
        kind = dtype_of(self.depth)
        planes: list[Plane] = [np.zeros((height, width), kind)]
        planes += [np.zeros((half(height), half(width)), kind) for _ in "uv"]
        planes.append(np.zeros((height, width), kind))
        for i, (source, target) in enumerate(zip(whole.planes, planes, strict=True)):
            step = 2 if i in {1, 2} else 1
            there, here = overlap(source.shape, target.shape, whole.x // step, whole.y0 // step)
            target[there] = source[here]
        y, u, v, alpha = planes
        return Picture(y, u, v, alpha, premultiplied=True, opacity=self.opacity, placement=self.placed)


def overlap(inner: tuple[Any, ...], outer: tuple[Any, ...], x: int, y: int) -> tuple[Any, Any]:
    """Where a plane put at (x, y) of another one meets it: the slices of the outer, and those of the inner one."""
    rows, columns = (slice(max(0, at), max(0, min(outer[i], at + inner[i]))) for i, at in ((0, y), (1, x)))
    here = (slice(rows.start - y, rows.stop - y), slice(columns.start - x, columns.stop - x))
    return (rows, columns), here


def _divided(plane: Plane, alpha: Plane) -> Plane:
    """What `times` was made from; 0 where it is clear."""
    return within(cv2.divide(plane, alpha, scale=peak_of(alpha)))


def halve(plane: Plane) -> Plane:
    """A plane at chroma's size and place: rows averaged in pairs, columns weighted 1 2 1 about every other one."""
    height, width = plane.shape
    padded = cv2.copyMakeBorder(plane, 0, height % 2, 1, width % 2, cv2.BORDER_REPLICATE)
    size = (half(width), half(height))
    ahead, behind = (cv2.resize(part, size, interpolation=cv2.INTER_AREA) for part in (padded[:, 1:], padded[:, :-1]))
    return cv2.addWeighted(ahead, 0.5, behind, 0.5, 0)


def remade(picture: Picture, planes: Sequence[Plane]) -> Picture:
    """The picture with other planes: luma, Cb, Cr, and alpha where there is a fourth."""
    y, u, v, *alpha = planes
    return replace(picture, y=y, u=u, v=v, alpha=alpha[0] if alpha else picture.alpha, frame=None)
