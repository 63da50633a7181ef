"""Processes that edit a project and are killed at any moment: what they acknowledged is there when it is opened again.

Each process opens the project where the last one was killed, and lives a life of edits that is drawn from a seed. After
each call that returned it writes a line. The parent kills it, lives the same life in memory up to the last line, opens
the project, and compares: the document is the one of that line, or the one of the call that was under way, and so is
the history. Every second time the project is closed then, so that the next process goes on from its past.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from random import Random
from typing import NamedTuple

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "edit"))

from life import Life, mark

from cutroom.edit.change import State
from cutroom.edit.journal_files import own_files
from cutroom.edit.ledger import Ledger
from cutroom.schema.document import ProjectSettings
from cutroom.session import Session

LONGEST = 0.25
"""Seconds that a process lives after its first line."""


class Kills(NamedTuple):
    """What was seen."""

    kills: int
    acknowledged: int
    """Calls."""
    under_way: int
    """Kills after which the call under way was there as well."""
    replays: int
    """Kills after which there was something to replay."""
    lost: list[str]
    """What was not as it should be, in words; empty when all is well."""


def child(project: Path, seed: str) -> None:
    """Live until killed."""
    session = Session.open(project)
    life = Life(session, seed)
    while True:
        life.call()
        os.write(1, f"{mark(session.document)}\n".encode())


def killed(project: Path, seed: str, draw: Random) -> list[str]:
    """What a process acknowledged before it was killed."""
    command = [sys.executable, str(Path(__file__).resolve()), str(project), seed]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        first = process.stdout.readline()
        time.sleep(draw.random() * LONGEST)
        process.send_signal(signal.SIGKILL)
        rest, error = process.stdout.read(), process.stderr.read()
    if process.returncode != -signal.SIGKILL:
        raise AssertionError(f"seed {seed} ended by itself: {error.decode()}")
    return (first + rest).decode().split("\n")[:-1]  # what is cut short was not acknowledged


def reopened(project: Path) -> Session:
    """A project as the next process will find it, in memory: a close may have shortened its history."""
    session = Session.open(project)
    memory = Session(Ledger(State(session.revision, session.document, session.history)))
    session.close(save=False)
    return memory


def _agree(found: Session, memory: Session) -> bool:
    """Whether both hold one document, and the steps of what was found are the last ones of the other."""
    steps, lived = ([(step.label, step.operation) for step in one.history.steps] for one in (found, memory))
    return mark(found.document) == mark(memory.document) and steps == lived[-len(steps) :]


def torture(folder: Path, kills: int, seed: int = 0) -> Kills:
    """Kill so many processes, one after the other, on one project."""
    project, draw = folder / "trip.tlp", Random(seed)
    session = Session.create(project, ProjectSettings())
    memory = Session(session.document)
    session.close()
    acknowledged = under_way = replays = 0
    lost: list[str] = []
    for number in range(kills):
        lines = killed(project, f"{seed}/{number}", draw)
        acknowledged += len(lines)
        life = Life(memory, f"{seed}/{number}")
        for line in lines:
            life.call()
            if mark(memory.document) != line:
                raise AssertionError(f"seed {seed}/{number}: a life that is lived again went another way")
        found = Session.open(project)
        if not _agree(found, memory):  # a call may change the history alone: what it lifts was a gap
            life.call()
            if _agree(found, memory):
                under_way += 1
            else:
                lost.append(f"seed {seed}/{number}: after {len(lines)} calls")
        if found.ledger.journal is not None and found.ledger.journal.problem:
            lost.append(f"seed {seed}/{number}: {found.ledger.journal.problem}")
        replays += bool(found.recovered)
        found.close(save=number % 2 == 1)
        memory = reopened(project)
        for left in own_files(project)[2:]:
            if left.exists():
                lost.append(f"seed {seed}/{number}: {left.name} is left")
    return Kills(kills, acknowledged, under_way, replays, lost)


if __name__ == "__main__":
    child(Path(sys.argv[1]), sys.argv[2])
