"""Titles that say or look something else."""

from __future__ import annotations

import numpy as np
import pytest

import cutroom as cr
from cutroom.errors import ClipGoneError, EditError, ValidationError


@pytest.fixture
def project(film) -> cr.Project:
    made = cr.Project.create(fps=30)
    made.timeline.append(film.path, source=(0, 2))
    return made


def test_a_title_says_something_else_in_its_place(project: cr.Project) -> None:
    tl = project.timeline
    title = tl.add_title("Hello", at=0.5, duration=1, size=0.2, colour="#ff0000")
    first = tl.frame(1).array.copy()
    title.text = "Goodbye"
    assert (title.text, title.start, title.duration, title.style.size) == ("Goodbye", 0.5, 1, 0.2)
    assert project.last == "set title"
    assert (tl.frame(1).array != first).any()
    project.undo()
    assert (tl.frame(1).array == first).all()


def test_a_title_looks_different_where_its_style_says_so(project: cr.Project) -> None:
    tl = project.timeline
    title = tl.add_title("Hello", at=0, duration=1, size=0.3, colour="#ff0000", outline=0)
    letters = (tl.frame(0.5).array == (255, 0, 0)).all(axis=2)
    assert letters.any()
    title.style = {"colour": "#0000ff"}
    assert title.style.size == 0.3
    assert np.abs(tl.frame(0.5).array[letters] - np.array((0, 0, 255))).mean() < 5
    title.style = cr.ops.TitleStyle(size=0.1)
    assert (title.style.colour, title.style.size) == ("#ffffff", 0.1)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("text", 5), ("text", None), ("text", "x" * 20_000), ("text", "漢字"), ("style", {"size": 7}),
        ("style", {"colour": "rot"}), ("style", {"colr": "#ffffff"}), ("style", "big"), ("style", {5: 5}),
    ],
)  # fmt: skip
def test_values_that_a_title_does_not_take(project: cr.Project, name: str, value: object) -> None:
    title = project.timeline.add_title("Hello", at=0, duration=1)
    before = project.session.document
    with pytest.raises(ValidationError):
        setattr(title, name, value)
    assert project.session.document is before


def test_only_titles_have_a_text_and_a_style(project: cr.Project) -> None:
    clip = project.timeline.clips[0]
    assert (clip.text, clip.style) == (None, None)
    for name, value in (("text", "Hello"), ("style", {"size": 0.1})):
        with pytest.raises(EditError, match="is not a title"):
            setattr(clip, name, value)
    clip.delete()
    with pytest.raises(ClipGoneError):
        clip.text = "Hello"
