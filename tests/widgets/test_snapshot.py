"""Snapshots and patches: exact, small, and together the same as the document."""

from __future__ import annotations

import dataclasses
import json
import struct
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scenery import clip, long, media, trip

from cutroom.edit import operations as ops
from cutroom.edit.apply import apply
from cutroom.schema.document import Document, ProjectSettings, Timeline
from cutroom.schema.track import Track
from cutroom.widgets.patch import patch, splices
from cutroom.widgets.protocol import Patch
from cutroom.widgets.snapshot import State, clock_of, snapshot, steps


@dataclasses.dataclass
class Page:
    """What a page knows, read from the wire as TypeScript reads it."""

    tracks: dict[str, dict[str, Any]]
    order: list[str]
    revision: int


def load(state: State, clock: Any) -> Page:
    message, data = snapshot(state, clock, "s", 0)
    wire = json.loads(json.dumps(message.model_dump(mode="json")))
    n = sum(track["items"] for track in wire["tracks"])
    durations, starts = struct.unpack_from(f"<{n}d", data, 0), struct.unpack_from(f"<{n}d", data, 8 * n)
    sources, effects = struct.unpack_from(f"<{n}i", data, 16 * n), struct.unpack_from(f"<{n}B", data, 20 * n)
    text = data[21 * n :]
    assert len(text) == wire["text_bytes"]
    ids, links, texts = (iter(column) for column in json.loads(text))
    row, tracks = 0, {}
    for track in wire["tracks"]:
        items = []
        for i in range(row, row + track.pop("items")):
            gap = sources[i] == -2
            items.append(
                {
                    "id": "" if gap else next(ids),
                    "ticks": int(durations[i]),
                    "start": int(starts[i]),
                    "media": sources[i],
                    "text": next(texts) if sources[i] == -1 else None,
                    "link": None if gap else next(links),
                    "effects": effects[i],
                }
            )
        row += len(items)
        tracks[track["id"]] = {**track, "items": items, "transitions": {x["id"]: x for x in track["transitions"]}}
    return Page(tracks, [track["id"] for track in wire["tracks"]], wire["revision"])


def change(page: Page, difference: Patch) -> Page:
    wire = json.loads(difference.model_dump_json())
    assert wire["base"] == page.revision
    tracks = dict(page.tracks)
    for one in wire["tracks"]:
        known = tracks.get(one["track"]["id"], {"items": [], "transitions": {}})
        items, at = [], 0
        for splice in one["splices"]:
            items += known["items"][at : splice["at"]] + splice["items"]
            at = splice["at"] + splice["remove"]
        items += known["items"][at:]
        transitions = {k: v for k, v in known["transitions"].items() if k not in one["dropped"]}
        transitions |= {x["id"]: x for x in one["transitions"]}
        tracks[one["track"]["id"]] = {**one["track"], "items": items, "transitions": transitions}
    order = wire["order"] or page.order
    return Page({name: tracks[name] for name in order}, order, wire["revision"])


def after(document: Document, *operations: ops.Operation) -> Document:
    for operation in operations:
        document = apply(document, operation).document
    return document


def test_ticks_are_exact() -> None:
    document = trip()
    clock = clock_of(document)
    page = load(State(document, 3), clock)
    assert clock.exact
    assert page.revision == 3
    for track in document.tracks:
        for item, row in zip(track.items, page.tracks[track.id]["items"], strict=True):
            assert Fraction(row["ticks"], clock.timescale) == item.duration
            if item.kind == "clip":
                assert row["id"] == item.id
                assert row["link"] == item.link
                assert row["effects"] == len(item.effects)
                assert Fraction(row["start"], clock.timescale) == item.start
    assert page.tracks["v2"]["items"][1]["text"] == "A day\nat the sea"


def test_a_clip_of_a_compound_is_called_like_it() -> None:
    document = after(trip(), ops.Nest(clips=("c1", "c2"), title="Scene"))
    page = load(State(document, 0), clock_of(document))
    texts = {name: [item["text"] for item in track["items"] if item["text"]] for name, track in page.tracks.items()}
    assert (texts["v1"], texts["v2"]) == (["Scene"], ["A day\nat the sea"])


def test_a_frame_and_a_sample_are_whole_ticks_at_every_rate() -> None:
    for fps in ("24000/1001", "25", "30000/1001", "60000/1001", "12.5"):
        clock = clock_of(Document(id="p", settings=ProjectSettings(fps=str(Fraction(fps)), sample_rate=44_100)))
        assert clock.timescale * clock.fps[1] % clock.fps[0] == 0
        assert clock.timescale % 44_100 == 0


def test_a_timeline_that_no_clock_holds_is_said_to_be_rounded() -> None:
    odd = [clip(f"c{p}", "m_a", 0, f"1/{p}") for p in (10_007, 10_009, 10_037, 10_039)]
    tracks = (Track(id="v", kind="video", title="V1", items=tuple(odd)),)
    document = Document(id="p", media=(media("m_a", "a.mp4", 9),), timeline=Timeline(tracks=tracks))
    clock = clock_of(document)
    assert not clock.exact
    assert clock.timescale == 48_000
    assert [item["ticks"] for item in load(State(document, 0), clock).tracks["v"]["items"]] == [4, 4, 4, 4]


def test_a_fade_from_nothing_lies_inside_its_clip() -> None:
    document = trip()
    clock = clock_of(document)
    transitions = load(State(document, 0), clock).tracks["v1"]["transitions"]
    half = clock.timescale // 2
    assert (transitions["x1"]["before"], transitions["x1"]["after"]) == (half, half)
    assert (transitions["x3"]["before"], transitions["x3"]["after"]) == (0, half)
    # half a second is 15 frames: the odd one comes after the cut
    assert (
        transitions["x2"]["before"] * 30 // clock.timescale,
        transitions["x2"]["after"] * 30 // clock.timescale,
    ) == (7, 8)


EDITS: list[ops.Operation] = [
    ops.Move(clip="c2", to=Fraction(20)),
    ops.Move(clip="p1", to=Fraction(3), track="v1"),
    ops.Trim(clip="c4", edge="end", to=Fraction(15)),
    ops.Trim(clip="c1", edge="end", to=Fraction(3), ripple=True),
    ops.Split(clip=None, at=Fraction(2)),
    ops.Delete(clip="c1"),
    ops.Delete(clip="c3", ripple=True),
    ops.Extract(spans=((Fraction(1), Fraction(2)), (Fraction(10), Fraction(11)))),
    ops.AddTrack(track="video", title="V3"),
    ops.AddEffect(clip="c1", effect="blur"),
    ops.RemoveTransition(transition="x1"),
    ops.AddMedia(media=media("m_new", "new.mp4", 3)),
    ops.Nest(clips=("c1", "c2"), title="Scene"),
]


@pytest.mark.parametrize("operation", EDITS, ids=lambda operation: operation.op)
def test_a_patch_leads_where_a_snapshot_would(operation: ops.Operation) -> None:
    before, now = trip(), after(trip(), operation)
    old, new = State(before, 4), State(after(before, operation), 5, undo="it")
    clock = clock_of(before)
    difference = patch(old, new, clock)
    assert difference is not None
    assert difference.undo == "it"
    assert change(load(old, clock), difference) == load(new, clock)
    back = patch(new, dataclasses.replace(old, revision=6), clock)
    assert back is None or change(load(new, clock), back).tracks == load(old, clock).tracks
    assert now.tracks == new.document.tracks
    assert len(difference.model_dump_json()) <= 2048 or operation.op in {"split", "extract"}


@given(st.lists(st.integers(0, 9), max_size=12), st.lists(st.integers(0, 9), max_size=12))
def test_splices_turn_any_list_into_any_other(old: list[int], new: list[int]) -> None:
    things = [f"thing {i}" for i in range(10)]
    before, now = [things[i] for i in old], [things[i] for i in new]
    made, at = [], 0
    for start, remove, put in splices(before, now):
        made += [*before[at:start], *put]
        at = start + remove
    assert made + before[at:] == now


@given(st.lists(st.integers(0, 11), unique=True), st.lists(st.integers(0, 11), unique=True))
def test_splices_send_again_as_little_as_can_be(old: list[int], new: list[int]) -> None:
    things = [f"thing {i}" for i in range(12)]
    before, now = [things[i] for i in old], [things[i] for i in new]
    kept: list[int] = []  # by each shared thing, the most that a chain which ends there can hold
    places = [old.index(i) for i in new if i in old]
    for i, place in enumerate(places):
        kept.append(1 + max((kept[j] for j in range(i) if places[j] < place), default=0))
    assert sum(len(put) for _, _, put in splices(before, now)) == len(new) - max(kept, default=0)


def test_an_edit_of_ten_thousand_clips_is_a_small_patch() -> None:
    document = long(10_000)
    clock = clock_of(document)
    where = document.clip_start("c_0_0000010")
    for operation in (
        ops.Move(clip="c_0_0000010", to=Fraction(1500)),
        ops.Move(clip="c_0_0002400", to=where),
        ops.Delete(clip="c_1_0001000"),
        ops.Split(clip="c_2_0000005", at=document.clip_start("c_2_0000005") + Fraction(1, 3)),
    ):
        changed = after(document, operation)
        difference = patch(State(document, 0), State(changed, 1), clock)
        assert difference is not None
        assert len(difference.model_dump_json()) <= 2048, operation.op


def test_what_a_patch_cannot_say_becomes_a_snapshot() -> None:
    document = trip()
    clock = clock_of(document)
    settings = after(document, ops.SetSettings(settings=ProjectSettings(fps=Fraction(25))))
    assert patch(State(document, 0), State(settings, 1), clock) is None
    fine = after(document, ops.Split(clip="p1", at=Fraction(10) + Fraction(1, 7)))
    assert patch(State(document, 0), State(fine, 1), clock) is None
    assert clock_of(fine).timescale == 7 * clock.timescale
    wider = document.evolve(media=document.media[:1])
    assert patch(State(document, 0), State(wider, 1), clock) is None
    assert patch(State(Document(id="p"), 0), State(long(3000), 1), clock) is None


def test_what_undo_would_do_is_told() -> None:
    from cutroom.session import Session

    session = Session(trip())
    assert steps(session.history) == (None, None)
    session.apply(ops.Delete(clip="c1"))
    session.apply(ops.Delete(clip="c2"))
    session.undo()
    assert steps(session.history) == ("delete", "delete")
