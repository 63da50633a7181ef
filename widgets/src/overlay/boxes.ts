// Detections over a picture.
import type { Box } from "../bridge/protocol.gen.ts";

export interface Rect {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Where a picture of a given shape lies when it is fitted into a room: whole, centred. */
export function fit(width: number, height: number, room: Rect): Rect {
  // the side that fills the room does so exactly
  const across = room.width * height <= room.height * width;
  const w = across ? room.width : (room.height * width) / height;
  const h = across ? (room.width * height) / width : room.height;
  return { x: room.x + (room.width - w) / 2, y: room.y + (room.height - h) / 2, width: w, height: h };
}

/** A box of fractions on a picture that is drawn at `picture`. */
export function onPicture(box: Box["box"], picture: Rect): Rect {
  const [left, top, right, bottom] = box;
  return {
    x: picture.x + left * picture.width,
    y: picture.y + top * picture.height,
    width: (right - left) * picture.width,
    height: (bottom - top) * picture.height,
  };
}

/** A hue for a track, or for a label: the same one every time, neighbours far apart. */
export function hueOf(box: Pick<Box, "label" | "track">): number {
  let seed = box.track ?? 0;
  if (box.track === null) for (const letter of box.label) seed = (seed * 31 + letter.codePointAt(0)!) % 9973;
  return (seed * 137.508 + 200) % 360;
}

/** Height of a label. */
const LABEL = 16;

/** Where a box's label goes: above it, else inside or below, within the picture and clear of labels that lie already. */
export function labelPlace(box: Rect, width: number, picture: Rect, taken: readonly Rect[]): Rect {
  const x = Math.min(Math.max(box.x - 1, picture.x), Math.max(picture.x, picture.x + picture.width - width));
  const heights = [box.y - LABEL - 1, box.y + 1, box.y + box.height + 1].filter(
    (y) => y >= picture.y && y + LABEL <= picture.y + picture.height,
  );
  const places = heights.map((y) => ({ x, y, width, height: LABEL }));
  const free = places.find((place) => !taken.some((other) => overlap(place, other)));
  return free ?? places[0] ?? { x, y: picture.y, width, height: LABEL };
}

function overlap(one: Rect, other: Rect): boolean {
  const across = one.x < other.x + other.width && other.x < one.x + one.width;
  return across && one.y < other.y + other.height && other.y < one.y + one.height;
}

/** Draw boxes, then their labels, so that no box crosses a label. */
export function drawBoxes(
  context: CanvasRenderingContext2D,
  boxes: readonly Box[],
  picture: Rect,
  font: string,
): void {
  context.save();
  context.textBaseline = "middle";
  context.textAlign = "left";
  context.font = `600 11px ${font}`;
  const taken: Rect[] = [];
  const labels: (() => void)[] = [];
  for (const one of boxes) {
    const place = onPicture(one.box, picture);
    const { x, y, width, height } = place;
    const colour = `oklch(82% 0.16 ${hueOf(one)})`; // every hue as light as the others: dark words are read on all
    context.lineWidth = 4;
    context.strokeStyle = "rgb(0 0 0 / 45%)";
    context.strokeRect(x, y, width, height);
    context.lineWidth = 2;
    context.strokeStyle = colour;
    context.strokeRect(x, y, width, height);
    const text = `${one.label}${one.track === null ? "" : ` #${one.track}`}  ${Math.round(one.confidence * 100)}%`;
    const wide = context.measureText(text).width + 10;
    const label = labelPlace(place, wide, picture, taken);
    taken.push(label);
    labels.push(() => {
      context.fillStyle = colour;
      context.fillRect(label.x, label.y, label.width, label.height);
      context.fillStyle = "#111";
      context.fillText(text, label.x + 5, label.y + LABEL / 2 + 0.5);
    });
  }
  for (const draw of labels) draw();
  context.restore();
}
