"""The settings themselves: folders, budgets, telemetry; each value with its source."""

from __future__ import annotations

import os
import sys
import tempfile
import tomllib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import platformdirs
import pydantic
from pydantic import BaseModel, ConfigDict, Field

from ..errors import ValidationError, nearest

if TYPE_CHECKING:
    import pandas as pd

RUNTIME_DIR_BYTES = 56  # a Unix socket path holds 107 bytes (macOS: 103); the rest is for its name
PREFIX = "CUTROOM_"


def _absolute(value: object) -> object:
    return Path(os.path.abspath(Path(value).expanduser())) if isinstance(value, (str, Path)) and str(value) else value


Folder = Annotated[Path, pydantic.BeforeValidator(_absolute)]


class Settings(BaseModel):
    """Where Cutroom keeps things on this machine. Nothing is created by reading it.

    Example:
        >>> Settings(cache_dir="/tmp/c", data_dir="/tmp/d", runtime_dir="/tmp/r").telemetry
        'local'
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    cache_dir: Folder
    """Things that can be made again: rendered segments, previews, indexes."""
    data_dir: Folder
    """Things to keep: models, plugins, grants, the stores of jobs and telemetry."""
    runtime_dir: Folder
    """Sockets and connection files of running processes; at most 56 bytes long. Create it with `private_folder`."""
    telemetry: Literal["local", "off"] = "local"
    """`local`: spans and metrics go to a file in `data_dir`; `off`: nothing is recorded."""
    sources: Mapping[str, str] = Field(default_factory=dict)
    """For each value: ``default``, ``environment CUTROOM_…`` or ``file …``."""

    @pydantic.field_validator("runtime_dir")
    @classmethod
    def _short(cls, value: Path) -> Path:
        if len(os.fsencode(value)) > RUNTIME_DIR_BYTES:
            raise ValueError(f"longer than {RUNTIME_DIR_BYTES} bytes; a socket in it would have no room for its name")
        return value

    def to_df(self) -> pd.DataFrame:
        """One row per setting: ``setting``, ``value``, ``source`` (all strings)."""
        import pandas as pd

        rows = [(key, str(getattr(self, key)), self.sources.get(key, "given")) for key in KEYS]
        return pd.DataFrame(rows, columns=["setting", "value", "source"], dtype="str")


KEYS = tuple(key for key in Settings.model_fields if key != "sources")


def settings() -> Settings:
    """The settings of this process, read again whenever a variable that they depend on has changed.

    The configuration file is read once per process.

    Raises:
        ValidationError: a value, or a key of the configuration file, that does not fit; names it and its source.

    Example:
        >>> settings().cache_dir.is_absolute()
        True
    """
    depends = {k: v for k, v in os.environ.items() if k.startswith((PREFIX, "XDG_")) or k in {"HOME", "TMPDIR"}}
    return _cached(tuple(sorted(depends.items())))


@lru_cache(maxsize=8)
def _cached(environment: tuple[tuple[str, str], ...]) -> Settings:
    return load(dict(environment))


def load(environment: Mapping[str, str]) -> Settings:
    """The settings that follow from `environment` and the configuration file it leads to."""
    named = environment.get(f"{PREFIX}CONFIG_FILE")
    path = (
        Path(named).expanduser() if named else platformdirs.user_config_path("cutroom", appauthor=False) / "config.toml"
    )
    values: dict[str, object] = {**_defaults(environment)}
    sources = dict.fromkeys(KEYS, "default")
    for key, value in _file(path, required=named is not None).items():
        values[key], sources[key] = value, f"file {path}"
    for key in KEYS:
        if text := environment.get(PREFIX + key.upper()):
            values[key], sources[key] = text, f"environment {PREFIX}{key.upper()}"
    try:
        return Settings.model_validate({**values, "sources": sources})
    except pydantic.ValidationError as error:
        first = error.errors()[0]
        key = str(first["loc"][0])
        raise ValidationError(
            f"the setting {key} = {str(first['input'])!r} ({sources.get(key, 'given')}) does not fit: {first['msg']}",
            value=first["input"],
            hint="correct it in the place named, or remove it to use the default",
        ) from None


def _defaults(environment: Mapping[str, str]) -> dict[str, object]:
    return {
        "cache_dir": platformdirs.user_cache_path("cutroom", appauthor=False),
        "data_dir": platformdirs.user_data_path("cutroom", appauthor=False),
        "runtime_dir": _runtime_default(environment),
    }


def _runtime_default(environment: Mapping[str, str]) -> Path:
    """A short folder of this user's: in the session's runtime folder if that exists, else in the temporary one."""
    session = environment.get("XDG_RUNTIME_DIR", "")
    if session and os.access(session, os.W_OK | os.X_OK) and len(os.fsencode(session)) <= RUNTIME_DIR_BYTES - 8:
        return Path(session) / "cutroom"
    leaf = "cutroom" if sys.platform == "win32" else f"cutroom-{os.getuid()}"
    temporary = Path(tempfile.gettempdir()) / leaf
    return temporary if len(os.fsencode(temporary)) <= RUNTIME_DIR_BYTES else Path("/tmp") / leaf  # noqa: S108 (0700, checked by private_folder)


def _file(path: Path, *, required: bool) -> dict[str, object]:
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        if not required:
            return {}
        raise ValidationError(
            f"there is no configuration file {path}", value=str(path), hint="correct or unset CUTROOM_CONFIG_FILE"
        ) from None
    except (OSError, ValueError) as error:
        raise ValidationError(
            f"cannot read the configuration file {path}: {error}", value=str(path), hint='it is TOML: key = "value"'
        ) from error
    for key in values:
        if key not in KEYS:
            raise nearest(key, KEYS, what=f"setting in {path},")
    return values
