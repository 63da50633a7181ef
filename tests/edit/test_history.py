"""What the steps of a long session keep in memory."""

from __future__ import annotations

from fractions import Fraction

from editing import build, ids

from cutroom.edit.apply import apply
from cutroom.edit.history import History, Step
from cutroom.edit.operations import Split


def test_old_documents_keep_no_places_and_still_answer() -> None:
    document, history = build(), History()
    for second in (1, 2, 4):
        operation = Split(clip=None, at=Fraction(second))
        made = apply(document, operation).document
        history = history.add(Step("split", operation, document, made))
        document = made
    changed = [
        (old, new) for step in history.steps for old, new in zip(step.before.tracks, step.after.tracks, strict=True)
        if old is not new
    ]  # fmt: skip
    assert changed
    known = set(document.tracks[0].__dict__) - set(type(document.tracks[0]).model_fields)
    assert known  # the latest document is ready for the next edit
    for old, _ in changed:
        assert not known & set(old.__dict__)
    back = history.undo()[1].before
    assert [back.clip_start(clip) for clip in ids(back)] == [0, 1, 2, 3]
