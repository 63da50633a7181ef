"""What an error shows in a notebook."""

from __future__ import annotations

import linecache
from pathlib import Path

import pytest

import cutroom as cr
from cutroom.errors import CutroomError

CELL = """
def cut(tl, times):
    for time in times:
        tl.split(at=time)

cut(tl, [-1])
"""


def test_a_notebook_shows_the_lines_of_ones_own_by_way_of_which_it_came(tmp_path: Path) -> None:
    with cr.Project.create(tmp_path / "a.tlp", fps=25, size=(64, 64), sample_rate=48_000) as project:
        project.timeline.add_title("x", at=0, duration=1)
        name = str(tmp_path / "cell.py")
        linecache.cache[name] = (len(CELL), None, CELL.splitlines(keepends=True), name)
        with pytest.raises(CutroomError) as caught:
            exec(compile(CELL, name, "exec"), {"tl": project.timeline})
    first, *lines = caught.value._render_traceback_()
    assert first == f"{type(caught.value).__name__}: {caught.value}"
    assert lines[-2:] == ["  at line 6: cut(tl, [-1])", "  at line 4 in cut: tl.split(at=time)"]
    assert not any("src/cutroom" in line for line in lines)


def test_an_error_that_was_not_raised_shows_itself() -> None:
    assert CutroomError("no", hint="yes")._render_traceback_() == ["CutroomError: no\n  → yes"]
