"""What the Tab key offers in a notebook."""

from __future__ import annotations

import types
from typing import Any

import pytest
from IPython.core.completer import provisionalcompleter
from IPython.core.interactiveshell import InteractiveShell

import cutroom as cr
from cutroom.api.completion import offered, teach


@pytest.mark.parametrize(
    ("line", "among", "not_among"),
    [
        ('clip.effects.add("', {"blur", "noir", "gain"}, {"dissolve"}),
        ("tl.clips[0].effects.replace('trans", {"transform"}, {"blur"}),
        ('fx = clip.effects.add("transform", ', {"scale=", "rotation="}, {"radius="}),
        ('clip.effects.add("transform", scale=0.5, ro', {"rotation="}, {"scale="}),
        ('clip.effects.contact_sheet(["noir", "ma', {"matrix"}, {"noir"}),
        ('cr.effects.get("lum', {"luma_key"}, {"blur"}),
        ('tl.add_transition("diss', {"dissolve"}, {"wipe_left"}),
        ('tl.split_screen("grid-', {"grid-2x2"}, {"vertical-2"}),
        ('tl.add_title("Hello", at=0, template="lo', {"lower_third"}, {"title"}),
        ('tl.add_title("Hello", animate_in=("ty', {"typewriter"}, {"fade"}),
        ('cr.Renderer(project, preset="h', {"h264"}, {"blur"}),
        ('clip.effects.add("nothing_such", ', set(), {"radius="}),
        ('print("', set(), {"blur"}),
        ('clip.effects.add("flip", direction="', {"horizontal", "both"}, {"left"}),
        ('clip.effects.add("transform", scale=2, blend="mul', {"multiply"}, {"screen"}),
        ('tl.append("a.mp4").transform(blend="', {"multiply", "screen"}, {"blur"}),
        ('clip.effects.add("transform", position=(0, 1), ro', {"rotation="}, {"scale="}),
        ('tl.append("a.mp4").effects.add("blur").animate("', {"radius", "scale"}, {"direction"}),
        ('fx.animate("scale", {0: 1, 1: 2}, easing="ease_', {"ease_in", "ease_out"}, {"hold", "linear"}),
        ('cr.Renderer(project, "', {"h264", "h264-10bit"}, {"blur"}),
        ('cr.Renderer(project.timeline, "h264-', {"h264-10bit"}, {"h264"}),
        ('scaler.transform("', set(), {"scale="}),
        ("axes.set(", set(), {"scale="}),
    ],
)
def test_names_are_offered_where_they_belong(line: str, among: set[str], not_among: set[str]) -> None:
    _, found = offered(line)
    assert among <= set(found)
    assert not not_among & set(found)
    assert found == [] or among


@pytest.fixture
def variables(film) -> dict[str, Any]:
    """As in a notebook: a picture, its sound, and effects on both."""
    tl = cr.Project.create(fps=30, size=(64, 36)).timeline
    clip = tl.append(film.path, source=(0, 2))
    (sound,) = clip.linked
    fx = clip.effects.add("flip")
    move = clip.effects.add("transform").animate("scale", {0: 1, 1: 2})
    other = types.SimpleNamespace(clip=clip)
    return {"tl": tl, "clip": clip, "sound": sound, "fx": fx, "move": move, "other": other, "text": "clip"}


@pytest.mark.parametrize(
    ("line", "among", "not_among"),
    [
        ('clip.effects.add("', {"blur", "flip", "denoise"}, {"bandpass", "gain"}),
        ('tl.clips[0].effects.replace("', {"blur"}, {"bandpass"}),
        ('sound.effects.add("', {"bandpass", "gain", "denoise"}, {"blur", "flip"}),
        ('nobody.effects.add("', {"bandpass", "blur"}, set()),
        ('clip.effects["', {"flip", "transform"}, {"blur"}),
        ('other.clip.effects["', set(), {"flip"}),
        ("clip.transform(", {"scale=", "position=", "anchor=", "blend="}, {"position_x="}),
        ("clip.transform(position=(0, 0.2), sc", {"scale="}, {"position="}),
        ('clip.transform(scale=2, blend="scr', {"screen"}, {"multiply"}),
        ("clip.crop(", {"left=", "top="}, {"scale="}),
        ("text.transform(", set(), {"scale="}),
        ('text.transform(blend="', set(), {"screen"}),
        ("fx.set(", {"direction="}, {"scale="}),
        ('fx.set(direction="', {"vertical"}, {"left"}),
        ('move.animate("', {"scale", "opacity"}, {"blend", "radius"}),
        ('clip.effects["transform"].animate("sc', {"scale"}, {"opacity"}),
        ('fx.animate("', set(), {"direction", "scale"}),
        ('move.still("', {"scale"}, {"opacity"}),
    ],
)
def test_what_does_not_belong_to_the_object_is_left_out(
    variables: dict[str, Any], line: str, among: set[str], not_among: set[str]
) -> None:
    _, found = offered(line, variables)
    assert among <= set(found)
    assert not not_among & set(found)
    assert found == [] or among


def test_what_is_gone_offers_nothing_and_breaks_nothing(variables: dict[str, Any]) -> None:
    variables["clip"].delete()
    for line in (
        'clip.effects["',
        'fx.animate("',
        "fx.set(",
        'clip.effects.add("bl',
        'move.still("',
        "clip.transform(",
    ):
        offered(line, variables)


def test_a_shell_offers_them_and_nothing_else_there() -> None:
    shell = InteractiveShell()
    before = len(shell.Completer.custom_matchers)
    teach(shell)
    teach(shell)
    assert len(shell.Completer.custom_matchers) == before + 1
    with provisionalcompleter():
        made = {one.text for one in shell.Completer.completions('clip.effects.add("blu', 21)}
        assert made == {"blur"}
        later = 'x = 1\nclip.effects.add("blur", ra'
        assert {one.text for one in shell.Completer.completions(later, len(later))} == {"radius="}
        shell.user_ns["clip"] = cr.Project.create(fps=25, size=(64, 36)).timeline.add_title("Hi")
        shell.user_ns["clip"].effects.add("flip")
        for chained in ('clip.effects["', "clip.effects['"):
            assert {one.text for one in shell.Completer.completions(chained, len(chained))} == {"flip"}
        assert "print" in {one.text for one in shell.Completer.completions("pri", 3)}
