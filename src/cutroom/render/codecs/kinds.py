"""What every codec says of itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from cutroom.schema.export import ExportSettings


class PictureFormat(NamedTuple):
    """Frames a second, and the size in pixels (even numbers)."""

    fps: Fraction
    width: int
    height: int


class SoundFormat(NamedTuple):
    """Samples a second, and channels (1 or 2)."""

    sample_rate: int
    channels: int


@dataclass(frozen=True)
class PictureCodec:
    """A picture codec whose segments, encoded one by one, can be put one behind the other.

    Args:
        encoder: FFmpeg's name of it.
        options: of the encoder, by settings and format: closed GOPs, parameter sets that do not depend on the content,
            the same bytes each time.
        delay: frames by which decoding runs ahead of showing; None: the opened encoder says so.
        tags: how the codec is called in containers that have several names for it.
        environment: variables that its library looks at.
    """

    encoder: str
    options: Callable[[ExportSettings, PictureFormat], dict[str, str]]
    delay: int | None = 0
    tags: Mapping[str, str] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class SoundCodec:
    """A sound codec whose chunks, encoded one by one, can be put one behind the other.

    Args:
        encoder: FFmpeg's name of it.
        rates: samples a second that it has; None: any.
        packet: samples of one packet.
        priming: samples that its decoder gives before the first one of the stream.
        warm: packets encoded before a chunk and thrown away, until the encoder has forgotten where it began.
        ahead: packets encoded behind a chunk and thrown away: the encoder looks ahead.
        sample_format: that its encoder takes.
        options: of the encoder.
        other_rate: samples a second that are mixed where the project's rate is none of `rates`; None: that is refused.
        pack: makes a packet's bytes of samples (channels, samples) within [-1, 1]; None: the encoder does.
        trimmed: whether the first and the last packet must say how many of their samples are no part of the stream.
    """

    encoder: str
    rates: frozenset[int] | None
    packet: int
    priming: int = 0
    warm: int = 0
    ahead: int = 0
    sample_format: Literal["fltp", "flt"] = "fltp"
    options: Mapping[str, str] = field(default_factory=dict)
    other_rate: int | None = None
    pack: Callable[[NDArray[np.float32]], bytes] | None = None
    trimmed: bool = False

    def packets(self, samples: int) -> int:
        """How many a stream of so many samples has."""
        return -(-(samples + self.priming) // self.packet)


EFFORTS = ("ultrafast", "superfast", "veryfast", "faster", "fast", "medium", "slow", "slower", "veryslow", "placebo")


def effort(settings: ExportSettings, numbers: tuple[int, ...]) -> str:
    """An encoder's own number for the effort: one for each of `EFFORTS`."""
    assert settings.encoder_preset is not None
    return str(numbers[EFFORTS.index(settings.encoder_preset)])


def quality(settings: ExportSettings) -> str:
    """The CRF as encoders read it."""
    assert settings.crf is not None
    return f"{settings.crf:g}"
