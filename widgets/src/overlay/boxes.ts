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

/** Draw boxes with their labels. */
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
  for (const one of boxes) {
    const { x, y, width, height } = onPicture(one.box, picture);
    const hue = hueOf(one);
    context.lineWidth = 4;
    context.strokeStyle = "rgb(0 0 0 / 45%)";
    context.strokeRect(x, y, width, height);
    context.lineWidth = 2;
    context.strokeStyle = `hsl(${hue} 90% 62%)`;
    context.strokeRect(x, y, width, height);
    const text = `${one.label}${one.track === null ? "" : ` #${one.track}`}  ${Math.round(one.confidence * 100)}%`;
    const wide = context.measureText(text).width + 10;
    const left = Math.min(Math.max(x - 1, picture.x), Math.max(picture.x, picture.x + picture.width - wide));
    const top = y - 17 >= picture.y ? y - 17 : y + 1;
    context.fillStyle = `hsl(${hue} 90% 62%)`;
    context.fillRect(left, top, wide, 16);
    context.fillStyle = "#111";
    context.fillText(text, left + 5, top + 8.5);
  }
  context.restore();
}
