"""Every error that Cutroom raises on purpose, in one tree.

::

    CutroomError
    ├── ValidationError (ValueError)          a value that does not fit its declaration
    │   ├── TimeError                         a time that is negative, NaN or not understood
    │   ├── UnknownNameError                  an effect, preset or parameter that does not exist
    │   ├── ProjectFileError                  a .tlp that cannot be read
    │   ├── InterchangeError                  another program's timeline or subtitles that cannot be read or written
    │   └── EditError                         an edit that the timeline cannot take
    │       ├── ClipGoneError (LookupError)   a handle whose clip was removed
    │       ├── LockedTrackError
    │       └── HandlesError                  not enough media beyond a cut
    ├── MediaError (OSError)                  a media file that cannot be used
    │   ├── MediaNotFoundError (FileNotFoundError)
    │   ├── UnsupportedMediaError             not media, or a format off the allow-list
    │   └── DamagedMediaError                 truncated or corrupt
    ├── ProjectExistsError (FileExistsError)
    ├── ReadOnlyProjectError (PermissionError)
    ├── OutputError (OSError)                 an output that cannot be written
    │   └── DiskFullError
    ├── RenderError (RuntimeError)
    │   ├── AnalysisNeededError               an effect whose clip must be measured before it can be shown
    │   └── VerificationError                 a finished file that is not what the plan says
    ├── WorkerError (RuntimeError)            a worker process that failed
    │   ├── WorkerCrashedError
    │   ├── WorkerTimeoutError (TimeoutError)
    │   ├── AccessDeniedError (PermissionError)   a path nobody granted
    │   └── OverloadedError
    ├── ModelError (ValueError)               a model file that cannot be used
    ├── StaleSpansError (ValueError)          timeline spans of an older revision
    ├── JobError (RuntimeError)
    │   ├── JobNotFoundError (LookupError)
    │   └── JobCancelledError
    └── WidgetError (RuntimeError)

Every error carries `.value` (the thing that was wrong) and `.hint` (what to do about it).

Example:
    >>> from cutroom.errors import MediaNotFoundError
    >>> error = MediaNotFoundError("no such file: beach.mp4", value="beach.mp4", hint="check the path")
    >>> isinstance(error, FileNotFoundError), error.hint
    (True, 'check the path')
"""

from __future__ import annotations

import difflib
import os
import re
import warnings
from collections.abc import Iterable


class CutroomError(Exception):
    """Base of all errors.

    Args:
        message: one sentence that names the thing.
        value: the offending value itself, for programs.
        hint: one sentence with the remedy, for people.
    """

    def __init__(self, message: str, *, value: object = None, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.value = value
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message}\n  → {self.hint}" if self.hint else self.message

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild, (type(self), self.message, self.value, self.hint)

    def _render_traceback_(self) -> list[str]:
        """What IPython prints: the error, and where the user's own lines were; not the library's inner frames."""
        return [f"{type(self).__name__}: {self}", *_own_lines(self)]


_TOLD = 4
"""Lines of the user's own that are shown, the last ones."""


def _own_lines(error: CutroomError) -> list[str]:
    """Lines of cells and of the user's files by way of which an error was raised, if it was not a single one."""
    import linecache
    import sysconfig
    import traceback

    theirs = (os.path.dirname(__file__), *(sysconfig.get_path(name) for name in ("stdlib", "purelib", "platlib")))
    lines = []
    for frame, number in traceback.walk_tb(error.__traceback__):
        code = frame.f_code
        if code.co_filename.startswith(theirs) or code.co_filename.startswith("<frozen"):
            continue
        inside = "" if code.co_name.startswith("<") else f" in {code.co_name}"
        text = linecache.getline(code.co_filename, number, frame.f_globals).strip()
        lines.append(f"  at line {number}{inside}: {text}" if text else f"  at line {number}{inside}")
    return lines[-_TOLD:]


def _rebuild(kind: type[CutroomError], message: str, value: object, hint: str | None) -> CutroomError:
    return kind(message, value=value, hint=hint)


class ValidationError(CutroomError, ValueError):
    """A value that does not fit its declaration."""


class TimeError(ValidationError):
    """A time that is negative, not finite or not understood."""


class UnknownNameError(ValidationError):
    """A name that no registry entry has; the hint lists the nearest ones."""


class ProjectFileError(ValidationError):
    """A project file that cannot be read."""


class InterchangeError(ValidationError):
    """A timeline or subtitle file of another program that cannot be read, or a timeline that its format cannot hold."""


class EditError(ValidationError):
    """An edit that the timeline cannot take; nothing was changed."""


class ClipGoneError(EditError, LookupError):
    """A handle whose clip, track, effect or marker is not in the document any more."""


class LockedTrackError(EditError):
    """An edit on a locked track."""


class HandlesError(EditError):
    """Not enough media beyond a cut for what was asked."""


class MediaError(CutroomError, OSError):
    """A media file that cannot be used."""


class MediaNotFoundError(MediaError, FileNotFoundError):
    """A media file that is not where the path says."""


class UnsupportedMediaError(MediaError):
    """A file that is not media, or of a format that is off the allow-list."""


class DamagedMediaError(MediaError):
    """A media file that is truncated or corrupt."""


class ProjectExistsError(CutroomError, FileExistsError):
    """A project that would be overwritten."""


class ReadOnlyProjectError(CutroomError, PermissionError):
    """A project that another process holds."""


class OutputError(CutroomError, OSError):
    """An output that cannot be written."""


class DiskFullError(OutputError):
    """No space for an output; nothing was published."""


class RenderError(CutroomError, RuntimeError):
    """An export that could not be finished."""


class AnalysisNeededError(RenderError):
    """An effect, or an export, that goes by what must be measured first; `.value` holds the requests."""


class VerificationError(RenderError):
    """A finished file that is not what the plan says; it was not published."""


class WorkerError(CutroomError, RuntimeError):
    """A worker process that failed."""


class WorkerCrashedError(WorkerError):
    """A worker process that died in the middle of a task."""


class WorkerTimeoutError(WorkerError, TimeoutError):
    """A task that ran past its wall-clock limit and was killed."""


class AccessDeniedError(WorkerError, PermissionError):
    """A task that asked for a path nobody granted."""


class OverloadedError(WorkerError):
    """A worker pool whose queue is full."""


class ModelError(CutroomError, ValueError):
    """A detection model that cannot be used."""


class StaleSpansError(CutroomError, ValueError):
    """Timeline spans that were measured on an older revision of the timeline."""


class JobError(CutroomError, RuntimeError):
    """A background job that failed."""


class JobNotFoundError(JobError, LookupError):
    """A job id that the job store does not know."""


class JobCancelledError(JobError):
    """The result of a job that was cancelled."""


class WidgetError(CutroomError, RuntimeError):
    """A widget that cannot do what was asked."""


def nearest(name: str, known: Iterable[str], *, what: str, listed: str | None = None) -> UnknownNameError:
    """The error for an unknown `name`, with those of the `known` ones in its hint that are near.

    Args:
        name: that was given.
        known: those that there are.
        what: it is.
        listed: the call that lists all of them, for the hint where none is near; None: the hint lists them itself.

    Example:
        >>> str(nearest("brigthness", ["brightness", "blur"], what="effect"))
        "there is no effect 'brigthness'\\n  → did you mean 'brightness'?"
    """
    options = sorted(known)
    close = _near(name, options)
    hint = (
        "did you mean " + " or ".join(repr(c) for c in close) + "?"
        if close
        else f"{listed} lists them"
        if listed
        else f"known: {', '.join(options[:40])}" + (" …" if len(options) > 40 else "")
        if options
        else "there are none"
    )
    return UnknownNameError(f"there is no {what} {name!r}", value=name, hint=hint)


def _near(name: str, options: list[str]) -> list[str]:
    """At most three that may have been meant: the nearest, and those that are about as near."""
    wanted = folded(name)
    if len(wanted) < 2:
        return []
    alike = {option: _likeness(wanted, folded(option)) for option in options}
    best = max(alike.values(), default=0.0)
    found = [option for option in options if alike[option] >= max(_NEAR, best - _AS_NEAR)]
    return sorted(found, key=lambda option: -alike[option])[:3]


_NEAR, _AS_NEAR, _PART = 0.6, 0.1, 0.8
"""How alike a name must be; how much less than the nearest; how alike the beginning of a word is to the whole."""


def folded(name: str) -> str:
    """A name in small letters, its words joined by underscores: "Box blur" is "box_blur"."""
    return "_".join(re.findall(r"[^\W_]+", name.casefold()))


def _likeness(wanted: str, option: str) -> float:
    ratio = difflib.SequenceMatcher(None, wanted, option).ratio()
    part = f"_{wanted}" in f"_{option}" or f"_{option}_" in f"_{wanted}_"
    return max(ratio, _PART) if part and min(len(wanted), len(option)) > 2 else ratio


def to_plain(error: CutroomError) -> dict[str, object]:
    """An error as JSON, for another process; a value that JSON does not know travels as its text."""
    value = error.value if isinstance(error.value, str | int | float | bool | None) else str(error.value)
    return {"class": type(error).__name__, "message": error.message, "value": value, "hint": error.hint}


def from_plain(plain: dict[str, object], *, unknown: type[CutroomError] = CutroomError) -> CutroomError:
    """The error that another process told of; a class that this tree does not have becomes the `unknown` one.

    Example:
        >>> from_plain(to_plain(RenderError("no", hint="try again")))
        RenderError('no')
    """
    kind = globals().get(str(plain.get("class")))
    known = kind if isinstance(kind, type) and issubclass(kind, CutroomError) else unknown
    hint = plain.get("hint")
    return known(
        str(plain.get("message") or "it did not say why"), value=plain.get("value"), hint=str(hint) if hint else None
    )


_PACKAGE = os.path.dirname(__file__) + os.sep


def warn(told: str, kind: type[Warning] = UserWarning) -> None:
    """Warn of something, at the line outside of Cutroom that called."""
    warnings.warn(told, kind, skip_file_prefixes=(_PACKAGE,))
