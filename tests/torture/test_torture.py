"""A few kills and power cuts of the many that `python3 dev.py torture` makes, and our own samples of timelines."""

from __future__ import annotations

import os
import sys
import warnings
from pathlib import Path

import kills
import power
import pytest

sys.path.append(str(Path(__file__).parents[1] / "interchange"))  # its documents, and how to look at them
import timelines

SAMPLES = Path(__file__).parents[1] / "interchange" / "samples"

needs_linux = pytest.mark.skipif(sys.platform != "linux", reason="looks at descriptors in /proc")


@pytest.mark.skipif(os.name == "nt", reason="kills by signals")
def test_what_was_acknowledged_survives_a_kill(tmp_path: Path) -> None:
    seen = kills.torture(tmp_path, 6, seed=1)
    assert seen.lost == []
    assert seen.acknowledged > 50
    assert seen.replays >= 2


@needs_linux
@pytest.mark.parametrize("network", [False, True])
def test_what_was_acknowledged_survives_a_power_cut(tmp_path: Path, network: bool) -> None:
    seen = power.torture(tmp_path, 40, seed=1, network=network)
    assert seen.lost == []
    assert seen.under_way > 0


@needs_linux
def test_a_disk_that_lies_is_found_out(tmp_path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert power.torture(tmp_path, 20, seed=1, lies=True).lost


@pytest.mark.parametrize("path", sorted(SAMPLES.iterdir()), ids=lambda path: path.name)
def test_a_timeline_is_the_same_after_writing_it(path: Path, tmp_path: Path) -> None:
    row = timelines.through(path, tmp_path)
    assert row.read == "yes"
    assert not row.failed, row
    assert row.clips > 1
    assert path.name in timelines.table([row])


def test_a_difference_is_found_out(tmp_path: Path) -> None:
    document, _ = timelines.read((SAMPLES / "dissolve.edl").read_bytes(), "edl", SAMPLES / "dissolve.edl")
    found = timelines.stretches(document)
    assert timelines.compared(found, found) == "same"
    assert timelines.compared(found, found[:-1]) == "only ours 1, only theirs 0"


def test_a_known_difference_excuses_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    path = SAMPLES / "dissolve.edl"
    document, _ = timelines.read(path.read_bytes(), "edl", path)
    found = timelines.stretches(document)
    assert timelines.agreed(path, document, found[:-1]).startswith("FAILED")
    monkeypatch.setitem(timelines.KNOWN, path.name, (1, 0, "looked at"))
    assert timelines.agreed(path, document, found[:-1]) == "only ours 1, only theirs 0: looked at"
    assert timelines.agreed(path, document, found[:-2]).startswith("FAILED")
    assert timelines.agreed(path, document, found).startswith("FAILED")


def test_a_report_excuses_no_difference_that_is_not_known(monkeypatch: pytest.MonkeyPatch) -> None:
    path = SAMPLES / "harbour.fcpxml"
    document, _ = timelines.read(path.read_bytes(), "fcpxml", path)
    assert timelines.again(document, "fcpxml", path).startswith("all but")
    monkeypatch.setitem(timelines.CHANGED, path.name, ("in point, marker, links", "same"))
    assert timelines.again(document, "fcpxml", path).startswith("FAILED")
    monkeypatch.delitem(timelines.CHANGED, path.name)
    assert timelines.again(document, "fcpxml", path).startswith("FAILED")


def test_a_file_that_is_refused_has_failed(tmp_path: Path) -> None:
    broken = tmp_path / "broken.edl"
    broken.write_text("001 is no event\n")
    assert timelines.through(broken, tmp_path).failed
