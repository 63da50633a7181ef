"""What a finished file really holds, compared with what it should hold."""

from __future__ import annotations

import html
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import Field

from cutroom.render.executor import TaskExecutor, at_once
from cutroom.render.orders import FileLayout, VerifyTask
from cutroom.render.tasks import verify_file
from cutroom.schema.base import Frozen
from cutroom.schema.time import Rate, Seconds

if TYPE_CHECKING:
    import pandas as pd


class Verification(Frozen):
    """The result of demuxing a whole file and decoding its joins (a short file: all of it)."""

    path: str
    frames: int = Field(ge=0)
    """Pictures in the file."""
    fps: Rate | None
    width: int
    height: int
    samples: int = Field(ge=0)
    """Samples that a player hears."""
    sample_rate: int
    seconds: Seconds
    """Length of the longer stream."""
    decoded_frames: int
    """Pictures that were decoded."""
    decoded_samples: int
    subtitles: int = Field(default=0, ge=0)
    """Texts of its streams of subtitles."""
    problems: tuple[str, ...]
    """What is wrong, one sentence each; empty: nothing."""

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return not self.problems

    def __str__(self) -> str:
        return _lines(self)

    def __repr__(self) -> str:
        return f"<Verification {self}>"

    def _repr_html_(self) -> str:
        return f"<div>{'✓' if self.ok else '✗'} {html.escape(str(self))}</div>"

    def to_df(self) -> pd.DataFrame:
        """One row: the fields, with `problems` joined by line breaks."""
        import pandas as pd

        row: dict[str, Any] = self.model_dump()
        fps = None if self.fps is None else float(self.fps)
        row.update(fps=fps, seconds=float(self.seconds), problems="\n".join(self.problems), ok=self.ok)
        return pd.DataFrame([row])


def _lines(verification: Verification) -> str:
    found = verification
    parts = [f"{os.path.basename(found.path)}: {float(found.seconds):.3f} s"]
    if found.frames:
        rate = float(found.fps) if found.fps else 0.0
        parts.append(
            f"{found.frames} frames {found.width}x{found.height} at {rate:g} fps, {found.decoded_frames} decoded"
        )
    if found.samples:
        parts.append(f"{found.samples} samples at {found.sample_rate} Hz")
    if found.subtitles:
        parts.append(f"{found.subtitles} subtitles")
    return ", ".join(parts) + ": " + ("nothing wrong" if found.ok else "; ".join(found.problems))


def verify(path: str | os.PathLike[str], executor: TaskExecutor, expected: FileLayout | None = None) -> Verification:
    """Look at a finished MP4 in a worker: frame and sample count, lengths, order of timestamps, decoding.

    Args:
        path: of the file; the executor's grants must let it be read.
        executor: runs the task.
        expected: what the file should hold; None: it is only compared with itself.

    Returns:
        What was found; `problems` says what is wrong.

    Raises:
        MediaError: it is missing, or not media.

    Example:
        >>> verify("out.mp4", pool).ok  # doctest: +SKIP
        True
    """
    task = VerifyTask(str(Path(path).absolute()), expected, at_once(executor) or 1)
    return Verification.model_validate(executor.submit(verify_file, task).result())
