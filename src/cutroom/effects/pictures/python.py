"""The stage that calls a function of the user's own. It is unpickled here, in a worker, and nowhere else.

What the function leaves as it is stays as it was, to the bit: only pixels that it changed come back from R'G'B', and
the chroma samples that these have a share in.
"""

from __future__ import annotations

import traceback
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import cloudpickle
import cv2
import numpy as np
from numpy.typing import NDArray

from cutroom.effects.nodes.python import Called
from cutroom.effects.pictures.arrays import colours_of, planes_of, share, whole
from cutroom.effects.pictures.levels import peak_of
from cutroom.effects.pictures.planes import Picture
from cutroom.effects.python.code import Code, unpacked
from cutroom.errors import RenderError

if TYPE_CHECKING:
    from cutroom.effects.pictures.stages import Place

_NEAR = np.ones((3, 3), np.uint8)
"""Chroma samples around one that share pixels with it on the way back."""
_LONGEST = 500
"""Letters of what a function says went wrong."""


class PythonStage:
    """Calls a function with the layer on the canvas: (H, W, 4), R'G'B' and straight alpha.

    Args:
        node: which function, and its values.
        place: where.

    Raises:
        RenderError: the function cannot be unpickled here.
    """

    def __init__(self, node: Called, place: Place) -> None:
        self._code, data = unpacked(place.resource(node.sha256))
        self._code.require_runnable()
        self._sha256, self._calls = node.sha256, place.calls
        self._calls(self._sha256)
        try:
            self._function = cloudpickle.loads(data)  # the user granted it, and a worker is locked in
        except Exception as error:
            raise _failed(self._code, error, "cannot be unpickled: ") from None
        self._calls("")
        self._values = {**dict(node.values), **node.clock}
        self._canvas = place.width, place.height

    def run(self, picture: Picture) -> Picture:
        """What the function makes of a picture.

        Raises:
            RenderError: it raised something, or gave back something else than a frame; names it, and its line.
        """
        picture = _faded(picture.averaged().on_canvas(*self._canvas).divided())
        before = self._array(picture)
        after = self._called(before)
        changed = (after[..., :3] != before[..., :3]).any(axis=2)
        clear = before[..., 3] < (255 if before.dtype == np.uint8 else 1)
        changed |= clear & (after[..., 3] != before[..., 3])  # what is hardly seen has hardly a colour to keep
        alpha = _alpha(before[..., 3], after[..., 3], picture)
        if alpha is not picture.alpha:
            picture = replace(picture, alpha=alpha, frame=None)
        return _mended(picture, after[..., :3], changed) if changed.any() else picture

    def _array(self, picture: Picture) -> NDArray[Any]:
        bytewise, colours = self._code.dtype == "uint8", colours_of(picture)
        made: NDArray[Any] = np.full((*picture.y.shape, 4), 255 if bytewise else 1, self._code.dtype)
        made[..., :3] = cv2.convertScaleAbs(colours, alpha=255) if bytewise else colours
        if picture.alpha is not None:
            made[..., 3] = whole(share(picture.alpha), 255) if bytewise else share(picture.alpha)
        return made

    def _called(self, frame: NDArray[Any]) -> NDArray[Any]:
        """What the function gives back, looked at."""
        self._calls(self._sha256)
        try:
            made = self._function(frame.copy(), **self._values)
        except MemoryError:
            raise
        except BaseException as error:
            raise _failed(self._code, error) from None
        self._calls("")
        if not isinstance(made, np.ndarray):
            what = "nothing" if made is None else f"a {type(made).__name__}"
            raise self._wrong(f"gave back {what}", "return the frame")
        if made.shape != frame.shape:
            raise self._wrong(f"gave back an array of {made.shape}", f"return one of {frame.shape}, as it was given")
        if frame.dtype == np.uint8:
            if made.dtype != np.uint8:
                hint = "np.clip(…, 0, 255).astype(np.uint8), or @cr.effect(dtype='float32')"
                raise self._wrong(f"gave back {made.dtype}, not uint8", hint)
            return made
        if made.dtype.kind != "f":
            raise self._wrong(f"gave back {made.dtype}, not float32", "return numbers from 0 to 1")
        if not np.isfinite(made).all():
            raise self._wrong("gave back numbers that are not finite", "look for a division by 0: np.nan_to_num(…)")
        return np.clip(made, 0, 1).astype(np.float32)

    def _wrong(self, what: str, hint: str) -> RenderError:
        return RenderError(f"effect {self._code.title} {what}", value=self._code.title, hint=hint)


def _faded(picture: Picture) -> Picture:
    """The same with its opacity in its alpha."""
    if picture.opacity == 1:
        return picture
    clear = picture.with_alpha()
    assert clear.alpha is not None
    alpha = np.rint(clear.alpha * np.float32(picture.opacity)).astype(clear.alpha.dtype)
    return replace(clear, alpha=alpha, opacity=1.0, frame=None)


def _mended(before: Picture, after: NDArray[Any], changed: NDArray[np.bool_]) -> Picture:
    """A picture with new colours where they are, and what it was elsewhere."""
    scale = np.float32(1 / 255 if after.dtype == np.uint8 else 1)
    y, u, v = planes_of(after * scale, before.depth)
    if not changed.all():
        rows, columns = before.u.shape
        even = np.zeros((2 * rows, 2 * columns), np.uint8)
        even[: changed.shape[0], : changed.shape[1]] = changed
        near = cv2.dilate(even.reshape(rows, 2, columns, 2).max(axis=(1, 3)), _NEAR) > 0
        y, u, v = np.where(changed, y, before.y), np.where(near, u, before.u), np.where(near, v, before.v)
    return replace(before, y=y, u=u, v=v, frame=None)


def _alpha(before: NDArray[Any], after: NDArray[Any], picture: Picture) -> NDArray[Any] | None:
    """The alpha plane after the function; None where the picture was solid, and is."""
    kept = before == after
    if kept.all():
        return picture.alpha
    made = after
    if after.dtype != picture.y.dtype:
        made = whole(after / np.float32(255 if after.dtype == np.uint8 else 1), peak_of(picture.y))
    return made if picture.alpha is None else np.where(kept, picture.alpha, made)


def _failed(code: Code, error: BaseException, where: str = "") -> RenderError:
    """What went wrong inside of a function, with its own lines."""
    lines = code.source.splitlines()
    told = [f"effect {code.title} {where}{type(error).__name__}: {error}"[:_LONGEST]]
    for step in traceback.extract_tb(error.__traceback__):
        own = step.filename == f"<effect {code.title}>"
        if own and step.lineno is not None and step.lineno <= len(lines):
            told.append(f"    line {step.lineno} of {code.title}: {lines[step.lineno - 1].strip()}")
        elif step.filename.startswith("<effect "):
            told.append(f"    line {step.lineno} of {step.name}")
    return RenderError("\n".join(told), value=code.title, hint=_remedy(error))


def _remedy(error: BaseException) -> str:
    if isinstance(error, ImportError) or str(getattr(error, "filename", "")).endswith((".py", ".pyc", ".so")):
        missing = getattr(error, "name", None) or "the module"
        return f"a worker imports before it locks itself in: @cr.effect(modules=[{missing!r}]), where it is installed"
    if isinstance(error, OSError):
        return "an effect sees no files and no network: read what it needs before, and let it use the variable"
    return "mend the function, run its cell again, and put the new effect on the clip: clip.effects.replace(…)"
