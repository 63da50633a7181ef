"""What Tab offers in a notebook inside of calls: names of effects and what they take, transitions, templates, presets.

IPython completes what Python's own types say; names in a registry are texts, of which it knows nothing.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from cutroom.app import app
from cutroom.effects.registry import Registry


class _Place(NamedTuple):
    """Where something is offered."""

    before: re.Pattern[str]
    """What stands before the cursor; `word` is what was typed of the name."""
    names: Callable[[re.Match[str]], Iterable[str]]


def _registry() -> Registry:
    return app().get(Registry)


def _parameters(found: re.Match[str]) -> list[str]:
    specs = _registry().effects.get(found["effect"], {}).values()
    return list(dict.fromkeys(f"{parameter.key}=" for spec in specs for parameter in spec.parameters))


def _templates(_: re.Match[str]) -> Iterable[str]:
    from cutroom.effects.title_templates import TEMPLATES

    return TEMPLATES


def _animations(_: re.Match[str]) -> Iterable[str]:
    from cutroom.effects.title_templates import ANIMATIONS

    return ANIMATIONS


def _split_screens(_: re.Match[str]) -> Iterable[str]:
    from cutroom.effects.templates import split_screens

    return split_screens()


def _presets(_: re.Match[str]) -> list[str]:
    from cutroom.render.presets import default_presets

    return [one.preset for one in default_presets()]


_BEGUN = r"""["'](?P<word>[\w-]*)$"""
_PLACES = tuple(
    _Place(re.compile(before), names)
    for before, names in (
        (r"\beffects\.(add|replace|get)\(\s*" + _BEGUN, lambda _: _registry().effects),
        (r"\beffects\.contact_sheet\(\s*\[[^\]]*" + _BEGUN, lambda _: _registry().effects),
        (r"\beffects\.(add|replace)\(\s*([\"'])(?P<effect>\w+)\2\s*,([^()]*,)?\s*(?P<word>\w*)$", _parameters),
        (r"\b(add_transition|transitions\.get)\(\s*" + _BEGUN, lambda _: _registry().transitions),
        (r"\b(split_screen|templates\.get)\(\s*" + _BEGUN, _split_screens),
        (r"\badd_title\(.*\btemplate\s*=\s*" + _BEGUN, _templates),
        (r"\badd_title\(.*\banimate_(in|out)\s*=\s*\(?\s*" + _BEGUN, _animations),
        (r"\b(Renderer|render|submit)\(.*\bpreset\s*=\s*" + _BEGUN, _presets),
    )
)


def offered(line: str) -> tuple[str, list[str]]:
    """What may follow a line up to the cursor: what was typed of it, and whole names.

    Example:
        >>> offered('clip.effects.add("blu')
        ('blu', ['blur'])
        >>> offered('clip.effects.add("blur", ')
        ('', ['radius='])
    """
    for place in _PLACES:
        found = place.before.search(line)
        if found is not None:
            word = found["word"]
            return word, [name for name in place.names(found) if name.startswith(word)]
    return "", []


def teach(shell: Any = None) -> None:
    """Let a shell of IPython offer them, once; None: the one that this process runs in, if any."""
    ipython = sys.modules.get("IPython")
    if ipython is None:
        return
    shell = ipython.get_ipython() if shell is None else shell
    matchers = getattr(getattr(shell, "Completer", None), "custom_matchers", None)
    if matchers is None or any(getattr(one, "matcher_identifier", "") == _ID for one in matchers):
        return
    from IPython.core.completer import SimpleCompletion, context_matcher

    @context_matcher(identifier=_ID)  # type: ignore[untyped-decorator]
    def names(context: Any) -> dict[str, Any]:
        word, found = offered(context.line_with_cursor[: context.cursor_position])
        made = [SimpleCompletion(name, type="param" if name.endswith("=") else "text") for name in found]
        return {"completions": made, "matched_fragment": word, "suppress": bool(made)}

    matchers.append(names)


_ID = "cutroom.names"
