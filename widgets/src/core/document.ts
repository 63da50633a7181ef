// The timeline as the browser holds it: frozen values, made from a snapshot and from patches.
import type {
  Clock,
  ItemRow,
  MarkerRow,
  MediaRow,
  Patch,
  Snapshot,
  TrackPatch,
  TrackRow,
  TransitionRow,
} from "../bridge/protocol.gen.ts";

export const TITLE = -1;
export const GAP = -2;

export type Item = Required<ItemRow>;

export interface Track extends TrackRow {
  readonly items: readonly Item[];
  /** Tick where each item starts; one more entry, where the track ends. */
  readonly starts: Float64Array;
  readonly transitions: readonly TransitionRow[];
}

export interface Timeline {
  readonly revision: number;
  readonly clock: Clock;
  readonly width: number;
  readonly height: number;
  /** From bottom to top. */
  readonly tracks: readonly Track[];
  readonly media: readonly MediaRow[];
  readonly markers: readonly MarkerRow[];
  /** Ticks to the end of the longest track. */
  readonly end: number;
  readonly undo: string | null;
  readonly redo: string | null;
}

/** Where a clip stands. */
export interface Place {
  readonly track: number;
  readonly item: number;
}

export const isClip = (item: Item): boolean => item.media !== GAP;

function startsOf(items: readonly Item[]): Float64Array {
  const starts = new Float64Array(items.length + 1);
  let at = 0;
  for (let i = 0; i < items.length; i++) {
    starts[i] = at;
    at += items[i]!.ticks;
  }
  starts[items.length] = at;
  return starts;
}

const endOf = (tracks: readonly Track[]): number =>
  tracks.reduce((end, track) => Math.max(end, track.starts[track.items.length]!), 0);

/** Read a snapshot's columns; `snapshot.py` says how they lie. */
export function fromSnapshot(message: Snapshot, buffer: ArrayBuffer): Timeline {
  const count = message.tracks.reduce((sum, track) => sum + track.items, 0);
  const durations = new Float64Array(buffer, 0, count);
  const starts = new Float64Array(buffer, 8 * count, count);
  const media = new Int32Array(buffer, 16 * count, count);
  const effects = new Uint8Array(buffer, 20 * count, count);
  const text = new TextDecoder().decode(new Uint8Array(buffer, 21 * count, message.text_bytes));
  const [ids, links, texts] = JSON.parse(text) as [string[], (string | null)[], string[]];
  let row = 0;
  let clip = 0;
  let title = 0;
  const tracks = message.tracks.map(({ items: length, ...track }): Track => {
    const items: Item[] = [];
    for (let i = 0; i < length; i++, row++) {
      const source = media[row]!;
      const gap = source === GAP;
      items.push({
        id: gap ? "" : ids[clip]!,
        ticks: durations[row]!,
        start: starts[row]!,
        media: source,
        text: source === TITLE ? texts[title++]! : null,
        link: gap ? null : links[clip++]!,
        effects: effects[row]!,
      });
    }
    return { ...track, items, starts: startsOf(items) };
  });
  const { revision, clock, width, height, markers, undo, redo } = message;
  return { revision, clock, width, height, tracks, media: message.media, markers, end: endOf(tracks), undo, redo };
}

/** The timeline after a patch; null where the patch does not follow on it, and a snapshot must be asked for. */
export function applyPatch(timeline: Timeline, patch: Patch): Timeline | null {
  if (patch.base !== timeline.revision) return null;
  const known = new Map(timeline.tracks.map((track) => [track.id, track]));
  for (const change of patch.tracks) known.set(change.track.id, patchTrack(known.get(change.track.id), change));
  const order = patch.order ?? timeline.tracks.map((track) => track.id);
  const tracks = order.map((id) => known.get(id)).filter((track) => track !== undefined);
  if (tracks.length !== order.length) return null;
  return {
    ...timeline,
    revision: patch.revision,
    tracks,
    media: patch.media.length ? [...timeline.media, ...patch.media] : timeline.media,
    markers: patch.markers ?? timeline.markers,
    end: endOf(tracks),
    undo: patch.undo,
    redo: patch.redo,
  };
}

function patchTrack(track: Track | undefined, patch: TrackPatch): Track {
  const items: Item[] = [];
  const old = track?.items ?? [];
  let from = 0;
  for (const splice of patch.splices) {
    for (; from < splice.at; from++) items.push(old[from]!);
    for (const item of splice.items) items.push(item);
    from += splice.remove;
  }
  for (; from < old.length; from++) items.push(old[from]!);
  const gone = new Set([...patch.dropped, ...patch.transitions.map((one) => one.id)]);
  const transitions = [...(track?.transitions ?? []).filter((one) => !gone.has(one.id)), ...patch.transitions];
  return { ...patch.track, items, starts: startsOf(items), transitions };
}

/** Index of the item that holds a tick; the number of items at or past the end. */
export function itemAt(track: Track, ticks: number): number {
  let low = 0;
  let high = track.items.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (track.starts[middle + 1]! <= ticks) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Where a clip stands, undefined where it is gone. */
export function find(timeline: Timeline, clip: string): Place | undefined {
  for (let track = 0; track < timeline.tracks.length; track++) {
    const item = timeline.tracks[track]!.items.findIndex((one) => one.id === clip);
    if (item >= 0 && clip) return { track, item };
  }
  return undefined;
}

/** A clip and what is linked to it (a picture and its sound), itself first. */
export function group(timeline: Timeline, place: Place): Place[] {
  const own = timeline.tracks[place.track]!.items[place.item]!;
  const places = [place];
  if (own.link === null) return places;
  timeline.tracks.forEach((track, t) =>
    track.items.forEach((item, i) => {
      if (item.link === own.link && item !== own) places.push({ track: t, item: i });
    }),
  );
  return places;
}

export interface Cut {
  readonly transition: TransitionRow;
  /** Tick of the cut that it lies on. */
  readonly at: number;
}

const cuts = new WeakMap<Track, readonly Cut[]>();

/** The transitions of a track with the cuts they lie on; found once per track. */
export function cutsOf(track: Track): readonly Cut[] {
  let found = cuts.get(track);
  if (!found) {
    const places = new Map(track.items.map((item, i) => [item.id, i]));
    found = track.transitions.flatMap((transition) => {
      const right = transition.right === null ? undefined : places.get(transition.right);
      const left = transition.left === null ? undefined : places.get(transition.left);
      const index = right ?? (left === undefined ? undefined : left + 1);
      return index === undefined ? [] : [{ transition, at: track.starts[index]! }];
    });
    cuts.set(track, found);
  }
  return found;
}

/** What a clip is called: its file, or a title's first line. */
export function labelOf(timeline: Timeline, item: Item): string {
  if (item.media === TITLE) return (item.text ?? "").split("\n", 1)[0]!;
  return timeline.media[item.media]?.label ?? "";
}
