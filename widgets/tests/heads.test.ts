import assert from "node:assert/strict";
import { test } from "node:test";
import { clearFrame } from "../src/timeline/heads.ts";
import { gap, items, SECOND, timeline, title, track } from "./make.ts";

const cut = { id: "x", transition: "dissolve", left: "A", right: "B", before: SECOND / 2, after: SECOND / 2 };
const pictures = track("v1", "video", items("A4 B3 .1 C2"), { transitions: [cut] });
const sound = track("a1", "audio", items("D10"));

test("a clip's picture is its first frame, after the transition that leads into it", () => {
  const made = timeline([pictures, sound]);
  assert.deepEqual([0, 1, 3].map((item) => clearFrame(made, 0, item)), [0, 4.5 * 30, 8 * 30]);
  assert.equal(clearFrame(made, 0, 2), null, "a gap");
  assert.equal(clearFrame(made, 1, 0), null, "sound");
});

test("it waits until nothing lies over the clip", () => {
  const words = track("t1", "title", [gap(1), title("T", 2)]);
  const over = track("v2", "video", items(".3 E2"));
  const made = timeline([pictures, over, words, sound]);
  assert.equal(clearFrame(made, 0, 0), 0, "before the title comes");
  assert.equal(clearFrame(made, 0, 1), 5 * 30, "the picture above covers its first second");
  const whole = track("t1", "title", [title("T", 4)]);
  assert.equal(clearFrame(timeline([pictures, whole]), 0, 0), null);
  assert.equal(clearFrame(timeline([pictures, { ...whole, hidden: true }]), 0, 0), 0, "a hidden title covers nothing");
  const late = track("t1", "title", [title("T", 3.6)]);
  assert.equal(clearFrame(timeline([pictures, late]), 0, 0), null, "then the next clip shines through");
});

test("lower tracks show their own pictures only where they are seen", () => {
  const over = track("v2", "video", items("E4"));
  assert.equal(clearFrame(timeline([pictures, over]), 0, 0), null);
  assert.equal(clearFrame(timeline([pictures, over]), 1, 0), 0);
  assert.equal(clearFrame(timeline([{ ...pictures, hidden: true }]), 0, 0), null);
});
