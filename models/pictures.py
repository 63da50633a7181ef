"""Training and evaluation pictures, drawn on the fly: shapes to find, other things to leave alone, and wear.

`picture(seed, number)` depends on its two arguments alone, so that a run can be repeated and any picture can be looked
at again. It needs NumPy and OpenCV, and draws with the very code that draws the demo film.
"""

from __future__ import annotations

import colorsys
import sys
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))

from cutroom.demo.backgrounds import KINDS, background, cloud, tinted
from cutroom.demo.framenumber import draw_frame_number, strip_height
from cutroom.demo.outlines import CLASSES, Points, clipped_box, outline, placed, polygon, ring, visible_shares
from cutroom.demo.shapes import Colour, Image, bake, draw

SIZE = 320
GREY = 114
"""What the borders around a picture that is not square are filled with."""

Rng = np.random.Generator
Labels = NDArray[np.float32]


def picture(seed: int, number: int) -> tuple[Image, Labels]:
    """One picture with its labels.

    Returns:
        (SIZE, SIZE, 3) uint8 RGB, and (N, 5) float32 rows: class id, x1, y1, x2, y2 in pixels.
    """
    rng = np.random.default_rng([seed, number])
    width, height = _content_size(rng)
    factor = int(rng.choice((1, 2, 4), p=(0.5, 0.3, 0.2))) if width * height < SIZE * SIZE else 1
    canvas = _backdrop(rng, width, height)
    if factor > 1:
        canvas = cv2.resize(canvas, (width * factor, height * factor), interpolation=cv2.INTER_LINEAR)
    for _ in range(int(rng.integers(0, 4))):
        _distract(rng, canvas, factor)
    strip = rng.random() < 0.35
    labels = _shapes(rng, canvas, canvas.shape[0] - (strip_height(canvas.shape[0]) if strip else 0), factor)
    _furniture(rng, canvas, factor, strip=strip)
    if factor > 1:
        canvas = cv2.resize(canvas, (width, height), interpolation=cv2.INTER_LINEAR)
    canvas = _worn(rng, canvas)
    left, top = (SIZE - width) // 2, (SIZE - height) // 2
    framed = np.full((SIZE, SIZE, 3), GREY, np.uint8)
    framed[top : top + height, left : left + width] = canvas
    labels[:, 1:] = labels[:, 1:] / factor + (left, top, left, top)
    return framed, labels


def _content_size(rng: Rng) -> tuple[int, int]:
    kind = rng.random()
    if kind < 0.5:
        return SIZE, 180
    if kind < 0.6:
        return SIZE, 240
    if kind < 0.68:
        return 180, SIZE
    return SIZE, SIZE


def _colour(rng: Rng, *, vivid: bool = True) -> Colour:
    saturation, value = (rng.uniform(0.25, 1), rng.uniform(0.45, 1)) if vivid else (rng.uniform(0, 0.8), rng.random())
    red, green, blue = colorsys.hsv_to_rgb(rng.random(), saturation, value)
    return round(red * 255), round(green * 255), round(blue * 255)


def _backdrop(rng: Rng, width: int, height: int) -> Image:
    palette = [_colour(rng, vivid=False) for _ in range(int(rng.integers(2, 5)))]
    kind = rng.random()
    if kind < 0.12:
        return np.full((height, width, 3), palette[0], np.uint8)
    if kind < 0.24:
        field = cloud(width, height, rng, coarse=int(rng.integers(4, 24)), octaves=4)
        return cv2.convertScaleAbs(tinted(field, np.array(palette, np.float32)))
    if rng.random() < 0.7:
        palette.sort(key=sum)
    return background(str(rng.choice(KINDS)), width, height, palette, rng)


def _shapes(rng: Rng, canvas: Image, height: int, factor: int) -> Labels:
    """Draw shapes into the upper `height` rows and give their labels."""
    width = canvas.shape[1]
    wanted = 0 if rng.random() < 0.06 else int(rng.integers(1, 8))
    outlines: list[Points] = []
    boxes: list[tuple[float, float, float, float]] = []
    classes: list[int] = []
    for _ in range(wanted):
        class_id = int(rng.integers(len(CLASSES)))
        size = _size(rng, min(width, height) / factor) * factor
        stretch = rng.uniform(0.92, 1.08, 2) if rng.random() < 0.3 else np.ones(2)
        turn = rng.uniform(0, 360) if rng.random() < 0.75 else rng.normal(0, 6)
        for _ in range(6):
            x, y = rng.uniform(0, width), rng.uniform(0, height)
            points = placed(outline(CLASSES[class_id]) * stretch * (size / 2), x, y, turn=turn)
            box = clipped_box(points, width, height)
            whole = np.prod(np.ptp(points, axis=0))
            if box is not None and _extent(box) >= 0.4 * whole and not any(_buries(box, other) for other in boxes):
                break
        else:
            continue
        colour = _contrasting(rng, canvas, x, y)
        sprite = bake(outline(CLASSES[class_id]) * stretch, size, colour, height=_gloss(rng))
        draw(canvas, sprite, x, y, turn=turn, shadow=rng.uniform(0.1, 0.5) if rng.random() < 0.8 else 0)
        outlines.append(points)
        boxes.append(box)
        classes.append(class_id)
    shares = visible_shares(outlines, width, height, step=factor)
    kept = [(float(c), *box) for c, box, share in zip(classes, boxes, shares, strict=True) if share >= 0.25]
    return np.array(kept, np.float32).reshape(-1, 5)


def _size(rng: Rng, limit: float) -> float:
    if rng.random() < 0.5:
        return float(rng.uniform(18, 60))
    return float(np.exp(rng.uniform(np.log(16), np.log(min(200.0, limit)))))


def _gloss(rng: Rng) -> float:
    return 1.0 if rng.random() < 0.6 else float(rng.uniform(0, 1.2))


def _extent(box: tuple[float, float, float, float]) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])


def _buries(new: tuple[float, float, float, float], old: tuple[float, float, float, float]) -> bool:
    """Whether two boxes share more than 40 % of the smaller one."""
    shared = max(0.0, min(new[2], old[2]) - max(new[0], old[0])) * max(0.0, min(new[3], old[3]) - max(new[1], old[1]))
    return shared > 0.4 * min(_extent(new), _extent(old))


def _contrasting(rng: Rng, canvas: Image, x: float, y: float) -> Colour:
    height, width = canvas.shape[:2]
    below = canvas[min(height - 1, max(0, int(y))), min(width - 1, max(0, int(x)))].astype(int)
    colour = _colour(rng)
    for _ in range(5):
        if sum(abs(int(below[channel]) - colour[channel]) for channel in range(3)) > 110:
            break
        colour = _colour(rng, vivid=rng.random() < 0.8)
    return colour


def _distract(rng: Rng, canvas: Image, factor: int) -> None:
    """Draw one thing that must not be found: no class has such an outline."""
    height, width = canvas.shape[:2]
    x, y = rng.uniform(0, width), rng.uniform(0, height)
    size = _size(rng, min(width, height) / factor) * factor
    colour = _contrasting(rng, canvas, x, y)
    kind = int(rng.integers(8))
    centre = (round(x), round(y))
    if kind == 0:
        cv2.circle(canvas, centre, round(size / 2), colour, max(2, round(size * rng.uniform(0.04, 0.14))), cv2.LINE_AA)
        return
    if kind == 1:
        end = (round(x + rng.normal(0, size)), round(y + rng.normal(0, size)))
        cv2.line(canvas, centre, end, colour, max(1, round(size * 0.06)), cv2.LINE_AA)
        return
    if kind == 2:
        words = "".join(rng.choice(list("ABCDEFGHKLMNRSTVWaegnrst0123456789"), int(rng.integers(2, 9))))
        scale = factor * rng.uniform(0.35, 1.6)
        face, weight = int(rng.choice((0, 2, 3, 4))), max(1, round(scale * rng.uniform(1, 3)))
        cv2.putText(canvas, words, centre, face, scale, colour, weight, cv2.LINE_AA)
        return
    sprite = bake(_other_outline(rng, kind), size, colour, height=_gloss(rng))
    draw(canvas, sprite, x, y, turn=rng.uniform(0, 360), shadow=rng.uniform(0, 0.4))


def _other_outline(rng: Rng, kind: int) -> Points:
    if kind == 3:
        return polygon(ring([1.0] * 64) * (1, rng.uniform(0.25, 0.66)))
    if kind == 4:
        return polygon(ring([1.0] * 4, -45) * (1, rng.uniform(0.12, 0.58)), rounding=rng.uniform(0, 0.4))
    if kind == 5:
        return polygon(ring([1.0] * int(rng.integers(5, 7))), rounding=rng.uniform(0, 0.15))
    if kind == 6:
        arc = np.linspace(0, np.pi, 32)
        outer = np.stack([np.cos(arc), np.sin(arc)], axis=1)
        inner = np.stack([np.cos(arc[::-1]), np.sin(arc[::-1]) * rng.uniform(0.0, 0.7)], axis=1)
        return polygon(np.concatenate([outer, inner[1:-1]]))
    radii = rng.uniform(0.35, 1.0, int(rng.integers(6, 9)))
    radii[:: int(rng.integers(2, 4))] = 1.0
    return polygon(ring([float(radius) for radius in radii]) * (1, rng.uniform(0.5, 0.8)), rounding=rng.uniform(0, 0.3))


def _furniture(rng: Rng, canvas: Image, factor: int, *, strip: bool) -> None:
    """What the film shows beside its shapes: the number strip, and captions on dark plates."""
    height, width = canvas.shape[:2]
    if strip:
        draw_frame_number(canvas, int(rng.integers(0, 1 << int(rng.integers(4, 24)))))
    if rng.random() < 0.3:
        wide, tall = round(width * rng.uniform(0.12, 0.4)), round(12 * factor * rng.uniform(0.7, 1.5))
        left, top = int(rng.integers(0, width - wide)), int(rng.choice((4 * factor, height - tall - 10 * factor)))
        plate = canvas[top : top + tall, left : left + wide]
        cv2.convertScaleAbs(plate, dst=plate, alpha=float(rng.uniform(0.3, 0.7)))
        words = "".join(rng.choice(list("0123456789: abcdefr"), int(rng.integers(4, 14))))
        base = (left + 3 * factor, top + round(tall * 0.8))
        cv2.putText(canvas, words, base, 2, tall / 34, (240, 240, 240), 1, cv2.LINE_AA)


def _worn(rng: Rng, canvas: Image) -> Image:
    """Camera and codec wear: grading, blur, noise, JPEG blocks."""
    if rng.random() < 0.4:
        canvas = cv2.convertScaleAbs(canvas, alpha=float(rng.uniform(0.6, 1.35)), beta=float(rng.uniform(0, 30)))
    if rng.random() < 0.2:
        grey = cv2.cvtColor(cv2.cvtColor(canvas, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
        canvas = cv2.addWeighted(canvas, 1 - (share := float(rng.uniform(0.2, 1))), grey, share, 0)
    blur = rng.random()
    if blur < 0.25:
        canvas = cv2.GaussianBlur(canvas, (0, 0), float(rng.uniform(0.3, 1.6)))
    elif blur < 0.33:
        length = int(rng.integers(3, 8))
        kernel = np.zeros((length, length), np.float32)
        cv2.line(kernel, (0, int(rng.integers(length))), (length - 1, int(rng.integers(length))), 1.0)
        canvas = cv2.filter2D(canvas, -1, kernel / kernel.sum())
    if rng.random() < 0.25:
        noise = rng.normal(0, rng.uniform(2, 14), canvas.shape).astype(np.float32)
        canvas = np.clip(canvas + noise, 0, 255).astype(np.uint8)
    if rng.random() < 0.4:
        quality = int(rng.integers(18, 90))
        coded = cv2.imencode(".jpg", canvas, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
        canvas = cv2.imdecode(coded, cv2.IMREAD_COLOR)
    return canvas
