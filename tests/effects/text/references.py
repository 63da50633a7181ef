"""The reference pictures of titles: what they show, and how they are made anew.

    python tests/effects/text/references.py

Look at them before they are committed: each line must be as a reader of its script writes it.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cutroom.effects.text.title import draw_title
from cutroom.effects.title_templates import TEMPLATES
from cutroom.schema.clip import TextSpan, TitleStyle

FOLDER = Path(__file__).with_name("references")
SIZE = (480, 270)
SCRIPTS = "\n".join(["AVATAR office", "שלום עולם (2026)", "السلام عليكم 123", "नमस्ते क्षत्रिय हिन्दी", "ที่นี่ ဗမာ ភាសាខ្មែរ"])


def _scripts() -> NDArray[np.uint8]:
    return draw_title(SCRIPTS, TitleStyle(size=0.1, outline=0.008, max_width=0.98), SIZE)


def _styles() -> NDArray[np.uint8]:
    style = TitleStyle(
        size=0.2,
        outline=0.01,
        colour="#ffcc00",
        background="#102040c0",
        radius=0.05,
        shadow="#000000",
        letter_spacing=0.1,
    )
    spans = (TextSpan(start=0, end=3, italic=True, colour="#ff4040"), TextSpan(start=8, end=12, size=0.5))
    return draw_title("Red and\ntiny", style, SIZE, spans=spans)


def _lower_third() -> NDArray[np.uint8]:
    template = TEMPLATES["lower_third"]
    text, spans = template.words("Ada Lovelace", "mathematician")
    return draw_title(text, template.look(), SIZE, spans=spans)


MADE = {"scripts": _scripts, "styles": _styles, "lower_third": _lower_third}

if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name, make in MADE.items():
        Image.fromarray(make()).save(FOLDER / f"{name}.png", optimize=True)
