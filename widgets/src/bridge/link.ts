// One widget model's line to Python: what it says, what it hears, and what to tell the user when nobody answers.
import { client, type State, Store, storeOf } from "../state/store.ts";
import type { Ack, Edit, Failure, Frame, FrameRequest, FromBrowser, Nack, Snapshot, ToBrowser, Travel } from "./protocol.gen.ts";

/** As much of anywidget's model as is used. */
export interface Model {
  send(content: unknown): void;
  on(event: string, callback: (...values: never[]) => void): void;
  off(event: string, callback: (...values: never[]) => void): void;
  get(name: string): unknown;
}

export type Answer = Ack | Nack;
/** Hears the answer to a frame request; without a JPEG, the still was not wanted any more. */
export type OnFrame = (message: Frame | Failure, jpeg: DataView | undefined) => void;
export interface Trouble {
  readonly kind: "silent" | "gone";
  readonly reason: string;
  readonly hint: string;
}
export type Status = { readonly kind: "connecting" | "live" } | Trouble;

const LIVE: Status = { kind: "live" };
const SILENT: Trouble = {
  kind: "silent",
  reason: "The kernel does not answer",
  hint: "it may be busy; if it was restarted, run the cell again",
};
const GONE: Trouble = { kind: "gone", reason: "The kernel was restarted", hint: "run the cell again to go on editing" };
const ABSENT: Trouble = {
  kind: "gone",
  reason: "No kernel is running for this widget",
  hint: "run the cell to open the editor",
};

/** Milliseconds that a healthy kernel needs at most, also while a cell runs. */
const PATIENCE = 6000;
/** Milliseconds after which a still does not come any more. */
export const LOST = 15_000;
/** Milliseconds between two messages while the playhead is dragged. */
const SEEK_PAUSE = 60;

export class Link {
  status: Status = { kind: "connecting" };
  readonly #model: Model;
  readonly #signal: AbortSignal;
  readonly #watchers = new Set<() => void>();
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  readonly #frames = new Map<number, { readonly answered: OnFrame; readonly lost: ReturnType<typeof setTimeout> }>();
  #store = new Store();
  #joined: string | undefined;
  #request = 0;
  #watchdog: ReturnType<typeof setTimeout> | undefined;
  #seekTimer: ReturnType<typeof setTimeout> | undefined;
  #seekDue = false;
  /** Whether the project was closed: answers to what is asked then do not mean that it can be edited. */
  #closed = false;

  constructor(model: Model, signal: AbortSignal) {
    this.#model = model;
    this.#signal = signal;
    const hear = (message: ToBrowser, buffers: readonly DataView[]): void => this.#hear(message, buffers);
    const greet = (): void => this.#resync();
    model.on("msg:custom", hear as (...values: never[]) => void);
    model.on("comm_live_update", greet);
    signal.addEventListener("abort", () => {
      model.off("msg:custom", hear as (...values: never[]) => void);
      model.off("comm_live_update", greet);
      clearTimeout(this.#watchdog);
      clearTimeout(this.#seekTimer);
      for (const { lost } of this.#frames.values()) clearTimeout(lost);
      this.#frames.clear();
    });
    this.#resync();
  }

  get state(): State {
    return this.#store.state;
  }

  /** Whether an edit that was asked for here waits for its answer. */
  get asking(): boolean {
    return this.#waiting.size > 0;
  }

  /** Call `watcher` after every change of state or status, until the signal says stop. */
  watch(watcher: () => void, signal: AbortSignal): void {
    this.#watchers.add(watcher);
    signal.addEventListener("abort", () => this.#watchers.delete(watcher));
  }

  select(clip: string | null): void {
    if (clip !== this.state.selected) this.#store.set({ selected: clip });
  }

  /** Put the playhead on a frame, here and everywhere. */
  seek(frame: number): void {
    const at = Math.max(0, Math.round(frame));
    if (at === this.state.frame) return;
    this.#store.set({ frame: at });
    this.#seekDue = true;
    this.#seekTimer ??= setTimeout(() => this.#tellSeek(), SEEK_PAUSE);
  }

  /** Ask for an edit; the answer comes when Python has journalled it, after its patch has arrived. */
  edit(operation: Edit["operation"]): Promise<Answer> {
    return this.#ask((request) => ({ type: "edit", client: client(), request, operation }));
  }

  travel(step: Travel["step"]): Promise<Answer> {
    return this.#ask((request) => ({ type: "travel", client: client(), request, step }));
  }

  /** Ask for a still; returns the request's number, or null where nobody can hear it. What is lost is not answered. */
  requestFrame(wish: Omit<FrameRequest, "type" | "client" | "request">, answered: OnFrame): number | null {
    const request = ++this.#request;
    if (!this.#send({ type: "frame_request", client: client(), request, ...wish })) return null;
    const lost = setTimeout(() => this.#frames.delete(request), LOST);
    this.#frames.set(request, { answered, lost });
    return request;
  }

  #tellSeek(): void {
    this.#seekTimer = undefined;
    if (!this.#seekDue) return;
    this.#seekDue = false;
    this.#send({ type: "seek", client: client(), frame: this.state.frame });
  }

  #ask(message: (request: number) => FromBrowser): Promise<Answer> {
    const request = ++this.#request;
    return new Promise((resolve) => {
      this.#waiting.set(request, resolve);
      if (this.#send(message(request))) this.#expectAnswer();
    });
  }

  #send(message: FromBrowser): boolean {
    try {
      this.#model.send(message);
      return true;
    } catch {
      this.#fail(GONE); // ipywidgets throws when the comm's kernel is no more
      return false;
    }
  }

  #resync(): void {
    if (this.#send({ type: "resync", client: client() })) this.#expectAnswer();
  }

  /** Every answer proves that Python is there; without one for a while, say so. */
  #expectAnswer(): void {
    this.#watchdog ??= setTimeout(() => {
      this.#watchdog = undefined;
      if (this.state.timeline === null) this.#fail(ABSENT);
      else this.#setStatus(SILENT);
    }, PATIENCE);
  }

  #hear(message: ToBrowser, buffers: readonly DataView[]): void {
    clearTimeout(this.#watchdog);
    this.#watchdog = undefined;
    if (!this.#closed) this.#setStatus(LIVE);
    switch (message.type) {
      case "snapshot":
        this.#join(message).load(message, copyOf(buffers[0]!));
        break;
      case "patch":
        if (!this.#store.patch(message)) this.#resync();
        break;
      case "seek":
        if (message.client !== client() && message.frame !== this.state.frame) this.#store.set({ frame: message.frame });
        break;
      case "ack":
      case "nack":
        if (message.client !== client()) break;
        this.#waiting.get(message.request)?.(message);
        this.#waiting.delete(message.request);
        break;
      case "frame":
      case "error":
        if (message.client !== client()) break;
        this.#answerFrame(message, buffers[0]);
        break;
      case "closed":
        this.#closed = true;
        this.#fail({ kind: "gone", reason: message.reason, hint: message.hint });
    }
    if (this.#waiting.size) this.#expectAnswer();
  }

  #answerFrame(message: Frame | Failure, jpeg: DataView | undefined): void {
    const waiting = this.#frames.get(message.request);
    if (!waiting) return;
    clearTimeout(waiting.lost);
    this.#frames.delete(message.request);
    waiting.answered(message, jpeg);
  }

  /** Share the session's store with every other widget of the page that shows it. */
  #join(message: Snapshot): Store {
    if (this.#joined !== message.session) {
      this.#joined = message.session;
      this.#store = storeOf(message.session, this.#signal);
      this.#store.watch(() => this.#tell(), this.#signal);
    }
    return this.#store;
  }

  #fail(trouble: Trouble): void {
    this.#setStatus(trouble);
    const { reason, hint } = trouble;
    for (const [request, resolve] of this.#waiting) {
      resolve({ type: "nack", client: client(), request, reason, hint });
    }
    this.#waiting.clear();
  }

  #setStatus(status: Status): void {
    if (status === this.status) return;
    this.status = status;
    this.#tell();
  }

  #tell(): void {
    for (const watcher of [...this.#watchers]) watcher();
  }
}

/** Comm buffers lie anywhere; typed arrays want their bytes at the start of a buffer. */
function copyOf(view: DataView): ArrayBuffer {
  return view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength) as ArrayBuffer;
}
