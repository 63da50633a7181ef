"""What a chain shows of itself: its graph, before and after, and sheets of pictures."""

from __future__ import annotations

import io
import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import cutroom as cr
from cutroom.errors import OutputError, TimeError, UnknownNameError, ValidationError


@pytest.fixture
def title() -> cr.Clip:
    project = cr.Project.create(fps=30, size=(320, 180), sample_rate=48_000)
    project.timeline.add_title("unseen", at=0, duration=1, colour="#ff0000")
    return project.timeline.add_title("<b>Hi & bye</b>", at=1, duration=2, size=0.3)


def test_a_graph_is_a_drawing_lines_and_a_table(title: cr.Clip) -> None:
    title.effects.add("sepia")
    title.transform(scale=0.5).animate("rotation", {0: 0, 1: 90})
    graph = title.effects.graph(at=1.5)
    assert "warp scale=0.5, rotation=45  [transform, animated]" in repr(graph)
    root = ET.fromstring(graph._repr_html_())
    words = ["".join(node.itertext()) for node in root.iter("{http://www.w3.org/2000/svg}text")]
    assert words[0] == "title '<b>Hi & bye</b>'"
    assert any("transform, animated" in line for line in words)
    used = {node.get(key) for node in root.iter() for key in ("fill", "stroke")} - {None}
    assert used == {"currentColor", "none"}
    table = graph.to_df()
    assert table["effect"].tolist() == ["", "sepia", "transform", ""]
    assert table["id"].tolist()[1:3] == [effect.id for effect in title.effects]
    assert table["animated"].tolist() == [False, False, True, False]


def test_a_graph_of_sound(tmp_path: Path, film) -> None:
    project = cr.Project.create(fps=30, size=(320, 180), sample_rate=48_000)
    picture = project.timeline.append(film.path, source=(0, 1))
    (sound,) = picture.linked
    sound.effects.add("gain", db=-6.0)
    assert "gain db=-6  [gain]" in repr(sound.effects.graph())
    for refused in (sound.effects.compare, sound.effects.contact_sheet):
        with pytest.raises(ValidationError, match="has no picture"):
            refused()


def test_a_function_is_called_by_its_name(title: cr.Clip) -> None:
    @cr.effect
    def tint(frame, *, amount: float = 0.5):
        return frame * amount

    title.effects.add(tint, amount=0.25)
    graph = title.effects.graph()
    assert "python tint(amount=0.25)" in repr(graph)
    assert "a function in Python" in repr(graph)


def test_a_very_long_name_stays_inside_of_the_drawing(title: cr.Clip) -> None:
    title.text = "x" * 5000
    assert len(title.effects.graph()._repr_html_()) < 5000


def test_before_and_after(title: cr.Clip) -> None:
    title.effects.add("invert")
    both = title.effects.compare()
    assert both.before.shape == both.after.shape == (180, 320, 3)
    letters = both.before.min(axis=2) > 250
    assert letters.any()
    assert both.after[letters].max() < 5
    wipe = title.effects.compare(split=0.5)
    assert np.array_equal(wipe.array[:, :150], both.before[:, :150])
    assert np.array_equal(wipe.array[:, 170:], both.after[:, 170:])
    side = both.array
    assert side[:, : side.shape[1] // 2].max() > 250
    assert Image.open(io.BytesIO(both._repr_jpeg_())).size == (side.shape[1], side.shape[0])
    assert len(title.effects) == 1


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"at": 0.5}, TimeError),
        ({"at": 99}, TimeError),
        ({"split": 2}, ValidationError),
        ({"size": 3}, ValidationError),
    ],
)
def test_what_cannot_be_compared(title: cr.Clip, options: dict, error: type[Exception]) -> None:
    with pytest.raises(error):
        title.effects.compare(**options)


def test_a_sheet_of_effects_changes_nothing_and_shows_each(title: cr.Clip) -> None:
    before = title.session.state
    sheet = title.effects.contact_sheet(["invert", "vignette", "blur"], columns=2)
    assert list(sheet.pictures) == ["invert", "vignette", "blur"]
    assert len({picture.tobytes() for picture in sheet.pictures.values()}) == 3
    whole = title.effects.contact_sheet()
    assert {"blur", "noir", "typewriter", "chroma_key"} <= set(whole.pictures)
    assert not {"gain", "stabilize", "lut3d"} & set(whole.pictures)
    assert title.session.state == before
    with pytest.raises(UnknownNameError, match="did you mean 'noir'"):
        title.effects.contact_sheet(["nor"])
    with pytest.raises(ValidationError, match="works on sound"):
        title.effects.contact_sheet(["gain"])
    with pytest.raises(ValidationError, match="no effect to show"):
        title.effects.contact_sheet([])


def test_pictures_lie_in_rows_with_their_names_below(tmp_path: Path) -> None:
    colours = {name: np.full((90, 160, 3), code, np.uint8) for name, code in (("a", 50), ("b", 100), ("c", 200))}
    sheet = cr.Sheet(colours, columns=2, width=332)
    assert sheet.array.shape == (4 + 2 * (90 + 24), 332, 3)
    assert [int(sheet.array[at].mean()) for at in ((50, 80), (50, 240), (160, 80))] == [50, 100, 200]
    names = sheet.array[94:114]
    assert names.max() > 200
    sheet.save(tmp_path / "sheet.png")
    assert np.array_equal(np.asarray(Image.open(tmp_path / "sheet.png")), sheet.array)
    with pytest.raises(OutputError):
        sheet.save(tmp_path / "sheet.txt")
    for wrong in ({}, [1], {"a": 3}, {"a": np.zeros((3, 3), np.uint8)}):
        with pytest.raises(ValidationError):
            cr.Sheet(wrong)  # type: ignore[arg-type]
