"""Titles as pictures within the command: each way that a title looks is one picture, shown as long as it looks so."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any

from cutroom.effects.segment import TitlePicture
from cutroom.errors import EditError
from cutroom.render.program.curves import expression
from cutroom.render.program.graph import LONGEST, Graph, Step
from cutroom.render.program.layers import CLEAR, Canvas, resized

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from cutroom.effects.text.title import Now

_MOST = 1_500_000
"""Bytes of all pictures of a title; a command line holds about two million."""

Draw = Callable[[TitlePicture, tuple[int, int], "Now"], "NDArray[np.uint8]"]
"""Draws a title as it is at a moment: RGBA, (height, width, 4)."""


def drawn_here(source: TitlePicture, size: tuple[int, int], now: Now) -> NDArray[np.uint8]:
    """A title in a font that Cutroom brings.

    Raises:
        EditError: its font is a person's own.
    """
    from cutroom.effects.text.title import draw_title

    if source.style.font is not None:
        raise EditError(
            "the title's font is one of your own, which is opened in workers only",
            value=source.style.font,
            hint="take a bundled font for this command, or export with Cutroom",
        )
    return draw_title(source.text, source.style, size, spans=source.spans, now=now)


def title(graph: Graph, canvas: Canvas, source: TitlePicture, moments: Sequence[Now], draw: Draw) -> str:
    """A title's stream, as it is at each frame."""
    from cutroom.effects.text.title import Now

    runs = [(now, len(list(same))) for now, same in groupby(moments)]
    starts = [sum(length for _, length in runs[:i]) for i in range(len(runs))]
    box: tuple[int, int, int, int] | None = None
    pictures = [draw(source, canvas.size, Now(*now)) for now, _ in runs]
    for picture in pictures:
        box = _around(box, picture)
    if box is None:
        box = (0, 0, 2, 2)
    files = [_png(picture[box[1] : box[3], box[0] : box[2]]) for picture in pictures]
    if sum(map(len, files)) * 4 / 3 > _MOST:
        raise EditError(
            f"the title {source.text[:40]!r} needs too many pictures, or too large ones, for a command line",
            value=len(files),
            hint="make it smaller or shorter for this command, or export with Cutroom",
        )
    if len(files) == 1 and len(files[0]) > LONGEST * 3 // 4:
        label = _in_bands(graph, pictures[0][box[1] : box[3], box[0] : box[2]], source)
    else:
        label = _in_a_row(graph, files, source)
    steps: list[Step] = []
    if len(files) > 1:
        shown = expression([float(start) for start in starts], "N", 0)
        steps += [("setpts", {"expr": f"({shown})/({canvas.fps})/TB"}), ("fps", {"fps": str(canvas.fps)})]
    place = {"w": canvas.width, "h": canvas.height, "x": box[0], "y": box[1], "color": CLEAR}
    steps += [("tpad", {"stop": -1, "stop_mode": "clone"})] if len(files) > 1 else [("loop", {"loop": -1, "size": 1})]
    ycc: Step = resized(box[2] - box[0], box[3] - box[1], out_color_matrix="bt709", out_range="limited")
    return graph.one([label], *steps, ycc, canvas.form(alpha=True), ("pad", place))


def _around(box: tuple[int, int, int, int] | None, picture: Any) -> tuple[int, int, int, int] | None:
    """The even box of what is drawn, and of what was drawn before, with some room."""
    import numpy as np

    rows, columns = (np.flatnonzero(picture[..., 3].any(axis=axis)) for axis in (1, 0))
    if not len(rows):
        return box
    height, width = picture.shape[:2]
    left, top = (max(0, int(seen[0]) // 2 * 2 - 2) for seen in (columns, rows))
    right, bottom = (min(length, (int(seen[-1]) + 4) // 2 * 2) for seen, length in ((columns, width), (rows, height)))
    own = (left, top, right, bottom)
    return own if box is None else (*map(min, box[:2], own[:2]), *map(max, box[2:], own[2:]))


def _png(picture: Any) -> bytes:
    from PIL import Image

    file = io.BytesIO()
    Image.fromarray(picture).save(file, "png", optimize=True)
    return file.getvalue()


def _input(graph: Graph, data: bytes) -> str:
    address = "data:image/png;base64," + base64.b64encode(data).decode()
    return graph.stream("-f", "png_pipe", "-i", address)


def _in_a_row(graph: Graph, files: Sequence[bytes], source: TitlePicture) -> str:
    """Pictures one after the other, as many to an input as it takes."""
    parts: list[bytes] = []
    for file in files:
        if len(file) > LONGEST * 3 // 4:
            raise EditError(
                f"the title {source.text[:40]!r} is too large a picture for a command line",
                value=len(file),
                hint="make it smaller for this command, or export with Cutroom",
            )
        if parts and len(parts[-1]) + len(file) <= LONGEST * 3 // 4:
            parts[-1] += file
        else:
            parts.append(file)
    rgba: Step = ("format", {"pix_fmts": "rgba"})
    labels = [graph.one([_input(graph, part)], rgba) for part in parts]
    return labels[0] if len(labels) == 1 else graph.one(labels, ("concat", {"n": len(labels)}))


def _in_bands(graph: Graph, picture: Any, source: TitlePicture) -> str:
    """One large picture in bands, one below the other."""
    bands = [picture]
    while any(len(_png(band)) > LONGEST * 3 // 4 for band in bands):
        bands = [half for band in bands for half in (band[: len(band) // 2], band[len(band) // 2 :]) if len(half)]
    rgba: Step = ("format", {"pix_fmts": "rgba"})
    labels = [graph.one([_input(graph, _png(band))], rgba) for band in bands]
    return graph.one(labels, ("vstack", {"inputs": len(labels)}))
