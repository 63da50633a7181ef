// The player's screen: stills that came, the one that shows, and the boxes over it.
import type { Box, Frame } from "../bridge/protocol.gen.ts";
import { make } from "../overlay/dom.ts";
import { drawBoxes, fit } from "../overlay/boxes.ts";
import { ripe } from "./pace.ts";

interface Still {
  readonly frame: number;
  readonly picture: ImageBitmap;
  readonly boxes: readonly Box[];
}

export class Screen {
  readonly canvas = make("canvas");
  readonly #context = this.canvas.getContext("2d")!;
  readonly #early = new Map<number, Still>();
  #shown: Still | null = null;
  #newest = 0;
  #ended = false;

  /** The frame that shows. */
  get frame(): number | null {
    return this.#shown?.frame ?? null;
  }

  /** Decode a still. `playing`: keep it until it is due; else it shows at once, unless a later request was quicker. */
  async take(message: Frame, jpeg: DataView, playing: () => boolean): Promise<void> {
    const picture = await createImageBitmap(new Blob([jpeg as DataView<ArrayBuffer>], { type: "image/jpeg" }));
    if (this.#ended) return picture.close();
    const still = { frame: message.frame, picture, boxes: message.boxes };
    if (playing()) this.#early.set(message.frame, still);
    else if (message.request > this.#newest) this.#show(still);
    this.#newest = Math.max(this.#newest, message.request);
  }

  /** While playing: show the newest still that is due; returns whether there was one. */
  advance(frame: number): boolean {
    const next = ripe(this.#early.keys(), frame);
    if (next === null) return false;
    this.#show(this.#early.get(next)!);
    for (const [early, still] of this.#early) {
      if (early > next) continue;
      if (early < next) still.picture.close();
      this.#early.delete(early);
    }
    return true;
  }

  /** Forget stills that wait for their time. */
  clear(): void {
    for (const still of this.#early.values()) still.picture.close();
    this.#early.clear();
  }

  /** Nothing is shown any more: give back every picture, and those that still come. */
  end(): void {
    this.#ended = true;
    this.clear();
    this.#shown?.picture.close();
    this.#shown = null;
  }

  /** Draw what shows, fitted into the canvas. */
  draw(ratio: number, boxes: boolean, font: string): void {
    const { width, height } = this.canvas;
    const context = this.#context;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.fillStyle = "#000";
    context.fillRect(0, 0, width, height);
    if (!this.#shown) return;
    const { picture } = this.#shown;
    const place = fit(picture.width, picture.height, { x: 0, y: 0, width, height });
    context.imageSmoothingQuality = "high";
    context.drawImage(picture, place.x, place.y, place.width, place.height);
    if (!boxes) return;
    context.scale(ratio, ratio);
    const scaled = { x: place.x / ratio, y: place.y / ratio, width: place.width / ratio, height: place.height / ratio };
    drawBoxes(context, this.#shown.boxes, scaled, font);
  }

  #show(still: Still): void {
    this.#shown?.picture.close();
    this.#shown = still;
  }
}
