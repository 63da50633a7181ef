"""Effects on sound as people use them: in a chain, listening to another track, at another speed with the same pitch."""

from __future__ import annotations

from fractions import Fraction

import pytest

import cutroom as cr
from cutroom.errors import EditError, UnknownNameError, ValidationError

F = Fraction


@pytest.fixture
def project(film) -> cr.Project:
    made = cr.Project.create(fps=30)
    made.timeline.append(film.path, source=(1, 3))
    made.timeline.add_track("audio", name="Music")
    made.timeline.append(film.path, source=(4, 6), track="Music")
    return made


def test_every_effect_of_sound_goes_into_a_chain_with_its_defaults(project: cr.Project) -> None:
    table = cr.effects.to_df()
    names = set(table[table["kind"] == "audio"]["effect"])
    assert {
        "gain",
        "pan",
        "equalizer",
        "compressor",
        "limiter",
        "gate",
        "expander",
        "reverb",
        "delay",
        "chorus",
    } <= names
    assert {"distortion", "denoise", "pitch", "stereo_width", "ducking", "highpass", "lowpass", "bandpass"} <= names
    clip = project.timeline.track("A1").clips[0]
    for name in sorted(names - {"ducking"}):
        clip.effects.add(name)
    assert clip.effects.to_df()["id"].nunique() == len(clip.effects) == len(names) - 1
    with pytest.raises(ValidationError, match="works on sound"):
        project.timeline.track("V1").clips[0].effects.add("reverb")
    with pytest.raises(ValidationError, match=r"-60 … 0 \(dB\)"):
        clip.effects.add("compressor", threshold=3)


def test_ducking_names_a_track_that_is_there_and_not_itself(project: cr.Project) -> None:
    music = project.timeline.track("Music").clips[0]
    with pytest.raises(UnknownNameError, match="no such track of sound") as caught:
        music.effects.add("ducking", track="A2")
    assert caught.value.hint == "known: A1, Music"
    with pytest.raises(EditError, match="Music would duck itself"):
        music.effects.add("ducking", track="Music")
    assert not len(music.effects)
    music.effects.add("ducking", track="A1")
    voice = project.timeline.track("A1").clips[0]
    with pytest.raises(EditError, match="would duck itself"):
        voice.effects.add("ducking", track="Music")
    assert not len(voice.effects)


def test_a_track_that_others_listen_to_keeps_its_name_and_place(project: cr.Project) -> None:
    tl = project.timeline
    tl.track("Music").clips[0].effects.add("ducking", track="A1")
    with pytest.raises(UnknownNameError, match="Music is ducked by track 'A1'"):
        tl.track("A1").title = "Voice"
    assert [track.title for track in tl.tracks if track.kind == "audio"] == ["A1", "Music"]
    tl.track("Music").clips[0].effects[0].remove()
    tl.track("A1").title = "Voice"


def test_another_speed_with_the_same_pitch(project: cr.Project) -> None:
    clip = project.timeline.track("V1").clips[0]
    assert not clip.keep_pitch
    clip.retime(2, keep_pitch=True)
    assert (clip.duration, clip.keep_pitch, clip.linked[0].keep_pitch) == (1, True, True)
    clip.retime(F(1, 2))
    assert clip.keep_pitch
    clip.retime({0: 1, 1: 2}, keep_pitch=False)
    assert not clip.keep_pitch
    project.undo()
    assert clip.keep_pitch
    with pytest.raises(ValidationError, match="keep_pitch"):
        clip.retime(2, keep_pitch="yes")


def test_it_is_saved_written_as_a_script_and_kept_when_cut(project: cr.Project, tmp_path) -> None:
    clip = project.timeline.track("V1").clips[0]
    clip.retime(F(3, 2), keep_pitch=True)
    project.timeline.split(F(1, 2))
    assert [c.keep_pitch for c in project.timeline.track("A1").clips] == [True, True]
    assert "keep_pitch=True" in project.to_script()
    path = tmp_path / "trip.tlp"
    project.save_as(path)
    project.close()
    with cr.Project.open(path) as again:
        assert [c.keep_pitch for c in again.timeline.track("A1").clips] == [True, True]
