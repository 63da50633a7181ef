"""What a layer hides: layers below an opaque one that fills the canvas need not be made at all."""

from __future__ import annotations

from collections.abc import Sequence

from cutroom.effects.compiler.fit import has_alpha
from cutroom.effects.nodes import Opacity, StillNode, Warp
from cutroom.effects.segment import Fit, Layer, MediaPicture, Shot

_SLACK = 1e-6


def covers(layer: Layer, width: int, height: int, frames: int) -> bool:
    """Whether nothing below the layer can be seen in so many frames."""
    if layer.blend is not None and (layer.shot is None or layer.incoming is None):
        return False
    return all(shot is None or _fills(shot, width, height, frames) for shot in (layer.shot, layer.incoming))


def invisible(shot: Shot) -> bool:
    """Whether nothing of the shot can be seen, at any frame."""
    return all(any(isinstance(node, Opacity) and node.opacity == 0 for node in nodes) for nodes in shot.chains)


def _fills(shot: Shot, width: int, height: int, frames: int) -> bool:
    source = shot.source
    if not isinstance(source, MediaPicture) or has_alpha(source.input.stream):
        return False
    if not all(source.shows(i) for i in (-shot.lead, 0, frames - 1)):  # some effects look back
        return False
    return all(_fills_with(shot.fit, nodes, width, height) for nodes in shot.chains)


def _fills_with(fit: Fit, nodes: Sequence[StillNode], width: int, height: int) -> bool:
    left, top, right, bottom = fit.x - 0.5, fit.y - 0.5, fit.x + fit.width - 0.5, fit.y + fit.height - 0.5
    for i, node in enumerate(nodes):
        if not isinstance(node, Warp):
            if node.clears or (node.spatial and any(isinstance(before, Warp) for before in nodes[:i])):
                return False
        elif node.rotation % 360 == 0:
            (scale, _, dx), (_, _, dy) = node.matrix(width, height)
            left, right = scale * left + dx, scale * right + dx
            top, bottom = scale * top + dy, scale * bottom + dy
        else:
            return False
    return (
        left <= -0.5 + _SLACK
        and top <= -0.5 + _SLACK
        and right >= width - 0.5 - _SLACK
        and bottom >= height - 0.5 - _SLACK
    )
