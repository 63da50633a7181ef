"""What is written from the registries is current, and what editors and type checkers read is right."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import get_args

import pytest

from cutroom.api import names
from cutroom.api.generate import FILES
from cutroom.effects.registry import default_registry

API = Path(names.__file__).parent


@pytest.mark.parametrize("name", FILES)
def test_it_is_current(name: str) -> None:
    assert (API / name).read_text(encoding="utf-8") == FILES[name](), "stale: run `python3 dev.py generate`"


def test_names_are_those_of_the_registry() -> None:
    assert get_args(names.EffectName) == tuple(default_registry().effects)
    assert "lower_third" in get_args(names.TitleTemplateName)
    assert "h264" in get_args(names.PresetName)


def test_a_type_checker_knows_what_each_effect_takes(tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(
        "from cutroom.api.effect_calls import EffectAdd\n"
        "def of(add: EffectAdd) -> None:\n"
        '    add("transform", scale=0.5, index=0)\n'
        '    add("pixelate", block=0.1)\n'
        "    reveal_type(add)\n"
        '    add("blur", index="first")\n'
    )
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--no-incremental", "--follow-imports=silent", str(program)],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        check=False,
        env={"MYPYPATH": str(API.parents[1]), "PATH": ""},
    )
    errors = [line for line in done.stdout.splitlines() if ": error:" in line]
    assert len(errors) == 1, done.stdout
    assert ":6: error: No overload variant" in errors[0]
