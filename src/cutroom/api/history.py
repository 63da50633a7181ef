"""The steps of a project, as people look at them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cutroom.session import Session

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class History:
    """The steps of a project, oldest first, those before it was closed and opened again among them."""

    session: Session

    def to_df(self) -> pd.DataFrame:
        """One row per step: step, label, operation, done (False: undone), notes, time."""
        import pandas as pd

        history = self.session.history
        rows = [
            (number, step.label, step.operation.op, number <= history.done, "; ".join(step.notes), step.time)
            for number, step in enumerate(history.steps, start=1)
        ]
        return pd.DataFrame(rows, columns=["step", "label", "operation", "done", "notes", "time"])

    def __len__(self) -> int:
        return len(self.session.history.steps)

    def __repr__(self) -> str:
        steps = self.session.history.steps[: self.session.history.done]
        return f"History({len(steps)} steps" + (f", last {steps[-1].label!r})" if steps else ")")
