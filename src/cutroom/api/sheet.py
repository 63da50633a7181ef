"""Several pictures as one: side by side, with their names, to look at in a notebook."""

from __future__ import annotations

import io
import math
from collections.abc import Mapping
from functools import cached_property
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from cutroom.api import arguments
from cutroom.api.picture import Drawn, Frame
from cutroom.errors import ValidationError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_GAP, _LABEL = 4, 20
_LETTER, _LEAST = 13, 9
"""Height of a name's letters, and of those of a name that is too long."""
_WIDTH = 1200
"""Pixels of a sheet that nobody has given a size."""
_GROUND, _INK = (24, 24, 27), (235, 235, 235)
_MOST = 400


class Sheet(Drawn):
    """A contact sheet: pictures in rows, each with its name below.

    Args:
        pictures: by name; each a `Frame`, or an array of (height, width, 3) uint8 RGB. Up to 400.
        columns: how many stand side by side; None: up to 6.
        width: of the sheet, in pixels.

    Raises:
        ValidationError: no picture, too many, or what is none.

    Example:
        >>> import numpy as np
        >>> import cutroom as cr
        >>> black, white = (np.full((90, 160, 3), code, np.uint8) for code in (0, 255))
        >>> cr.Sheet({"before": black, "after": white}, width=332)
        Sheet(before, after)
    """

    def __init__(self, pictures: Mapping[str, Any], columns: int | None = None, *, width: int = _WIDTH) -> None:
        if not isinstance(pictures, Mapping) or not 1 <= len(pictures) <= _MOST:
            raise arguments.wrong("pictures", f"1 to {_MOST} pictures by name", pictures)
        self.pictures: dict[str, NDArray[np.uint8]] = {str(name): _array(name, one) for name, one in pictures.items()}
        """(height, width, 3) uint8 RGB each."""
        wanted = min(len(pictures), 6) if columns is None else arguments.whole("columns", columns, 1, 50)
        self._columns = min(wanted, len(pictures))
        self._width = arguments.whole("width", width, 100, 8000)

    @cached_property
    def array(self) -> NDArray[np.uint8]:
        """All of it as one picture, (height, width, 3) uint8 RGB."""
        import numpy as np
        from PIL import Image, ImageDraw, ImageFont

        letters = files("cutroom.effects.text").joinpath("fonts/DejaVuSans-Bold.ttf").read_bytes()
        fonts = [ImageFont.truetype(io.BytesIO(letters), size) for size in range(_LETTER, _LEAST - 1, -1)]
        across = (self._width - _GAP) // self._columns - _GAP
        shapes = [picture.shape for picture in self.pictures.values()]
        down = max(1, *(round(across * shape[0] / shape[1]) for shape in shapes))
        rows = math.ceil(len(shapes) / self._columns)
        sheet = Image.new("RGB", (self._width, _GAP + rows * (down + _LABEL + _GAP)), _GROUND)
        draw = ImageDraw.Draw(sheet)
        for number, (name, picture) in enumerate(self.pictures.items()):
            left = _GAP + number % self._columns * (across + _GAP)
            top = _GAP + number // self._columns * (down + _LABEL + _GAP)
            high = max(1, round(across * picture.shape[0] / picture.shape[1]))
            one = Image.fromarray(picture).resize((across, high), Image.Resampling.LANCZOS)
            sheet.paste(one, (left, top + (down - high) // 2))
            label, font = name, next((one for one in fonts if one.getlength(name) <= across), fonts[-1])
            while len(label) > 1 and font.getlength(label) > across:
                label = f"{label[:-2]}…"
            draw.text((left + across / 2, top + down + _LABEL / 2), label, _INK, font, anchor="mm")
        return np.asarray(sheet)

    def __repr__(self) -> str:
        names = list(self.pictures)
        more = f", … {len(names)} pictures" if len(names) > 8 else ""
        return f"{type(self).__name__}({', '.join(names[:8])}{more})"


def _array(name: object, picture: Any) -> NDArray[np.uint8]:
    array = picture.array if isinstance(picture, Frame) else picture
    if getattr(array, "dtype", None) != "uint8" or array.ndim != 3 or array.shape[2] != 3 or not array.size:
        raise ValidationError(
            f"picture {name!r} is none", value=name, hint="give a Frame, or an array of (height, width, 3) uint8 RGB"
        )
    found: NDArray[np.uint8] = array
    return found


class BeforeAfter(Sheet):
    """A moment with and without the effects of a clip.

    Args:
        before: (height, width, 3) uint8 RGB.
        after: the same.
        split: None: side by side; 0 to 1: one picture, the left part of it as it was before.
    """

    def __init__(self, before: NDArray[np.uint8], after: NDArray[np.uint8], split: float | None = None) -> None:
        super().__init__({"before": before, "after": after})
        self.before, self.after = before, after
        self._split = split

    @cached_property
    def array(self) -> NDArray[np.uint8]:
        """Both as one picture, (height, width, 3) uint8 RGB."""
        if self._split is None:
            return super().array
        at = round(self._split * self.after.shape[1])
        whole = self.after.copy()
        whole[:, :at] = self.before[:, :at]
        whole[:, max(0, at - 1) : at + 1] = 255
        return whole
