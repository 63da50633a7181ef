"""Colours of a file made the canvas's, without a way through R'G'B': `effects/pictures/colour.py` says how."""

from __future__ import annotations

from cutroom.effects.pictures.colour import is_canvas
from cutroom.effects.pictures.scaling import LEFT, sites
from cutroom.effects.segment import MediaPicture
from cutroom.render.program.graph import Graph, Step
from cutroom.render.program.layers import Canvas
from cutroom.render.program.masks import TAGS, several

_SPACES = {"bt601": "smpte170m", "bt2020": "bt2020ncl"}
"""What `colorspace` calls our matrices, where it has another name."""


def converted(graph: Graph, canvas: Canvas, label: str, source: MediaPicture) -> str:
    """A solid stream of Y'CbCr in the canvas's colours and format.

    The program's filter gives four pixels of luma the same share of chroma; ours get theirs from between its samples,
    so luma is made where chroma has a sample for each pixel.
    """
    form = canvas.form(alpha=False)
    if is_canvas(source.matrix, source.full_range):
        return graph.one([label], form)
    given = {"ispace": _SPACES.get(source.matrix, source.matrix), "irange": "pc" if source.full_range else "tv"}
    same = {"iprimaries": "bt709", "itrc": "bt709", "primaries": "bt709", "trc": "bt709", "fast": 1}
    to: Step = ("colorspace", {**given, "space": "bt709", "range": "tv", **same})
    fine, coarse = several(graph, label, 2, form)
    kept = "full" if source.full_range else "limited"
    more = {"flags": "bilinear+accurate_rnd", "in_range": kept, "out_range": kept, **sites("in", LEFT)}
    deep = {"pix_fmts": str(form[1]["pix_fmts"]).replace("420", "444")}
    to_luma: list[Step] = [("scale", more), ("format", deep), to, ("format", deep), ("extractplanes", {"planes": "y"})]
    luma = graph.one([fine], *to_luma)
    chroma = graph.chain([coarse], [to, form, ("extractplanes", {"planes": "u+v"})], outputs=2)
    planes = {f"map{i}{key}": value for i in range(3) for key, value in (("s", i), ("p", 0))}
    return graph.one([luma, *chroma], ("mergeplanes", {**planes, "format": form[1]["pix_fmts"]}), TAGS, form)
