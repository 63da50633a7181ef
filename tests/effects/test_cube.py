"""Reading .cube files."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest

from cutroom.effects import cube
from cutroom.effects.cube import parse_cube
from cutroom.errors import ValidationError


def written(table, *head, size=None):
    """A .cube file of a table indexed by blue, green, red."""
    rows = table.reshape(-1, 3)
    name = "LUT_3D_SIZE" if table.ndim == 4 else "LUT_1D_SIZE"
    lines = [*head, f"{name} {size or len(table)}", *(" ".join(f"{value:.6f}" for value in row) for row in rows)]
    return "\n".join(lines).encode()


def test_red_changes_fastest_and_comments_and_blank_lines_do_not_count():
    axis = np.array([0.0, 0.25, 1.0])
    blue, green, red = np.meshgrid(axis, axis, axis, indexing="ij")
    table = np.stack([red, green, blue], axis=-1)
    text = written(table, "# made by hand", 'TITLE "Warm # 2"', "", "DOMAIN_MIN 0 0 0").replace(
        b"\n0.250000", b" # here\n\n0.250000", 1
    )
    read = parse_cube(b"\xef\xbb\xbf" + text.replace(b"\n", b"\r\n"))
    assert np.allclose(read.table, table)
    assert read.size == 3
    assert (read.low, read.high) == ((0, 0, 0), (1, 1, 1))
    assert read.title.startswith("Warm")


@pytest.mark.parametrize("size", [2, 129])
def test_the_smallest_and_the_largest(size):
    table = np.random.default_rng(0).random((size, size, size, 3))
    assert np.allclose(parse_cube(written(table)).table, table, atol=1e-6)


def test_domains_and_input_ranges():
    curve = np.linspace(0, 1, 4)[:, None].repeat(3, axis=1)
    read = parse_cube(written(curve, "DOMAIN_MIN -0.5 0 0.1", "DOMAIN_MAX 1 2 3"))
    assert (read.low, read.high) == ((-0.5, 0, 0.1), (1, 2, 3))
    read = parse_cube(written(curve, "LUT_1D_INPUT_RANGE 0.1 0.9"))
    assert (read.low, read.high) == ((0.1,) * 3, (0.9,) * 3)


ENTRIES = b"0 0 0\n1 1 1\n"


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "line 1: there is no LUT_1D_SIZE or LUT_3D_SIZE"),
        (b"LUT_1D_SIZE 2\nLUT_3D_SIZE 2\n" + ENTRIES, "line 1: there is both a 1D and a 3D table"),
        (b"LUT_3D_SIZE 1\n0 0 0\n", "line 1: LUT_3D_SIZE is 2 to 129, not '1'"),
        (b"\nLUT_3D_SIZE 130\n", "line 2: LUT_3D_SIZE is 2 to 129, not '130'"),
        (b"LUT_1D_SIZE 65537\n", "line 1: LUT_1D_SIZE is 2 to 65536"),
        (b"LUT_3D_SIZE many\n", "line 1: LUT_3D_SIZE is 2 to 129, not 'many'"),
        (b"LUT_3D_SIZE\n", "line 1: LUT_3D_SIZE takes 1 numbers"),
        (b"LUT_1D_SIZE 2\n0 0 0\n1 1\n", "line 3: an entry is three numbers, not '1 1'"),
        (b"LUT_1D_SIZE 2\n0 0 0\n1 1 1 0 0 0\n", "line 3: an entry is three numbers"),
        (b"LUT_1D_SIZE 2\n0 0 0\n1 one 1\n", "line 3: an entry is three numbers, not '1 one 1'"),
        (b"LUT_1D_SIZE 2\n0 0 0\n1 nan 1\n", "line 3: an entry is three numbers, not '1 nan 1'"),
        (b"LUT_1D_SIZE 2\n0 0 0\n1 1e99 1\n", "line 3: an entry is three numbers, not '1 1e99 1'"),
        (b"LUT_1D_SIZE 3\n" + ENTRIES, "line 3: it ends after 2 of 3 entries"),
        (b"LUT_1D_SIZE 2\n" + ENTRIES + b"0 0 0\n", "line 4: there are more than 2 entries"),
        (b"DOMAIN_MIN 0 0 1\n\nLUT_1D_SIZE 2\n" + ENTRIES, "line 1: the domain ends before it begins"),
        (b"DOMAIN_MAX 1 x 1\nLUT_1D_SIZE 2\n" + ENTRIES, "line 1: DOMAIN_MAX is 3 numbers, not '1 x 1'"),
        (b"LUT_1D_SIZE 2\nDOMAIN_MAX 1 1\n" + ENTRIES, "line 2: DOMAIN_MAX takes 3 numbers"),
        (b"LUT_1D_SIZE 2\nGAMMA 2\n" + ENTRIES, "line 2: 'GAMMA' means nothing in a .cube file"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "line 1: .* means nothing in a .cube file"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_wrong_is_named_with_its_line(data, says):
    with pytest.raises(ValidationError, match=says) as caught:
        parse_cube(data, "warm.cube")
    assert str(caught.value).startswith("warm.cube, line ")
    assert caught.value.hint


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"LUT_3D_SIZE 2\n" + b"0 0 0\n" * 500_000, "line 10: there are more than 8 entries"),
        (b"LUT_3D_SIZE 2\n" + b"0 " * 1_500_000, "line 2: it is longer than 10,000 characters"),
        (b"\n" * 3_000_000, "line 9001: there are more than 9,000 lines"),
        (b"LUT_3D_SIZE 2\n0 0 0\n" + b"\n" * 3_000_000, "line 9001: there are more than 9,000 lines"),
    ],
)
def test_what_is_too_long_is_not_read_to_its_end(data, says, monkeypatch):
    monkeypatch.setattr(cube, "_MOST_LINES", 9_000)
    tracemalloc.start()
    try:
        with pytest.raises(ValidationError, match=says):
            parse_cube(data)
        assert tracemalloc.get_traced_memory()[1] < 6 * len(data)
    finally:
        tracemalloc.stop()
