// The timeline widget: a toolbar and a canvas over one link.
import type { Link } from "../bridge/link.ts";
import { find, isClip, labelOf, type Place, type Timeline } from "../core/document.ts";
import { layout as layOut, rowY } from "../core/layout.ts";
import { frameTicks, nearestFrame, timecode } from "../core/time.ts";
import { clamped, fitted, refitted, revealing, revealingRow, toX, type View, zoomed } from "../core/view.ts";
import { button, make, notice, onceAFrame, shell, type Speak, watchRatio } from "../overlay/dom.ts";
import { help } from "../overlay/help.ts";
import { playhead, type State } from "../state/store.ts";
import { readTheme, watchTheme } from "../theme.ts";
import { commands, type Told } from "./commands.ts";
import { draw } from "./frame.ts";
import { hands } from "./hands.ts";
import { Heads } from "./heads.ts";
import { keys, KEYS } from "./keys.ts";
import { pointer, type Pointing } from "./pointer.ts";

/** What a program (or a test) may ask the widget's element. */
export interface TimelineElement extends HTMLElement {
  /** Where a clip is drawn, in CSS pixels of the page. */
  clipBox?(clip: string): { x: number; y: number; width: number; height: number } | null;
  /** Draw once more, now; returns how many milliseconds that took. */
  paint?(): number;
}

/** Show a timeline in `parent` until the signal says stop. */
export function showTimeline(link: Link, parent: HTMLElement, signal: AbortSignal): void {
  const { root, speak }: { root: TimelineElement; speak: Speak } = shell(parent, "timeline", "Timeline");
  const canvas = make("canvas");
  canvas.setAttribute("role", "img");
  const empty = make("div", "cutroom-empty");
  const stage = make("div", "cutroom-stage", canvas, empty);
  const time = make("div", "cutroom-time");
  const say = make("div", "cutroom-say");
  const context = canvas.getContext("2d")!;
  const notes = notice(root, signal, speak);

  let theme = readTheme(root);
  let layout = layOut(null, 600);
  let view: View | null = null;
  let whole = true; // nobody has zoomed or scrolled: a longer or much shorter timeline that Python made is shown whole
  let snapping = true;
  let visible = true;
  let seen: State | null = null;
  let sayTimer: ReturnType<typeof setTimeout> | undefined;

  const hint = (text: string): void => {
    clearTimeout(sayTimer);
    speak(text);
    say.textContent = text;
    sayTimer = setTimeout(() => (say.textContent = ""), 6000);
  };
  const told: Told = (answer, done) => {
    if (answer.type === "nack") return notes.show(answer.reason, answer.hint);
    if (answer.notes.length) hint(answer.notes.join("; "));
    speak([done, ...answer.notes].filter(Boolean).join("; "));
  };
  const doing = commands(link, told, hint);

  const setView = (next: View): void => {
    view = next;
    whole = false;
    redraw();
  };
  const zoom = (factor: number, x?: number): void => {
    const { timeline } = link.state;
    if (!timeline || !view) return;
    const width = layout.lanes.width;
    const head = toX(view, playhead(link.state));
    setView(zoomed(view, factor, x ?? (head >= 0 && head <= width ? head : width / 2), timeline, width));
  };
  const fit = (): void => {
    if (link.state.timeline) setView(fitted(link.state.timeline, layout.lanes.width));
    whole = true;
  };
  const toggleSnap = (): void => {
    snapping = !snapping;
    snap.element.setAttribute("aria-pressed", String(snapping));
    snap.title(`Snapping is ${snapping ? "on" : "off"} (N)`);
  };

  const reveal = (place: Place): void => {
    const { timeline } = link.state;
    if (!timeline || !view) return;
    const { starts } = timeline.tracks[place.track]!;
    const tick = starts[grip.held === "end" ? place.item + 1 : place.item]!;
    const row = layout.rows.find((one) => one.track === place.track)!;
    const next = revealingRow(revealing(view, tick, timeline, layout.lanes.width), row, layout);
    if (next !== view) setView(next);
  };
  const grip = hands({
    link,
    doing,
    order: () => layout.rows.map((row) => row.track),
    reveal,
    hint,
    refuse: (reason, remedy) => notes.show(reason, remedy),
    redraw: () => redraw(),
  });

  const split = button("split", "Split at the playhead (S)", doing.split);
  const remove = button("delete", "Delete the selected clip (X; Shift-X closes the gap)", () => doing.remove(false));
  const undo = button("undo", "Undo (Ctrl-Z)", () => doing.travel("undo"));
  const redo = button("redo", "Redo (Shift-Ctrl-Z)", () => doing.travel("redo"));
  const snap = button("snap", "Snapping is on (N)", toggleSnap);
  snap.element.setAttribute("aria-pressed", "true");
  const bar = make("div", "cutroom-bar", time, split.element, remove.element, rule(), undo.element, redo.element, rule());
  bar.append(snap.element, make("div", "cutroom-fill"), say);
  bar.append(button("farther", "Zoom out (−)", () => zoom(1 / 1.6)).element);
  bar.append(button("fit", "Show everything (F)", fit).element);
  bar.append(button("closer", "Zoom in (+)", () => zoom(1.6)).element);
  const keyHelp = help(root, stage, KEYS);
  bar.append(keyHelp.button.element);
  root.append(bar, stage);

  const pointing: Pointing = pointer(canvas, signal, {
    link,
    doing,
    scene: () => ({ layout, view, snapping }),
    setView,
    redraw: () => redraw(),
    refuse: (reason, remedy) => notes.show(reason, remedy),
  });
  const sayTime = (): void => {
    const { timeline, frame } = link.state;
    if (timeline) speak(timecode(timeline.clock, frame));
  };
  keys(root, signal, {
    link, doing, hands: grip, help: keyHelp, zoom, fit, toggleSnap, cancel: pointing.cancel, sayTime,
  });

  const paint = (): void => {
    const { timeline, selected } = link.state;
    const ratio = devicePixelRatio || 1;
    const [width, height] = [Math.round(layout.width * ratio), Math.round(layout.height * ratio)];
    if (canvas.width !== width || canvas.height !== height) {
      canvas.width = width;
      canvas.height = height;
      canvas.style.width = `${layout.width}px`;
      canvas.style.height = `${layout.height}px`;
    }
    if (!timeline || !view) {
      context.clearRect(0, 0, width, height);
      return;
    }
    if (pointing.drift()) redraw(); // a drag near the edge keeps scrolling
    const place = selected ? find(timeline, selected) : undefined;
    const link_ = place ? timeline.tracks[place.track]!.items[place.item]!.link : null;
    const { drag, hand, hover } = pointing;
    const { held } = grip;
    root.dataset.held = held;
    const scene = { timeline, layout, view, theme, selected, held, link: link_, drag, hand, hover, ratio };
    draw(context, { ...scene, head: (item) => heads.of(item), playhead: playhead(link.state) });
    heads.later(shown);
  };
  const shown = () => {
    const { timeline } = link.state;
    if (!timeline || !view || !visible || document.hidden || pointing.drag) return null;
    return { timeline, view, width: layout.lanes.width, ratio: devicePixelRatio || 1 };
  };
  const redraw = onceAFrame(paint, signal);
  const heads = new Heads(link, (pictures) => {
    root.dataset.heads = String(pictures);
    redraw();
  }, signal);

  const update = (): void => {
    const { timeline, frame, selected } = link.state;
    const { status } = link;
    if (status.kind === "gone" || status.kind === "silent") notes.show(status.reason, status.hint, true);
    else if (trouble) notes.hide();
    trouble = status.kind === "gone" || status.kind === "silent";
    const ready = timeline !== null && status.kind !== "gone";
    fill(empty, timeline === null ? status.kind : timeline.tracks.length && timeline.end ? "" : "empty");
    if (timeline) {
      const first = !seen?.timeline || (seen.timeline.end === 0 && timeline.end > 0);
      if (seen?.timeline !== timeline) {
        layout = layOut(timeline, stage.clientWidth);
        pointing.stale();
      }
      const width = layout.lanes.width;
      if (first || !view) view = fitted(timeline, width);
      else if (seen?.timeline !== timeline) view = (whole && !link.asking ? refitted : clamped)(view, timeline, width);
      if (seen && seen.frame !== frame && !pointing.hand) {
        view = revealing(view, frame * frameTicks(timeline.clock), timeline, layout.lanes.width);
      }
      time.textContent = timecode(timeline.clock, frame);
      undo.title(timeline.undo ? `Undo ${timeline.undo} (Ctrl-Z)` : "Nothing to undo");
      redo.title(timeline.redo ? `Redo ${timeline.redo} (Shift-Ctrl-Z)` : "Nothing to redo");
    }
    undo.element.disabled = !ready || timeline.undo === null;
    redo.element.disabled = !ready || timeline.redo === null;
    split.element.disabled = !ready || timeline.end === 0;
    remove.element.disabled = !ready || selected === null;
    if (timeline && (selected !== seen?.selected || timeline !== seen.timeline)) {
      canvas.ariaLabel = inWords(timeline, selected);
      const mine = root.contains(document.activeElement); // else another view of it says so
      if (mine && selected !== seen?.selected) speak(selected ? canvas.ariaLabel : "Nothing selected");
    }
    Object.assign(root.dataset, { revision: timeline?.revision ?? "", frame, selected: selected ?? "" });
    seen = link.state;
    redraw();
  };
  let trouble = false;

  root.clipBox = (clip) => {
    const { timeline } = link.state;
    const place = timeline && find(timeline, clip);
    const row = place && layout.rows.find((one) => one.track === place.track);
    if (!place || !row || !view) return null;
    const { starts } = timeline.tracks[place.track]!;
    const from = canvas.getBoundingClientRect();
    const [left, right] = [toX(view, starts[place.item]!), toX(view, starts[place.item + 1]!)];
    const y = from.y + rowY(layout, row, view.top);
    return { x: from.x + layout.lanes.x + left, y, width: right - left, height: row.height };
  };

  root.paint = () => {
    const from = performance.now();
    paint();
    context.getImageData(0, 0, 1, 1); // waits until the pixels are there
    return performance.now() - from;
  };

  const resize = (): void => {
    const before = layout.lanes.width;
    layout = layOut(link.state.timeline, stage.clientWidth);
    const { timeline } = link.state;
    if (timeline && view) {
      const scale = (view.scale * before) / layout.lanes.width; // the same stretch stays on screen
      view = clamped({ ...view, scale }, timeline, layout.lanes.width);
    }
    redraw();
  };
  const observer = new ResizeObserver(resize);
  observer.observe(stage);
  const watching = new IntersectionObserver((entries) => {
    visible = entries.at(-1)!.isIntersecting;
    if (visible) heads.later(shown);
  });
  watching.observe(root);
  watchRatio(redraw, signal);
  watchTheme(() => {
    theme = readTheme(root);
    redraw();
  }, signal);
  link.watch(update, signal);
  signal.addEventListener("abort", () => {
    observer.disconnect();
    watching.disconnect();
    clearTimeout(sayTimer);
    root.remove();
  });
  update();
}

const rule = (): HTMLElement => make("span", "cutroom-rule");

/** What a screen reader says of the picture: how much there is, and which clip is chosen. */
function inWords(timeline: Timeline, selected: string | null): string {
  const place = selected ? find(timeline, selected) : undefined;
  if (!place) {
    const clips = timeline.tracks.reduce((sum, track) => sum + track.items.filter(isClip).length, 0);
    return `${timeline.tracks.length} tracks, ${clips} clips, nothing selected`;
  }
  const track = timeline.tracks[place.track]!;
  const [from, to] = [place.item, place.item + 1].map((i) =>
    timecode(timeline.clock, nearestFrame(timeline.clock, track.starts[i]!)),
  );
  return `${labelOf(timeline, track.items[place.item]!)} on ${track.title}, ${from} to ${to}, selected`;
}

/** Fill the empty state with what to do next. */
function fill(empty: HTMLElement, state: string): void {
  empty.hidden = state === "" || state === "gone" || state === "silent";
  if (empty.dataset.state === state) return;
  empty.dataset.state = state;
  if (state === "connecting" || state === "live") empty.replaceChildren(make("span", "", "Opening the timeline …"));
  else if (state === "empty") {
    const code = make("code", "", 'project.timeline.append("beach.mp4")');
    empty.replaceChildren(make("b", "", "This timeline is empty"), make("span", "", "Put a clip on it in a cell:"), code);
  }
}
