"""The picture of a clip's chain as it really runs."""

from __future__ import annotations

import html
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from cutroom.effects.chain_graph import Chain, Stage

_WIDTH, _MARGIN, _ROW, _ARROW = 620, 10, 17, 18
_LETTERS = 96
"""That fit into a row of the drawing."""


@dataclass(frozen=True, repr=False)
class EffectGraph:
    """What `clip.effects.graph()` gives: a drawing in a notebook, lines of text elsewhere, a table by `to_df()`."""

    chain: Chain

    def to_df(self) -> pd.DataFrame:
        """One row per node, in the order in which they run; a stage without nodes has one row.

        `place` (of the stage, from 0), `stage`, `notes`, `node`, `values`, `effect`, `id` (of the effect), `animated`,
        `description` (of the node).
        """
        import pandas as pd

        rows = [
            (place, stage.title, "; ".join(stage.notes), *work)
            for place, stage in enumerate(self.chain.stages)
            for work in stage.works or (("", "", "", "", False, ""),)
        ]
        columns = ["place", "stage", "notes", "node", "values", "effect", "id", "animated", "description"]
        return pd.DataFrame(rows, columns=columns).astype({"place": "Int64", "animated": "bool"})

    @property
    def svg(self) -> str:
        """The drawing, in the colour of the text around it."""
        parts: list[str] = []
        y = _MARGIN
        for number, stage in enumerate(self.chain.stages):
            if number:
                middle = _WIDTH // 2
                parts.append(
                    f'<path d="M{middle} {y}v{_ARROW - 2}m-4 -5l4 5l4 -5" fill="none" stroke="currentColor"'
                    ' stroke-opacity="0.6"/>'
                )
                y += _ARROW
            drawn, height = _box(stage, y)
            parts.append(drawn)
            y += height
        for line in self._beside():
            y += _ROW
            parts.append(_text(_MARGIN, y, line, opacity=0.6))
        size = f'width="{_WIDTH}" height="{y + _MARGIN}" viewBox="0 0 {_WIDTH} {y + _MARGIN}"'
        style = 'style="max-width:100%;font:12px system-ui,sans-serif"'
        return f'<svg xmlns="http://www.w3.org/2000/svg" {size} {style}>{"".join(parts)}</svg>'

    def _beside(self) -> Iterator[str]:
        """Effects of the chain that are not in the drawing."""
        for why, effects in (("change nothing here", self.chain.idle), ("switched off", self.chain.off)):
            if effects:
                yield f"{why}: {', '.join(effects)}"

    def _repr_html_(self) -> str:
        return self.svg

    def __repr__(self) -> str:
        lines = []
        for number, stage in enumerate(self.chain.stages):
            lines.append("  → " * bool(number) + "; ".join([stage.title, *stage.notes]))
            lines += [
                f"      {work.node} {work.values}".rstrip() + f"  [{work.effect}{', animated' * work.animated}]"
                for work in stage.works
            ]
        return "\n".join([*lines, *(f"  {line}" for line in self._beside())])


def _box(stage: Stage, y: int) -> tuple[str, int]:
    """A stage as a box with its top at `y`, and the box's height."""
    inside = _MARGIN + 10
    rows = [_text(inside, y + _ROW, stage.title, weight=600)]
    at = y + _ROW
    for note in stage.notes:
        at += _ROW
        rows.append(_text(inside, at, note, opacity=0.75))
    for work in stage.works:
        at += _ROW
        name = f"{work.effect}{', animated' * work.animated}"
        rows.append(_text(_WIDTH - inside, at, name, opacity=0.75, end=True))
        room = _LETTERS - len(name) - 4
        rows.append(_text(inside, at, f"{work.node}  {work.values}", room, tip=f"{work.description}\n{work.values}"))
    height = at - y + _ROW // 2
    frame = (
        f'<rect x="{_MARGIN}" y="{y}" width="{_WIDTH - 2 * _MARGIN}" height="{height}" rx="5" fill="currentColor"'
        f' fill-opacity="{0.1 if stage.works else 0.04}" stroke="currentColor" stroke-opacity="0.35"/>'
    )
    return frame + "".join(rows), height


def _text(
    x: int,
    y: int,
    words: str,
    room: int = _LETTERS,
    *,
    weight: int = 400,
    opacity: float = 1.0,
    end: bool = False,
    tip: str = "",
) -> str:
    short = words if len(words) <= room else f"{words[: max(1, room - 1)]}…"
    anchor = ' text-anchor="end"' if end else ""
    title = f"<title>{html.escape(tip)}</title>" if tip else ""
    return (
        f'<text x="{x}" y="{y}" fill="currentColor" fill-opacity="{opacity:g}" font-weight="{weight}"{anchor}>'
        f"{html.escape(' '.join(short.split()))}{title}</text>"
    )
