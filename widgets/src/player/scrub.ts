// The bar under the picture: where the playhead is, and where it should go.
import { make } from "../overlay/dom.ts";

export interface Scrubber {
  readonly element: HTMLElement;
  set(frame: number, last: number, text: string): void;
}

/** A slider over all frames; `moved` hears where a hand puts it. */
export function scrubber(signal: AbortSignal, moved: (frame: number) => void): Scrubber {
  const done = make("i");
  const knob = make("b");
  const element = make("div", "cutroom-scrub", make("span", "", done, knob));
  element.setAttribute("role", "slider");
  element.setAttribute("aria-label", "Playhead");
  element.tabIndex = 0;
  let now = 0;
  let last = 0;
  let held = false;
  const put = (event: PointerEvent): void => {
    const { x, width } = element.getBoundingClientRect();
    const share = Math.min(1, Math.max(0, (event.clientX - x - 8) / (width - 16)));
    moved(Math.round(share * last));
  };
  element.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    held = true;
    element.setPointerCapture(event.pointerId);
    put(event);
  }, { signal });
  element.addEventListener("pointermove", (event) => held && put(event), { signal });
  for (const end of ["pointerup", "pointercancel"]) element.addEventListener(end, () => (held = false), { signal });
  // every other key is the player's own
  element.addEventListener("keydown", (event) => {
    if (event.key !== "ArrowUp" && event.key !== "ArrowDown") return;
    moved(Math.min(Math.max(0, now + (event.key === "ArrowUp" ? 1 : -1)), last));
    event.preventDefault();
  }, { signal });
  return {
    element,
    set(frame, end, text) {
      now = frame;
      last = end;
      const share = `${end ? (100 * Math.min(frame, end)) / end : 0}%`;
      done.style.width = share;
      knob.style.left = share;
      element.ariaValueMin = "0";
      element.ariaValueMax = String(end);
      element.ariaValueNow = String(frame);
      element.ariaValueText = text;
    },
  };
}
