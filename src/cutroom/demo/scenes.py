"""What happens in the demo film: scenes, camera moves and shapes, decided from a seed before anything is drawn.

Places are in units of the picture's width, so that a plan does not depend on the film's size.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from cutroom.demo.outlines import CLASSES
from cutroom.demo.shapes import Colour

STAR = CLASSES.index("star")


@dataclass(frozen=True)
class Look:
    """A background with the colours that go with it: of the background, the deepest first, and of the shapes."""

    title: str
    background: str
    palette: tuple[Colour, ...]
    colours: tuple[Colour, ...]


LOOKS: tuple[Look, ...] = (
    Look(
        "Dunes", "dunes", ((29, 53, 87), (69, 123, 157), (168, 218, 220)),
        ((255, 107, 107), (255, 209, 102), (247, 127, 0), (255, 236, 209), (239, 71, 111)),
    ),
    Look(
        "Dusk", "dusk", ((45, 24, 72), (150, 62, 110), (245, 176, 128)),
        ((46, 196, 182), (255, 230, 109), (94, 196, 255), (250, 250, 245), (63, 94, 251)),
    ),
    Look(
        "Contours", "ripples", ((18, 55, 52), (52, 110, 92), (132, 176, 132)),
        ((255, 122, 89), (255, 200, 60), (240, 240, 232), (214, 64, 159), (255, 150, 170)),
    ),
    Look(
        "Blueprint", "grid", ((14, 26, 58), (28, 64, 112), (70, 128, 170)),
        ((255, 183, 3), (251, 86, 7), (142, 236, 245), (255, 0, 110), (245, 245, 250)),
    ),
    Look(
        "Awning", "bands", ((74, 34, 86), (188, 78, 112), (244, 172, 150)),
        ((38, 70, 160), (42, 190, 170), (255, 240, 150), (20, 110, 190), (250, 250, 250)),
    ),
    Look(
        "Mist", "mist", ((52, 58, 80), (126, 140, 166), (214, 222, 232)),
        ((214, 40, 57), (29, 99, 200), (13, 148, 110), (240, 130, 20), (110, 50, 170)),
    ),
)  # fmt: skip


@dataclass(frozen=True)
class Actor:
    """One shape and its way through a scene. Times in seconds from the scene's start, turns in clockwise degrees."""

    class_id: int
    colour: Colour
    size: float
    start: tuple[float, float]
    velocity: tuple[float, float]
    sway: tuple[float, float]
    period: float
    turn: float
    spin: float
    pulse: float

    def at(self, t: float) -> tuple[float, float, float, float]:
        """Where it is at `t`: x, y, turn, scale."""
        phase = 2 * math.pi * t / self.period
        x = self.start[0] + self.velocity[0] * t + self.sway[0] * math.sin(phase)
        y = self.start[1] + self.velocity[1] * t + self.sway[1] * math.cos(phase)
        return x, y, self.turn + self.spin * t, 1 + self.pulse * math.sin(phase * 1.3)


@dataclass(frozen=True)
class Scene:
    """A shot between two cuts: its number from 1, frames [first, end), a look, a camera that pans and zooms, actors."""

    number: int
    first: int
    end: int
    look: Look
    pan: tuple[float, float]
    zoom: tuple[float, float]
    actors: tuple[Actor, ...]


def plan_scenes(frames: int, fps: float, aspect: float, rng: np.random.Generator) -> tuple[Scene, ...]:
    """The scenes of a film, three to eight seconds each, at least two where there are frames for it.

    Args:
        frames: of the whole film.
        fps: frames a second.
        aspect: height over width.
        rng: source of all randomness.
    """
    count = min(frames, max(2, round(frames / fps / 5.2)))
    weights = rng.uniform(0.75, 1.35, count)
    edges = np.round(np.concatenate([[0.0], np.cumsum(weights)]) / weights.sum() * frames).astype(int)
    scenes = []
    for number, (first, end) in enumerate(pairwise(edges)):
        look = LOOKS[number % len(LOOKS)]
        actors = _cast(number, look, (end - first) / fps, aspect, rng)
        heading, far = rng.uniform(0, 2 * math.pi), rng.uniform(0.05, 0.09)
        near, wide = (1.0, rng.uniform(1.06, 1.14)) if rng.random() < 0.5 else (rng.uniform(1.06, 1.14), 1.0)
        pan = (far * math.cos(heading), far * math.sin(heading) * aspect)
        scenes.append(Scene(number + 1, int(first), int(end), look, pan, (near, wide), actors))
    return tuple(scenes)


def _cast(number: int, look: Look, seconds: float, aspect: float, rng: np.random.Generator) -> tuple[Actor, ...]:
    """Three to five shapes. Stars play in every second scene only, so that they make a meaningful cut."""
    others = [class_id for class_id in range(len(CLASSES)) if class_id != STAR]
    skipped = (number * 2) % len(others)  # each scene also lacks another class in turn
    chosen = [others[(skipped + step) % len(others)] for step in range(1, 1 + int(rng.integers(3, 5)))]
    if number % 2 == 0:
        chosen[-1] = STAR
        if rng.random() < 0.5:
            chosen.append(STAR)
    colours = [look.colours[index] for index in rng.permutation(len(look.colours))]
    cast: list[Actor] = []
    for place, class_id in enumerate(chosen):
        tries = [_actor(class_id, colours[place % len(colours)], seconds, aspect, rng) for _ in range(60)]
        cast.append(min(tries, key=lambda actor: _crowding(actor, cast, seconds, aspect)))
    return tuple(cast)


def _actor(class_id: int, colour: Colour, seconds: float, aspect: float, rng: np.random.Generator) -> Actor:
    size = rng.uniform(0.072, 0.168)
    middle = (rng.uniform(0.02, 0.98), rng.uniform(0.1, 0.84) * aspect)
    heading, speed = rng.uniform(0, 2 * math.pi), rng.uniform(0.015, 0.075)
    velocity = (speed * math.cos(heading), 0.6 * speed * math.sin(heading))
    return Actor(
        class_id=class_id,
        colour=colour,
        size=size,
        start=(middle[0] - velocity[0] * seconds / 2, middle[1] - velocity[1] * seconds / 2),
        velocity=velocity,
        sway=(rng.uniform(0, 0.02), rng.uniform(0.004, 0.022)),
        period=rng.uniform(2.2, 4.5),
        turn=rng.uniform(-20, 20),
        spin=rng.uniform(8, 50) * rng.choice((-1.0, 1.0)),
        pulse=rng.uniform(0, 0.05),
    )


def _crowding(actor: Actor, others: list[Actor], seconds: float, aspect: float) -> float:
    """How much an actor would be in the way: overlaps with others or the captions, time spent outside the picture."""
    worst = 0.0
    for t in np.linspace(0, seconds, 7):
        x, y, _, _ = actor.at(float(t))
        outside = max(-x, x - 1, -y, y - 0.93 * aspect, 0.0)
        worst += outside / actor.size * 0.15
        worst += sum(_covers(corner, x, y, actor.size) for corner in _captions(aspect))
        for other in others:
            other_x, other_y, _, _ = other.at(float(t))
            apart = math.hypot(x - other_x, y - other_y) / ((actor.size + other.size) * 0.62)
            worst += max(0.0, 1 - apart) * 2
    return worst


def _captions(aspect: float) -> tuple[tuple[float, float, float, float], ...]:
    """Where the captions stand: left, top, right, bottom."""
    return (0.0, 0.0, 0.17, 0.1 * aspect), (0.0, 0.86 * aspect, 0.235, aspect)


def _covers(corner: tuple[float, float, float, float], x: float, y: float, size: float) -> float:
    """How deep a shape reaches into a corner, 0 … 1."""
    left, top, right, bottom = corner
    apart = math.hypot(max(left - x, x - right, 0.0), max(top - y, y - bottom, 0.0))
    return max(0.0, 1 - apart / (0.56 * size))
