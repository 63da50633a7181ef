"""FFmpeg filters on sound: the only place where they run."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import av
import numpy as np
from av.filter import Graph

from cutroom.effects.nodes import SoundFilter
from cutroom.effects.sounds.resampling import Samples

_LAYOUTS = {1: "mono", 2: "stereo"}


class SoundGraph:
    """A chain of filters on 32-bit float samples, whose delays are taken off.

    Args:
        nodes: the filters.
        rate: samples per second.
        channels: 1 or 2.
    """

    def __init__(self, nodes: Sequence[SoundFilter], rate: int, channels: int) -> None:
        self._rate, self._channels = rate, channels
        self._late = sum(node.latency(rate) for node in nodes)
        self._skip = self._late
        self._taken = self._given = 0
        shape = {"sample_rates": str(rate), "sample_fmts": "fltp", "channel_layouts": _LAYOUTS[channels]}
        self._graph = Graph()
        self._graph.threads = 1
        source = self._graph.add(
            "abuffer",
            sample_rate=str(rate),
            sample_fmt="fltp",
            channel_layout=_LAYOUTS[channels],
            time_base=f"1/{rate}",
        )
        chain = [self._graph.add(node.filter, **{k: _option(v) for k, v in node.args.items()}) for node in nodes]
        self._graph.link_nodes(
            source, *chain, self._graph.add("aformat", **shape), self._graph.add("abuffersink")
        ).configure()

    def push(self, samples: Samples) -> Samples:
        """Take the next samples, and give those that are ready."""
        self._feed(samples)
        return self._pulled()

    def finish(self) -> Samples:
        """The rest: as much as went in comes out."""
        count = self._taken
        self._feed(np.zeros((self._channels, self._late), np.float32))
        self._taken = count
        self._graph.push(None)
        return self._pulled()

    def _feed(self, samples: Samples) -> None:
        if samples.shape[1]:
            block = np.ascontiguousarray(samples)
            frame = av.AudioFrame.from_ndarray(block, format="fltp", layout=_LAYOUTS[self._channels])
            frame.sample_rate, frame.pts, frame.time_base = self._rate, self._taken, Fraction(1, self._rate)
            self._graph.push(frame)
            self._taken += samples.shape[1]

    def _pulled(self) -> Samples:
        parts = [np.zeros((self._channels, 0), np.float32)]
        while True:
            try:
                frame = self._graph.pull()
            except (av.BlockingIOError, EOFError):
                break
            assert isinstance(frame, av.AudioFrame)
            parts.append(frame.to_ndarray().astype(np.float32, copy=False))
        made = np.concatenate(parts, axis=1)
        dropped = min(self._skip, made.shape[1])
        self._skip -= dropped
        made = made[:, dropped : dropped + self._taken - self._given]
        self._given += made.shape[1]
        return made


def _option(value: float | str) -> str:
    return value if isinstance(value, str) else repr(value)
