// Editing without a mouse: choose a clip, take hold of it or of one of its edges, push that by frames.
import type { Link } from "../bridge/link.ts";
import { find, labelOf, type Place } from "../core/document.ts";
import { playhead } from "../state/store.ts";
import { beside, firstClip, standing } from "./choose.ts";
import type { Commands } from "./commands.ts";
import { barrier, type Held, lifted, lockedBy, operationOf, pushed } from "./drag.ts";

interface Desk {
  readonly link: Link;
  readonly doing: Commands;
  /** Tracks from top to bottom. */
  order(): readonly number[];
  /** Scroll so that a clip is on screen. */
  reveal(place: Place): void;
  hint(text: string): void;
  refuse(reason: string, remedy: string | null): void;
  redraw(): void;
}

export interface Hands {
  /** What of the selected clip the keys push. */
  readonly held: Held;
  hold(): void;
  /** Select nothing, and hold nothing. */
  release(): void;
  /** Take the clip's end; the next time its start. */
  holdEdge(): void;
  /** Select the next or the previous clip. */
  choose(direction: 1 | -1): void;
  /** Select the clip under the playhead; the next time the one below it. */
  chooseHere(): void;
  push(frames: number, ripple: boolean): void;
  /** To the track below (1) or above (-1). */
  lift(direction: 1 | -1): void;
}

const NONE = "Select a clip first";
const HOW = "Ctrl-↓ selects the next one, D the one under the playhead";

export function hands(desk: Desk): Hands {
  const { link, doing } = desk;
  let grip: { readonly clip: string | null; readonly held: Held } = { clip: null, held: "clip" };
  let waiting = false;
  /** Frames that were asked for while an edit was on its way: one more edit, not one for each. */
  let more = 0;

  const held = (): Held => (grip.clip === link.state.selected ? grip.held : "clip");
  const chosen = (): Place | undefined => {
    const { timeline, selected } = link.state;
    return timeline && selected ? find(timeline, selected) : undefined;
  };
  const name = (place: Place): string =>
    labelOf(link.state.timeline!, link.state.timeline!.tracks[place.track]!.items[place.item]!);

  const select = (place: Place | undefined, otherwise: string): void => {
    if (!place) return desk.hint(otherwise);
    link.select(link.state.timeline!.tracks[place.track]!.items[place.item]!.id);
    desk.reveal(place);
  };
  const take = (next: Held): void => {
    const place = chosen();
    if (!place) return desk.refuse(NONE, HOW);
    grip = { clip: link.state.selected, held: next };
    desk.hint(next === "clip" ? `Move ${name(place)} with , and .` : `Trim the ${next} of ${name(place)} with , and .`);
    desk.redraw();
  };
  /** The selected clip, free to be edited; else says why it is not. */
  const ready = (): Place | undefined => {
    const place = chosen();
    const lock = place && lockedBy(link.state.timeline!, place);
    if (!place) desk.refuse(NONE, HOW);
    else if (lock !== undefined) desk.refuse(`Track ${lock} is locked`, "unlock it to edit its clips");
    else return place;
    return undefined;
  };

  const made: Hands = {
    get held() {
      return held();
    },
    hold: () => take("clip"),
    release() {
      grip = { clip: null, held: "clip" };
      link.select(null);
    },
    holdEdge: () => take(held() === "end" ? "start" : "end"),
    choose(direction) {
      const { timeline } = link.state;
      if (!timeline) return;
      const place = chosen();
      const here = () => standing(timeline, desk.order(), playhead(link.state), undefined);
      const next = place ? beside(timeline, desk.order(), place, direction) : here() ?? firstClip(timeline, desk.order());
      select(next, place ? `${name(place)} is the ${direction > 0 ? "last" : "first"} clip` : "There are no clips");
    },
    chooseHere() {
      const { timeline } = link.state;
      if (timeline) select(standing(timeline, desk.order(), playhead(link.state), chosen()), "No clip is under the playhead");
    },
    push(frames, ripple) {
      if (waiting) {
        more += frames;
        return;
      }
      const { timeline, selected } = link.state;
      const place = timeline && ready();
      if (!place) return;
      const drag = pushed(timeline, place, held(), frames, ripple);
      const operation = operationOf(timeline, drag);
      if (!operation) return desk.refuse(...barrier(timeline, drag, frames));
      waiting = true;
      void doing.edit(operation).then((answer) => {
        waiting = false;
        const rest = more;
        more = 0;
        const now = chosen();
        if (answer.type !== "ack" || !now || link.state.selected !== selected) return;
        desk.reveal(now);
        if (rest) made.push(rest, ripple);
      });
    },
    lift(direction) {
      const { timeline } = link.state;
      const place = timeline && ready();
      if (!place || waiting) return;
      const operation = lifted(timeline, place, desk.order(), direction);
      const where = direction > 0 ? "below" : "above";
      if (!operation) return desk.refuse(`No track ${where} can hold ${name(place)}`, "add one, or unlock it");
      void doing.edit(operation).then(() => {
        const now = chosen();
        if (now) desk.reveal(now);
      });
    },
  };
  return made;
}
