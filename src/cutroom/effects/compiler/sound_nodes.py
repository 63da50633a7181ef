"""A sound clip's nodes as they stand in a stretch of it."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from cutroom.effects.compiler.layout import Window
from cutroom.effects.nodes import Duck, Gain, Pan, PointNode, Ramp, SoundNode, Swell, Width
from cutroom.effects.registry import TransitionSpec
from cutroom.schema.curve import Curve, needed, shifted


def placed(node: SoundNode, starts: int) -> SoundNode:
    """A node of a clip that starts at a timeline sample; its fades then count in timeline samples."""
    return node.replace(start=node.start + starts) if isinstance(node, Ramp) else node


def split(nodes: Sequence[SoundNode]) -> tuple[list[SoundNode], list[PointNode]]:
    """What must have heard everything since the clip's start, with all that comes before it; and the rest."""
    last = max((i + 1 for i, node in enumerate(nodes) if node.remembers), default=0)
    rest = [node for node in nodes[last:] if isinstance(node, Gain | Swell | Ramp | Pan | Width | Duck)]
    return list(nodes[:last]), rest


def crossing(window: Window, spec: TransitionSpec, *, rising: bool) -> Ramp:
    """The fade of one clip, in timeline samples: over the whole transition, or in a dip up to the cut or from it on."""
    begin, end = window.begin, window.end
    if spec.sound == "dip" and window.left is not None and window.right is not None:
        begin, end = (window.cut, window.end) if rising else (window.begin, window.cut)
    return Ramp(rising=rising, curve="equal_power", start=begin, samples=max(1, end - begin))


def within[N: (SoundNode, PointNode)](node: N, span: tuple[int, int], begins: Fraction, rate: int) -> N | None:
    """A node as it stands in a span of timeline samples; None where it changes nothing there.

    Args:
        node: what is animated counts from the clip's start, a fade in timeline samples.
        span: first sample, and the one behind the last.
        begins: where the clip starts, in seconds.
        rate: samples per second.
    """
    if isinstance(node, Ramp):
        idle = node.start + node.samples <= span[0] if node.rising else node.start >= span[1]
        return None if idle else node.replace(start=node.start - span[0])
    if isinstance(node, Swell):
        db = _seen(node.db, span, begins, rate)
        if len(db) > 1:
            return node.evolve(db=db)
        level = min(max(db[0].value, node.low), node.high)
        return Gain(db=level) if level else None
    if isinstance(node, Pan):
        pan = _seen(node.pan, span, begins, rate)
        return None if len(pan) == 1 and not pan[0].value else node.evolve(pan=pan)
    if isinstance(node, Width):
        width = _seen(node.width, span, begins, rate)
        return None if len(width) == 1 and width[0].value == 1 else node.evolve(width=width)
    return node


def _seen(curve: Curve, span: tuple[int, int], begins: Fraction, rate: int) -> Curve:
    """What matters of a curve in a span, counted from its first sample; of what stands still, one key at 0."""
    first, last = Fraction(span[0], rate) - begins, Fraction(span[1] - 1, rate) - begins
    found = needed(curve, first, last)
    return shifted(found, first) if len(found) > 1 else (found[0].evolve(time=Fraction(0), easing="linear"),)


def ducked(node: Duck, span: tuple[int, int], starts: int, rate: int) -> tuple[Duck, tuple[int, int]]:
    """A node that listens, in a span of timeline samples, and the span of the other sound that it must hear.

    Args:
        node: as it was declared.
        span: first sample, and the one behind the last.
        starts: timeline sample at which the clip starts: its steps count from there.
        rate: samples per second.
    """
    step = node.step(rate)
    first, last = ((at - starts - step // 2) // step for at in (span[0], span[1] - 1))
    behind, ahead = node.reach(rate)
    low, high = starts + (first - behind) * step, starts + (last + 2 + ahead) * step
    return node.evolve(lead=span[0] - low), (low, high)
