"""What an edit needs beside its media: fonts, look-up tables, the code of effects. Each is known by its content."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from cutroom.schema.base import Frozen
from cutroom.schema.media import Fingerprint, MediaPath

ResourceKind = Literal["font", "lut", "python"]
MOST_RESOURCES = 1000
"""Of one project."""
LARGEST_FILE = 64 << 20
"""Bytes of a font or a look-up table."""
LARGEST_PAYLOAD = 1 << 20
"""Bytes of the code of an effect, which travels inside of the project."""
MOST_PAYLOADS = 32 << 20
"""Bytes of the code of all effects of a project."""


def _payload(value: str) -> str:
    try:
        data = base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("a payload is base64") from None
    if len(data) > LARGEST_PAYLOAD:
        raise ValueError(f"a payload has at most {LARGEST_PAYLOAD >> 20} MiB")
    return value


_EFFECT = re.compile(r"python:(?P<title>\w{1,60}):(?P<digest>[0-9a-f]{16})")


def effect_name(title: str, sha256: str) -> str:
    """What an effect made of code is called in a project: it names the code, so other code is another effect.

    Example:
        >>> effect_name("tint", "0123456789abcdef" * 4)
        'python:tint:0123456789abcdef'
    """
    return f"python:{title}:{sha256[:16]}"


def code_of(effect: str) -> str | None:
    """How the SHA-256 of an effect's code begins; None where it is not made of code.

    Example:
        >>> code_of("python:tint:0123456789abcdef"), code_of("blur")
        ('0123456789abcdef', None)
    """
    found = _EFFECT.fullmatch(effect)
    return found["digest"] if found else None


def short_name(effect: str) -> str:
    """What people call an effect: without the digest of its code, as `clip.effects.add` takes it too.

    Example:
        >>> short_name("python:tint:0123456789abcdef"), short_name("blur")
        ('python:tint', 'blur')
    """
    return effect.rpartition(":")[0] if effect.startswith("python:") and code_of(effect) is not None else effect


Payload = Annotated[str, Field(max_length=LARGEST_PAYLOAD * 4 // 3 + 4), AfterValidator(_payload)]
"""Bytes as base64."""


class Resource(Frozen):
    """A file that is no media, or code, that an edit needs. Titles and effects name it by its SHA-256.

    Example:
        >>> code = b"code"
        >>> made = Resource.of_payload(code, source="def negative(frame): ...")
        >>> made.data == code, made.title
        (True, 'python')
    """

    kind: ResourceKind
    fingerprint: Fingerprint
    path: MediaPath | None = None
    """Of a file: relative to the project's folder with forward slashes, or absolute."""
    payload: Payload | None = None
    """Of code: the bytes themselves."""
    source: str = Field(default="", max_length=LARGEST_PAYLOAD)
    """Of code: the text to show, from which nothing is made."""

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if self.kind == "python":
            if self.path is not None or self.payload is None:
                raise ValueError("code lies in the project itself, as its payload")
            data = self.data
            assert data is not None
            if (hashlib.sha256(data).hexdigest(), len(data)) != (self.fingerprint.sha256, self.fingerprint.size):
                raise ValueError("the payload is not what its SHA-256 says")
        elif self.path is None or self.payload is not None or self.source:
            raise ValueError(f"a {self.kind} is a file, named by its path")
        elif self.fingerprint.size > LARGEST_FILE:
            raise ValueError(f"a {self.kind} has at most {LARGEST_FILE >> 20} MiB")
        return self

    @classmethod
    def of_payload(cls, data: bytes, *, source: str) -> Self:
        """Code as a resource.

        Args:
            data: its bytes.
            source: the text to show.
        """
        fingerprint = Fingerprint(sha256=hashlib.sha256(data).hexdigest(), size=len(data))
        return cls(kind="python", fingerprint=fingerprint, payload=base64.b64encode(data).decode(), source=source)

    @property
    def sha256(self) -> str:
        """What it is known by."""
        return self.fingerprint.sha256

    @property
    def data(self) -> bytes | None:
        """The bytes of code; None for a file."""
        return None if self.payload is None else base64.b64decode(self.payload)

    @property
    def title(self) -> str:
        """What people call it: the name of the file."""
        return self.kind if self.path is None else self.path.replace("\\", "/").rsplit("/", 1)[-1]
