"""Limits: the smallest of affinity, control groups (both versions), shell limits and what a hub grants."""

from __future__ import annotations

import os
import re
import resource
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck
from hypothesis import given as such
from hypothesis import settings as slow
from hypothesis import strategies as st

from cutroom.settings import Limits, limits
from cutroom.settings.amounts import amount, cores, shown
from cutroom.settings.limits import WORKER_MEMORY, decide

GIB = 1024**3
MOUNT2 = "30 23 0:26 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw\n"
MOUNT1 = (
    "31 23 0:28 {top} /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct\n"
    "32 23 0:29 {top} /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n"
)
UNLIMITED = "Max data size             unlimited            unlimited            bytes"
MACHINE = {
    "proc/self/status": "Name:\tpython\nVmRSS:\t  200000 kB\nCpus_allowed_list:\t0-5,8,11\n",
    "proc/meminfo": f"MemTotal: {16 * GIB // 1024} kB\nMemFree: 100 kB\nMemAvailable: {12 * GIB // 1024} kB\n",
    "proc/self/limits": f"Limit      Soft Limit     Hard Limit     Units\n{UNLIMITED}\n",
}


def given(root: Path, files: dict[str, str] | None = None, **environment: str) -> Limits:
    for name, content in {**MACHINE, **(files or {})}.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    return decide(root, environment)


def second(group: str, files: dict[str, str], mount: str = MOUNT2) -> dict[str, str]:
    """A tree with control groups of version two."""
    below = {f"sys/fs/cgroup/{name}": content for name, content in files.items()}
    return {"proc/self/cgroup": f"0::{group}\n", "proc/self/mountinfo": mount, **below}


def first(group: str, files: dict[str, str], top: str = "/") -> dict[str, str]:
    """The same of version one."""
    text = f"4:memory:{group}\n2:cpu,cpuacct:{group}\n1:name=systemd:{group}\n"
    below = {f"sys/fs/cgroup/{name}": content for name, content in files.items()}
    return {"proc/self/cgroup": text, "proc/self/mountinfo": MOUNT1.format(top=top), **below}


def told(found: Limits) -> tuple[float, int, str, str]:
    return found.cpu, found.memory, found.cpu_source, found.memory_source


def test_nothing_set_is_the_machine(tmp_path: Path) -> None:
    found = given(tmp_path)
    assert told(found) == (8.0, 16 * GIB, "affinity", "machine")
    assert (found.available, found.process_memory) == (12 * GIB, None)
    assert found.workers == 8


def test_version_two_takes_the_tightest_group_above(tmp_path: Path) -> None:
    files = {
        "pods/cpu.max": "250000 100000\n",
        "pods/one/cpu.max": "max 100000\n",
        "pods/memory.max": "max\n",
        "pods/one/memory.max": f"{2 * GIB}\n",
        "pods/one/memory.current": f"{GIB}\n",
        "pods/one/memory.stat": f"anon 1\ninactive_file {GIB // 4}\n",
    }
    found = given(tmp_path, second("/pods/one", files))
    assert told(found) == (2.5, 2 * GIB, "cgroup /sys/fs/cgroup/pods", "cgroup /sys/fs/cgroup/pods/one")
    assert found.available == 2 * GIB - GIB + GIB // 4  # what is only a copy of a file can be dropped
    assert found.cores == 2


def test_what_slows_a_group_down_counts_as_its_limit(tmp_path: Path) -> None:
    assert given(tmp_path, second("/", {"memory.max": f"{4 * GIB}", "memory.high": f"{GIB}"})).memory == GIB


def test_other_groups_do_not_count(tmp_path: Path) -> None:
    files = {"other/cpu.max": "50000 100000", "own/below/cpu.max": "50000 100000", "other/memory.max": "1000000"}
    assert told(given(tmp_path, second("/own", files))) == (8.0, 16 * GIB, "affinity", "machine")


@pytest.mark.parametrize("outside", ["/../other", "/.."])
def test_a_process_outside_of_its_namespace_has_what_is_mounted(tmp_path: Path, outside: str) -> None:
    assert given(tmp_path, second(outside, {"cpu.max": "150000 100000"})).cpu == 1.5


def test_version_one_reads_each_controller(tmp_path: Path) -> None:
    files = {
        "cpu,cpuacct/box/cpu.cfs_quota_us": "50000",
        "cpu,cpuacct/box/cpu.cfs_period_us": "100000",
        "memory/box/memory.limit_in_bytes": str(GIB),
        "memory/box/memory.usage_in_bytes": str(GIB // 2),
        "memory/box/memory.stat": f"inactive_file 5\ntotal_inactive_file {GIB // 8}",
    }
    found = given(tmp_path, first("/box", files))
    assert told(found) == (0.5, GIB, "cgroup /sys/fs/cgroup/cpu,cpuacct/box", "cgroup /sys/fs/cgroup/memory/box")
    assert (found.cores, found.workers) == (1, 1)
    assert found.available == GIB // 2 + GIB // 8


def test_version_one_without_limits(tmp_path: Path) -> None:
    files = {
        "cpu,cpuacct/cpu.cfs_quota_us": "-1",
        "cpu,cpuacct/cpu.cfs_period_us": "100000",
        "memory/memory.limit_in_bytes": str(2**63 - 4096),
    }
    assert told(given(tmp_path, first("/", files))) == (8.0, 16 * GIB, "affinity", "machine")


@pytest.mark.parametrize("top", ["/", "/docker/abc"])
def test_of_a_container_its_own_group_is_mounted(tmp_path: Path, top: str) -> None:
    files = {"memory/memory.limit_in_bytes": str(3 * GIB), "memory/in/memory.limit_in_bytes": str(2 * GIB)}
    assert given(tmp_path, first("/docker/abc", files, top)).memory == 3 * GIB
    if top != "/":
        assert given(tmp_path, first("/docker/abc/in", files, top)).memory == 2 * GIB


def test_a_hub_grants_less(tmp_path: Path) -> None:
    found = given(tmp_path, CPU_LIMIT="1.5", MEM_LIMIT="1073741824")
    assert told(found) == (1.5, GIB, "CPU_LIMIT", "MEM_LIMIT")
    assert found.available == GIB - 200_000 * 1024
    assert (found.cores, found.workers) == (1, 1)


def test_a_hub_cannot_grant_more(tmp_path: Path) -> None:
    found = given(tmp_path, CPU_LIMIT="64", MEM_LIMIT="1T")
    assert told(found) == (8.0, 16 * GIB, "affinity", "machine")


@pytest.mark.parametrize("text", ["abc", "-1", "0", "nan", "inf"])
def test_a_grant_that_cannot_be_read_is_reported_and_left_out(tmp_path: Path, text: str) -> None:
    with pytest.warns(RuntimeWarning, match="CPU_LIMIT"):
        assert given(tmp_path, CPU_LIMIT=text).cpu_source == "affinity"


def test_a_shell_limits_each_process(tmp_path: Path) -> None:
    lines = f"Max address space         {2 * GIB}           unlimited            bytes\n{UNLIMITED}\n"
    found = given(tmp_path, {"proc/self/limits": lines})
    assert found.process_memory == 2 * GIB
    assert found.workers == 8
    assert found.memory_per_worker <= 2 * GIB
    assert "RLIMIT_AS" in str(found.to_df())


def test_few_free_bytes_make_few_workers(tmp_path: Path) -> None:
    for free, workers in ((0, 1), (WORKER_MEMORY, 1), (3 * WORKER_MEMORY, 2), (20 * WORKER_MEMORY, 8)):
        lines = f"MemTotal: {16 * GIB // 1024} kB\nMemAvailable: {free // 1024} kB\n"
        assert given(tmp_path, {"proc/meminfo": lines}).workers == workers


@slow(suppress_health_check=[HealthCheck.too_slow])  # a busy machine
@such(st.floats(0.001, 512), st.integers(1, 1 << 44), st.integers(0, 1 << 44), st.none() | st.integers(1, 1 << 44))
def test_workers_fit_their_share_and_are_never_none(cpu: float, memory: int, free: int, process: int | None) -> None:
    found = Limits(cpu, memory, min(memory, free), process, "affinity", "machine")
    assert 1 <= found.workers <= found.cores <= max(1, cpu)
    assert found.workers * found.memory_per_worker <= found.available <= found.memory
    assert found.workers == 1 or found.memory_per_worker >= min(WORKER_MEMORY, process or WORKER_MEMORY)
    assert found.threads == 1


def test_it_draws_itself(tmp_path: Path) -> None:
    found = given(tmp_path, second("/", {"cpu.max": "150000 100000"}), MEM_LIMIT="2G")
    table = found.to_df().set_index(["what", "source"])
    assert table.loc[("cpu", "cgroup /sys/fs/cgroup"), "value"] == 1.5
    assert table["decides"].to_dict()["cpu", "affinity"] is False
    assert table["decides"].to_dict()["memory", "MEM_LIMIT"] is True
    assert table.loc[("workers", "follows"), "value"] == 1
    assert "1.5 cores (cgroup /sys/fs/cgroup), 2.0 GB (MEM_LIMIT)" in str(found)
    assert all(words in found._repr_html_() for words in ("1.5 cores", "MEM_LIMIT", "memory of a worker", "<table>"))
    with pytest.raises(AttributeError):
        found.cpu = 3  # type: ignore[misc]


@pytest.mark.parametrize(("text", "value"), [("2", 2.0), ("1.5", 1.5), ("250m", 0.25)])
def test_cores(text: str, value: float) -> None:
    assert cores(text) == value


@pytest.mark.parametrize(
    ("text", "value"), [("100", 100), ("2G", 2e9), ("2Gi", 2 * GIB), ("1.5k", 1500), ("600 MB", 6e8)]
)
def test_amounts(text: str, value: float) -> None:
    assert amount(text) == value


@pytest.mark.parametrize("text", ["", "i", "5i", "-3M", "0", "0.1", "many", "1e9", "3 X"])
def test_what_is_no_amount(text: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(text)}$"):
        amount(text)


@such(st.integers(1, 1 << 50))
def test_what_is_shown_is_about_the_amount(value: int) -> None:
    assert amount(shown(value)) == pytest.approx(value, rel=0.051, abs=1000)


def test_this_process() -> None:
    found = limits()
    assert 1 <= found.cores <= (os.cpu_count() or 1)
    assert found.memory >= found.available > 64 * 1024**2


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="ulimit and affinity as Linux has them")
def test_a_real_process_sees_what_it_was_given() -> None:
    code = "from cutroom.settings import limits; f = limits(); print(f.cpu, f.process_memory, f.workers)"

    def confine() -> None:
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
        resource.setrlimit(resource.RLIMIT_AS, (8 * GIB, 8 * GIB))

    done = subprocess.run(
        [sys.executable, "-c", code],
        env={name: value for name, value in os.environ.items() if not name.endswith("_LIMIT")},
        preexec_fn=confine,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == ["1.0", str(8 * GIB), "1"]
