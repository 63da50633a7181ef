"""Project files of strangers, damaged in every way: each opens and can be looked at, or is refused with a sentence."""

from __future__ import annotations

import copy
import json
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import cutroom as cr
from cutroom.errors import CutroomError

HUGE = ["1" + "0" * 100, "1/1" + "0" * 100, "-1", "0", "", "a\0b", "1" + "0" * 6, "239", "../../etc/passwd", "x" * 5000]
ODD: list[Any] = [*HUGE, 10**100, -1, 0, 2**63, 1e308, 0.5, True, None, [], {}, [[]], 8192]
SLOWEST = 20
"""Seconds of processor time for one project; most take a tenth of one."""


@pytest.fixture(scope="module")
def saved(film: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Pictures with sound, a dissolve, a ramp, an effect, a title, a subtitle, markers, a compound in a compound."""
    folder = tmp_path_factory.mktemp("saved")
    shutil.copy(film.path, folder / "film.mp4")
    with cr.Project.create(folder / "trip.tlp") as project:
        tl = project.timeline
        first = tl.append(folder / "film.mp4", source=(1, 3))
        second = tl.append(folder / "film.mp4", source=(3.5, 5))
        third = tl.append(folder / "film.mp4", source=(0, 1))
        tl.add_transition("dissolve", first, second, duration=0.5)
        first.effects.add("brightness", value=0.1)
        tl.add_title("Hello", at=0, duration=1)
        tl.add_subtitle("Hi", 0, 1)
        tl.add_marker(1, "here")
        tl.add_marker(2, "there")
        third.retime({0: 1, 0.5: 2})
        for title in ("Scene", "Act"):
            clip = tl.track("V1").clips[-1]
            project.apply(cr.ops.Nest(clips=(clip.id,), title=title))
    return folder / "trip.tlp"


def leaves(plain: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place of a JSON value."""
    if at:
        yield at
    steps = plain.items() if isinstance(plain, dict) else enumerate(plain) if isinstance(plain, list) else ()
    for step, inner in steps:
        yield from leaves(inner, (*at, step))


def holder(plain: Any, at: tuple[Any, ...]) -> Any:
    for step in at[:-1]:
        plain = plain[step]
    return plain


@st.composite
def damaged(draw: st.DrawFn, data: bytes) -> bytes:
    """The bytes of a project file after a few accidents or tricks."""
    if draw(st.integers(0, 9)) == 0:
        broken = bytearray(data)
        for _ in range(draw(st.integers(1, 4))):
            broken[draw(st.integers(0, len(broken) - 1))] ^= draw(st.integers(1, 255))
        return bytes(broken)
    plain = json.loads(data)
    for _ in range(draw(st.integers(1, 3))):
        places = list(leaves(plain))
        at = draw(st.sampled_from(places))
        inside = holder(plain, at)
        kind = draw(st.sampled_from(["odd", "odd", "swap", "swap", "delete", "double"]))
        if kind == "odd":
            inside[at[-1]] = draw(st.sampled_from(ODD))
        elif kind == "swap":  # with a value of the same name where there is one, which often fits
            others = [place for place in places if place[-1] == at[-1]] or places
            other = draw(st.sampled_from(others))
            inside[at[-1]] = copy.deepcopy(holder(plain, other)[other[-1]])
        elif kind == "delete":
            del inside[at[-1]]
        elif isinstance(inside, list):
            inside.append(copy.deepcopy(inside[at[-1]]))
    return json.dumps(plain).encode()


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(data=st.data())
def test_a_damaged_project_is_refused_or_can_be_looked_at(saved: Path, data: st.DataObject) -> None:
    found = data.draw(damaged(saved.read_bytes()))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "theirs.tlp")
        path.write_bytes(found)
        shutil.copy(saved.with_name("film.mp4"), folder)
        began = time.process_time()
        look_at(path)
        assert time.process_time() - began < SLOWEST


def look_at(path: Path) -> None:
    """Open it and show it in every way that a notebook does; only Cutroom's own errors may come of it."""
    try:
        project = cr.Project.open(path)
    except CutroomError:
        return
    tl = project.timeline
    until = float(min(tl.duration, 3))
    for look in (
        tl.to_df,
        lambda: repr(project),
        lambda: cr.Renderer(project).plan(span=(0, until)).to_df(),
        lambda: tl.frame(min(until / 2, 0.7)),
        project.verify,
        project.save,
    ):
        try:
            look()
        except CutroomError:
            continue
    project.session.close(save=False)
