"""Frame numbers in the picture: a strip of black and white blocks along the bottom edge, and its reader.

The strip is 32 cells wide and 1/30 of the picture high: white, black (the two levels to compare with), 24 bits of the
number with the highest first, four parity bits (the exclusive or of the number's six nibbles), black, white. It
survives H.264 at CRF 30 and scaling to 640 pixels, grading, and a dissolve of which one side dominates.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

BITS = 24
CELLS = 32
_HEAD = (True, False)
_TAIL = (False, True)
_MARGIN = 0.3  # a cell further than this from both levels, as a share of their difference, is no bit
_CONTRAST = 40.0  # levels nearer than this are no strip


def strip_height(height: int) -> int:
    """Height of the strip in a picture of `height` pixels: 1/30 of it, even, at least 6."""
    return max(6, round(height / 60) * 2)


def cells(number: int) -> tuple[bool, ...]:
    """The 32 cells of a frame number, True for white.

    Example:
        >>> "".join("X" if white else "." for white in cells(5))
        'X......................X.X.X.X.X'
    """
    if not 0 <= number < 1 << BITS:
        raise ValueError(f"a frame number has {BITS} bits; {number} does not fit")
    bits = tuple(bool(number >> place & 1) for place in reversed(range(BITS)))
    parity = tuple(bool(_parity(number) >> place & 1) for place in reversed(range(4)))
    return (*_HEAD, *bits, *parity, *_TAIL)


def draw_frame_number(canvas: NDArray[np.uint8], number: int) -> None:
    """Draw the strip of a frame number into an RGB canvas (H, W, 3) uint8, in place."""
    height, width = canvas.shape[:2]
    edges = [round(cell * width / CELLS) for cell in range(CELLS + 1)]
    strip = canvas[height - strip_height(height) :]
    for cell, white in enumerate(cells(number)):
        strip[:, edges[cell] : edges[cell + 1]] = 235 if white else 16


def read_frame_number(rgb: NDArray[np.uint8], *, region: tuple[float, float, float, float] | None = None) -> int | None:
    """The number in a frame of the demo film, also of a frame that was resized.

    Args:
        rgb: (H, W, 3) or grey (H, W), uint8.
        region: where the film's picture lies in the frame, (x, y, width, height) in pixels; the whole frame by default.

    Returns:
        The frame number, or None where no strip can be read with certainty: no contrast, a cell that is neither black
        nor white (two frames dissolved into each other), or bad parity.

    Example:
        >>> frame = np.full((360, 640, 3), 90, np.uint8)
        >>> draw_frame_number(frame, 1234)
        >>> read_frame_number(frame), read_frame_number(frame[:-12])
        (1234, None)
    """
    x, y, width, height = region or (0, 0, rgb.shape[1], rgb.shape[0])
    tall = height / 30
    top, bottom = round(y + height - tall * 0.72), round(y + height - tall * 0.28)
    band = rgb[top : max(bottom, top + 1)].astype(np.float64)
    if band.size == 0:
        return None
    row = band.reshape(band.shape[0], band.shape[1], -1).mean(axis=(0, 2))
    cell = width / CELLS
    values = []
    for number in range(CELLS):
        first, last = round(x + (number + 0.3) * cell), round(x + (number + 0.7) * cell)
        piece = row[first : max(last, first + 1)]
        if piece.size == 0:
            return None
        values.append(float(piece.mean()))
    white, black = (values[0] + values[-1]) / 2, (values[1] + values[-2]) / 2
    if white - black < _CONTRAST:
        return None
    levels = [(value - black) / (white - black) for value in values]
    if any(_MARGIN < level < 1 - _MARGIN for level in levels):
        return None
    read = [level > 0.5 for level in levels]
    found = 0
    for bit in read[2 : 2 + BITS]:
        found = found << 1 | bit
    return found if cells(found) == tuple(read) else None


def _parity(number: int) -> int:
    parity = 0
    while number:
        parity ^= number & 15
        number >>= 4
    return parity
