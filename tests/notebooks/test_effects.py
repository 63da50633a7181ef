"""The notebook about effects, run from top to bottom in a real kernel."""

from __future__ import annotations

import base64
import io
from pathlib import Path

import nbformat
import numpy as np
import pytest
from nbclient import NotebookClient
from PIL import Image

import cutroom as cr

EFFECTS = Path(__file__).resolve().parents[2] / "notebooks" / "03-effects.ipynb"


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory):
    folder = tmp_path_factory.mktemp("effects")
    notebook = nbformat.read(EFFECTS, as_version=4)
    NotebookClient(
        notebook, timeout=240, kernel_name="python3", resources={"metadata": {"path": str(folder)}}
    ).execute()
    return notebook, folder / "effects"


def cell(notebook, containing: str):
    (found,) = [one for one in notebook.cells if one.cell_type == "code" and containing in one.source]
    return found


def picture(notebook, containing: str) -> np.ndarray:
    """The picture that the one cell with these words shows."""
    (output,) = [one for one in cell(notebook, containing).outputs if "image/jpeg" in one.get("data", {})]
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(output.data["image/jpeg"]))))


def text(notebook, containing: str) -> str:
    return "".join(
        one.text if one.output_type == "stream" else one.data["text/plain"]
        for one in cell(notebook, containing).outputs
    )


def test_it_is_checked_in_without_outputs() -> None:
    notebook = nbformat.read(EFFECTS, as_version=4)
    assert all(not one.get("outputs") for one in notebook.cells)


def test_the_sheets_show_the_whole_catalogue(shown) -> None:
    notebook, _ = shown
    effects = text(notebook, "of_pictures.effect)")
    looks = text(notebook, '== "look"')
    crossing = text(notebook, "cr.Sheet(passing")
    table = cr.effects.to_df()
    pictures = table[(table.kind == "video") & (table.group != "text")]
    assert int(effects.split("… ")[1].split()[0]) == (pictures.group != "look").sum() - 1  # a table without a file
    assert int(looks.split("… ")[1].split()[0]) == (table.group == "look").sum()
    assert int(crossing.split("… ")[1].split()[0]) == len(cr.transitions.to_df())
    for words in ("of_pictures.effect)", '== "look"', "cr.Sheet(passing", "cr.Sheet(screens", "cr.Sheet(titles"):
        sheet = picture(notebook, words)
        assert sheet.shape[1] == 1200
        assert sheet[sheet.shape[0] // 4 :, :300].std() > 20


def test_the_graph_is_a_drawing_of_the_chain(shown) -> None:
    notebook, _ = shown
    (output,) = cell(notebook, 'add("vignette", amount=0.7)').outputs
    assert "<svg" in output.data["text/html"]
    assert all(name in output.data["text/plain"] for name in ("[exposure]", "[glow]", "[vignette]"))


def test_before_and_after_differ_where_they_should(shown) -> None:
    notebook, _ = shown
    wipe = picture(notebook, "compare(at=1.2, split=0.5)")
    assert wipe.shape == (360, 640, 3)
    key = picture(notebook, "chroma_key").astype(int)
    half = key.shape[1] // 2
    green = (key[..., 1] > 230) & (key[..., 0] < 40)
    assert green[:, :half].mean() > 0.5
    assert not green[:, half:].any()


def test_a_broken_table_is_named_by_its_line(shown) -> None:
    notebook, _ = shown
    assert "broken.cube, line 3" in text(notebook, "broken.cube")


def test_sound_was_brought_to_its_loudness_and_the_film_was_exported(shown) -> None:
    notebook, folder = shown
    assert "normalized: Loudness(-23.0 LUFS" in text(notebook, "cr.loudness(sound")
    assert (folder / "effects.mp4").stat().st_size > 100_000
    with cr.Project.open(folder / "effects.tlp") as project:
        chains = [[effect.effect for effect in clip.effects] for clip in project.timeline.clips]
    assert ["lut3d"] in chains
    assert ["chroma_key"] in chains


def test_the_notebook_stays_small(shown) -> None:
    notebook, _ = shown
    assert len(nbformat.writes(notebook)) < 2_000_000
