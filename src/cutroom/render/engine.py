"""What made a segment, beside its content: versions and the processor's class. Equal engines give equal bytes."""

from __future__ import annotations

import hashlib
import os
import platform
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files
from importlib.resources.abc import Traversable
from itertools import chain
from pathlib import Path
from typing import Any

from cutroom.schema.base import digest

_ROOMS = ("effects", "media", "render")
"""Whose code and data (fonts) make pixels and samples. Any change in them makes a new engine: nobody has to remember
to raise a number."""
_CURVES = "schema/curve.py"
"""Works out the gain of each sample."""
_LIBRARIES = ("numpy", "opencv-python-headless", "pillow", "scipy", "uharfbuzz")
"""All that those rooms compute with, beside PyAV."""
_CHOICES = ("NPY_DISABLE_CPU_FEATURES", "OPENBLAS_CORETYPE")
"""Settings of the environment by which libraries choose other code than the processor's class would have."""
_SIMD = (
    "sse2 ssse3 sse4_1 sse4_2 avx avx2 fma bmi1 bmi2 xop fma4 avx512f avx512bw avx512vl avx512dq avx512_vnni "
    "avx512_vbmi avx512_vbmi2 avx512_bitalg avx512_vpopcntdq asimd asimddp i8mm sve sve2 neon"
)


@lru_cache(maxsize=1)
def engine() -> dict[str, Any]:
    """Versions of everything that touches pixels and samples, and the processor's class, as JSON values.

    Example:
        >>> "libavcodec" in engine()["libav"], len(engine()["code"])
        (True, 64)
    """
    import av

    return {
        "code": _code(),
        "av": av.__version__,
        "libav": {library: ".".join(map(str, numbers)) for library, numbers in sorted(av.library_versions.items())},
        "libraries": {library: _version(library) for library in _LIBRARIES},
        "unicode": unicodedata.unidata_version,
        "cpu": cpu_class(),
        "chosen": {name: os.environ[name] for name in _CHOICES if name in os.environ},
    }


@lru_cache(maxsize=1)
def engine_digest() -> str:
    """SHA-256 of `engine()`."""
    return digest(engine())


@lru_cache(maxsize=1)
def cpu_class() -> str:
    """The processor's architecture and the vector instructions that filters and encoders choose their code by."""
    flags: set[str] = set()
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines():
            key, _, rest = line.partition(":")
            if key.strip().lower() in {"flags", "features"}:
                flags = set(rest.split())
                break
    except OSError:  # no procfs: the processor's name is the finest class there is
        return f"{platform.machine()} {platform.processor()}".strip()
    return " ".join([platform.machine(), *sorted(flags.intersection(_SIMD.split()))])


def _code() -> str:
    """SHA-256 of the rooms' files."""
    state = hashlib.sha256()
    package = files("cutroom")
    rooms = [sorted(_files(package / room, room), key=lambda pair: pair[0]) for room in _ROOMS]
    for name, file in [*chain.from_iterable(rooms), (_CURVES, package / _CURVES)]:
        state.update(f"{name}\n".encode() + hashlib.sha256(file.read_bytes()).digest())
    return state.hexdigest()


def _files(folder: Traversable, name: str) -> Iterator[tuple[str, Traversable]]:
    for entry in folder.iterdir():
        if entry.is_dir() and entry.name != "__pycache__":
            yield from _files(entry, f"{name}/{entry.name}")
        elif entry.is_file():
            yield f"{name}/{entry.name}", entry


def _version(library: str) -> str:
    try:
        return version(library)
    except PackageNotFoundError:  # the headless OpenCV may be replaced by its sibling with windows
        return "none"
