"""How the report and the plan of an export read, whatever was exported."""

from __future__ import annotations

import html
import re

from cutroom.interchange.report import Loss
from cutroom.interchange.report import Report as Carried
from cutroom.render.plan import plan
from cutroom.render.report import Report
from cutroom.schema.document import Document
from cutroom.schema.export import ExportSettings

from .conftest import Desk, Film, track


def only_sound(film: Film) -> Document:
    return film.document(track("audio", [film.clip(0, 90)]))


def test_sound_only_reads_as_such(desk: Desk, film: Film) -> None:
    report = desk.export(only_sound(film))
    assert re.fullmatch(
        r"<Report out\.mp4: sound only, 3\.000 s, \d+ kB in \d+\.\d s \(\d+(\.\d)?x; 1 encoded, 0 reused\);"
        r" aac, 192 kbit/s; verified>",
        repr(report),
    )
    assert report.encoder == "aac, 192 kbit/s"
    cells = rows(report)
    assert cells["length"] == "3.000 s, sound only"
    assert cells["encoder"] == "aac, 192 kbit/s"
    assert cells["verified"] == "✓"
    assert "warnings" not in cells


def test_a_picture_has_frames(desk: Desk, film: Film) -> None:
    report = desk.export(film.cuts((0, 1), sound=False))
    assert str(report).startswith("out.mp4: 1 frame, 0.033 s, ")
    assert rows(report)["length"] == "0.033 s, 1 frame"
    assert str(desk.export(film.cuts((0, 30)))).startswith("out.mp4: 30 frames, 1.000 s, ")


def test_long_and_hostile_words_are_whole_and_harmless(desk: Desk, film: Film) -> None:
    report = desk.export(film.cuts((0, 30)))
    long = "<b>clip</b> " + "long " * 30
    told = report.evolve(warnings=(long, "another"), output="/tmp/a & b.mp4", size=1_234_567)
    cells = rows(told)
    assert (cells["file"], cells["size"]) == ("/tmp/a & b.mp4", "1.2 MB")
    assert cells["warnings"] == f"{long}<br>another"
    assert "&lt;b&gt;clip" in told._repr_html_()
    assert str(told).endswith(f"\n  ! {long}\n  ! another")


def rows(report: Report) -> dict[str, str]:
    """The rows of its table, as a notebook shows them."""
    pairs = re.findall(r"<th[^>]*>(.*?)</th><td[^>]*>(.*?)</td>", report._repr_html_(), re.DOTALL)
    return {name: html.unescape(value) for name, value in pairs}


def test_the_plan_of_sound_only_says_so(film: Film) -> None:
    made = plan(only_sound(film), ExportSettings())
    assert repr(made) == "<Plan 3.000 s: no picture; sound in 1 chunk, 0 in the cache>"
    assert made._repr_html_() == "<div>3.000 s: no picture; sound in 1 chunk, 0 in the cache</div>"
    seen = plan(film.cuts((0, 30)), ExportSettings())
    assert repr(seen) == "<Plan 1.000 s: 30 frames in 1 segment, 0 in the cache; sound in 1 chunk, 0 in the cache>"
    assert seen.segments[0].key[:40] in seen._repr_html_()


def test_what_a_format_cannot_carry_is_told_whole() -> None:
    why = "an edit decision list has one track of picture and four of sound, and no more than that"
    report = Carried(format="edl", verb="written", losses=(Loss(what="track V2", where="V2", why=why),))
    assert why in report._repr_html_()
