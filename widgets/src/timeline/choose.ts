// Which clip comes next, for hands that have no mouse.
import { isClip, itemAt, type Place, type Timeline } from "../core/document.ts";

/**
 * The clip after (1) or before (-1) a place on its track; behind the last one the first of the next track, before the
 * first one the last of the track above. Undefined: there is none. `order`: the tracks from top to bottom.
 */
export function beside(
  timeline: Timeline,
  order: readonly number[],
  place: Place,
  direction: 1 | -1,
): Place | undefined {
  for (let row = order.indexOf(place.track); row >= 0 && row < order.length; row += direction) {
    const track = order[row]!;
    const { items } = timeline.tracks[track]!;
    const first = direction > 0 ? 0 : items.length - 1;
    for (let item = track === place.track ? place.item + direction : first; items[item]; item += direction) {
      if (isClip(items[item]!)) return { track, item };
    }
  }
  return undefined;
}

/** The topmost clip at a tick; with `below`, the next one under that place, and behind the lowest the topmost again. */
export function standing(
  timeline: Timeline,
  order: readonly number[],
  ticks: number,
  below: Place | undefined,
): Place | undefined {
  const found = order.flatMap((track): Place[] => {
    const lane = timeline.tracks[track]!;
    const item = itemAt(lane, ticks);
    return lane.items[item] && isClip(lane.items[item]!) ? [{ track, item }] : [];
  });
  const now = found.findIndex((one) => one.track === below?.track && one.item === below.item);
  return found[(now + 1) % found.length];
}

/** The first clip there is, from the top. */
export function firstClip(timeline: Timeline, order: readonly number[]): Place | undefined {
  const track = order.find((one) => timeline.tracks[one]!.items.some(isClip));
  return track === undefined ? undefined : { track, item: timeline.tracks[track]!.items.findIndex(isClip) };
}
