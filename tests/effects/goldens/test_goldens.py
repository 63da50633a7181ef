"""Everything in the catalogue against pictures that a person has looked at; another processor may round otherwise."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tests.effects.goldens.generate import ACROSS, FOLDER, HEIGHT, SHEETS, STEP, WIDTH, Desk, sheet


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    return Desk(tmp_path_factory.mktemp("goldens"))


def unlike(one: np.ndarray, other: np.ndarray) -> list[int]:
    """Numbers of the cells that differ by more than what rounding leaves: on the whole, or in one pixel of twenty."""
    found = []
    for number in range(one.shape[0] // HEIGHT * ACROSS):
        row, column = divmod(number, ACROSS)
        part = np.s_[row * HEIGHT : (row + 1) * HEIGHT, column * WIDTH : (column + 1) * WIDTH]
        error = np.abs(one[part].astype(int) - other[part]).max(axis=-1)
        if error.mean() > STEP / 2 + 1 or np.percentile(error, 95) > STEP + 2:
            found.append(number)
    return found


@pytest.mark.parametrize("name", SHEETS)
def test_it_looks_as_it_did(desk: Desk, name: str) -> None:
    expected = np.asarray(Image.open(FOLDER / f"{name}.png"))
    made = sheet(desk, name)
    assert made.shape == expected.shape
    assert unlike(made, expected) == []


def test_a_picture_in_the_wrong_cell_is_found() -> None:
    """All that a sheet shows can be told from what stands beside it."""
    for name in SHEETS:
        expected = np.asarray(Image.open(FOLDER / f"{name}.png"))
        assert unlike(np.roll(expected, WIDTH, axis=1), expected), name


def test_they_are_small_and_all_of_them() -> None:
    files = {path.stem: path.stat().st_size for path in Path(FOLDER).glob("*.png")}
    assert set(files) == set(SHEETS)
    assert max(files.values()) <= 10_000
