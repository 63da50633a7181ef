"""Chains that lose a node where an animation reaches the value that does nothing, with one in its place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cutroom.effects.nodes import Opacity, StillNode, Warp
from cutroom.effects.nodes.colour import Affine
from cutroom.effects.nodes.filters import Filter

_NEUTRAL: Mapping[type, StillNode] = {type(node): node for node in (Affine(), Opacity(opacity=1), Warp())}
"""None that works on R'G'B': even where it does nothing, colours that R'G'B' does not have are lost on the way."""


def evened(chains: Sequence[Sequence[StillNode]]) -> list[list[StillNode]]:
    """The chains of all frames with the nodes of the longest one, in its order; as they are where that cannot be.

    Example:
        >>> evened([(), (Opacity(opacity=0.5),)])[0]
        [Opacity(kind='opacity', opacity=1.0)]
    """
    longest = max(chains, key=len)
    found = [_filled(nodes, longest) for nodes in chains]
    even = [nodes for nodes in found if nodes is not None]
    return even if len(even) == len(found) else [list(nodes) for nodes in chains]


def shape(node: StillNode) -> tuple[object, ...]:
    """What the program cannot change from frame to frame."""
    return (node.kind, node.filter, tuple(node.args)) if isinstance(node, Filter) else (node.kind,)


def _filled(nodes: Sequence[StillNode], like: Sequence[StillNode]) -> list[StillNode] | None:
    """A chain with what does nothing wherever another chain has something else; None: nothing does."""
    rest = list(nodes)
    found: list[StillNode] = []
    for node in like:
        if rest and shape(rest[0]) == shape(node):
            found.append(rest.pop(0))
            continue
        neutral = _NEUTRAL.get(type(node))
        if neutral is None:
            return None
        found.append(neutral)
    return None if rest else found
