"""Students on one node: so many exports at once, each with what a hub grants; how much all of them take."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import psutil

GRANTED = {"CPU_LIMIT": "0.5", "MEM_LIMIT": "1.5G"}
SIZE, SECONDS = (1280, 720), 4
EVERY = 0.5
"""Seconds between two looks."""
LONGEST = 1800
"""Seconds."""

_STUDENT = """
import sys, cutroom as cr
film, folder = sys.argv[1:]
with cr.Project.create(folder + "/film.tlp", fps=30, size=(1280, 720), sample_rate=48000) as project:
    tl = project.timeline
    first = tl.append(film, source=(0, 2))
    second = tl.append(film, source=(1.5, 3.5))
    tl.add_transition("dissolve", first, second, duration=0.5)
    first.effects.add("glow")
    second.effects.add("contrast", value=1.1)
    tl.add_title("One of thirty", at=0.5, duration=2)
    share = cr.limits()
    report = cr.Renderer(project).render(folder + "/film.mp4", progress=False)
    assert report.verified.ok
print(share, flush=True)
"""


@dataclass
class Seen:
    """What was seen while all of them worked."""

    processes: int = 0
    """At most at once."""
    resident: int = 0
    """Bytes, the most at once, with what processes share counted for each."""
    proportional: int = 0
    """Bytes, the most at once, with what processes share counted once."""
    largest: int = 0
    """Bytes, resident, of one student's processes, the most at once."""
    failed: list[str] = field(default_factory=list)
    share: str = ""
    seconds: float = 0


def torture(folder: Path, number: int) -> Seen:
    """Have so many students export at once."""
    from cutroom.demo.film import write_demo_film

    film = folder / "source.mp4"
    write_demo_film(film, seconds=SECONDS, size=SIZE, fps=Fraction(30))
    seen, began = Seen(), time.monotonic()
    students = [_student(film, folder / f"student-{i}") for i in range(number)]
    try:
        while any(one.poll() is None for one in students):
            if time.monotonic() - began > LONGEST:
                seen.failed.append(f"not done after {LONGEST} s")
                break
            _look(seen, students)
            time.sleep(EVERY)
    finally:
        for one in students:
            if one.poll() is None:
                one.kill()
    for i, one in enumerate(students):
        said, wrong = one.communicate()
        seen.share = said.strip() or seen.share
        if one.returncode:
            seen.failed.append(f"student {i} ended with status {one.returncode}: {wrong.strip()[-300:]}")
    seen.seconds = time.monotonic() - began
    return seen


def _student(film: Path, folder: Path) -> subprocess.Popen[str]:
    folder.mkdir()
    own = {f"CUTROOM_{name}_DIR": str(folder / name.lower()) for name in ("CACHE", "DATA")}
    environment = {**os.environ, **GRANTED, **own, "CUTROOM_TELEMETRY": "off"}
    command = [sys.executable, "-c", _STUDENT, str(film), str(folder)]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def _look(seen: Seen, students: list[subprocess.Popen[str]]) -> None:
    processes = resident = proportional = 0
    for student in students:
        held = 0
        for process in _family(student):
            try:
                rows = dict(line.split(":", 1) for line in _rollup(process.pid).splitlines()[1:])
            except OSError:
                continue
            processes += 1
            held += _bytes(rows.get("Rss", ""))
            proportional += _bytes(rows.get("Pss", ""))
        resident += held
        seen.largest = max(seen.largest, held)
    seen.processes = max(seen.processes, processes)
    seen.resident = max(seen.resident, resident)
    seen.proportional = max(seen.proportional, proportional)


def _family(student: subprocess.Popen[str]) -> list[psutil.Process]:
    if student.poll() is not None:
        return []
    try:
        first = psutil.Process(student.pid)
        return [first, *first.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def _rollup(pid: int) -> str:
    return Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")


def _bytes(text: str) -> int:
    return int(text.split(maxsplit=1)[0]) * 1024 if text.split() else 0


def told(seen: Seen, number: int) -> str:
    """The numbers, in a few lines."""
    from cutroom.settings import amount, shown

    granted = " ".join(f"{name}={value}" for name, value in GRANTED.items())
    return "\n".join(
        (
            f"{number} exports at once, {granted}: {len(seen.failed)} failed ({seen.seconds:.0f} s)",
            f"  each sees   {seen.share}",
            f"  processes   {seen.processes} at most, {seen.processes / number:.1f} a student",
            f"  memory      {shown(seen.proportional)} at most, {shown(seen.proportional // number)} a student "
            f"({shown(seen.resident)} with what they share counted for each)",
            f"  largest     {shown(seen.largest)} of {shown(amount(GRANTED['MEM_LIMIT']))} granted",
        )
    )


def failures(seen: Seen) -> list[str]:
    """What went wrong; a student that took more than its grant would have been killed."""
    from cutroom.settings import amount, shown

    over = seen.largest > amount(GRANTED["MEM_LIMIT"])
    return [*seen.failed, *([f"one took {shown(seen.largest)}"] if over else [])]
