// The ruler: marks at round times, never closer than can be read.
import type { Clock } from "../bridge/protocol.gen.ts";
import { frameTicks, rate, timecode } from "./time.ts";
import { toTicks, toX, type View } from "./view.ts";

export interface Mark {
  readonly x: number;
  /** Empty for a minor mark. */
  readonly label: string;
}

const SECONDS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 21_600, 43_200, 86_400];

/** Frames between labelled marks that lie at least `least` pixels apart, and how many minor marks divide them. */
export function ruling(clock: Clock, scale: number, least: number): { major: number; parts: number } {
  const nominal = Math.ceil(rate(clock));
  const pixels = frameTicks(clock) / scale;
  const small = [1, 2, 5, 10].filter((frames) => frames < nominal && nominal % frames === 0);
  const major =
    [...small, ...SECONDS.map((seconds) => seconds * nominal)].find((frames) => frames * pixels >= least) ??
    86_400 * nominal;
  const parts = [10, 5, 4, 3, 2].find((n) => major % n === 0 && (major / n) * pixels >= 7) ?? 1;
  return { major, parts };
}

/** The marks of the visible stretch. */
export function marks(clock: Clock, view: View, width: number): Mark[] {
  const { major, parts } = ruling(clock, view.scale, 104);
  const step = major / parts;
  const ticks = frameTicks(clock);
  const found: Mark[] = [];
  const first = Math.max(0, Math.floor(toTicks(view, -120) / ticks / major) * major);
  for (let frame = first; ; frame += step) {
    const x = toX(view, frame * ticks);
    if (x > width) return found;
    found.push({ x, label: frame % major === 0 ? timecode(clock, frame) : "" });
  }
}
