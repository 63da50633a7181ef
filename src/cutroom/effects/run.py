"""Run a compiled segment: pictures and samples. Child side only: it opens media and touches pixels."""

from __future__ import annotations

from types import TracebackType
from typing import Self

import av

from cutroom.effects.pictures.compose import Ground
from cutroom.effects.pictures.graph import tag
from cutroom.effects.pictures.planes import Picture, new_frame
from cutroom.effects.pictures.shots import ShotRunner
from cutroom.effects.pictures.transitions import KINDS, Transition
from cutroom.effects.readers import Opener, Readers
from cutroom.effects.segment import Layer, PictureSegment, Shot
from cutroom.effects.sounds.mixing import Mixer, mix
from cutroom.effects.text import title
from cutroom.errors import nearest

__all__ = ["Mixer", "Opener", "PictureRunner", "Readers", "mix"]

title.warm()  # whoever imports this module is about to lock itself in, and fonts load more code on their first use


class PictureRunner:
    """Makes the frames of one segment. Closing it gives its readers back to `readers`, where they stay warm.

    Args:
        segment: what to show.
        readers: open media.

    Raises:
        MediaError: a file that cannot be opened.
        UnknownNameError: a transition that this engine does not draw.
    """

    def __init__(self, segment: PictureSegment, readers: Readers) -> None:
        self._segment = segment
        self._size = (segment.width, segment.height)
        self._last: av.VideoFrame | None = None
        self._runners: list[tuple[Layer, ShotRunner | None, ShotRunner | None]] = []
        self._transitions: dict[tuple[int, bool], Transition] = {}
        try:
            for layer in segment.layers:
                if layer.blend is not None and layer.blend.transition not in KINDS:
                    raise nearest(layer.blend.transition, KINDS, what="transition that can be drawn")
                runners = [self._start(shot, readers) for shot in (layer.shot, layer.incoming)]
                self._runners.append((layer, runners[0], runners[1]))
        except BaseException:
            self.close()
            raise

    def frame(self, i: int) -> av.VideoFrame:
        """Frame `i` of the segment: canvas size, tagged BT.709 limited range, square pixels, `pts == i`.

        It is yuv420p, or yuv420p10le where the segment is 10 bits deep.

        Asking in order is fast; any order gives the same frames. Each call gives a frame of its own.

        Raises:
            MediaError: a file that cannot be read.
        """
        depth = self._segment.depth
        result = self._composed(i, is_clear=False)
        frame = new_frame(*self._size, depth=depth) if result is None else result.to_frame()
        if frame is self._last:  # a still: whoever got it may have changed its times
            frame = new_frame(*self._size, Picture.of(frame).planes)
        self._last = frame
        frame.pts, frame.time_base = i, 1 / self._segment.fps
        frame.pict_type = 0  # the encoder decides, not the source
        return tag(frame)

    def layer(self, i: int) -> Picture | None:
        """Frame `i` as a layer: clear where nothing is drawn; None where nothing is at all."""
        return self._composed(i, is_clear=True)

    def _composed(self, i: int, *, is_clear: bool) -> Picture | None:
        ground = Ground(*self._size, is_clear, self._segment.depth)
        result: Picture | None = None
        for number, (layer, *runners) in enumerate(self._runners):
            shot, incoming = (None if runner is None else runner.picture(i) for runner in runners)
            if layer.blend is None:
                result = ground.over(result, shot)
                continue
            if (number, is_clear) not in self._transitions:
                self._transitions[number, is_clear] = KINDS[layer.blend.transition](layer, ground)
            progress = layer.blend.progress + i * layer.blend.step
            result = self._transitions[number, is_clear].run(result, (shot, incoming), progress)
        return result

    def close(self) -> None:
        """Give the readers back."""
        for _, shot, incoming in self._runners:
            for runner in (shot, incoming):
                if runner is not None:
                    runner.close()
        self._runners.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _start(self, shot: Shot | None, readers: Readers) -> ShotRunner | None:
        return None if shot is None else ShotRunner(shot, self._segment, readers, PictureRunner)
