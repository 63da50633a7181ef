"""Titles against pictures that a person has looked at."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

HERE = Path(__file__).parent
_spec = importlib.util.spec_from_file_location("references", HERE / "references.py")
assert _spec is not None
assert _spec.loader is not None
references = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(references)


@pytest.mark.parametrize("name", references.MADE)
def test_a_title_looks_as_it_did(name: str) -> None:
    expected = np.asarray(Image.open(HERE / "references" / f"{name}.png")).astype(int)
    found = references.MADE[name]().astype(int)
    assert found.shape == expected.shape
    alpha = np.maximum(found[..., 3:], expected[..., 3:]) / 255
    assert np.abs((found - expected)[..., :3] * alpha).max() <= 2
    assert np.abs((found - expected)[..., 3]).max() <= 2
