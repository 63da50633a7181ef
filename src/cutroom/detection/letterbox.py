"""Letterbox: a picture fitted into a model's square, and boxes taken back out of it.

The arithmetic is that of Ultralytics' ONNX path (OpenCV's INTER_LINEAR, grey 114, halves of a pixel rounded by ±0.1),
bit for bit: another resize loses boxes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

GREY = np.float32(114) / np.float32(255)


@dataclass(frozen=True, slots=True)
class Letterbox:
    """How a picture of one size lies in a model's input.

    Args:
        size: width and height of the picture as displayed.
        gain: input pixels per displayed pixel.
        width, height: of the fitted picture.
        left, top: where it lies in the input.
        target: width and height of the input.
    """

    size: tuple[int, int]
    gain: float
    width: int
    height: int
    left: int
    top: int
    target: tuple[int, int]

    @classmethod
    def fit(cls, size: tuple[int, int], target: tuple[int, int]) -> Letterbox:
        """The largest picture of this shape in the middle of the target.

        Example:
            >>> box = Letterbox.fit((1920, 1080), (640, 640))
            >>> box.width, box.height, box.left, box.top
            (640, 360, 0, 140)
        """
        gain = min(target[1] / size[1], target[0] / size[0])
        width, height = max(1, round(size[0] * gain)), max(1, round(size[1] * gain))
        left, top = round((target[0] - width) / 2 - 0.1), round((target[1] - height) / 2 - 0.1)
        return cls(size, gain, width, height, left, top, target)

    def tensor(self, rgb: NDArray[np.uint8]) -> NDArray[np.float32]:
        """The model's input (1, 3, H, W), 0 … 1, from an RGB picture (h, w, 3).

        A picture with non-square pixels is fitted as it is displayed.
        """
        width, height = self.target
        planes = np.full((1, 3, height, width), GREY, np.float32)
        fitted: Any = rgb
        if rgb.shape[:2] != (self.height, self.width):
            fitted = cv2.resize(rgb, (self.width, self.height), interpolation=cv2.INTER_LINEAR)
        rows, columns = slice(self.top, self.top + self.height), slice(self.left, self.left + self.width)
        for channel, plane in enumerate(cv2.split(fitted)):
            np.divide(plane, np.float32(255), out=planes[0, channel, rows, columns])
        return planes

    def restore(self, xyxy: NDArray[np.float32]) -> NDArray[np.float32]:
        """Boxes of the input (n, 4) in pixels of the displayed picture, clipped to it."""
        boxes: NDArray[np.float32] = (
            xyxy - np.array([self.left, self.top, self.left, self.top], np.float32)
        ) / np.float32(self.gain)
        limits = np.array([*self.size, *self.size], np.float32)
        return np.clip(boxes, 0, limits, out=boxes)
