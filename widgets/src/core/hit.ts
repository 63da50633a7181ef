// What lies under the mouse.
import { isClip, itemAt, type Place, type Timeline } from "./document.ts";
import { type Layout, rowAt } from "./layout.ts";
import { toTicks, toX, type View } from "./view.ts";

export type Hit =
  | { readonly zone: "ruler" | "header" | "lane" | "scrollbar" | "nothing" }
  | ({ readonly zone: "clip" } & Place)
  | ({ readonly zone: "edge"; readonly edge: "start" | "end" } & Place);

/** How far from an edge a clip is trimmed rather than moved; less on short clips, so that they can still be moved. */
const GRIP = 7;

/** What is at a point of the canvas. */
export function hit(timeline: Timeline, layout: Layout, view: View, x: number, y: number): Hit {
  const { lanes } = layout;
  if (y >= lanes.y + lanes.height) return { zone: x >= lanes.x ? "scrollbar" : "nothing" };
  if (x < lanes.x) return { zone: y < lanes.y ? "nothing" : "header" };
  if (y < lanes.y) return { zone: "ruler" };
  const row = rowAt(layout, y, view.top);
  if (!row) return { zone: "lane" };
  const track = timeline.tracks[row.track]!;
  const at = x - lanes.x;
  // an edge may be gripped from just outside, where the neighbour is a gap
  for (const nudge of [0, -3, 3]) {
    const item = itemAt(track, toTicks(view, at + nudge));
    const found = track.items[item];
    if (!found || !isClip(found)) continue;
    const left = toX(view, track.starts[item]!);
    const right = toX(view, track.starts[item + 1]!);
    const grip = Math.min(GRIP, (right - left) / 4);
    const place = { track: row.track, item };
    if (at - left < grip) return { zone: "edge", edge: "start", ...place };
    if (right - at <= grip) return { zone: "edge", edge: "end", ...place };
    if (nudge === 0) return { zone: "clip", ...place };
  }
  return { zone: "lane" };
}
