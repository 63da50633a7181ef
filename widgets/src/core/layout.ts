// Where things stand on the canvas: ruler, track headers, lanes, scroll bar. All in CSS pixels.
import type { Timeline } from "./document.ts";

export const RULER = 28;
/** Width of the track headers, and of those in a widget that is narrow. */
export const HEADER = 116;
const SLIM = 68;
const NARROW = 520;
export const SCROLLBAR = 12;
export const ROW_GAP = 2;
/** Most that the lanes grow before they scroll. */
const TALLEST = 420;
/** Least, so that an empty timeline still looks like one. */
const SHORTEST = 132;
const HEIGHTS = { video: 58, audio: 46, title: 34, subtitle: 30 } as const;

export interface Row {
  /** Index of the track in the document. */
  readonly track: number;
  /** From the top of the first lane, unscrolled. */
  readonly y: number;
  readonly height: number;
}

export interface Layout {
  readonly width: number;
  readonly height: number;
  /** Pictures from top to bottom, then sound. */
  readonly rows: readonly Row[];
  /** Height of all rows. */
  readonly content: number;
  readonly lanes: { readonly x: number; readonly y: number; readonly width: number; readonly height: number };
}

/** Lay out a timeline in a given width; the height follows from its tracks. */
export function layout(timeline: Timeline | null, width: number): Layout {
  const tracks = timeline?.tracks ?? [];
  const pictures = tracks.map((_, i) => i).filter((i) => tracks[i]!.kind !== "audio");
  const sounds = tracks.map((_, i) => i).filter((i) => tracks[i]!.kind === "audio");
  const rows: Row[] = [];
  let y = 4;
  for (const track of [...pictures.reverse(), ...sounds]) {
    const height = HEIGHTS[tracks[track]!.kind];
    rows.push({ track, y, height });
    y += height + ROW_GAP;
  }
  const content = y + 4;
  const lanes = Math.min(Math.max(content, SHORTEST), TALLEST);
  const header = width < NARROW ? SLIM : HEADER;
  return {
    width,
    height: RULER + lanes + SCROLLBAR,
    rows,
    content,
    lanes: { x: header, y: RULER, width: Math.max(40, width - header), height: lanes },
  };
}

/** The row at a height of the canvas, undefined between and below them. */
export function rowAt(layout: Layout, y: number, top: number): Row | undefined {
  const at = y - layout.lanes.y + top;
  return layout.rows.find((row) => at >= row.y && at < row.y + row.height + ROW_GAP);
}

/** The canvas height of a row's upper edge. */
export const rowY = (layout: Layout, row: Row, top: number): number => layout.lanes.y + row.y - top;
