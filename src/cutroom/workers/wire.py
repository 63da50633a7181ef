"""Framed messages with file descriptors over a Unix stream socket.

::

    prefix   ">2sBBIQ"   magic b"CW", kind, number of descriptors, header length, body length
    header   JSON
    body     raw bytes: a pickle (downwards only) or the buffers that the header describes
    descriptors travel as SCM_RIGHTS beside the first byte of the prefix

Every length is checked against a limit before any memory is taken for it.
"""

from __future__ import annotations

import array
import contextlib
import enum
import json
import os
import socket
import struct
import time
from collections import deque
from dataclasses import dataclass, field
from typing import Any

PREFIX = struct.Struct(">2sBBIQ")
MAGIC = b"CW"
MIB = 1 << 20
MAX_DESCRIPTORS = 250
_CHUNK = 256 * 1024
_CLOEXEC = getattr(socket, "MSG_CMSG_CLOEXEC", 0)


class Kind(enum.IntEnum):
    """What a frame is: below 16 downwards, below 32 from a child, the rest from a broker."""

    SETUP = 1
    GRANTS = 2
    TASK = 3
    READY = 16
    PROGRESS = 17
    RESULT = 18
    ERROR = 19
    LEAVING = 20
    FAILED = 32


class ProtocolError(Exception):
    """The other side sent something that is no frame, or one beyond the limits."""


@dataclass(frozen=True)
class Limits:
    """The most that one frame may carry."""

    header: int = 64 * MIB
    body: int = 64 * MIB
    descriptors: int = MAX_DESCRIPTORS


DOWN = Limits(body=1 << 30)
"""From the user's process, which is trusted."""

UP = Limits(body=64 * MIB if hasattr(os, "memfd_create") else 2 << 30, descriptors=1)
"""From a child, which is not: large buffers come as one sealed memfd where the system has it."""


@dataclass(frozen=True)
class Frame:
    """One message; whoever takes it owns its descriptors."""

    kind: Kind
    header: bytes = b"{}"
    body: bytes = b""
    descriptors: tuple[int, ...] = ()

    @property
    def data(self) -> Any:
        """The header, parsed."""
        return json.loads(self.header)

    def close(self) -> None:
        """Close its descriptors."""
        for descriptor in self.descriptors:
            with contextlib.suppress(OSError):
                os.close(descriptor)


def frame(kind: Kind, data: object, body: bytes = b"", descriptors: tuple[int, ...] = ()) -> Frame:
    """A frame whose header is the JSON of `data`."""
    return Frame(kind, json.dumps(data, separators=(",", ":")).encode("ascii"), body, descriptors)


@dataclass
class _Outgoing:
    frame: Frame
    views: list[memoryview] = field(default_factory=list)
    descriptors: tuple[int, ...] = ()


class Channel:
    """One end of a connection; it closes a frame's descriptors once they are on their way."""

    def __init__(self, sock: socket.socket, limits: Limits) -> None:
        self.socket = sock
        self._limits = limits
        self._incoming = bytearray()
        self._arrived: deque[int] = deque()
        self._outgoing: deque[_Outgoing] = deque()

    @property
    def pending(self) -> bool:
        """Whether frames wait to be sent."""
        return bool(self._outgoing)

    def queue(self, item: Frame) -> None:
        """Put a frame in line for `flush`."""
        prefix = PREFIX.pack(MAGIC, item.kind, len(item.descriptors), len(item.header), len(item.body))
        views = [memoryview(part) for part in (prefix, item.header, item.body) if len(part)]
        self._outgoing.append(_Outgoing(item, views, item.descriptors))

    def flush(self) -> bool:
        """Send what the socket takes; True when nothing is left."""
        while self._outgoing:
            item = self._outgoing[0]
            ancillary = (
                [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", item.descriptors))] if item.descriptors else []
            )
            try:
                count = self.socket.sendmsg(item.views, ancillary)
            except (BlockingIOError, InterruptedError):
                return False
            if item.descriptors:
                item.descriptors = ()
                item.frame.close()
            item.views = _advance(item.views, count)
            if not item.views:
                self._outgoing.popleft()
        return True

    def send(self, item: Frame) -> None:
        """Send a whole frame; the socket must be a blocking one."""
        self.queue(item)
        self.flush()

    def receive(self, deadline: float | None = None) -> Frame:
        """The next frame.

        Args:
            deadline: give up at this value of `time.monotonic()`.

        Raises:
            EOFError: the other side is gone.
            TimeoutError: the deadline has passed.
            ProtocolError: no frame, or one beyond the limits.
        """
        while (item := self._take()) is None:
            if deadline is not None:
                self.socket.settimeout(max(deadline - time.monotonic(), 1e-3))
            try:
                self._read()
            finally:
                if deadline is not None:
                    self.socket.settimeout(None)
        return item

    def arrived(self) -> list[Frame]:
        """Read once from a readable socket and give the frames that are whole by now.

        Raises:
            EOFError: the other side is gone.
            ProtocolError: no frame, or one beyond the limits.
        """
        with contextlib.suppress(BlockingIOError, InterruptedError):
            self._read()
        frames: list[Frame] = []
        try:
            while (item := self._take()) is not None:
                frames.append(item)
        except ProtocolError:
            for item in frames:
                item.close()
            raise
        return frames

    def close(self) -> None:
        """Close the socket and everything that is under way."""
        self.socket.close()
        for item in self._outgoing:
            if item.descriptors:
                item.frame.close()
        self._outgoing.clear()
        while self._arrived:
            with contextlib.suppress(OSError):
                os.close(self._arrived.popleft())

    def _read(self) -> None:
        space = socket.CMSG_SPACE(MAX_DESCRIPTORS * 4)
        try:
            data, ancillary, flags, _ = self.socket.recvmsg(_CHUNK, space, _CLOEXEC)
        except ConnectionResetError:
            raise EOFError from None
        for level, kind, payload in ancillary:
            if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
                numbers = array.array("i")
                numbers.frombytes(payload[: len(payload) - len(payload) % numbers.itemsize])
                self._arrived.extend(numbers)
                if not _CLOEXEC:
                    for number in numbers:
                        os.set_inheritable(number, False)
        if flags & socket.MSG_CTRUNC or len(self._arrived) > 2 * MAX_DESCRIPTORS:
            raise ProtocolError("too many descriptors")
        if not data:
            raise EOFError
        self._incoming += data

    def _take(self) -> Frame | None:
        if len(self._incoming) < PREFIX.size:
            return None
        magic, kind, count, header, body = PREFIX.unpack_from(self._incoming)
        limits = self._limits
        if magic != MAGIC or kind not in Kind.__members__.values():
            raise ProtocolError("no frame")
        if header > limits.header or body > limits.body or count > limits.descriptors:
            raise ProtocolError(f"a frame beyond the limits: header {header}, body {body}, {count} descriptors")
        total = PREFIX.size + header + body
        if len(self._incoming) < total:
            return None
        if len(self._arrived) < count:
            raise ProtocolError("a frame without its descriptors")
        view = memoryview(self._incoming)
        item = Frame(
            Kind(kind),
            bytes(view[PREFIX.size : PREFIX.size + header]),
            bytes(view[PREFIX.size + header : total]),
            tuple(self._arrived.popleft() for _ in range(count)),
        )
        view.release()
        del self._incoming[:total]
        return item


def _advance(views: list[memoryview], count: int) -> list[memoryview]:
    rest = []
    for view in views:
        if count >= len(view):
            count -= len(view)
        else:
            rest.append(view[count:])
            count = 0
    return rest
