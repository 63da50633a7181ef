// The mouse on the canvas: scrub, select, drag, trim, scroll, zoom.
import type { Link } from "../bridge/link.ts";
import { labelOf, type Place, type Timeline } from "../core/document.ts";
import { hit, type Hit } from "../core/hit.ts";
import { type Layout, rowAt } from "../core/layout.ts";
import { ruling } from "../core/ruler.ts";
import { REACH } from "../core/snap.ts";
import { frameTicks, lengthText, nearestFrame } from "../core/time.ts";
import { clamped, toTicks, type View, zoomed } from "../core/view.ts";
import { playhead } from "../state/store.ts";
import type { Commands } from "./commands.ts";
import { type Drag, dragged, grab, lockedBy, operationOf } from "./drag.ts";
import { thumb } from "./frame.ts";

interface Stage {
  readonly link: Link;
  readonly doing: Commands;
  scene(): { readonly layout: Layout; readonly view: View | null; readonly snapping: boolean };
  setView(view: View): void;
  redraw(): void;
  refuse(reason: string, hint: string): void;
}

export interface Pointing {
  readonly drag: Drag | null;
  readonly hand: { readonly x: number; readonly y: number } | null;
  readonly hover: Hit | null;
  /** Let go without doing anything. */
  cancel(): void;
  /** The timeline is another one now: what a drag knows of it is not true any more. */
  stale(): void;
  /** Scroll while a drag is held at the edge; true while it goes on. */
  drift(): boolean;
}

/** Pixels that the mouse must move before a press becomes a drag. */
const SLACK = 3;
/** Width of the strip beside which a drag scrolls, and how many pixels a frame. */
const STRIP = 28;
const DRIFT = 14;

type Press =
  | { readonly kind: "scrub" }
  | { readonly kind: "clip"; readonly hit: Hit; readonly x: number; readonly y: number }
  | { readonly kind: "scroll"; readonly x: number; readonly origin: number };

/** Listen to the mouse until the signal says stop. */
export function pointer(canvas: HTMLCanvasElement, signal: AbortSignal, stage: Stage): Pointing {
  const { link } = stage;
  let press: Press | null = null;
  let drag: Drag | null = null;
  let hand: { x: number; y: number; ripple: boolean; free: boolean } | null = null;
  let hover: Hit | null = null;
  let waiting = false;

  const at = (event: MouseEvent): { x: number; y: number } => {
    const from = canvas.getBoundingClientRect();
    return { x: event.clientX - from.x, y: event.clientY - from.y };
  };

  const scrub = (x: number): void => {
    const { layout, view } = stage.scene();
    const { timeline } = link.state;
    if (!timeline || !view) return;
    const ticks = toTicks(view, x - layout.lanes.x);
    link.seek(Math.min(nearestFrame(timeline.clock, ticks), nearestFrame(timeline.clock, timeline.end)));
  };

  const moveDrag = (): void => {
    const { layout, view, snapping } = stage.scene();
    const { timeline } = link.state;
    if (!timeline || !view || !hand || press?.kind !== "clip" || waiting) return;
    if (!drag) {
      if (Math.hypot(hand.x - press.x, hand.y - press.y) < SLACK) return;
      if (press.hit.zone !== "clip" && press.hit.zone !== "edge") return;
      const locked = lockedBy(timeline, press.hit);
      if (locked !== undefined) {
        stage.refuse(`Track ${locked} is locked`, "unlock it to edit its clips");
        press = null;
        return;
      }
      drag = grab(timeline, press.hit, toTicks(view, press.x - layout.lanes.x), playhead(link.state));
    }
    const { major } = ruling(timeline.clock, view.scale, 104);
    if (drag.kind === "move") canvas.style.cursor = "grabbing";
    drag = dragged(timeline, drag, {
      at: toTicks(view, hand.x - layout.lanes.x),
      track: rowAt(layout, hand.y, view.top)?.track,
      reach: snapping !== hand.free ? REACH * view.scale : 0,
      grid: major * frameTicks(timeline.clock),
      ripple: hand.ripple,
    });
    stage.redraw();
  };

  const release = (): void => {
    const { timeline } = link.state;
    press = null;
    hand = null;
    canvas.style.cursor = "default";
    const operation = drag && timeline ? operationOf(timeline, drag) : null;
    if (!operation) {
      drag = null;
      stage.redraw();
      return;
    }
    waiting = true; // the clip stays where it was dropped until Python has answered
    stage.redraw();
    void stage.doing.edit(operation).then(() => {
      waiting = false;
      drag = null;
      stage.redraw();
    });
  };

  const down = (event: PointerEvent): void => {
    const { layout, view } = stage.scene();
    const { timeline } = link.state;
    if (event.button !== 0 || !timeline || !view || waiting) return;
    const { x, y } = at(event);
    const found = hit(timeline, layout, view, x, y);
    canvas.setPointerCapture(event.pointerId);
    if (found.zone === "clip" || found.zone === "edge") {
      link.select(timeline.tracks[found.track]!.items[found.item]!.id);
      press = { kind: "clip", hit: found, x, y };
    } else if (found.zone === "ruler" || found.zone === "lane") {
      link.select(null);
      press = { kind: "scrub" };
      scrub(x);
    } else if (found.zone === "scrollbar") {
      const { from, to, ticks } = thumb({ layout, timeline, view });
      const inside = x >= from && x <= to;
      const origin = inside ? view.origin : ((x - (to - from) / 2 - layout.lanes.x) / layout.lanes.width) * ticks;
      press = { kind: "scroll", x, origin };
      stage.setView(clamped({ ...view, origin }, timeline, layout.lanes.width));
    }
  };

  const move = (event: PointerEvent): void => {
    const { layout, view } = stage.scene();
    const { timeline } = link.state;
    if (!timeline || !view) return;
    const { x, y } = at(event);
    if (!press) {
      hover = hit(timeline, layout, view, x, y);
      canvas.style.cursor = cursorOf(hover);
      const title = hover.zone === "clip" || hover.zone === "edge" ? nameOf(timeline, hover) : "";
      if (canvas.title !== title) canvas.title = title;
      stage.redraw();
    } else if (press.kind === "scrub") scrub(x);
    else if (press.kind === "clip") {
      hand = { x, y, ripple: event.shiftKey, free: event.altKey };
      moveDrag();
    } else {
      const { ticks } = thumb({ layout, timeline, view });
      const origin = press.origin + ((x - press.x) / layout.lanes.width) * ticks;
      stage.setView(clamped({ ...view, origin }, timeline, layout.lanes.width));
    }
  };

  const wheel = (event: WheelEvent): void => {
    const { layout, view } = stage.scene();
    const { timeline } = link.state;
    if (!timeline || !view) return;
    const { width, height } = layout.lanes;
    const pixels = event.deltaMode === 1 ? 18 : 1;
    const across = (event.shiftKey && !event.deltaX ? event.deltaY : event.deltaX) * pixels;
    const down = (event.shiftKey ? 0 : event.deltaY) * pixels;
    if (event.ctrlKey || event.metaKey || event.altKey) {
      const x = Math.max(0, at(event).x - layout.lanes.x);
      stage.setView(zoomed(view, Math.exp(-event.deltaY * pixels * 0.0045), x, timeline, width));
    } else if (Math.abs(across) > Math.abs(down)) {
      stage.setView(clamped({ ...view, origin: view.origin + across * view.scale }, timeline, width));
    } else {
      // lanes that all fit leave the wheel to the notebook
      const top = Math.min(Math.max(0, view.top + down), Math.max(0, layout.content - height));
      if (top === view.top) return;
      stage.setView({ ...view, top });
    }
    event.preventDefault();
  };

  canvas.addEventListener("pointerdown", down, { signal });
  canvas.addEventListener("pointermove", move, { signal });
  canvas.addEventListener("pointerup", release, { signal });
  canvas.addEventListener("pointercancel", () => pointing.cancel(), { signal });
  canvas.addEventListener("wheel", wheel, { signal, passive: false });
  canvas.addEventListener("pointerleave", () => {
    hover = null;
    stage.redraw();
  }, { signal });

  const pointing: Pointing = {
    get drag() {
      return drag;
    },
    get hand() {
      return hand;
    },
    get hover() {
      return hover;
    },
    cancel() {
      press = null;
      hand = null;
      if (!waiting) drag = null;
      stage.redraw();
    },
    stale() {
      if (!waiting) press = hand = null;
      drag = null;
    },
    drift() {
      const { layout, view } = stage.scene();
      const { timeline } = link.state;
      if (!drag || !hand || !view || !timeline) return false;
      const { x, width } = layout.lanes;
      const by = hand.x < x + STRIP ? -DRIFT : hand.x > x + width - STRIP ? DRIFT : 0;
      const next = clamped({ ...view, origin: view.origin + by * view.scale }, timeline, width);
      if (next.origin === view.origin) return false;
      stage.setView(next);
      moveDrag();
      return true;
    },
  };
  return pointing;
}

/** A clip's whole name and how long it is, for where the lane has no room. */
function nameOf(timeline: Timeline, place: Place): string {
  const item = timeline.tracks[place.track]!.items[place.item]!;
  return `${labelOf(timeline, item)}  ${lengthText(timeline.clock, item.ticks)}`;
}

function cursorOf(hover: Hit): string {
  if (hover.zone === "edge") return "ew-resize";
  if (hover.zone === "clip") return "grab";
  return hover.zone === "ruler" ? "col-resize" : "default";
}
