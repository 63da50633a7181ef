"""What is acknowledged can be shown: an edit that no picture could be made of is refused when it is made."""

from __future__ import annotations

import pytest

import cutroom as cr
from cutroom.errors import ValidationError


@pytest.fixture
def timeline() -> cr.Timeline:
    return cr.Project.create(fps=30, size=(320, 180), sample_rate=48_000).timeline


@pytest.mark.parametrize(
    ("text", "style", "words"),
    [
        ("漢字", {}, "cannot draw"),
        ("ሰላም", {}, "cannot draw"),
        ("x", {"size": 0.001}, "size"),
        ("x", {"position": (1e308, 0)}, "position"),
        ("x", {"position": (0, float("nan"))}, "position"),
        ("x", {"max_width": 1e-300}, "max_width"),
    ],
)
def test_titles_that_cannot_be_drawn(timeline: cr.Timeline, text: str, style: dict, words: str) -> None:
    before = timeline.session.document
    with pytest.raises(ValidationError, match=words):
        timeline.add_title(text, at=0, duration=1, **style)
    assert timeline.session.document is before


@pytest.mark.parametrize(
    "style", [{"size": 0.01}, {"position": (10, -10)}, {"position": (-10, 10)}, {"max_width": 0.01}]
)
@pytest.mark.parametrize("size", [None, (16, 9)])
def test_the_extremes_that_are_allowed(timeline: cr.Timeline, style: dict, size: tuple[int, int] | None) -> None:
    timeline.add_title("Hello there", at=0, duration=1, **style)
    assert timeline.frame(0, size=size).array.shape[2] == 3


def test_a_crop_that_leaves_nothing(timeline: cr.Timeline) -> None:
    clip = timeline.add_title("x", at=0, duration=1)
    effect = clip.crop(left=0.6)
    before = timeline.session.document
    for attempt in (
        lambda: clip.crop(left=0.6, right=0.6),
        lambda: effect.set(right=0.4),
        lambda: clip.effects.add("crop", top=0.5, bottom=0.5),
    ):
        with pytest.raises(ValidationError, match="nothing would be left"):
            attempt()
    assert timeline.session.document is before
