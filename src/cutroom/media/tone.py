"""From the light that a source means to the light of the canvas: other primaries, and HDR made to fit.

All of it happens in linear light, on R'G'B' of 16 bits, exactly as these standards say it:

- SDR is decoded as displays do it, with a power of 2.4 (ITU-R BT.1886), whatever transfer it names: its numbers were
  made to be shown like that. PQ and HLG are decoded to candelas per square metre (BT.2100), HLG for its reference
  display of 1,000.
- Primaries are converted by their chromaticities (H.273); another white is adapted by Bradford's matrix, so that grey
  stays grey. What BT.709 has no colour for is cut off at its edge.
- HDR: 203 cd/m² (BT.2408's white) is what SDR calls white. The brightest of R, G and B is rolled off by the curve of
  BT.2390, which leaves everything below about half of that alone and brings the source's peak to SDR's white; the
  other two follow in proportion, so that hues stay.

swscale's own colour management (`intent`) was measured beside it: 62 ms for a 1080p frame where this takes 24, 650 ms
for the first one, the peak cannot be given where a file does not tell it, and the real clip's blue sky became pink.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from cutroom.media.light import Light

WHITE = 203.0
"""cd/m² that SDR's white stands for in HDR."""
GAMMA = 2.4
_XY = {
    "bt709": ((0.64, 0.33), (0.30, 0.60), (0.15, 0.06), (0.3127, 0.3290)),
    "bt470m": ((0.67, 0.33), (0.21, 0.71), (0.14, 0.08), (0.310, 0.316)),
    "bt470bg": ((0.64, 0.33), (0.29, 0.60), (0.15, 0.06), (0.3127, 0.3290)),
    "smpte170m": ((0.630, 0.340), (0.310, 0.595), (0.155, 0.070), (0.3127, 0.3290)),
    "smpte240m": ((0.630, 0.340), (0.310, 0.595), (0.155, 0.070), (0.3127, 0.3290)),
    "film": ((0.681, 0.319), (0.243, 0.692), (0.145, 0.049), (0.310, 0.316)),
    "bt2020": ((0.708, 0.292), (0.170, 0.797), (0.131, 0.046), (0.3127, 0.3290)),
    "smpte431": ((0.680, 0.320), (0.265, 0.690), (0.150, 0.060), (0.314, 0.351)),
    "smpte432": ((0.680, 0.320), (0.265, 0.690), (0.150, 0.060), (0.3127, 0.3290)),
    "ebu3213": ((0.630, 0.340), (0.295, 0.605), (0.155, 0.077), (0.3127, 0.3290)),
}
"""Chromaticities of red, green, blue and white (ITU-T H.273, table 2)."""
_BRADFORD = np.array([[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]])
PQ = (2610 / 16384, 2523 / 4096 * 128, 3424 / 4096, 2413 / 4096 * 32, 2392 / 4096 * 32)
BRIGHTEST = 10_000.0
"""cd/m² that PQ can say."""
HLG = (0.17883277, 0.28466892, 0.55991073)
_CODES = 1 << 16
TOP = 255 << 8
"""White among 16-bit numbers, as swscale has it: 8-bit ones moved up."""
LUMINANCE = (0.2627, 0.6780, 0.0593)
_ROWS = 64
"""Rows that are converted at once: their planes stay in the processor's cache."""
Numbers = NDArray[Any]


class Toner:
    """Converts R'G'B' frames of one source.

    Args:
        light: what its numbers mean.
    """

    def __init__(self, light: Light) -> None:
        self._light = light
        self._decode = decoding(light.transfer).astype(np.float32).reshape(1, -1)
        self._encode = _encoding()
        self._matrix = between(light.primaries, "bt709").astype(np.float32)
        self._hdr = light.transfer != "sdr"
        if self._hdr:
            self._roll, self._top = _rolling(light.peak)
        if light.transfer == "hlg":
            self._surround = _surround()

    def run(self, frame: av.VideoFrame) -> av.VideoFrame:
        """R'G'B' as BT.709 shows it.

        Args:
            frame: gbrp16le or gbrap16le.

        Returns:
            A frame of its own, of the same format; alpha as it was.
        """
        result = av.VideoFrame(frame.width, frame.height, frame.format.name)
        sources, targets = _views(frame), _views(result)
        for first in range(0, frame.height, _ROWS):
            rows = slice(first, first + _ROWS)
            self._strip([plane[rows] for plane in sources], [plane[rows] for plane in targets])
        return result

    def bgr(self, frame: av.VideoFrame) -> Numbers:
        """The same as an array of (H, W, 3), from 0 to 255: blue, green, red."""
        green, blue, red, *_ = _views(self.run(frame))
        deep = np.stack([blue, green, red], axis=-1)
        return np.asarray(cv2.convertScaleAbs(deep, alpha=255 / TOP))

    def _strip(self, sources: list[Numbers], targets: list[Numbers]) -> None:
        green, blue, red, *alpha = sources
        linear = cv2.merge([cv2.LUT(np.ascontiguousarray(plane), self._decode) for plane in (red, green, blue)])
        if self._light.transfer == "hlg":
            luminance = cv2.transform(linear, np.array([LUMINANCE], np.float32))
            linear *= _looked_up(luminance, self._surround, 1.0)[..., None]
        planes = list(cv2.split(cv2.transform(linear, self._matrix)))
        if self._hdr:
            planes = [np.maximum(plane, np.float32(0)) for plane in planes]
            brightest = cv2.max(cv2.max(planes[0], planes[1]), planes[2])
            share = _looked_up(brightest, self._roll, self._top)
            planes = [cv2.multiply(plane, share) for plane in planes]
        for target, plane in zip((targets[2], targets[0], targets[1]), planes, strict=True):
            target[...] = _looked_up(plane, self._encode, 1.0)
        if alpha:
            targets[3][...] = alpha[0]


def _views(frame: av.VideoFrame) -> list[Numbers]:
    return [
        np.frombuffer(plane, np.uint16).reshape(-1, plane.line_size // 2)[: plane.height, : plane.width]
        for plane in frame.planes
    ]


def _looked_up(plane: Numbers, table: Numbers, top: float) -> Numbers:
    """What a table has for the square root of each number, from 0 to that of `top`: dark ones are told apart best."""
    root = cv2.sqrt(np.maximum(plane, np.float32(0)))
    index = cv2.addWeighted(root, (_CODES - 1) / top**0.5, root, 0.0, 0.0, dtype=cv2.CV_16U)
    return cv2.LUT(index, table)


def _roots(top: float) -> Numbers:
    """The numbers that the entries of such a table stand for."""
    return np.linspace(0, top**0.5, _CODES) ** 2


def between(source: str, target: str) -> Numbers:
    """Linear R, G and B of one set of primaries to those of another, (3, 3).

    Example:
        >>> (between("bt2020", "bt709") @ [1, 1, 1]).round(6).tolist()
        [1.0, 1.0, 1.0]
    """
    whites = [_white(name) for name in (source, target)]
    cones = [_BRADFORD @ white for white in whites]
    adapted = np.linalg.inv(_BRADFORD) @ np.diag(cones[1] / cones[0]) @ _BRADFORD
    matrix: Numbers = np.linalg.inv(_to_xyz(target)) @ adapted @ _to_xyz(source)
    return matrix


def _white(name: str) -> Numbers:
    x, y = _XY[name][3]
    return np.array([x / y, 1.0, (1 - x - y) / y])


def _to_xyz(name: str) -> Numbers:
    columns = np.array([[x / y, 1.0, (1 - x - y) / y] for x, y in _XY[name][:3]]).T
    shares = np.linalg.solve(columns, _white(name))
    matrix: Numbers = columns * shares
    return matrix


def from_pq(values: Numbers) -> Numbers:
    """PQ's numbers from 0 to 1 as cd/m².

    Example:
        >>> from_pq(np.array([0.0, 0.58068888, 1.0])).round(2).tolist()
        [0.0, 203.0, 10000.0]
    """
    m1, m2, c1, c2, c3 = PQ
    power = values ** (1 / m2)
    light: Numbers = BRIGHTEST * (np.maximum(power - c1, 0) / (c2 - c3 * power)) ** (1 / m1)
    return light


def to_pq(light: Numbers) -> Numbers:
    """cd/m² as PQ's numbers from 0 to 1."""
    m1, m2, c1, c2, c3 = PQ
    power = (np.maximum(light, 0) / BRIGHTEST) ** m1
    values: Numbers = ((c1 + c2 * power) / (1 + c3 * power)) ** m2
    return values


@lru_cache(maxsize=4)
def decoding(transfer: str) -> Numbers:
    """Linear light of every 16-bit number: 1 is SDR's white; in HLG, the scene's light from 0 to 1."""
    values = np.minimum(np.arange(_CODES) / TOP, 1.0)
    if transfer == "pq":
        return from_pq(values) / WHITE
    if transfer == "hlg":
        a, b, c = HLG
        return np.where(values <= 0.5, values**2 / 3, (np.exp((values - c) / a) + b) / 12)
    return values**GAMMA


@lru_cache(maxsize=1)
def _encoding() -> Numbers:
    """16-bit numbers for roots of linear light."""
    return np.rint(TOP * _roots(1.0) ** (1 / GAMMA)).astype(np.uint16).reshape(1, -1)


@lru_cache(maxsize=1)
def _surround() -> Numbers:
    """By the root of the scene's luminance, the factor of HLG's display of 1,000 cd/m², on the scale of SDR's white."""
    luminance = np.maximum(_roots(1.0), 1e-12)
    return (Light.HLG_PEAK / WHITE * luminance**0.2).astype(np.float32).reshape(1, -1)


def rolled_off(light: Numbers, peak: float) -> Numbers:
    """BT.2390's curve (its section 5.4.1) from a display of `peak` cd/m² to one of SDR's white, both with a black of 0.

    Example:
        >>> rolled_off(np.array([50.0, 203.0, 1000.0]), 1000).round(1).tolist()
        [50.0, 159.0, 203.0]
    """
    if peak <= WHITE:
        return np.minimum(light, WHITE)
    top = to_pq(np.array(peak))
    value, most = np.minimum(to_pq(light) / top, 1.0), to_pq(np.array(WHITE)) / top
    knee = 1.5 * most - 0.5
    t = np.maximum(value - knee, 0) / (1 - knee)
    bent = (2 * t**3 - 3 * t**2 + 1) * knee + (t**3 - 2 * t**2 + t) * (1 - knee) + (-2 * t**3 + 3 * t**2) * most
    return np.where(value < knee, light, from_pq(bent * top))


@lru_cache(maxsize=8)
def _rolling(peak: int) -> tuple[Numbers, float]:
    """By the root of the brightest of R, G and B, the factor that brings it into range; and the brightest there is."""
    top = 2 * BRIGHTEST / WHITE
    light = np.maximum(WHITE * _roots(top), 1e-6)
    return (rolled_off(light, peak) / light).astype(np.float32).reshape(1, -1), top
