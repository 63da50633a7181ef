import assert from "node:assert/strict";
import { test } from "node:test";
import type { Place } from "../src/core/document.ts";
import { layout } from "../src/core/layout.ts";
import { revealingRow } from "../src/core/view.ts";
import { beside, firstClip, standing } from "../src/timeline/choose.ts";
import { inWords } from "../src/timeline/commands.ts";
import { barrier, type Held, lifted, operationOf, pushed } from "../src/timeline/drag.ts";
import { clip, FRAME, gap, items, SECOND, timeline, title, track } from "./make.ts";

const made = timeline([
  track("v1", "video", [clip("A", 4, { link: "l" }), gap(2), clip("B", 3)]),
  track("a1", "audio", [clip("a", 4, { link: "l" }), clip("b", 1)]),
  track("v2", "video", [gap(1), title("T", 2)]),
  track("v3", "video", [], { locked: true }),
]);
const order = layout(made, 900).rows.map((row) => row.track); // v3, v2, v1, a1
const at = (track: number, item: number): Place => ({ track, item });
const name = (place: Place | undefined): string => (place ? made.tracks[place.track]!.items[place.item]!.id : "");

test("the next clip is the next on its track, then the first of the track below", () => {
  const walk = (place: Place | undefined, direction: 1 | -1): string =>
    place ? name(place) + walk(beside(made, order, place, direction), direction) : "";
  assert.equal(walk(firstClip(made, order), 1), "TABab");
  assert.equal(walk(at(1, 1), -1), "baBAT");
  assert.equal(firstClip(timeline([]), []), undefined);
});

test("of the clips at a moment the topmost is taken, then those below it, then the topmost again", () => {
  const turn = (place?: Place): Place | undefined => standing(made, order, 2 * SECOND, place);
  assert.deepEqual([turn(), turn(turn()), turn(turn(turn())), turn(turn(turn(turn())))].map(name), ["T", "A", "a", "T"]);
  assert.equal(name(standing(made, order, 2 * SECOND, at(0, 2))), "T", "what stands elsewhere does not count");
  assert.equal(standing(made, order, 99 * SECOND, undefined), undefined);
});

const push = (place: Place, held: Held, frames: number, ripple = false) => {
  const drag = pushed(made, place, held, frames, ripple);
  return { operation: operationOf(made, drag), why: barrier(made, drag, frames) };
};

test("a push is a move or a trim by frames, and goes no farther than there is room", () => {
  const to = (ticks: number): string => `${ticks}/${SECOND}`;
  assert.deepEqual(push(at(0, 2), "clip", -10).operation, { op: "move", clip: "B", to: to(6 * SECOND - 10 * FRAME), track: null });
  assert.deepEqual(push(at(0, 2), "start", -90).operation, { op: "trim", clip: "B", edge: "start", to: to(4 * SECOND), ripple: false });
  assert.deepEqual(push(at(1, 1), "end", 1).operation, { op: "trim", clip: "b", edge: "end", to: to(5 * SECOND + FRAME), ripple: false });
});

test("what cannot be pushed says why", () => {
  const said = (...what: Parameters<typeof push>): string | null => {
    const { operation, why } = push(...what);
    return operation ? null : why.join("; ");
  };
  assert.match(said(at(0, 0), "clip", -1)!, /stands at the beginning/);
  assert.match(said(at(0, 0), "start", -1)!, /stands at the beginning; move it first/);
  assert.match(said(at(0, 0), "end", 1)!, /on a1: another clip is in the way; with Alt/, "its sound has a neighbour");
  assert.equal(said(at(0, 0), "end", 1, true), null);
  const short = timeline([track("v1", "video", [clip("A", 1, { ticks: FRAME, start: 0 }), clip("B", 60, { start: 0 })])]);
  const one = pushed(short, at(0, 0), "end", -1, false);
  assert.match(barrier(short, one, -1).join("; "), /is one frame long; X deletes it/);
  const whole = pushed(short, at(0, 1), "end", 1, false);
  assert.match(barrier(short, whole, 1).join("; "), /its media ends there/);
  assert.equal(operationOf(short, whole), null);
});

test("a clip goes to the next track that can hold it, past locked ones and other kinds", () => {
  assert.deepEqual(lifted(made, at(0, 2), order, -1), { op: "move", clip: "B", to: `${6 * SECOND}/${SECOND}`, track: "v2" });
  assert.equal(lifted(made, at(2, 1), order, -1), null, "the one above is locked");
  assert.equal(lifted(made, at(0, 2), order, 1), null, "sound holds no pictures");
});

test("edits are said in words", () => {
  const now = timeline([track("v1", "video", items(".1 B3"))]);
  const to = `${SECOND}/${SECOND}`;
  assert.equal(inWords(now, now, { op: "move", clip: "B", to, track: "v1" }), "m.mp4 moved to 00:00:01:00 on v1");
  assert.equal(inWords(now, now, { op: "trim", clip: "B", edge: "end", to }), "m.mp4 ends at 00:00:04:00, 3:00 long");
  assert.equal(inWords(now, now, { op: "split", clip: null, at: to }), "Split at 00:00:01:00");
  assert.equal(inWords(now, timeline([]), { op: "delete", clip: "B", ripple: true }), "m.mp4 deleted, its gap closed");
});

test("a row below or above the screen is scrolled to, one on it is not", () => {
  const many = layout(timeline(Array.from({ length: 12 }, (_, i) => track(`v${i}`, "video", []))), 900);
  const view = { scale: 1, origin: 0, top: 0 };
  assert.equal(revealingRow(view, many.rows[0]!, many), view);
  const last = many.rows.at(-1)!;
  const down = revealingRow(view, last, many);
  assert.ok(last.y + last.height <= down.top + many.lanes.height && down.top <= last.y);
  assert.ok(revealingRow(down, many.rows[0]!, many).top <= many.rows[0]!.y);
});
