"""`cr.ops`: the operations of an edit as exact values, and the values that they take.

The verbs of a timeline snap times, find tracks and link sound; an operation does what it says, to the fraction:
`project.apply(cr.ops.Overwrite(...))`. `project.to_script()` is written with them.

Example:
    >>> import cutroom as cr
    >>> project = cr.Project.create(fps=25, size=(640, 360), sample_rate=48_000)
    >>> [track] = project.apply(cr.ops.AddTrack(track="title", title="T1"))
    >>> hello = cr.ops.TitleSource(text="Hello")
    >>> [title] = project.apply(cr.ops.Overwrite(track=track, at="1/3", source=hello, duration=2))
    >>> project.timeline.clip(title).start
    Fraction(1, 3)
"""

from __future__ import annotations

from cutroom.edit import operations
from cutroom.edit.operations import *  # noqa: F403 - its own list of names
from cutroom.schema.clip import Clip, CompoundSource, MediaSource, TextSpan, TitleSource, TitleStyle
from cutroom.schema.cue import Cue
from cutroom.schema.curve import Keyframe
from cutroom.schema.document import ProjectSettings
from cutroom.schema.media import Fingerprint, Media
from cutroom.schema.resource import Resource
from cutroom.schema.speed import Ramp, SpeedKey

__all__ = [  # noqa: PLE0604 - strings all of them
    *operations.__all__,
    "Clip",
    "CompoundSource",
    "Cue",
    "Fingerprint",
    "Keyframe",
    "Media",
    "MediaSource",
    "ProjectSettings",
    "Ramp",
    "Resource",
    "SpeedKey",
    "TextSpan",
    "TitleSource",
    "TitleStyle",
]
