"""Formats of others: samples written by hand, and every document there and back, less what its report names."""

from __future__ import annotations

from pathlib import Path

import pytest
from documents import F, documents, film, make_media
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reading import known_media, possible, shown

from cutroom.errors import CutroomError, InterchangeError
from cutroom.interchange import edl, fcp7, fcpxml
from cutroom.interchange.fit import fitted
from cutroom.interchange.formats import read_timeline, timeline_format, write_timeline
from cutroom.interchange.references import Reference
from cutroom.schema.clip import Clip
from cutroom.schema.cue import Cue
from cutroom.schema.curve import Keyframe
from cutroom.schema.document import Document, Marker
from cutroom.schema.effect import Effect
from cutroom.schema.media import Media
from cutroom.schema.speed import Ramp
from cutroom.schema.track import Track

SAMPLES = Path(__file__).parent / "samples"
rich = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def any_media(reference: Reference) -> Media | None:
    return make_media(f"m_{reference.title}", reference.url or reference.title)


def read_sample(name: str, **options: object) -> tuple[Document, dict[str, str]]:
    document, report = read_timeline(
        (SAMPLES / name).read_bytes(), format=timeline_format(name), name=name, find=any_media, **options
    )
    return document, {loss.what: loss.why for loss in report}


def test_an_edl_with_a_dissolve_a_speed_and_sound() -> None:
    document, losses = read_sample("dissolve.edl", fps=F(24))
    pictures, sound = document.tracks
    assert shown(document) == [
        [
            "picture",
            [
                [3.5, "beach.mov", F(2), F(1), False],  # on to the middle of the dissolve, which starts at 3 s
                [3.5, "pier.mov", F(21, 2), F(1), False],
                F(1),
                [1.0, "pier.mov", F(20), F(2), False],
            ],
            [(0, 1, F(1))],
        ],
        ["audio", [F(1), [2.0, "beach.mov", F(2), F(1), False]], []],
        [(F(1), "FIRST LOOK")],
    ]
    assert (pictures.title, sound.kind) == ("V", "audio")
    assert set(losses) == {"start timecode", "comment"}


def test_an_xml_of_final_cut_pro_7() -> None:
    document, losses = read_sample("cuts.xml")
    assert document.settings.fps == 25
    beach, pier = "file://localhost/footage/beach.mov", "file://localhost/footage/pier%20two.mov"
    assert shown(document) == [
        ["picture", [[3.0, beach, F(2), F(1), False], [3.0, pier, F(22, 5), F(1), False]], [(0, 1, F(20, 25))]],
        ["audio", [F(1), [2.0, beach, F(3), F(1), False]], []],
        [(F(30, 25), "look")],
    ]
    assert set(losses) == {"effect Gaussian Blur"}


def test_an_fcpxml_of_29_97_with_all_it_can_hold() -> None:
    document, losses = read_sample("harbour.fcpxml")
    beach, song = "file:///footage/beach.mov", "file:///footage/song.wav"
    frame = F(1001, 30000)
    assert document.settings.fps == 1 / frame
    found = shown(document)
    assert found[0] == [
        "picture",
        [
            [float(90 * frame), beach, F(1001, 100), F(1), False],
            [float(60 * frame), beach, F(40), F(2), False],
            30 * frame,
            [float(60 * frame), found[0][1][3][1], F(1001, 1000), F(1), False],
        ],
        [(0, 1, 20 * frame)],
    ]
    assert found[1] == ["picture", [30 * frame, [float(30 * frame), "Hello"]], []]
    # the sound of the first: nothing is heard behind it, so it fades out over the whole dissolve
    assert found[2][1][0] == [float(100 * frame), beach, F(1001, 100), F(1), False]
    assert found[2][2] == [(0, None, 20 * frame)]
    assert found[2][1][2] == found[0][1][3]  # the compound's own
    assert found[3][1] == [[float(120 * frame), song, F(10), F(1), False]]
    assert found[-1] == [(F(1), "look")]
    (compound,) = document.compounds
    assert compound.title == "scene"
    links = [clip.link for track in document.tracks for _, clip in track.clips() if clip.link]
    assert sorted(links.count(link) for link in set(links)) == [2, 2]
    assert set(losses) == {"<adjust-transform>"}


@rich
@given(document=documents())
@pytest.mark.parametrize("format", ["edl", "fcp7", "fcpxml"])
def test_there_and_back(format: str, document: Document) -> None:
    document = possible(document)
    module = {"edl": edl, "fcp7": fcp7, "fcpxml": fcpxml}[format]
    simple, _ = fitted(document, module.ABLE)
    if not any(track.clips() for track in simple.tracks):
        return
    text, report = write_timeline(document, format=format, title="Trip")
    back, read = read_timeline(text.encode(), format=format, name="trip", find=known_media, fps=document.settings.fps)
    if any("nothing of the clip is left" in loss.why for loss in report):
        return  # an event of no length is none
    exact = all(loss.what != "in point of a dissolve" for loss in report)
    assert shown(back, starts=exact) == shown(simple, starts=exact)
    assert read.complete, read
    assert (shown(simple) == shown(document)) or not report.complete


def everything() -> Document:
    """One of each thing that some format has no word for."""
    document = film()
    pictures, titles = document.tracks
    first, second, gap, third = pictures.items
    assert isinstance(first, Clip)
    assert isinstance(second, Clip)
    focus = (Keyframe(time=F(0), value=0.1), Keyframe(time=F(1), value=0.0))
    blurred = first.evolve(effects=(Effect(id="e_1", effect="blur", curves={"radius": focus}),), link="l_1")
    ramped = second.evolve(speed=Ramp.of({0: 1, 2: F(1, 2)}), group="g_1")
    cues = (Cue(id="s_1", start=F(1), end=F(2), text="Hi"),)
    tracks = (
        pictures.evolve(items=(blurred, ramped, gap, third), volume=0.5),
        titles.evolve(hidden=False),
        Track(id="t_3", kind="subtitle", title="S1", cues=cues),
        Track(id="t_4", kind="audio", title="A1", items=(first.evolve(id="c_9", link="l_1"),)),
    )
    return document.evolve(
        timeline=document.timeline.evolve(
            tracks=tracks, markers=(Marker(id="m_1", time=F(3), title="here", marker="chapter"),)
        )
    )


COMMON = {
    "track's volume",
    "effect blur",
    "keyframes of blur radius",
    "speed ramp",
    "group",
    "1 subtitles",
    "marker here",
    "links",
}
NAMED = {
    "edl": COMMON | {"track T1", "in point of a dissolve"},
    "fcp7": COMMON - {"links", "speed ramp"},
    "fcpxml": COMMON - {"links", "1 subtitles", "marker here"},
    "mlt": COMMON - {"links"},
}


@pytest.mark.parametrize("format", NAMED)
def test_what_a_format_cannot_say_is_named_and_nothing_else(format: str) -> None:
    _, report = write_timeline(everything(), format=format, title="Trip")
    assert {loss.what for loss in report} == NAMED[format]
    assert list(report.to_df().columns) == ["what", "where", "why"]
    assert len(report.to_df()) == len(report)


@pytest.mark.parametrize("kind", ['SYSTEM "x.dtd"', 'PUBLIC "-//x//y" "x.dtd"', "[<!ELEMENT xmeml ANY>]"])
def test_a_document_type_of_its_own_is_refused_in_a_file_that_is_fine_otherwise(kind: str) -> None:
    plain = (SAMPLES / "cuts.xml").read_bytes()
    read_timeline(plain, format="fcp7", name="cuts.xml")
    told = plain.replace(b"<!DOCTYPE xmeml>", f"<!DOCTYPE xmeml {kind}>".encode())
    with pytest.raises(InterchangeError, match=r"declares a document type of its own.* at line 2"):
        read_timeline(told, format="fcp7", name="cuts.xml")


HOSTILE = {
    "bomb.xml": b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><xmeml version="4">&b;</xmeml>',
    "outside.xml": b'<!DOCTYPE x SYSTEM "file:///etc/passwd"><xmeml version="4"/>',
    "deep.xml": b"<a>" * 100_000,
    "deep.otio": b"[" * 200_000 + b"]" * 200_000,
    "twice.otio": b'{"OTIO_SCHEMA": "Timeline.1", "OTIO_SCHEMA": "Timeline.1"}',
    "nan.otio": b'{"OTIO_SCHEMA": "Timeline.1", "x": NaN}',
    "cut.otio": b'{"OTIO_SCHEMA": "Timeline.1",',
    "other.otio": b'{"OTIO_SCHEMA": "Nonsense.1"}',
    "list.otio": b"[]",
    "clip.otio": b'{"OTIO_SCHEMA": "Clip.1", "name": "a"}',
    "binary.edl": b"\x00\x01",
    "words.edl": b"once upon a time",
    "empty.edl": b"",
    "short.edl": b"001  A  V  C  00:00:00:00 00:00:01:00 00:00:00:00\n",
    "overlap.edl": b"001 A V C 00:00:00:00 00:00:02:00 00:00:00:00 00:00:02:00\n"
    b"002 A V C 00:00:00:00 00:00:02:00 00:00:01:00 00:00:03:00\n",
    "empty.xml": b'<xmeml version="4"/>',
    "laughs.xml": b"<xmeml><children>"
    + b"".join(
        b'<sequence id="s%d"><media><video><track>%s</track></video></media></sequence>'
        % (i, b'<clipitem><sequence id="s%d"/></clipitem>' % (i + 1) * 2)
        for i in range(60)
    )
    + b"</children></xmeml>",
    "itself.xml": b'<xmeml><children><sequence id="a"><media><video><track><clipitem><sequence id="a"/></clipitem>'
    b"</track></video></media></sequence></children></xmeml>",
    "laughs.fcpxml": b'<fcpxml><resources><format id="f" frameDuration="1/25s"/>'
    + b"".join(
        b'<media id="m%d"><sequence format="f"><spine>%s</spine></sequence></media>'
        % (i, b'<ref-clip ref="m%d" duration="1s"/>' % (i + 1) * 8)
        for i in range(19)
    )
    + b'<asset id="a" src="a.mp4" hasVideo="1"/><media id="m19"><sequence format="f"><spine>'
    b'<asset-clip ref="a" duration="1s"/></spine></sequence></media></resources><project><sequence format="f"><spine>'
    b'<ref-clip ref="m0" duration="1s"/></spine></sequence></project></fcpxml>',
    "chain.fcpxml": b'<fcpxml><resources><format id="f" frameDuration="1/25s"/>'
    + b"".join(
        b'<media id="m%d"><sequence format="f"><spine><ref-clip ref="m%d" duration="1s"/></spine></sequence></media>'
        % (i, i + 1)
        for i in range(5000)
    )
    + b'</resources><project><sequence format="f"><spine><ref-clip ref="m0" duration="1s"/></spine></sequence>'
    b"</project></fcpxml>",
    "none.fcpxml": b"<fcpxml/>",
    "time.fcpxml": b'<fcpxml><resources><format id="f" frameDuration="1/0s"/></resources><project>'
    b'<sequence format="f"/></project></fcpxml>',
    "cut.xml": b'<xmeml version="4"><sequence>',
}


@pytest.mark.parametrize("name", HOSTILE)
def test_broken_and_hostile_files_are_refused(name: str) -> None:
    with pytest.raises(InterchangeError) as caught:
        read_timeline(HOSTILE[name], format=timeline_format(name), name=name, fps=F(25))
    assert caught.value.hint or caught.value.value


def test_a_plugin_that_the_environment_names_is_never_loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import opentimelineio as otio

    (tmp_path / "evil.py").write_text("raise SystemExit('loaded')")
    (tmp_path / "manifest.json").write_text(
        '{"OTIO_SCHEMA": "PluginManifest.1", "adapters": [{"OTIO_SCHEMA": "Adapter.1", "name": "fcp_xml",'
        ' "filepath": "evil.py", "suffixes": ["xml"]}]}'
    )
    monkeypatch.setenv("OTIO_PLUGIN_MANIFEST_PATH", str(tmp_path / "manifest.json"))
    monkeypatch.setattr(otio.plugins.manifest, "_MANIFEST", None)
    read_sample("cuts.xml")
    read_sample("dissolve.edl", fps=F(24))
    assert otio.plugins.manifest._MANIFEST is None


@settings(max_examples=150, deadline=None)
@given(data=st.data())
@pytest.mark.parametrize("name", ["dissolve.edl", "cuts.xml", "premiere.xml", "harbour.fcpxml"])
def test_damaged_samples_are_read_or_refused(name: str, data: st.DataObject) -> None:
    good = (SAMPLES / name).read_bytes()
    at = data.draw(st.integers(0, len(good) - 1))
    junk = data.draw(st.binary(max_size=4))
    cut = data.draw(st.integers(0, 30))
    broken = good[:at] + junk + good[at + cut :]
    try:
        document, _ = read_timeline(broken, format=timeline_format(name), name=name, find=any_media, fps=F(24))
    except CutroomError:
        return
    Document.model_validate_json(document.model_dump_json())
