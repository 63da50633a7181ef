"""The composition root."""

from __future__ import annotations

import subprocess
import sys

THREADS = """
import threading
from cutroom.app import app
made, together = [], threading.Barrier(8)
def ask():
    together.wait()
    made.append(app())
threads = [threading.Thread(target=ask) for _ in range(8)]
for thread in threads: thread.start()
for thread in threads: thread.join()
print(len(set(map(id, made))))
"""


def test_threads_that_come_at_once_share_one_app() -> None:
    done = subprocess.run([sys.executable, "-c", THREADS], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "1"
