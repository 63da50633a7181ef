"""`cr.limits`, `cr.show_versions`: what this installation has and may use."""

from __future__ import annotations

import importlib.metadata
import platform

from cutroom.settings import Limits
from cutroom.settings import limits as find_limits

__all__ = ["limits", "show_versions"]


def limits() -> Limits:
    """The share of this machine that Cutroom uses: cores and memory, each with its source."""
    return find_limits()


def show_versions() -> None:
    """Print the versions that a bug report needs."""
    print(f"python {platform.python_version()} on {platform.platform()}")
    for part in ("cutroom", "av", "numpy", "pandas", "pydantic", "onnxruntime", "opencv-python-headless", "anywidget"):
        print(f"{part} {importlib.metadata.version(part)}")
