// Colours of the notebook around us (JupyterLab's variables, VS Code's, or plain light and dark).

export interface Palette {
  readonly fill: string;
  readonly band: string;
  readonly edge: string;
  readonly text: string;
}

export interface Theme {
  readonly dark: boolean;
  readonly back: string;
  readonly lane: string;
  readonly ruler: string;
  readonly line: string;
  readonly grid: string;
  readonly text: string;
  readonly faint: string;
  readonly accent: string;
  readonly playhead: string;
  readonly warn: string;
  readonly bubble: string;
  readonly bubbleText: string;
  readonly font: string;
  readonly mono: string;
  readonly clips: Readonly<Record<"video" | "audio" | "title" | "subtitle", Palette>>;
}

const palette = (hue: number, chroma: number, dark: boolean): Palette =>
  dark
    ? {
        fill: `hsl(${hue} ${chroma}% 30%)`,
        band: `hsl(${hue} ${chroma}% 38%)`,
        edge: `hsl(${hue} ${chroma + 8}% 52%)`,
        text: `hsl(${hue} 60% 95%)`,
      }
    : {
        fill: `hsl(${hue} ${chroma + 22}% 86%)`,
        band: `hsl(${hue} ${chroma + 18}% 76%)`,
        edge: `hsl(${hue} ${chroma + 8}% 55%)`,
        text: `hsl(${hue} 60% 18%)`,
      };

/** Read the theme from an element's computed style. */
export function readTheme(element: Element): Theme {
  const style = getComputedStyle(element);
  const value = (names: string[], otherwise: string): string =>
    names.map((name) => style.getPropertyValue(name).trim()).find((found) => found !== "") ?? otherwise;
  const plainDark = matchMedia("(prefers-color-scheme: dark)").matches;
  const back = value(["--jp-layout-color1", "--vscode-editor-background"], plainDark ? "#111418" : "#ffffff");
  const dark = luminance(back) < 0.5;
  return {
    dark,
    back,
    lane: dark ? "rgb(255 255 255 / 4%)" : "rgb(0 0 0 / 3%)",
    ruler: dark ? "rgb(255 255 255 / 6%)" : "rgb(0 0 0 / 4%)",
    line: value(["--jp-border-color2", "--vscode-panel-border"], dark ? "#424242" : "#e0e0e0"),
    grid: dark ? "rgb(255 255 255 / 5%)" : "rgb(0 0 0 / 5%)",
    text: value(["--jp-ui-font-color1", "--vscode-foreground"], dark ? "#e6e6e6" : "#1f2328"),
    faint: value(["--jp-ui-font-color2", "--vscode-descriptionForeground"], dark ? "#9aa0a6" : "#6b7280"),
    accent: value(["--jp-brand-color1", "--vscode-focusBorder"], "#2196f3"),
    playhead: dark ? "#ff6b5e" : "#e5342a",
    warn: value(["--jp-error-color1", "--vscode-errorForeground"], "#d32f2f"),
    bubble: dark ? "#f4f4f5" : "#1f2328",
    bubbleText: dark ? "#18181b" : "#ffffff",
    font: value(["--jp-ui-font-family", "--vscode-font-family"], "system-ui, sans-serif"),
    mono: value(["--jp-code-font-family", "--vscode-editor-font-family"], "ui-monospace, monospace"),
    clips: {
      video: palette(214, 42, dark),
      audio: palette(160, 38, dark),
      title: palette(32, 52, dark),
      subtitle: palette(276, 34, dark),
    },
  };
}

/** Tell `changed` whenever the page's theme changes, until the signal says stop. */
export function watchTheme(changed: () => void, signal: AbortSignal): void {
  const observer = new MutationObserver(changed);
  const attributes = ["class", "style", "data-jp-theme-name", "data-jp-theme-light", "data-vscode-theme-id"];
  for (const element of [document.documentElement, document.body]) {
    observer.observe(element, { attributes: true, attributeFilter: attributes });
  }
  // JupyterLab swaps a stylesheet a moment after it has named the theme
  const sheets = new MutationObserver(() => setTimeout(changed, 50));
  sheets.observe(document.head, { childList: true });
  const preference = matchMedia("(prefers-color-scheme: dark)");
  preference.addEventListener("change", changed, { signal });
  signal.addEventListener("abort", () => {
    observer.disconnect();
    sheets.disconnect();
  });
}

function luminance(colour: string): number {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 1;
  const context = canvas.getContext("2d")!;
  context.fillStyle = colour;
  context.fillRect(0, 0, 1, 1);
  const [red, green, blue] = context.getImageData(0, 0, 1, 1).data as unknown as [number, number, number];
  return (0.2126 * red + 0.7152 * green + 0.0722 * blue) / 255;
}
