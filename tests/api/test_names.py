"""The public names."""

from __future__ import annotations

import inspect
import subprocess
import sys

import cutroom as cr


def test_every_public_name_is_listed_and_can_be_loaded() -> None:
    assert set(cr.__all__) == {*cr._HOMES, *cr._MODULES}
    assert all(getattr(cr, name) is not None for name in cr.__all__)
    assert cr.errors.CutroomError is cr.CutroomError


def test_options_of_questions_are_named() -> None:
    for question in (cr.scenes, cr.silences, cr.detect):
        kinds = {parameter.kind for parameter in inspect.signature(question).parameters.values()}
        assert inspect.Parameter.VAR_KEYWORD not in kinds


def test_what_users_are_handed_has_a_public_name(film) -> None:
    project = cr.Project.create(fps=30)
    tl = project.timeline
    clip = tl.append(film.path, source=(0, 1))
    fx = clip.effects.add("brightness", value=0.1)
    scene = project.add_compound("Scene")
    things = [
        project, tl, clip, fx, scene, clip.effects, clip.media, clip.track, tl.frame(0), project.media,
        project.history, tl.add_marker(0, "here"), tl.add_subtitle("Hi.", 0, 1), cr.Renderer(project),
    ]  # fmt: skip
    for thing in things:
        assert getattr(cr, type(thing).__name__) is type(thing)
    assert cr.Job.__module__ == "cutroom.jobs.job"
    assert cr.Report.__module__ == "cutroom.render.report"
    assert issubclass(cr.Compound, cr.Timeline)


def test_names_are_loaded_when_they_are_used() -> None:
    program = "import sys, cutroom; print(sorted(name for name in sys.modules if name.startswith('cutroom')))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "['cutroom']"
