"""What is measured before it can be compiled: requests, results, and what an effect that needs them says.

A `Request` is a frozen value that describes what is to be measured, as the compiler describes what is to be shown: it
knows no path, no id and no place on the timeline. Its key is the SHA-256 of its canonical JSON, and what was measured
once is good wherever that key comes up again, as long as the engine is the same. Whoever compiles hands in the results
that there are; whoever renders has the missing ones measured first (`cutroom.render.analyses`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from types import TracebackType
from typing import Annotated, Literal, Protocol

from pydantic import Field, TypeAdapter

from cutroom.effects.nodes import Gain, Limit
from cutroom.effects.segment import Fit, PictureSegment, SoundSegment, picture_inputs, sound_inputs
from cutroom.errors import AnalysisNeededError
from cutroom.schema.base import Frozen, digest


class _Request(Frozen):
    """What every request has."""

    @cached_property
    def key(self) -> str:
        """SHA-256 of its canonical JSON."""
        return digest(self)


class LoudnessRequest(_Request):
    """How loud a sound is, by EBU R 128."""

    kind: Literal["loudness"] = "loudness"
    blocks: tuple[SoundSegment, ...]
    """The sound in parts, one after the other."""

    @property
    def files(self) -> Iterator[str]:
        """SHA-256 of every file that is heard."""
        for block in self.blocks:
            yield from sound_inputs(block)

    @property
    def amount(self) -> int:
        """How much there is to do, in frames of 1/30 s."""
        return sum(1 + 30 * block.samples // block.sample_rate for block in self.blocks)


class MotionRequest(_Request):
    """How a camera moved from each frame of a picture to the next."""

    kind: Literal["motion"] = "motion"
    picture: PictureSegment

    @property
    def files(self) -> Iterator[str]:
        """SHA-256 of every file that is shown."""
        return picture_inputs(self.picture)

    @property
    def amount(self) -> int:
        """How much there is to do, in frames."""
        return self.picture.frames


Request = LoudnessRequest | MotionRequest


class Loudness(Frozen):
    """How loud a sound is, by EBU R 128.

    Example:
        >>> Loudness(integrated=-18.2, range=4.1, true_peak=-2.0)
        Loudness(-18.2 LUFS, range 4.1 LU, true peak -2.0 dBTP)
    """

    kind: Literal["loudness"] = "loudness"
    integrated: float | None = None
    """LUFS over all of it; None where it is silent, or shorter than 0.4 s."""
    range: float = Field(default=0.0, ge=0)
    """LU between its soft and its loud parts."""
    true_peak: float | None = None
    """dBTP of the loudest moment, between the samples as well; None where it is silent."""
    channels: int = Field(default=2, ge=1, le=2)
    """What was heard: 1 is mono; from both speakers of stereo the same sound has 3.01 LUFS more (ITU-R BS.1770)."""

    def __repr__(self) -> str:
        if self.integrated is None:
            return "Loudness(too soft or too short to be measured)"
        peak = "none" if self.true_peak is None else f"{self.true_peak:.1f} dBTP"
        mono = ", mono" if self.channels == 1 else ""
        return f"Loudness({self.integrated:.1f} LUFS, range {self.range:.1f} LU, true peak {peak}{mono})"

    __str__ = __repr__


class SoFar(Frozen):
    """What a meter of loudness knows after a part of a sound, so that another one can go on with the next part."""

    kind: Literal["so_far"] = "so_far"
    steps: tuple[float, ...] = ()
    """Mean square of each 0.1 s, as ears weigh it, of the channels' sum."""
    rest: tuple[float, ...] = ()
    """Squares of the samples behind the last whole step."""
    filters: tuple[float, ...] = ()
    """What the filters that weigh remember."""
    tail: tuple[float, ...] = ()
    """The last samples."""
    peak: float = Field(default=0.0, ge=0)
    """The largest value, between samples as well."""


MOST_GAIN = 60.0
"""dB; what is softer by more than that is noise."""


def gain_for(found: Loudness, target: float, ceiling: float | None) -> float:
    """The gain in dB that brings a sound to a loudness, as far as its true peak stays below a ceiling.

    Args:
        found: how loud it is.
        target: LUFS.
        ceiling: dBTP; None: none.

    Example:
        >>> gain_for(Loudness(integrated=-20, true_peak=-3), -14, -1)
        2.0
    """
    if found.integrated is None:
        return 0.0
    room = MOST_GAIN if found.true_peak is None or ceiling is None else ceiling - found.true_peak
    return round(max(-200.0, min(target - found.integrated, room, MOST_GAIN)), 3)


def level_for(found: Loudness, target: float, ceiling: float) -> tuple[Gain | Limit, ...]:
    """What brings a sound to a loudness: a gain, and a limiter where its true peak would pass a ceiling.

    Args:
        found: how loud it is.
        target: LUFS. What the limiter takes away is missing from it.
        ceiling: dBTP.

    Example:
        >>> [node.kind for node in level_for(Loudness(integrated=-20, true_peak=-3), -14, -1)]
        ['gain', 'limit']
    """
    db = gain_for(found, target, None)
    gain = (Gain(db=db),) if db else ()
    too_high = found.true_peak is not None and found.true_peak + db > ceiling
    return (*gain, Limit(ceiling=ceiling)) if too_high else gain


Move = tuple[float, float, float, float]
"""Where the middle of a picture is seen on the next one, right and down, in widths of the picture; by what angle the
picture has turned, in radians clockwise; the natural logarithm of how much larger it has become."""


class Motion(Frozen):
    """How a camera moved."""

    kind: Literal["motion"] = "motion"
    moves: tuple[Move | None, ...]
    """From each frame to the next; None at a cut."""


Result = Loudness | Motion
RESULT: TypeAdapter[Result] = TypeAdapter(Annotated[Result, Field(discriminator="kind")])


class Results(Protocol):
    """What was measured, by the keys of requests; a dictionary will do."""

    def get(self, key: str, /) -> Result | None:
        """A result, if there is one."""
        ...


def require(results: Results, requests: Iterable[Request]) -> tuple[Result, ...]:
    """The results of requests, in order.

    Raises:
        AnalysisNeededError: some are missing; its `value` is a tuple of their requests.
    """
    wanted = tuple(requests)
    found = [results.get(request.key) for request in wanted]
    missing = [request for request, result in zip(wanted, found, strict=True) if result is None]
    if missing:
        raise _needed(missing)
    return tuple(result for result in found if result is not None)


def _needed(missing: Iterable[Request]) -> AnalysisNeededError:
    requests = tuple(missing)
    several = "1 measurement is" if len(requests) == 1 else f"{len(requests)} measurements are"
    return AnalysisNeededError(
        f"{several} needed before this can be shown",
        value=requests,
        hint="render it, or take a still: what is missing is measured first",
    )


class Missing:
    """Gathers what is missing in several places, so that one error names all of it.

    Example:
        >>> missing = Missing()
        >>> with missing:
        ...     _ = require({}, [LoudnessRequest(blocks=())])
        >>> missing.tell()
        Traceback (most recent call last):
        cutroom.errors.AnalysisNeededError: 1 measurement is needed before this can be shown
          → render it, or take a still: what is missing is measured first
    """

    def __init__(self) -> None:
        self._requests: dict[str, Request] = {}

    def __enter__(self) -> None:
        pass

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        if isinstance(error, AnalysisNeededError):
            requests: tuple[Request, ...] = error.value  # type: ignore[assignment]  # `require` is what raises it
            self._requests.update((request.key, request) for request in requests)
            return True
        return False

    def tell(self) -> None:
        """Raise if there was any."""
        if self._requests:
            raise _needed(self._requests.values())


@dataclass(frozen=True)
class Heard:
    """The sound that an effect measures: a whole clip's, after the effects before it, in blocks."""

    blocks: tuple[SoundSegment, ...]


@dataclass(frozen=True)
class Film:
    """The picture that an effect measures: its clip's source, before all effects, in the source's own frames.

    Args:
        rate: frames a second of the source.
        frames: how many it has.
        part: frames [first, first + count) of it, small.
        numbers: which of them the clip shows, frame by frame of the stretch that is compiled.
        lead: how many of those come before the stretch's first.
        place: where the picture lies on the canvas.
        width: of the canvas, in pixels.
        height: of the canvas, in pixels.
    """

    rate: Fraction
    frames: int
    part: Callable[[int, int], PictureSegment]
    numbers: Sequence[int]
    lead: int
    place: Fit
    width: int
    height: int
