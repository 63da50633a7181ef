"""Fonts of one's own in titles and subtitles, through workers."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest

import cutroom as cr
from cutroom.errors import MediaNotFoundError, UnsupportedMediaError, ValidationError

FONTS = files("cutroom.effects.text") / "fonts"


@pytest.fixture
def timeline(tmp_path: Path) -> cr.Timeline:
    (tmp_path / "Thai.ttf").write_bytes((FONTS / "NotoSansThai-Bold.ttf").read_bytes())
    return cr.Project.create(tmp_path / "t.tlp", fps=25, size=(320, 180), sample_rate=48_000).timeline


def test_a_title_in_a_font_by_path(timeline: cr.Timeline, tmp_path: Path) -> None:
    steps = len(timeline.project.history)
    title = timeline.add_title("abc", at=0, duration=1, font=tmp_path / "Thai.ttf", outline=0)
    assert len(timeline.project.history) == steps + 1
    font = timeline.project.resources["Thai.ttf"]
    assert title.style is not None
    assert title.style.font == font.sha256
    with_font = timeline.frame(0.5).array
    title.style = {"font": None}
    without = timeline.frame(0.5).array
    assert with_font.max() > 200
    assert not np.array_equal(with_font, without)
    title.style = {"font": font}
    assert np.array_equal(timeline.frame(0.5).array, with_font)
    title.style = {"font": str(tmp_path / "Thai.ttf"), "size": 0.2}
    assert len(timeline.project.resources) == 1


def test_a_subtitle_in_a_font_by_path(timeline: cr.Timeline, tmp_path: Path) -> None:
    cue = timeline.add_subtitle("abc", 0, 1, font=tmp_path / "Thai.ttf", size=0.1)
    assert cue.style.font == timeline.project.resources["Thai.ttf"].sha256
    shown = timeline.frame(0.5).array
    cue.style = {"font": None}
    assert not np.array_equal(timeline.frame(0.5).array, shown)


def test_letters_that_a_font_lacks_are_found_when_they_are_drawn(timeline: cr.Timeline, tmp_path: Path) -> None:
    timeline.add_title("漢", at=0, duration=1, font=tmp_path / "Thai.ttf")
    with pytest.raises(ValidationError, match="cannot draw 漢"):
        timeline.frame(0.5)


def test_what_is_wrong_with_a_font_is_said_and_changes_nothing(timeline: cr.Timeline, tmp_path: Path) -> None:
    (tmp_path / "broken.ttf").write_bytes(b"no font " * 1000)
    before = timeline.session.state
    for name, error, says in (
        ("broken.ttf", UnsupportedMediaError, r"broken\.ttf is no font"),
        ("nowhere.ttf", MediaNotFoundError, r"there is no font .*nowhere\.ttf"),
        ("t.tlp", UnsupportedMediaError, r"t\.tlp is no font"),
    ):
        with pytest.raises(error, match=says):
            timeline.add_title("abc", at=0, duration=1, font=tmp_path / name)
    with pytest.raises(ValidationError):
        timeline.add_title("abc", at=0, duration=1, font=tmp_path / "Thai.ttf", size=7)
    assert timeline.session.state == before


def test_what_looks_different_in_a_text_survives_scripts_and_other_files(timeline: cr.Timeline, tmp_path: Path) -> None:
    (tmp_path / "talk.srt").write_text("1\n00:00:00,000 --> 00:00:01,000\n<i>Hello</i> there\n")
    timeline.add_subtitles(tmp_path / "talk.srt")
    title = timeline.add_title("Ada", at=0, duration=1, subtitle="mathematician")
    project = timeline.project
    names: dict[str, object] = {}
    exec(project.to_script(), names)
    built = names["project"]
    assert isinstance(built, cr.Project)
    assert project.diff(built).empty
    assert [clip.value.source.spans for clip in built.timeline.clips] == [title.value.source.spans]
    project.export_timeline(tmp_path / "t.otio")
    with cr.Project.create(tmp_path / "other.tlp") as other:
        other.import_timeline(tmp_path / "t.otio")
        assert project.diff(other).query("what in ('clip', 'cue')").empty
        (cue,) = [cue for track in other.timeline.tracks for cue in track.cues]
        assert [(span.start, span.end, span.italic) for span in cue.value.spans] == [(0, 5, True)]
    plain = project.session.document
    title.text = "Grace"
    assert title.value.source.spans == ()
    assert not project.diff(built).empty
    project.undo()
    table = timeline.to_df()
    table.loc[0, "text"] = "Grace"
    timeline.apply_df(table)
    assert timeline.clips[0].value.source.spans == ()
    assert project.session.document != plain


def test_a_film_is_exported_with_its_font(timeline: cr.Timeline, tmp_path: Path) -> None:
    timeline.add_title("abc", at=0, duration=1, font=tmp_path / "Thai.ttf")
    report = cr.Renderer(timeline.project, subtitles="none").render(tmp_path / "out.mp4", progress=False)
    assert report.frames == 25
    assert report.verified.ok
    (tmp_path / "Thai.ttf").unlink()
    with pytest.raises(MediaNotFoundError, match=r"there is no font .*Thai\.ttf"):
        cr.Renderer(timeline.project).render(tmp_path / "out.mp4", progress=False)


def collection(*fonts: bytes) -> bytes:
    """Fonts as one file: a head, then each with its tables moved to where they are now."""
    base, heads, body = 12 + 4 * len(fonts), [], b""
    for font in fonts:
        start = base + len(body)
        count = int.from_bytes(font[4:6], "big")
        moved = bytearray(font)
        for i in range(count):
            at = 12 + 16 * i + 8
            moved[at : at + 4] = (int.from_bytes(font[at : at + 4], "big") + start).to_bytes(4, "big")
        heads.append(start)
        body += bytes(moved) + bytes(-len(moved) % 4)
    head = b"ttcf" + (0x10000).to_bytes(4, "big") + len(fonts).to_bytes(4, "big")
    return head + b"".join(at.to_bytes(4, "big") for at in heads) + body


def test_a_face_of_a_collection(timeline: cr.Timeline, tmp_path: Path) -> None:
    both = [(FONTS / f"NotoSans{name}-Bold.ttf").read_bytes() for name in ("Thai", "Tamil")]
    (tmp_path / "Both.ttc").write_bytes(collection(*both))
    (tmp_path / "Tamil.ttf").write_bytes(both[1])
    title = timeline.add_title("abc 12", at=0, duration=1, font=tmp_path / "Both.ttc", font_index=1)
    second = timeline.frame(0.5).array
    title.style = {"font": tmp_path / "Tamil.ttf", "font_index": 0}
    assert np.array_equal(timeline.frame(0.5).array, second)
    title.style = {"font": tmp_path / "Both.ttc", "font_index": 2}
    with pytest.raises(UnsupportedMediaError, match="holds 2 faces, and no number 2"):
        timeline.frame(0.5)
