"""Frozen nodes of a picture's or a sound's chain, validated when they are made.

A `Filter` is one FFmpeg filter. Only names and arguments of `FILTERS` exist: a project file can never name another
one, and no argument is ever a piece of graph text. Everything else is a node of our own.
"""

from __future__ import annotations

from cutroom.effects.nodes.colour import (
    Affine,
    Balance,
    ColourNode,
    Levels,
    Lut3d,
    Matrix,
    Point,
    Spline,
    ToneNode,
    Vibrance,
    Zones,
)
from cutroom.effects.nodes.detail import BoxBlur, Glow, Pixelate, Sharpen, Smooth
from cutroom.effects.nodes.filters import FILTERS, Filter
from cutroom.effects.nodes.keys import ChromaKey, LumaKey
from cutroom.effects.nodes.memory import MotionBlur, Settle
from cutroom.effects.nodes.pictures import (
    BlendMode,
    Cell,
    Crop,
    Flip,
    Mirror,
    Mode,
    Moving,
    Opacity,
    PictureNode,
    Rolled,
    StillNode,
    Typed,
    Warp,
)
from cutroom.effects.nodes.python import Called, Python, PythonClocked
from cutroom.effects.nodes.sounds import Gain, Ramp, SoundNode, Swell
from cutroom.effects.nodes.style import Edges, Flare, Fringe, Grain, Lens, Vignette

Node = PictureNode | SoundNode

__all__ = [
    "FILTERS",
    "Affine",
    "Balance",
    "BlendMode",
    "BoxBlur",
    "Called",
    "Cell",
    "ChromaKey",
    "ColourNode",
    "Crop",
    "Edges",
    "Filter",
    "Flare",
    "Flip",
    "Fringe",
    "Gain",
    "Glow",
    "Grain",
    "Lens",
    "Levels",
    "LumaKey",
    "Lut3d",
    "Matrix",
    "Mirror",
    "Mode",
    "MotionBlur",
    "Moving",
    "Node",
    "Opacity",
    "PictureNode",
    "Pixelate",
    "Point",
    "Python",
    "PythonClocked",
    "Ramp",
    "Rolled",
    "Settle",
    "Sharpen",
    "Smooth",
    "SoundNode",
    "Spline",
    "StillNode",
    "Swell",
    "ToneNode",
    "Typed",
    "Vibrance",
    "Vignette",
    "Warp",
    "Zones",
]
