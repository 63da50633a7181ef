// Snapping: pull what is dragged onto edges of clips, markers and the playhead, else onto the ruler's marks.
import { GAP, type Place, type Timeline } from "./document.ts";

/** How near, in pixels. */
export const REACH = 10;

/** Every tick that a drag may snap to, rising. What is dragged itself is left out. */
export function snapTargets(timeline: Timeline, dragged: readonly Place[], playhead: number): Float64Array {
  const found = [0, playhead, ...timeline.markers.map((marker) => marker.ticks)];
  timeline.tracks.forEach((track, t) => {
    const skipped = new Set(dragged.filter((place) => place.track === t).map((place) => place.item));
    track.items.forEach((item, i) => {
      if (item.media === GAP || skipped.has(i)) return;
      found.push(track.starts[i]!, track.starts[i + 1]!);
    });
  });
  return Float64Array.from(new Set(found)).sort();
}

/** The value of a rising list that is nearest to `ticks`. */
export function nearest(sorted: Float64Array, ticks: number): number | undefined {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! < ticks) low = middle + 1;
    else high = middle;
  }
  const [below, above] = [sorted[low - 1], sorted[low]];
  if (below === undefined || above === undefined) return below ?? above;
  return ticks - below <= above - ticks ? below : above;
}

export interface Snapped {
  /** What to add to every edge. */
  readonly by: number;
  /** Where the line is drawn. */
  readonly at: number;
}

/**
 * The smallest pull that brings one of `edges` onto a target within `reach` ticks; where there is none, onto a multiple
 * of `grid` (the ruler's labelled marks). Undefined: nothing is near.
 */
export function snap(
  edges: readonly number[],
  targets: Float64Array,
  reach: number,
  grid: number,
): Snapped | undefined {
  const closest = (place: (edge: number) => number | undefined): Snapped | undefined => {
    let best: Snapped | undefined;
    for (const edge of edges) {
      const at = place(edge);
      if (at === undefined || Math.abs(at - edge) > reach) continue;
      if (!best || Math.abs(at - edge) < Math.abs(best.by)) best = { by: at - edge, at };
    }
    return best;
  };
  return closest((edge) => nearest(targets, edge)) ?? closest((edge) => Math.round(edge / grid) * grid);
}
