"""The command line and the environment of worker interpreters."""

from __future__ import annotations

import os
import site
import sys
from pathlib import Path

import cutroom

_KEPT = (
    "HOME",  # the user's own site-packages lie below it
    "LANG",
    "LC_ALL",
    "LC_CTYPE",
    "NPY_DISABLE_CPU_FEATURES",  # this and OPENBLAS_CORETYPE choose code: sums come out the same in every process
    "OPENBLAS_CORETYPE",
    "LD_LIBRARY_PATH",  # some builds of Python need it to start
    "DYLD_LIBRARY_PATH",
    "PATH",
    "PYTHONHOME",
    "PYTHONPYCACHEPREFIX",
    "PYTHONUSERBASE",
    "PYTHONNOUSERSITE",
    "TZ",
)


def command(*arguments: str) -> list[str]:
    """A fresh interpreter that runs `cutroom.worker`; `-P` keeps the user's folder off its `sys.path`."""
    return [sys.executable, "-P", "-m", "cutroom.worker", *arguments]


def environment() -> dict[str, str]:
    """What a worker inherits: enough to find Python and Cutroom, none of the user's secrets and settings.

    One thread each for the libraries that would take all cores: a worker is one part of the share of this process. And
    Landlock holds the thread that asks for it and those started later, so none may be there before.
    """
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    own = {
        "PYTHONSAFEPATH": "1",
        "PYTHONUTF8": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "OPENCV_FOR_THREADS_NUM": "1",
        "PYDANTIC_DISABLE_PLUGINS": "__all__",  # it would look through every installed package for some
        "ORT_DISABLE_TELEMETRY": "1",  # ONNX Runtime would report its use to its maker, and keep a file for it
    }
    return {**kept, **_own_path(), **own}


def _own_path() -> dict[str, str]:
    """PYTHONPATH for a Cutroom that the interpreter would not find by itself.

    Never an installation's own folder: it would come before the standard library and shadow it.
    """
    root = Path(cutroom.__file__).resolve().parents[1]
    homes = [Path(home).resolve() for home in (*site.getsitepackages(), site.getusersitepackages())]
    return {} if root in homes else {"PYTHONPATH": str(root)}
