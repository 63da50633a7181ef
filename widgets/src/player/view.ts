// The player widget: the picture at the playhead, by stills.
import type { Link } from "../bridge/link.ts";
import type { Failure, Frame } from "../bridge/protocol.gen.ts";
import type { Timeline } from "../core/document.ts";
import { rate, timecode } from "../core/time.ts";
import { button, make, notice, onceAFrame, shell, watchRatio } from "../overlay/dom.ts";
import { help, type Key } from "../overlay/help.ts";
import { nextPlayer, type State } from "../state/store.ts";
import { lastFrame } from "../timeline/commands.ts";
import { ahead, due, type Pace, stillSize } from "./pace.ts";
import { Pump } from "./pump.ts";
import { Screen } from "./screen.ts";
import { scrubber } from "./scrub.ts";

/** Widest still that is asked for: at rest, and while playing (speed before sharpness). */
const SHARP = 1280;
const QUICK = 640;
/** Tallest screen in CSS pixels: the timeline below it should still be seen. */
const TALLEST = 480;
/** Least width of a player that has the room: its buttons and its time stand side by side. */
const LEAST = 420;

const KEYS: readonly Key[] = [
  ["Space", "play, pause"],
  ["L K", "play, stop"],
  ["← →", "a frame back or on, with Shift ten"],
  ["Home End", "to the ends"],
  ["B", "show or hide detections"],
];

/** Show a player in `parent` until the signal says stop. */
export function showPlayer(link: Link, parent: HTMLElement, signal: AbortSignal): void {
  const { root, speak } = shell(parent, "player", "Player");
  const screen = new Screen();
  const empty = make("div", "cutroom-empty");
  const room = make("div", "cutroom-screen", screen.canvas, empty);
  const time = make("div", "cutroom-time");
  const say = make("div", "cutroom-say");
  const notes = notice(root, signal, speak);
  const player = nextPlayer();
  const pump = new Pump((generation, wish) => link.requestFrame({ player, generation, ...wish }, received));

  let pace: Pace | null = null;
  let asked = -1;
  let mine = -1; // the frame that playing put the playhead on
  let boxes = true;
  let anyBoxes = false;
  let visible = true;
  let seen: State | null = null;
  let arrivals: number[] = [];
  let trouble = false;

  const want = (timeline: Timeline, frame: number): void => {
    if (!visible || document.hidden || link.status.kind === "gone" || timeline.end === 0) return;
    const size = stillSize(timeline, screen.canvas.width, pace ? QUICK : SHARP);
    pump.want({ frame: Math.min(frame, lastFrame(timeline)), ...size }, performance.now());
  };
  const refresh = (): void => {
    if (link.state.timeline) want(link.state.timeline, link.state.frame);
  };

  const stop = (): void => {
    if (!pace) return;
    pace = null;
    arrivals = [];
    screen.clear();
    play.icon("play");
    play.title("Play (Space)");
    say.textContent = "";
    pump.turn();
    refresh();
    redraw();
  };
  const start = (): void => {
    const { timeline, frame } = link.state;
    if (!timeline || timeline.end === 0 || link.status.kind === "gone") return;
    const last = lastFrame(timeline);
    const from = frame >= last ? 0 : frame;
    pump.turn();
    screen.clear();
    asked = from - 1;
    // the clock starts when the first still can be there
    pace = { since: performance.now() + pump.latency, from, rate: rate(timeline.clock), last };
    mine = from;
    link.seek(from);
    play.icon("pause");
    play.title("Pause (Space)");
    redraw();
  };
  const step = (by: number): void => {
    stop();
    const { timeline, frame } = link.state;
    if (!timeline) return;
    link.seek(Math.min(Math.max(0, frame + by), lastFrame(timeline)));
    speak(timecode(timeline.clock, link.state.frame));
  };
  const toggleBoxes = (): void => {
    boxes = !boxes;
    overlay.element.setAttribute("aria-pressed", String(boxes));
    redraw();
  };

  const play = button("play", "Play (Space)", () => (pace ? stop() : start()));
  play.element.classList.add("cutroom-play");
  const back = button("back", "One frame back (←)", () => step(-1));
  const forward = button("forward", "One frame on (→)", () => step(1));
  const overlay = button("boxes", "Detections (B)", toggleBoxes);
  overlay.element.setAttribute("aria-pressed", "true");
  overlay.element.hidden = true;
  const scrub = scrubber(signal, (frame) => {
    stop();
    link.seek(frame);
  });
  const bar = make("div", "cutroom-bar", back.element, play.element, forward.element, time);
  const keyHelp = help(root, room, KEYS);
  bar.append(make("div", "cutroom-fill"), say, overlay.element, keyHelp.button.element);
  root.append(room, scrub.element, bar);

  root.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const { timeline } = link.state;
    const key = event.key.toLowerCase();
    // a button that has the keyboard is pressed by them
    if ((key === " " || key === "enter") && (event.target as Element).closest("button")) return;
    const act: Record<string, () => void> = {
      " ": () => (pace ? stop() : start()),
      k: stop,
      l: () => pace ?? start(),
      b: toggleBoxes,
      "?": keyHelp.toggle,
      escape: keyHelp.close,
      arrowleft: () => step(event.shiftKey ? -10 : -1),
      arrowright: () => step(event.shiftKey ? 10 : 1),
      home: () => step(-Infinity),
      end: () => timeline && step(lastFrame(timeline)),
    };
    if (!act[key]) return;
    act[key]();
    event.preventDefault();
    event.stopPropagation();
  }, { signal });

  const received = (message: Frame | Failure, jpeg: DataView | undefined): void => {
    const now = performance.now();
    if (message.type === "error") {
      if (pump.failed(message.request, now)) notes.show(message.reason, message.hint);
      return;
    }
    const full = pace !== null && pump.inFlight >= pump.limit;
    if (!pump.landed(message.request, now, full) || !jpeg) return;
    screen.take(message, jpeg, () => pace !== null).then(() => {
      if (message.boxes.length) anyBoxes = true;
      overlay.element.hidden = !anyBoxes;
      redraw();
    }, () => notes.show("A picture arrived damaged", "reload the page"));
  };

  const redraw = onceAFrame((now) => {
    const { timeline } = link.state;
    const ratio = devicePixelRatio || 1;
    if (pace && timeline) {
      const next = ahead(pace, now, pump.latency, asked);
      if (next !== null) {
        asked = next;
        want(timeline, next);
      }
      const at = due(pace, now);
      if (screen.advance(at)) {
        mine = screen.frame!;
        link.seek(mine); // the time that shows is the picture's
        arrivals = [...arrivals.filter((moment) => now - moment < 1000), now];
        say.textContent = `${arrivals.length} of ${Math.round(pace.rate)} pictures a second`;
      }
      if (at >= pace.last && (screen.frame ?? 0) >= pace.last) stop();
      redraw();
    }
    empty.hidden = screen.frame !== null && timeline !== null && timeline.end > 0;
    screen.draw(ratio, boxes, getComputedStyle(root).fontFamily);
    root.dataset.shown = String(screen.frame ?? "");
  }, signal);

  const measure = (): void => {
    const { timeline } = link.state;
    const shape = timeline ? timeline.width / timeline.height : 16 / 9;
    // as wide as its picture, not as the page: no bars beside it
    root.style.maxWidth = `${Math.max(LEAST, Math.round(TALLEST * shape)) + root.offsetWidth - root.clientWidth}px`;
    const width = root.clientWidth;
    const height = Math.round(Math.min(TALLEST, width / shape));
    const ratio = devicePixelRatio || 1;
    room.style.height = `${height}px`;
    screen.canvas.width = Math.round(width * ratio);
    screen.canvas.height = Math.round(height * ratio);
    refresh();
    redraw();
  };

  const update = (): void => {
    const { timeline, frame } = link.state;
    const { status } = link;
    const mute = status.kind === "gone" || status.kind === "silent";
    if (mute && "reason" in status) notes.show(status.reason, status.hint, true);
    else if (trouble) notes.hide();
    trouble = mute;
    if (status.kind === "gone") stop();
    if (timeline !== seen?.timeline) {
      if (timeline?.width !== seen?.timeline?.width || timeline?.height !== seen?.timeline?.height) measure();
      pump.turn();
      screen.clear();
      asked = -1;
      if (pace && timeline) pace = { ...pace, last: lastFrame(timeline) };
    }
    fill(empty, timeline);
    if (timeline) {
      const last = lastFrame(timeline);
      time.replaceChildren(timecode(timeline.clock, frame), make("small", "", `  / ${timecode(timeline.clock, last + 1)}`));
      scrub.set(frame, last, timecode(timeline.clock, frame));
      if (pace && frame !== seen?.frame && frame !== mine) stop(); // somebody else moved the playhead
      if (!pace) want(timeline, frame);
    }
    for (const one of [play, back, forward]) one.element.disabled = !timeline || timeline.end === 0;
    Object.assign(root.dataset, { revision: timeline?.revision ?? "", frame });
    seen = link.state;
    redraw();
  };

  const resizing = new ResizeObserver(measure);
  resizing.observe(root);
  const watching = new IntersectionObserver((entries) => {
    visible = entries.at(-1)!.isIntersecting;
    if (visible) refresh();
    else stop();
  });
  watching.observe(root);
  document.addEventListener("visibilitychange", () => (document.hidden ? stop() : refresh()), { signal });
  watchRatio(measure, signal);
  link.watch(update, signal);
  signal.addEventListener("abort", () => {
    resizing.disconnect();
    watching.disconnect();
    pace = null;
    screen.end();
    root.remove();
  });
  measure();
  update();
}

/** Fill the empty screen with what to do next. */
function fill(empty: HTMLElement, timeline: Timeline | null): void {
  const state = timeline === null ? "connecting" : timeline.end === 0 ? "empty" : "fetching";
  if (empty.dataset.state === state) return;
  empty.dataset.state = state;
  if (state === "empty") {
    const code = make("code", "", 'project.timeline.append("beach.mp4")');
    empty.replaceChildren(make("b", "", "Nothing to play yet"), make("span", "", "Put a clip on the timeline:"), code);
  } else {
    empty.replaceChildren(make("span", "", state === "fetching" ? "Fetching the picture …" : "Opening the player …"));
  }
}
