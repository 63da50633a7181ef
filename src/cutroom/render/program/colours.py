"""Colours as filters of the ffmpeg program; a run on R'G'B' shares one conversion there and one back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cutroom.effects.nodes import (
    Affine,
    Balance,
    ColourNode,
    Filter,
    Levels,
    Lut3d,
    Matrix,
    Point,
    Spline,
    Vibrance,
    Zones,
)
from cutroom.effects.pictures.tones import PEAK
from cutroom.errors import EditError, MediaNotFoundError
from cutroom.render.program.curves import number
from cutroom.render.program.graph import Step

_CHANNELS = "rgb"


def colour_steps(node: ColourNode, paths: Mapping[str, str]) -> list[Step]:
    """One node's filters.

    Raises:
        EditError: the program has nothing like it.
        MediaNotFoundError: a table whose file is not known.
    """
    if isinstance(node, Matrix):
        return _matrix(node)
    if isinstance(node, Vibrance):
        way = {"intensity": number(node.intensity), "alternate": int(node.intensity > 0)}
        return [("vibrance", {**way, "rlum": 0.2126, "glum": 0.7152, "blum": 0.0722})]
    if isinstance(node, Spline) and node.amount == 1:
        return _spline(node)
    if isinstance(node, Lut3d) and node.strength == 1:
        if node.sha256 not in paths:
            raise MediaNotFoundError(f"no file is known for the table {node.sha256[:12]}…", hint="add it again")
        return [("lut3d", {"file": paths[node.sha256], "interp": "tetrahedral"})]
    if isinstance(node, Levels | Balance | Zones):
        return [("lutrgb", {name: _tone(node, i) for i, name in enumerate(_CHANNELS)})]
    raise EditError(
        f"the ffmpeg program has nothing for {type(node).__name__.lower()} in part",
        value=node,
        hint="give that effect its full strength for this command, or export with Cutroom",
    )


def affine_steps(node: Affine, *, turns: bool) -> list[Step]:
    """The filters of what is done in Y'CbCr; `turns`: with one for hues."""
    grey = "(minval+maxval)/2"
    luma = f"minval+(maxval-minval)*({number(node.offset)})+(val-minval)*({number(node.gain)})"
    chroma = f"{grey}+(val-{grey})*({number(node.chroma)})"
    given = {"y": luma, "u": chroma, "v": chroma}
    levels: Step = ("lutyuv", {key: f"clip(round({value}),minval,maxval)" for key, value in given.items()})
    return [("hue", {"h": number(node.turn)}), levels] if turns else [levels]


def held_affine(nodes: Sequence[Filter | Affine], depth: int) -> list[Filter | Affine]:
    """The nodes of all frames, each that gives the same numbers as the one before it being that one.

    A slow animation has a new value at each frame, and changes a picture of 8 bits at one in a hundred.
    """
    held: list[Filter | Affine] = []
    table: tuple[object, ...] | None = None
    for node in nodes:
        if not isinstance(node, Affine):
            held.append(node)
            continue
        before, table = table, _table(node, depth)
        held.append(held[-1] if table == before else node)
    return held


def _table(node: Affine, depth: int) -> tuple[object, ...]:
    """What `affine_steps` makes of each number."""
    import numpy as np

    low, high, top = (value << depth - 8 for value in (16, 235, 240))
    offset, gain, chroma = (float(number(value)) for value in (node.offset, node.gain, node.chroma))
    codes, grey = np.arange(1 << depth), (low + top) / 2
    luma = low + (high - low) * offset + (codes - low) * gain
    colours = grey + (codes - grey) * chroma
    ends = ((luma, high), (colours, top))
    return number(node.turn), *(np.floor(values.clip(low, end) + 0.5).tobytes() for values, end in ends)


def _tone(node: Levels | Balance | Zones, channel: int) -> str:
    x = f"(val/{PEAK})"
    if isinstance(node, Levels):
        return _code(_levels(node, channel, x))
    if isinstance(node, Balance):
        shadows, midtones, highlights = (
            number(part[channel]) for part in (node.shadows, node.midtones, node.highlights)
        )
        return _code(f"{x}+({shadows})*(1-{x})^2/2+({midtones})*{x}*(1-{x})+({highlights})*{x}^2/2")
    shadows = number(node.shadows * (2.5 if node.shadows > 0 else 1))
    highlights = number(node.highlights * (2.5 if node.highlights < 0 else 1))
    return _code(f"{x}+({shadows})*{x}*(1-{x})^3+({highlights})*{x}^3*(1-{x})")


def _levels(node: Levels, channel: int, x: str) -> str:
    low, high = node.in_black[channel], node.in_white[channel]
    black, white = node.out_black[channel], node.out_white[channel]
    inside = f"clip(({x}-{number(low)})/{number(high - low)},0,1)" if high > low else f"gt({x},{number(low)})"
    if node.gamma[channel] != 1:
        inside = f"pow({inside},{number(1 / node.gamma[channel])})"
    return f"{number(black)}+({number(white - black)})*{inside}"


def _code(expression: str) -> str:
    return f"round(clip({expression},0,1)*{PEAK})"


def _matrix(node: Matrix) -> list[Step]:
    names = {f"{to}{of}": number(node.rows[i][j]) for i, to in enumerate("rgb") for j, of in enumerate("rgb")}
    if any(abs(value) > 2 for row in node.rows for value in row):
        raise EditError(
            "the ffmpeg program mixes colours with factors up to 2 only",
            value=node.rows,
            hint="choose weaker values for this command, or export with Cutroom",
        )
    steps: list[Step] = [("colorchannelmixer", names)]
    if any(node.offset):
        moved = {name: f"clip(val+{number(node.offset[i] * PEAK)},0,{PEAK})" for i, name in enumerate(_CHANNELS)}
        steps.append(("lutrgb", moved))
    return steps


def _spline(node: Spline) -> list[Step]:
    """The program does a channel's own curve first as well, and `master` on top of it."""
    named = {"master": node.master, "red": node.red, "green": node.green, "blue": node.blue}
    given = {key: _points(points) for key, points in named.items() if points}
    return [("curves", {**given, "interp": "pchip"})] if given else []


def _points(points: Sequence[Point]) -> str:
    return " ".join(f"{number(point.x)}/{number(point.y)}" for point in points)
