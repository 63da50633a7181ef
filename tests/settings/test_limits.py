"""Limits: the smallest of affinity, control groups (both versions) and what a hub grants."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cutroom.settings import Limits, limits
from cutroom.settings.limits import amount, cores, decide

GIB = 1024**3


def given(tmp_path: Path, files: dict[str, str], text: str, **environment: str) -> Limits:
    for name, content in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    return decide(affinity=8, machine_memory=16 * GIB, cgroup_text=text, mount=tmp_path, environment=environment)


def test_nothing_set_is_the_machine(tmp_path: Path) -> None:
    assert given(tmp_path, {}, "") == Limits(8, 8.0, 16 * GIB, "affinity", "machine")


def test_version_two_takes_the_tightest_group_above(tmp_path: Path) -> None:
    files = {
        "pods/cpu.max": "250000 100000\n",
        "pods/one/cpu.max": "max 100000\n",
        "pods/memory.max": "max\n",
        "pods/one/memory.max": f"{2 * GIB}\n",
    }
    assert given(tmp_path, files, "0::/pods/one\n") == Limits(2, 2.5, 2 * GIB, "cgroup", "cgroup")


def test_version_one_reads_each_controller(tmp_path: Path) -> None:
    files = {
        "cpu,cpuacct/box/cpu.cfs_quota_us": "50000",
        "cpu,cpuacct/box/cpu.cfs_period_us": "100000",
        "memory/box/memory.limit_in_bytes": str(GIB),
    }
    text = "4:memory:/box\n2:cpu,cpuacct:/box\n1:name=systemd:/box\n"
    assert given(tmp_path, files, text) == Limits(1, 0.5, GIB, "cgroup", "cgroup")


def test_version_one_without_limits(tmp_path: Path) -> None:
    files = {
        "cpu/cpu.cfs_quota_us": "-1",
        "cpu/cpu.cfs_period_us": "100000",
        "memory/memory.limit_in_bytes": str(2**63),
    }
    assert given(tmp_path, files, "4:memory:/\n1:cpu:/\n") == Limits(8, 8.0, 16 * GIB, "affinity", "machine")


def test_a_path_of_the_host_falls_back_to_the_mount(tmp_path: Path) -> None:
    files = {"memory/memory.limit_in_bytes": str(3 * GIB)}
    assert given(tmp_path, files, "4:memory:/docker/abc\n").memory == 3 * GIB


def test_a_hub_grants_less(tmp_path: Path) -> None:
    assert given(tmp_path, {}, "", CPU_LIMIT="1.5", MEM_LIMIT="1073741824") == Limits(
        1, 1.5, GIB, "CPU_LIMIT", "MEM_LIMIT"
    )


def test_a_hub_cannot_grant_more(tmp_path: Path) -> None:
    assert given(tmp_path, {}, "", CPU_LIMIT="64", MEM_LIMIT="1T").cores == 8


@pytest.mark.parametrize("text", ["abc", "-1", "0", "nan", "inf"])
def test_a_grant_that_cannot_be_read_is_reported_and_left_out(tmp_path: Path, text: str) -> None:
    with pytest.warns(RuntimeWarning, match="CPU_LIMIT"):
        assert given(tmp_path, {}, "", CPU_LIMIT=text).cpu_source == "affinity"


@pytest.mark.parametrize(("text", "value"), [("2", 2.0), ("1.5", 1.5), ("250m", 0.25)])
def test_cores(text: str, value: float) -> None:
    assert cores(text) == value


@pytest.mark.parametrize(("text", "value"), [("100", 100), ("2G", 2e9), ("2Gi", 2 * GIB), ("1.5k", 1500), ("7MB", 7e6)])
def test_amounts(text: str, value: float) -> None:
    assert amount(text) == value


def test_this_process() -> None:
    found = limits()
    assert 1 <= found.cores <= (os.cpu_count() or 1)
    assert found.memory > 64 * 1024**2
