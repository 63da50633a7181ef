import assert from "node:assert/strict";
import { test } from "node:test";
import type { Patch, Snapshot } from "../src/bridge/protocol.gen.ts";
import { applyPatch, find, fromSnapshot, GAP, group, itemAt, labelOf, TITLE } from "../src/core/document.ts";
import { clip, gap, items, SECOND, timeline, title, track } from "./make.ts";

const row = { muted: false, solo: false, locked: false, hidden: false } as const;

function patched(change: Partial<Patch>): Patch {
  const nothing = { order: null, tracks: [], media: [], markers: null, undo: null, redo: null };
  return { type: "patch", base: 0, revision: 1, ...nothing, ...change };
}

test("a snapshot's columns become tracks", () => {
  const message: Snapshot = {
    type: "snapshot",
    session: "s",
    revision: 7,
    clock: { timescale: SECOND, fps: [30, 1], sample_rate: 48_000, exact: true },
    width: 640,
    height: 360,
    tracks: [
      { id: "v1", kind: "video", title: "V1", ...row, items: 3, transitions: [] },
      { id: "a1", kind: "audio", title: "A1", ...row, items: 1, transitions: [] },
    ],
    media: [{ id: "m", label: "sea.mp4", ticks: 9 }],
    markers: [],
    text_bytes: 0,
    frame: 3,
    undo: "move",
    redo: null,
  };
  const text = new TextEncoder().encode(JSON.stringify([["c1", "c2", "c3"], ["l", null, "l"], ["Ün titre\nzwei"]]));
  const buffer = new ArrayBuffer(21 * 4 + text.length);
  new Float64Array(buffer, 0, 8).set([5, 6, 7, 8, 100, 0, 0, 300]);
  new Int32Array(buffer, 64, 4).set([0, GAP, TITLE, 0]);
  new Uint8Array(buffer, 80).set([2, 0, 0, 1, ...text]);
  const made = fromSnapshot({ ...message, text_bytes: text.length }, buffer);
  assert.deepEqual(made.tracks[0]!.items.map((item) => item.id), ["c1", "", "c2"]);
  assert.deepEqual([...made.tracks[0]!.starts], [0, 5, 11, 18]);
  assert.deepEqual(made.tracks[1]!.items[0], {
    id: "c3", ticks: 8, start: 300, media: 0, text: null, link: "l", effects: 1,
  });
  assert.equal(labelOf(made, made.tracks[0]!.items[2]!), "Ün titre");
  assert.equal(labelOf(made, made.tracks[0]!.items[0]!), "sea.mp4");
  assert.equal(made.end, 18);
  assert.deepEqual(group(made, { track: 0, item: 0 }), [{ track: 0, item: 0 }, { track: 1, item: 0 }]);
});

test("a patch splices by the indices of the track before it, and shares what it leaves alone", () => {
  const before = timeline([track("v1", "video", items("A1 B1 C1 D1")), track("v2", "video", items("E1"))]);
  const after = applyPatch(before, patched({
    undo: "move",
    tracks: [{
      track: { id: "v1", kind: "video", title: "Main", ...row, locked: true },
      splices: [{ at: 0, remove: 1, items: [gap(1)] }, { at: 3, remove: 0, items: [clip("A", 1)] }],
      dropped: [],
      transitions: [],
    }],
  }))!;
  assert.deepEqual(after.tracks[0]!.items.map((item) => item.id), ["", "B", "C", "A", "D"]);
  assert.equal(after.tracks[0]!.items[1], before.tracks[0]!.items[1]);
  assert.equal(after.tracks[1], before.tracks[1]);
  assert.equal(after.tracks[0]!.title, "Main");
  assert.equal(after.tracks[0]!.locked, true);
  assert.deepEqual([after.revision, after.undo, after.end], [1, "move", 5 * SECOND]);
  assert.equal(before.tracks[0]!.items.length, 4);
});

test("a patch that does not follow is refused", () => {
  assert.equal(applyPatch(timeline([]), patched({ base: 1, revision: 2 })), null);
  assert.equal(applyPatch(timeline([]), patched({ order: ["nowhere"] })), null);
});

test("transitions are dropped, replaced and added; tracks come, go and change places", () => {
  const one = { id: "x1", transition: "dissolve", left: "A", right: "B", before: 1, after: 1 };
  const two = { ...one, id: "x2" };
  const before = timeline([track("v1", "video", items("A1 B1"), { transitions: [one, two] }), track("v2", "video", [])]);
  const change = { track: { id: "v1", kind: "video" as const, title: "v1", ...row }, splices: [], dropped: ["x1"] };
  const after = applyPatch(before, patched({
    order: ["v3", "v1"],
    tracks: [
      { ...change, transitions: [{ ...two, before: 5 }] },
      {
        track: { id: "v3", kind: "title", title: "T", ...row },
        splices: [{ at: 0, remove: 0, items: [title("Hello", 1)] }],
        dropped: [],
        transitions: [],
      },
    ],
  }))!;
  assert.deepEqual(after.tracks.map((track) => track.id), ["v3", "v1"]);
  assert.deepEqual(after.tracks[1]!.transitions, [{ ...two, before: 5 }]);
  assert.equal(after.tracks[0]!.items[0]!.text, "Hello");
});

test("an item is found by time, a clip by id", () => {
  const made = timeline([track("v1", "video", items("A2 .1 B2"))]);
  const places = [0, 2 * SECOND - 1, 2 * SECOND, 3 * SECOND, 5 * SECOND, 99 * SECOND];
  assert.deepEqual(places.map((ticks) => itemAt(made.tracks[0]!, ticks)), [0, 0, 1, 2, 3, 3]);
  assert.deepEqual(find(made, "B"), { track: 0, item: 2 });
  assert.equal(find(made, "Z"), undefined);
  assert.equal(find(made, ""), undefined);
});
