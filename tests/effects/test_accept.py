"""What a timeline must never hold is refused before it does, one operation of a batch after the other."""

from __future__ import annotations

from fractions import Fraction

import pytest

import cutroom as cr
from cutroom.edit import operations as ops
from cutroom.errors import CutroomError, UnknownNameError, ValidationError
from cutroom.schema.effect import Effect

F = Fraction


@pytest.fixture
def project(film) -> cr.Project:
    made = cr.Project.create(fps=30)
    made.timeline.append(film.path, source=(1, 3))
    return made


@pytest.mark.parametrize(
    ("effect", "refused"),
    [
        (Effect(id="e_1", effect="nonsense"), UnknownNameError),
        (Effect(id="e_1", effect="blur", parameters={"radius": 7.0}), ValidationError),
        (Effect(id="e_1", effect="gain"), ValidationError),
        (Effect(id="e_1", effect="crop", parameters={"left": 0.6, "right": 0.6}), ValidationError),
    ],
)
def test_rows_bring_in_no_effects_that_cannot_be(project: cr.Project, effect: Effect, refused: type[Exception]) -> None:
    picture = project.timeline.track("V1").clips[0]
    placed = ops.Placed(track="V1", at=F(0), clip=picture.value.evolve(effects=(effect,), link=None))
    before = project.session.document
    with pytest.raises(refused):
        project.apply(ops.Arrange(tracks=("V1",), placed=(placed,)))
    assert project.session.document is before


def test_a_later_step_may_take_away_what_it_changed(project: cr.Project, film) -> None:
    tl = project.timeline

    def first(end: float) -> None:
        with project.edit("rough", rerun="replace"):
            tl.append(film.path, source=(3, end))

    first(4)
    with project.edit("try, and give up"):
        clip = tl.clips[0]
        clip.effects.add("brightness", value=0.2)
        tl.add_transition("dissolve", None, clip, duration=0.2)
        clip.delete()
    first(4.5)
    assert [c.duration for c in tl.track("V1").clips] == [F(3, 2)], "the first clip is gone, the second longer"


def test_a_batch_is_refused_for_what_it_does_in_between(project: cr.Project) -> None:
    clip = project.timeline.clips[0].id
    before = project.session.document
    operations = (ops.AddEffect(clip=clip, effect="nonsense"), ops.Delete(clip=clip))
    with pytest.raises(CutroomError, match="nonsense"):
        project.apply(ops.Batch(operations=operations))
    assert project.session.document is before
