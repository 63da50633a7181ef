"""Frozen nodes of a picture's or a sound's chain, validated when they are made.

A `Filter` is one FFmpeg filter on pictures, a `SoundFilter` one on sound. Only names and arguments of `FILTERS` and
`SOUND_FILTERS` exist: a project file can never name another one, and no argument is ever a piece of graph text.
Everything else is a node of our own.
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
from cutroom.effects.nodes.sound_filters import SOUND_FILTERS, SoundFilter
from cutroom.effects.nodes.sounds import (
    Chorus,
    Duck,
    Echo,
    Gain,
    Limit,
    Pan,
    PointNode,
    Ramp,
    Reverb,
    Shift,
    SoundNode,
    Swell,
    Width,
)
from cutroom.effects.nodes.style import Edges, Flare, Fringe, Grain, Lens, Vignette

Node = PictureNode | SoundNode

__all__ = [
    "FILTERS",
    "SOUND_FILTERS",
    "Affine",
    "Balance",
    "BlendMode",
    "BoxBlur",
    "Called",
    "Cell",
    "Chorus",
    "ChromaKey",
    "ColourNode",
    "Crop",
    "Duck",
    "Echo",
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
    "Limit",
    "LumaKey",
    "Lut3d",
    "Matrix",
    "Mirror",
    "Mode",
    "MotionBlur",
    "Moving",
    "Node",
    "Opacity",
    "Pan",
    "PictureNode",
    "Pixelate",
    "Point",
    "PointNode",
    "Python",
    "PythonClocked",
    "Ramp",
    "Reverb",
    "Rolled",
    "Settle",
    "Sharpen",
    "Shift",
    "Smooth",
    "SoundFilter",
    "SoundNode",
    "Spline",
    "StillNode",
    "Swell",
    "ToneNode",
    "Typed",
    "Vibrance",
    "Vignette",
    "Warp",
    "Width",
    "Zones",
]
