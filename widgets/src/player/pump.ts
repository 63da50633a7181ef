// Ask for stills no faster than they come: two on their way at first, four at most, and only what is still wanted.
import { LOST } from "../bridge/link.ts";
import { FRAMES_IN_FLIGHT } from "../bridge/protocol.gen.ts";

const FIRST = 2;

interface Flight {
  readonly generation: number;
  readonly frame: number;
  readonly since: number;
}

export interface Wish {
  readonly frame: number;
  readonly width: number;
  readonly height: number;
}

/** Sends a request and returns its number; null where nobody can hear it. */
export type Send = (generation: number, wish: Wish) => number | null;

/** Pure but for `send`: time is passed in. */
export class Pump {
  /** Stills that may be on their way at once. */
  limit = FIRST;
  /** Milliseconds from asking to having, smoothed. */
  latency = 120;
  readonly #send: Send;
  readonly #flying = new Map<number, Flight>();
  #generation = 0;
  #wish: Wish | null = null;

  constructor(send: Send) {
    this.#send = send;
  }

  get inFlight(): number {
    return this.#flying.size;
  }

  /** Want one still; an earlier wish that has not been sent is forgotten. */
  want(wish: Wish, now: number): void {
    this.#wish = wish;
    this.#flow(now);
  }

  /** What was asked before is not wanted any more: the timeline, the size or the place in time is another. */
  turn(): void {
    this.#generation++;
    this.#wish = null;
  }

  /** An answer has come. True: it is of this generation, show it. `full`: the player could use more at once. */
  landed(request: number, now: number, full: boolean): boolean {
    const flight = this.#flying.get(request);
    this.#flying.delete(request);
    if (!flight) return false;
    const wanted = flight.generation === this.#generation;
    if (wanted) {
      this.latency += (now - flight.since - this.latency) / 4;
      if (full && this.limit < FRAMES_IN_FLIGHT) this.limit++;
    }
    this.#flow(now);
    return wanted;
  }

  /** A request failed: slow down. */
  failed(request: number, now: number): boolean {
    this.limit = FIRST;
    return this.landed(request, now, false);
  }

  #flow(now: number): void {
    for (const [request, flight] of this.#flying) if (now - flight.since > LOST) this.#flying.delete(request);
    if (!this.#wish || this.#flying.size >= this.limit) return;
    const wish = this.#wish;
    for (const flight of this.#flying.values()) {
      if (flight.generation === this.#generation && flight.frame === wish.frame) return;
    }
    this.#wish = null;
    const request = this.#send(this.#generation, wish);
    if (request !== null) {
      this.#flying.set(request, { generation: this.#generation, frame: wish.frame, since: now });
    }
  }
}
