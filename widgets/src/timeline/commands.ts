// What the timeline's keys and buttons do.
import type { Answer, Link } from "../bridge/link.ts";
import { find, isClip, type Timeline } from "../core/document.ts";
import { exact, frameTicks, nearestFrame } from "../core/time.ts";
import { playhead } from "../state/store.ts";

export interface Commands {
  split(): void;
  remove(ripple: boolean): void;
  travel(step: "undo" | "redo"): void;
  /** Put the playhead on the next or the previous edit point. */
  jump(direction: 1 | -1): void;
}

/** The commands of one view; `told` hears every answer. */
export function commands(link: Link, told: (answer: Answer) => void, hint: (text: string) => void): Commands {
  return {
    split() {
      const { timeline, selected } = link.state;
      if (!timeline) return;
      const at = playhead(link.state);
      const chosen = selected && covers(timeline, selected, at) ? selected : null;
      void link.edit({ op: "split", clip: chosen, at: exact(timeline.clock, at) }).then(told);
    },
    remove(ripple) {
      const { selected } = link.state;
      if (!selected) return hint("Select a clip first");
      void link.edit({ op: "delete", clip: selected, ripple }).then(told);
    },
    travel(step) {
      void link.travel(step).then(told);
    },
    jump(direction) {
      const { timeline } = link.state;
      if (timeline) link.seek(editPoint(timeline, link.state.frame, direction));
    },
  };
}

function covers(timeline: Timeline, clip: string, at: number): boolean {
  const place = find(timeline, clip);
  if (!place) return false;
  const { starts } = timeline.tracks[place.track]!;
  return starts[place.item]! < at && at < starts[place.item + 1]!;
}

/** The frame of the nearest edit point after (1) or before (-1) a frame; the frame itself where there is none. */
export function editPoint(timeline: Timeline, frame: number, direction: 1 | -1): number {
  let best: number | undefined;
  const consider = (ticks: number): void => {
    const at = nearestFrame(timeline.clock, ticks);
    if ((at - frame) * direction <= 0) return;
    if (best === undefined || (best - at) * direction > 0) best = at;
  };
  for (const track of timeline.tracks) {
    track.items.forEach((item, i) => {
      if (!isClip(item)) return;
      consider(track.starts[i]!);
      consider(track.starts[i + 1]!);
    });
  }
  return best ?? frame;
}

/** The last frame that shows something. */
export function lastFrame(timeline: Timeline): number {
  return Math.max(0, Math.ceil(timeline.end / frameTicks(timeline.clock)) - 1);
}
