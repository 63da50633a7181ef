"""Frames of a picture stream at exact times, in any order."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from fractions import Fraction
from types import TracebackType
from typing import BinaryIO, Self, cast, overload

from av.video.frame import VideoFrame

from cutroom.errors import DamagedMediaError, MediaError
from cutroom.media.decoding import Decoding
from cutroom.media.fields import Fields
from cutroom.media.opening import called
from cutroom.media.stretch import Lost, Shown, ThreadedDamageError
from cutroom.schema.media import VideoStream

_NEAR = 12
"""Frames ahead that are always reached by decoding on: a seek costs more."""
_FAR_UNINDEXED = Fraction(4)
"""Seconds ahead from which a seek is tried in a file whose index does not say where keyframes are."""
_ATTEMPTS = 8
"""Seeks, each further back, before reading from the very beginning."""


class VideoReader:
    """Gives the frame that is shown at a media time. Reading in order decodes on; anything else seeks.

    The frame for a time is the same whatever was read before. Rotation is not applied. Of a frame that is interlaced
    the field of that time is given, with all lines (see `Fields`); a progressive one beside it is left alone. Of what
    is damaged the same frames are lost, too, wherever the reading began (see `Decoding`).

    Args:
        file: open for reading, seekable; the reader owns it from here on.
        stream: what the probe found.
        threads: decoder threads.

    Raises:
        MediaError: the file is not the one that was probed.

    Example:
        >>> with VideoReader(open("beach.mp4", "rb"), media.video) as reader:  # doctest: +SKIP
        ...     picture = reader.frame_at(Fraction(7, 2)).to_ndarray(format="rgb24")
    """

    def __init__(self, file: BinaryIO, stream: VideoStream, *, threads: int = 1) -> None:
        self._file = file
        self._stream = stream
        self._threads = threads
        self._name = called(file)
        self._end: Fraction | None = None  # start of the last frame, once the end was reached
        self._fields = Fields()
        self._previous: Shown | Lost | None = None  # None after a seek, too
        self._current: Shown | Lost | None = None
        self._next: Shown | Lost | None = None
        self._delay: int | None = None  # where frames are counted: by how many the decoder holds them back
        self._open()

    def frame_at(self, time: Fraction) -> VideoFrame:
        """The frame shown at `time`: the one with the largest start that is not after it.

        Before the first frame that one is shown, after the last one the last. The same object may be given twice:
        treat it as read-only.

        Args:
            time: seconds of media time.

        Raises:
            DamagedMediaError: the frame is lost: see `look_at`.
        """
        return self.shown_at(time).frame

    def shown_at(self, time: Fraction) -> Shown:
        """What `frame_at` gives, with the media time from which it is shown."""
        found = self.look_at(time)
        if isinstance(found, Lost):
            raise self._damaged(found.start)
        return found

    def look_at(self, time: Fraction) -> Shown | Lost:
        """What is shown at a time, or from when to when all frames are lost because what they need is damaged.

        Args:
            time: seconds of media time.

        Raises:
            DamagedMediaError: there is not a single frame.
        """
        time = max(time, self._stream.start)
        try:
            try:
                return self._found(time)
            except ThreadedDamageError:
                self._slow_down()
                return self._found(time)
        except MediaError:
            self._current = self._next = None
            raise

    def frames(self, time: Fraction = Fraction(0), *, fields: bool = False) -> Iterator[Shown]:
        """Every frame in order, from the one shown at `time` to the last. Read nothing else meanwhile.

        Args:
            time: seconds of media time.
            fields: whether an interlaced frame is given twice, once for each of its moments, or as its first alone.

        Raises:
            DamagedMediaError: what follows is lost.
        """
        for found in self.everything(time, fields=fields):
            if isinstance(found, Lost):
                raise self._damaged(found.start)
            yield found

    def everything(self, time: Fraction = Fraction(0), *, fields: bool = False) -> Iterator[Shown | Lost]:
        """What `frames` gives, and what is lost in between."""
        self.look_at(time)
        while self._current is not None:
            shown = self._current
            if isinstance(shown, Lost):
                yield self._whole(shown, None)
            elif shown.frame.interlaced_frame:
                yield self._whole(shown, shown.start)
                if fields and (second := self._whole(self._current, None)).start > shown.start:
                    yield second
            else:
                yield shown
            try:
                try:
                    following = self._peek()
                except ThreadedDamageError:
                    self._slow_down()
                    self._found(shown.start)
                    following = self._peek()
            except MediaError:
                self._current = self._next = None
                raise
            if following is None:
                self._end = self._current.start
                return
            self._previous, self._current, self._next = self._current, following, None

    @property
    def broke_off(self) -> Fraction | None:
        """Where the picture really ends, where that was found to be before the end that the probe tells of.

        Of streams whose rate varies it is never told: how long their last frame lasts, only the file can say.
        """
        if self._end is None or self._stream.variable_rate:
            return None
        end = self._end + 1 / self._stream.rate
        return end if end < self._stream.start + self._stream.duration else None

    def close(self) -> None:
        """Free the decoder and close the file."""
        self._frames.close()
        self._decoding.close()
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def _open(self) -> None:
        self._decoding = Decoding(self._file, self._stream, self._threads, self._delay)
        self._grid = self._decoding.grid
        self._restart(from_key=False)
        if self._decoding.counted and self._delay is None:
            self._current = next(self._frames, None)
            self._delay = self._decoding.delay

    def _restart(self, *, from_key: bool) -> None:
        self._frames: Generator[Shown | Lost] = self._decoding.run(from_key=from_key)
        self._previous = self._current = self._next = None

    def _reopen(self) -> None:
        self._frames.close()
        self._decoding.close()
        self._open()

    def _found(self, time: Fraction) -> Shown | Lost:
        if self._end is not None:
            time = min(time, self._end)
        if self._current is None or time < self._current.start or self._is_far(time, self._current):
            self._seek(time)
        return self._whole(self._walk(time), time)

    def _slow_down(self) -> None:
        """Begin anew without threads, which come to damage after they have gone on."""
        self._threads, self._end = 1, None
        self._reopen()

    def _walk(self, time: Fraction) -> Shown | Lost:
        """Decode on from the current frame until the one for `time`."""
        while True:
            current = cast("Shown | Lost", self._current)
            steady = not self._stream.variable_rate and isinstance(current, Shown)
            if steady and time < current.start + 1 / self._stream.rate:
                return current
            following = self._peek()
            if following is None:
                self._end = current.start
                return current
            if following.start > time:
                return current
            self._previous, self._current, self._next = current, following, None

    def _peek(self) -> Shown | Lost | None:
        """What comes after the current frame; None at the end."""
        if self._next is None:
            self._next = next(self._frames, None)
        return self._next

    @overload
    def _whole(self, shown: Shown, time: Fraction | None) -> Shown: ...
    @overload
    def _whole(self, shown: Shown | Lost, time: Fraction | None) -> Shown | Lost: ...
    def _whole(self, shown: Shown | Lost, time: Fraction | None) -> Shown | Lost:
        """The picture of the current frame, where it is interlaced that of the field that a time falls into.

        Args:
            shown: the current frame, or what is lost.
            time: None: that of the second field.
        """
        if isinstance(shown, Lost):
            following = self._peek()
            told = self._stream.start + self._stream.duration
            return Lost(
                shown.start, max(told, shown.start + 1 / self._stream.rate) if following is None else following.start
            )
        if not shown.frame.interlaced_frame:
            return shown
        if self._previous is None and shown.start > self._stream.start:  # after a seek: fetch what comes before, too
            self._seek(shown.start - self._grid.tick - self._grid.slack)
            shown = cast(Shown, self._walk(shown.start))
        previous, following = self._previous, self._peek()
        length = 1 / self._stream.rate
        if following is not None:
            length = min(length, following.start - shown.start)
        middle = shown.start + length / 2
        second = time is None or time >= middle
        made = self._fields.picture(_picture(previous), shown.frame, _picture(following), second=second)
        return Shown(middle if second else shown.start, made)

    def _is_far(self, time: Fraction, current: Shown | Lost) -> bool:
        """Whether a keyframe on the way makes a seek cheaper than decoding on."""
        if isinstance(current, Lost) and ((following := self._peek()) is None or time < following.start):
            return False
        distance = time - current.start
        if distance * self._stream.rate <= _NEAR:
            return False
        entries = self._decoding.source.index_entries
        if len(entries):
            key = entries.search_timestamp(self._grid.ticks(time), backward=True)
            if key >= 0 and self._grid.start(entries[key].timestamp) > current.start + _NEAR / self._stream.rate:
                return True
            if "mp4" in self._decoding.container.format.name:  # its index lists every frame
                return False
        return distance > _FAR_UNINDEXED

    def _seek(self, time: Fraction) -> None:
        """Make the current frame one that starts at or before `time` (or the first of all).

        A keyframe that does not decode may be damaged, or go by what was before it, as where the alpha of VP8 has no
        keyframe there: an earlier one tells.
        """
        goal, back = self._grid.ticks(time), Fraction(1, 4)
        for _ in range(_ATTEMPTS):
            if not self._land(goal):
                break
            if isinstance(self._current, Shown) and self._current.start <= time:
                return
            goal = min(
                goal - int(back / self._grid.tick), goal if self._decoding.landed is None else self._decoding.landed - 1
            )
            back *= 4
        self._reopen()
        self._current = next(self._frames, None)
        if self._current is None:
            raise self._damaged(self._stream.start)

    def _land(self, goal: int) -> bool:
        """Seek, and decode the first frame there, if any; False where the file cannot be sought."""
        self._frames.close()
        if not self._decoding.seek(goal):
            return False
        self._restart(from_key=True)
        self._current = next(self._frames, None)
        return True

    def _damaged(self, at: Fraction | None) -> DamagedMediaError:
        where = "" if at is None else f" at {float(at):.2f} s"
        return DamagedMediaError(
            f"the picture of {self._name} is damaged{where}",
            value=self._name,
            hint="copy the file again from its source, or keep that part out of the edit",
        )


def _picture(one: Shown | Lost | None) -> VideoFrame | None:
    return one.frame if isinstance(one, Shown) else None
