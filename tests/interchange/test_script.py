"""An edit as a script: run, it gives an equal document, whatever is in it."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest
from drawn import edits, rich
from editing import F, build, do, ids
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import cutroom as cr
from cutroom.app import app
from cutroom.edit import operations as ops
from cutroom.edit.difference import differences
from cutroom.errors import CutroomError, EditError
from cutroom.interchange.script import script
from cutroom.schema.clip import TitleSource, TitleStyle
from cutroom.schema.document import Document, ProjectSettings
from cutroom.schema.media import Media
from cutroom.schema.speed import Ramp


def described(media: Media) -> str:
    """A media that there is no file of."""
    return f"do(ops.AddMedia(media=ops.Media.model_validate_json({media.model_dump_json()!r})))[0]"


def rebuilt(document: Document) -> Document:
    """What running the script of a document gives."""
    names: dict[str, object] = {}
    exec(script(document, add=described), names)
    project = names["project"]
    assert isinstance(project, cr.Project)
    assert len(project.history) <= 1
    return project.session.document


def require_equal(document: Document) -> None:
    again = rebuilt(document)
    assert differences(document, again) == []
    assert again.settings.evolve(adopt=()) == document.settings.evolve(adopt=())


def whole() -> Document:
    """The rich document with its fade where it can be heard."""
    document = rich()
    clip = document.tracks[0].clips()[0][1]
    sound = ids(document, "A1")[0]
    fade = ops.AddEffect(clip=sound, effect="fade_in", parameters={"duration": 0.5})
    blur = ops.AddEffect(clip=clip.id, effect="blur", index=0)
    return do(document, ops.RemoveEffect(clip=clip.id, effect=clip.effects[0].id), fade, blur)


def test_rich_documents() -> None:
    require_equal(Document(id="p"))
    require_equal(build())
    require_equal(whole())
    require_equal(do(whole(), ops.MoveTrack(track="A1", index=0)))


NEVER = {"set_settings", "set_media"}
"""Afterwards a document may hold what could not be made with the new frame rate or media."""


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.data_too_large, HealthCheck.too_slow])
@given(st.data())
def test_any_edit(data: st.DataObject) -> None:
    """Speeds, ramps, compounds, cues, markers, links, groups, effects, transitions, titles, switches of tracks."""
    document, check = whole(), app().check
    for _ in range(data.draw(st.integers(1, 12))):
        operation = data.draw(edits(document))
        parts = operation.operations if isinstance(operation, ops.Batch) else (operation,)
        if NEVER & {part.op for part in parts}:
            continue
        try:
            after = do(document, operation)
            check(operation, after)
            for compound in (None, *after.compounds):
                app().check_document(after.inside(compound and compound.id))
        except CutroomError:
            continue
        document = after
    require_equal(document)


def test_it_reads_in_the_order_of_the_timeline() -> None:
    document = build()
    first, second = ids(document)
    document = do(
        document,
        ops.Retime(clip=second, speed=Ramp.of({0: 1, 2: F(1, 3)}), duration=F(3)),
        ops.AddTransition(left=first, right=second, duration=F(2, 5)),
        ops.AddEffect(clip=first, effect="brightness", parameters={"value": 0.1}),
        ops.Overwrite(track="V2", at=F(5, 2), source=TitleSource(text="Hello, world\n!"), duration=F(1001, 30000)),
        ops.SetTrack(track="A1", volume=0.5, locked=True),
        ops.AddMarker(time=F(1), title="chapter 1", marker="chapter"),
    )
    body = script(document, title="trip.tlp").split("with project.edit('rebuild trip.tlp'):\n")[1]
    assert (
        body
        == """
    # media
    m_a = ops.MediaSource(media=project.media.add('m_a.mp4').id)
    m_b = ops.MediaSource(media=project.media.add('m_b.mp4').id)

    # the timeline
    do(ops.AddTrack(track='video', title='V1'))
    do(ops.AddTrack(track='video', title='V2'))
    do(ops.AddTrack(track='audio', title='A1'))
    do(ops.SetTrack(track='A1', volume=0.5))

    # V1
    m_a_1, m_a_1_sound = do(ops.Overwrite(track='V1', at=0, source=m_a, start=2, duration=3, sound_track='A1'))
    do(ops.AddEffect(clip=m_a_1, effect='brightness', parameters={'value': 0.1}))
    m_b_1, m_b_1_sound = do(ops.Overwrite(track='V1', at=3, source=m_b, start=1, duration=3, \
speed=ops.Ramp.of({0: 1, 2: F(1, 3)}), sound_track='A1'))
    do(ops.AddTransition(left=m_a_1, right=m_b_1, duration=F("0.4")))

    # V2
    [hello_world_title_1] = do(ops.Overwrite(track='V2', at=F("2.5"), \
source=ops.TitleSource(text='Hello, world\\n!'), duration=F(1001, 30000)))

    # A1

    # markers
    do(ops.AddMarker(time=1, title='chapter 1', marker='chapter'))
    do(ops.SetTrack(track='A1', locked=True))
"""
    )
    require_equal(document)


def test_names_and_texts_that_are_no_python() -> None:
    document = build()
    media = document.media[0]
    names = ("class", "2 days", "Été", "Été", "🎬", "a'b\"c", "do", "über/x" + "y" * 100)
    for number, name in enumerate(names):
        known = media.evolve(id=f"m_{number}", path=f"sub/{name}.mp4")
        document = do(document, ops.AddMedia(media=known))
    style = TitleStyle(size=0.2, colour="#00ff00", position=(0.1, -0.25), background=None)
    for number, text in enumerate(("V1", "m_a", "for", "", "'''\"\"\"\\", "line\nbreak", "m_a")):
        source = TitleSource(text=text, style=style)
        document = do(document, ops.Overwrite(track="V2", at=F(number), source=source, duration=F(1)))
    document = do(document, ops.SetTrack(track="V2", title='"V2"'), ops.AddTrack(track="title", title="m_a"))
    require_equal(document)
    compile(script(document, title='my "film"\\'), "script", "exec")


@pytest.mark.parametrize("fps", ["30", "24000/1001", "25", "1/2", "2397/100", "240"])
def test_rates_of_frames(fps: str) -> None:
    settings = ProjectSettings(fps=fps, width=640, height=360, channels=1, sample_rate=44_100)
    require_equal(Document(id="p", settings=settings))


def test_clips_that_reach_beyond_what_their_sources_hold() -> None:
    """The frame rate was lower when they were placed; the compound has lost its end."""
    document = do(
        build(),
        ops.SetSettings(settings=ProjectSettings(fps=F(24))),
        ops.Overwrite(track="V1", at=F(20), source=build().tracks[0].clips()[0][1].source, duration=F(8) + F(1, 24)),
    )
    document = do(document, ops.Nest(clips=(ids(document)[0],), title="Scene"))
    compound = document.compounds[0]
    inner = document.inside(compound.id).tracks[0].clips()[0][1]
    document = do(
        document,
        ops.Trim(clip=inner.id, edge="end", to=F(1), compound=compound.id),
        ops.SetSettings(settings=ProjectSettings(fps=F(60))),
        ops.SetTrack(track="V1", locked=True),
    )
    assert "the frame rate comes last" in script(document)
    require_equal(document)


def test_what_cannot_be_made_any_more_is_named() -> None:
    document = build()
    track = document.tracks[0]
    twice = document.timeline.evolve(tracks=(*document.tracks, track.evolve(id="t_x", items=())))
    with pytest.raises(EditError, match="there is a track V1 already"):
        script(document.evolve(timeline=twice))


def test_real_films(film, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "beach.mp4").write_bytes(film.path.read_bytes())
    monkeypatch.chdir(tmp_path)
    with cr.Project.create("trip.tlp") as project:
        tl = project.timeline
        first = tl.append("raw/beach.mp4", source=(0, 2))
        second = tl.append("raw/beach.mp4", source=(3, "00:00:05:10"))
        tl.add_transition("dissolve", first, second, duration=0.5)
        first.effects.add("blur", radius=0.01)
        second.split(at=3)
        tl.add_title("At the beach", at=0.5, duration=1, colour="#ffcc00")
        tl.lift((1, 1.5))
        text = project.to_script()
        assert "beach = ops.MediaSource(media=project.media.add('raw/beach.mp4').id)" in text
        assert "beach_1, beach_1_sound = do(ops.Overwrite(track='V1', at=0, source=beach, duration=1" in text
        names: dict[str, cr.Project] = {}
        exec(text, names)  # type: ignore[arg-type]
        again = names["project"]
        assert len(project.diff(again)) == 0
        pictures = [p.timeline.frame(Fraction(7, 2)).array for p in (project, again)]
        assert (pictures[0] == pictures[1]).all()
        tl.clips[0].delete()
        changes = project.diff(again)
        assert {"what", "id", "place", "change", "field", "before", "after"} == set(changes.columns)
        assert (changes.change == "added").sum() >= 2
