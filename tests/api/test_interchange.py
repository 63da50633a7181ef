"""Timelines and subtitles through files, with real media: what is found, what is away, what may not be opened."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import cutroom as cr
from cutroom import errors
from cutroom.api import interchange
from cutroom.api.timeline import Timeline


@pytest.fixture
def project(tmp_path: Path, film):
    """Two stretches of the film with a dissolve, sound with them, a title and a subtitle."""
    (tmp_path / "mine").mkdir()
    with cr.Project.create(tmp_path / "mine" / "trip.tlp") as made:
        shutil.copy(film.path, tmp_path / "mine" / "film.mp4")
        tl = made.timeline
        first = tl.append(tmp_path / "mine" / "film.mp4", source=(1, 3))
        second = tl.append(tmp_path / "mine" / "film.mp4", source=(3.5, 5))
        tl.add_transition("dissolve", first, second, duration=0.5)
        first.effects.add("brightness", value=0.1)
        tl.add_title("Hello", at=0, duration=1)
        (tmp_path / "talk.srt").write_text("1\n00:00:00,500 --> 00:00:01,500\nHi\n")
        interchange.add_subtitles(tl, tmp_path / "talk.srt")
        yield made


def rows(timeline: Timeline) -> list[list[object]]:
    table = timeline.to_df()
    return table[["track", "start", "end", "source_start", "source_end"]].to_numpy().tolist()


def empty(folder: Path) -> cr.Project:
    folder.mkdir()
    return cr.Project.create(folder / "theirs.tlp")


def test_otio_brings_everything_to_another_project(project: cr.Project, tmp_path: Path) -> None:
    written = interchange.export_timeline(project.timeline, tmp_path / "mine" / "trip.otio")
    assert written.complete
    with empty(tmp_path / "other") as other:
        report = interchange.import_timeline(other.timeline, tmp_path / "mine" / "trip.otio")
        assert report.complete, report
        assert rows(other.timeline) == rows(project.timeline)
        assert other.settings.fps == project.settings.fps
        assert [clip.effects for clip in other.timeline.clips if clip.effects]
        assert (other.timeline.frame(0.2).array == project.timeline.frame(0.2).array).all()
        other.undo()
        assert not other.timeline.tracks
        assert not len(other.media)


@pytest.mark.parametrize(
    ("suffix", "lost"), [(".edl", {"1 subtitles", "track T1"}), (".xml", {"1 subtitles"}), (".fcpxml", set())]
)
def test_other_formats_bring_the_cuts(project: cr.Project, tmp_path: Path, suffix: str, lost: set[str]) -> None:
    path = tmp_path / "mine" / f"trip{suffix}"
    written = interchange.export_timeline(project.timeline, path)
    assert lost | {"effect brightness"} == {loss.what for loss in written}
    with empty(tmp_path / "other") as other:
        report = interchange.import_timeline(other.timeline, path, fps=30)
        assert report.complete, report
        ours = [row[1:] for row in rows(project.timeline) if row[0] in {"V1", "A1"}]
        theirs = [row[1:] for row in rows(other.timeline)]
        assert [row for row in theirs if row in ours] == ours
        assert len(theirs) == len(ours) + (suffix != ".edl")  # the title
        assert len(other.media) == 1


def test_media_that_only_the_file_names_is_not_opened(project: cr.Project, tmp_path: Path) -> None:
    for folder in ("away", "sent"):
        (tmp_path / folder).mkdir()
    interchange.export_timeline(project.timeline, tmp_path / "sent" / "trip.xml")
    hidden = tmp_path / "away" / "film.mp4"
    shutil.move(tmp_path / "mine" / "film.mp4", hidden)
    text = (tmp_path / "sent" / "trip.xml").read_text().replace(str(tmp_path / "mine"), str(tmp_path / "away"))
    (tmp_path / "sent" / "trip.xml").write_text(text)
    with empty(tmp_path / "other") as other:
        report = interchange.import_timeline(other.timeline, tmp_path / "sent" / "trip.xml")
        assert not [clip for clip in other.timeline.clips if clip.media]
        assert any("name its folder" in loss.why for loss in report)
        with pytest.raises(errors.AccessDeniedError):
            other.timeline.app.access.require_granted([str(hidden)])
        other.undo()
        report = interchange.import_timeline(other.timeline, tmp_path / "sent" / "trip.xml", media=tmp_path / "away")
        assert report.complete, report
        assert len([clip for clip in other.timeline.clips if clip.media]) == 4


def test_media_that_are_away_keep_their_clips_in_a_timeline_of_ours(project: cr.Project, tmp_path: Path) -> None:
    interchange.export_timeline(project.timeline, tmp_path / "mine" / "trip.otio")
    (tmp_path / "mine" / "film.mp4").unlink()
    with empty(tmp_path / "other") as other:
        report = interchange.import_timeline(other.timeline, tmp_path / "mine" / "trip.otio")
        assert {loss.what for loss in report} == {"media film.mp4"}
        assert rows(other.timeline) == rows(project.timeline)


def test_what_cannot_be_read_changes_nothing(project: cr.Project, tmp_path: Path) -> None:
    before = project.session.document
    (tmp_path / "broken.otio").write_text('{"OTIO_SCHEMA": "Timeline.1",')
    (tmp_path / "broken.srt").write_text("no subtitles")
    with pytest.raises(errors.InterchangeError, match="line 1, column"):
        interchange.import_timeline(project.timeline, tmp_path / "broken.otio")
    with pytest.raises(errors.InterchangeError, match=r"broken\.srt"):
        interchange.add_subtitles(project.timeline, tmp_path / "broken.srt")
    with pytest.raises(errors.InterchangeError, match="there is no file"):
        interchange.import_timeline(project.timeline, tmp_path / "none.otio")
    with pytest.raises(errors.UnknownNameError, match="timeline format"):
        interchange.import_timeline(project.timeline, tmp_path / "none.doc")
    assert project.session.document is before


def test_subtitles_there_and_back(project: cr.Project, tmp_path: Path) -> None:
    tl = project.timeline
    steps = len(project.history)
    interchange.add_subtitles(tl, tmp_path / "talk.srt")
    assert len(project.history) == steps + 1
    assert [track.title for track in project.session.document.tracks if track.kind == "subtitle"] == ["S1", "S2"]
    with pytest.raises(errors.EditError, match="which track"):
        interchange.export_subtitles(tl, tmp_path / "out.vtt")
    report = interchange.export_subtitles(tl, tmp_path / "out.vtt", track="S1")
    assert report.complete
    assert (tmp_path / "out.vtt").read_text() == "WEBVTT\n\n00:00:00.500 --> 00:00:01.500\nHi\n"
    with pytest.raises(errors.ProjectExistsError):
        interchange.export_subtitles(tl, tmp_path / "out.vtt", track="S1", overwrite=False)
    with pytest.raises(errors.EditError):
        interchange.add_subtitles(tl, tmp_path / "talk.srt", track="V1")
    assert len(project.history) == steps + 1


def test_importing_cutroom_loads_no_interchange() -> None:
    import subprocess
    import sys

    code = "import sys, cutroom, cutroom.api.interchange; print([m for m in sys.modules if 'opentimelineio' in m])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


FOREIGN = """1
00:00:00,500 --> 00:00:01,500
Hi 🦄

2
00:00:02,000 --> 00:00:02,500
漢字

3
00:00:03,000 --> 00:00:04,000
Yes
"""


def test_texts_are_kept_where_the_font_lacks_their_letters(tmp_path: Path) -> None:
    (tmp_path / "talk.srt").write_text(FOREIGN)
    with cr.Project.create(tmp_path / "mine.tlp", fps=25, size=(320, 180), sample_rate=48_000) as made:
        tl = made.timeline
        report = tl.add_subtitles(tmp_path / "talk.srt")
        assert [cue.text for cue in tl.track("S1").cues] == ["Hi 🦄", "漢字", "Yes"]
        table = report.to_df()
        assert table["where"].tolist() == ["talk.srt, 00:00:00:13", "talk.srt, 00:00:02:00"]
        assert "cannot draw 🦄" in table["why"][0]
        tl.add_title("Below", at=0, duration=4)
        tl.add_subtitle("Beside it", 3, 4)
        tl.track("S1").cues[0].end = 1
        assert tl.frame(3.1).array.any()
        for show in (lambda: tl.frame(0.6), lambda: cr.Renderer(made).render(tmp_path / "out.mp4")):
            with pytest.raises(errors.ValidationError, match=r"cannot draw (🦄 of 'Hi 🦄'|字 漢 of '漢字')"):
                show()
        assert not (tmp_path / "out.mp4").exists()
        made.export_timeline(tmp_path / "talk.otio")
        made.export_timeline(tmp_path / "talk.fcpxml")
    for name in ("talk.otio", "talk.fcpxml"):
        with empty(tmp_path / f"{name}-theirs") as other:
            again = other.import_timeline(tmp_path / name)
            assert sum("cannot draw" in loss.why for loss in again) == 2, again
            texts = [cue.text for track in other.timeline.tracks for cue in track.cues]
            texts += [clip.text for clip in other.timeline.clips if clip.text]
            assert sorted(texts) == sorted(["Hi 🦄", "漢字", "Yes", "Beside it", "Below"])


def test_titles_that_are_too_long_are_cut_and_told(tmp_path: Path) -> None:
    import opentimelineio as otio

    moment = otio.opentime.TimeRange(otio.opentime.RationalTime(25, 25), otio.opentime.RationalTime(25, 25))
    theirs, track = otio.schema.Timeline("t"), otio.schema.Track("T" * 300, kind="Subtitle")
    track.markers.append(otio.schema.Marker(name="y" * 12_000, marked_range=moment))
    theirs.tracks.append(track)
    theirs.tracks.markers.append(otio.schema.Marker(name="m" * 600, marked_range=moment))
    otio.adapters.write_to_file(theirs, str(tmp_path / "theirs.otio"))
    with empty(tmp_path / "other") as other:
        report = other.import_timeline(tmp_path / "theirs.otio")
        whys = {loss.what[:6]: loss.why for loss in report if loss.why.startswith("cut")}
        assert whys == {
            "text T": "cut after 200 characters",
            "text y": "cut after 10,000 characters",
            "text m": "cut after 500 characters",
        }
        assert len(other.timeline.tracks[0].cues[0].text) == 10_000


def test_media_that_a_list_only_names_are_found_where_they_are_said_to_be(tmp_path: Path, film) -> None:
    (tmp_path / "theirs").mkdir()
    beside = tmp_path / "theirs" / "film.mp4"
    shutil.copy(film.path, beside)
    event = "001  AX  V  C  00:00:01:00 00:00:02:00 00:00:00:00 00:00:01:00\n* FROM CLIP NAME: film.mp4\n"
    (tmp_path / "theirs" / "cut.edl").write_text(f"TITLE: cut\nFCM: NON-DROP FRAME\n\n{event}")
    with empty(tmp_path / "other") as other:
        report = other.import_timeline(tmp_path / "theirs" / "cut.edl", fps=30)
        assert any('media="..."' in loss.why and loss.where == str(beside) for loss in report), report
        assert not other.timeline.clips
        for media in ([beside], tmp_path / "theirs"):
            other.undo()
            other.import_timeline(tmp_path / "theirs" / "cut.edl", fps=30, media=media)
            assert [clip.source for clip in other.timeline.clips if clip.track.kind == "video"] == [(1, 2)]
        with pytest.raises(errors.MediaNotFoundError, match="there is nothing at"):
            other.import_timeline(tmp_path / "theirs" / "cut.edl", fps=30, media=tmp_path / "away")
