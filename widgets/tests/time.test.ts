import assert from "node:assert/strict";
import { test } from "node:test";
import type { Clock } from "../src/bridge/protocol.gen.ts";
import { exact, frameAt, frameTicks, lengthText, nearestFrame, timecode, toSample } from "../src/core/time.ts";

const at = (num: number, den: number, timescale: number): Clock => ({
  timescale,
  fps: [num, den],
  sample_rate: 48_000,
  exact: true,
});
const NTSC = at(30_000, 1001, 240_000);
const PAL = at(25, 1, 48_000);

test("a frame is a whole number of ticks", () => {
  assert.equal(frameTicks(NTSC), 8008);
  assert.equal(frameTicks(PAL), 1920);
  assert.equal(frameTicks(at(60_000, 1001, 240_000)), 4004);
});

test("timecode counts frames, and skips numbers at drop-frame rates", () => {
  assert.equal(timecode(PAL, 0), "00:00:00:00");
  assert.equal(timecode(PAL, 25 * 3661 + 7), "01:01:01:07");
  assert.equal(timecode(at(24_000, 1001, 48_000), 24), "00:00:01:00");
  assert.equal(timecode(NTSC, 1799), "00:00:59;29");
  assert.equal(timecode(NTSC, 1800), "00:01:00;02");
  assert.equal(timecode(NTSC, 17_982), "00:10:00;00");
  assert.equal(timecode(NTSC, 107_892), "01:00:00;00");
  assert.equal(timecode(at(60_000, 1001, 240_000), 3600), "00:01:00;04");
});

test("drop-frame timecode never repeats, never goes back, and shows no skipped number", () => {
  let before = "";
  for (let frame = 0; frame < 40_000; frame++) {
    const code = timecode(NTSC, frame);
    assert.ok(code > before, `${code} after ${before}`);
    assert.doesNotMatch(code, /:[0-5][1-9]:00;0[01]$/);
    before = code;
  }
});

test("rounding is half up, to frames and to samples", () => {
  assert.equal(nearestFrame(PAL, 959), 0);
  assert.equal(nearestFrame(PAL, 960), 1);
  assert.equal(frameAt(PAL, 1919), 0);
  assert.equal(toSample(NTSC, 7), 5);
  assert.equal(toSample(NTSC, 8), 10);
});

test("an edit's time is an exact fraction, also a day into the timeline", () => {
  const day = 30_000 * 3600 * 24;
  assert.equal(exact(NTSC, Math.round(day / 1001) * 8008), `${Math.round(day / 1001) * 8008}/240000`);
});

test("lengths are short", () => {
  assert.equal(lengthText(PAL, 1920 * 5), "0:05");
  assert.equal(lengthText(PAL, 1920 * (25 * 62 + 3)), "1:02:03");
  assert.equal(lengthText(PAL, -1920 * 26, true), "−1:01");
  assert.equal(lengthText(PAL, 1920, true), "+0:01");
  assert.equal(lengthText(PAL, 0, true), "0:00");
});
