import assert from "node:assert/strict";
import { test } from "node:test";
import { editPoint, lastFrame } from "../src/timeline/commands.ts";
import { type Drag, dragged, ghosts, grab, type Hand, lockedBy, operationOf } from "../src/timeline/drag.ts";
import type { Hit } from "../src/core/hit.ts";
import type { Place } from "../src/core/document.ts";
import { clip, FRAME, gap, items, SECOND, timeline, title, track } from "./make.ts";

const linked = timeline([
  track("v1", "video", [clip("A", 4, { link: "l" }), gap(2), clip("B", 3)]),
  track("a1", "audio", [clip("a", 4, { link: "l" }), clip("b", 1)]),
  track("v2", "video", [title("T", 2)]),
  track("v3", "video", [], { locked: true }),
]);

const still: Hand = { at: 0, track: undefined, reach: 0, grid: 1e15, ripple: false };
const on = (zone: "clip" | "start" | "end", place: Place): Hit & Place =>
  zone === "clip" ? { zone, ...place } : { zone: "edge", edge: zone, ...place };

function pull(zone: "clip" | "start" | "end", place: Place, seconds: number, hand: Partial<Hand> = {}): Drag {
  const start = grab(linked, on(zone, place), SECOND, 0);
  return dragged(linked, start, { ...still, at: (1 + seconds) * SECOND, ...hand });
}

test("a moved clip lands on a frame and names an exact time", () => {
  const drag = pull("clip", { track: 0, item: 2 }, 1.017);
  assert.equal(drag.by % FRAME, 0);
  assert.deepEqual(operationOf(linked, drag), { op: "move", clip: "B", to: `${6 * SECOND + drag.by}/48000`, track: null });
});

test("nothing moved is no operation", () => {
  assert.equal(operationOf(linked, pull("clip", { track: 0, item: 2 }, 0.01)), null);
  assert.equal(operationOf(linked, pull("end", { track: 0, item: 2 }, 0)), null);
});

test("a move stops at 0, and takes the linked sound along", () => {
  const drag = pull("clip", { track: 0, item: 0 }, -3);
  assert.equal(drag.by, 0);
  const right = pull("clip", { track: 0, item: 0 }, 2);
  const places = ghosts(linked, right).map(({ track, start, end }) => [track, start / SECOND, end / SECOND]);
  assert.deepEqual(places, [[0, 2, 6], [1, 2, 6]]);
});

test("a clip goes to another track of its kind, never to a locked one or to one that cannot hold it", () => {
  const to = (track: number) => pull("clip", { track: 0, item: 2 }, 0, { track }).track;
  assert.deepEqual([0, 1, 2, 3].map(to), [0, 0, 2, 0]);
  const operation = operationOf(linked, pull("clip", { track: 0, item: 2 }, 0, { track: 2 }));
  assert.deepEqual(operation, { op: "move", clip: "B", to: "288000/48000", track: "v2" });
});

test("a trim stops at the neighbour, at the media's ends, and at one frame", () => {
  assert.equal(pull("end", { track: 0, item: 0 }, 5).by, 0, "the sound's neighbour is in the way");
  assert.equal(pull("start", { track: 0, item: 2 }, -5).by, -2 * SECOND, "the gap before it");
  assert.equal(pull("end", { track: 0, item: 2 }, 500).by, (60 - 10 - 3) * SECOND, "the media's end");
  assert.equal(pull("start", { track: 0, item: 2 }, 500).by, 3 * SECOND - FRAME);
  assert.equal(pull("end", { track: 0, item: 2 }, -500).by, FRAME - 3 * SECOND);
  assert.equal(pull("end", { track: 2, item: 0 }, 500).by, 500 * SECOND, "a title has no end");
});

test("a rippling trim is not held by its neighbours", () => {
  const drag = pull("end", { track: 0, item: 0 }, 5, { ripple: true });
  assert.equal(drag.by, 5 * SECOND);
  const to = `${9 * SECOND}/48000`;
  assert.deepEqual(operationOf(linked, drag), { op: "trim", clip: "A", edge: "end", to, ripple: true });
  assert.deepEqual(ghosts(linked, drag).map((ghost) => ghost.item.ticks / SECOND), [9, 9]);
});

test("a drag snaps to what is near, and says where", () => {
  const near = pull("clip", { track: 0, item: 2 }, -1.95, { reach: SECOND / 10 });
  assert.deepEqual([near.by, near.snapped], [-2 * SECOND, 4 * SECOND]);
  const free = pull("clip", { track: 0, item: 2 }, -1.9, { reach: 0 });
  assert.deepEqual([Math.round(free.by / FRAME), free.snapped], [-57, null]);
});

test("sound alone may stand between frames, pictures may not", () => {
  const sound = timeline([track("a1", "audio", [clip("a", 1), gap(5), clip("b", 1)]), track("v1", "video", items("C1"))]);
  const targetOffGrid = { ...sound, markers: [{ id: "k", ticks: 100_001, title: "", marker: "note" as const }] };
  const move = (t: number, item: number): Drag => {
    const start = grab(targetOffGrid, on("clip", { track: t, item }), 0, 0);
    const from = targetOffGrid.tracks[t]!.starts[item]!;
    return dragged(targetOffGrid, start, { ...still, at: 100_010 - from, reach: 100 });
  };
  assert.equal(move(0, 2).by + 6 * SECOND, 100_001);
  assert.equal(move(1, 0).by % FRAME, 0);
});

test("a lock on linked sound holds the picture too", () => {
  const held = timeline([
    track("v1", "video", [clip("A", 1, { link: "l" })]),
    track("a1", "audio", [clip("a", 1, { link: "l" })], { locked: true }),
  ]);
  assert.equal(lockedBy(held, { track: 0, item: 0 }), "a1");
  assert.equal(lockedBy(linked, { track: 0, item: 0 }), undefined);
});

test("edit points are found in both directions", () => {
  assert.equal(editPoint(linked, 0, 1), 2 * 30);
  assert.equal(editPoint(linked, 60, 1), 4 * 30);
  assert.equal(editPoint(linked, 60, -1), 0);
  assert.equal(editPoint(linked, 270, 1), 270);
  assert.equal(lastFrame(linked), 269);
});
