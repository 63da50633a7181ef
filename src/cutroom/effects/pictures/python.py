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
from cutroom.effects.pictures.cube import wide_views
from cutroom.effects.pictures.graph import tag
from cutroom.effects.pictures.levels import peak_of
from cutroom.effects.pictures.planes import Picture
from cutroom.effects.pictures.rgb import Shared
from cutroom.effects.python.code import Code, unpacked
from cutroom.errors import CutroomError, RenderError

if TYPE_CHECKING:
    from cutroom.effects.pictures.stages import Place

_WIDE = 65535
_NEAR = np.ones((5, 5), np.uint8)
"""Chroma samples around one that share pixels with it on the way back."""
_LONGEST = 500
"""Letters of what a function says went wrong."""


class PythonStage:
    """Calls a function with the layer on the canvas: (H, W, 4), R'G'B' and straight alpha.

    Args:
        node: which function, and its values.
        place: where.
        shared: what other stages use too.

    Raises:
        RenderError: the function cannot be unpickled here.
    """

    def __init__(self, node: Called, place: Place, shared: Shared) -> None:
        self._code, data = unpacked(place.resource(node.sha256))
        self._code.require_runnable()
        try:
            self._function = cloudpickle.loads(data)  # the user granted it, and a worker is locked in
        except Exception as error:
            raise _failed(self._code, error, "cannot be unpickled: ") from None
        self._values = {**dict(node.values), **node.clock}
        self._canvas = place.width, place.height
        self._shared = shared

    def run(self, picture: Picture) -> Picture:
        """What the function makes of a picture.

        Raises:
            RenderError: it raised something, or gave back something else than a frame; names it, and its line.
        """
        whole = _faded(picture.averaged().on_canvas(*self._canvas).divided())
        plain = replace(whole, alpha=None, frame=None)
        wide = self._shared.there(alpha=False).run(tag(plain.to_frame()))
        assert wide is not None
        green, blue, red = wide_views(wide)[:3]
        before = self._array((red, green, blue), whole.alpha)
        after = self._called(before)
        changed = (after[..., :3] != before[..., :3]).any(axis=2)
        if changed.any():
            for plane, values in zip((red, green, blue), np.moveaxis(after, 2, 0), strict=False):
                plane[...] = values * np.uint16(_WIDE // 255) if values.dtype == np.uint8 else _whole(values, _WIDE)
            back = self._shared.back(plain.to_frame().format.name).run(wide)
            assert back is not None
            plain = _mended(plain, Picture.of(back), changed)
        alpha = _alpha(before[..., 3], after[..., 3], whole)
        return replace(plain, alpha=alpha, frame=None if alpha is not None else plain.frame)

    def _array(self, colours: tuple[NDArray[Any], ...], alpha: NDArray[Any] | None) -> NDArray[Any]:
        shape = (*colours[0].shape, 4)
        made: NDArray[Any]
        if self._code.dtype == "uint8":
            made = np.full(shape, 255, np.uint8)
            for i, plane in enumerate(colours):
                made[..., i] = cv2.convertScaleAbs(plane, alpha=255 / _WIDE)
            if alpha is not None:
                made[..., 3] = alpha if alpha.dtype == np.uint8 else _whole(alpha * np.float32(1 / peak_of(alpha)), 255)
        else:
            made = np.ones(shape, np.float32)
            for i, plane in enumerate(colours):
                np.multiply(plane, np.float32(1 / _WIDE), out=made[..., i], casting="unsafe")
            if alpha is not None:
                made[..., 3] = alpha.astype(np.float32) / np.float32(peak_of(alpha))
        return made

    def _called(self, frame: NDArray[Any]) -> NDArray[Any]:
        """What the function gives back, looked at."""
        try:
            made = self._function(frame.copy(), **self._values)
        except MemoryError:
            raise
        except BaseException as error:
            raise _failed(self._code, error) from None
        if not isinstance(made, np.ndarray):
            what = "nothing" if made is None else f"a {type(made).__name__}"
            raise self._wrong(f"gave back {what}", "return the frame")
        if made.shape != frame.shape:
            raise self._wrong(f"gave back an array of {made.shape}", f"return one of {frame.shape}, as it was given")
        if frame.dtype == np.uint8 and made.dtype != np.uint8:
            hint = "np.clip(…, 0, 255).astype(np.uint8), or @cr.effect(dtype='float32')"
            raise self._wrong(f"gave back {made.dtype}, not uint8", hint)
        if made.dtype == np.uint8 and frame.dtype == np.uint8:
            return made
        if made.dtype.kind != "f":
            raise self._wrong(f"gave back {made.dtype}, not float32", "return numbers from 0 to 1")
        if not np.isfinite(made).all():
            raise self._wrong("gave back numbers that are not finite", "look for a division by 0: np.nan_to_num(…)")
        return np.clip(made, 0, 1).astype(np.float32)

    def _wrong(self, what: str, hint: str) -> RenderError:
        return RenderError(f"effect {self._code.title} {what}", value=self._code.title, hint=hint)


def _whole(values: NDArray[Any], top: int) -> NDArray[Any]:
    """Numbers from 0 to 1 as whole ones from 0 to `top`."""
    return np.rint(values * np.float32(top)).astype(np.uint8 if top == 255 else np.uint16)


def _faded(picture: Picture) -> Picture:
    """The same with its opacity in its alpha."""
    if picture.opacity == 1:
        return picture
    clear = picture.with_alpha()
    assert clear.alpha is not None
    alpha = np.rint(clear.alpha * np.float32(picture.opacity)).astype(clear.alpha.dtype)
    return replace(clear, alpha=alpha, opacity=1.0, frame=None)


def _mended(before: Picture, after: Picture, changed: NDArray[np.bool_]) -> Picture:
    """A picture where it was changed, and what it was elsewhere."""
    if changed.all():
        return replace(before, y=after.y, u=after.u, v=after.v, frame=None)
    rows, columns = before.u.shape
    even = np.zeros((2 * rows, 2 * columns), np.uint8)
    even[: changed.shape[0], : changed.shape[1]] = changed
    near = cv2.dilate(even.reshape(rows, 2, columns, 2).max(axis=(1, 3)), _NEAR) > 0
    return replace(
        before,
        y=np.where(changed, after.y, before.y),
        u=np.where(near, after.u, before.u),
        v=np.where(near, after.v, before.v),
        frame=None,
    )


def _alpha(before: NDArray[Any], after: NDArray[Any], picture: Picture) -> NDArray[Any] | None:
    """The alpha plane after the function; None where the picture was solid, and is."""
    if (before == after).all():
        return picture.alpha
    top, kind = peak_of(picture.y), picture.y.dtype
    scale = np.float32(top / (255 if after.dtype == np.uint8 else 1))
    made = after if after.dtype == kind else np.rint(after * scale).astype(kind)
    return made if picture.alpha is None else np.where(before == after, picture.alpha, made)


def _failed(code: Code, error: BaseException, where: str = "") -> CutroomError:
    """What went wrong inside of a function, with its own line."""
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
