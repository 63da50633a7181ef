"""The tour notebook, run from top to bottom in a real kernel."""

from __future__ import annotations

import json
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

import cutroom as cr

TOUR = Path(__file__).resolve().parents[2] / "notebooks" / "01-tour.ipynb"
VIEW = "application/vnd.jupyter.widget-view+json"


@pytest.fixture(scope="module")
def toured(tmp_path_factory: pytest.TempPathFactory):
    folder = tmp_path_factory.mktemp("tour")
    notebook = nbformat.read(TOUR, as_version=4)
    NotebookClient(
        notebook, timeout=240, kernel_name="python3", resources={"metadata": {"path": str(folder)}}
    ).execute()
    return notebook, folder


def outputs(notebook, containing: str) -> dict:
    (cell,) = [cell for cell in notebook.cells if cell.cell_type == "code" and cell.source.strip() == containing]
    *_, output = [o for o in cell.outputs if o.output_type in {"execute_result", "display_data"}]
    return output.data


def test_it_is_checked_in_without_outputs() -> None:
    notebook = nbformat.read(TOUR, as_version=4)
    assert all(not cell.get("outputs") for cell in notebook.cells)


def test_the_timeline_and_the_player_show_themselves(toured) -> None:
    notebook, _ = toured
    for source in ("tl", "cr.PlayerWidget(tl, detections=dets)"):
        data = outputs(notebook, source)
        assert VIEW in data
        assert "film.mp4" in data["text/html"]
        assert len(data["image/jpeg"]) < 60_000


def test_the_edit_was_exported(toured) -> None:
    notebook, folder = toured
    checked = cr.verify(folder / "tour" / "stars.mp4")
    assert checked.ok
    assert checked.frames > 60
    document = json.loads((folder / "tour" / "tour.tlp").read_text())
    kept = sum(len(track["items"]) for track in document["timeline"]["tracks"])
    assert kept >= 3
    assert "stars.mp4" in outputs(notebook, "report = job.result()\nreport")["text/plain"]


def test_no_media_is_in_the_notebook(toured) -> None:
    notebook, _ = toured
    assert len(nbformat.writes(notebook)) < 600_000
