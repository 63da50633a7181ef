"""From a decoded frame to a picture on the canvas: upright, square pixels, its place's size, the canvas's colours."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from cutroom.effects.compiler.fit import has_alpha
from cutroom.effects.pictures.clear import ClearFrames, ClearScaler
from cutroom.effects.pictures.colour import to_canvas
from cutroom.effects.pictures.graph import Cloner, FrameGraph, Step, tag
from cutroom.effects.pictures.levels import Plane, black, deepened, depth_of, rounded, scaled
from cutroom.effects.pictures.planes import TURNS, Picture, half, views
from cutroom.effects.pictures.scaling import FLAGS, LEFT, LEFT_SITES, SITES, sites
from cutroom.effects.segment import Depth, Fit, MediaPicture
from cutroom.media.tone import Toner

_PLANAR_420 = {8: {"yuv420p", "yuvj420p", "yuva420p"}, 10: {"yuv420p10le", "yuva420p10le"}}
"""Frames that are 4:2:0 as a picture of so many bits is."""
_PACKED_ALPHA = {"rgba", "bgra", "argb", "abgr", "pal8"}
"""Formats of which swscale stretches alpha when it makes 10 bits of 8; of others it moves it up by two bits."""
_UNPACKED = {
    "pal8": "rgba", "ya8": "rgba", "ya16le": "rgba64le", "ya16be": "rgba64le", "monow": "rgb24", "monob": "rgb24",
}  # fmt: skip


class Resizer:
    """Scales pictures with swscale; the graph stays while sizes do."""

    def __init__(self) -> None:
        self._graph: tuple[tuple[int, int], FrameGraph] | None = None
        self._clear = ClearScaler()

    def resize(self, picture: Picture, width: int, height: int) -> Picture:
        """The picture at another size, multiplied where it has alpha; its place is left as it was."""
        if (picture.width, picture.height) == (width, height):
            return picture
        if picture.alpha is not None:
            return self._clear.scaled(picture, width, height)
        frame = tag(picture.to_frame())
        if self._graph is None or self._graph[0] != (width, height) or not self._graph[1].fits(frame):
            size = {"w": str(width), "h": str(height), "flags": FLAGS, **LEFT_SITES}
            chain = [("scale", size), ("format", {"pix_fmts": frame.format.name})]
            self._graph = (width, height), FrameGraph(frame, chain)
        return Picture.of(self._graph[1].run(frame), picture)


class Normaliser:
    """Brings the frames of one source to its place on the canvas.

    Args:
        source: the file's stream, and what its numbers mean.
        fit: the place.
        depth: bits of the canvas's numbers.
    """

    def __init__(self, source: MediaPicture, fit: Fit, depth: Depth = 8) -> None:
        self._source = source
        self._fit = fit
        self._depth = depth
        self._resizer = Resizer()
        self._cloner = Cloner()
        self._graph: FrameGraph | None = None
        self._toner = None if source.light is None else Toner(source.light)
        self._toned: FrameGraph | None = None
        stream = source.input.stream
        self._alpha = has_alpha(stream)
        size = (fit.width, fit.height)
        self._clear = ClearFrames(size, source.matrix, source.full_range, stream.rotation, depth)

    def run(self, frame: av.VideoFrame) -> Picture:
        """The picture of a decoded frame. The frame itself is left alone; where nothing is to be done, it is shared."""
        fit, stream = self._fit, self._source.input.stream
        matrix, full = self._source.matrix, self._source.full_range
        site = SITES[frame.chroma_location]
        shared = self._cloner.clone(frame)
        if self._alpha and (self._toner is not None or not frame.format.name.startswith("yuva420p")):
            toned = None if self._toner is None else self._toner.run(self._run_graph(shared))
            return replace(self._clear.run(shared, _unpacked(frame.format.name), toned), x=fit.x, y0=fit.y)
        if self._toner is not None or frame.format.name not in _PLANAR_420[self._depth] | _PLANAR_420[8]:
            shared, site = self._to_420(shared), LEFT
            if self._toner is not None or _is_rgb(frame):
                matrix, full = "bt709", False
        picture = self._deep(_picture(shared), frame)
        if stream.rotation:
            picture, site = _turned(picture, stream.rotation, site)
        if site != LEFT:
            picture = _resited(picture, site)
        white = 255 << 2 if self._depth == 10 and _bits(frame) == 8 else None
        larger = fit.width * fit.height > picture.width * picture.height
        first = larger or self._alpha  # colours are converted where there are fewer pixels, and while they are straight
        if first:
            picture = to_canvas(picture, matrix, full, white)
        picture = self._resized(picture)
        if not first:
            picture = to_canvas(picture, matrix, full, white)
        return replace(picture, x=fit.x, y0=fit.y).multiplied()

    def _deep(self, picture: Picture, frame: av.VideoFrame) -> Picture:
        """As deep as the canvas. Eight bits move up by two, and alpha, whose largest number means all, is stretched."""
        if picture.depth != self._depth:
            y, u, v = (deepened(plane) for plane in picture.planes[:3])
            alpha = None if picture.alpha is None else deepened(picture.alpha)
            picture = replace(picture, y=y, u=u, v=v, alpha=alpha, frame=None)
        bits = _bits(frame)
        if self._toner is None and bits > 8 and _is_rgb(frame):  # swscale takes 2 to the power of these for white
            share = (255 << bits - 8) / ((1 << bits) - 1)
            planes = zip(picture.planes, black(self._depth), strict=False)
            y, u, v = (scaled(plane, share, (1 - share) * zero) for plane, zero in planes)
            picture = replace(picture, y=y, u=u, v=v, frame=None)
        moved = bits == 8 and frame.format.name not in _PACKED_ALPHA
        if self._depth == 10 and picture.alpha is not None and moved:
            picture = replace(picture, alpha=scaled(picture.alpha, 1023 / (255 << 2)), frame=None)
        return picture

    def _resized(self, picture: Picture) -> Picture:
        if picture.frame is not None and picture.frame.format.name == "yuvj420p" and not self._is_size(picture):
            picture = replace(picture, frame=None)  # the name alone would make swscale change the range
        return self._resizer.resize(picture, self._fit.width, self._fit.height)

    def _is_size(self, picture: Picture) -> bool:
        return (picture.width, picture.height) == (self._fit.width, self._fit.height)

    def _to_420(self, frame: av.VideoFrame) -> av.VideoFrame:
        """Scale in the source's own format, which keeps all of its chroma, then go to 4:2:0; on the way, to its light.

        Where light is converted, a picture is made smaller before, and larger later. One with alpha keeps its size.
        """
        found = self._run_graph(frame)
        if self._toner is None:
            return found
        found = self._toner.run(found)
        if self._toned is None or not self._toned.fits(found):
            out = sites("out", LEFT)
            colours = {"flags": FLAGS, **out, "out_color_matrix": "bt709", "out_range": "limited"}
            chain = [("scale", colours), ("format", {"pix_fmts": self._target})]
            self._toned = FrameGraph(found, chain, {"colorspace": "gbr", "range": "pc"})
        return self._toned.run(found)

    def _run_graph(self, frame: av.VideoFrame) -> av.VideoFrame:
        if self._graph is None or not self._graph.fits(frame):
            tags = {"colorspace": str(frame.colorspace), "range": str(frame.color_range)}
            self._graph = FrameGraph(frame, self._steps_to_420(frame), tags)
        return self._graph.run(frame)

    @property
    def _target(self) -> str:
        name = "yuva420p" if self._alpha else "yuv420p"
        return name if self._depth == 8 else f"{name}10le"

    def _steps_to_420(self, frame: av.VideoFrame) -> list[Step]:
        source, format_ = self._source, frame.format
        width, height = self._fit.width, self._fit.height
        if source.input.stream.rotation in {90, 270}:
            width, height = height, width
        target, out = self._target, sites("out", LEFT)
        if _is_grey(frame):
            target = "gray10le" if self._depth == 10 and _bits(frame) > 8 else "gray"
        if self._alpha or (self._toner is not None and width * height > frame.width * frame.height):
            width, height = frame.width, frame.height
        if self._toner is not None:
            target, out = "gbrp16le", {}
        kept: dict[str, str] = {}
        colours = {} if self._toner is not None else {"out_color_matrix": "bt709", "out_range": "limited"}
        site: dict[str, str] = {}
        if not _is_rgb(frame):
            own = "full" if source.full_range else "limited"
            came = {"in_color_matrix": source.matrix, "in_range": own}
            kept = {**came, "out_color_matrix": source.matrix, "out_range": own}
            colours = kept if self._toner is None else came
            halved = (format_.chroma_width(16) < 16, format_.chroma_height(16) < 16)
            here = SITES[frame.chroma_location]
            site = {**sites("in", here, *halved), **sites("out", here, *halved)}
            colours = {**colours, **sites("in", here, *halved)}
        return [
            ("scale", {"w": str(width), "h": str(height), "flags": FLAGS, **site, **kept}),
            ("format", {"pix_fmts": _unpacked(format_.name)}),
            ("scale", {"flags": FLAGS, **out, **colours}),
            ("format", {"pix_fmts": target}),
        ]


def _is_rgb(frame: av.VideoFrame) -> bool:
    return bool(frame.format.is_rgb) or frame.format.name in _UNPACKED


def _is_grey(frame: av.VideoFrame) -> bool:
    return frame.format.name.startswith("gray")


def _picture(frame: av.VideoFrame) -> Picture:
    """The picture in a frame; grey gets its chroma here, as swscale would take its range for full."""
    if not _is_grey(frame):
        return Picture.of(frame)
    (y,) = views(frame)
    u, v = (np.full((half(frame.height), half(frame.width)), zero, y.dtype) for zero in black(depth_of(y))[1:])
    return Picture(y, u, v)


def _bits(frame: av.VideoFrame) -> int:
    """Of the deepest of a frame's numbers; a palette has eight."""
    return max(component.bits for component in frame.format.components)


def _unpacked(name: str) -> str:
    """The format to scale in: palettes cannot be, and grey with alpha becomes R'G'B'."""
    return _UNPACKED.get(name, name)


def _turned(picture: Picture, degrees: int, site: tuple[float, float]) -> tuple[Picture, tuple[float, float]]:
    """Clockwise; the chroma samples turn with it, and stand elsewhere among the luma samples then."""
    planes = [cv2.rotate(plane, TURNS[degrees]) for plane in picture.planes]
    h, v = site
    turned = Picture(planes[0], planes[1], planes[2], planes[3] if len(planes) > 3 else None)
    return turned, {90: (1 - v, h), 180: (1 - h, 1 - v), 270: (v, 1 - h)}[degrees]


def _resited(picture: Picture, site: tuple[float, float]) -> Picture:
    """Chroma moved to the left site, by straight lines between its samples; those that are all clear give nothing."""
    shift = np.array([[1, 0, (site[0] - LEFT[0]) / 2], [0, 1, (site[1] - LEFT[1]) / 2]])
    if picture.alpha is not None:
        back = np.hstack([np.eye(2), -shift[:, 2:]])
        weight = _moved(picture.chroma_alpha, back)
        solid = _moved(weight, shift)
        u, v = (
            np.where(solid > 0, _moved(plane * weight, shift) / np.maximum(solid, np.float32(1e-3)), plane)
            for plane in (picture.u, picture.v)
        )
        return replace(picture, u=rounded(u, picture.depth), v=rounded(v, picture.depth), frame=None)
    return replace(picture, u=shifted(picture.u, shift), v=shifted(picture.v, shift), frame=None)


def shifted(plane: Plane, matrix: NDArray[Any]) -> Plane:
    """A plane under a map of its own size; edges repeat. In float: OpenCV's 8-bit warp is off by up to 0.05 pixels."""
    return rounded(_moved(plane, matrix), depth_of(plane))


def _moved(plane: Plane, matrix: NDArray[Any]) -> Plane:
    size = (plane.shape[1], plane.shape[0])
    return cv2.warpAffine(plane.astype(np.float32), matrix, size, borderMode=cv2.BORDER_REPLICATE)
