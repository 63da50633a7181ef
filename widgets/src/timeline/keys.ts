// The timeline's keys: the ones that editors have in their fingers.
import type { Link } from "../bridge/link.ts";
import type { Commands } from "./commands.ts";
import { lastFrame } from "./commands.ts";

interface Desk {
  readonly link: Link;
  readonly doing: Commands;
  zoom(factor: number): void;
  fit(): void;
  toggleSnap(): void;
  cancel(): void;
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
  const { link, doing } = desk;
  const { timeline, frame } = link.state;
  const key = event.key.toLowerCase();
  if (event.ctrlKey || event.metaKey) {
    if (key !== "z" && key !== "y") return false;
    doing.travel(key === "y" || event.shiftKey ? "redo" : "undo");
    return true;
  }
  if (event.altKey || !timeline) return false;
  switch (key) {
    case "s":
      doing.split();
      return true;
    case "x":
    case "delete":
    case "backspace":
      doing.remove(event.shiftKey);
      return true;
    case "n":
      desk.toggleSnap();
      return true;
    case "f":
      desk.fit();
      return true;
    case "+":
    case "=":
      desk.zoom(1.6);
      return true;
    case "-":
    case "_":
      desk.zoom(1 / 1.6);
      return true;
    case "escape":
      desk.cancel();
      link.select(null);
      return true;
    default:
      return travelKey(key, event.shiftKey, link, doing, frame);
  }
}

function travelKey(key: string, far: boolean, link: Link, doing: Commands, frame: number): boolean {
  const timeline = link.state.timeline!;
  switch (key) {
    case "arrowleft":
      link.seek(frame - (far ? 10 : 1));
      return true;
    case "arrowright":
      link.seek(Math.min(frame + (far ? 10 : 1), lastFrame(timeline) + 1));
      return true;
    case "arrowup":
      doing.jump(-1);
      return true;
    case "arrowdown":
      doing.jump(1);
      return true;
    case "home":
      link.seek(0);
      return true;
    case "end":
      link.seek(lastFrame(timeline));
      return true;
    default:
      return false;
  }
}
