import assert from "node:assert/strict";
import { test } from "node:test";
import { Link, LOST, type Model } from "../src/bridge/link.ts";
import type { FromBrowser, Snapshot, ToBrowser } from "../src/bridge/protocol.gen.ts";
import { client } from "../src/state/store.ts";
import { SECOND } from "./make.ts";

class Line implements Model {
  sent: FromBrowser[] = [];
  dead = false;
  #heard = new Map<string, Set<(...values: never[]) => void>>();
  send(content: unknown): void {
    if (this.dead) throw new Error("comm closed");
    this.sent.push(content as FromBrowser);
  }
  on(event: string, callback: (...values: never[]) => void): void {
    this.#heard.set(event, (this.#heard.get(event) ?? new Set()).add(callback));
  }
  off(event: string, callback: (...values: never[]) => void): void {
    this.#heard.get(event)?.delete(callback);
  }
  get(): unknown {
    return "";
  }
  say(message: ToBrowser, buffers: DataView[] = []): void {
    for (const one of this.#heard.get("msg:custom") ?? []) (one as (...values: unknown[]) => void)(message, buffers);
  }
  get listeners(): number {
    return [...this.#heard.values()].reduce((sum, set) => sum + set.size, 0);
  }
}

const EMPTY = new DataView(new TextEncoder().encode(".........[[],[],[]]").buffer, 9); // off the eight-byte grid

function snapshot(session: string, revision: number, frame = 0): Snapshot {
  return {
    type: "snapshot",
    session,
    revision,
    clock: { timescale: SECOND, fps: [30, 1], sample_rate: 48_000, exact: true },
    width: 640,
    height: 360,
    tracks: [],
    media: [],
    markers: [],
    text_bytes: EMPTY.byteLength,
    frame,
    undo: null,
    redo: null,
  };
}

function open(t: { after(fn: () => void): void }): { line: Line; link: Link; stop: AbortController } {
  const line = new Line();
  const stop = new AbortController();
  const link = new Link(line, stop.signal);
  t.after(() => stop.abort());
  return { line, link, stop };
}

const patch = (base: number, revision: number): ToBrowser => ({
  type: "patch", base, revision, order: null, tracks: [], media: [], markers: null, undo: null, redo: null,
});

test("a link asks for the state, and for it again when a patch is missing", (t) => {
  const { line, link } = open(t);
  assert.deepEqual(line.sent, [{ type: "resync", client: client() }]);
  line.say(snapshot("s1", 4, 12), [EMPTY]);
  assert.deepEqual([link.state.timeline?.revision, link.state.frame, link.status.kind], [4, 12, "live"]);
  line.say(patch(4, 5));
  assert.equal(link.state.timeline?.revision, 5);
  line.say(patch(3, 5));
  assert.equal(line.sent.length, 1, "an old patch is no news");
  line.say(patch(7, 8));
  assert.equal(line.sent.length, 2);
  line.say(snapshot("s1", 8), [EMPTY]);
  assert.equal(link.state.timeline?.revision, 8);
  assert.equal(link.state.frame, 12, "the playhead stays where it is");
});

test("two widgets of one session share one time and one timeline", (t) => {
  const [one, two] = [open(t), open(t)];
  one.line.say(snapshot("s2", 1), [EMPTY]);
  two.line.say(snapshot("s2", 1), [EMPTY]);
  let told = 0;
  two.link.watch(() => told++, new AbortController().signal);
  one.link.seek(33);
  assert.deepEqual([two.link.state.frame, told], [33, 1]);
  one.line.say({ type: "seek", client: null, frame: 5 });
  assert.equal(two.link.state.frame, 5);
  one.line.say({ type: "seek", client: client(), frame: 77 });
  assert.equal(two.link.state.frame, 5, "the page's own words come back and are not news");
  one.line.say(patch(1, 2));
  assert.equal(two.link.state.timeline?.revision, 2);
});

test("an edit is answered once, by its own answer", async (t) => {
  const { line, link } = open(t);
  line.say(snapshot("s3", 0), [EMPTY]);
  const answer = link.edit({ op: "delete", clip: "c" });
  const { request } = line.sent.at(-1) as { request: number };
  line.say({ type: "ack", client: "somebody else", request, revision: 9, created: [], notes: [] });
  line.say({ type: "nack", client: client(), request, reason: "locked", hint: "unlock it" });
  assert.equal((await answer).type, "nack");
});

test("after the kernel is gone, edits fail with the remedy", async (t) => {
  const { line, link } = open(t);
  line.say(snapshot("s4", 0), [EMPTY]);
  line.dead = true;
  const answer = await link.travel("undo");
  assert.equal(answer.type, "nack");
  assert.match("reason" in answer ? `${answer.reason}: ${answer.hint}` : "", /kernel was restarted.*run the cell again/);
  assert.equal(link.status.kind, "gone");
});

test("silence is noticed: no kernel at all, or one that has stopped answering", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const never = open(t);
  const asleep = open(t);
  asleep.line.say(snapshot("s5", 0), [EMPTY]);
  void asleep.link.travel("redo");
  t.mock.timers.tick(7000);
  assert.equal(never.link.status.kind, "gone");
  assert.equal(asleep.link.status.kind, "silent");
  asleep.line.say(patch(0, 1));
  assert.equal(asleep.link.status.kind, "live");
});

test("a playhead on the move is told to Python a few times a second, its last place always", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const { line, link } = open(t);
  line.say(snapshot("s6", 0), [EMPTY]);
  for (let frame = 1; frame <= 50; frame++) link.seek(frame);
  t.mock.timers.tick(100);
  assert.deepEqual(line.sent.filter((one) => one.type === "seek"), [{ type: "seek", client: client(), frame: 50 }]);
});

test("a closed link listens no more", (t) => {
  const { line, stop } = open(t);
  assert.equal(line.listeners, 2);
  stop.abort();
  assert.equal(line.listeners, 0);
});

test("a closed project is shown with the words why nothing can be done", async (t) => {
  const { line, link } = open(t);
  line.say(snapshot("closing", 1), [EMPTY]);
  const waiting = link.travel("undo");
  const closed: ToBrowser = { type: "closed", reason: "this project was closed", hint: "open it again" };
  line.say(closed);
  const answer = await waiting;
  assert.deepEqual([answer.type, "reason" in answer && answer.reason], ["nack", "this project was closed"]);
  assert.deepEqual(link.status, { kind: "gone", reason: "this project was closed", hint: "open it again" });
  line.say(snapshot("closing", 1), [EMPTY]);
  line.say({ type: "seek", client: null, frame: 9 });
  assert.equal(link.status.kind, "gone");
  assert.equal(link.state.frame, 9);
});

test("a still that does not come is forgotten, and so is who waited for it", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const { line, link } = open(t);
  line.say(snapshot("s8", 0), [EMPTY]);
  const heard: number[] = [];
  const ask = (): number =>
    link.requestFrame({ player: 1, generation: 0, frame: 3, width: 16, height: 16 }, ({ request }) => heard.push(request))!;
  const answer = (request: number): void =>
    line.say({ type: "frame", client: client(), request, frame: 3, revision: 0, boxes: [] }, [EMPTY]);
  const [prompt, late] = [ask(), ask()];
  answer(prompt);
  t.mock.timers.tick(LOST + 1);
  answer(late);
  assert.deepEqual(heard, [prompt], "the other one is not waited for any more");
});
