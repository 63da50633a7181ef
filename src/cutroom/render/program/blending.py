"""Layers that blend with what is below them (see `effects/pictures/blending.py`), in R'G'B'."""

from __future__ import annotations

from collections.abc import Mapping

from cutroom.effects.pictures.scaling import from_rgb, to_rgb
from cutroom.errors import EditError
from cutroom.render.program.graph import Graph, Step
from cutroom.render.program.layers import Canvas
from cutroom.render.program.masks import eight, several

_SOFT = (
    "if(lte(B,127.5),A-(1-2*B/255)*A*(1-A/255),"
    "A+(2*B/255-1)*(255*if(lte(A,63.75),((16*A/255-12)*A/255+4)*A/255,sqrt(A/255))-A))"
)
MODES: Mapping[str, tuple[dict[str, object], bool]] = {
    "multiply": ({"all_mode": "multiply"}, False),
    "screen": ({"all_mode": "screen"}, False),
    "overlay": ({"all_mode": "overlay"}, False),
    "darken": ({"all_mode": "darken"}, False),
    "lighten": ({"all_mode": "lighten"}, False),
    "add": ({"all_mode": "addition"}, False),
    "subtract": ({"all_mode": "subtract"}, False),
    "difference": ({"all_mode": "difference"}, False),
    "exclusion": ({"all_mode": "exclusion"}, False),
    "soft_light": ({"all_expr": f"0.5+{_SOFT}"}, False),
    "hard_light": ({"all_mode": "hardlight"}, False),
    "dodge": ({"all_mode": "dodge"}, True),
}
"""What `blend` does for each, and whether it takes the layer first."""


def blended(graph: Graph, canvas: Canvas, below: str, above: str, mode: str) -> str:
    """A layer as it looks in its mode, with its own alpha; to be drawn in the normal way.

    Args:
        graph: grows.
        canvas: as large as both.
        below: solid.
        above: with alpha.
        mode: any but the normal one.

    Raises:
        EditError: a mode that the program reckons otherwise.
    """
    if mode not in MODES:
        raise EditError(
            f"the ffmpeg program has a {mode} that is another one",
            value=mode,
            hint="choose another blend mode for this command, or export with Cutroom",
        )
    options, first = MODES[mode]
    picture, solid = several(graph, above, 2)
    rgb: list[Step] = [*to_rgb(alpha=False, kernel="bilinear"), ("format", {"pix_fmts": "gbrp"})]
    ground = graph.one([below], eight(alpha=False), *rgb)
    layer = graph.one([picture], eight(alpha=False), *rgb)
    sides = [layer, ground] if first else [ground, layer]
    seen = graph.one(sides, ("blend", options), from_rgb(), eight(alpha=False))
    mask = graph.one([solid], eight(alpha=True), ("extractplanes", {"planes": "a"}))
    return graph.one([seen, mask], ("alphamerge", {}), canvas.form(alpha=True))
