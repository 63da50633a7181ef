"""The commands, as a shell sees them."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import cutroom as cr


def run(*arguments: str | Path, code: int = 0) -> tuple[str, str]:
    command = [sys.executable, "-m", "cutroom", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == code, (done.stdout, done.stderr)
    return done.stdout, done.stderr


def test_help_of_every_command() -> None:
    out, _ = run("--help")
    for command in ("demo", "lab", "probe", "export", "detect", "jobs", "pack", "unpack", "doctor"):
        assert command in out
    for command in ("demo", "probe", "export", "detect", "pack", "unpack", "doctor", "lab"):
        assert "Usage" in run(command, "--help")[0]


def test_wrong_usage_is_2() -> None:
    run("export", code=2)
    run("nonsense", code=2)


@pytest.mark.parametrize("seconds", ["nan", "inf", "-inf", "-1", "0", "0.1", "1.9", "7201"])
def test_demo_of_a_refused_length_makes_no_folder(seconds: str, tmp_path: Path) -> None:
    _, error = run("demo", "--out", tmp_path / "demo", "--seconds", seconds, code=1)
    assert f"no demo of {seconds} seconds" in error
    assert "from 2 to 7200 seconds" in error
    assert list(tmp_path.iterdir()) == []


def test_demo_of_the_least_length(tmp_path: Path) -> None:
    made = json.loads(run("demo", "--out", tmp_path, "--seconds", "2", "--json")[0])
    assert made["clips"] >= 1
    assert cr.verify(made["output"]).ok


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


def test_pack_and_unpack(film, tmp_path: Path) -> None:
    with cr.Project.create(tmp_path / "a.tlp") as project:
        project.timeline.append(film.path)
        document = project.session.document
        out, error = run("pack", tmp_path / "a.tlp", tmp_path / "a.zip", "--json")
        assert "1 edits that are not saved" in error
    packed = json.loads(out)
    assert packed["files"] == ["media/film.mp4"]
    assert packed["size"] == (tmp_path / "a.zip").stat().st_size
    assert "0 media" in run("pack", tmp_path / "a.tlp", tmp_path / "light.zip", "--media", "none")[0]
    assert "1 media" in run("pack", tmp_path / "a.tlp", tmp_path / "light.zip", "--media", "proxies")[0]
    with cr.Project.open(tmp_path / "a.tlp") as project:
        assert [media.proxy.state for media in project.media] == ["fresh"]
    run("pack", tmp_path / "a.tlp", tmp_path / "light.zip", "--media", "some", code=2)
    _, error = run("pack", tmp_path / "a.tlp", tmp_path / "a.rar", code=1)
    assert "a pack is a .zip file" in error
    out, _ = run("unpack", tmp_path / "a.zip", tmp_path / "b")
    with cr.Project.open(out.strip()) as project:
        assert project.session.document.timeline == document.timeline
    _, error = run("unpack", tmp_path / "a.zip", tmp_path / "b", "--json", code=1)
    assert json.loads(error)["error"]["class"] == "ProjectExistsError"
    (tmp_path / "c.zip").write_bytes(b"PK")
    assert "is no pack" in run("unpack", tmp_path / "c.zip", tmp_path / "c", code=1)[1]
    assert not (tmp_path / "c").exists()


def test_probe_warns_once_of_a_film_cut_short(film, tmp_path: Path) -> None:
    data = film.path.read_bytes()
    (tmp_path / "half.mp4").write_bytes(data[: len(data) // 2])
    _, error = run("probe", tmp_path / "half.mp4")
    assert error.count("cut short: the picture ends at") == 1


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


def listing(folder: Path) -> dict[str, tuple[int, bytes]]:
    return {path.name: (path.stat().st_mtime_ns, path.read_bytes()) for path in folder.iterdir()}


def test_export_of_a_project_that_a_notebook_has_open(film, tmp_path: Path) -> None:
    home, out = tmp_path / "home", tmp_path / "out"
    home.mkdir()
    out.mkdir()
    (home / "film.mp4").write_bytes(film.path.read_bytes())
    with cr.Project.create(home / "a.tlp") as project:
        clip = project.timeline.append(home / "film.mp4", source=(0, 2))
        project.save()
        clip.trim(end=1)
        project.undo().redo()
        before = listing(home)
        told, said = run("export", home / "a.tlp", out / "a.mp4", "--json")
        assert json.loads(told)["frames"] == 30
        assert "3 edits that are not saved yet" in said
        assert listing(home) == before
        job = json.loads(run("export", home / "a.tlp", out / "b.mp4", "--background", "--json")[0])["job"]
        assert cr.jobs.attach(job).wait(timeout=60).state == "done"
        assert cr.verify(out / "b.mp4").frames == 30
        assert listing(home) == before
        _, said = run("export", home / "a.tlp", home / "film.mp4", code=1)  # its own media
        clip.trim(end=0.5)
        project.save()
        told, said = run("export", home / "a.tlp", out / "a.mp4", "--json")
        assert json.loads(told)["frames"] == 15
        assert "not saved" not in said


def test_export_after_a_crash_leaves_the_journal_to_the_next_session(film, tmp_path: Path) -> None:
    project = cr.Project.create(tmp_path / "a.tlp")
    project.timeline.append(film.path, source=(0, 1))
    project.session.close(save=False)
    before = listing(tmp_path)
    out = tmp_path.with_name(f"{tmp_path.name}-out")
    out.mkdir()
    told, said = run("export", tmp_path / "a.tlp", out / "a.mp4", "--json")
    assert (json.loads(told)["frames"], "1 edits" in said) == (30, True)
    assert listing(tmp_path) == before
    (tmp_path / "a.tlp").write_text((tmp_path / "a.tlp").read_text() + " ")
    _, said = run("export", tmp_path / "a.tlp", out / "b.mp4", code=1)
    assert "edits that are not saved" in said
    assert not (out / "b.mp4").exists()


def test_detect(film, tmp_path: Path) -> None:
    out, _ = run("detect", film.path, "--every", "1", "--out", tmp_path / "boxes.csv", "--json")
    rows = json.loads(out)
    assert rows
    assert {"frame", "label", "confidence", "x1"} <= rows[0].keys()
    assert len((tmp_path / "boxes.csv").read_text().splitlines()) == len(rows) + 1


@pytest.mark.parametrize("name", ["boxes.txt", "boxes", "boxes.csv.gz"])
def test_detect_refuses_a_table_it_does_not_write(film, tmp_path: Path, name: str) -> None:
    _, error = run("detect", film.path, "--every", "1", "--out", tmp_path / name, code=1)
    assert f"'{name}'" in error
    assert "end its name in .csv or .json" in error
    assert list(tmp_path.iterdir()) == []


def test_detect_tells_suffixes_whatever_their_case(film, tmp_path: Path) -> None:
    run("detect", film.path, "--every", "1", "--out", tmp_path / "boxes.JSON")
    assert json.loads((tmp_path / "boxes.JSON").read_text())[0]["label"]


def test_an_interrupted_export_ends_with_130_and_leaves_nothing(film, tmp_path: Path) -> None:
    with cr.Project.create(tmp_path / "a.tlp", size=(1920, 1080)) as project:
        for _ in range(20):
            project.timeline.append(film.path)
    out = tmp_path / "out"
    out.mkdir()
    command = [sys.executable, "-m", "cutroom", "export", str(tmp_path / "a.tlp"), str(out / "a.mp4")]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as export:
        try:
            until = time.monotonic() + 60
            while not list(out.iterdir()) and time.monotonic() < until:
                time.sleep(0.05)
            export.send_signal(signal.SIGINT)
            _, said = export.communicate(timeout=60)
        finally:
            export.kill()
    assert export.returncode == 130, said
    assert "stopped" in said
    assert list(out.iterdir()) == []


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
