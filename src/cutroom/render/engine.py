"""What made a segment, beside its content: versions and the processor's class. Equal engines give equal bytes."""

from __future__ import annotations

import platform
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from cutroom.schema.base import digest

RENDER_VERSION = 2
"""Raised whenever the same segment and settings would give other bytes than before."""
_LIBRARIES = ("numpy", "opencv-python-headless", "pillow")
_SIMD = (
    "sse2 ssse3 sse4_1 sse4_2 avx avx2 fma bmi1 bmi2 xop fma4 avx512f avx512bw avx512vl avx512dq avx512_vnni "
    "avx512_vbmi avx512_vbmi2 avx512_bitalg avx512_vpopcntdq asimd asimddp i8mm sve sve2 neon"
)


@lru_cache(maxsize=1)
def engine() -> dict[str, Any]:
    """Versions of everything that touches pixels and samples, and the processor's class, as JSON values.

    Example:
        >>> engine()["render"], "libavcodec" in engine()["libav"]
        (2, True)
    """
    import av

    return {
        "render": RENDER_VERSION,
        "av": av.__version__,
        "libav": {library: ".".join(map(str, numbers)) for library, numbers in sorted(av.library_versions.items())},
        "libraries": {library: _version(library) for library in _LIBRARIES},
        "cpu": cpu_class(),
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


def _version(library: str) -> str:
    try:
        return version(library)
    except PackageNotFoundError:  # the headless OpenCV may be replaced by its sibling with windows
        return "none"
