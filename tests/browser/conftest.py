"""A real Chromium, and pages in it."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

sys.path += [str(Path(__file__).parent), str(Path(__file__).parents[1] / "widgets")]  # the helpers beside the tests

from desk import FLAGS, LIGHT, Desk, Opener
from scenery import trip

from cutroom.schema.document import Document
from cutroom.session import Session
from cutroom.widgets.bundle import REMEDY, is_built


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


@pytest.fixture
def opened(chromium: Any) -> Iterator[Opener]:
    """Opens a desk on a document, with the widgets named."""
    if not is_built():
        pytest.skip(f"no front end: {REMEDY}")
    desks: list[Desk] = []

    def make(document: Document, *kinds: str, ratio: float = 1, theme: Any = LIGHT) -> Desk:
        page = chromium.new_page(viewport={"width": 1000, "height": 1000}, device_scale_factor=ratio)
        desk = Desk(page, Session(document), theme)
        desks.append(desk)
        for kind in kinds or ("TimelineWidget",):
            desk.show(kind)
        return desk

    yield make
    for desk in desks:
        assert desk.errors == [], "the page must not throw"
        desk.close()


@pytest.fixture
def desk(opened: Opener) -> Desk:
    """The trip in a timeline that has the keyboard."""
    made = opened(trip())
    made.page.locator(".cutroom-timeline").focus()
    return made
