"""A real JupyterLab with a notebook open in it."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

START = 60.0
"""Seconds that a server may take to answer."""


@contextlib.contextmanager
def server(folder: Path) -> Iterator[str]:
    """A server over a folder; yields its address with the token. Nothing of the user's own settings takes part."""
    token = secrets.token_hex(16)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory(prefix="lab-") as private:  # short: sockets are made in it
        homes = (
            "JUPYTER_CONFIG_DIR",
            "JUPYTER_DATA_DIR",
            "JUPYTER_RUNTIME_DIR",
            "IPYTHONDIR",
            "JUPYTERLAB_WORKSPACES_DIR",
        )
        env = {**os.environ, **{name: f"{private}/{name.lower()}" for name in homes}}
        arguments = [
            "--no-browser",
            "--allow-root",
            "--expose-app-in-browser",
            f"--ServerApp.port={port}",
            "--ServerApp.port_retries=0",
            "--ServerApp.ip=127.0.0.1",
            f"--IdentityProvider.token={token}",
            f"--ServerApp.root_dir={folder}",
        ]
        quiet = Path(private) / "settings" / "@jupyterlab" / "apputils-extension" / "notification.jupyterlab-settings"
        quiet.parent.mkdir(parents=True)
        quiet.write_text('{"fetchNews": "false", "checkForUpdates": false}')
        env["JUPYTERLAB_SETTINGS_DIR"] = f"{private}/settings"
        log = Path(private) / "log"
        with log.open("wb") as out:
            process = subprocess.Popen(
                [sys.executable, "-m", "jupyterlab", *arguments], stdout=out, stderr=out, env=env
            )
        try:
            _wait(f"http://127.0.0.1:{port}/api/status?token={token}", process, log)
            yield f"http://127.0.0.1:{port}/lab/tree/{{}}?reset&token={token}"
        finally:
            process.terminate()
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + START
    while True:
        try:
            with urllib.request.urlopen(address, timeout=2):
                return
        except (urllib.error.URLError, OSError):
            if process.poll() is not None or time.monotonic() > end:
                raise AssertionError(f"JupyterLab did not start:\n{log.read_text()[-3000:]}") from None
            time.sleep(0.2)


def write_notebook(path: Path, cells: list[str]) -> None:
    """A notebook with these code cells."""
    made = [
        {"cell_type": "code", "id": f"cell-{i}", "metadata": {}, "execution_count": None, "outputs": [], "source": cell}
        for i, cell in enumerate(cells)
    ]
    spec = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    path.write_text(json.dumps({"cells": made, "metadata": spec, "nbformat": 4, "nbformat_minor": 5}))


class Lab:
    """The notebook in the page."""

    def __init__(self, page: Any, address: str, notebook: str) -> None:
        self.page = page
        page.goto(address.format(notebook))
        page.wait_for_selector(".jp-Notebook .jp-CodeCell", timeout=60_000)
        idle = "() => window.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel?.status === 'idle'"
        page.wait_for_function(idle, timeout=60_000)

    def run(self, index: int) -> None:
        """Start a cell; does not wait for it."""
        self.page.evaluate(
            """(index) => {
              const app = window.jupyterapp;
              app.shell.currentWidget.content.activeCellIndex = index;
              void app.commands.execute("notebook:run-cell");
            }""",
            index,
        )

    def output(self, index: int, seconds: float = 60) -> str:
        """The text of a cell's output, when it is done."""
        done = """(index) => {
          const cell = window.jupyterapp.shell.currentWidget.content.widgets[index].model;
          return cell.executionState === "idle" && cell.executionCount !== null;
        }"""
        self.page.wait_for_function(done, arg=index, timeout=seconds * 1000)
        read = """(index) => window.jupyterapp.shell.currentWidget.content.widgets[index].model.outputs.toJSON()
          .map((one) => one.text ?? one.data?.["text/plain"] ?? (one.traceback ?? []).join("\\n")).join("")"""
        return str(self.page.evaluate(read, index))

    def running(self, index: int) -> bool:
        """Whether a cell runs."""
        state = "(index) => window.jupyterapp.shell.currentWidget.content.widgets[index].model.executionState"
        return bool(self.page.evaluate(state, index) == "running")

    def do(self, index: int, seconds: float = 60) -> str:
        """Run a cell and read its output."""
        self.run(index)
        return self.output(index, seconds)

    def changed(self) -> bool:
        """Whether the notebook's tab says that there is something to save."""
        return bool(self.page.evaluate("() => window.jupyterapp.shell.currentWidget.context.model.dirty"))

    def save(self) -> None:
        """Save the notebook."""
        self.page.evaluate("() => window.jupyterapp.commands.execute('docmanager:save')")
        self.page.wait_for_function("() => !window.jupyterapp.shell.currentWidget.context.model.dirty")

    def only_notebook(self) -> None:
        """Put away what lies around the notebook."""
        self.page.evaluate("""() => {
          const { commands, shell } = window.jupyterapp;
          shell.collapseLeft();
          for (const side of ["left", "right"]) void commands.execute("application:toggle-side-tabbar", { side });
          void commands.execute("statusbar:toggle");
        }""")

    def theme(self, name: str) -> None:
        """Switch the theme: "JupyterLab Light" or "JupyterLab Dark"."""
        self.page.evaluate("(theme) => window.jupyterapp.commands.execute('apputils:change-theme', { theme })", name)
