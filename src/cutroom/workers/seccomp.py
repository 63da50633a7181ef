"""A seccomp filter without a library: a BPF program built from the lists of `syscalls`."""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import struct
import sys

from cutroom.workers.syscalls import JUDGED, NEWEST, PATHS, REFUSED, Numbers

# linux/bpf_common.h and linux/seccomp.h
_LOAD = 0x20  # BPF_LD | BPF_W | BPF_ABS
_EQUAL = 0x15  # BPF_JMP | BPF_JEQ | BPF_K
_ABOVE = 0x25  # BPF_JMP | BPF_JGT | BPF_K
_ANY_BIT = 0x45  # BPF_JMP | BPF_JSET | BPF_K
_RETURN = 0x06  # BPF_RET | BPF_K
_ALLOW = 0x7FFF0000
_ERRNO = 0x00050000
_KILL = 0x80000000
_NR, _ARCH, _ARGS = 0, 4, 16

_MACHINES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}

_CLONE_THREAD = 0x00010000
# PR_GET_DUMPABLE, PR_SET_NAME, PR_GET_NAME, PR_SET_TIMERSLACK, PR_GET_TIMERSLACK, PR_GET_NO_NEW_PRIVS, PR_SET_VMA
_PRCTL_ALLOWED = (3, 15, 16, 29, 30, 39, 0x53564D41)
# F_SETOWN, F_SETSIG, F_SETOWN_EX: a way to send signals to other processes
_FCNTL_REFUSED = (8, 10, 15)
# TCGETS, TCGETS2, TIOCGWINSZ, FIONREAD, FIONBIO, FIOCLEX, FIONCLEX: all that C libraries ask of an open file. Others
# change a file that was opened for reading (its flags, fs-verity), send signals or type into a terminal.
_IOCTL_ALLOWED = (0x5401, 0x802C542A, 0x5413, 0x541B, 0x5421, 0x5451, 0x5450)

Instruction = tuple[int, int, int, int]


class UnavailableError(Exception):
    """This kernel or machine has no usable seccomp."""


def program(machine: str, pid: int) -> list[Instruction]:
    """The filter for a machine, as (code, jump if true, jump if false, constant).

    Args:
        machine: "x86_64" or "aarch64".
        pid: the process that may still signal itself (abort needs it).

    Raises:
        UnavailableError: another machine.
    """
    if machine not in _MACHINES:
        raise UnavailableError(f"no table of system calls for {machine}")
    column, architecture = _MACHINES[machine]

    def number(entry: Numbers) -> int | None:
        return entry[column]

    def arg_low(index: int) -> Instruction:
        return (_LOAD, 0, 0, _ARGS + 8 * index)

    def refuse(code: int) -> Instruction:
        return (_RETURN, 0, 0, _ERRNO | code)

    allow: Instruction = (_RETURN, 0, 0, _ALLOW)
    no = refuse(errno.EPERM)
    steps: list[Instruction] = [
        (_LOAD, 0, 0, _ARCH),
        (_EQUAL, 1, 0, architecture),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, _NR),
        (_ABOVE, 0, 1, NEWEST),  # also catches the x32 numbers
        refuse(errno.ENOSYS),
    ]
    for table, code in ((PATHS, errno.EACCES), (REFUSED, errno.EPERM)):
        for entry in table.values():
            if (nr := number(entry)) is not None:
                steps += [(_EQUAL, 0, 1, nr), refuse(code)]

    def one_of(values: tuple[int, ...], *, then: Instruction, other: Instruction) -> list[Instruction]:
        tests = [(_EQUAL, len(values) - index, 0, value) for index, value in enumerate(values)]
        return [*tests, other, then]

    verdicts: dict[str, list[Instruction]] = {
        "clone": [arg_low(0), (_ANY_BIT, 1, 0, _CLONE_THREAD), no, allow],
        "clone3": [refuse(errno.ENOSYS)],  # its flags lie behind a pointer; the C library falls back to clone
        "kill": [arg_low(0), *one_of((pid,), then=allow, other=no)],
        "tgkill": [arg_low(0), *one_of((pid,), then=allow, other=no)],
        "prlimit64": [  # reading one's own limits is fine, setting any is not
            arg_low(2),
            (_EQUAL, 0, 6, 0),
            (_LOAD, 0, 0, _ARGS + 8 * 2 + 4),
            (_EQUAL, 0, 4, 0),
            arg_low(0),
            (_EQUAL, 1, 0, 0),
            (_EQUAL, 0, 1, pid),
            allow,
            no,
        ],
        "prctl": [arg_low(0), *one_of(_PRCTL_ALLOWED, then=allow, other=no)],
        "fcntl": [arg_low(1), *one_of(_FCNTL_REFUSED, then=no, other=allow)],
        "ioctl": [arg_low(1), *one_of(_IOCTL_ALLOWED, then=allow, other=no)],
    }
    for name, verdict in verdicts.items():
        nr = number(JUDGED[name])
        assert nr is not None
        steps += [(_EQUAL, 0, len(verdict), nr), *verdict]
    return [*steps, allow]


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_void_p))


def install() -> None:
    """Put the filter on every thread of this process, for good; `no_new_privs` must be set.

    Raises:
        UnavailableError: the kernel refuses, or a thread could not be brought under the filter.
    """
    if sys.platform != "linux":
        raise UnavailableError("not Linux")
    steps = program(platform.machine(), os.getpid())
    code = b"".join(struct.pack("=HBBI", *step) for step in steps)
    buffer = ctypes.create_string_buffer(code, len(code))
    argument = _Program(len(steps), ctypes.addressof(buffer))
    libc = ctypes.CDLL(None, use_errno=True)
    nr = REFUSED["seccomp"][_MACHINES[platform.machine()][0]]
    mode, all_threads = 1, 1  # SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC
    outcome = libc.syscall(
        ctypes.c_long(nr or 0), ctypes.c_ulong(mode), ctypes.c_ulong(all_threads), ctypes.byref(argument)
    )
    if outcome != 0:
        reason = os.strerror(ctypes.get_errno()) if outcome < 0 else f"thread {outcome} cannot be filtered"
        raise UnavailableError(reason)
