"""Pictures with clear parts on their way to another size: their colours are multiplied by alpha before they are mixed.

Straight colours would bring in those of pixels that are all clear, which nobody is meant to see: a dark rim. A scaler
goes beyond what it was given beside sharp edges. What it adds to alpha above all is taken off the colours too; so there
is room above the numbers here: 16 bits, of which 64 are one code of 8 bits.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import av
import cv2
import numpy as np

from cutroom.effects.pictures.colour import conversion, from_rgb
from cutroom.effects.pictures.graph import FrameGraph, Step
from cutroom.effects.pictures.levels import BLACK, Plane, peak_of, rounded
from cutroom.effects.pictures.planes import TURNS, Picture, halve
from cutroom.effects.pictures.scaling import FLAGS, LEFT_SITES, SITES, sites
from cutroom.effects.segment import Depth
from cutroom.media.tone import TOP

_FINER = 64
_ALL = 255 * _FINER


class ClearScaler:
    """Scales planes of multiplied colours and their alpha; the graph stays while sizes do."""

    def __init__(self) -> None:
        self._graph: tuple[tuple[int, int], FrameGraph] | None = None

    def scaled(self, picture: Picture, width: int, height: int) -> Picture:
        """The picture at another size, multiplied; chroma's alpha is scaled the way that chroma is."""
        whole = picture.multiplied()
        assert whole.alpha is not None
        up = _FINER >> whole.depth - 8
        solid = (whole.alpha, whole.chroma_alpha, whole.chroma_alpha)
        colours, alphas = (
            self.run([np.multiply(plane, up, dtype=np.uint16) for plane in planes], "yuv420p16le", width, height)
            for planes in (whole.planes[:3], solid)
        )
        full = up * peak_of(whole.alpha)
        y, u, v = (_fitted(plane, alpha, full, whole.depth) for plane, alpha in zip(colours, alphas, strict=True))
        alpha, alpha_uv = (_fitted(plane, plane, full, whole.depth) for plane in alphas[:2])
        return replace(whole, y=y, u=u, v=v, alpha=alpha, alpha_uv=alpha_uv, frame=None)

    def run(self, planes: Sequence[Plane], name: str, width: int, height: int) -> list[Plane]:
        """Planes of a format of 16 bits at another size."""
        if planes[0].shape == (height, width):
            return list(planes)
        frame = av.VideoFrame(planes[0].shape[1], planes[0].shape[0], name)
        for target, plane in zip(_views(frame, 16), planes, strict=True):
            target[...] = plane
        if self._graph is None or self._graph[0] != (width, height) or not self._graph[1].fits(frame):
            site = LEFT_SITES if name == "yuv420p16le" else {}
            chain: list[Step] = [("scale", {"w": str(width), "h": str(height), "flags": FLAGS, **site})]
            self._graph = (width, height), FrameGraph(frame, [*chain, ("format", {"pix_fmts": name})])
        return _views(self._graph[1].run(frame), 16)


class ClearFrames:
    """Brings decoded frames with alpha that are not 4:2:0 to the canvas: it keeps all of their chroma until the end.

    Args:
        size: width and height on the canvas.
        matrix: of their colours, where they are not R'G'B'.
        full_range: whether their range is full, where they are not R'G'B'.
        rotation: clockwise, in degrees.
        depth: bits of the picture.
    """

    def __init__(self, size: tuple[int, int], matrix: str, full_range: bool, rotation: int, depth: Depth) -> None:
        self._size = size
        self._matrix, self._full = matrix, full_range
        self._rotation = rotation
        self._depth = depth
        self._scaler = ClearScaler()
        self._graph: FrameGraph | None = None

    def run(self, frame: av.VideoFrame, name: str, toned: av.VideoFrame | None = None) -> Picture:
        """The picture, multiplied, from the canvas's corner.

        Args:
            frame: as it was decoded.
            name: its format, or a wider one that holds the same.
            toned: its colours as BT.709 shows them, in R'G'B' of 16 bits.
        """
        bits = min(16, max(component.bits for component in frame.format.components))
        is_rgb = bool(av.VideoFormat(name).is_rgb)
        target = f"{'gbrap' if is_rgb else 'yuva444p'}{'' if bits == 8 else f'{bits}le'}"
        *colours, alpha = _views(self._opened(frame, name, target), bits)
        peak = (1 << bits) - 1
        if toned is not None:
            colours, is_rgb = _views(toned, 16)[:3], True
        rows = self._yuv(bits) if not is_rgb else self._rgb(peak if toned is None else TOP)
        order = (colours[2], colours[0], colours[1]) if is_rgb else colours
        merged = cv2.transform(cv2.merge([plane.astype(np.float32) for plane in order]), rows * _FINER)
        share = cv2.addWeighted(alpha, 1 / peak, alpha, 0.0, 0.0, dtype=cv2.CV_32F)
        planes = [cv2.multiply(plane, share) for plane in cv2.split(merged)]
        planes.append(cv2.addWeighted(share, _ALL, share, 0.0, 0.0))
        if self._rotation:
            planes = [cv2.rotate(plane, TURNS[self._rotation]) for plane in planes]
        whole = [cv2.addWeighted(plane, 1.0, plane, 0.0, 0.0, dtype=cv2.CV_16U) for plane in planes]
        y, u, v, alpha = self._scaler.run(whole, "yuva444p16le", *self._size)
        return self._picture(y, u, v, alpha)

    def _picture(self, y: Plane, u: Plane, v: Plane, alpha: Plane) -> Picture:
        """4:2:0, and as deep as the canvas: alpha's largest number there means all."""
        finer = _FINER / (1 << self._depth - 8)
        solid = np.minimum(alpha, _ALL).astype(np.float32)
        share = solid / np.maximum(alpha, 1)
        y, u, v = (plane * share / np.float32(finer) for plane in (y, u, v))
        peak = 255 if self._depth == 8 else 1023
        alpha = rounded(solid * np.float32(peak / _ALL), self._depth)
        y, u, v = (rounded(plane, self._depth) for plane in (y, halve(u), halve(v)))
        return Picture(y, u, v, alpha, premultiplied=True)

    def _opened(self, frame: av.VideoFrame, name: str, target: str) -> av.VideoFrame:
        """Its numbers one by one, each in a plane of its own."""
        if frame.format.name == target:
            return frame
        if self._graph is None or not self._graph.fits(frame):
            halved = (frame.format.chroma_width(16) < 16, frame.format.chroma_height(16) < 16)
            site = sites("in", SITES[frame.chroma_location], *halved)
            tags = {"colorspace": str(frame.colorspace), "range": str(frame.color_range)}
            chain: list[Step] = [("format", {"pix_fmts": name}), ("scale", {"flags": FLAGS, **site})]
            self._graph = FrameGraph(frame, [*chain, ("format", {"pix_fmts": target})], tags)
        return self._graph.run(frame)

    @staticmethod
    def _rgb(top: float) -> Plane:
        """From R'G'B' to code values of 8 bits, with an offset, (3, 4)."""
        rows = np.diag([219.0, 224.0, 224.0]) @ from_rgb() / top
        return np.hstack([rows, np.array(BLACK).reshape(3, 1)])

    def _yuv(self, bits: int) -> Plane:
        """From code values of so many bits to those of the canvas in 8 bits, with an offset, (3, 4)."""
        finer = 1 << bits - 8
        rows = conversion(self._matrix, self._full, ((1 << bits) - 1) / finer)
        zero = np.array([[0 if self._full else 16], [128], [128]])
        return np.hstack([rows / finer, np.array(BLACK).reshape(3, 1) - rows @ zero])


def _fitted(plane: Plane, alpha: Plane, full: int, depth: Depth) -> Plane:
    """A scaled plane as codes: where alpha came to more than all, as much less."""
    share = np.float32(1 / (_FINER >> depth - 8)) * (full / np.maximum(alpha, full).astype(np.float32))
    return rounded(plane * share, depth)


def _views(frame: av.VideoFrame, bits: int) -> list[Plane]:
    kind = np.dtype(np.uint8 if bits == 8 else np.uint16)
    return [
        np.frombuffer(plane, kind).reshape(-1, plane.line_size // kind.itemsize)[: plane.height, : plane.width]
        for plane in frame.planes
    ]
