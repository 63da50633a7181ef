// A small picture at the head of every clip: how it looks in the film, at its first moment that nothing else is seen in.
import { type Link, LOST } from "../bridge/link.ts";
import { cutsOf, type Item, itemAt, isClip, type Timeline, TITLE, type Track } from "../core/document.ts";
import { frameTicks } from "../core/time.ts";
import { toTicks, toX, type View } from "../core/view.ts";
import { stillSize } from "../player/pace.ts";
import { nextPlayer } from "../state/store.ts";

/** Room in a clip below its name: 41 pixels high, on screens of two pixels each. */
export const HEAD = 41;
/** Narrower clips have no picture. */
export const ROOMY = 130;
/** Milliseconds without a change of any kind before pictures are asked for: playing and dragging come first. */
const QUIET = 250;
/** Most pictures that are kept. */
const KEPT = 400;

/** The first frame of a clip in which only it is seen: no transition, nothing on a track above it. Null: there is none. */
export function clearFrame(timeline: Timeline, track: number, index: number): number | null {
  const lane = timeline.tracks[track]!;
  const item = lane.items[index]!;
  if (lane.kind !== "video" || lane.hidden || !isClip(item) || item.media === TITLE) return null;
  const cuts = cutsOf(lane);
  const joins = cuts.filter(({ transition }) => transition.right === item.id || transition.left === item.id);
  const into = joins.find(({ transition }) => transition.right === item.id)?.transition.after ?? 0;
  const out = joins.find(({ transition }) => transition.left === item.id)?.transition.before ?? 0;
  const ticks = frameTicks(timeline.clock);
  const above = timeline.tracks.slice(track + 1).filter((one) => one.kind !== "audio" && !one.hidden);
  const last = lane.starts[index + 1]! - out;
  let frame = Math.ceil((lane.starts[index]! + into) / ticks);
  for (let free = false; !free; ) {
    if ((frame + 1) * ticks > last) return null;
    free = true;
    for (const over of above) {
      const end = coveredUntil(over, frame * ticks);
      if (end === null) continue;
      frame = Math.ceil(end / ticks);
      free = false;
    }
  }
  return frame;
}

function coveredUntil(track: Track, ticks: number): number | null {
  const at = itemAt(track, ticks);
  return at < track.items.length && isClip(track.items[at]!) ? track.starts[at + 1]! : null;
}

interface Head {
  /** The clip as it was when its picture was asked for: an edited clip is another value. */
  item: Item;
  picture: ImageBitmap | null;
}

/** What is on screen: a view of a timeline, so many pixels wide, and device pixels per pixel. */
interface Shown {
  readonly timeline: Timeline;
  readonly view: View;
  readonly width: number;
  readonly ratio: number;
}

export class Heads {
  readonly #link: Link;
  readonly #arrived: (pictures: number) => void;
  readonly #signal: AbortSignal;
  readonly #player = nextPlayer();
  readonly #heads = new Map<string, Head>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Since when a picture is on its way. */
  #asked = -Infinity;

  /** `arrived` hears how many pictures there are now. */
  constructor(link: Link, arrived: (pictures: number) => void, signal: AbortSignal) {
    this.#link = link;
    this.#signal = signal;
    this.#arrived = arrived;
    signal.addEventListener("abort", () => {
      clearTimeout(this.#timer);
      for (const head of this.#heads.values()) head.picture?.close();
    });
  }

  /** The picture of a clip; after an edit the earlier one, until there is a new one. */
  of(item: Item): ImageBitmap | null {
    return this.#heads.get(item.id)?.picture ?? null;
  }

  /** After a quiet moment: ask for what is on screen and not here yet, one at a time. */
  later(what: () => Shown | null): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#ask(what), QUIET);
  }

  #ask(what: () => Shown | null): void {
    const busy = performance.now() - this.#asked < LOST;
    const shown = busy || this.#signal.aborted || this.#link.status.kind !== "live" ? null : what();
    if (!shown) return;
    const next = this.#missing(shown.timeline, shown.view, shown.width);
    if (!next) return;
    const { item, frame } = next;
    const head: Head = { item, picture: this.of(item) };
    this.#heads.delete(item.id); // the newest last
    this.#heads.set(item.id, head);
    const { width, height } = shown.timeline;
    const size = stillSize(shown.timeline, (HEAD * shown.ratio * width) / height, width);
    const request = { player: this.#player, generation: 0, frame, ...size };
    const sent = this.#link.requestFrame(request, (message, jpeg) => {
      this.#asked = -Infinity;
      if (message.type === "error" || !jpeg) return this.#ask(what);
      const picture = createImageBitmap(new Blob([jpeg as DataView<ArrayBuffer>], { type: "image/jpeg" }));
      void picture.then((made) => this.#put(head, made)).catch(() => undefined).then(() => this.#ask(what));
    });
    if (sent !== null) this.#asked = performance.now();
  }

  #put(head: Head, picture: ImageBitmap): void {
    // the clip may have been edited again, or this view be gone
    if (this.#signal.aborted || this.#heads.get(head.item.id) !== head) return picture.close();
    head.picture?.close();
    head.picture = picture;
    for (const [id, old] of this.#heads) {
      if (this.#heads.size <= KEPT) break;
      old.picture?.close();
      this.#heads.delete(id);
    }
    this.#arrived([...this.#heads.values()].filter((one) => one.picture).length);
  }

  #missing(timeline: Timeline, view: View, width: number): { item: Item; frame: number } | null {
    for (const [number, track] of timeline.tracks.entries()) {
      if (track.kind !== "video") continue;
      for (let i = itemAt(track, view.origin); i < track.items.length && track.starts[i]! < toTicks(view, width); i++) {
        const item = track.items[i]!;
        if (!isClip(item) || this.#heads.get(item.id)?.item === item) continue;
        const head = toX(view, track.starts[i]!);
        if (toX(view, track.starts[i + 1]!) - head < ROOMY || head < -200) continue;
        const frame = clearFrame(timeline, number, i);
        if (frame !== null) return { item, frame };
      }
    }
    return null;
  }
}
