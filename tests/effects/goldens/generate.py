"""The reference pictures of the catalogue: a sheet per group, and how they are made anew, at the repository's root:

    python -m tests.effects.goldens.generate

Look at them before they are committed: each cell must show what its entry says. Cells stand in the order of the
registry, row by row, `ACROSS` in a row; first comes the picture as it is. Colours are rounded to steps of `STEP`, so
that the files stay small.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from tests.effects.conftest import Planes, Studio

from cutroom.effects import templates
from cutroom.effects.compiler.document import compile_picture
from cutroom.effects.layouts import arranged
from cutroom.effects.registry import EffectSpec, default_registry
from cutroom.effects.run import PictureRunner
from cutroom.preview.rgb import to_rgb
from cutroom.schema.document import Document
from cutroom.schema.effect import Effect

FOLDER = Path(__file__).parent
WIDTH, HEIGHT = 48, 28
ACROSS = 8
STEP = 8
SPLITS = ("vertical-3", "horizontal-2", "diagonal-4", "grid-3x3", "one-large-plus-3", "picture-in-picture-top-right")
SPECS = [spec for spec in default_registry().specs if spec.kind == "video"]
GROUPS = list(dict.fromkeys(spec.group for spec in SPECS))
TRANSITIONS = list(default_registry().transitions.values())
WAYS = list(dict.fromkeys(spec.group for spec in TRANSITIONS))
VISIBLE: dict[str, dict[str, float]] = {
    "roll": {"way": 0.35},
    "blur": {"radius": 0.06},
    "box_blur": {"radius": 0.06},
    "deband": {"threshold": 0.1, "radius": 0.1},
    "pixelate": {"block": 0.2},
    "chromatic_aberration": {"amount": 0.05},
}
"""Where the example shows too little of it on so few pixels."""
Picture = NDArray[np.uint8]


def scene(i: int, turn: float = 0.0) -> Planes:
    """Bars of colours, a slope of greys in steps, a bright disc that moves to the right."""
    rows, columns = np.mgrid[0:HEIGHT, 0:WIDTH]
    bar = columns // 6
    angle = bar * np.pi / 4 + turn
    y = np.where(rows < 14, 60 + 18 * bar, 16 + 27 * bar)
    u, v = (np.where(rows < 14, 128 + 55 * part, 128) for part in (np.sin(angle), np.cos(angle)))
    disc = np.hypot(columns - 14 - 2 * i, rows - 17) < 6
    planes = [np.where(disc, value, plane) for plane, value in ((y, 225), (u, 110), (v, 140))]
    return [plane.astype(np.uint8) for plane in (planes[0], planes[1][::2, ::2], planes[2][::2, ::2])]


def picture(studio: Studio, document: Document, frame: int = 6) -> Picture:
    """A frame as a notebook shows it."""
    segment = compile_picture(document, frame, 1, results=studio.measured(document))
    with studio.readers() as readers, PictureRunner(segment, readers) as runner:
        return to_rgb(runner.frame(0))


class Desk:
    """Two films, and what lies over or beside one another of them."""

    def __init__(self, folder: Path) -> None:
        self.studio = Studio(folder)
        self.films = (self.studio.film(scene, 24), self.studio.film(lambda i: scene(12 - i, np.pi / 3), 24))
        self.below = self.studio.film(self.studio.flat(70, 150, 110, WIDTH, HEIGHT), 24)

    def over(self, *effects: Effect, below: str | None = None) -> Picture:
        """The first film with effects over another one, or a flat ground."""
        duration = Fraction(1, 2)
        tracks = [
            self.studio.track(self.studio.clip(below or self.below, duration)),
            self.studio.track(self.studio.clip(self.films[0], duration, effects=effects)),
        ]
        return picture(self.studio, self.studio.document(*tracks, width=WIDTH, height=HEIGHT))

    def effect(self, spec: EffectSpec) -> Picture:
        """What an effect does by its example."""
        values = VISIBLE.get(spec.effect) or self.studio.example(spec)
        if spec.effect == "chroma_key":
            values |= {"colour": "#3ec83e", "similarity": 0.12}
        effect = self.studio.effect(spec.effect, **values)
        if not spec.titles:
            return self.over(effect)
        title = self.studio.title("Words", 1, [effect], size=0.4)
        return picture(self.studio, self.studio.document(self.studio.track(title), width=WIDTH, height=HEIGHT))

    def group(self, name: str) -> Iterator[Picture]:
        """All effects of a group."""
        return (self.effect(spec) for spec in SPECS if spec.group == name)

    def transitions(self, group: str) -> Iterator[Picture]:
        """All of a group at three eighths of their way."""
        half = Fraction(8, 30)
        left, right = (self.studio.clip(film, half, half) for film in self.films)
        for name in (spec.transition for spec in TRANSITIONS if spec.group == group):
            join = self.studio.dissolve(left, right, half).evolve(transition=name)
            track = self.studio.track(left, right, transitions=[join])
            yield picture(self.studio, self.studio.document(track, width=WIDTH, height=HEIGHT), 7)

    def blends(self) -> Iterator[Picture]:
        """The first film over the second in each mode."""
        (modes,) = (p.choices for p in default_registry().effect("transform").parameters if p.key == "blend")
        return (self.over(self.studio.effect("transform", blend=mode), below=self.films[1]) for mode in modes)

    def splits(self) -> Iterator[Picture]:
        """Some split screens with a gap, and each cell's picture as a whole."""
        for name in SPLITS:
            cells = arranged(templates.get(name), WIDTH, HEIGHT, 0.03)
            tracks = [
                self.studio.track(
                    self.studio.clip(
                        self.films[number % 2], 1, effects=[self.studio.effect("cell", **cell, fit="stretch")]
                    )
                )
                for number, cell in enumerate(cells)
            ]
            yield picture(self.studio, self.studio.document(*tracks, width=WIDTH, height=HEIGHT))


SHEETS: dict[str, Callable[[Desk], Iterator[Picture]]] = {
    **{name.replace(" ", "_"): lambda desk, name=name: desk.group(name) for name in GROUPS},
    **{f"transitions_{name}".replace(" ", "_"): lambda desk, name=name: desk.transitions(name) for name in WAYS},
    "blend_modes": Desk.blends,
    "split_screens": Desk.splits,
}


def sheet(desk: Desk, name: str) -> Picture:
    """(rows * HEIGHT, ACROSS * WIDTH, 3): the cells of a sheet, white where there are no more."""
    cells = [desk.over(), *SHEETS[name](desk)]
    cells += [np.full((HEIGHT, WIDTH, 3), 255, np.uint8)] * (-len(cells) % ACROSS)
    return np.concatenate([np.concatenate(cells[i : i + ACROSS], axis=1) for i in range(0, len(cells), ACROSS)])


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as made:
        desk = Desk(Path(made))
        for name in SHEETS:
            rounded = np.minimum((sheet(desk, name).astype(int) + STEP // 2) // STEP * STEP, 255)
            Image.fromarray(rounded.astype(np.uint8)).save(FOLDER / f"{name}.png", optimize=True)
