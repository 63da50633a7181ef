"""An error names the remedy: the name that this program uses, or the verb that does what was meant."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

import cutroom as cr
from cutroom.effects.registry import default_registry
from cutroom.effects.synonyms import EFFECTS, TRANSITIONS, VERBS
from cutroom.errors import UnknownNameError, ValidationError


@pytest.fixture
def clip() -> cr.Clip:
    project = cr.Project.create(fps=25, size=(160, 90), sample_rate=48_000)
    return project.timeline.add_title("Hi", at=0, duration=2)


def refused(call: Callable[[], object], kind: type[ValidationError] = ValidationError) -> ValidationError:
    with pytest.raises(kind) as caught:
        call()
    return caught.value


def test_a_parameter_that_is_none_is_named_before_its_keyframes_are_looked_at(clip: cr.Clip) -> None:
    fx = clip.effects.add("brightness", value=0.2)
    for keys in ({0: 0}, {}, 7, {0: 0, 1: 1}):
        error = refused(lambda keys=keys: fx.animate("valu", keys), UnknownNameError)
        assert error.message == "there is no brightness parameter 'valu'"
        assert error.hint == "did you mean 'value'?"
    assert "two keyframes" in refused(lambda: fx.animate("value", {0: 0})).message
    assert fx.keyframes == {}


def test_what_cannot_be_animated_is_said_before_its_keyframes_are_looked_at(clip: cr.Clip) -> None:
    flip: Any = clip.effects.add("flip")
    error = refused(lambda: flip.animate("direction", {0: "horizontal"}))
    assert error.message == "flip: direction cannot be animated: it is a choice"
    blur = clip.effects.add("denoise")
    assert "cannot be animated" in refused(lambda: blur.animate("strength", {0: 1})).message


def test_a_function_that_is_no_effect_yet_is_told_how_to_become_one(clip: cr.Clip) -> None:
    def tint(frame: Any) -> Any:
        return frame

    for wrong in (tint, lambda frame: frame):
        for verb in (clip.effects.add, clip.effects.replace):
            error = refused(lambda wrong=wrong, verb=verb: verb(wrong))
            assert "@cr.effect" in (error.hint or "")
    assert "a text" in refused(lambda: clip.effects.add(7)).message  # type: ignore[call-overload]
    assert len(clip.effects) == 0


def test_negative_values_name_the_verb_that_was_meant(project_clip: cr.Clip) -> None:
    for speed in (-1, -0.5, Fraction(-1), {0: -1, 1: -2}):
        assert "clip.reverse()" in (refused(lambda speed=speed: project_clip.retime(speed)).hint or "")
    assert refused(lambda: project_clip.retime(11)).hint is None
    error = refused(lambda: project_clip.transform(scale=-1))
    assert "clip.effects.add('flip')" in (error.hint or "")
    assert "flip" not in (refused(lambda: project_clip.transform(scale=100)).hint or "")


@pytest.fixture
def project_clip(film) -> cr.Clip:
    return cr.Project.create(fps=30, size=(64, 36)).timeline.append(film.path, source=(0, 2))


@pytest.mark.parametrize(
    ("written", "hint"),
    [
        ("crossfade", "did you mean 'dissolve'?"),
        ("Cross Dissolve", "did you mean 'dissolve'?"),
        ("fade", "did you mean 'dissolve' or 'fade_black'?"),
    ],
)
def test_names_of_transitions_elsewhere(film, written: str, hint: str) -> None:
    timeline = cr.Project.create(fps=30, size=(64, 36)).timeline
    first = timeline.append(film.path, source=(1, 2))
    second = timeline.append(film.path, source=(3, 4))
    assert refused(lambda: timeline.add_transition(written, first, second, duration=0.5), UnknownNameError).hint == hint
    assert refused(lambda: cr.transitions.get(written), UnknownNameError).hint == hint


@pytest.mark.parametrize(
    ("written", "hint"),
    [
        ("greenscreen", "did you mean 'chroma_key'?"),
        ("green screen", "did you mean 'chroma_key'?"),
        ("bw", "did you mean 'grayscale'?"),
        ("volume", "did you mean 'gain'?"),
        ("speed", "clip.retime(2) plays it twice as fast"),
    ],
)
def test_names_of_effects_elsewhere(written: str, hint: str) -> None:
    assert refused(lambda: cr.effects.get(written), UnknownNameError).hint == hint


def test_an_effect_on_sound_is_named_on_a_picture_too(clip: cr.Clip) -> None:
    assert refused(lambda: clip.effects.add("volume"), UnknownNameError).hint == "did you mean 'gain'?"
    assert "linked clip" in (refused(lambda: clip.effects.add("gain")).hint or "")


def test_every_synonym_leads_to_something_that_there_is() -> None:
    registry = default_registry()
    assert {name for names in EFFECTS.values() for name in names} <= registry.effects.keys()
    assert {name for names in TRANSITIONS.values() for name in names} <= registry.transitions.keys()
    assert not (EFFECTS.keys() | VERBS.keys()) & registry.effects.keys()
    assert not TRANSITIONS.keys() & registry.transitions.keys()


def test_a_switch_says_true_or_false(clip: cr.Clip) -> None:
    add: Any = clip.effects.add
    assert refused(lambda: add("luma_key", invert=1)).hint == "invert takes True or False; default False"


@pytest.mark.parametrize("value", [Fraction(1, 4), np.float32(0.25), np.float64(0.25), np.array(0.25)[()]])
def test_a_number_may_be_a_fraction_or_of_numpy(clip: cr.Clip, value: Any) -> None:
    fx: Any = clip.effects.add("brightness", value=value)
    assert fx.parameters == {"value": 0.25}
    assert type(fx.parameters["value"]) is float
    fx.set(value=value / 2)
    assert fx.parameters == {"value": 0.125}
    fx.animate("value", {Fraction(0): value, 1: value / 2})
    assert [key.value for key in fx.keyframes["value"]] == [0.25, 0.125]
    clip.transform(scale=value, position=(value, Fraction(1, 8)))
    assert clip.effects["transform"].parameters == {"scale": 0.25, "position_x": 0.25, "position_y": 0.125}


def test_a_whole_number_of_an_effect_stays_whole(clip: cr.Clip) -> None:
    add: Any = clip.effects.add
    assert add("brightness", value=np.int64(1)).parameters == {"value": 1}
