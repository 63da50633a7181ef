"""Frozen nodes of a picture's or a sound's chain, validated when they are made.

A `Filter` is one FFmpeg filter on pictures, a `SoundFilter` one on sound. Only names and arguments of `FILTERS` and
`SOUND_FILTERS` exist: a project file can never name another one, and no argument is ever a piece of graph text.
Everything else is a node of our own.
"""

from __future__ import annotations

from cutroom.effects.nodes.filters import FILTERS, Filter
from cutroom.effects.nodes.pictures import Crop, Moving, Opacity, PictureNode, StillNode, Warp
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

Node = PictureNode | SoundNode

__all__ = [
    "FILTERS",
    "SOUND_FILTERS",
    "Chorus",
    "Crop",
    "Duck",
    "Echo",
    "Filter",
    "Gain",
    "Limit",
    "Moving",
    "Node",
    "Opacity",
    "Pan",
    "PictureNode",
    "PointNode",
    "Ramp",
    "Reverb",
    "Shift",
    "SoundFilter",
    "SoundNode",
    "StillNode",
    "Swell",
    "Warp",
    "Width",
]
