import assert from "node:assert/strict";
import { test } from "node:test";
import { hit } from "../src/core/hit.ts";
import { HEADER, layout, rowAt, rowY, RULER } from "../src/core/layout.ts";
import { marks, ruling } from "../src/core/ruler.ts";
import { nearest, snap, snapTargets } from "../src/core/snap.ts";
import { clamped, fitted, refitted, revealing, toTicks, toX, zoomed } from "../src/core/view.ts";
import { FRAME, items, SECOND, timeline, title, track } from "./make.ts";

const made = timeline([
  track("v1", "video", items("A4 .2 B3")),
  track("v2", "video", [title("T", 2)]),
  track("a1", "audio", items("C4")),
  track("a2", "audio", []),
]);
const room = layout(made, 1000);
const lanes = room.lanes.width;
const view = { scale: SECOND / 100, origin: 0, top: 0 }; // 100 pixels a second
const x = (seconds: number): number => HEADER + seconds * 100;
const middle = (index: number): number => rowY(room, room.rows[index]!, 0) + room.rows[index]!.height / 2;

test("pictures lie from top to bottom, sound below them", () => {
  assert.deepEqual(room.rows.map((row) => row.track), [1, 0, 2, 3]);
  room.rows.slice(1).forEach((row, i) => assert.ok(row.y >= room.rows[i]!.y + room.rows[i]!.height));
  assert.equal(rowAt(room, middle(2), 0)?.track, 2);
  assert.equal(rowAt(room, middle(1) - 10, 10)?.track, 0);
});

test("an empty timeline has room for words", () => {
  assert.ok(layout(null, 400).lanes.height > 100);
});

test("zooming keeps what is under the mouse", () => {
  const start = fitted(made, lanes);
  const closer = zoomed(start, 3, 200, made, lanes);
  assert.ok(Math.abs(toTicks(closer, 200) - toTicks(start, 200)) < 1e-6);
  assert.ok(Math.abs(start.scale / closer.scale - 3) < 1e-9);
});

test("zooming ends at single frames, and at a timeline that fits", () => {
  const close = zoomed(fitted(made, lanes), 1e9, 0, made, lanes);
  assert.equal(FRAME / close.scale, 48);
  const far = zoomed(close, 1e-9, 0, made, lanes);
  assert.ok(toX(far, made.end) < lanes);
});

test("a fitted timeline shows from before 0 to behind its end", () => {
  const whole = fitted(made, lanes);
  assert.ok(toX(whole, 0) > 0 && toX(whole, 0) < 20);
  assert.ok(toX(whole, made.end) < lanes && toX(whole, made.end) > lanes * 0.8);
});

test("a view of everything is made anew where the timeline leaves it or fills half of it, and not for less", () => {
  const start = fitted(made, lanes);
  const lasting = (seconds: number) => timeline([track("v1", "video", items(`A${seconds}`))]);
  assert.equal(refitted(start, lasting(8.5), lanes).scale, start.scale);
  for (const seconds of [4, 20]) {
    const changed = lasting(seconds);
    assert.deepEqual(refitted(start, changed, lanes), fitted(changed, lanes));
  }
});

test("a narrow widget has narrow headers", () => {
  assert.ok(layout(made, 400).lanes.x < HEADER);
  assert.equal(layout(made, 400).lanes.x + layout(made, 400).lanes.width, 400);
});

test("scrolling stays on the timeline, and follows a playhead that leaves", () => {
  assert.ok(toX(clamped({ ...view, origin: -1e12 }, made, lanes), 0) <= 8);
  assert.ok(toX(clamped({ ...view, scale: 10, origin: 1e12 }, made, lanes), made.end) > lanes / 2);
  const near = { ...view, scale: 100 };
  assert.equal(revealing(near, 5 * 100, made, lanes), near);
  const x = toX(revealing(near, 8 * SECOND, made, lanes), 8 * SECOND);
  assert.ok(x > 0 && x < lanes / 2);
});

test("what lies under the mouse", () => {
  const at = (px: number, py: number) => hit(made, room, view, px, py);
  assert.deepEqual(at(x(2), middle(1)), { zone: "clip", track: 0, item: 0 });
  assert.deepEqual(at(x(4) - 3, middle(1)), { zone: "edge", edge: "end", track: 0, item: 0 });
  assert.deepEqual(at(x(4) + 2, middle(1)), { zone: "edge", edge: "end", track: 0, item: 0 }, "just outside, over a gap");
  assert.deepEqual(at(x(6) + 3, middle(1)), { zone: "edge", edge: "start", track: 0, item: 2 });
  assert.deepEqual(at(x(6) - 2, middle(1)), { zone: "edge", edge: "start", track: 0, item: 2 });
  assert.deepEqual(at(x(5), middle(1)), { zone: "lane" });
  assert.deepEqual(at(x(5), middle(3)), { zone: "lane" });
  assert.deepEqual(at(x(1), RULER / 2), { zone: "ruler" });
  assert.deepEqual(at(20, middle(1)), { zone: "header" });
  assert.deepEqual(at(x(1), room.height - 2), { zone: "scrollbar" });
});

test("a clip of a few pixels can still be moved", () => {
  const far = { scale: SECOND * 0.4, origin: 0, top: 0 }; // 2.5 pixels a second: A is 10 pixels wide
  assert.equal(hit(made, room, far, HEADER + 5, middle(1)).zone, "clip");
  assert.equal(hit(made, room, far, HEADER + 1, middle(1)).zone, "edge");
});

test("the ruler's marks are round and readable at every zoom", () => {
  for (let scale = 20; scale < 3e7; scale *= 1.37) {
    const { major, parts } = ruling(made.clock, scale, 104);
    assert.equal(major % parts, 0);
    assert.ok((major * FRAME) / scale >= 104);
    const found = marks(made.clock, { scale, origin: 7 * SECOND, top: 0 }, 900);
    assert.ok(found.length < 400);
    found.slice(1).forEach((mark, i) => assert.ok(mark.x - found[i]!.x >= 5));
  }
  assert.deepEqual(marks(made.clock, view, 250).filter((mark) => mark.label).map((mark) => mark.label), [
    "00:00:00:00",
    "00:00:02:00",
  ]);
});

test("snapping prefers edges of clips to the ruler, and the nearest edge of both", () => {
  const targets = snapTargets(made, [{ track: 0, item: 0 }], 7 * SECOND);
  assert.deepEqual([...targets].map((ticks) => ticks / SECOND), [0, 2, 4, 6, 7, 9]);
  assert.equal(nearest(targets, 3.2 * SECOND), 4 * SECOND);
  assert.equal(nearest(new Float64Array(), 1), undefined);
  const reach = 0.2 * SECOND;
  const pulled = (...seconds: number[]) => snap(seconds.map((one) => one * SECOND), targets, reach, 10 * SECOND);
  assert.deepEqual(pulled(3.9), { by: 4 * SECOND - 3.9 * SECOND, at: 4 * SECOND });
  assert.equal(pulled(2.85, 6.85)!.at, 7 * SECOND);
  assert.equal(pulled(5), undefined);
  assert.equal(pulled(19.9)!.at, 20 * SECOND, "a mark of the ruler");
});
