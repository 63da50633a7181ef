"""`cr.models`: detection models by name or path."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from cutroom.api.arguments import path
from cutroom.app import app
from cutroom.detection import store
from cutroom.detection.store import Model
from cutroom.services import ModelWorkers
from cutroom.workers.grantbook import GrantBook

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Model", "load", "to_df"]


def load(model: str | os.PathLike[str] | Model) -> Model:
    """A model by registry name or path to `.onnx`, read and checked in a sandboxed worker.

    Raises:
        ModelError: no such file, or not a model that can be used; the hint says what to do.
        UnknownNameError: there is no such name.

    Example:
        >>> import cutroom as cr  # doctest: +SKIP
        >>> cr.models.load("shapes").labels[:2]  # doctest: +SKIP
        ('circle', 'square')
    """
    if isinstance(model, Model):
        return model
    path(model)
    services = app()
    services.get(GrantBook).grants.allow_read(store.resolve(model))
    return store.load(model, services.get(ModelWorkers))


def to_df() -> pd.DataFrame:
    """One row per bundled model."""
    return store.to_df()
