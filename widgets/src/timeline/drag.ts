// Moving clips and trimming edges: pure steps from the press of the button to the operation that Python is asked for.
import type { Edit } from "../bridge/protocol.gen.ts";
import { GAP, group, type Item, labelOf, type Place, type Timeline, TITLE, type Track } from "../core/document.ts";
import type { Hit } from "../core/hit.ts";
import { snap, snapTargets } from "../core/snap.ts";
import { exact, frameTicks, toSample } from "../core/time.ts";

export type Operation = Edit["operation"];

/** What of a clip is moved: all of it, or one edge. */
export type Held = "clip" | "start" | "end";

export interface Drag {
  readonly kind: "move" | "trim";
  readonly edge: "start" | "end";
  readonly place: Place;
  /** The clip and what is linked to it. */
  readonly members: readonly Place[];
  /** Tick under the mouse when the button went down. */
  readonly from: number;
  readonly targets: Float64Array;
  /** How far the clip, or its edge, has gone. */
  readonly by: number;
  /** Track that the clip goes to. */
  readonly track: number;
  readonly ripple: boolean;
  /** Tick of the line that it snapped to. */
  readonly snapped: number | null;
}

export interface Hand {
  /** Tick under the mouse. */
  readonly at: number;
  /** Track under the mouse, if any. */
  readonly track: number | undefined;
  /** How near is near enough to snap, in ticks; 0: do not snap. */
  readonly reach: number;
  /** Ticks between the ruler's labelled marks. */
  readonly grid: number;
  readonly ripple: boolean;
}

/** The name of a locked track that keeps a clip, or what is linked to it, from being edited. */
export function lockedBy(timeline: Timeline, place: Place): string | undefined {
  return group(timeline, place)
    .map(({ track }) => timeline.tracks[track]!)
    .find((track) => track.locked)?.title;
}

/** Begin to drag a clip or an edge. */
export function grab(timeline: Timeline, hit: Hit & Place, at: number, playhead: number): Drag {
  const drag = taken(timeline, { track: hit.track, item: hit.item }, hit.zone === "edge" ? hit.edge : "clip");
  return { ...drag, from: at, targets: snapTargets(timeline, drag.members, playhead) };
}

function taken(timeline: Timeline, place: Place, held: Held): Drag {
  return {
    kind: held === "clip" ? "move" : "trim",
    edge: held === "clip" ? "start" : held,
    place,
    members: group(timeline, place),
    from: 0,
    targets: new Float64Array(),
    by: 0,
    track: place.track,
    ripple: false,
    snapped: null,
  };
}

/** A clip or an edge that keys have pushed by frames, as far as it can go. */
export function pushed(timeline: Timeline, place: Place, held: Held, frames: number, ripple: boolean): Drag {
  const at = frames * frameTicks(timeline.clock);
  return dragged(timeline, taken(timeline, place, held), { at, track: undefined, reach: 0, grid: 1, ripple });
}

/** A clip to the next track below (1) or above (-1) that can hold it; null where there is none. */
export function lifted(timeline: Timeline, place: Place, order: readonly number[], direction: 1 | -1): Operation | null {
  const drag = taken(timeline, place, "clip");
  const others = direction > 0 ? order : [...order].reverse();
  const track = others.slice(others.indexOf(place.track) + 1).find((one) => targetTrack(timeline, drag, one) === one);
  return track === undefined ? null : operationOf(timeline, { ...drag, track });
}

/** Why a push did not move anything, and what helps. */
export function barrier(timeline: Timeline, drag: Drag, frames: number): [reason: string, remedy: string | null] {
  const name = ({ track, item }: Place): string => {
    const lane = timeline.tracks[track]!;
    return `${labelOf(timeline, lane.items[item]!)} on ${lane.title}`;
  };
  if (drag.kind === "move") return [`${name(drag.place)} stands at the beginning`, null];
  const grows = drag.edge === "start" ? frames < 0 : frames > 0;
  if (!grows) return [`${name(drag.place)} is one frame long`, "X deletes it"];
  const frame = frameTicks(timeline.clock);
  for (const place of drag.members) {
    const [room, rest] = roomFor(timeline, drag, place);
    const edge = drag.edge === "start" ? "begins" : "ends";
    if (rest < frame) return [`${name(place)}: its media ${edge} there`, null];
    if (room < frame) {
      const first = drag.edge === "start" && span(timeline, place).start === 0;
      if (first) return [`${name(place)} stands at the beginning`, "move it first"];
      return [`${name(place)}: another clip is in the way`, "with Alt the other clips make room"];
    }
  }
  return [`${name(drag.place)} cannot go farther`, null];
}

/** The drag after the mouse has moved. */
export function dragged(timeline: Timeline, drag: Drag, hand: Hand): Drag {
  const { start, end } = span(timeline, drag.place);
  const [least, most] = limits(timeline, { ...drag, ripple: hand.ripple });
  const edges = drag.kind === "move" ? [start, end] : [drag.edge === "start" ? start : end];
  const whole = gridOf(timeline, drag);
  const free = whole(edges[0]! + hand.at - drag.from) - edges[0]!;
  const pull = hand.reach
    ? snap(edges.map((edge) => edge + free), drag.targets, hand.reach, hand.grid)
    : undefined;
  const wished = pull ? whole(edges[0]! + free + pull.by) - edges[0]! : free;
  const by = Math.min(Math.max(wished, least), most);
  const track = drag.kind === "move" ? targetTrack(timeline, drag, hand.track) : drag.track;
  return { ...drag, by, track, ripple: hand.ripple, snapped: pull && by === wished ? pull.at : null };
}

/** What to ask Python for; null where nothing changed. */
export function operationOf(timeline: Timeline, drag: Drag): Operation | null {
  const { start, end } = span(timeline, drag.place);
  const clip = timeline.tracks[drag.place.track]!.items[drag.place.item]!.id;
  if (drag.kind === "trim") {
    const to = exact(timeline.clock, (drag.edge === "start" ? start : end) + drag.by);
    return drag.by ? { op: "trim", clip, edge: drag.edge, to, ripple: drag.ripple } : null;
  }
  if (drag.by === 0 && drag.track === drag.place.track) return null;
  const track = drag.track === drag.place.track ? null : timeline.tracks[drag.track]!.id;
  return { op: "move", clip, to: exact(timeline.clock, start + drag.by), track };
}

export interface Ghost {
  readonly item: Item;
  readonly track: number;
  readonly start: number;
  readonly end: number;
}

/** The dragged clips as they would stand. */
export function ghosts(timeline: Timeline, drag: Drag): Ghost[] {
  return drag.members.map((place, number) => {
    const item = timeline.tracks[place.track]!.items[place.item]!;
    let { start, end } = span(timeline, place);
    if (drag.kind === "move" || drag.edge === "start") start += drag.by;
    if (drag.kind === "move" || drag.edge === "end") end += drag.by;
    const track = drag.kind === "move" && number === 0 ? drag.track : place.track;
    return { item: { ...item, ticks: end - start }, track, start, end };
  });
}

function span(timeline: Timeline, { track, item }: Place): { start: number; end: number } {
  const { starts } = timeline.tracks[track]!;
  return { start: starts[item]!, end: starts[item + 1]! };
}

/** Pictures stand on frames; sound that is linked to none may stand on any sample. */
function gridOf(timeline: Timeline, drag: Drag): (ticks: number) => number {
  const { clock } = timeline;
  if (drag.members.every(({ track }) => timeline.tracks[track]!.kind === "audio")) {
    return (ticks) => toSample(clock, ticks);
  }
  const frame = frameTicks(clock);
  return (ticks) => Math.round(ticks / frame) * frame;
}

/** How far left and right it may go: 0, the media's ends and, for a trim without ripple, the neighbours. */
function limits(timeline: Timeline, drag: Drag): [number, number] {
  const bounds = drag.members.map((place) => limitsOf(timeline, drag, place));
  const least = Math.max(...bounds.map(([low]) => low));
  const most = Math.min(...bounds.map(([, high]) => high));
  const { start, end } = span(timeline, drag.place);
  const edge = drag.kind === "move" || drag.edge === "start" ? start : end;
  const frame = frameTicks(timeline.clock);
  // inward to the grid, so that a limit itself is a time that Python takes; staying put is always allowed
  const low = Math.ceil((edge + least) / frame) * frame - edge;
  const high = Math.floor((edge + most) / frame) * frame - edge;
  return [Math.min(low, 0), Math.max(high, 0)];
}

function limitsOf(timeline: Timeline, drag: Drag, place: Place): [number, number] {
  const { start, end } = span(timeline, place);
  if (drag.kind === "move") return [-start, Infinity];
  const frame = frameTicks(timeline.clock);
  const out = Math.min(...roomFor(timeline, drag, place));
  return drag.edge === "start" ? [-out, end - start - frame] : [frame - (end - start), out];
}

/** Ticks by which an edge can go outwards: before it meets a neighbour (or 0), and before its media ends. */
function roomFor(timeline: Timeline, drag: Drag, place: Place): [neighbour: number, media: number] {
  const track = timeline.tracks[place.track]!;
  const item = track.items[place.item]!;
  if (drag.edge === "start") {
    const room = drag.ripple ? track.starts[place.item]! : roomAt(track, place.item - 1);
    return [room, item.media === TITLE ? Infinity : item.start];
  }
  const room = drag.ripple || place.item === track.items.length - 1 ? Infinity : roomAt(track, place.item + 1);
  const media = timeline.media[item.media];
  return [room, media ? media.ticks - item.start - item.ticks : Infinity];
}

function roomAt(track: Track, item: number): number {
  const neighbour = track.items[item];
  return neighbour?.media === GAP ? neighbour.ticks : 0;
}

/** The track under the mouse where it can hold the clip, else the one it came from. */
function targetTrack(timeline: Timeline, drag: Drag, over: number | undefined): number {
  const home = timeline.tracks[drag.place.track]!;
  const track = over === undefined ? undefined : timeline.tracks[over];
  if (!track || track.locked) return drag.place.track;
  const title = home.items[drag.place.item]!.media === TITLE;
  const fits = title ? track.kind === "video" || track.kind === "title" : track.kind === home.kind;
  return fits ? over! : drag.place.track;
}
