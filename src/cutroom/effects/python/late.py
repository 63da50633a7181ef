"""What is said where a function of the user's own did not come to an end: in its time, or at all."""

from __future__ import annotations

from collections.abc import Iterator

from cutroom.effects.python.code import code
from cutroom.errors import RenderError, WorkerCrashedError, WorkerTimeoutError
from cutroom.schema.document import Document
from cutroom.schema.resource import code_of

_TOLD = 3
"""Clips that are named."""
_ANEW = (
    "run its cell again, and put the new effect on the clip: clip.effects.replace(…), or switch it off: "
    "fx.enabled = False"
)


def too_slow(
    document: Document, sha256: str, limit: str, error: WorkerTimeoutError
) -> RenderError | WorkerTimeoutError:
    """The error of a task that was killed while it ran a function.

    Args:
        document: what was shown.
        sha256: of the code that the worker said it was running; of none where it was running something else.
        limit: how much time there was, in words.
        error: what is known of it otherwise, which is given back where no function is to blame.
    """
    blamed = _blamed(document, sha256)
    if blamed is None:
        return error
    title, what = blamed
    return RenderError(
        f"{what} ran past {limit} and was stopped",
        value=title,
        hint=f"look for a loop that never ends, or work that can be done once, outside of the function; {_ANEW}",
    )


def crashed(document: Document, sha256: str, error: WorkerCrashedError) -> RenderError | WorkerCrashedError:
    """The error of a task whose worker died while it ran a function.

    Args:
        document: what was shown.
        sha256: as of `too_slow`.
        error: how it died; given back where no function is to blame.
    """
    blamed = _blamed(document, sha256)
    if blamed is None:
        return error
    title, what = blamed
    return RenderError(
        f"while {what} ran, {error.message}",
        value=title,
        hint="look for what ends a process (os._exit), for native code that reads beyond an array's end, and for more "
        f"memory than a worker may use; {_ANEW}",
    )


def _blamed(document: Document, sha256: str) -> tuple[str, str] | None:
    """A function's name, and what it is and where, in words."""
    resource = next((one for one in document.resources if one.kind == "python" and one.sha256 == sha256), None)
    if resource is None:
        return None
    title, clips = code(resource).title, list(_users(document, sha256))
    where = ", ".join(clips[:_TOLD]) + (" and others" if len(clips) > _TOLD else "")
    return title, f"effect {title} on clip {where or 'unknown'}"


def _users(document: Document, sha256: str) -> Iterator[str]:
    """The clips whose effects run some code."""
    for timeline in (document.timeline, *(compound.timeline for compound in document.compounds)):
        for track in timeline.tracks:
            for _, clip in track.clips():
                if any(effect.enabled and sha256.startswith(code_of(effect.effect) or "-") for effect in clip.effects):
                    yield clip.id
