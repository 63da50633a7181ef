// What all views of one session share: the timeline, the playhead, the selection.
import { applyPatch, find, fromSnapshot, type Timeline } from "../core/document.ts";
import { frameTicks } from "../core/time.ts";
import type { Patch, Snapshot } from "../bridge/protocol.gen.ts";

export interface State {
  readonly timeline: Timeline | null;
  /** Where the playhead is. */
  readonly frame: number;
  /** Id of the selected clip. */
  readonly selected: string | null;
}

export class Store {
  state: State = { timeline: null, frame: 0, selected: null };
  readonly #watchers = new Set<() => void>();

  /** Call `watcher` after every change, until the signal says stop. */
  watch(watcher: () => void, signal: AbortSignal): void {
    this.#watchers.add(watcher);
    signal.addEventListener("abort", () => this.#watchers.delete(watcher));
  }

  set(change: Partial<State>): void {
    this.state = { ...this.state, ...change };
    for (const watcher of [...this.#watchers]) watcher();
  }

  /** Take a snapshot, unless what is here is newer. */
  load(message: Snapshot, buffer: ArrayBuffer): void {
    const { timeline } = this.state;
    if (timeline && timeline.revision > message.revision) return;
    const first = timeline === null;
    this.#put(fromSnapshot(message, buffer), first ? message.frame : this.state.frame);
  }

  /** Take a patch; false where it does not follow on what is here, and a snapshot must be asked for. */
  patch(message: Patch): boolean {
    const { timeline } = this.state;
    if (!timeline) return false;
    if (message.revision <= timeline.revision) return true;
    const next = applyPatch(timeline, message);
    if (next) this.#put(next, this.state.frame);
    return next !== null;
  }

  #put(timeline: Timeline, frame: number): void {
    const { selected } = this.state;
    this.set({ timeline, frame, selected: selected && find(timeline, selected) ? selected : null });
  }
}

/** Tick of the playhead. */
export const playhead = (state: State): number => (state.timeline ? state.frame * frameTicks(state.timeline.clock) : 0);

interface Hub {
  readonly client: string;
  readonly stores: Map<string, { store: Store; users: number }>;
  players: number;
}

/** The page's meeting place: every widget model loads the bundle anew, so what they share hangs on the window. */
function hub(): Hub {
  const place = globalThis as unknown as Record<symbol, Hub | undefined>;
  const key = Symbol.for("cutroom.hub");
  return (place[key] ??= { client: Math.random().toString(36).slice(2, 12), stores: new Map(), players: 0 });
}

/** Names this page to Python. */
export const client = (): string => hub().client;

/** A number that no other player of this page has. */
export const nextPlayer = (): number => ++hub().players;

/** The store of a session; it lives until every user's signal has said stop. */
export function storeOf(session: string, signal: AbortSignal): Store {
  const { stores } = hub();
  const entry = stores.get(session) ?? { store: new Store(), users: 0 };
  stores.set(session, entry);
  entry.users++;
  signal.addEventListener("abort", () => {
    if (--entry.users === 0) stores.delete(session);
  });
  return entry.store;
}
