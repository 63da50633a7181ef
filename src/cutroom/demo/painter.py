"""Draws the demo film's frames from its plan."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

import cv2
import numpy as np
from PIL import Image as Pictures
from PIL import ImageDraw, ImageFont

from cutroom.demo.backgrounds import background
from cutroom.demo.framenumber import draw_frame_number, strip_height
from cutroom.demo.outlines import CLASSES, Points, clipped_box, outline, placed, visible_shares
from cutroom.demo.scenes import Scene
from cutroom.demo.shapes import Image, bake, draw
from cutroom.errors import UnsupportedMediaError

_MARGIN = 1.34  # how much larger than the picture a background is, so that the camera can move over it


@dataclass(frozen=True)
class Box:
    """One shape in one frame.

    Attributes:
        label: name of its class.
        class_id: position of the class in `shapes.CLASSES`.
        x1: left edge, pixels; the box holds the whole outline inside the picture, also where another shape covers it.
        y1: top edge.
        x2: right edge, exclusive.
        y2: bottom edge, exclusive; the number strip is no part of the picture.
        visible: how much of the shape can be seen, 0 … 1: inside the picture and not covered.
    """

    label: str
    class_id: int
    x1: float
    y1: float
    x2: float
    y2: float
    visible: float


class ScenePainter:
    """Draws the frames of one scene."""

    def __init__(self, scene: Scene, size: tuple[int, int], fps: Fraction, rng: np.random.Generator) -> None:
        self.scene, self.size, self.fps = scene, size, fps
        width, height = size
        wide, high = math.ceil(width * _MARGIN), math.ceil(height * _MARGIN)
        backdrop = _vignetted(background(scene.look.background, wide, high, list(scene.look.palette), rng))
        self._backdrop = cv2.cvtColor(backdrop, cv2.COLOR_RGB2RGBA)  # four channels warp faster than three
        self._sprites = [
            bake(outline(CLASSES[actor.class_id]), actor.size * width, actor.colour) for actor in scene.actors
        ]
        self._plates = Plates(size, f"{scene.number}  {scene.look.title}")

    def frame(self, number: int) -> tuple[Image, tuple[Box, ...]]:
        """The RGB picture of a frame of the film, and what is in it."""
        scene, width = self.scene, self.size[0]
        t = float((number - scene.first) / self.fps)
        share = (number - scene.first) / max(1, scene.end - scene.first - 1)
        eased = share * share * (3 - 2 * share)
        canvas = self._camera(eased)
        outlines: list[Points] = []
        for actor, sprite in zip(scene.actors, self._sprites, strict=True):
            x, y, turn, scale = actor.at(t)
            drift = (eased - 0.5) * 0.5
            x, y = (x - scene.pan[0] * drift) * width, (y - scene.pan[1] * drift) * width
            draw(canvas, sprite, x, y, turn=turn, scale=scale)
            outlines.append(placed(sprite.points, x, y, turn=turn, scale=scale))
        self._plates.draw(canvas, number, self.fps)
        draw_frame_number(canvas, number)
        return canvas, self._boxes(outlines)

    def _camera(self, eased: float) -> Image:
        """The part of the backdrop that the camera sees, by one sub-pixel warp."""
        scene, (width, height) = self.scene, self.size
        zoom = scene.zoom[0] + (scene.zoom[1] - scene.zoom[0]) * eased
        high, wide = self._backdrop.shape[:2]
        x = wide / 2 + scene.pan[0] * width * (eased - 0.5)
        y = high / 2 + scene.pan[1] * width * (eased - 0.5)
        matrix = np.array([[1 / zoom, 0, x - width / 2 / zoom], [0, 1 / zoom, y - height / 2 / zoom]])
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        seen = cv2.warpAffine(self._backdrop, matrix, (width, height), flags=flags)
        return np.asarray(cv2.cvtColor(seen, cv2.COLOR_RGBA2RGB), np.uint8)

    def _boxes(self, outlines: list[Points]) -> tuple[Box, ...]:
        width, height = self.size[0], self.size[1] - strip_height(self.size[1])
        step = max(1, width // 320)
        found = []
        shares = visible_shares(outlines, width, height, step=step)
        for actor, points, share in zip(self.scene.actors, outlines, shares, strict=True):
            box = clipped_box(points, width, height)
            if box is not None and share > 0:
                found.append(Box(CLASSES[actor.class_id], actor.class_id, *box, visible=round(share, 4)))
        return tuple(found)


class Plates:
    """The captions: the scene's title above, frame number and timecode below, each on a dark rounded plate."""

    def __init__(self, size: tuple[int, int], title: str) -> None:
        self.size = size
        unit = size[1] / 720
        self._font = _font(max(9, round(26 * unit)))
        self._unit = unit
        self._glyphs = {character: self._glyph(character) for character in "0123456789:"}
        self._title = _plate(title, self._font, round(12 * unit))
        sample = self._line(0, Fraction(30))
        advance = sum(self._glyphs[character].shape[1] if character != " " else self._gap for character in sample)
        self._counter = _blank_plate(advance + 2 * round(14 * unit), self._title.shape[0], round(12 * unit))

    def draw(self, canvas: Image, number: int, fps: Fraction) -> None:
        """Draw both plates into an RGB canvas, in place."""
        edge = round(22 * self._unit)
        _blend(canvas, self._title, edge, edge)
        height = self.size[1]
        top = height - strip_height(height) - edge - self._counter.shape[0]
        _blend(canvas, self._counter, edge, top)
        x = edge + round(14 * self._unit)
        for character in self._line(number, fps):
            if character == " ":
                x += self._gap
                continue
            glyph = self._glyphs[character]
            y = top + (self._counter.shape[0] - glyph.shape[0]) // 2
            below = canvas[y : y + glyph.shape[0], x : x + glyph.shape[1]]
            shown = glyph[: below.shape[0], : below.shape[1]]
            below[:] = np.maximum(below, np.broadcast_to(shown[..., None], below.shape))
            x += glyph.shape[1]

    @property
    def _gap(self) -> int:
        return round(16 * self._unit)

    @staticmethod
    def _line(number: int, fps: Fraction) -> str:
        """Frame number and non-drop timecode."""
        rate = round(fps)
        seconds, frame = divmod(number, rate)
        return f"{number:06d} {seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}:{frame:02d}"

    def _glyph(self, character: str) -> Image:
        """A character as grey levels, digits all equally wide so that the counter does not tremble."""
        ascent, descent = self._font.getmetrics()
        wide = math.ceil(max(self._font.getlength(digit) for digit in "0123456789"))
        wide = wide if character.isdigit() else math.ceil(self._font.getlength(character))
        picture = Pictures.new("L", (wide, ascent + descent))
        place = (wide - self._font.getlength(character)) / 2
        ImageDraw.Draw(picture).text((place, 0), character, fill=245, font=self._font)
        return np.asarray(picture)


def _font(size: int) -> ImageFont.FreeTypeFont:
    """Pillow's own typeface; without FreeType it would be a bitmap that has no sizes."""
    font = ImageFont.load_default(size)
    if not isinstance(font, ImageFont.FreeTypeFont):
        raise UnsupportedMediaError(
            "this Pillow cannot draw text",
            value=ImageFont.__name__,
            hint="install a Pillow with FreeType, as its wheels are",
        )
    return font


def _plate(text: str, font: ImageFont.FreeTypeFont, radius: int) -> Image:
    """A caption on its plate, RGBA."""
    left, _, right, _ = font.getbbox(text)
    ascent, descent = font.getmetrics()
    plate = _blank_plate(math.ceil(right - left) + 2 * radius + 4, ascent + descent + radius, radius)
    picture = Pictures.fromarray(plate)
    middle = plate.shape[0] / 2
    ImageDraw.Draw(picture).text((plate.shape[1] / 2, middle), text, fill=(245, 245, 245, 255), font=font, anchor="mm")
    return np.asarray(picture)


def _blank_plate(width: int, height: int, radius: int) -> Image:
    fine = Pictures.new("L", (width * 4, height * 4))
    ImageDraw.Draw(fine).rounded_rectangle((0, 0, width * 4 - 1, height * 4 - 1), radius * 4, fill=140)
    plate = np.zeros((height, width, 4), np.uint8)
    plate[..., :3] = (14, 16, 22)
    plate[..., 3] = np.asarray(fine.resize((width, height), Pictures.Resampling.BOX))
    return plate


def _blend(canvas: Image, plate: Image, x: int, y: int) -> None:
    below = canvas[y : y + plate.shape[0], x : x + plate.shape[1]]
    shown = plate[: below.shape[0], : below.shape[1]]
    alpha = shown[..., 3:].astype(np.uint16)
    below[:] = (below * (255 - alpha) + shown[..., :3] * alpha + 127) // 255


def _vignetted(picture: Image) -> Image:
    height, width = picture.shape[:2]
    x = np.linspace(-1, 1, width, dtype=np.float32)[None, :]
    y = np.linspace(-1, 1, height, dtype=np.float32)[:, None]
    return (picture * (1 - 0.16 * (x * x + y * y))[..., None]).astype(np.uint8)
