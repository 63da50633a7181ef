"""`python3 dev.py torture journal -n 200 [--seed 0]`: kills and power cuts, and what they left.

`python3 dev.py torture interchange`: timelines that others have published, read, compared, written and read again.

`python3 dev.py torture share -n 30`: exports at once, each with half a core and 1.5 GB; what all of them take.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "edit"), str(HERE.parent / "interchange")]

import kills  # noqa: E402 - it needs the path
import power  # noqa: E402
import share  # noqa: E402
import timelines  # noqa: E402

CUTS_EACH = 50
"""Power cuts in one life."""


def journal(number: int, seed: int) -> list[str]:
    """Kill so many processes, and cut the power ten times as often; returns what was lost.

    Every second life is on a disk that the journal takes for one of the network's.
    """
    with tempfile.TemporaryDirectory() as folder:
        began = time.monotonic()
        seen = kills.torture(Path(folder), number, seed)
        print(
            f"{seen.kills} kills after {seen.acknowledged} acknowledged calls: {len(seen.lost)} lost; "
            f"{seen.replays} replays, {seen.under_way} with the call under way ({time.monotonic() - began:.0f} s)",
            flush=True,
        )
    lost, began, cuts, calls, under_way = list(seen.lost), time.monotonic(), 0, 0, 0
    for life in range(max(1, number * 10 // CUTS_EACH)):
        with tempfile.TemporaryDirectory() as folder:
            cut = power.torture(Path(folder), CUTS_EACH, seed + life, network=life % 2 == 1)
        cuts, calls, under_way = cuts + cut.cuts, calls + cut.calls, under_way + cut.under_way
        lost += [f"power, seed {seed + life}: {what}" for what in cut.lost]
    print(
        f"{cuts} power cuts in {calls} calls: {len(lost) - len(seen.lost)} lost; "
        f"{under_way} with the call under way ({time.monotonic() - began:.0f} s)"
    )
    return lost


def interchange() -> int:
    """Fetch the samples and put each through; how many failed."""
    with tempfile.TemporaryDirectory() as folder:
        timelines.fetch(Path(folder))
        rows = [timelines.through(path, Path(folder)) for path in timelines.samples(Path(folder))]
    failed = sum(row.failed for row in rows)
    print(timelines.table(rows))
    print(f"{len(rows)} files, {sum(row.clips for row in rows)} clips: {failed} failed")
    return failed or not rows


def together(number: int) -> int:
    """Have so many exports at once; how much went wrong."""
    with tempfile.TemporaryDirectory() as folder:
        seen = share.torture(Path(folder), number)
    print(share.told(seen, number))
    wrong = share.failures(seen)
    print("\n".join(wrong) or "nobody was killed")
    return len(wrong)


def main(arguments: list[str]) -> int:
    """0: nothing was lost."""
    line = argparse.ArgumentParser(prog="dev.py torture", description=__doc__)
    line.add_argument("what", choices=["journal", "interchange", "share"])
    line.add_argument("-n", type=int, metavar="N", help="how many kills (default 200), or exports (default 30)")
    line.add_argument("--seed", type=int, default=0)
    options = line.parse_args(arguments)
    if options.what == "interchange":
        return 1 if interchange() else 0
    if options.what == "share":
        return 1 if together(options.n or 30) else 0
    lost = journal(options.n or 200, options.seed)
    print("\n".join(lost) or "nothing was lost")
    return 1 if lost else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
