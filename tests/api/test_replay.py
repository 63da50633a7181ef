"""What every verb does is in the journal: another process finds the very same document."""

from __future__ import annotations

from pathlib import Path

import cutroom as cr
from cutroom.api.reading import read_only


def test_all_verbs_are_replayed_from_the_journal(film, tmp_path: Path) -> None:
    project = cr.Project.create(tmp_path / "trip.tlp")
    tl = project.timeline
    first = tl.append(film.path, source=(1, 3), speed={0: 1, 1: 2})
    second = tl.append(film.path, source=(3, 5), reverse=True)
    tl.append(film.path, source=(0, 1))
    second.retime(0.5).slip(0.5)
    second.slide(0.1)
    first.roll(end=0.9)
    second.freeze(at=second.start + 1, duration=0.5)
    tl.add_marker(1, "here").title = "there"
    tl.add_subtitle("Hello", 0, 1).text = "Good morning"
    tl.track("A1").volume = 0.5
    tl.group(first, tl.track("V1").clips[-1])
    first.unlink()
    tl.link(first, tl.track("A1").clips[0])
    tl.nest(first, "Scene")
    blur = project.compound("Scene").clips[0].effects.add("blur")
    blur.animate("radius", [(0, 0.1, (0.2, 0, 1, 1.5)), (cr.frames(20), 0)]).animate("radius", {0: 0, 1: 0.02})
    tl.track("A1").clips[0].effects.add("gain").animate("db", {-1: -20, 1: 0}, easing="hold").still("db")
    talk = project.multicam("Talk", [film.path] * 2, sync=[0, 0.75], titles=["a", "b"])
    shown = tl.append(talk).switch("b", at=tl.duration - 2, sound=True)
    shown.angle = None
    tl.fill(film.path, span=(30, 31), source=(0, 2), fit=True)
    df = tl.to_df()
    df.loc[df["media"].notna(), "reverse"] = True
    tl.apply_df(df)
    copy = tmp_path / "copy.mp4"
    copy.write_bytes(film.path.read_bytes())
    project.media["film.mp4"].relink(copy)
    project.undo()
    project.redo()
    found = read_only(tmp_path / "trip.tlp")
    assert found.session.document == project.session.document
    assert (found.timeline.frame(0.5).array == tl.frame(0.5).array).all()
    project.close()
    with cr.Project.open(tmp_path / "trip.tlp") as again:
        assert again.session.document == project.session.document
