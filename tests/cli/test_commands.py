"""The commands, as a shell sees them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import cutroom as cr


def run(*arguments: str | Path, code: int = 0) -> tuple[str, str]:
    command = [sys.executable, "-m", "cutroom", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == code, (done.stdout, done.stderr)
    return done.stdout, done.stderr


def test_help_of_every_command() -> None:
    out, _ = run("--help")
    for command in ("demo", "lab", "probe", "export", "detect", "jobs", "doctor"):
        assert command in out
    for command in ("demo", "probe", "export", "detect", "doctor", "lab"):
        assert "Usage" in run(command, "--help")[0]


def test_wrong_usage_is_2() -> None:
    run("export", code=2)
    run("nonsense", code=2)


def test_probe(film, tmp_path: Path) -> None:
    out, _ = run("probe", film.path, "--json")
    (media,) = json.loads(out)
    assert media["video"]["frames"] == film.truth.frames
    assert media["duration"] == "6"
    assert "film" in run("probe", film.path)[0]
    _, error = run("probe", tmp_path / "none.mp4", code=1)
    assert "there is no file" in error
    assert "→" in error
    _, error = run("probe", tmp_path / "none.mp4", "--json", code=1)
    assert json.loads(error)["error"]["class"] == "MediaNotFoundError"


def test_export(film, tmp_path: Path) -> None:
    with cr.Project.create(tmp_path / "a.tlp") as project:
        project.timeline.append(film.path)
    out, _ = run("export", tmp_path / "a.tlp", tmp_path / "a.mp4", "--span", "1", "00:00:02:00", "--json")
    assert json.loads(out)["frames"] == 30
    assert cr.verify(tmp_path / "a.mp4").ok
    _, error = run("export", tmp_path / "a.tlp", tmp_path / "a.mp4", "--preset", "h265", code=1)
    assert "did you mean 'h264'" in error
    _, error = run("export", tmp_path / "b.tlp", tmp_path / "a.mp4", code=1)
    assert "there is no project" in error
    (tmp_path / "c.tlp").write_text("{")
    _, error = run("export", tmp_path / "c.tlp", tmp_path / "a.mp4", code=1)
    assert "c.tlp is not a project file" in error


def test_detect(film, tmp_path: Path) -> None:
    out, _ = run("detect", film.path, "--every", "1", "--out", tmp_path / "boxes.csv", "--json")
    rows = json.loads(out)
    assert rows
    assert {"frame", "label", "confidence", "x1"} <= rows[0].keys()
    assert len((tmp_path / "boxes.csv").read_text().splitlines()) == len(rows) + 1


def test_jobs(film, tmp_path: Path) -> None:
    with cr.Project.create(tmp_path / "a.tlp") as project:
        project.timeline.append(film.path, source=(0, 1))
    out, _ = run("export", tmp_path / "a.tlp", tmp_path / "a.mp4", "--background", "--json")
    job = json.loads(out)["job"]
    assert json.loads(run("jobs", "attach", job, "--json")[0])["frames"] == 30
    assert job in {row["id"] for row in json.loads(run("jobs", "list", "--json")[0])}
    assert json.loads(run("jobs", "cancel", job, "--json")[0])["state"] == "done"
    assert "there is no job" in run("jobs", "attach", "job_none", code=1)[1]


def test_doctor_says_what_it_finds() -> None:
    out, _ = run("doctor", "--json")
    findings = {finding["subject"]: finding for finding in json.loads(out)}
    assert findings["export"]["state"] == "ok"
    assert "ways out refused" in findings["media workers"]["says"]
