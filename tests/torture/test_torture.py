"""A few kills and power cuts of the many that `python3 dev.py torture journal` makes."""

from __future__ import annotations

import os
import sys
import warnings
from pathlib import Path

import kills
import power
import pytest

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
