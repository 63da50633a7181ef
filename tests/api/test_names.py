"""The public names."""

from __future__ import annotations

import inspect

import cutroom as cr


def test_every_public_name_is_listed_and_can_be_loaded() -> None:
    assert set(cr.__all__) == {*cr._HOMES, *cr._MODULES}
    assert all(getattr(cr, name) is not None for name in cr.__all__)
    assert cr.errors.CutroomError is cr.CutroomError


def test_options_of_questions_are_named() -> None:
    for question in (cr.scenes, cr.silences, cr.detect):
        kinds = {parameter.kind for parameter in inspect.signature(question).parameters.values()}
        assert inspect.Parameter.VAR_KEYWORD not in kinds
