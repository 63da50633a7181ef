"""`python -m cutroom.worker`: the broker of one worker, or with `--child` the child that it keeps.

Not for people: `cutroom.workers.WorkerPool` starts it and talks to it over an inherited socket.
"""

from __future__ import annotations

import sys


def main(arguments: list[str]) -> int:
    """Run the role that the arguments name: `[--child] DESCRIPTOR`."""
    match arguments:
        case ["--child", descriptor] if descriptor.isdigit():
            from cutroom.workers import child

            return child.main(int(descriptor))
        case [descriptor] if descriptor.isdigit():
            from cutroom.workers import broker

            return broker.main(int(descriptor))
        case _:
            print("cutroom.worker is started by Cutroom itself (cutroom.workers.WorkerPool)", file=sys.stderr)
            return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
