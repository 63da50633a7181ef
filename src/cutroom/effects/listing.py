"""What effects there are, as tables, and the page of one of them."""

from __future__ import annotations

import html
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from cutroom.effects.parameter import Parameter
from cutroom.effects.registry import EffectSpec

if TYPE_CHECKING:
    import pandas as pd


def effects_table(specs: Iterable[EffectSpec]) -> pd.DataFrame:
    """One row per effect; `cutroom.effects.to_df` says what the columns are."""
    import pandas as pd

    rows = [
        {
            "effect": spec.effect,
            "kind": spec.kind,
            "group": spec.group,
            "memory": str(spec.memory),
            "cost": spec.cost,
            "parameters": "; ".join(map(str, spec.parameters)),
            "animatable": ", ".join(p.key for p in spec.parameters if spec.animates(p)),
            "description": spec.description,
        }
        for spec in specs
    ]
    return pd.DataFrame(rows).astype({"cost": "float64"})


def parameters_table(specs: Iterable[EffectSpec]) -> pd.DataFrame:
    """One row per parameter; `cutroom.effects.parameters_df` says what the columns are."""
    import pandas as pd

    rows = [
        {
            "effect": spec.effect,
            "works_on": spec.kind,
            "parameter": p.key,
            "kind": p.kind,
            "minimum": p.minimum if math.isfinite(p.minimum) else math.nan,
            "maximum": p.maximum if math.isfinite(p.maximum) else math.nan,
            "unit": p.unit,
            "default": p.default,
            "required": p.required,
            "choices": list(p.choices),
            "animatable": spec.animates(p),
            "description": p.description,
        }
        for spec in specs
        for p in spec.parameters
    ]
    return pd.DataFrame(rows).astype({"default": "object", "required": "bool", "animatable": "bool"})


def call(spec: EffectSpec, values: Mapping[str, object] | None = None, verb: str = "add") -> str:
    """How an effect is added to a clip, with the values of its example or with others."""
    files = {p.key: "look.cube" for p in spec.parameters if p.kind == "file"}
    given = {**files, **spec.example} if values is None else values
    return f"clip.effects.{verb}({spec.title!r}{''.join(f', {key}={value!r}' for key, value in given.items())})"


def effect_page(spec: EffectSpec) -> str:
    """An effect as HTML: what it does, a table of its parameters, and how it is added."""
    of = "a 1080p frame" if spec.kind == "video" else "a second of stereo"
    told = [spec.group, str(spec.memory), f"{spec.cost:g} ms for {of}" if spec.cost else ""]
    head = f"<b>{html.escape(spec.title)}</b> ({', '.join(filter(None, told))})<br>{html.escape(spec.description)}"
    made = f"<br>It is {html.escape(spec.parts)}" if spec.chain else ""
    rows = [
        _row("td", [p.key, p.range, p.unit, _default(p), "yes" if spec.animates(p) else "", p.description])
        for p in spec.parameters
    ]
    heads = _row("th", ["parameter", "takes", "unit", "default", "can be animated", "what it is"])
    table = f"<table>{heads}{''.join(rows)}</table>" if rows else "<br>"
    page = f"<div>{head}{made}{table}<code>{html.escape(call(spec))}</code></div>"
    return "".join([page, *map(effect_page, spec.namesakes)])


def _default(parameter: Parameter) -> str:
    return "required" if parameter.required else repr(parameter.default)


def _row(tag: str, cells: Sequence[str]) -> str:
    inside = "".join(f'<{tag} style="text-align:left">{html.escape(cell)}</{tag}>' for cell in cells)
    return f"<tr>{inside}</tr>"
