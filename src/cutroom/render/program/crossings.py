"""Transitions that `xfade` draws in another way, frame by frame of their window: by masks, and by where samples come
from. Both sides are streams of the window's frames, 8 bits, as large as the canvas; colours multiplied by alpha."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from functools import partial

import numpy as np

from cutroom.effects.catalogue.transitions import XFADE
from cutroom.effects.pictures.transitions import smooth_step, turn
from cutroom.render.program.curves import exact, expression, number
from cutroom.render.program.graph import Graph, Step
from cutroom.render.program.layers import Canvas
from cutroom.render.program.masks import TAGS, merged, several, threefold

Sides = tuple[str, str]
Way = Sequence[Fraction]
"""How far a transition has come at each frame, from 0 to 1."""
_Told = Callable[[str, bool], str]
"""The expression of a plane's samples, from its name and whether it has chroma's size."""
_HALVES = {"lum": False, "cb": True, "cr": True, "alpha": False}


class Crossing:
    """Draws a transition's window.

    Args:
        graph: grows.
        canvas: size and rate.
        way: of each frame of the window.
        alpha: whether the sides have it.
        only: which side there is, where the other one is nothing at all.
    """

    def __init__(self, graph: Graph, canvas: Canvas, way: Way, *, alpha: bool, only: int | None = None) -> None:
        self._graph = graph
        self._canvas = canvas
        self._way = way
        self.alpha = self._alpha = alpha
        self._only = only

    def run(self, kind: str, sides: Sides) -> str:
        """A kind of `DRAWN`; what comes out has the sides' format."""
        return DRAWN[kind](self, sides)

    def masked(self, sides: Sides, *, kind: str) -> str:
        """Each pixel by the mask that the program's own transition makes of white and black."""
        return self._shared(sides, self._mask(kind, self._way[0], self._step, "black"))

    def closed(self, sides: Sides, *, kind: str) -> str:
        """A hole that closes on one side, and opens on the other one."""
        first, step = self._way[0], self._step
        if self._only is not None:
            first, step = (first + self._only) / 2, step / 2
        mask = self._mask(kind, first, step, "white")
        cut = sum(2 * (first + i * step) < 1 for i in range(len(self._way)))
        parts: list[str] = []
        for side, part in zip(sides, ((0, cut), (cut, len(self._way))), strict=True):
            if part[0] == part[1]:
                self._graph.sink(side)
                continue
            cut_out: Step = ("trim", {"start_frame": part[0], "end_frame": part[1]})
            parts.append(self._graph.one([side], cut_out, ("setpts", {"expr": "N"})))
        clock: list[Step] = [("settb", {"expr": f"1/({self._canvas.fps})"}), ("setpts", {"expr": "N"})]
        picture = parts[0] if len(parts) == 1 else self._graph.one(parts, ("concat", {"n": 2}), *clock)
        picture, black = several(self._graph, picture, 2)
        black = self._graph.one([black], *self._straight(("lutyuv", {"y": 16, "u": 128, "v": 128})))
        return merged(self._graph, black, picture, self._threefold(mask))

    def compared(self, sides: Sides) -> str:
        """The rest of the way, to a power that grows with the contrast of luma."""
        copies = [several(self._graph, side, 2) for side in sides]
        rest = self._told([float(1 - at) for at in self._way], "(N-1)")
        grey = [self._graph.one([one[0]], ("extractplanes", {"planes": "y"})) for one in copies]
        told = f"255*pow({rest},1+log(1+abs(A-B)/255))"
        mask = self._graph.one(grey, ("blend", {"all_expr": told}))
        return self._shared((copies[0][1], copies[1][1]), mask)

    def distant(self, sides: Sides) -> str:
        """The rest of the way, where colours are nearer to each other than that."""
        copies = [several(self._graph, side, 2) for side in sides]
        rest = self._told([float(1 - at) for at in self._way])
        apart: Step = ("blend", {"all_mode": "difference"})
        chroma = "floor(X/2),floor(Y/2)"
        length = f"sqrt(lum(X,Y)^2+cb({chroma})^2+cr({chroma})^2)/255"
        near = {"lum": f"255*{rest}*lte({length},{rest})", "cb": "128", "cr": "128", "interpolation": "nearest"}
        steps: list[Step] = [apart, ("format", {"pix_fmts": "yuv420p"}), ("geq", near)]
        mask = self._graph.one([one[0] for one in copies], *steps, ("extractplanes", {"planes": "y"}))
        return self._shared((copies[0][1], copies[1][1]), mask)

    def greyed(self, sides: Sides) -> str:
        """Both without colour half-way."""
        strength = self._told([1 - turn(float(at)) for at in self._way])
        return self._changed(
            sides,
            lambda plane, half: f"128+({plane}(X,Y)-128)*{strength}" if half else f"{plane}(X,Y)",
        )

    def smeared(self, sides: Sides) -> str:
        """Both blurred across by a box."""
        amount = self._told([turn(float(at)) / 2 for at in self._way])

        def told(plane: str, half: bool) -> str:
            end = "(W-1)"
            inner = (
                f"{plane}sum(min({end},X+ld(0)),Y)-{plane}sum(max(0,X-ld(0))-1,Y)"
                f"-{plane}sum(min({end},X+ld(0)),Y-1)+{plane}sum(max(0,X-ld(0))-1,Y-1)"
            )
            beyond = f"max(0,ld(0)-X)*{plane}(0,Y)+max(0,X+ld(0)-{end})*{plane}({end},Y)"
            return f"st(0,round({amount}*W/2));({inner}+{beyond})/(2*ld(0)+1)"

        return self._changed(sides, told)

    def coarse(self, sides: Sides) -> str:
        """Both in squares of the pixel in their middle."""
        canvas = self._canvas
        steps = [math.ceil(turn(float(at)) / 2 * 50 - 1e-9) / 50 for at in self._way]
        least = np.float32(min(canvas.size))
        squares = [float(np.float32(2) * np.float32(step) * least / np.float32(20)) for step in steps]
        side = self._told(squares, digits=exact)

        def told(plane: str, half: bool) -> str:
            places = []
            for at, length in zip("XY", canvas.size, strict=True):
                here = f"2*{at}" if half else at
                # a little more: `xfade` reckons in single precision, where such products round up to whole numbers
                middle = f"min({length - 1},floor((floor({here}/ld(0))+0.5)*ld(0)*(1+6e-8)))"
                places.append(f"floor({middle}/2)" if half else middle)
            return f"st(0,{side});if(gt(ld(0),0),{plane}({places[0]},{places[1]}),{plane}(X,Y))"

        return self._changed(sides, told, interpolation="nearest")

    def zoomed(self, sides: Sides) -> str:
        """The outgoing side ever nearer to its middle."""
        part = self._told([smooth_step(0.5, 1, float(1 - at)) for at in self._way])
        (width, height) = self._canvas.size

        def told(plane: str, half: bool) -> str:
            x, y = ("2*X", "(2*Y+0.5)") if half else ("X", "Y")
            column = f"({part}*{x}+(1-{part})*{number((width - 1) / 2)})"
            row = f"({part}*{y}+(1-{part})*{number((height - 1) / 2)})"
            return f"{plane}({column}/2,({row}-0.5)/2)" if half else f"{plane}({column},{row})"

        nearer = self._graph.one([sides[0]], self._drawn(told))
        share = [smooth_step(0.5, 1, float(at)) for at in self._way]
        return self._dissolved((nearer, sides[1]), share)

    def squeezed(self, sides: Sides, *, across: bool) -> str:
        """One side squeezed to a line, the other one behind it."""
        grows = self._only == 1
        above, behind = reversed(sides) if grows else sides
        size = self._told([max(1e-6, float(at if grows else 1 - at)) for at in self._way])
        at, other, end = ("X", "Y", "W") if across else ("Y", "X", "H")
        length = self._canvas.width if across else self._canvas.height

        def placed(plane: str, place: str, more: str = "") -> str:
            """The sum over all to the left and above."""
            return f"{plane}sum({place},Y{more})" if across else f"{plane}sum(X{more},{place})"

        def less(plane: str, half: bool) -> str:
            """Means of as many samples as go into one, at the start of the row."""
            told, ends = [f"st(0,max(1,round({size}*{end})))"], []
            for number_, place in ((1, at), (3, f"({at}+1)")):
                whole, rest = f"ld({number_})", f"ld({number_ + 1})"
                told.append(f"st({number_ + 1},{place}*{end}/ld(0));st({number_},floor({rest}+1e-6))")
                told.append(f"st({number_ + 1},max(0,{rest}-{whole}))")
                part = f"{plane}({whole},{other})" if across else f"{plane}({other},{whole})"
                ends.append(f"({placed(plane, whole + '-1')}-{placed(plane, whole + '-1', '-1')}+{rest}*{part})")
            return ";".join([*told, f"if(lt({at},ld(0)),({ends[1]}-{ends[0]})*ld(0)/{end},0)"])

        def back(plane: str, half: bool) -> str:
            """Those, where they are seen."""
            here = (f"(2*{at}+0.5)" if not across else f"2*{at}") if half else at
            source = f"({here}/{size}+(1-1/{size})*{number((length - 1) / 2)})"
            if half:
                source = f"(({source}-0.5)/2)" if not across else f"({source}/2)"
            share = f"(ld(0)/{end})"
            place = f"clip({share}*{source}+({share}-1)/2,0,ld(0)-1)"
            found = f"{plane}({place},{other})" if across else f"{plane}({other},{place})"
            return f"st(0,max(1,round({size}*{end})));{found}"

        whole, shape = several(self._graph, above, 2)
        narrow = self._graph.one([whole], self._drawn(less), self._drawn(back))
        cover = f"255*clip(0.5+{size}*{length / 2}-abs({at}-{number((length - 1) / 2)}),0,1)"
        mask = self._graph.one([shape], ("extractplanes", {"planes": "y"}), ("geq", {"lum": cover}))
        return self._shared((narrow, behind), mask)

    @property
    def _step(self) -> Fraction:
        return self._way[1] - self._way[0] if len(self._way) > 1 else Fraction(1)

    def _told(self, values: Sequence[float], name: str = "N", digits: Callable[[float], str] = number) -> str:
        """An expression that tells a value of each frame; `blend` counts them from 1, others from 0."""
        return f"({expression(values, name, 0, digits)})"

    def _mask(self, kind: str, first: Fraction, step: Fraction, onto: str) -> str:
        """How much of the outgoing side the program's own transition shows at each pixel."""
        before = math.ceil(first / step) + 1  # it begins with a frame of its own
        fps = self._canvas.fps
        count = before + len(self._way) + 1
        sides = []
        for colour in ("white", onto):
            size = f"{self._canvas.width}x{self._canvas.height}"
            source: Step = ("color", {"color": colour, "size": size, "rate": f"{fps.numerator}/{fps.denominator}"})
            level: Step = ("lut", {"c0": 255 if colour == "white" else 0})
            # a transition may begin half-way between two frames: on this clock that is a whole number
            clock: Step = ("settb", {"expr": f"1/({2 * fps})"})
            gray: Step = ("format", {"pix_fmts": "gray"})
            steps = [source, gray, TAGS, level, ("trim", {"end_frame": count}), clock]
            sides.append(self._graph.one([], *steps))
        options = {
            "transition": kind,
            "duration": exact(float(1 / step / fps)),
            "offset": exact(float((before - first / step) / fps)),
        }
        cut: Step = ("trim", {"start_frame": before, "end_frame": before + len(self._way)})
        clock = ("settb", {"expr": f"1/({fps})"})
        return self._graph.one(sides, ("xfade", options), cut, clock, ("setpts", {"expr": "N"}))

    def _threefold(self, mask: str) -> str:
        if not self._alpha:
            return threefold(self._graph, mask)
        copies = several(self._graph, mask, 2)
        return threefold(self._graph, copies[0], alpha=copies[1])

    def _shared(self, sides: Sides, mask: str) -> str:
        """The outgoing side as far as a mask says."""
        return merged(self._graph, sides[1], sides[0], self._threefold(mask))

    def _changed(self, sides: Sides, told: _Told, **options: str) -> str:
        """Both sides changed, and dissolved."""
        made = [self._graph.one([side], self._drawn(told, **options)) for side in sides]
        return self._dissolved((made[0], made[1]), [float(at) for at in self._way])

    def _dissolved(self, sides: Sides, shares: Sequence[float]) -> str:
        share = self._told(shares, "(N-1)")
        return self._graph.one(list(sides), ("blend", {"all_expr": f"A+(B-A)*{share}+0.5"}))

    def _drawn(self, told: _Told, **options: str) -> Step:
        planes = {("a" if name == "alpha" else name): told(name, half) for name, half in _HALVES.items()}
        if not self._alpha:
            del planes["a"]
        return "geq", {**planes, **options}

    def _straight(self, step: Step) -> list[Step]:
        """Something done to straight colours."""
        if not self._alpha:
            return [step]
        return [("unpremultiply", {"inplace": 1}), step, ("premultiply", {"inplace": 1})]


DRAWN: Mapping[str, Callable[[Crossing, Sides], str]] = {
    **{
        kind: partial(Crossing.masked, kind=XFADE[kind])
        for kind in ("dither_dissolve", "slice_left", "slice_right", "wind_down", "wind_up")
    },
    "circle_crop": partial(Crossing.closed, kind=XFADE["circle_crop"]),
    "rect_crop": partial(Crossing.closed, kind=XFADE["rect_crop"]),
    "distance": Crossing.distant,
    "fade_fast": Crossing.compared,
    "fade_grays": Crossing.greyed,
    "horizontal_blur": Crossing.smeared,
    "pixelize": Crossing.coarse,
    "squeeze_horizontal": partial(Crossing.squeezed, across=False),
    "squeeze_vertical": partial(Crossing.squeezed, across=True),
    "zoom_in": Crossing.zoomed,
}
"""Those that `xfade` draws otherwise."""
