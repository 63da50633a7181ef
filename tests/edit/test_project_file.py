"""Project files: those of strangers are refused by the place of what is wrong, older ones open for ever."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from drawn import edits, rich
from editing import F, build, cues, strips
from hypothesis import given, settings
from hypothesis import strategies as st

from cutroom.edit import project_file
from cutroom.edit.attempt import attempt
from cutroom.edit.project_file import dump, load, parse
from cutroom.edit.references import problems
from cutroom.errors import EditError, ProjectFileError
from cutroom.schema.clip import TitleSource
from cutroom.schema.document import SCHEMA_VERSION, Document
from cutroom.schema.migrations import STEPS

Plain = dict[str, Any]
FILES = Path(__file__).parent / "files"


@pytest.mark.parametrize("path", sorted(FILES.glob("*.tlp")), ids=lambda path: path.stem)
def test_projects_of_every_version_open_for_ever(path: Path) -> None:
    """The files were written by the versions that they are called after, and are never written again."""
    document, _ = load(path)
    assert strips(document) == {
        "V1": "a2-5 b1-3 b3-5 ·2 a1/3-7/3",
        "V2": "·2 T·1",
        "A1": "a2-5 b1-3 b3-5",
    }
    clip = document.tracks[0].clips()[0][1]
    assert [(effect.effect, effect.parameters) for effect in clip.effects] == [("brightness", {"value": 0.1})]
    assert [(x.transition, x.duration) for x in document.tracks[0].transitions] == [("dissolve", F(1001, 3750))]
    title = document.tracks[1].clips()[0][1].source
    assert isinstance(title, TitleSource)
    assert (title.text, title.style.size, title.style.colour) == ("Hello\nWorld", 0.12, "#ffcc00")
    assert (document.settings.fps, document.settings.width) == (F(30000, 1001), 1280)
    assert parse(dump(document), name="again") == document


def test_every_version_has_its_step_and_its_file() -> None:
    assert sorted(STEPS) == list(range(1, SCHEMA_VERSION))
    assert {path.stem for path in FILES.glob("*.tlp")} >= {f"version-{n}" for n in range(1, SCHEMA_VERSION + 1)}


def older(plain: Plain) -> bytes:
    """A project as it might have been two versions ago: rates as numbers, the timeline's tracks at the top."""
    plain["schema_version"] = SCHEMA_VERSION - 2
    plain["layers"] = plain.pop("timeline")["tracks"]
    plain["settings"]["rate"] = int(plain["settings"].pop("fps"))
    return json.dumps(plain).encode()


def rates(old: Plain) -> Plain:
    settings = dict(old["settings"])
    return {**old, "settings": {"fps": str(settings.pop("rate")), **settings}}


def layers(old: Plain) -> Plain:
    return {name: value for name, value in old.items() if name != "layers"} | {"timeline": {"tracks": old["layers"]}}


def test_a_chain_of_steps_upgrades_an_older_file() -> None:
    document = build()
    data = older(json.loads(dump(document)))
    steps = {SCHEMA_VERSION - 2: rates, SCHEMA_VERSION - 1: layers}
    assert parse(data, name="old.tlp", steps=steps) == document
    with pytest.raises(ProjectFileError, match=f"never a schema {SCHEMA_VERSION - 1}"):
        parse(data, name="old.tlp", steps={SCHEMA_VERSION - 2: rates})
    with pytest.raises(ProjectFileError, match="never a schema"):
        parse(data, name="old.tlp")
    broken = json.dumps({"schema_version": SCHEMA_VERSION - 2, "id": "p"}).encode()
    with pytest.raises(ProjectFileError, match=r"old.tlp cannot be upgraded: 'settings'"):
        parse(broken, name="old.tlp", steps=steps)


def first_clip(plain: Plain) -> Plain:
    found: Plain = plain["timeline"]["tracks"][0]["items"][0]
    return found


def fields(plain: Plain) -> Plain:
    """Things that are beside one another in the rich document, by what the cases call them."""
    return {track["title"]: track for track in plain["timeline"]["tracks"]}


CASES: dict[str, tuple[Callable[[Plain], object], str]] = {
    "media": (lambda p: p["media"].pop(0), r"there is no media 'm_a' at \$\.timeline\.tracks\[0\]\.items\[0\]\.source"),
    "compound": (
        lambda p: p["compounds"].clear(),
        r"there is no compound 'n_\w+' at \$\.timeline\.tracks\[1\]\.items\[1\]\.source\.compound",
    ),
    "angle": (
        lambda p: fields(p)["V2"]["items"][1]["source"].update(angle="t_none"),
        r"the compound has no track 't_none' at \$\.timeline\.tracks\[1\]\.items\[1\]\.source\.angle",
    ),
    "transition": (
        lambda p: p["timeline"]["tracks"][0]["transitions"][0].update(right="c_none"),
        r"there is no clip 'c_none' on track V1 at \$\.timeline\.tracks\[0\]\.transitions\[0\]\.right",
    ),
    "transition of nothing": (
        lambda p: p["timeline"]["tracks"][0]["transitions"][0].update(right=None, left=None),
        r"no clip on either side at \$\.timeline\.tracks\[0\]\.transitions\[0\]",
    ),
    "clip twice": (
        lambda p: p["timeline"]["tracks"][0]["items"].append(first_clip(p)),
        r"the id 'c_\w+' stands twice at \$\.timeline\.tracks\[0\]\.items\[\d+\]\.id",
    ),
    "effect twice": (
        lambda p: first_clip(p)["effects"].extend(first_clip(p)["effects"]),
        r"the id 'e_\w+' stands twice at \$\.timeline\.tracks\[0\]\.items\[0\]\.effects\[1\]\.id",
    ),
    "media twice": (lambda p: p["media"].append(p["media"][1]), r"'m_b' stands twice at \$\.media\[3\]\.id"),
    "track twice": (
        lambda p: p["timeline"]["tracks"].append({**fields(p)["T1"], "items": []}),
        r"the id 't_\w+' stands twice at \$\.timeline\.tracks\[\d+\]\.id",
    ),
    "marker twice": (
        lambda p: p["timeline"]["markers"].append(p["timeline"]["markers"][0]),
        r"stands twice at \$\.timeline\.markers\[3\]\.id",
    ),
    "cue twice": (
        lambda p: fields(p)["S1"]["cues"].append(fields(p)["S1"]["cues"][0]),
        r"'u_0' stands twice at \$\.timeline\.tracks\[\d+\]\.cues\[4\]\.id",
    ),
    "compound twice": (lambda p: p["compounds"].append(p["compounds"][0]), r"stands twice at \$\.compounds\[1\]\.id"),
    "a compound in itself": (
        lambda p: p["compounds"][0]["timeline"]["tracks"][0]["items"].append(
            {**fields(p)["V2"]["items"][1], "id": "c_new"}
        ),
        r"the compound 'Scene' shows itself at \$\.compounds\[0\]",
    ),
    "a speed out of range": (
        lambda p: first_clip(p).update(speed="11"),
        r"a speed lies between 0 and 10.* at \$\.timeline\.tracks\[0\]\.items\[0\]\.speed\n",
    ),
    "too many tracks": (
        lambda p: p["timeline"].update(tracks=[{"id": f"t{i}", "kind": "video", "title": ""} for i in range(201)]),
        r"at most 200 items.* at \$\.timeline\.tracks",
    ),
    "too many effects": (
        lambda p: first_clip(p).update(effects=[{"id": f"e{i}", "effect": "blur"} for i in range(65)]),
        r"at most 64 items.* at \$\.timeline\.tracks\[0\]\.items\[0\]\.effects",
    ),
    "a long text": (
        lambda p: p["timeline"]["markers"][1].update(title="x" * 501),
        r"at most 500 characters at \$\.timeline\.markers\[1\]\.title",
    ),
    "a time that is too exact": (
        lambda p: first_clip(p).update(start=f"1/{10**130}"),
        r"\$\.timeline\.tracks\[0\]\.items\[0\]\.start",
    ),
    "a path with a NUL": (
        lambda p: p["media"][0].update(path="a\0b.mp4"),
        r"a path holds no NUL.* at \$\.media\[0\]\.path",
    ),
    "a path with a line break": (
        lambda p: p["media"][0].update(path="a\nb.mp4"),
        r"control character at \$\.media\[0\]\.path",
    ),
    "no path": (lambda p: p["media"][1].update(path=""), r"has 1 to 4096 characters at \$\.media\[1\]\.path"),
    "a path without end": (lambda p: p["media"][1].update(path="x" * 4097), r"4096 characters at \$\.media\[1\]"),
    "half a character": (
        lambda p: p["timeline"]["markers"][0].update(title="\ud800"),
        r"hex escape at line 1 column \d+ at \$\n",
    ),
    "a word for a switch": (
        lambda p: p["timeline"]["tracks"][0].update(muted="off"),
        r"valid boolean at \$\.timeline\.tracks\[0\]\.muted\n",
    ),
    "a number for a switch": (
        lambda p: p["timeline"]["tracks"][0].update(locked=1),
        r"valid boolean at \$\.timeline\.tracks\[0\]\.locked\n",
    ),
    "a number in quotes": (
        lambda p: p["timeline"]["tracks"][0].update(volume="1.5"),
        r"valid number at \$\.timeline\.tracks\[0\]\.volume\n",
    ),
    "a size in quotes": (lambda p: p["settings"].update(width="640"), r"valid integer at \$\.settings\.width\n"),
    "a title that is a number": (
        lambda p: p["timeline"]["tracks"][0].update(title=1),
        r"valid string at \$\.timeline\.tracks\[0\]\.title\n",
    ),
    "a field that is missing": (
        lambda p: first_clip(p).pop("duration"),
        r"Field required at \$\.timeline\.tracks\[0\]\.items\[0\]\.duration\n",
    ),
    "an item of no kind": (
        lambda p: first_clip(p).update(kind="x"),
        r"'clip', 'gap' at \$\.timeline\.tracks\[0\]\.items\[0\]\n",
    ),
    "a field of a source": (
        lambda p: first_clip(p)["source"].update(x=1),
        r" at \$\.timeline\.tracks\[0\]\.items\[0\]\.source\.x\n",
    ),
    "a ramp of one key": (
        lambda p: first_clip(p).update(speed={"keys": [{"time": "0", "speed": "1"}]}),
        r" at \$\.timeline\.tracks\[0\]\.items\[0\]\.speed",
    ),
    "a time without end": (
        lambda p: first_clip(p).update(duration=str(10**100)),
        r"longer than any timeline at \$\.timeline\.tracks\[0\]\.items\[0\]\.duration\n",
    ),
    "a timeline of years": (
        lambda p: first_clip(p).update(duration=str(4_000_000)),
        r"longer than 1,000 hours at \$\.timeline\.tracks\[0\]\.items\n",
    ),
    "a rate without end": (lambda p: p["settings"].update(fps=str(10**100)), r" at \$\.settings\.fps\n"),
    "a rate that is too high": (
        lambda p: p["settings"].update(fps="241"),
        r"at most 240 frames .* at \$\.settings\.fps",
    ),
    "a ramp that is too fine": (
        lambda p: first_clip(p).update(
            speed={"keys": [{"time": f"{i}/{10**118 + i}", "speed": f"1/{10**118 + i}"} for i in range(1000)]}
        ),
        r" at \$\.timeline\.tracks\[0\]\.items\[0\]\.speed\n",
    ),
    "a transition between clips that are apart": (
        lambda p: p["timeline"]["tracks"][0]["items"].insert(
            1, {**first_clip(p), "id": "c_new", "link": None, "effects": []}
        ),
        r"do not meet at a cut at \$\.timeline\.tracks\[0\]\.transitions\[0\]",
    ),
    "a transition of one clip with itself": (
        lambda p: p["timeline"]["tracks"][0]["transitions"][0].update(
            left=first_clip(p)["id"], right=first_clip(p)["id"]
        ),
        r"do not meet at a cut at \$\.timeline\.tracks\[0\]\.transitions\[0\]",
    ),
    "two transitions on a cut": (
        lambda p: p["timeline"]["tracks"][0]["transitions"].append(
            {**p["timeline"]["tracks"][0]["transitions"][0], "id": "x_new"}
        ),
        r"has a transition already at \$\.timeline\.tracks\[0\]\.transitions\[\d\]",
    ),
    "clips on a track of subtitles": (
        lambda p: fields(p)["S1"].update(items=[{**first_clip(p), "id": "c_new", "link": None}]),
        r"does not go on track S1.* at \$\.timeline\.tracks\[\d\]\.items\[0\]\.source",
    ),
    "subtitles on a track of pictures": (
        lambda p: fields(p)["V1"].update(cues=fields(p)["S1"]["cues"]),
        r"a video track holds no subtitles at \$\.timeline\.tracks\[0\]\.cues",
    ),
    "pictures on a track of titles": (
        lambda p: fields(p)["T1"].update(items=[{**first_clip(p), "id": "c_new", "link": None}]),
        r"does not go on track T1.* at \$\.timeline\.tracks\[\d\]\.items\[0\]\.source",
    ),
    "a compound on a track of titles": (
        lambda p: fields(p)["T1"].update(items=[{**fields(p)["V2"]["items"][1], "id": "c_new", "link": None}]),
        r"a title track shows no compounds at \$\.timeline\.tracks\[\d\]\.items\[0\]\.source",
    ),
    "markers out of order": (
        lambda p: p["timeline"]["markers"].reverse(),
        r"in order of time at \$\.timeline\.markers\[1\]",
    ),
    "subtitles out of order": (
        lambda p: fields(p)["S1"]["cues"].reverse(),
        r"in order of time at \$\.timeline\.tracks\[\d\]\.cues\[1\]",
    ),
    "one link twice on a track": (
        lambda p: [item.update(link="l_x") for item in fields(p)["V1"]["items"] if item["kind"] == "clip"],
        r"with the link 'l_x' at \$\.timeline\.tracks\[0\]\.items\[\d\]\.link",
    ),
    "a gap at the end": (
        lambda p: fields(p)["V1"]["items"].append({"kind": "gap", "duration": "1"}),
        r"gap at the end of a track at \$\.timeline\.tracks\[0\]\.items\[\d\]",
    ),
    "one track in two timelines": (
        lambda p: p["compounds"][0]["timeline"]["tracks"][0].update(id=fields(p)["S1"]["id"]),
        r"stands twice at \$\.compounds\[0\]\.timeline\.tracks\[0\]\.id",
    ),
    "no such field": (lambda p: first_clip(p).update(colour=1), r"\$\.timeline\.tracks\[0\]\.items\[0\]\.colour"),
    "a version that is no number": (lambda p: p.update(schema_version=True), "not a Cutroom project"),
}


@pytest.mark.parametrize("case", CASES)
def test_what_is_wrong_is_named_by_its_place(case: str) -> None:
    plain = json.loads(dump(rich()))
    damage, message = CASES[case]
    damage(plain)
    with pytest.raises(ProjectFileError, match=message):
        parse(json.dumps(plain).encode(), name="trip.tlp")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"[" * 100_000, "recursion"),
        (b'{"schema_version": 1, "id": "p", "x": -Infinity}', "-Infinity"),
        (b'{"schema_version": ' + b"1" * 5000 + b"}", "not a project file"),
        (b'{"schema_version": 1, "id": "p", "media": {"a": 1, "a": 2}}', "'a' stands twice"),
        (b"\xff\xfe{}", "not text"),
    ],
)
def test_what_is_no_project_is_refused(data: bytes, message: str) -> None:
    with pytest.raises(ProjectFileError, match=message):
        parse(data, name="trip.tlp")


def chained(levels: int, *, tracks: int = 1) -> bytes:
    """Compounds in one another, each shown on so many tracks of the next."""
    plain = json.loads(dump(Document(id="p")))
    title = {"id": "c", "kind": "clip", "source": {"kind": "title", "text": "x"}, "duration": "1"}
    for level in range(levels):
        item = {**title, "source": {"kind": "compound", "compound": f"n{level - 1}"}} if level else title
        lanes = [
            {"id": f"t{level}-{i}", "kind": "video", "title": f"V{i}", "items": [{**item, "id": f"c{i}"}]}
            for i in range(tracks)
        ]
        plain["compounds"].append({"id": f"n{level}", "title": f"{level}", "timeline": {"tracks": lanes}})
    return json.dumps(plain).encode()


def test_compounds_lie_in_one_another_to_a_depth_that_can_be_shown() -> None:
    assert len(parse(chained(20), name="trip.tlp").compounds) == 20
    parse(chained(10, tracks=2), name="trip.tlp")
    for data, message in (
        (chained(21), "more than 20 compounds"),
        (chained(900), "more than 20 compounds"),
        (chained(14, tracks=2), "2,000 clips at once"),
        (chained(3, tracks=60), "clips at once"),
    ):
        with pytest.raises(ProjectFileError, match=message):
            parse(data, name="trip.tlp")


def test_times_that_share_no_clock_are_refused_at_once() -> None:
    plain = json.loads(dump(Document(id="p")))
    items = [
        {
            "id": f"c{i}",
            "kind": "clip",
            "source": {"kind": "title", "text": "x"},
            "duration": f"{10**118 + i}/{10**118 + 2 * i + 1}",
        }
        for i in range(1000)
    ]
    plain["timeline"]["tracks"] = [{"id": "t", "kind": "title", "title": "T1", "items": items}]
    data = json.dumps(plain).encode()
    began = time.process_time()
    with pytest.raises(ProjectFileError, match=r"too fine to add up at \$\.timeline\.tracks\[0\]\.items\n"):
        parse(data, name="trip.tlp")
    assert time.process_time() - began < 0.5


def test_a_doubled_key_among_many_is_found_at_once() -> None:
    keys = ",".join(f'"key {i}":1' for i in range(60_000))
    data = f'{{"schema_version":1,"id":"p",{keys},"last":1,"last":2}}'.encode()
    began = time.process_time()
    with pytest.raises(ProjectFileError, match="'last' stands twice"):
        parse(data, name="trip.tlp")
    assert time.process_time() - began < 2  # what looks for each key anew takes ten times as long


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(project_file, "LARGEST", 1 << 20)
    path = tmp_path / "trip.tlp"
    path.write_bytes(dump(rich()) + b" " * (1 << 20))
    with pytest.raises(ProjectFileError, match="has 1 MiB, too large"):
        load(path)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_edits_leave_no_loose_ends_and_every_project_reads_as_it_was_written(data: st.DataObject) -> None:
    document: Document = rich()
    for _ in range(8):
        try:
            document = attempt(document, data.draw(edits(document))).document
        except EditError:
            continue
    assert list(problems(document)) == []
    again = parse(dump(document), name="trip.tlp")
    assert again == document
    assert cues(again) == cues(document) if any(track.title == "S1" for track in document.tracks) else True
