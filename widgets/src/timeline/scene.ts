// All that a picture of the timeline depends on.
import type { Item, Timeline } from "../core/document.ts";
import type { Hit } from "../core/hit.ts";
import type { Layout } from "../core/layout.ts";
import type { View } from "../core/view.ts";
import type { Theme } from "../theme.ts";
import type { Drag, Held } from "./drag.ts";

export interface Scene {
  readonly timeline: Timeline;
  readonly layout: Layout;
  readonly view: View;
  readonly theme: Theme;
  /** Tick of the playhead. */
  readonly playhead: number;
  readonly selected: string | null;
  /** What of it the keys push. */
  readonly held: Held;
  /** The selected clip's link: what else carries it is marked too. */
  readonly link: string | null;
  /** A drag in progress, or one that Python has not answered yet. */
  readonly drag: Drag | null;
  /** Where the mouse is, while it is dragging. */
  readonly hand: { readonly x: number; readonly y: number } | null;
  readonly hover: Hit | null;
  /** The picture at a clip's head, where there is one. */
  head(item: Item): ImageBitmap | null;
  /** Device pixels per CSS pixel. */
  readonly ratio: number;
}

/** The nearest place where a line is sharp on this screen. */
export const crisp = (scene: Scene, x: number): number => Math.round(x * scene.ratio) / scene.ratio;
