"""What a signature declares, and what no effect can be."""

from __future__ import annotations

from typing import Annotated, Literal

import pytest

from cutroom.effects.checks import check
from cutroom.effects.python.code import PYTHON, code, packed, unpacked
from cutroom.effects.python.declared import registry_for, spec_of
from cutroom.effects.python.define import define
from cutroom.effects.registry import default_registry
from cutroom.errors import RenderError, UnknownNameError, ValidationError
from cutroom.schema.document import Document
from cutroom.schema.effect import Effect
from cutroom.schema.resource import Resource


def tint(
    frame,
    *,
    amount: Annotated[float, (0, 1), "How much."] = 0.5,
    steps: int = 3,
    side: Literal["left", "right"] = "left",
    bold: bool = False,
    label="x",
):
    """Tints the picture.

    More of it.
    """
    return frame


def test_a_signature_becomes_parameters_with_kinds_ranges_and_words():
    spec = define(tint, parameters={"steps": (1, 9)}).spec
    assert [(p.key, p.kind, p.default) for p in spec.parameters] == [
        ("amount", "float", 0.5),
        ("steps", "int", 3),
        ("side", "choice", "left"),
        ("bold", "bool", False),
        ("label", "text", "x"),
    ]
    amount, steps, side, *_ = spec.parameters
    assert (amount.range, amount.description, amount.moves) == ("0 … 1", "How much.", True)
    assert (steps.range, steps.moves, side.choices) == ("1 … 9", False, ("left", "right"))
    assert spec.description == "Tints the picture."
    assert not spec.clocked
    with pytest.raises(ValidationError, match="amount cannot be 2"):
        spec.values({"amount": 2})


def test_what_it_is_told_is_no_parameter():
    def drift(frame, *, time, index, amount=1):
        return frame

    spec = define(drift).spec
    assert spec.clocked
    assert [(p.key, p.kind) for p in spec.parameters] == [("amount", "int")]


def _none():
    return None


def _bare(frame, amount):
    return frame


def _many(frame, **values):
    return frame


def _odd(frame, shape=(1, 2)):
    return frame


def _far(frame, amount: float = 5.0):
    return frame


@pytest.mark.parametrize(
    ("function", "options", "told"),
    [
        (_none, {}, "takes no frame"),
        (_bare, {}, "amount has no default"),
        (_many, {}, "can be no parameter"),
        (_odd, {}, "a number, a truth value or a text"),
        (_far, {"parameters": {"amount": (0, 1)}}, "cannot be 5.0"),
        (_far, {"parameters": {"amuont": (0, 9)}}, "no _far parameter 'amuont'"),
        (_far, {"parameters": {"amount": (0, 1, 2)}}, "no range of amount"),
        (_far, {"dtype": "uint16"}, "no frames of 'uint16'"),
        (len, {}, "made of a function"),
        (lambda frame: frame, {}, "a lambda has no name"),
    ],
)
def test_what_no_effect_can_be_is_told(function, options, told):
    with pytest.raises(ValidationError, match=told):
        define(function, **options)


def test_code_that_is_too_large_is_refused():
    big = bytes(2 << 20)

    def large(frame):
        return frame + len(big)

    with pytest.raises(ValidationError, match="MiB; at most 1"):
        define(large)


def test_a_document_has_the_effects_that_it_holds_and_no_other_has_them():
    made = define(tint)
    document = Document(id="p", resources=(made.resource,))
    assert registry_for(document).effect(made.effect) is spec_of(made.resource)
    check(Effect(id="e_1", effect=made.effect, parameters={"amount": 1.0}), registry_for(document))
    assert registry_for(Document(id="p")) is default_registry()
    with pytest.raises(UnknownNameError):
        default_registry().effect(made.effect)


def test_nothing_that_the_code_says_can_be_changed_without_another_digest():
    made = define(tint)
    with pytest.raises(ValidationError, match="shows another text"):
        code(made.resource.replace(source="def tint(frame): harmless"))
    for data in (b"", b"{}\n", b"[1]\nx", b"\xff", b'{"format":1,"format":1}\n'):
        with pytest.raises(ValidationError, match="no code of an effect"):
            unpacked(data)
    with pytest.raises(ValidationError, match="no code of an effect"):
        registry_for(Document(id="p", resources=(Resource.of_payload(b"{}", source=""),)))


def test_code_of_another_python_is_not_run():
    made = define(tint)
    found, data = unpacked(made.resource.data)
    found.require_runnable()
    other = code(packed(found.replace(python="3.9"), data))
    with pytest.raises(RenderError, match=f"made by Python 3.9, and this is Python {PYTHON}"):
        other.require_runnable()


def test_the_document_knows_what_is_used():
    made, other = define(tint), define(_far)
    document = Document(id="p", resources=(made.resource, other.resource))
    assert document.used_resources == frozenset()
