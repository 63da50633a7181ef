// The widget's keys, as a list over it.
import { button, type Button, make } from "./dom.ts";

/** A key, or several, and what it does. */
export type Key = readonly [keys: string, does: string];

export interface Help {
  readonly button: Button;
  toggle(): void;
  /** Whether it was open. */
  close(): boolean;
}

/** A list of keys over `place`, shown by a button. Reading it takes the keyboard, closing it gives it to `root` back. */
export function help(root: HTMLElement, place: HTMLElement, keys: readonly Key[]): Help {
  const rows = keys.map(([names, does]) => make("div", "", make("dt", "", names), make("dd", "", does)));
  const list = make("dl", "cutroom-keys", ...rows);
  list.tabIndex = -1;
  list.setAttribute("aria-label", "Keys");
  list.hidden = true;
  // every other key is the list's: it is scrolled by them
  list.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" && event.key !== "?") event.stopPropagation();
  });
  let open = false;
  const toggle = (): void => {
    open = !open;
    list.hidden = !open;
    opener.element.setAttribute("aria-expanded", String(open));
    (open ? list : root).focus({ preventScroll: true });
  };
  const opener = button("keys", "Keys (?)", toggle);
  opener.element.setAttribute("aria-expanded", "false");
  place.append(list);
  return {
    button: opener,
    toggle,
    close() {
      const was = open;
      if (was) toggle();
      return was;
    },
  };
}
