"""Locking a child in: privileges, Landlock and seccomp, and the proof that it worked."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from dataclasses import dataclass, field
from typing import Any

from cutroom.workers import landlock, seccomp, selfcheck

_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_SET_NO_NEW_PRIVS = 1, 4, 38
_CAPABILITY_VERSION = 0x20080522


@dataclass(frozen=True)
class Lock:
    """What holds a child in.

    `level` is "confined" only when Landlock and seccomp are both on and every attempt of the self-test was refused.
    """

    level: str
    landlock: int = 0
    seccomp: bool = False
    reason: str = ""
    refused: dict[str, bool] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """As plain data."""
        return {
            "level": self.level,
            "landlock": self.landlock,
            "seccomp": self.seccomp,
            "reason": self.reason,
            "refused": self.refused,
        }


def die_with(parent: int) -> None:
    """Have the kernel kill this process when its parent dies (Linux); leave at once when that has happened already."""
    if sys.platform == "linux":
        _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(0)


def lock() -> Lock:
    """Lock this process in for good, then try to get out; never raises, the outcome says what holds."""
    if sys.platform != "linux":
        return Lock("isolated", reason=f"no sandbox on {sys.platform}")
    _prctl(_PR_SET_DUMPABLE, 0)
    if _prctl(_PR_SET_NO_NEW_PRIVS, 1) != 0:
        return Lock("isolated", reason="the kernel does not know no_new_privs")
    _drop_capabilities()
    version = landlock.restrict()
    try:
        seccomp.install()
    except seccomp.UnavailableError as error:
        return Lock("isolated", landlock=version, reason=f"no seccomp: {error}")
    refused = selfcheck.attempt_all()
    escaped = sorted(name for name, was_refused in refused.items() if not was_refused)
    reason = "no Landlock" if not version else f"not refused: {', '.join(escaped)}" if escaped else ""
    return Lock("isolated" if reason else "confined", version, True, reason, refused)


def _drop_capabilities() -> None:
    """A root user's child needs none of its powers: its files are open already."""
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION, 0)
    ctypes.CDLL(None, use_errno=True).capset(header, (ctypes.c_uint32 * 6)())


def _prctl(option: int, value: int) -> int:
    libc = ctypes.CDLL(None, use_errno=True)
    zero = ctypes.c_ulong(0)
    return int(libc.prctl(ctypes.c_int(option), ctypes.c_ulong(value), zero, zero, zero))
