"""What a picture is made of: every file that it needs, and no other."""

from __future__ import annotations

from fractions import Fraction

import pytest

from cutroom.effects.compiler.document import compile_picture
from cutroom.effects.nodes import Filter, Lut3d, Moving
from cutroom.effects.segment import node_inputs, picture_inputs
from cutroom.schema.curve import Keyframe
from cutroom.schema.media import Fingerprint
from cutroom.schema.resource import Resource

BLUR = Filter(filter="gblur", args={"sigma": 2.0})
ONE, TWO, THREE = "a" * 64, "b" * 64, "c" * 64


def _lut(sha256: str) -> Lut3d:
    return Lut3d(sha256=sha256, strength=1.0)


@pytest.mark.parametrize(
    ("nodes", "files"),
    [
        ((), []),
        ((BLUR,), []),
        ((_lut(ONE),), [ONE]),
        ((BLUR, _lut(ONE), _lut(TWO)), [ONE, TWO]),
        ((_lut(ONE), BLUR, _lut(ONE)), [ONE, ONE]),
        ((Moving(frames=((_lut(ONE),), (), (BLUR, _lut(TWO)))), _lut(THREE)), [ONE, TWO, THREE]),
    ],
)
def test_every_file_of_a_chain_is_named_in_order(nodes, files) -> None:
    assert list(node_inputs(nodes)) == files


def test_the_tables_of_both_sides_of_a_transition_are_inputs(studio) -> None:
    """One table of the outgoing clip, an animated one of the incoming clip, one of a title above, and both films."""

    def effect(sha256, **more):
        return studio.effect("lut3d", file=sha256).evolve(**more)

    curves = {"strength": (Keyframe(time=Fraction(0), value=0.0), Keyframe(time=Fraction(1), value=1.0))}
    films = [studio.film(studio.flat(value), 60) for value in (50, 90)]
    left = studio.clip(films[0], 1, "1/2", effects=[effect(ONE)])
    right = studio.clip(films[1], 1, "1/2", effects=[effect(TWO, curves=curves)])
    title = studio.title("Hi", 2, effects=[effect(THREE)])
    tracks = (studio.track(left, right, transitions=[studio.dissolve(left, right, "1/2")]), studio.track(title))
    resources = tuple(
        Resource(kind="lut", path=f"{sha256[:1]}.cube", fingerprint=Fingerprint(sha256=sha256, size=9))
        for sha256 in (ONE, TWO, THREE)
    )
    document = studio.document(*tracks).evolve(resources=resources)
    shown = [studio.media[film].fingerprint.sha256 for film in films]
    assert set(picture_inputs(compile_picture(document, 30, 3))) == {ONE, TWO, THREE, *shown}
    assert set(picture_inputs(compile_picture(document, 0, 1))) == {ONE, THREE, shown[0]}
