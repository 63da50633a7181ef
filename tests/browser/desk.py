"""A page with the built bundle over a real bridge: everything is real but Jupyter's way of carrying the messages."""

from __future__ import annotations

import base64
import io
import json
import queue
import time
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from PIL import Image, ImageDraw

from cutroom.schema.detections import Detections
from cutroom.schema.document import Document
from cutroom.session import Session
from cutroom.widgets.boxes import boxes_at
from cutroom.widgets.bridge import Bridge
from cutroom.widgets.bundle import front_end
from cutroom.widgets.protocol import Box

FLAGS = [
    "--no-sandbox",
    "--autoplay-policy=no-user-gesture-required",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-dev-shm-usage",
    "--force-color-profile=srgb",
]
LIGHT = {
    "--jp-layout-color1": "#ffffff",
    "--jp-layout-color2": "#f5f5f5",
    "--jp-border-color2": "#e0e0e0",
    "--jp-ui-font-color1": "rgba(0,0,0,.87)",
    "--jp-ui-font-color2": "rgba(0,0,0,.54)",
    "--jp-brand-color1": "#1976d2",
    "--jp-error-color1": "#d32f2f",
}
DARK = {
    "--jp-layout-color1": "#111111",
    "--jp-layout-color2": "#212121",
    "--jp-border-color2": "#424242",
    "--jp-ui-font-color1": "rgba(255,255,255,1)",
    "--jp-ui-font-color2": "rgba(255,255,255,.7)",
    "--jp-brand-color1": "#42a5f5",
    "--jp-error-color1": "#f44336",
}
PAGE = """<!doctype html><meta charset="utf-8"><style>
  :root { --jp-ui-font-family: "DejaVu Sans", sans-serif; --jp-code-font-family: "DejaVu Sans Mono", monospace; }
  body { margin: 16px; background: var(--jp-layout-color1); } .cell { margin-bottom: 16px; }
</style><body></body>"""
MODEL = """
async ([kind, source]) => {
  const heard = {};
  const model = {
    get: (name) => (name === "_anywidget_id" ? `cutroom.${kind}` : undefined),
    on: (event, callback) => (heard[event] ??= new Set()).add(callback),
    off: (event, callback) => heard[event]?.delete(callback),
    send: (content) => { if (window.dead) throw new Error("gone"); window.toPython(JSON.stringify(content)); },
  };
  window.models = [...(window.models ?? []), heard];
  const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  const widget = (await import(url)).default();
  widget.initialize({ model });
  const el = document.createElement("div");
  el.className = "cell";
  document.body.append(el);
  const gone = widget.render({ model, el });
  window.views = [...(window.views ?? []), gone];
}
"""
DELIVER = """
([content, buffers]) => {
  const views = buffers.map((text) => new DataView(Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer));
  for (const heard of window.models) for (const callback of heard["msg:custom"] ?? []) callback(content, views);
}
"""


class Numbered:
    """Stills that say which frame they are: the number of the frame in text, its low byte as the red of every pixel."""

    def still_jpeg(
        self, document: Document, paths: Mapping[str, str], time: Fraction, *, size: tuple[int, int]
    ) -> bytes:
        frame = int(time * document.settings.fps)
        image = Image.new("RGB", size, (frame % 256, 60, 120))
        ImageDraw.Draw(image).text((12, 12), f"frame {frame}", fill="white", font_size=max(12, size[1] // 10))
        data = io.BytesIO()
        image.save(data, "JPEG", quality=90)
        return data.getvalue()


class Desk:
    """A page that shows widgets of one session."""

    def __init__(self, page: Any, session: Session, theme: Mapping[str, str] = LIGHT) -> None:
        self.page = page
        self.errors: list[str] = []
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.session = session
        self.detections: Detections | None = None
        self.bridge = Bridge(session, Numbered())
        self.heard: list[dict[str, Any]] = []
        """Messages from the browser."""
        self.said: list[tuple[dict[str, Any], list[bytes]]] = []
        """Messages to the browser."""
        self._out: queue.SimpleQueue[tuple[dict[str, Any], list[bytes]]] = queue.SimpleQueue()
        self.bridge.attach(self)
        page.expose_function("toPython", self._hear)
        page.set_content(PAGE)
        self.theme(theme)

    def theme(self, variables: Mapping[str, str]) -> None:
        """Set JupyterLab's colours."""
        text = "; ".join(f"{name}: {value}" for name, value in variables.items())
        self.page.evaluate("(text) => document.documentElement.setAttribute('style', text)", text)

    def show(self, kind: str) -> None:
        """Add a widget, `TimelineWidget` or `PlayerWidget`, to the page."""
        self.page.evaluate(MODEL, [kind, front_end()])
        name = "player" if kind == "PlayerWidget" else "timeline"
        self.until(lambda: self.state(name).get("revision", "") != "", f"the {name} has its snapshot")
        self.settle()

    def _hear(self, text: str) -> None:
        message = json.loads(text)
        self.heard.append(message)
        self.bridge.receive(self, message)

    def post(self, content: dict[str, Any], buffers: list[bytes]) -> None:
        json.dumps(content)  # what Jupyter would do with it
        self._out.put((content, buffers))

    def boxes(self, document: Document, frame: int, revision: int) -> tuple[Box, ...]:
        return boxes_at(self.detections, document, frame, revision) if self.detections else ()

    def deliver(self) -> None:
        """Carry what Python has said."""
        while not self._out.empty():
            content, buffers = self._out.get()
            self.said.append((content, buffers))
            self.page.evaluate(DELIVER, [content, [base64.b64encode(data).decode() for data in buffers]])

    def until(self, done: Callable[[], bool], what: str, seconds: float = 10) -> None:
        """Carry messages until something is so."""
        end = time.monotonic() + seconds
        while not done():
            if time.monotonic() > end:
                raise AssertionError(f"did not happen in {seconds} s: {what}")
            self.deliver()
            self.page.wait_for_timeout(10)

    def settle(self, milliseconds: int = 150) -> None:
        """Let both sides finish what they are at."""
        end = time.monotonic() + milliseconds / 1000
        while time.monotonic() < end:
            self.deliver()
            self.page.wait_for_timeout(10)

    def state(self, kind: str = "timeline") -> dict[str, str]:
        """What a widget's element says of itself."""
        return dict(self.page.evaluate("(kind) => ({...document.querySelector(`.cutroom-${kind}`).dataset})", kind))

    def box(self, clip: str) -> dict[str, float]:
        """Where a clip is drawn on the page."""
        found = self.page.evaluate("(clip) => document.querySelector('.cutroom-timeline').clipBox(clip)", clip)
        assert found, f"clip {clip} is not drawn"
        return dict(found)

    def drag(
        self, start: tuple[float, float], end: tuple[float, float], steps: int = 8, *, release: bool = True
    ) -> None:
        """Drag with the mouse."""
        mouse = self.page.mouse
        mouse.move(*start)
        mouse.down()
        mouse.move(*end, steps=steps)
        self.settle(50)
        if release:
            mouse.up()

    def pixel(self, kind: str, x: float, y: float) -> tuple[int, int, int]:
        """The colour of a widget's canvas at a place given in CSS pixels."""
        read = """([kind, x, y]) => {
          const canvas = document.querySelector(`.cutroom-${kind} canvas`);
          const ratio = canvas.width / canvas.clientWidth;
          return [...canvas.getContext("2d").getImageData(Math.round(x * ratio), Math.round(y * ratio), 1, 1).data];
        }"""
        red, green, blue, _ = self.page.evaluate(read, [kind, x, y])
        return red, green, blue

    def close(self) -> None:
        self.bridge.close()
        self.page.close()


Opener = Callable[..., Desk]
"""Opens a desk on a document, with the widgets named."""


def press(desk: Desk, *keys: str) -> None:
    """Press keys, and let both sides finish."""
    for key in keys:
        desk.page.keyboard.press(key)
    desk.settle()


def pick(desk: Desk, clip: str) -> None:
    """Select a clip with the mouse."""
    box = desk.box(clip)
    desk.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + 30)
    desk.settle(60)


def notice(desk: Desk) -> str:
    """What the first notice on the page says."""
    return words(desk.page.locator(".cutroom-notice").first)


def words(place: Any) -> str:
    """A notice: its reason and its remedy on a line each."""
    return "\n".join(line for line in place.inner_text().splitlines() if line)


def revised(desk: Desk, revision: int) -> None:
    """Wait for a revision of the timeline."""
    desk.until(lambda: desk.state()["revision"] == str(revision), f"revision {revision}")


def shown(desk: Desk, frame: int) -> None:
    """Wait until the player shows a frame."""
    desk.until(lambda: desk.state("player")["shown"] == str(frame), f"frame {frame} on screen")
