// Time in whole numbers: frames of the timeline's grid, and ticks of a clock that holds every edit point exactly.
import type { Clock } from "../bridge/protocol.gen.ts";

/** Ticks of one frame: a whole number, by the clock's making. */
export function frameTicks(clock: Clock): number {
  return (clock.timescale / clock.fps[0]) * clock.fps[1];
}

/** The frame that is on screen at a moment. */
export function frameAt(clock: Clock, ticks: number): number {
  return Math.floor(ticks / frameTicks(clock));
}

/** The nearest frame boundary, half up, as `to_frame` in Python. */
export function nearestFrame(clock: Clock, ticks: number): number {
  return Math.floor(ticks / frameTicks(clock) + 0.5);
}

/** The nearest sample boundary, in ticks. */
export function toSample(clock: Clock, ticks: number): number {
  const sample = clock.timescale / clock.sample_rate;
  return Math.floor(ticks / sample + 0.5) * sample;
}

/** Exact seconds as Python reads them. */
export function exact(clock: Clock, ticks: number): string {
  return `${ticks}/${clock.timescale}`;
}

/** Frames a second, for drawing and pacing only. */
export function rate(clock: Clock): number {
  return clock.fps[0] / clock.fps[1];
}

const two = (value: number): string => String(value).padStart(2, "0");

/** Frame numbers that drop-frame timecode skips each minute at 29.97 and 59.94 (SMPTE ST 12-1); 0 elsewhere. */
function skippedPerMinute(clock: Clock): number {
  if (clock.fps[1] !== 1001) return 0;
  return clock.fps[0] === 30000 ? 2 : clock.fps[0] === 60000 ? 4 : 0;
}

/** `HH:MM:SS:FF` of a frame; drop-frame `HH:MM:SS;FF` at 29.97 and 59.94 frames a second. */
export function timecode(clock: Clock, frame: number): string {
  const nominal = Math.ceil(rate(clock));
  const skipped = skippedPerMinute(clock);
  let number = frame;
  if (skipped) {
    const perMinute = nominal * 60 - skipped;
    const perTen = nominal * 600 - 9 * skipped;
    const tens = Math.floor(number / perTen);
    const rest = number % perTen;
    number += 9 * skipped * tens + (rest >= skipped ? skipped * Math.floor((rest - skipped) / perMinute) : 0);
  }
  const whole = Math.floor(number / nominal);
  const clockFace = `${two(Math.floor(whole / 3600))}:${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}`;
  return `${clockFace}${skipped ? ";" : ":"}${two(number % nominal)}`;
}

/** A length or a difference for the eye: `3:15`, `1:02:10`, with a sign where asked (seconds and frames at least). */
export function lengthText(clock: Clock, ticks: number, signed = false): string {
  const frames = nearestFrame(clock, Math.abs(ticks));
  const nominal = Math.ceil(rate(clock));
  const whole = Math.floor(frames / nominal);
  const [hours, minutes, seconds] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const head = hours ? `${hours}:${two(minutes)}:${two(seconds)}` : minutes ? `${minutes}:${two(seconds)}` : `${seconds}`;
  const sign = !signed || frames === 0 ? "" : ticks < 0 ? "−" : "+";
  return `${sign}${head}:${two(frames % nominal)}`;
}
