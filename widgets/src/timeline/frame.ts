// Draw what surrounds the lanes: ruler, markers, headers, playhead, drag, scroll bar.
import { find, type Place, type Track } from "../core/document.ts";
import { rowY, RULER, SCROLLBAR } from "../core/layout.ts";
import { marks } from "../core/ruler.ts";
import { frameAt, lengthText, timecode } from "../core/time.ts";
import { toX } from "../core/view.ts";
import { ghosts } from "./drag.ts";
import { box, drawClip, drawLanes, line, outline, shortened } from "./lanes.ts";
import { crisp, type Scene } from "./scene.ts";

type Context = CanvasRenderingContext2D;

/** Height of the playhead's knob. */
const KNOB = 12;

/** Draw the whole timeline. */
export function draw(context: Context, scene: Scene): void {
  const { layout, theme, ratio } = scene;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, layout.width, layout.height);
  const { lanes } = layout;
  context.save();
  context.beginPath();
  context.rect(lanes.x, 0, lanes.width, lanes.y + lanes.height);
  context.clip();
  drawGrid(context, scene);
  context.save();
  context.beginPath();
  context.rect(lanes.x, lanes.y, lanes.width, lanes.height);
  context.clip();
  drawLanes(context, scene);
  drawEdges(context, scene);
  drawDrag(context, scene);
  context.restore();
  drawRuler(context, scene);
  drawPlayhead(context, scene);
  context.restore();
  drawHeaders(context, scene);
  drawScrollbar(context, scene);
  drawNumbers(context, scene);
  context.fillStyle = theme.line;
  context.fillRect(0, RULER - 1, layout.width, 1);
}

function drawGrid(context: Context, scene: Scene): void {
  const { layout, theme, timeline, view } = scene;
  context.fillStyle = theme.grid;
  for (const mark of marks(timeline.clock, view, layout.lanes.width)) {
    if (mark.label) context.fillRect(crisp(scene, layout.lanes.x + mark.x), RULER, 1, layout.lanes.height);
  }
}

function drawRuler(context: Context, scene: Scene): void {
  const { layout, theme, timeline, view } = scene;
  const { lanes } = layout;
  context.fillStyle = theme.back;
  context.fillRect(lanes.x, 0, lanes.width, RULER);
  context.fillStyle = theme.ruler;
  context.fillRect(lanes.x, 0, lanes.width, RULER);
  context.font = `10.5px ${theme.mono}`;
  context.textBaseline = "middle";
  context.textAlign = "left";
  for (const { x, label } of marks(timeline.clock, view, lanes.width)) {
    const at = crisp(scene, lanes.x + x);
    context.fillStyle = label ? theme.faint : theme.line;
    context.fillRect(at, label ? RULER - 11 : RULER - 6, 1, label ? 10 : 5);
    // one that does not fit whole is left out
    if (label && at + 5 + context.measureText(label).width < layout.width) {
      context.fillStyle = theme.text;
      context.fillText(label, at + 5, 9.5);
    }
  }
  for (const marker of timeline.markers) {
    const x = lanes.x + toX(view, marker.ticks);
    if (x < lanes.x - 100 || x > layout.width) continue;
    context.fillStyle = theme.accent;
    context.beginPath();
    context.moveTo(x - 5, RULER - 12);
    context.lineTo(x + 5, RULER - 12);
    context.lineTo(x + 5, RULER - 6);
    context.lineTo(x, RULER - 1);
    context.lineTo(x - 5, RULER - 6);
    context.fill();
  }
}

function drawPlayhead(context: Context, scene: Scene): void {
  const { layout, theme, view } = scene;
  const { lanes } = layout;
  const x = crisp(scene, lanes.x + toX(view, scene.playhead));
  if (x < lanes.x - 8 || x > layout.width + 8) return;
  context.fillStyle = theme.playhead;
  const top = RULER - KNOB; // below the labels: they are read while the playhead stands on them
  context.fillRect(x - 0.5, top + 4, 1.5, lanes.y + lanes.height - top - 4);
  context.beginPath();
  context.moveTo(x - 6, top + 2);
  context.arcTo(x - 6, top, x - 4, top, 2);
  context.lineTo(x + 4, top);
  context.arcTo(x + 6, top, x + 6, top + 2, 2);
  context.lineTo(x + 6, top + 6);
  context.lineTo(x + 0.25, RULER);
  context.lineTo(x - 6, top + 6);
  context.closePath();
  context.fill();
}

function drawHeaders(context: Context, scene: Scene): void {
  const { layout, theme, timeline, view } = scene;
  const { lanes } = layout;
  context.save();
  context.beginPath();
  context.rect(0, lanes.y, lanes.x, lanes.height);
  context.clip();
  for (const row of layout.rows) {
    const y = rowY(layout, row, view.top);
    const track = timeline.tracks[row.track]!;
    context.fillStyle = theme.ruler;
    context.fillRect(0, y, lanes.x - 2, row.height);
    context.fillStyle = theme.clips[track.kind].edge;
    context.fillRect(0, y, 3, row.height);
    context.textBaseline = "middle";
    context.textAlign = "left";
    context.font = `600 12px ${theme.font}`;
    context.fillStyle = theme.text;
    const notes = switches(track);
    const middle = y + row.height / 2;
    const high = row.height > 40;
    context.fillText(shortened(context, track.title, lanes.x - 24), 13, high ? middle - 8 : middle);
    context.font = `10px ${theme.font}`;
    context.fillStyle = theme.faint;
    if (high) context.fillText(notes || KINDS[track.kind], 13, middle + 8);
    else if (notes) {
      context.textAlign = "right";
      context.fillText(notes, lanes.x - 10, middle);
    }
  }
  context.restore();
  context.fillStyle = theme.ruler;
  context.fillRect(0, 0, lanes.x, RULER);
  context.fillStyle = theme.line;
  context.fillRect(lanes.x - 1, 0, 1, lanes.y + lanes.height);
}

const KINDS = { video: "picture", audio: "sound", title: "titles", subtitle: "subtitles" } as const;

function switches(track: Track): string {
  const said = [track.locked && "locked", track.hidden && "hidden", track.muted && "muted", track.solo && "solo"];
  return said.filter(Boolean).join(" · ");
}

/** The edge under the mouse, and the one that the keys hold. */
function drawEdges(context: Context, scene: Scene): void {
  const { drag, held, hover, selected, timeline } = scene;
  if (drag) return;
  if (hover?.zone === "edge") drawEdge(context, scene, hover, hover.edge, 3);
  const place = held !== "clip" && selected ? find(timeline, selected) : undefined;
  if (place && held !== "clip") drawEdge(context, scene, place, held, 6);
}

function drawEdge(context: Context, scene: Scene, place: Place, edge: "start" | "end", width: number): void {
  const { layout, timeline, view, theme } = scene;
  const row = layout.rows.find((one) => one.track === place.track);
  const track = timeline.tracks[place.track];
  if (!row || !track || track.locked) return;
  const x = layout.lanes.x + toX(view, track.starts[edge === "start" ? place.item : place.item + 1]!);
  context.fillStyle = theme.dark ? "#ffffff" : theme.accent;
  box(context, edge === "start" ? x + 1 : x - width - 1, rowY(layout, row, view.top) + 2, width, row.height - 4, 1.5);
  context.fill();
}

function drawDrag(context: Context, scene: Scene): void {
  const { drag, layout, timeline, view, theme } = scene;
  if (!drag) return;
  for (const ghost of ghosts(timeline, drag)) {
    const row = layout.rows.find((one) => one.track === ghost.track);
    if (!row) continue;
    const [from, to] = [layout.lanes.x + toX(view, ghost.start), layout.lanes.x + toX(view, ghost.end)];
    const y = rowY(layout, row, view.top);
    const block = { from, to, y, height: row.height, covered: 0 };
    context.save();
    context.shadowColor = "rgb(0 0 0 / 45%)";
    context.shadowBlur = 10;
    context.fillStyle = theme.back;
    context.fillRect(from, y, to - from, row.height);
    context.restore();
    drawClip(context, scene, ghost.item, timeline.tracks[ghost.track]!.kind, block, false);
    outline(context, scene, from, y, to - from, row.height, true);
  }
  if (drag.snapped !== null) {
    const x = crisp(scene, layout.lanes.x + toX(view, drag.snapped));
    context.beginPath();
    line(context, x + 0.5, layout.lanes.y, x + 0.5, layout.lanes.y + layout.lanes.height);
    context.strokeStyle = theme.accent;
    context.lineWidth = 1.5;
    context.setLineDash([5, 3]);
    context.stroke();
    context.setLineDash([]);
  }
}

/** Live numbers beside the mouse. */
function drawNumbers(context: Context, scene: Scene): void {
  const { drag, hand, timeline, layout, theme } = scene;
  if (!drag || !hand) return;
  const { clock } = timeline;
  const ghost = ghosts(timeline, drag)[0]!;
  const edge = drag.kind === "move" || drag.edge === "start" ? ghost.start : ghost.end;
  const first = timecode(clock, frameAt(clock, edge));
  const length = drag.kind === "trim" ? `   ${lengthText(clock, ghost.end - ghost.start)} long` : "";
  const second = `${lengthText(clock, drag.by, true)}${length}${drag.ripple && drag.kind === "trim" ? "   ripple" : ""}`;
  context.font = `600 12px ${theme.mono}`;
  const wide = context.measureText(first).width;
  context.font = `11px ${theme.mono}`;
  const width = Math.max(wide, context.measureText(second).width) + 18;
  const x = Math.min(Math.max(4, hand.x + 14), layout.width - width - 4);
  const y = Math.min(Math.max(2, hand.y - 52), layout.height - 44);
  context.fillStyle = theme.bubble;
  box(context, x, y, width, 40, 6);
  context.fill();
  context.fillStyle = theme.bubbleText;
  context.textAlign = "left";
  context.textBaseline = "middle";
  context.fillText(second, x + 9, y + 28);
  context.font = `600 12px ${theme.mono}`;
  context.fillText(first, x + 9, y + 13);
}

/** The thumb of the scroll bar: from where to where, in pixels. */
export function thumb(scene: Pick<Scene, "layout" | "timeline" | "view">): { from: number; to: number; ticks: number } {
  const { lanes } = scene.layout;
  const visible = lanes.width * scene.view.scale;
  const ticks = Math.max(scene.timeline.end * 1.02, scene.view.origin + visible);
  const from = lanes.x + (Math.max(0, scene.view.origin) / ticks) * lanes.width;
  return { from, to: from + Math.max(24, (visible / ticks) * lanes.width), ticks };
}

function drawScrollbar(context: Context, scene: Scene): void {
  const { layout, theme } = scene;
  const { from, to } = thumb(scene);
  const y = layout.height - SCROLLBAR;
  if (to - from > layout.lanes.width - 2) return;
  context.fillStyle = theme.line;
  box(context, from + 1, y + 3, to - from - 2, SCROLLBAR - 6, 3);
  context.fill();
}
