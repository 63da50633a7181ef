"""dev.py: finding a Python among bad ones, rebuilding what is stale, saying what failed."""

from __future__ import annotations

import ast
import importlib.util
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture
def dev() -> ModuleType:
    spec = importlib.util.spec_from_file_location("cutroom_dev", ROOT / "dev.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def interpreter(folder: Path, name: str, version: str, *, venv: bool = True, pip: bool = True) -> Path:
    """A program that answers like an interpreter of that version."""
    folder.mkdir(parents=True, exist_ok=True)
    told = json.dumps([[int(n) for n in version.split(".")], venv, pip])
    path = folder / name
    path.write_text(f"#!/bin/sh\necho '{told}'\n")
    path.chmod(0o755)
    return path


def broken_shim(folder: Path, name: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(f"#!/bin/sh\necho 'pyenv: {name}: command not found' >&2\nexit 127\n")
    path.chmod(0o755)
    return path


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, dev: ModuleType) -> Path:
    """A machine whose own Python is too old and whose other places hold nothing suitable."""
    old = interpreter(tmp_path / "system", "python3", "3.11.2")
    monkeypatch.setattr(sys, "executable", str(old))
    monkeypatch.setenv("PATH", str(tmp_path / "shims"))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("PYTHON", raising=False)
    monkeypatch.delenv("PYENV_ROOT", raising=False)
    for place in ("/usr/local/bin", "/usr/bin", "/opt/homebrew/bin"):
        which = shutil.which
        monkeypatch.setattr(
            dev.shutil,
            "which",
            lambda name, path=None, _which=which, _place=place: None if path == _place else _which(name, path=path),
        )
    return tmp_path


def test_it_starts_on_an_old_python_with_nothing_installed() -> None:
    tree = ast.parse((ROOT / "dev.py").read_text(encoding="utf-8"), feature_version=(3, 8))
    imported = {
        (node.module if isinstance(node, ast.ImportFrom) else node.names[0].name)
        for node in ast.walk(tree)
        if isinstance(node, (ast.Import, ast.ImportFrom))
    }
    assert imported <= {*sys.stdlib_module_names}


def test_the_current_python_is_taken_when_it_will_do(dev: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PYTHON", raising=False)
    found = dev.find_python()
    assert found.path == sys.executable or found.version[:2] in dev.TESTED
    assert not found.problem


def test_a_shim_that_fails_is_passed_over(dev: ModuleType, machine: Path) -> None:
    broken_shim(machine / "shims", "python3.13")
    broken_shim(machine / "shims", "python3.12")
    managed = interpreter(machine / "home" / ".pyenv" / "versions" / "3.12.4" / "bin", "python", "3.12.4")
    interpreter(machine / "home" / ".pyenv" / "versions" / "3.9.1" / "bin", "python", "3.9.1")
    assert dev.find_python().path == str(managed)


def test_a_real_one_behind_a_shim_is_found(dev: ModuleType, machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken_shim(machine / "shims", "python3.12")
    real = interpreter(machine / "real", "python3.12", "3.12.9")
    monkeypatch.setenv("PATH", f"{machine / 'shims'}{os.pathsep}{machine / 'real'}")
    assert dev.find_python().path == str(real)


def test_a_tested_version_comes_before_a_newer_one(dev: ModuleType, machine: Path) -> None:
    newest = interpreter(machine / "shims", "python3.14", "3.14.0")
    assert dev.find_python().path == str(newest)
    tested = interpreter(machine / "home/.local/share/uv/python/cpython-3.13.1-linux/bin", "python3", "3.13.1")
    assert dev.find_python().path == str(tested)


def test_the_newest_managed_version_is_compared_by_number(dev: ModuleType, machine: Path) -> None:
    for version in ("3.12.9", "3.12.10"):
        interpreter(machine / "home" / ".pyenv" / "versions" / version / "bin", "python", version)
    assert dev.find_python().version == (3, 12, 10)


def test_when_none_will_do_it_says_why_and_what_to_install(dev: ModuleType, machine: Path) -> None:
    broken_shim(machine / "shims", "python3.13")
    interpreter(machine / "shims", "python3.12", "3.12.3", venv=False)
    with pytest.raises(dev.SetupError) as caught:
        dev.find_python()
    said = str(caught.value)
    assert "3.11.2 is too old" in said
    assert "pyenv: python3.13: command not found" in said
    assert "3.12.3 lacks venv (Debian and Ubuntu: apt install python3.12-venv)" in said
    assert "PYTHON=/path/to/python3" in said


def test_a_named_python_is_the_only_one_tried(dev: ModuleType, machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    interpreter(machine / "shims", "python3.12", "3.12.3")
    named = interpreter(machine / "named", "py", "3.8.1")
    monkeypatch.setenv("PYTHON", str(named))
    with pytest.raises(dev.SetupError, match=r"3\.8\.1 is too old"):
        dev.find_python()


def test_a_real_environment_is_made_and_probed(dev: ModuleType, tmp_path: Path) -> None:
    made = tmp_path / "venv"
    assert dev.step("environment", [sys.executable, "-m", "venv", "--without-pip", made])
    found = dev.probe(made / "bin" / "python")
    assert found.version == sys.version_info[:3]
    assert not found.problem
    assert not found.has_pip
    assert dev.probe(made / "bin" / "no-such-python").problem.startswith("does not run")


def test_a_failing_step_shows_its_whole_log(dev: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    script = "import sys; print('line one'); print('line two', file=sys.stderr); sys.exit(3)"
    with pytest.raises(dev.SetupError, match="a step: failed with exit code 3"):
        dev.step("a step", [sys.executable, "-c", script])
    printed = capsys.readouterr().out
    assert "FAILED" in printed
    assert "line one\nline two" in printed
    assert dev.step("another", [sys.executable, "-c", script], fatal=False) is False
    assert dev.step("absent", [tmp := "/no/such/program"], fatal=False) is False
    assert tmp in capsys.readouterr().out


def test_installing_is_skipped_until_something_changes(
    dev: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("PYTHON", raising=False)
    (tmp_path / "pyproject.toml").write_text("one")
    (tmp_path / "pins.txt").write_text("a==1")
    (tmp_path / ".venv").mkdir()
    for name, value in {
        "ROOT": tmp_path, "VENV": tmp_path / ".venv", "CONSTRAINTS": tmp_path / "pins.txt", "PYTHON": sys.executable
    }.items():  # fmt: skip
        monkeypatch.setattr(dev, name, value)
    installed: list[str] = []
    monkeypatch.setattr(dev, "pip_install", lambda title, *what: installed.append(title))
    dev.prepare("")
    dev.prepare("")
    assert installed == ["packages (run)"]
    dev.prepare("dev")
    dev.prepare("lab")  # all of it is in dev
    assert installed == ["packages (run)", "packages (dev)"]
    (tmp_path / "pins.txt").write_text("a==2")
    dev.prepare("lab")
    assert installed[2:] == ["packages (lab)"]


@pytest.fixture
def widgets(dev: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A front end with no dependencies whose build copies one file."""
    if dev.path_node() is None and dev.wheel_node() is None:
        pytest.skip("no Node")
    folder = tmp_path / "widgets"
    folder.mkdir()
    build = "require('fs').cpSync('main.js', '../static/main.js')"
    package = {"name": "x", "version": "1.0.0", "scripts": {"build": f'node -e "{build}"'}}
    lock = {"name": "x", "version": "1.0.0", "lockfileVersion": 3, "packages": {"": {"name": "x", "version": "1.0.0"}}}
    (folder / "package.json").write_text(json.dumps(package))
    (folder / "package-lock.json").write_text(json.dumps(lock))
    (folder / "node_modules").mkdir()
    (folder / "main.js").write_text("first")
    for name, value in {"ROOT": tmp_path, "WIDGETS": folder, "STATIC": tmp_path / "static"}.items():
        monkeypatch.setattr(dev, name, value)
    return folder


def test_a_stale_bundle_is_built_again(dev: ModuleType, widgets: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bundle = widgets.parent / "static" / "main.js"
    dev.front_end()
    assert bundle.read_text() == "first"
    capsys.readouterr()
    dev.front_end()
    assert capsys.readouterr().out == ""
    (widgets / "main.js").write_text("second")
    dev.front_end()
    assert bundle.read_text() == "second"
    assert "packages" not in capsys.readouterr().out
    bundle.unlink()
    dev.front_end()
    assert bundle.read_text() == "second"


def test_a_bundle_that_cannot_be_built_is_tried_again(dev: ModuleType, widgets: Path) -> None:
    dev.front_end()
    (widgets / "main.js").unlink()
    for _ in range(2):
        with pytest.raises(dev.SetupError, match="front-end bundle"):
            dev.front_end()


def test_a_missing_lock_file_is_named(dev: ModuleType, widgets: Path) -> None:
    (widgets / "package-lock.json").unlink()
    with pytest.raises(dev.SetupError, match=r"package-lock\.json is missing"):
        dev.front_end()


def test_further_arguments_reach_pytest(dev: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[tuple[object, ...]] = []
    for name in ("prepare", "front_end", "browser"):
        monkeypatch.setattr(dev, name, lambda *_, **__: None)
    monkeypatch.setattr(dev, "lint", lambda: ran.append(("lint",)) or True)
    monkeypatch.setattr(dev, "run_through", lambda *argv: ran.append(argv[1:]) or 0)
    assert dev.main(["test", "-k", "foo", "--maxfail=1"]) == 0
    assert ran == [("-m", "pytest", "-k", "foo", "--maxfail=1")]
    assert dev.main(["test"]) == 0
    assert ran[1:] == [("lint",), ("-m", "pytest")]
    monkeypatch.setattr(dev, "lint", lambda: False)
    assert dev.main(["test"]) == 1


def test_the_tour_is_toured_in_a_copy_that_keeps_what_was_done_in_it(dev: ModuleType, tmp_path: Path) -> None:
    copy = dev.copy_tour((3, 13, 1), tmp_path / "out" / "tour.ipynb")
    made, tour = json.loads(copy.read_text()), json.loads(dev.TOUR.read_text())
    assert made["cells"] == tour["cells"]
    assert made["metadata"]["language_info"]["version"] == "3.13.1"
    copy.write_text("worked on")
    assert dev.copy_tour((3, 13, 1), copy).read_text() == "worked on"
    os.utime(copy, (0, 0))  # the tour has changed since
    assert json.loads(dev.copy_tour((3, 13, 1), copy).read_text()) == made
    assert copy.with_name("tour-before.ipynb").read_text() == "worked on"


@pytest.mark.parametrize(
    "command", ["demo", "lab", "picture", "test", "lint", "build", "bench", "generate", "torture", "setup", "doctor"]
)
def test_every_command_explains_itself(command: str) -> None:
    done = subprocess.run(
        [sys.executable, ROOT / "dev.py", command, "--help"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0
    assert len(done.stdout) > 100


def test_wrong_usage_is_code_two() -> None:
    for arguments in (["setup", "nonsense"], ["nonsense"], []):
        assert (
            subprocess.run([sys.executable, ROOT / "dev.py", *arguments], capture_output=True, check=False).returncode
            == 2
        )


def test_continuous_integration_runs_the_developers_command() -> None:
    run = ROOT / ".ci" / "run"
    assert os.access(run, os.X_OK)
    assert run.read_text().splitlines()[-1] == "exec python3 dev.py test"
