"""What is built, what is pinned, and what a committed file must not contain."""

from __future__ import annotations

import re
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
STATIC = ROOT / "src" / "cutroom" / "widgets" / "static"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[set[str], set[str]]:
    """The names in the wheel and in the source archive."""
    folder = tmp_path_factory.mktemp("dist")
    done = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-d", folder],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    (wheel,) = folder.glob("*.whl")
    (archive,) = folder.glob("*.tar.gz")
    with zipfile.ZipFile(wheel) as opened:
        in_wheel = set(opened.namelist())
    with tarfile.open(archive) as opened_archive:
        in_archive = {name.split("/", 1)[1] for name in opened_archive.getnames() if "/" in name}
    return in_wheel, in_archive


@pytest.fixture(scope="module")
def committed() -> list[Path]:
    """Every file that git tracks."""
    done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        pytest.skip("not a git checkout")
    return [ROOT / name for name in done.stdout.split("\0") if name and (ROOT / name).is_file()]


def test_the_wheel_holds_the_package_its_types_and_its_model(built: tuple[set[str], set[str]]) -> None:
    wheel, _ = built
    assert "cutroom/py.typed" in wheel
    sources = {path.relative_to(ROOT / "src").as_posix() for path in (ROOT / "src" / "cutroom").rglob("*.py")}
    assert sources <= wheel
    models = {path.relative_to(ROOT / "src").as_posix() for path in (ROOT / "src" / "cutroom").rglob("*.onnx")}
    assert models <= wheel
    assert not [name for name in wheel if "__pycache__" in name or name.startswith(("tests/", "widgets/"))]


def test_the_bundled_model_ships(built: tuple[set[str], set[str]]) -> None:
    names = [name for name in built[0] if name.endswith("/shapes.onnx")]
    assert len(names) == 1


def test_the_fonts_travel_with_their_licences(built: tuple[set[str], set[str]]) -> None:
    wheel, archive = built
    folder = "cutroom/effects/text/fonts"
    files = {f"{folder}/{path.name}" for path in (ROOT / "src" / folder).iterdir()}
    assert {f"{folder}/LICENSE", f"{folder}/LICENSE-OFL"} < files <= wheel
    assert {f"src/{name}" for name in files} <= archive
    assert "Bitstream Vera" in (ROOT / "src" / folder / "LICENSE").read_text(encoding="utf-8")
    assert "SIL OPEN FONT LICENSE" in (ROOT / "src" / folder / "LICENSE-OFL").read_text(encoding="utf-8").upper()


def test_both_archives_hold_the_built_bundle(built: tuple[set[str], set[str]]) -> None:
    if not list(STATIC.glob("*.js")):
        pytest.skip("the front end is not built (python3 dev.py setup)")
    wheel, archive = built
    files = [path.relative_to(ROOT / "src").as_posix() for path in STATIC.rglob("*") if path.is_file()]
    assert set(files) <= wheel
    assert {f"src/{name}" for name in files} <= archive


def test_the_source_archive_can_be_built_and_tested_from(built: tuple[set[str], set[str]]) -> None:
    _, archive = built
    assert {"pyproject.toml", "README.md", "LICENSE", "dev.py", ".ci/constraints.txt", "tests/conftest.py"} <= archive
    assert not [name for name in archive if "node_modules" in name or name.startswith((".venv/", "dist/", ".git/"))]


def pins() -> dict[str, str]:
    lines = (ROOT / ".ci" / "constraints.txt").read_text(encoding="utf-8").splitlines()
    assert all(re.fullmatch(r"[\w.-]+==[\w.!+]+", line) for line in lines), (
        "a pin is a name and a version, nothing else"
    )
    return {canonicalize_name(line.split("==")[0]): line.split("==")[1] for line in lines}


def test_every_requirement_is_pinned_to_a_version_it_allows() -> None:
    pinned = pins()
    groups = [PROJECT["dependencies"], *PROJECT["optional-dependencies"].values()]
    for requirement in (Requirement(text) for group in groups for text in group):
        name = canonicalize_name(requirement.name)
        assert name in pinned, f"{name} has no pin: python3 dev.py setup --upgrade"
        assert requirement.specifier.contains(pinned[name], prereleases=True), f"{requirement} against {pinned[name]}"


def test_no_committed_file_names_a_registry(committed: list[Path]) -> None:
    hosts = [
        ".".join(parts)
        for parts in (
            ("pypi", "org"),
            ("files", "pythonhosted", "org"),
            ("registry", "npmjs", "org"),
            ("npmjs", "com"),
            ("registry", "yarnpkg", "com"),
            ("repo", "anaconda", "com"),
            ("conda", "anaconda", "org"),
            ("deb", "debian", "org"),
        )
    ]
    found = [(path.name, host) for path in committed for host in hosts if host.encode() in path.read_bytes()]
    assert found == []


def test_no_committed_file_holds_a_path_of_somebodys_machine(committed: list[Path]) -> None:
    homes = re.compile(rb"(?<![\w./-])/(?:home|Users)/[a-z][\w-]*/|(?<![\w./-])/(?:root|work)/\.?\w|[A-Z]:\\Users\\\w")
    allowed = {Path(__file__).name, "test_settings.py"}  # they hold such paths on purpose, as examples
    found = [
        (path.relative_to(ROOT).as_posix(), match.group().decode())
        for path in committed
        if path.name not in allowed and path.suffix not in {".onnx", ".png", ".jpg", ".woff2"}
        for match in [homes.search(path.read_bytes())]
        if match
    ]
    assert found == []


def test_nothing_big_or_built_is_committed(committed: list[Path]) -> None:
    assert [path.name for path in committed if path.stat().st_size > 3_100_000] == []
    assert [path for path in committed if STATIC in path.parents or "node_modules" in path.parts] == []
