// The timeline's keys: the ones that editors have in their fingers.
import type { Link } from "../bridge/link.ts";
import type { Help, Key } from "../overlay/help.ts";
import type { Commands } from "./commands.ts";
import { lastFrame } from "./commands.ts";
import type { Hands } from "./hands.ts";

export const KEYS: readonly Key[] = [
  ["← →", "playhead by a frame, with Shift ten"],
  ["↑ ↓", "playhead to the edit points"],
  ["Home End", "playhead to the ends"],
  ["Ctrl ↑ ↓", "select the clip before or after"],
  ["D", "select the clip under the playhead, again: the one below"],
  [", .", "move the clip by a frame, with Shift ten"],
  ["Alt ↑ ↓", "move the clip to another track"],
  ["T", "trim with , and . : the clip's end, again: its start"],
  ["Alt , .", "trim, and the other clips make room"],
  ["V", "move with , and . again"],
  ["S", "split at the playhead"],
  ["X", "delete, with Shift close the gap"],
  ["Ctrl Z", "undo, with Shift redo"],
  ["N", "snapping"],
  ["+ − F", "zoom, show everything"],
  ["Esc", "select nothing"],
];

interface Desk {
  readonly link: Link;
  readonly doing: Commands;
  readonly hands: Hands;
  readonly help: Help;
  zoom(factor: number): void;
  fit(): void;
  toggleSnap(): void;
  cancel(): void;
  /** Say where the playhead is. */
  sayTime(): void;
}

/** Listen to the keyboard while the widget has it. */
export function keys(root: HTMLElement, signal: AbortSignal, desk: Desk): void {
  root.addEventListener("keydown", (event) => {
    if (act(event, desk)) {
      event.preventDefault();
      event.stopPropagation();
    }
  }, { signal });
}

function act(event: KeyboardEvent, desk: Desk): boolean {
  const { doing, hands } = desk;
  const key = event.key.toLowerCase();
  if (event.ctrlKey || event.metaKey) {
    const does: Record<string, () => void> = {
      z: () => doing.travel(event.shiftKey ? "redo" : "undo"),
      y: () => doing.travel("redo"),
      arrowup: () => hands.choose(-1),
      arrowdown: () => hands.choose(1),
    };
    does[key]?.();
    return key in does;
  }
  if (!desk.link.state.timeline) return false;
  const push = pushOf(event);
  if (push) {
    hands.push(push * (event.shiftKey ? 10 : 1), event.altKey);
    return true;
  }
  if (event.altKey) {
    if (key !== "arrowup" && key !== "arrowdown") return false;
    hands.lift(key === "arrowup" ? -1 : 1);
    return true;
  }
  return editKey(key, event.shiftKey, desk) || travelKey(key, event.shiftKey, desk);
}

/** The comma and the full stop, by what they write or by where they are: Shift and Alt make other signs of them. */
function pushOf({ key, code, shiftKey, altKey }: KeyboardEvent): -1 | 0 | 1 {
  const bent = shiftKey || altKey;
  if (key === "," || (bent && (code === "Comma" || key === "<"))) return -1;
  return key === "." || (bent && (code === "Period" || key === ">")) ? 1 : 0;
}

function editKey(key: string, shift: boolean, desk: Desk): boolean {
  const { doing, hands, help } = desk;
  const escape = (): void => {
    if (help.close()) return;
    desk.cancel();
    hands.release();
  };
  const does: Record<string, () => void> = {
    s: doing.split,
    x: () => doing.remove(shift),
    delete: () => doing.remove(shift),
    backspace: () => doing.remove(shift),
    d: hands.chooseHere,
    t: hands.holdEdge,
    v: hands.hold,
    n: desk.toggleSnap,
    f: desk.fit,
    "+": () => desk.zoom(1.6),
    "=": () => desk.zoom(1.6),
    "-": () => desk.zoom(1 / 1.6),
    _: () => desk.zoom(1 / 1.6),
    "?": help.toggle,
    escape,
  };
  does[key]?.();
  return key in does;
}

function travelKey(key: string, far: boolean, desk: Desk): boolean {
  const { link, doing } = desk;
  const { timeline, frame } = link.state;
  const last = lastFrame(timeline!);
  const does: Record<string, () => void> = {
    arrowleft: () => link.seek(frame - (far ? 10 : 1)),
    arrowright: () => link.seek(Math.min(frame + (far ? 10 : 1), last + 1)),
    arrowup: () => doing.jump(-1),
    arrowdown: () => doing.jump(1),
    home: () => link.seek(0),
    end: () => link.seek(last),
  };
  if (!(key in does)) return false;
  does[key]!();
  desk.sayTime();
  return true;
}
