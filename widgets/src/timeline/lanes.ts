// Draw the lanes: clips, gaps, transitions.
import { cutsOf, GAP, type Item, itemAt, labelOf, TITLE, type Track } from "../core/document.ts";
import { type Row, rowY } from "../core/layout.ts";
import { lengthText } from "../core/time.ts";
import { toTicks, toX } from "../core/view.ts";
import type { Palette } from "../theme.ts";
import { HEAD, ROOMY } from "./heads.ts";
import { crisp, type Scene } from "./scene.ts";

type Context = CanvasRenderingContext2D;

/** Height of the strip that holds a clip's name. */
const BAND = 17;
/** Narrower clips are drawn as one block with their neighbours: nobody could tell them apart. */
const NARROW = 3;
/** Narrower clips are plain rectangles: round corners and outlines of a thousand of them would take too long. */
const PLAIN = 18;

export function drawLanes(context: Context, scene: Scene): void {
  const { layout, timeline, view, theme } = scene;
  for (const row of layout.rows) {
    const y = rowY(layout, row, view.top);
    if (y > layout.height || y + row.height < layout.lanes.y) continue;
    const track = timeline.tracks[row.track]!;
    context.fillStyle = theme.lane;
    context.fillRect(layout.lanes.x, y, layout.lanes.width, row.height);
    context.globalAlpha = track.hidden || track.muted ? 0.4 : 1;
    drawItems(context, scene, track, row, y);
    drawTransitions(context, scene, track, row, y);
    context.globalAlpha = 1;
    if (track.locked) hatch(context, scene, y, row.height);
  }
}

function drawItems(context: Context, scene: Scene, track: Track, row: Row, y: number): void {
  const { view, layout, theme } = scene;
  const { x: left, width } = layout.lanes;
  const lifted = new Set(
    scene.drag?.members.filter((place) => place.track === row.track).map((place) => place.item) ?? [],
  );
  const { items, starts } = track;
  const covered = new Map(track.transitions.map((one) => [one.right, one.after / view.scale]));
  const last = toTicks(view, width);
  const block = { from: 0, to: -1 };
  const flush = (): void => {
    if (block.to > block.from) {
      const from = crisp(scene, block.from);
      const colours = theme.clips[track.kind];
      context.fillStyle = colours.fill;
      context.fillRect(from, y, Math.max(1 / scene.ratio, block.to - from), row.height);
      context.fillStyle = colours.band;
      context.fillRect(from, y, Math.max(1 / scene.ratio, block.to - from), Math.min(BAND, row.height));
    }
    block.to = -1;
  };
  for (let i = itemAt(track, view.origin); i < items.length && starts[i]! < last; i++) {
    const item = items[i]!;
    const from = left + toX(view, starts[i]!);
    const to = left + toX(view, starts[i + 1]!);
    if (item.media === GAP) {
      if (to - from > 24) drawGap(context, scene, from, to, y, row.height);
      continue;
    }
    const chosen = isChosen(scene, item) || lifted.has(i);
    if (to - from < NARROW && !chosen) {
      if (block.to < from - 0.5 || block.to < block.from) {
        flush();
        block.from = from;
      }
      block.to = to;
      continue;
    }
    flush();
    if (to - from < PLAIN && !chosen) {
      drawPlain(context, scene, theme.clips[item.media === TITLE ? "title" : track.kind], from, to, y, row.height);
      continue;
    }
    const place = { from, to, y, height: row.height, covered: covered.get(item.id) ?? 0 };
    drawClip(context, scene, item, track.kind, place, lifted.has(i));
  }
  flush();
}

function drawPlain(
  context: Context,
  scene: Scene,
  colours: Palette,
  from: number,
  to: number,
  y: number,
  height: number,
): void {
  const left = crisp(scene, from);
  const width = crisp(scene, to) - left - 1;
  context.fillStyle = colours.fill;
  context.fillRect(left, y, width, height);
  context.fillStyle = colours.band;
  context.fillRect(left, y, width, Math.min(BAND, height));
  context.fillStyle = colours.edge;
  context.fillRect(left, y, 1, height);
}

export interface Block {
  readonly from: number;
  readonly to: number;
  readonly y: number;
  readonly height: number;
  /** Pixels at its left that a transition covers. */
  readonly covered: number;
}

export function drawClip(
  context: Context,
  scene: Scene,
  item: Item,
  kind: Track["kind"],
  block: Block,
  lifted: boolean,
): void {
  const { theme, layout } = scene;
  const { from, to, y, height } = block;
  const colours = theme.clips[item.media === TITLE ? "title" : kind];
  // what lies far outside need not be part of the path
  const left = Math.max(crisp(scene, from), layout.lanes.x - 20);
  const right = Math.min(crisp(scene, to), layout.width + 20);
  const width = Math.max(0, right - left - 1 / scene.ratio); // a canvas that is not laid out yet has none
  const radius = Math.min(5, width / 3);
  const alpha = context.globalAlpha;
  if (lifted) context.globalAlpha = alpha * 0.35;
  box(context, left, y, width, height, radius);
  context.fillStyle = colours.fill;
  context.fill();
  const band = Math.min(BAND, height);
  context.beginPath();
  context.roundRect(left, y, width, band, [radius, radius, height > BAND ? 0 : radius, height > BAND ? 0 : radius]);
  context.fillStyle = colours.band;
  context.fill();
  const head = drawHead(context, scene, item, block);
  box(context, left + 0.5, y + 0.5, width - 1, height - 1, radius);
  context.lineWidth = 1;
  context.strokeStyle = colours.edge;
  context.stroke();
  if (width > 26) {
    write(context, scene, item, colours, { ...block, from: Math.max(left, layout.lanes.x), to: right }, head);
  }
  if (isChosen(scene, item) && !lifted) outline(context, scene, left, y, width, height, item.id === scene.selected);
  context.globalAlpha = alpha;
}

/** Draw a clip's picture below its name, clear of what a transition covers; returns where it ends. */
function drawHead(context: Context, scene: Scene, item: Item, block: Block): number {
  const { from, to, y, height, covered } = block;
  const picture = to - from < ROOMY || height < BAND + HEAD ? null : scene.head(item);
  if (!picture) return 0;
  const left = crisp(scene, from + covered);
  const width = (HEAD * picture.width) / picture.height;
  if (left + width > to - 8) return 0;
  context.save();
  context.beginPath();
  context.roundRect(left, y + BAND, width, HEAD, [0, 0, 0, covered ? 0 : 5]);
  context.clip();
  context.imageSmoothingQuality = "high";
  context.drawImage(picture, left, y + BAND, width, HEAD);
  context.restore();
  return left + width;
}

function write(context: Context, scene: Scene, item: Item, colours: Palette, block: Block, head: number): void {
  const { from: left, to: right, y, height, covered } = block;
  const { theme, timeline } = scene;
  let room = right - left - 14;
  context.textBaseline = "middle";
  context.fillStyle = colours.text;
  if (item.effects && room > 60) {
    const badge = item.effects > 1 ? `fx ${item.effects}` : "fx";
    context.font = `600 9.5px ${theme.font}`;
    const width = context.measureText(badge).width + 8;
    const at = right - width - 6;
    context.save();
    context.globalAlpha *= 0.22;
    box(context, at, y + 3, width, BAND - 6, 3);
    context.fill();
    context.restore();
    context.textAlign = "left";
    context.fillText(badge, at + 4, y + BAND / 2 + 0.5);
    room -= width + 6;
  }
  context.textAlign = "left";
  context.font = `600 11px ${theme.font}`;
  const name = item.media === TITLE ? `T  ${labelOf(timeline, item)}` : labelOf(timeline, item);
  const label = shortened(context, name, room);
  if (label) context.fillText(label, left + 7, y + BAND / 2 + 0.5);
  const foot = Math.max(left + covered, head) + 7;
  if (height > 40 && right - foot > 71) {
    context.save();
    context.globalAlpha *= 0.7;
    context.font = `10.5px ${theme.mono}`;
    context.fillText(lengthText(timeline.clock, item.ticks), foot, y + height - 11);
    context.restore();
  }
}

function isChosen(scene: Scene, item: Item): boolean {
  return item.id === scene.selected || (item.link !== null && item.link === scene.link);
}

/** Frame a selected clip; the sound or picture that goes with it gets a broken line. */
export function outline(
  context: Context,
  scene: Scene,
  left: number,
  y: number,
  width: number,
  height: number,
  itself: boolean,
): void {
  context.save();
  context.strokeStyle = scene.theme.dark ? "#ffffff" : scene.theme.accent;
  context.lineWidth = 2;
  if (!itself) context.setLineDash([4, 3]);
  box(context, left + 1, y + 1, width - 2, height - 2, Math.min(5, width / 3));
  context.stroke();
  context.restore();
}

function drawGap(context: Context, scene: Scene, from: number, to: number, y: number, height: number): void {
  const left = Math.max(from, scene.layout.lanes.x - 20);
  const width = Math.min(to, scene.layout.width + 20) - left;
  context.save();
  context.setLineDash([3, 4]);
  context.strokeStyle = scene.theme.line;
  context.lineWidth = 1;
  box(context, left + 2.5, y + 2.5, width - 5, height - 5, 4);
  context.stroke();
  context.restore();
}

function drawTransitions(context: Context, scene: Scene, track: Track, row: Row, y: number): void {
  const { view, layout, theme } = scene;
  for (const { transition: one, at: cut } of cutsOf(track)) {
    const from = layout.lanes.x + toX(view, cut - one.before);
    const to = layout.lanes.x + toX(view, cut + one.after);
    if (to < layout.lanes.x || from > layout.width || to - from < 4) continue;
    const top = y + BAND + 2;
    const bottom = y + row.height - 3;
    box(context, from, top, to - from, bottom - top, 3);
    context.fillStyle = theme.dark ? "rgb(255 255 255 / 16%)" : "rgb(255 255 255 / 62%)";
    context.fill();
    context.strokeStyle = theme.dark ? "rgb(255 255 255 / 70%)" : "rgb(0 0 0 / 50%)";
    context.lineWidth = 1;
    context.stroke();
    const named = to - from > 54 && row.height > 50;
    const foot = named ? bottom - 14 : bottom;
    // a falling line for the picture that leaves, a rising one for the picture that comes
    context.beginPath();
    if (one.left !== null) line(context, from, top, to, foot);
    if (one.right !== null) line(context, from, foot, to, top);
    context.stroke();
    if (named) {
      context.font = `10px ${theme.font}`;
      context.fillStyle = theme.clips[track.kind].text;
      context.textAlign = "center";
      context.textBaseline = "alphabetic";
      context.fillText(shortened(context, one.transition.replaceAll("_", " "), to - from - 8), (from + to) / 2, bottom - 4);
    }
  }
}

function hatch(context: Context, scene: Scene, y: number, height: number): void {
  const { lanes } = scene.layout;
  context.save();
  context.beginPath();
  context.rect(lanes.x, y, lanes.width, height);
  context.clip();
  context.beginPath();
  for (let x = lanes.x - height; x < lanes.x + lanes.width; x += 9) line(context, x, y + height, x + height, y);
  context.strokeStyle = scene.theme.dark ? "rgb(255 255 255 / 9%)" : "rgb(0 0 0 / 8%)";
  context.lineWidth = 2;
  context.stroke();
  context.restore();
}

const widths = new Map<string, number>();

/** A text cut to a width, measured once per font and text. */
export function shortened(context: Context, text: string, room: number): string {
  const key = context.font + text;
  let width = widths.get(key);
  if (width === undefined) {
    if (widths.size > 20_000) widths.clear();
    width = context.measureText(text).width;
    widths.set(key, width);
  }
  if (width <= room) return text;
  const keep = Math.floor((text.length * (room - 8)) / width);
  return keep >= 2 ? `${text.slice(0, keep).trimEnd()}…` : "";
}

export function box(context: Context, x: number, y: number, width: number, height: number, radius: number): void {
  context.beginPath();
  context.roundRect(x, y, Math.max(0, width), Math.max(0, height), Math.max(0, radius));
}

export function line(context: Context, x1: number, y1: number, x2: number, y2: number): void {
  context.moveTo(x1, y1);
  context.lineTo(x2, y2);
}
