"""A session that goes on for days: its journal stays small, and still holds all that can be undone."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from cutroom.edit.history import DEPTH
from cutroom.session import Session

CHILD = """
import json, os, signal, sys
from pathlib import Path
from cutroom.edit.operations import SetSettings
from cutroom.schema.document import ProjectSettings
from cutroom.session import Session

undone, after = int(sys.argv[2]), sys.argv[3]
session = Session.create(Path(sys.argv[1]), ProjectSettings())
width, sizes = 1000, []

def step():
    global width
    width += 1
    session.apply(SetSettings(settings=ProjectSettings(width=width)), f"width {width}")

for part in range(12):
    for _ in range(300):
        step()
    if part == 11:
        for _ in range(undone):
            session.undo()
    session.save()
    journal = session.ledger.journal
    files = [journal.path.with_name(journal.path.name + suffix) for suffix in ("", "-wal")]
    sizes.append((journal.last_step(), sum(file.stat().st_size for file in files)))
for verb in after:
    {"u": session.undo, "r": session.redo, "a": step, "s": session.save}[verb]()
told = {
    "sizes": sizes,
    "width": session.document.settings.width,
    "labels": [entry.label for entry in session.history.steps],
    "done": session.history.done,
    "dirty": session.dirty,
}
print(json.dumps(told), flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="needs kill -9")
@pytest.mark.parametrize(
    ("undone", "after"),
    [(0, ""), (0, "uuura"), (0, "uuuusrru"), (3, "rru"), (3, "uuas"), (3, "uuasuur"), (DEPTH, "rra"), (DEPTH, "rsr")],
)
def test_the_journal_starts_anew_and_forgets_no_step(quick_disk: Path, undone: int, after: str) -> None:
    path = quick_disk / "trip.tlp"
    done = subprocess.run(
        [sys.executable, "-c", CHILD, str(path), str(undone), after], capture_output=True, text=True, check=False
    )
    assert done.returncode == -signal.SIGKILL, done.stderr
    told = json.loads(done.stdout)
    assert max(steps for steps, _ in told["sizes"]) <= 4 * DEPTH
    assert max(size for _, size in told["sizes"][6:]) <= max(size for _, size in told["sizes"][:6]) * 1.2
    session = Session.open(path)
    assert bool(session.recovered) == told["dirty"]
    assert session.document.settings.width == told["width"]
    if not told["dirty"]:
        return  # nothing to replay: the file is enough
    assert [step.label for step in session.history.steps] == told["labels"]
    assert session.history.done == told["done"]
    widths = [step.after.settings.width for step in session.history.steps]
    assert [f"width {width}" for width in widths] == told["labels"]
    while session.history.done:
        session.undo()
    assert session.document.settings.width == widths[0] - 1
    session.close(save=False)
