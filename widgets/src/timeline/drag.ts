// Moving clips and trimming edges: pure steps from the press of the button to the operation that Python is asked for.
import type { Edit } from "../bridge/protocol.gen.ts";
import { GAP, group, type Item, type Place, type Timeline, TITLE, type Track } from "../core/document.ts";
import type { Hit } from "../core/hit.ts";
import { snap, snapTargets } from "../core/snap.ts";
import { exact, frameTicks, toSample } from "../core/time.ts";

export type Operation = Edit["operation"];

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
  const place = { track: hit.track, item: hit.item };
  const members = group(timeline, place);
  return {
    kind: hit.zone === "edge" ? "trim" : "move",
    edge: hit.zone === "edge" ? hit.edge : "start",
    place,
    members,
    from: at,
    targets: snapTargets(timeline, members, playhead),
    by: 0,
    track: hit.track,
    ripple: false,
    snapped: null,
  };
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
  const track = timeline.tracks[place.track]!;
  const { start, end } = span(timeline, place);
  if (drag.kind === "move") return [-start, Infinity];
  const item = track.items[place.item]!;
  const frame = frameTicks(timeline.clock);
  const media = timeline.media[item.media];
  if (drag.edge === "start") {
    const room = drag.ripple ? start : roomAt(track, place.item - 1);
    return [-Math.min(room, item.media === TITLE ? Infinity : item.start), end - start - frame];
  }
  const room = drag.ripple || place.item === track.items.length - 1 ? Infinity : roomAt(track, place.item + 1);
  const tail = media ? media.ticks - item.start - item.ticks : Infinity;
  return [frame - (end - start), Math.min(room, tail)];
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
