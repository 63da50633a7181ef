"""Landlock with no rules: not one path, TCP port, abstract socket or foreign process can be reached any more."""

from __future__ import annotations

import ctypes
import os
import sys

_CREATE, _RESTRICT = 444, 446
_VERSION = 1  # LANDLOCK_CREATE_RULESET_VERSION
# Rights on files that each ABI added: 13 at first, then refer, truncate, (TCP), ioctl on devices.
_FILE_RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}
_TCP_RIGHTS = 0b11  # bind, connect; ABI 4
_SCOPES = 0b11  # abstract Unix sockets, signals; ABI 6


class _Ruleset(ctypes.Structure):
    _fields_ = (("files", ctypes.c_uint64), ("network", ctypes.c_uint64), ("scopes", ctypes.c_uint64))


def abi() -> int:
    """The kernel's Landlock ABI; 0 where there is none."""
    if sys.platform != "linux":
        return 0
    return max(int(_libc().syscall(ctypes.c_long(_CREATE), None, ctypes.c_size_t(0), ctypes.c_uint(_VERSION))), 0)


def restrict() -> int:
    """Refuse every right of the running ABI to this thread and to all threads it starts; `no_new_privs` must be set.

    Returns:
        The ABI, or 0 where the kernel has no Landlock.
    """
    version = abi()
    if version == 0:
        return 0
    libc = _libc()
    files = (1 << _FILE_RIGHTS.get(version, 16)) - 1
    rules = _Ruleset(files, _TCP_RIGHTS if version >= 4 else 0, _SCOPES if version >= 6 else 0)
    size = 24 if version >= 6 else 16 if version >= 4 else 8
    ruleset = libc.syscall(ctypes.c_long(_CREATE), ctypes.byref(rules), ctypes.c_size_t(size), ctypes.c_uint(0))
    if ruleset < 0:
        return 0
    try:
        applied = libc.syscall(ctypes.c_long(_RESTRICT), ctypes.c_int(ruleset), ctypes.c_uint(0))
    finally:
        os.close(ruleset)
    return version if applied == 0 else 0


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)
