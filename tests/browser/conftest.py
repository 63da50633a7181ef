"""A real Chromium, and pages in it."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

sys.path += [str(Path(__file__).parent), str(Path(__file__).parents[1] / "widgets")]  # the helpers beside the tests

from desk import FLAGS


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--picture`, for a run of these tests only."""
    parser.addoption("--picture", action="store_true", help="take the README's picture anew")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """The system's Chromium, driven by Playwright; skips where it is missing."""
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        pytest.skip("no chromium here: install Debian's package `chromium`")
    playwright = pytest.importorskip("playwright.sync_api", reason="no Playwright here: install the extra `dev`")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=program, args=FLAGS)
        yield browser
        browser.close()
