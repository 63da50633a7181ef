// What part of the timeline is on screen, and how ticks become pixels.
import type { Timeline } from "./document.ts";
import type { Layout, Row } from "./layout.ts";
import { frameTicks } from "./time.ts";

export interface View {
  /** Ticks of one CSS pixel. */
  readonly scale: number;
  /** Tick at the left edge of the lanes. */
  readonly origin: number;
  /** Pixels scrolled down. */
  readonly top: number;
}

/** Pixels of one frame when zoomed in all the way. */
const CLOSEST = 48;
/** How much of the lanes stays empty behind the last clip. */
const MARGIN = 0.15;
/** Pixels before time 0, so that the playhead is seen whole there. */
const LEAD = 8;

export const toX = (view: View, ticks: number): number => (ticks - view.origin) / view.scale;
export const toTicks = (view: View, x: number): number => view.origin + x * view.scale;

/** The view that shows the whole timeline, with a little room behind it. */
export function fitted(timeline: Timeline, width: number): View {
  const least = 2 * timeline.clock.timescale;
  const scale = (Math.max(timeline.end, least) * (1 + MARGIN / 2)) / width;
  return clamped({ scale, origin: -LEAD * scale, top: 0 }, timeline, width);
}

/** Less of the lanes than this, and a view of everything is not one any more. */
const FILLED = 0.6;

/** A view of everything, after the timeline has changed: a new one where that has outgrown it or become much shorter. */
export function refitted(view: View, timeline: Timeline, width: number): View {
  const end = toX(view, timeline.end);
  return end > width || end < width * FILLED ? fitted(timeline, width) : clamped(view, timeline, width);
}

/** Keep a view within the timeline, and its zoom within reason. */
export function clamped(view: View, timeline: Timeline, width: number): View {
  const whole = Math.max(timeline.end, 10 * timeline.clock.timescale) * 1.5;
  const scale = Math.min(Math.max(view.scale, frameTicks(timeline.clock) / CLOSEST), whole / width);
  const last = Math.max(0, timeline.end - width * scale * (1 - MARGIN));
  return { ...view, scale, origin: Math.min(Math.max(view.origin, -LEAD * scale), last) };
}

/** Zoom by a factor (above 1: closer) so that what is under `x` stays there. */
export function zoomed(view: View, factor: number, x: number, timeline: Timeline, width: number): View {
  const held = toTicks(view, x);
  const { scale } = clamped({ ...view, scale: view.scale / factor }, timeline, width);
  return clamped({ ...view, scale, origin: held - x * scale }, timeline, width);
}

/** Scroll so that a tick is on screen, by a page where it has left. */
export function revealing(view: View, ticks: number, timeline: Timeline, width: number): View {
  const x = toX(view, ticks);
  if (x >= 0 && x <= width) return view;
  return clamped({ ...view, origin: ticks - width * view.scale * 0.1 }, timeline, width);
}

/** Scroll so that a whole row is on screen. */
export function revealingRow(view: View, row: Row, layout: Layout): View {
  const { height } = layout.lanes;
  const top = Math.max(Math.min(view.top, row.y - 4), row.y + row.height + 4 - height, 0);
  return top === view.top ? view : { ...view, top };
}
