"""The stages of a tape: each takes blocks of sound one after the other and gives them back, none of it moved."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Protocol

import numpy as np

from cutroom.effects.nodes import Chorus, Echo, Limit, Reverb, Shift, SoundFilter, SoundNode
from cutroom.effects.nodes.sounds import Duck, Gain, Pan, Ramp, Swell, Width
from cutroom.effects.segment import Tape
from cutroom.effects.sounds.delays import Echoes, Voices
from cutroom.effects.sounds.graph import SoundGraph
from cutroom.effects.sounds.halls import Hall
from cutroom.effects.sounds.limiting import Limiter
from cutroom.effects.sounds.points import Hear, shape
from cutroom.effects.sounds.resampling import Samples
from cutroom.effects.sounds.shifting import Shifter

PointNodes = Gain | Swell | Ramp | Pan | Width | Duck


class Stage(Protocol):
    """Sample n of all that comes out belongs to sample n of all that went in; it may come out later."""

    def push(self, samples: Samples) -> Samples:
        """Take the next samples, and give those that are ready."""
        ...

    def finish(self) -> Samples:
        """The rest, so that as much has come out as went in. Behind the end there is silence."""
        ...


def stages(tape: Tape, hear: Hear) -> list[Stage]:
    """What a tape's nodes do, in order."""
    rate, channels = tape.source.sample_rate, tape.source.channels
    found: list[Stage] = []
    for kind, group in groupby(tape.nodes, key=_kind):
        nodes = list(group)
        if kind == "point":
            found.append(_Points([node for node in nodes if isinstance(node, PointNodes)], rate, channels, hear))
        elif kind == "filter":
            found.append(SoundGraph([node for node in nodes if isinstance(node, SoundFilter)], rate, channels))
        else:
            found += (_own(node, rate, channels) for node in nodes)
    return found


def _kind(node: SoundNode) -> str:
    return "filter" if isinstance(node, SoundFilter) else "own" if node.remembers else "point"


def _own(node: SoundNode, rate: int, channels: int) -> Stage:
    match node:
        case Limit():
            return Limiter(node, rate, channels)
        case Echo():
            return Echoes(node, rate, channels)
        case Chorus():
            return Voices(node, rate, channels)
        case Reverb():
            return Hall(node, rate, channels)
        case Shift():
            return Shifter(node, rate, channels)
    raise AssertionError(node)


class _Points:
    """Nodes without memory, in the middle of a tape."""

    def __init__(self, nodes: Sequence[PointNodes], rate: int, channels: int, hear: Hear) -> None:
        self._nodes, self._rate, self._hear = nodes, rate, hear
        self._at = 0
        self._none = np.zeros((channels, 0), np.float32)

    def push(self, samples: Samples) -> Samples:
        self._at += samples.shape[1]
        if not samples.shape[1]:
            return samples
        return shape(samples, self._nodes, self._at - samples.shape[1], self._rate, self._hear)

    def finish(self) -> Samples:
        return self._none
