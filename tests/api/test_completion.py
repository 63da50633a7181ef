"""What the Tab key offers in a notebook."""

from __future__ import annotations

import pytest
from IPython.core.completer import provisionalcompleter
from IPython.core.interactiveshell import InteractiveShell

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
    ],
)
def test_names_are_offered_where_they_belong(line: str, among: set[str], not_among: set[str]) -> None:
    _, found = offered(line)
    assert among <= set(found)
    assert not not_among & set(found)
    assert found == [] or among


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
        assert "print" in {one.text for one in shell.Completer.completions("pri", 3)}
