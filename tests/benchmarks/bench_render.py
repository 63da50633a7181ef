"""R1 and R4: an export with three layers of picture and two tracks of sound, beside other programs with the same edit.

Every program runs as a process of its own, from its start to its end, in turn with Cutroom with an empty cache. What it
made is looked at before its time counts. `CUTROOM_BENCH_SECONDS` is the film's length, `CUTROOM_BENCH_ROUNDS` how often
each program runs, `CUTROOM_BENCH_PEERS` which ("ffmpeg,melt").
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import imageio_ffmpeg
import psutil
import render_peers
from render_film import RATE, Film
from render_peers import MissingError

TOP = Path(__file__).resolve().parents[2]
ROUNDS, PATIENCE = 5, 150.0
"""Rounds of a peer, and seconds after which it gets no other one."""
LEAST_SSIM = 0.95
LOOK_EVERY = 0.05
Order = Callable[[Film, Any, Path], list[str]]
PEERS: dict[str, tuple[Order, float]] = {
    "ffmpeg": (render_peers.ffmpeg, 0.9),
    "melt": (render_peers.melt, 0.8),
    "moviepy": (render_peers.moviepy, 0.15),
}


class Run(NamedTuple):
    """What one export took."""

    wall: float
    """Seconds."""
    work: float
    """Seconds of processors, of all processes."""
    peak: float
    """Most memory at once, in GB: resident pages of all processes, shared ones counted in each."""


def measure() -> list[dict[str, Any]]:
    """Rows of each peer that is here; of one that is not, the reason."""
    frames = RATE * int(os.environ.get("CUTROOM_BENCH_SECONDS", "60"))
    film = Film(frames, TOP / ".bench")
    film.make()
    with tempfile.TemporaryDirectory(prefix="cutroom-bench-") as folder:
        return _measured(film, Path(folder))


def _measured(film: Film, folder: Path) -> list[dict[str, Any]]:
    path = folder / "film.tlp"
    rows: list[dict[str, Any]] = []
    own: list[Run] = []
    with film.project(path) as project:
        orders: dict[str, list[str]] = {}
        for name in os.environ.get("CUTROOM_BENCH_PEERS", ",".join(PEERS)).split(","):
            try:
                orders[name] = PEERS[name][0](film, project, folder / f"{name}.mp4")
            except MissingError as error:
                rows.append(_row(f"R1 {name} left out: {error}", float("nan"), "x", None))
    for name, order in orders.items():
        pairs = _pairs(order, path, folder, f"{name}.mp4", film.frames)
        own += [mine for mine, _ in pairs]
        seconds = film.frames // RATE
        told = f"{name}, {seconds} s, {len(pairs)} round{'s' * (len(pairs) > 1)}"
        wall, work = (statistics.median(mine[i] / other[i] for mine, other in pairs) for i in (0, 1))
        rows.append(_row(f"R1 wall time beside {told}", wall, "x", PEERS[name][1]))
        rows.append(_row(f"R1 processor time beside {name}", work, "x", None))
        rows.append(
            _row(f"R1 SSIM, {name} against Cutroom", _ssim(folder / "own.mp4", folder / f"{name}.mp4"), "", None)
        )
        rows.append(_row(f"R1 memory of {name}", statistics.median(other.peak for _, other in pairs), "GB", None))
    if own:
        rows.append(_row("R1 Cutroom, wall time", statistics.median(run.wall for run in own), "s", None))
        rows.append(_row("R1 Cutroom, processor time", statistics.median(run.work for run in own), "s", None))
        rows.append(_row("R4 Cutroom, memory of all processes", max(run.peak for run in own), "GB", 1.2))
    return rows


def _pairs(order: list[str], project: Path, folder: Path, output: str, frames: int) -> list[tuple[Run, Run]]:
    """Cutroom and a peer in turn; what both made is compared after the first round."""
    pairs: list[tuple[Run, Run]] = []
    rounds, spent = int(os.environ.get("CUTROOM_BENCH_ROUNDS", str(ROUNDS))), 0.0
    while len(pairs) < rounds and spent < PATIENCE:
        pairs.append((_own(project, folder), _watched(order)))
        spent += pairs[-1][1].wall
        if len(pairs) == 1:
            _require_alike(folder / "own.mp4", folder / output, frames)
    return pairs


def _own(project: Path, folder: Path) -> Run:
    """Cutroom with an empty cache."""
    cache = folder / "cache"
    shutil.rmtree(cache, ignore_errors=True)
    child = [sys.executable, str(Path(__file__).with_name("render_child.py")), str(project), str(folder / "own.mp4")]
    return _watched(child, CUTROOM_CACHE_DIR=str(cache), CUTROOM_TELEMETRY="off")


def _watched(order: list[str], **environment: str) -> Run:
    """Run a program to its end, and look at all of its processes meanwhile."""
    offscreen = {"QT_QPA_PLATFORM": "offscreen", "DISPLAY": ":0"}  # without a display melt draws nothing with Qt
    work: dict[int, float] = {}
    peak = 0
    with tempfile.TemporaryFile() as log:
        began = time.perf_counter()
        process = subprocess.Popen(order, env={**os.environ, **offscreen, **environment}, stdout=log, stderr=log)
        root = psutil.Process(process.pid)
        while process.poll() is None:
            resident = 0
            for one in _tree(root):
                with contextlib.suppress(psutil.Error):
                    times, memory = one.cpu_times(), one.memory_info().rss
                    work[one.pid], resident = times.user + times.system, resident + memory
            peak = max(peak, resident)
            time.sleep(LOOK_EVERY)
        wall = time.perf_counter() - began
        if process.returncode:
            log.seek(0)
            raise RuntimeError(f"{order[0]} failed: {log.read().decode(errors='replace')[-2000:]}")
    return Run(wall, sum(work.values()), peak / 1e9)


def _tree(root: psutil.Process) -> list[psutil.Process]:
    try:
        return [root, *root.children(recursive=True)]
    except psutil.Error:
        return []


def _require_alike(own: Path, other: Path, frames: int) -> None:
    for path in (own, other):
        if (found := _frames(path)) != frames:
            raise RuntimeError(f"{path.name} has {found} frames instead of {frames}")
    if (found := _ssim(own, other)) < LEAST_SSIM:
        raise RuntimeError(f"{other.name} shows something else: SSIM {found:.3f}")


def _frames(path: Path) -> int:
    return int(re.findall(r"frame=\s*(\d+)", _looked("-i", str(path), "-map", "0:v", "-f", "null", "-"))[-1])


def _ssim(own: Path, other: Path) -> float:
    graph = "[0:v]settb=1/30,setpts=N[a];[1:v]settb=1/30,setpts=N[b];[a][b]ssim"
    return float(
        re.findall(r"All:([\d.]+)", _looked("-i", str(own), "-i", str(other), "-lavfi", graph, "-f", "null", "-"))[-1]
    )


def _looked(*arguments: str) -> str:
    program = [imageio_ffmpeg.get_ffmpeg_exe(), "-nostdin", "-hide_banner"]
    return subprocess.run([*program, *arguments], check=True, capture_output=True, text=True).stderr


def _row(what: str, value: float, unit: str, goal: float | None) -> dict[str, Any]:
    return {"what": what, "value": value, "unit": unit, "goal": goal}
