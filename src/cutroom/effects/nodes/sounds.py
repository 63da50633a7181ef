"""Nodes of a sound's chain that are not FFmpeg's.

Those that do not `remember` need nothing of a clip but the sample itself and its number. The others have heard
everything since the clip's first sample: they run on a `Tape` (see `effects.segment`).
"""

from __future__ import annotations

import math
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from cutroom.effects.nodes.sound_filters import SoundFilter
from cutroom.schema.base import Frozen
from cutroom.schema.curve import Curve


class Point(Frozen):
    """A node without memory."""

    remembers: ClassVar[bool] = False


class Lasting(Frozen):
    """A node that must have heard everything before."""

    remembers: ClassVar[bool] = True


class Gain(Point):
    """Multiply samples by a constant."""

    kind: Literal["gain"] = "gain"
    db: float = Field(ge=-200, le=60)

    @property
    def factor(self) -> float:
        """The multiplier: 10 to the power of dB / 20."""
        return float(10 ** (self.db / 20))


class Swell(Point):
    """Multiply samples by a gain that changes from each to the next."""

    kind: Literal["swell"] = "swell"
    db: Curve
    """Key times count from the first sample of the sound clip, as it stands in the segment."""
    low: float = Field(ge=-200)
    high: float = Field(le=60)
    """Limits of the gain, where an easing overshoots."""


class Ramp(Point):
    """A fade: the factor goes from 0 to 1 (or back) over `samples`, and stays there before and after."""

    kind: Literal["ramp"] = "ramp"
    rising: bool
    curve: Literal["linear", "equal_power"]
    start: int
    """Sample of the sound clip, as it stands in the segment, where the ramp begins; negative: it began earlier."""
    samples: int = Field(gt=0)


class Pan(Point):
    """Turn stereo to one side. Mono stays as it is.

    `balance`: the far side is multiplied by 1 - |pan|, the near one stays. `equal_power`: left by
    √2 cos((pan + 1) π / 4), right by √2 sin((pan + 1) π / 4): the power of equal sides stays, and 0 changes nothing.
    """

    kind: Literal["pan"] = "pan"
    pan: Curve
    """From -1, left, to 1, right; limited to that. Key times as in `Swell`; one key: it never changes."""
    law: Literal["balance", "equal_power"]


class Width(Point):
    """Multiply what differs between left and right, (left - right) / 2, by a factor. Mono stays as it is."""

    kind: Literal["width"] = "width"
    width: Curve
    """From 0 to 2; limited to that. Key times as in `Pan`."""


class Duck(Point):
    """Make sound softer while other sound is heard.

    The other sound is measured in steps of a hundredth of a second, from the clip's start on: the mean square of all
    channels, in dB. What it has above `threshold` asks for that times 1 - 1 / `ratio` of reduction, at most `range`.
    The reduction goes up before each step in a straight line of dB, from none to `range` in `attack` seconds, so that
    it is there when the sound begins; it goes down behind it as straight, in `release` seconds. Where several steps
    ask, the largest counts. Between the middles of the steps lie straight lines.
    """

    kind: Literal["duck"] = "duck"
    side: int | str
    """In a segment: number of the other sound among the `sides`. As the effect is declared: a track, by id or title."""
    lead: int = Field(default=0, ge=0)
    """Samples of the other sound before the first of the sound clip, as it stands in the segment. The other sound
    begins where a step does."""
    threshold: float
    """dB of full scale."""
    ratio: float = Field(ge=1)
    range: float = Field(gt=0)
    """dB."""
    attack: float = Field(gt=0)
    release: float = Field(gt=0)

    def step(self, rate: int) -> int:
        """Samples of a step of the measurement."""
        return max(1, rate // 100)

    def reach(self, rate: int) -> tuple[int, int]:
        """Steps before a moment, and behind it, that can ask for a reduction there."""
        steps = (math.ceil(seconds * rate / self.step(rate)) for seconds in (self.release, self.attack))
        return next(steps), next(steps)


class Limit(Lasting):
    """Keep true peaks at or below a ceiling.

    Peaks are those of the wave between the samples: it is interpolated at 4 places a sample (ITU-R BS.1770). The gain,
    of all channels together, falls in a smooth curve of `attack` seconds that ends at the peak, and comes back in an
    exponential of `release` seconds. Where nothing is too loud, samples stay as they are, bit for bit.
    """

    kind: Literal["limit"] = "limit"
    ceiling: float = Field(ge=-60, le=0)
    """dB of full scale, true peak."""
    attack: float = Field(default=0.005, gt=0, le=0.1)
    release: float = Field(default=0.1, gt=0, le=5)


class Echo(Lasting):
    """Repeat the sound `time` seconds later, that `feedback` times as loud again, and so on; `mix` of it is added."""

    kind: Literal["echo"] = "echo"
    time: float = Field(gt=0, le=5)
    feedback: float = Field(ge=0, lt=1)
    mix: float = Field(ge=0, le=1)


class Chorus(Lasting):
    """Add two voices, each `mix` / 2 as loud, late by `delay` + `depth` sin(2π `speed` t + φ) seconds.

    The second voice is 1.3 times as late, and wavers at 0.8 of the speed. φ is 0 on the left, a quarter turn on the
    right; t counts from the first sample. Between samples lies a cubic (Catmull and Rom).
    """

    kind: Literal["chorus"] = "chorus"
    delay: float = Field(gt=0, le=1)
    depth: float = Field(ge=0, le=0.1)
    speed: float = Field(ge=0, le=20)
    """Hz."""
    mix: float = Field(ge=0, le=1)


class Reverb(Lasting):
    """Convolve with the response of a hall: noise that decays by 60 dB in `decay` seconds, differing left and right.

    Above 2 kHz the decay is 1 - `damping` times as long. `mix` of it, at the power of the sound itself, is added to
    1 - `mix` of the sound; the hall answers after `predelay` seconds.
    """

    kind: Literal["reverb"] = "reverb"
    decay: float = Field(gt=0, le=10)
    predelay: float = Field(ge=0, le=0.5)
    damping: float = Field(ge=0, le=0.9)
    mix: float = Field(ge=0, le=1)


class Shift(Lasting):
    """Change the pitch by a factor and keep the tempo: the sound is stretched, and then played that much faster."""

    kind: Literal["shift"] = "shift"
    factor: float = Field(ge=0.25, le=4)


PointNode = Annotated[Gain | Swell | Ramp | Pan | Width | Duck, Field(discriminator="kind")]
SoundNode = Annotated[
    Gain | Swell | Ramp | Pan | Width | Duck | Limit | Echo | Chorus | Reverb | Shift | SoundFilter,
    Field(discriminator="kind"),
]
