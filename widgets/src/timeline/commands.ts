// What the timeline's keys and buttons do.
import type { Answer, Link } from "../bridge/link.ts";
import { find, isClip, labelOf, type Timeline } from "../core/document.ts";
import { exact, frameTicks, lengthText, nearestFrame, timecode } from "../core/time.ts";
import { playhead } from "../state/store.ts";
import type { Operation } from "./drag.ts";

export interface Commands {
  /** Ask Python for an edit; what came of it is told. */
  edit(operation: Operation): Promise<Answer>;
  split(): void;
  remove(ripple: boolean): void;
  travel(step: "undo" | "redo"): void;
  /** Put the playhead on the next or the previous edit point. */
  jump(direction: 1 | -1): void;
}

/** Hears every answer, and in words what was done. */
export type Told = (answer: Answer, done: string) => void;

/** The commands of one view. */
export function commands(link: Link, told: Told, hint: (text: string) => void): Commands {
  const edit = async (operation: Operation): Promise<Answer> => {
    const before = link.state.timeline!;
    const answer = await link.edit(operation);
    told(answer, inWords(before, link.state.timeline!, operation));
    return answer;
  };
  return {
    edit,
    split() {
      const { timeline, selected } = link.state;
      if (!timeline) return;
      const at = playhead(link.state);
      const chosen = selected && covers(timeline, selected, at) ? selected : null;
      void edit({ op: "split", clip: chosen, at: exact(timeline.clock, at) });
    },
    remove(ripple) {
      const { selected } = link.state;
      if (!selected) return hint("Select a clip first");
      void edit({ op: "delete", clip: selected, ripple });
    },
    travel(step) {
      void link.travel(step).then((answer) => told(answer, ""));
    },
    jump(direction) {
      const { timeline } = link.state;
      if (timeline) link.seek(editPoint(timeline, link.state.frame, direction));
    },
  };
}

/** What an edit has done. */
export function inWords(before: Timeline, now: Timeline, operation: Operation): string {
  if (operation.op === "split") {
    const [ticks] = operation.at.split("/");
    return `Split at ${timecode(now.clock, nearestFrame(now.clock, Number(ticks)))}`;
  }
  const [was, is] = [find(before, operation.clip), find(now, operation.clip)];
  const name = was ? labelOf(before, before.tracks[was.track]!.items[was.item]!) : "";
  if (operation.op === "delete") return operation.ripple ? `${name} deleted, its gap closed` : `${name} deleted`;
  if (!is) return "";
  const { items, starts, title } = now.tracks[is.track]!;
  const at = (item: number): string => timecode(now.clock, nearestFrame(now.clock, starts[item]!));
  if (operation.op === "move") return `${name} moved to ${at(is.item)}${operation.track ? ` on ${title}` : ""}`;
  const long = lengthText(now.clock, items[is.item]!.ticks);
  return operation.edge === "start"
    ? `${name} starts at ${at(is.item)}, ${long} long`
    : `${name} ends at ${at(is.item + 1)}, ${long} long`;
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
