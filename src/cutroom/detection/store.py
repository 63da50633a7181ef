"""Where models are found: the bundled ones by name, any other by path."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from cutroom.detection import tasks
from cutroom.detection.card import ModelCard
from cutroom.errors import ModelError, nearest
from cutroom.workers.context import Runner

if TYPE_CHECKING:
    import pandas as pd

FOLDER = Path(__file__).with_name("models")
"""Of the bundled models; workers must be granted reading it."""


@dataclass(frozen=True)
class Bundled:
    """A model that comes with Cutroom."""

    file: str
    description: str
    licence: str
    training: str


REGISTRY = {
    "shapes": Bundled(
        "shapes.onnx",
        "drawn shapes, as in the demo film: small, fast, and trained on generated pictures only",
        "BSD-3-Clause",
        "models/train.py",
    )
}


@dataclass(frozen=True)
class Model:
    """A detection model that can be used: where it is, and what its file says about itself."""

    title: str
    path: str
    card: ModelCard

    @property
    def labels(self) -> tuple[str, ...]:
        """Names of what it finds, by class id."""
        return self.card.labels

    def __repr__(self) -> str:
        shown = ", ".join(self.labels[:6]) + (", …" if len(self.labels) > 6 else "")
        return f"<Model {self.title}: {len(self.labels)} classes ({shown}), {self.card.width} by {self.card.height}>"


def resolve(model: str | os.PathLike[str]) -> Path:
    """The file of a registry name or a path.

    Raises:
        ModelError: no such file, or a folder.
        UnknownNameError: neither a path nor a registry name.
    """
    text = os.fspath(model)
    if text in REGISTRY:
        path = FOLDER / REGISTRY[text].file
        if not path.is_file():
            hint = "install Cutroom again, or train it: models/train.py"
            raise ModelError(f"the bundled model {text!r} is missing", value=str(path), hint=hint)
        return path
    path = Path(text).expanduser()
    if path.is_file():
        return path.absolute()
    if path.is_dir():
        raise ModelError(f"{text} is a folder, not a model", value=text, hint="give the .onnx file in it")
    if isinstance(model, str) and not path.suffix and path.name == text:
        raise nearest(text, REGISTRY, what="model")
    raise ModelError(
        f"there is no model file {text}",
        value=text,
        hint=f"check the path, or use one of: {', '.join(sorted(REGISTRY))}",
    )


def load(model: str | os.PathLike[str] | Model, executor: Runner) -> Model:
    """A model by registry name or path, read and checked in a worker.

    Raises:
        ModelError: no such file, or not a model that can be used; the hint says what to do.
        UnknownNameError: no such registry name.

    Example:
        >>> model = load("shapes", executor)  # doctest: +SKIP
        >>> model.labels  # doctest: +SKIP
        ('circle', 'square', …)
    """
    if isinstance(model, Model):
        return model
    path = resolve(model)
    card = ModelCard.model_validate(executor.run(tasks.inspect, tasks.InspectTask(str(path))))
    return Model(os.fspath(model), str(path), card)


def to_df() -> pd.DataFrame:
    """One row per bundled model: id (its name), file, installed (bool), bytes (Int64), description, licence, training
    (the script that makes it)."""  # fmt: skip
    import pandas as pd

    table = pd.DataFrame(
        {
            "id": name,
            "file": entry.file,
            "installed": (FOLDER / entry.file).is_file(),
            "bytes": (FOLDER / entry.file).stat().st_size if (FOLDER / entry.file).is_file() else None,
            "description": entry.description,
            "licence": entry.licence,
            "training": entry.training,
        }
        for name, entry in sorted(REGISTRY.items())
    )
    return table.astype({"installed": "bool", "bytes": "Int64"})
