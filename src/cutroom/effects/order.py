"""The order in which the nodes of a picture's chain are run, and which of them run together. Pure: no pixel is touched.

Movements are put off to the next one, so that a layer is resampled once; neighbours that work on R'G'B' share the way
there and back.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from cutroom.effects.nodes import ColourNode, Filter, Flip, Mirror, Moving, PictureNode, StillNode, Vignette, Warp


class Link(NamedTuple):
    """A node of a chain at one frame."""

    run: int
    """Neighbours with the same number change together, or never."""
    node: StillNode
    place: int
    """Of the node, or of what moves it, in the whole chain."""


def links_at(nodes: Sequence[PictureNode], i: int) -> list[Link]:
    """The chain at frame `i` of the segment."""
    links: list[Link] = []
    run = 0
    for place, node in enumerate(nodes):
        if isinstance(node, Moving):
            links += [Link(run + 1, one.at(i), place) for one in node.frames[i + node.lead]]
            run += 2
        else:
            links.append(Link(run, node.at(i), place))
    return links


class Plan(NamedTuple):
    """What a stage is made from."""

    kind: str
    nodes: list[StillNode]
    soft: bool
    """Whether a later one needs the clear surroundings as alpha."""
    places: list[int]
    """Of the nodes, in the whole chain."""


def plans(links: Sequence[Link]) -> Iterator[Plan]:
    """The stages of a chain at one frame, in the order in which they run."""
    groups = [(kind, list(group)) for kind, group in groupby(_joined(_gathered(links)), key=_group)]
    for i, (kind, group) in enumerate(groups):
        soft = any(link.node.spatial for _, later in groups[i + 1 :] for link in later)
        nodes, places = [link.node for link in group], [link.place for link in group]
        if kind == "warp" or kind.startswith(("filter", "rgb")):
            yield Plan(kind, nodes, soft and kind == "warp", places)
        else:
            # what looks back must be the same stage all the time, whatever comes after it
            for node, place in zip(nodes, places, strict=True):
                yield Plan(kind, [node], soft and not node.back, [place])


def gathered(nodes: Sequence[StillNode]) -> list[StillNode]:
    """The nodes of a chain in the order in which they are run."""
    return [link.node for link in _gathered([Link(0, node, place) for place, node in enumerate(nodes)])]


def _gathered(links: Sequence[Link]) -> list[Link]:
    """The same chain with each movement put off to the next one, where nothing between them sees neighbouring pixels or
    goes by places on the canvas.

    Crops follow the layer's own sides, and everything else looks at single pixels: the picture stays the same.
    """
    gathered: list[Link] = []
    waiting = 0  # how many of the last nodes are movements or came after one
    for link in links:
        earlier = gathered[len(gathered) - waiting :]
        if isinstance(link.node, Mirror | Vignette):  # of the layer itself, whatever the canvas shows of it
            moved = [one for one in earlier if isinstance(one.node, Warp | Flip)]
            kept = [one for one in earlier if not isinstance(one.node, Warp | Flip)]
            gathered[len(gathered) - waiting :] = [*kept, link, *moved]
            waiting = len(moved)
            continue
        if link.node.spatial or link.node.anchored:
            waiting = 0
        elif isinstance(link.node, Warp | Flip):
            kept = [one for one in earlier if not isinstance(one.node, Warp | Flip)]
            moved = [one for one in earlier if isinstance(one.node, Warp | Flip)]
            gathered[len(gathered) - waiting :] = [*kept, *moved]
            waiting = len(moved) + 1
        elif waiting:
            waiting += 1
        gathered.append(link)
    return gathered


def _joined(links: Sequence[Link]) -> Iterator[Link]:
    """Neighbouring colours as one run, whether they change together or not: they are made anew in no time."""
    before: Link | None = None
    for link in links:
        one = link
        if isinstance(link.node, ColourNode) and before is not None and isinstance(before.node, ColourNode):
            one = link._replace(run=before.run)
        yield one
        before = one


def _group(link: Link) -> str:
    """What shares a stage: all movements that meet, filters of a kind that change together."""
    node = link.node
    if isinstance(node, Flip):
        return "warp"
    if isinstance(node, ColourNode):
        return f"rgb {link.run}"
    return f"filter {node.spatial} {link.run}" if isinstance(node, Filter) else node.kind
