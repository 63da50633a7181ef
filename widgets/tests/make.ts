// Timelines for tests, written the way one draws them: "A4 .2 B3" is a clip of 4 s, a gap of 2 s, a clip of 3 s.
import { GAP, type Item, type Timeline, TITLE, type Track } from "../src/core/document.ts";

export const SECOND = 48_000;
export const FRAME = SECOND / 30;

export function clip(id: string, seconds: number, more: Partial<Item> = {}): Item {
  return { id, ticks: seconds * SECOND, start: 10 * SECOND, media: 0, text: null, link: null, effects: 0, ...more };
}

export const gap = (seconds: number): Item => clip("", seconds, { media: GAP, start: 0 });
export const title = (id: string, seconds: number): Item => clip(id, seconds, { media: TITLE, start: 0, text: id });

export function items(words: string): Item[] {
  return words.split(" ").map((word) => {
    const seconds = Number(word.slice(1));
    return word[0] === "." ? gap(seconds) : clip(word[0]!, seconds, { link: null });
  });
}

export function track(name: string, kind: Track["kind"], list: Item[], more: Partial<Track> = {}): Track {
  const starts = new Float64Array(list.length + 1);
  list.forEach((item, i) => (starts[i + 1] = starts[i]! + item.ticks));
  const switches = { muted: false, solo: false, locked: false, hidden: false };
  return { id: name, title: name, kind, ...switches, items: list, starts, transitions: [], ...more };
}

export function timeline(tracks: Track[], more: Partial<Timeline> = {}): Timeline {
  return {
    revision: 0,
    clock: { timescale: SECOND, fps: [30, 1], sample_rate: 48_000, exact: true },
    width: 1920,
    height: 1080,
    tracks,
    media: [{ id: "m", label: "m.mp4", ticks: 60 * SECOND }],
    markers: [],
    end: Math.max(0, ...tracks.map((one) => one.starts[one.items.length]!)),
    undo: null,
    redo: null,
    ...more,
  };
}
