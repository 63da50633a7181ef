"""The tour in a real JupyterLab, up to what a reader sees of it first. `--picture` keeps that for the README."""

from __future__ import annotations

import importlib.util
import io
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from lab import Lab, server
from PIL import Image, ImageChops

from cutroom.widgets.bundle import REMEDY, is_built

pytestmark = pytest.mark.browser

ROOT = Path(__file__).resolve().parents[2]
PICTURE = ROOT / "notebooks" / "images" / "tour.jpg"
WIDE, MOST = 1600, 250_000
"""Pixels across the picture, and bytes that it may take."""
SHOWN = "display(player, tl)"


@pytest.fixture(scope="module")
def lab(chromium: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """JupyterLab on the copy of the tour that `dev.py lab` makes."""
    if not is_built():
        pytest.skip(f"no front end: {REMEDY}")
    spec = importlib.util.spec_from_file_location("cutroom_dev", ROOT / "dev.py")
    assert spec is not None
    assert spec.loader is not None
    dev = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(dev)
    notebook = dev.copy_tour(sys.version_info[:3], tmp_path_factory.mktemp("tour") / "01-tour.ipynb")
    with server(notebook.parent) as address:
        page = chromium.new_page(viewport={"width": 960, "height": 1000}, device_scale_factor=2)
        made = Lab(page, address, notebook.name)
        page.wait_for_timeout(1000)
        yield made
        page.close()


def picture_of(place: Any) -> Image.Image:
    return Image.open(io.BytesIO(place.screenshot())).convert("RGB")


def test_a_tour_that_was_only_opened_has_nothing_to_save(lab: Lab) -> None:
    assert not lab.changed()


def test_the_player_shows_what_the_detector_found_over_a_timeline_with_title_and_dissolve(
    lab: Lab, request: pytest.FixtureRequest
) -> None:
    cells = json.loads((ROOT / "notebooks" / "01-tour.ipynb").read_text(encoding="utf-8"))["cells"]
    (last,) = [index for index, cell in enumerate(cells) if "".join(cell["source"]).endswith(SHOWN)]
    for index, cell in enumerate(cells[: last + 1]):
        if cell["cell_type"] == "code":
            said = lab.do(index, 300)
            assert "Traceback" not in said, said
    page = lab.page
    lab.only_notebook()
    output = page.locator(".jp-Cell").filter(has_text=SHOWN).last
    output.evaluate("(cell) => cell.scrollIntoView()")
    player, timeline = output.locator(".cutroom-player"), output.locator(".cutroom-timeline")
    output.locator(".cutroom-player[data-shown='60']").wait_for(timeout=60_000)
    output.locator(".cutroom-timeline[data-heads='2']").wait_for(timeout=60_000)
    assert page.locator(".cutroom-notice:visible, .cutroom-empty:visible").count() == 0
    assert timeline.get_attribute("data-frame") == "60"

    if request.config.getoption("--picture"):
        keep(lab, output, last + 2)

    # the boxes are the detector's, and can be put away
    boxes = player.locator("button[aria-label^=Detections]")
    boxes.wait_for()
    found = picture_of(player.locator("canvas"))
    boxes.click()
    page.wait_for_timeout(500)
    covered = np.array(ImageChops.difference(found, picture_of(player.locator("canvas")))).max(axis=2) > 40
    assert 0.003 < covered.mean() < 0.2
    boxes.click()


def keep(lab: Lab, cell: Any, active: int) -> None:
    """Take the README's picture: the notebook at the cell, as high as the cell is, with nothing left to save."""
    page = lab.page
    lab.save()
    page.evaluate("(index) => { window.jupyterapp.shell.currentWidget.content.activeCellIndex = index; }", active)
    above = cell.evaluate("(cell) => cell.getBoundingClientRect().top")
    page.set_viewport_size({"width": 960, "height": round(cell.bounding_box()["height"] + above + 12)})
    cell.evaluate("(cell) => cell.scrollIntoView()")
    page.mouse.move(0, 0)
    page.wait_for_timeout(2000)
    shot = picture_of(page.locator("#jp-main-dock-panel"))
    small = shot.resize((WIDE, round(shot.height * WIDE / shot.width)), Image.Resampling.LANCZOS)
    for quality in range(92, 50, -4):
        data = io.BytesIO()
        small.save(data, "JPEG", quality=quality, optimize=True, progressive=True)
        if data.tell() <= MOST:
            break
    PICTURE.write_bytes(data.getvalue())
