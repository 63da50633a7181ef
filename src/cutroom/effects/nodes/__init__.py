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
from cutroom.effects.nodes.filters import FILTERS, Filter
from cutroom.effects.nodes.pictures import BlendMode, Cell, Crop, Mode, Moving, Opacity, PictureNode, StillNode, Warp
from cutroom.effects.nodes.sounds import Gain, Ramp, SoundNode, Swell

Node = PictureNode | SoundNode

__all__ = [
    "FILTERS",
    "Affine",
    "Balance",
    "BlendMode",
    "Cell",
    "ColourNode",
    "Crop",
    "Filter",
    "Gain",
    "Levels",
    "Lut3d",
    "Matrix",
    "Mode",
    "Moving",
    "Node",
    "Opacity",
    "PictureNode",
    "Point",
    "Ramp",
    "SoundNode",
    "Spline",
    "StillNode",
    "Swell",
    "ToneNode",
    "Vibrance",
    "Warp",
    "Zones",
]
