"""The notebook about editing, run from top to bottom in a real kernel."""

from __future__ import annotations

import json
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

import cutroom as cr

EDITING = Path(__file__).resolve().parents[2] / "notebooks" / "02-editing.ipynb"


@pytest.fixture(scope="module")
def edited(tmp_path_factory: pytest.TempPathFactory):
    folder = tmp_path_factory.mktemp("editing")
    notebook = nbformat.read(EDITING, as_version=4)
    NotebookClient(
        notebook, timeout=240, kernel_name="python3", resources={"metadata": {"path": str(folder)}}
    ).execute()
    return notebook, folder / "editing"


def shown(notebook, containing: str) -> str:
    """What the one cell with these words printed and gave, as text."""
    cells = [cell for cell in notebook.cells if cell.cell_type == "code" and "def strip" not in cell.source]
    (cell,) = [cell for cell in cells if containing in cell.source]
    return "".join(o.text if o.output_type == "stream" else o.data["text/plain"] for o in cell.outputs)


def test_it_is_checked_in_without_outputs() -> None:
    notebook = nbformat.read(EDITING, as_version=4)
    assert all(not cell.get("outputs") for cell in notebook.cells)


def test_the_strips_show_what_the_verbs_do(edited) -> None:
    notebook, _ = edited
    trimmed, rippled = shown(notebook, "close.ripple").splitlines()
    assert "·" in trimmed
    assert trimmed.endswith("  7 s")
    assert rippled.endswith("  6.5 s")
    rolled, slipped, slid = shown(notebook, "close.roll").splitlines()
    assert "C 10-11" in slipped
    assert "C 10-11" not in rolled
    assert {line[-7:] for line in (rolled, slipped, slid)} == {"  6.5 s"}
    assert "HandlesError" in shown(notebook, "new.slip(5)")


def test_the_keyframes_are_a_table(edited) -> None:
    notebook, _ = edited
    table = shown(notebook, "tl.keyframes_df()")
    assert [table.count(word) for word in ("scale", "rotation", "ease_in_out", "hold")] == [2, 3, 2, 1]


def test_picture_and_sound_stay_together_through_the_table(edited) -> None:
    _, folder = edited
    with cr.Project.open(folder / "editing.tlp") as project:
        clips = project.timeline.clips
        pairs = [(clip, other) for clip in clips if clip.track.title == "V1" for other in clip.linked]
        assert len(pairs) >= 7
        for picture, sound in pairs:
            ahead = sound.start - picture.start  # where the cut of the sound was rolled
            assert picture.reversed or ahead == sound.source[0] - picture.source[0]
            assert not (picture.reversed and ahead)
        assert {clip.angle for clip in clips} >= {"film", "grey"}


def test_a_cell_that_is_run_again_replaces_its_step(edited) -> None:
    notebook, _ = edited
    first, second = (shown(notebook, f'"{title}"').splitlines()[-1] for title in ("Rough", "Less rough"))
    assert first == second
    assert shown(notebook, "project.history.to_df()").count("rough cut") == 1


def test_it_was_handed_over(edited) -> None:
    notebook, folder = edited
    assert json.loads((folder / "editing.otio").read_text())["OTIO_SCHEMA"].startswith("Timeline")
    assert "left as a gap" in shown(notebook, "editing.edl")
    assert shown(notebook, "exec(script, made)").endswith("True)")
    assert "look here" in shown(notebook, "project.diff(saved)")
    packed = cr.Project.unpack(folder / "editing.zip", folder / "elsewhere", progress=False)
    try:
        assert set(packed.verify()["status"]) == {"ok"}
    finally:
        packed.close()


def test_no_media_is_in_the_notebook(edited) -> None:
    notebook, _ = edited
    assert len(nbformat.writes(notebook)) < 600_000
