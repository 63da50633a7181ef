// Playing by stills: which frame is due, which to ask for, which of those that came to show.

export interface Pace {
  /** Milliseconds when frame `from` was due. */
  readonly since: number;
  readonly from: number;
  /** Frames per second. */
  readonly rate: number;
  /** The last frame there is. */
  readonly last: number;
}

/** The frame that is due at a moment: real time, whatever has arrived. */
export function due(pace: Pace, now: number): number {
  return Math.min(pace.last, pace.from + Math.floor(((now - pace.since) * pace.rate) / 1000));
}

/** The frame to ask for: the one that is due when the answer comes; null where that was asked for before. */
export function ahead(pace: Pace, now: number, latency: number, asked: number): number | null {
  const frame = due(pace, now + latency);
  return frame > asked ? frame : null;
}

/** Of the frames that came, the newest that is due; null while all are early. */
export function ripe(frames: Iterable<number>, at: number): number | null {
  let best: number | null = null;
  for (const frame of frames) if (frame <= at && (best === null || frame > best)) best = frame;
  return best;
}

/** The size to ask stills in: what the screen shows, in steps, never more than the timeline has or `most` pixels wide. */
export function stillSize(
  timeline: { readonly width: number; readonly height: number },
  pixels: number,
  most: number,
): { width: number; height: number } {
  const width = Math.max(16, Math.min(timeline.width, most, Math.ceil(pixels / 32) * 32));
  return { width, height: Math.max(16, Math.round((width * timeline.height) / timeline.width / 2) * 2) };
}
