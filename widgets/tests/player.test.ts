import assert from "node:assert/strict";
import { test } from "node:test";
import { fit, hueOf, labelPlace, onPicture } from "../src/overlay/boxes.ts";
import { ahead, due, ripe, stillSize } from "../src/player/pace.ts";
import { Pump } from "../src/player/pump.ts";

function pumped(): { pump: Pump; sent: number[] } {
  const sent: number[] = [];
  const pump = new Pump((_, wish) => sent.push(wish.frame));
  return { pump, sent };
}
const wish = (frame: number) => ({ frame, width: 640, height: 360 });

test("two stills are on their way at first; the newest wish waits, older ones are forgotten", () => {
  const { pump, sent } = pumped();
  for (const frame of [1, 2, 3, 4, 5]) pump.want(wish(frame), 0);
  assert.deepEqual(sent, [1, 2]);
  assert.equal(pump.landed(1, 50, false), true);
  assert.deepEqual(sent, [1, 2, 5]);
});

test("never more than four, however fast they come", () => {
  const { pump, sent } = pumped();
  let frame = 0;
  for (let request = 1; request < 40; request++) {
    for (let i = 0; i < 8; i++) pump.want(wish(++frame), 0);
    assert.ok(pump.inFlight <= 4);
    pump.landed(request, 10, true);
  }
  assert.equal(pump.limit, 4);
  assert.ok(sent.length > 30);
});

test("stills of an older generation are dropped but still counted", () => {
  const { pump, sent } = pumped();
  pump.want(wish(1), 0);
  pump.want(wish(2), 0);
  pump.turn();
  pump.want(wish(9), 0);
  assert.deepEqual(sent, [1, 2], "two are still on their way");
  assert.equal(pump.landed(1, 10, false), false);
  assert.deepEqual(sent, [1, 2, 9]);
  assert.equal(pump.landed(3, 20, false), true);
});

test("the same still is not asked for twice, a lost one is given up, a failure slows down", () => {
  const { pump, sent } = pumped();
  pump.want(wish(1), 0);
  pump.want(wish(1), 1);
  assert.deepEqual(sent, [1]);
  pump.want(wish(2), 2);
  pump.want(wish(3), 20_000);
  assert.deepEqual(sent, [1, 2, 3]);
  pump.limit = 4;
  pump.failed(3, 20_001);
  assert.equal(pump.limit, 2);
  assert.equal(pump.landed(77, 0, false), false, "an answer nobody asked for");
});

test("nothing counts as sent where nobody hears", () => {
  const pump = new Pump(() => null);
  pump.want(wish(1), 0);
  assert.equal(pump.inFlight, 0);
});

test("playing keeps real time and asks for what is due when it comes", () => {
  const pace = { since: 1000, from: 10, rate: 30, last: 100 };
  assert.equal(due(pace, 1000), 10);
  assert.equal(due(pace, 2000), 40);
  assert.equal(due(pace, 99_000), 100);
  assert.equal(ahead(pace, 2000, 100, 42), 43);
  assert.equal(ahead(pace, 2000, 100, 43), null);
  assert.equal(ripe([44, 41, 39, 40], 41), 41);
  assert.equal(ripe([44], 41), null);
});

test("stills are as large as they are seen, in steps, and no larger than the timeline", () => {
  const timeline = { width: 1920, height: 1080 };
  assert.deepEqual(stillSize(timeline, 700, 1280), { width: 704, height: 396 });
  assert.deepEqual(stillSize(timeline, 5000, 1280), { width: 1280, height: 720 });
  assert.deepEqual(stillSize({ width: 320, height: 240 }, 700, 1280), { width: 320, height: 240 });
  assert.deepEqual(stillSize({ width: 1080, height: 1920 }, 0, 640), { width: 16, height: 28 });
});

test("boxes lie exactly over the picture", () => {
  const wide = fit(1920, 1080, { x: 0, y: 0, width: 1000, height: 1000 });
  assert.deepEqual(wide, { x: 0, y: 218.75, width: 1000, height: 562.5 });
  const tall = fit(1080, 1920, { x: 10, y: 0, width: 1000, height: 960 });
  assert.deepEqual(tall, { x: 240, y: 0, width: 540, height: 960 });
  assert.deepEqual(onPicture([0.25, 0, 0.5, 1], wide), { x: 250, y: 218.75, width: 250, height: 562.5 });
});

test("a track keeps its colour, neighbours differ", () => {
  const hue = (track: number) => hueOf({ label: "star", track });
  assert.equal(hue(3), hue(3));
  assert.ok(Math.abs(hue(1) - hue(2)) > 30);
  assert.notEqual(hueOf({ label: "star", track: null }), hueOf({ label: "ring", track: null }));
});

test("a label stands above its box, and elsewhere where the picture ends or a label lies already", () => {
  const picture = { x: 0, y: 0, width: 400, height: 300 };
  const box = { x: 100, y: 100, width: 80, height: 50 };
  const free = labelPlace(box, 60, picture, []);
  assert.deepEqual([free.x, free.y + free.height], [99, 99]);
  assert.equal(labelPlace({ ...box, y: 5 }, 60, picture, []).y, 6, "inside");
  assert.equal(labelPlace({ ...box, x: 390 }, 60, picture, []).x, 340, "never over the right edge");
  const second = labelPlace({ ...box, x: 110 }, 60, picture, [free]);
  assert.ok(second.y >= 99, "clear of the first");
  assert.ok(labelPlace({ ...box, y: 0, height: 300 }, 60, picture, []).y >= 0);
});
