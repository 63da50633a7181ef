"""MLT: what `melt` makes of it has as many frames as the timeline, and the right ones."""

from __future__ import annotations

import shutil
import subprocess
from fractions import Fraction
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from documents import F, film, make_media

import cutroom as cr
from cutroom.api import interchange
from cutroom.interchange.formats import write_timeline
from cutroom.schema.clip import Clip, CompoundSource
from cutroom.schema.document import Compound, Document, Timeline
from cutroom.schema.track import Track

MELT = shutil.which("melt")
needs_melt = pytest.mark.skipif(MELT is None, reason="melt is not installed")


def rendered(path: Path, out: Path) -> list[np.ndarray]:
    """The frames that melt renders, small and grey."""
    import av

    assert MELT is not None
    command = [MELT, path, "-consumer", f"avformat:{out}", "vcodec=ffv1", "acodec=pcm_s16le", "real_time=-1"]
    subprocess.run(command, check=True, capture_output=True, timeout=60, env={"QT_QPA_PLATFORM": "offscreen"})
    with av.open(str(out)) as container:
        return [frame.reformat(64, 36, "gray").to_ndarray() for frame in container.decode(video=0)]


@needs_melt
def test_melt_renders_the_same_film(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    source = request.getfixturevalue("film").path
    with cr.Project.create(tmp_path / "trip.tlp") as project:
        tl = project.timeline
        first = tl.append(source, source=(1, 2))
        second = tl.append(source, source=(3, 4))
        tl.append(source, source=(0.5, 1.5))
        tl.add_transition("dissolve", first, second, duration=cr.frames(10))
        tl.overwrite(source, at=4, source=(2, 2.5))
        report = interchange.export_timeline(tl, tmp_path / "trip.mlt")
        assert report.complete or {loss.what for loss in report} <= {"links"}, report
        frames = rendered(tmp_path / "trip.mlt", tmp_path / "trip.mkv")
        assert len(frames) == tl.duration * tl.fps
        for number in (0, 20, 45, 59, 75, 119, 130):
            own = tl.frame(cr.frames(number), size=(64, 36)).array.mean(axis=2)
            assert abs(own - frames[number]).mean() < 12, number
            if number in {75, 130}:  # and no other frame is nearer by far
                far = abs(own - frames[number - 20]).mean()
                assert abs(own - frames[number]).mean() < far


def test_titles_speeds_compounds_and_hidden_tracks_are_in_it() -> None:
    document = film()
    inner = document.tracks[0]
    scene = Compound(id="n_1", title="scene", timeline=Timeline(tracks=(inner,)))
    shows = Clip(id="c_8", source=CompoundSource(compound="n_1"), start=F(1), duration=F(2))
    tracks = (
        Track(id="t_7", kind="video", title="V2", items=(shows,)),
        document.tracks[1].evolve(hidden=True),
    )
    document = document.evolve(timeline=Timeline(tracks=tracks), compounds=(scene,))
    text, report = write_timeline(document, format="mlt", title="Trip")
    assert report.complete, report
    root = ElementTree.fromstring(text)
    ids = [element.get("id") for element in root]
    for element in root.iter():  # whatever is shown stands before what shows it
        named = element.get("producer")
        if named and element.tag in {"entry", "track"}:
            assert named in ids
    services = [one.text for one in root.iterfind(".//property[@name='mlt_service']")]
    assert {"avformat", "timewarp", "color", "dynamictext", "luma", "mix", "composite"} <= set(services)
    (main,) = root.iterfind("tractor[@id='main']")
    assert main.get("out") == "59"
    assert [track.get("hide") for track in main.iterfind("track")] == [None, "audio", "both"]
    (compound,) = (name for name in ids if name and name.startswith("compound"))
    (entry,) = root.iterfind(f"playlist/entry[@producer='{compound}']")
    assert (entry.get("in"), entry.get("out")) == ("30", "89")


@needs_melt
def test_any_speed_keeps_the_length(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    source = request.getfixturevalue("film").path
    with cr.Project.create(tmp_path / "trip.tlp") as project:
        media = project.media.add(source)
        document = project.session.document
        clip = Clip(id="c_1", source={"kind": "media", "media": media.id}, start=F(1), duration=F(1))
        backwards = clip.evolve(id="c_2", speed=F(2), reverse=True)
        held = clip.evolve(id="c_3", speed=F(0), start=F(3))
        track = Track(id="t_1", kind="video", title="V1", items=(clip, backwards, held))
        document = document.evolve(timeline=Timeline(tracks=(track,)))
        text, report = write_timeline(document, format="mlt", title="Trip")
        assert report.complete
        (tmp_path / "trip.mlt").write_text(text)
        frames = rendered(tmp_path / "trip.mlt", tmp_path / "trip.mkv")
        assert len(frames) == 90
        assert not np.array_equal(frames[31], frames[45])
        assert abs(frames[62].astype(int) - frames[88]).mean() < 1  # held
        assert abs(frames[31].astype(int) - frames[59]).mean() > abs(frames[59].astype(int) - frames[2]).mean()


@needs_melt
@pytest.mark.parametrize("speed", [1, 2, F(1, 2)])
def test_a_reversed_clip_shows_the_frames_that_are_shown_here(
    tmp_path: Path, request: pytest.FixtureRequest, speed: Fraction
) -> None:
    source = request.getfixturevalue("film").path
    with cr.Project.create(tmp_path / "trip.tlp") as project:
        tl = project.timeline
        clip = tl.append(source, source=(2, 3))
        clip.reverse()
        if speed != 1:
            clip.retime(speed)
        interchange.export_timeline(tl, tmp_path / "trip.mlt")
        frames = rendered(tmp_path / "trip.mlt", tmp_path / "trip.mkv")
        assert len(frames) == tl.duration * tl.fps
        own = [tl.frame(cr.frames(i), size=(64, 36)).array.mean(axis=2) for i in range(len(frames))]
        off = []
        for number in range(2, len(own) - 2):
            far = {by: abs(own[number + by] - frames[number]).mean() for by in (-2, -1, 0, 1, 2)}
            off.append(min(far, key=lambda by: (far[by], abs(by))))
        assert abs(sum(off)) <= len(off) / (4 if speed >= 1 else 2), off  # melt rounds half a frame of a slow one up


def test_documents_without_anything_are_written() -> None:
    text, report = write_timeline(Document(id="p", media=(make_media("m", "a.mp4"),)), format="mlt")
    assert report.complete
    assert ElementTree.fromstring(text).find("tractor") is not None
