"""Shared memory that comes from an untrusted child: a memfd that is sealed and measured before it is mapped."""

from __future__ import annotations

import ctypes
import mmap
import os
import weakref
from collections.abc import Sequence
from typing import Any

AVAILABLE = hasattr(os, "memfd_create")
_F_ADD_SEALS = 1033
_SEALS = 0x1 | 0x2 | 0x4 | 0x8  # SEAL, SHRINK, GROW, WRITE
_MFD_NOEXEC_SEAL = 0x8
ALIGNMENT = 64


def aligned(size: int) -> int:
    """`size` rounded up to the alignment of buffers."""
    return -(-size // ALIGNMENT) * ALIGNMENT


def write(buffers: Sequence[memoryview]) -> int:
    """A new memfd that holds the buffers one after the other, each at a multiple of 64 bytes."""
    flags = os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING
    try:
        descriptor = os.memfd_create("cutroom", flags | _MFD_NOEXEC_SEAL)
    except OSError:  # before Linux 6.3
        descriptor = os.memfd_create("cutroom", flags)
    try:
        os.ftruncate(descriptor, sum(aligned(len(buffer)) for buffer in buffers))
        offset = 0
        for buffer in buffers:
            done = 0
            while done < len(buffer):  # pwrite, not a mapping: a writable mapping would forbid the write seal
                done += os.pwrite(descriptor, buffer[done : done + (1 << 30)], offset + done)
            offset += aligned(len(buffer))
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def read(descriptor: int, size: int) -> memoryview:
    """A read-only view of a memfd of exactly `size` bytes; it stays mapped as long as anything refers to it.

    The seals come first: afterwards its owner can neither shrink it (which would kill the reader with SIGBUS) nor
    change a byte. The descriptor may be closed by the caller at once.

    Raises:
        ValueError: not a memfd that takes seals, or not of this size.
    """
    import fcntl

    try:
        fcntl.fcntl(descriptor, _F_ADD_SEALS, _SEALS)
    except OSError as error:
        raise ValueError(f"shared memory that cannot be sealed: {error.strerror}") from None
    if os.fstat(descriptor).st_size != size or size == 0:
        raise ValueError("shared memory of another size than announced")
    # mmap.mmap keeps a duplicate of the descriptor for as long as the view lives: a thousand frames would use them up.
    libc = _libc()
    flags = mmap.MAP_PRIVATE | getattr(mmap, "MAP_POPULATE", 0)
    address = libc.mmap(None, size, mmap.PROT_READ, flags, descriptor, 0)
    if address in {None, ctypes.c_void_p(-1).value}:
        raise ValueError(f"shared memory cannot be mapped: {os.strerror(ctypes.get_errno())}")
    owner = (ctypes.c_ubyte * size).from_address(address)
    finalizer = weakref.finalize(owner, libc.munmap, address, size)
    finalizer.atexit = False
    return memoryview(owner).cast("B").toreadonly()


def _libc() -> Any:
    libc = ctypes.CDLL(None, use_errno=True)
    libc.mmap.restype = ctypes.c_void_p
    libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_int64]
    libc.munmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t]
    return libc
