"""The protocol: checked on arrival, and its TypeScript up to date."""

from __future__ import annotations

import pydantic
import pytest

from cutroom.widgets.generate import target, typescript
from cutroom.widgets.protocol import FROM_BROWSER, Edit, FrameRequest


def test_typescript_is_what_the_models_say() -> None:
    assert target().read_text(encoding="utf-8") == typescript(), "stale: run `python -m cutroom.widgets.generate`"


def test_an_edit_arrives_as_an_operation() -> None:
    message = FROM_BROWSER.validate_python(
        {
            "type": "edit",
            "client": "a",
            "request": 3,
            "operation": {"op": "move", "clip": "c", "to": "1001/240000", "track": None},
        }
    )
    assert isinstance(message, Edit)
    assert str(message.operation.to) == "1001/240000"  # type: ignore[union-attr]
    assert message.operation.id.startswith("op_")


@pytest.mark.parametrize(
    "content",
    [
        None,
        "resync",
        {"type": "nonsense"},
        {"type": "resync"},
        {"type": "resync", "client": "x" * 1000},
        {"type": "seek", "client": "a", "frame": -1},
        {"type": "seek", "client": "a", "frame": float("nan")},
        {"type": "travel", "client": "a", "request": 1, "step": "sideways"},
        {"type": "edit", "client": "a", "request": 1, "operation": {"op": "move", "clip": "c", "to": 0.1}},
        {"type": "edit", "client": "a", "request": 1, "operation": {"op": "move", "clip": "c", "to": "-1/2"}},
        {"type": "edit", "client": "a", "request": 1, "operation": {"op": "add_media", "media": {}}},
    ],
)
def test_what_does_not_fit_is_refused(content: object) -> None:
    with pytest.raises(pydantic.ValidationError):
        FROM_BROWSER.validate_python(content)


def test_a_still_has_a_size_that_a_screen_can_have() -> None:
    request = {"type": "frame_request", "client": "a", "request": 1, "player": 1, "generation": 0, "frame": 0}
    assert isinstance(FROM_BROWSER.validate_python({**request, "width": 640, "height": 360}), FrameRequest)
    for size in ({"width": 100_000, "height": 360}, {"width": 640, "height": 0}):
        with pytest.raises(pydantic.ValidationError):
            FROM_BROWSER.validate_python({**request, **size})
