// Small pieces of page: elements, buttons with icons, notices.
import style from "../style.css";

/** Draws a 24 × 24 icon. */
const ICONS = {
  split: "M12 3v18M8 7 3.5 12 8 17M16 7l4.5 5-4.5 5",
  delete: "M4 7h16M9 7V4.5h6V7M6.5 7l.8 12.5h9.4L17.5 7M10 11v5M14 11v5",
  undo: "M8 5 4 9l4 4M4 9h10a5.5 5.5 0 0 1 0 11h-3",
  redo: "m16 5 4 4-4 4M20 9H10a5.5 5.5 0 0 0 0 11h3",
  snap: "M5 4v8a7 7 0 0 0 14 0V4h-4v8a3 3 0 0 1-6 0V4zM5 8h4M15 8h4",
  closer: "M11 4a7 7 0 1 0 0 14 7 7 0 0 0 0-14zM16 16l5 5M11 8v6M8 11h6",
  farther: "M11 4a7 7 0 1 0 0 14 7 7 0 0 0 0-14zM16 16l5 5M8 11h6",
  fit: "M3 5v14M21 5v14M7 12h10M9.5 9 6.5 12l3 3M14.5 9l3 3-3 3",
  play: "M8 5.5v13l10.5-6.5z",
  pause: "M8.5 5.5v13M15.5 5.5v13",
  back: "M17 6l-7 6 7 6zM7 6v12",
  forward: "M7 6l7 6-7 6zM17 6v12",
  boxes: "M4 8V4h4M16 4h4v4M20 16v4h-4M8 20H4v-4M9 9h6v6H9z",
  close: "M5 5l14 14M19 5 5 19",
  keys: "M3 6.5h18v11H3zM7 10.5h.01M12 10.5h.01M17 10.5h.01M8 14.2h8",
} as const;

export type Icon = keyof typeof ICONS;

/** An element with a class and children. */
export function make<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  name = "",
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  if (name) element.className = name;
  element.append(...children);
  return element;
}

export interface Button {
  readonly element: HTMLButtonElement;
  icon(icon: Icon): void;
  title(title: string): void;
}

/** A button with an icon; `title` is its tooltip and its name for screen readers. */
export function button(icon: Icon, title: string, press: () => void): Button {
  const element = make("button");
  element.type = "button";
  const made: Button = {
    element,
    icon(name) {
      if (element.dataset.icon === name) return;
      element.dataset.icon = name;
      element.innerHTML = `<svg viewBox="0 0 24 24" aria-hidden="true"><path d="${ICONS[name]}"/></svg>`;
    },
    title(text) {
      element.title = text;
      element.setAttribute("aria-label", text);
    },
  };
  made.icon(icon);
  made.title(title);
  element.addEventListener("click", press);
  // the widget keeps the keyboard: a pressed button must not eat the next key
  element.addEventListener("mousedown", (event) => event.preventDefault());
  return made;
}

/** Says something to screen readers. */
export type Speak = (text: string) => void;

/** The outermost element of a widget: takes the keyboard, and keeps the notebook's shortcuts away from it. */
export function shell(parent: HTMLElement, kind: string, label: string): { root: HTMLElement; speak: Speak } {
  const root = make("div", `cutroom cutroom-${kind}`);
  root.tabIndex = 0;
  root.dataset.lmSuppressShortcuts = "true";
  root.setAttribute("role", "application");
  root.setAttribute("aria-label", label);
  root.setAttribute("aria-description", "Press the question mark for its keys");
  const sheet = make("style");
  sheet.textContent = style;
  const spoken = make("div", "cutroom-spoken");
  spoken.setAttribute("role", "status");
  spoken.setAttribute("aria-live", "polite");
  root.append(sheet, spoken);
  parent.append(root);
  // the same words again are only heard where the text is another
  const speak = (text: string): void => {
    spoken.textContent = spoken.textContent === text ? `${text}\u00a0` : text;
  };
  return { root, speak };
}

export interface Notice {
  /** Say what went wrong and what helps; it goes by itself unless it must stay. */
  show(reason: string, hint: string | null, stay?: boolean): void;
  hide(): void;
}

/** A message at the foot of a widget, which is spoken too. */
export function notice(root: HTMLElement, signal: AbortSignal, speak: Speak): Notice {
  const reason = make("p");
  const hint = make("p");
  const box = make("div", "cutroom-notice", make("div", "", reason, hint));
  let timer: ReturnType<typeof setTimeout> | undefined;
  const hide = (): void => {
    clearTimeout(timer);
    box.hidden = true;
  };
  box.append(button("close", "Dismiss", hide).element);
  box.hidden = true;
  root.append(box);
  signal.addEventListener("abort", () => clearTimeout(timer));
  return {
    show(text, remedy, stay = false) {
      clearTimeout(timer);
      reason.textContent = text;
      hint.textContent = remedy ?? "";
      hint.hidden = !remedy;
      if (box.hidden || !stay) speak(remedy ? `${text}: ${remedy}` : text);
      box.hidden = false;
      if (!stay) timer = setTimeout(hide, 9000);
    },
    hide,
  };
}

/** Run `draw` once per screen refresh at most, however often it is asked for. */
export function onceAFrame(draw: (now: number) => void, signal: AbortSignal): () => void {
  let due = 0;
  signal.addEventListener("abort", () => cancelAnimationFrame(due));
  return () => {
    if (due || signal.aborted) return;
    due = requestAnimationFrame((now) => {
      due = 0;
      draw(now);
    });
  };
}

/** Tell `changed` when the screen's pixel density changes (another monitor, browser zoom). */
export function watchRatio(changed: () => void, signal: AbortSignal): void {
  const watch = (): void => {
    if (signal.aborted) return;
    const query = matchMedia(`(resolution: ${devicePixelRatio}dppx)`);
    query.addEventListener("change", () => (changed(), watch()), { once: true, signal });
  };
  watch();
}
