"""`cr.limits`, `cr.show_versions`: what this installation has and may use."""

from __future__ import annotations

import importlib.metadata
import platform

from cutroom.settings import Limits
from cutroom.settings import limits as find_limits

__all__ = ["limits", "show_versions"]


def limits() -> Limits:
    """The share of this machine that Cutroom uses: what was found, from where, and what follows from it.

    Affinity, the quotas of this process's control groups, what JupyterHub grants (``CPU_LIMIT``, ``MEM_LIMIT``), limits
    of the shell (``ulimit``) and the memory that is free decide how many workers there are, and what each may have.

    Example:
        >>> cr.limits()  # doctest: +SKIP
        <Limits 0.5 cores (CPU_LIMIT), 1.5 GB (MEM_LIMIT), 1.3 GB free: 1 worker with 1 thread and 1.2 GB each>
        >>> cr.limits().to_df()  # doctest: +SKIP
    """
    return find_limits()


def show_versions() -> None:
    """Print the versions that a bug report needs."""
    print(f"python {platform.python_version()} on {platform.platform()}")
    for part in ("cutroom", "av", "numpy", "pandas", "pydantic", "onnxruntime", "opencv-python-headless", "anywidget"):
        print(f"{part} {importlib.metadata.version(part)}")
