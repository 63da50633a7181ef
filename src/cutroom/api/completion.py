"""What Tab offers in a notebook inside of calls: names of effects and what they take, transitions, templates, presets.

IPython completes what Python's own types say; names in a registry are texts, of which it knows nothing.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple, get_args

from cutroom.api.clip import Clip
from cutroom.api.effect import Effect, EffectChain
from cutroom.api.effect_values import spec_for
from cutroom.app import app
from cutroom.effects.checks import kind_on
from cutroom.effects.parameter import Parameter
from cutroom.effects.registry import Registry
from cutroom.errors import CutroomError
from cutroom.schema.curve import Easing
from cutroom.schema.resource import short_name


class _Found(NamedTuple):
    """What stands before the cursor."""

    match: re.Match[str]
    """`word` is what was typed of the name, `of` what the verb belongs to."""
    variables: Mapping[str, Any]

    @property
    def owner(self) -> Any:
        """What the verb belongs to; None where that is not known without calling anything."""
        written = self.match.groupdict().get("of")
        try:
            found = None if written is None else _value(ast.parse(written, mode="eval").body, self.variables)
        except (SyntaxError, LookupError, AttributeError, TypeError, ValueError, CutroomError):
            return None
        return None if isinstance(found, Clip | Effect) and not found.exists else found


class _Place(NamedTuple):
    """Where something is offered."""

    before: re.Pattern[str]
    names: Callable[[_Found], Iterable[str]]


def _value(node: ast.expr, variables: Mapping[str, Any]) -> Any:
    """A variable, or what belongs to one of our handles: nothing is called, and nothing of others is looked into."""
    if isinstance(node, ast.Name):
        return variables[node.id]
    if isinstance(node, ast.Subscript):
        inner, key = _value(node.value, variables), ast.literal_eval(node.slice)
        return inner[key] if isinstance(inner, list) or _is_ours(inner) else None
    if isinstance(node, ast.Attribute):
        inner = _value(node.value, variables)
        return getattr(inner, node.attr) if _is_ours(inner) else None
    return None


def _is_ours(value: Any) -> bool:
    return type(value).__module__.startswith("cutroom.api.")


def _registry() -> Registry:
    return app().get(Registry)


def _effects(found: _Found) -> Iterable[str]:
    clip, effects = found.owner, _registry().effects
    kind = kind_on(clip.track.value.kind) if isinstance(clip, Clip) else None
    return [name for name, kinds in effects.items() if kind is None or kind in kinds]


def _taken(found: _Found) -> list[Parameter]:
    """What the effect takes that is added, set or animated; nothing where it is not known."""
    named = found.match.groupdict()
    if named.get("effect"):
        return [one for spec in _registry().effects.get(named["effect"], {}).values() for one in spec.parameters]
    owner = found.owner
    if isinstance(owner, Effect):
        return list(spec_for(owner.clip, owner.effect).parameters)
    if named.get("verb") and (owner is None or isinstance(owner, Clip)):
        return list(_registry().effect(named["verb"]).parameters)
    return []


def _parameters(found: _Found) -> list[str]:
    return list(dict.fromkeys(f"{parameter.key}=" for parameter in _taken(found)))


def _placing(found: _Found) -> list[str]:
    """Parameters of a verb of a clip, which takes (x, y) at once; other libraries have a `transform` as well."""
    if not isinstance(found.owner, Clip):
        return []
    return list(dict.fromkeys(re.sub("_[xy]=$", "=", name) for name in _parameters(found)))


def _choices(found: _Found) -> list[str]:
    key = found.match["key"]
    return list(dict.fromkeys(choice for one in _taken(found) if one.key == key for choice in one.choices))


def _moving(found: _Found) -> list[str]:
    owner = found.owner
    if isinstance(owner, Effect):
        spec = spec_for(owner.clip, owner.effect)
        return [one.key for one in spec.parameters if spec.animates(one)]
    if owner is not None:
        return []
    return sorted({one.key for spec in _registry().specs for one in spec.parameters if spec.animates(one)})


def _animated(found: _Found) -> Iterable[str]:
    return found.owner.keyframes if isinstance(found.owner, Effect) else ()


def _chain(found: _Found) -> Iterable[str]:
    clip = found.owner
    return [short_name(one.effect) for one in EffectChain(clip)] if isinstance(clip, Clip) else []


def _easings(_: _Found) -> list[str]:
    return _words(Easing)


def _words(kind: Any) -> list[str]:
    """The texts that a type names."""
    return [kind] if isinstance(kind, str) else [word for part in get_args(kind) for word in _words(part)]


def _templates(_: _Found) -> Iterable[str]:
    from cutroom.effects.title_templates import TEMPLATES

    return TEMPLATES


def _animations(_: _Found) -> Iterable[str]:
    from cutroom.effects.title_templates import ANIMATIONS

    return ANIMATIONS


def _split_screens(_: _Found) -> Iterable[str]:
    from cutroom.effects.templates import split_screens

    return split_screens()


def _presets(_: _Found) -> list[str]:
    from cutroom.render.presets import default_presets

    return [one.preset for one in default_presets()]


_BEGUN = r"""["'](?P<word>[\w-]*)$"""
_OF = r"(?P<of>[^\W\d]\w*(?:\.[^\W\d]\w*|\[[^\[\]()]*\])*)"
"""A variable, and what belongs to it."""
_ADD = r"\beffects\.(?:add|replace)\(\s*(?P<quote>[\"'])(?P<effect>\w+)(?P=quote)\s*,"
_VALUES = r"(?:(?:[^()]|\([^()]*\))*,)?\s*(?P<word>\w*)$"
"""Values before the one that is written, or none."""
_KEY = r".*\b(?P<key>\w+)\s*=\s*" + _BEGUN
_PLACES = tuple(
    _Place(re.compile(before), names)
    for before, names in (
        (rf"(?:{_OF}\.)?\beffects\.(?:add|replace|get)\(\s*" + _BEGUN, _effects),
        (rf"{_OF}\.effects\[\s*" + _BEGUN, _chain),
        (rf"(?:{_OF}\.)?\beffects\.contact_sheet\(\s*\[[^\]]*" + _BEGUN, _effects),
        (_ADD + _KEY, _choices),
        (_ADD + _VALUES, _parameters),
        (rf"(?:{_OF})?\.(?P<verb>transform)\(" + _KEY, _choices),
        (rf"{_OF}\.(?P<verb>transform|crop)\(" + _VALUES, _placing),
        (rf"{_OF}\.set\(" + _KEY, _choices),
        (rf"{_OF}\.set\(" + _VALUES, _parameters),
        (rf"(?:{_OF})?\.animate\(\s*" + _BEGUN, _moving),
        (rf"{_OF}\.still\(\s*" + _BEGUN, _animated),
        (r"\.animate\(.*\beasing\s*=\s*" + _BEGUN, _easings),
        (r"\b(add_transition|transitions\.get)\(\s*" + _BEGUN, lambda _: _registry().transitions),
        (r"\b(split_screen|templates\.get)\(\s*" + _BEGUN, _split_screens),
        (r"\badd_title\(.*\btemplate\s*=\s*" + _BEGUN, _templates),
        (r"\badd_title\(.*\banimate_(in|out)\s*=\s*\(?\s*" + _BEGUN, _animations),
        (r"\b(Renderer|render|submit)\(.*\bpreset\s*=\s*" + _BEGUN, _presets),
        (r"\bRenderer\(\s*[\w.]+\s*,\s*" + _BEGUN, _presets),
    )
)


def offered(line: str, variables: Mapping[str, Any] | None = None) -> tuple[str, list[str]]:
    """What may follow a line up to the cursor: what was typed of it, and whole names.

    Args:
        line: up to the cursor.
        variables: those that there are; what a clip or an effect among them does not take is left out.

    Example:
        >>> offered('clip.effects.add("blu')
        ('blu', ['blur'])
        >>> offered('clip.effects.add("blur", ')
        ('', ['radius='])
    """
    for place in _PLACES:
        match = place.before.search(line)
        if match is not None:
            word = match["word"]
            return word, [name for name in place.names(_Found(match, variables or {})) if name.startswith(word)]
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
        word, found = offered(context.line_with_cursor[: context.cursor_position], shell.user_ns)
        made = [SimpleCompletion(name, type="param" if name.endswith("=") else "text") for name in found]
        return {"completions": made, "matched_fragment": word, "suppress": bool(made)}

    matchers.append(names)


_ID = "cutroom.names"
