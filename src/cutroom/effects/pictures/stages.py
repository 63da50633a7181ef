"""From a shot to its pictures: the source, then its nodes as stages that run one after the other.

Two repairs happen on the way, and nowhere else. Filters that mix neighbouring pixels get colours multiplied by alpha,
and room on the whole canvas; filters that change colours get straight ones. Neighbouring filters share one graph.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple, Protocol

from cutroom.effects.nodes import (
    Affine,
    BlendMode,
    BoxBlur,
    Cell,
    ChromaKey,
    ColourNode,
    Crop,
    Edges,
    Filter,
    Flare,
    Flip,
    Fringe,
    Glow,
    Grain,
    Lens,
    LumaKey,
    Mirror,
    Mode,
    MotionBlur,
    Moving,
    Opacity,
    PictureNode,
    Pixelate,
    Python,
    PythonClocked,
    Rolled,
    Settle,
    Sharpen,
    Smooth,
    StillNode,
    Typed,
    Vignette,
    Warp,
)
from cutroom.effects.order import Plan, links_at, plans
from cutroom.effects.pictures.affine import AffineStage
from cutroom.effects.pictures.cells import CellStage
from cutroom.effects.pictures.detail import BoxBlurStage, GlowStage, PixelateStage, SharpenStage, SmoothStage
from cutroom.effects.pictures.geometry import CropStage, WarpStage
from cutroom.effects.pictures.grain import GrainStage
from cutroom.effects.pictures.graph import FrameGraph, steps, tag
from cutroom.effects.pictures.keys import ChromaKeyStage, LumaKeyStage
from cutroom.effects.pictures.lenses import FringeStage, LensStage
from cutroom.effects.pictures.memory import MotionBlurStage, SettleStage
from cutroom.effects.pictures.mirror import MirrorStage
from cutroom.effects.pictures.planes import Picture
from cutroom.effects.pictures.python import PythonStage
from cutroom.effects.pictures.rgb import RgbStage, Shared
from cutroom.effects.pictures.style import EdgesStage, FlareStage, VignetteStage
from cutroom.errors import MediaNotFoundError


class Stage(Protocol):
    """One step of a shot's chain."""

    def run(self, picture: Picture) -> Picture | None:
        """The picture after this step; None where nothing is left of it."""
        ...


def no_resource(sha256: str) -> bytes:
    """For chains without files.

    Raises:
        MediaNotFoundError: always.
    """
    raise MediaNotFoundError(
        f"no file is known for resource {sha256[:12]}…", value=sha256, hint="project.resources.add(path)"
    )


class Place(NamedTuple):
    """Where a stage works."""

    width: int
    """Of the canvas, in pixels."""
    height: int
    soft: bool
    """Whether a later stage needs the clear surroundings as alpha, even where edges are sharp."""
    resource: Callable[[str], bytes] = no_resource
    """Gives the bytes of a file of the node, by SHA-256."""
    calls: Callable[[str], None] = lambda sha256: None
    """Is told whose code is about to be called, by SHA-256, and "" afterwards."""


class OpacityStage:
    """Makes a picture fainter.

    Args:
        node: how faint.
        place: where.
    """

    def __init__(self, node: Opacity, place: Place) -> None:
        self._opacity = node.opacity

    def run(self, picture: Picture) -> Picture | None:
        """The fainter picture."""
        return replace(picture, opacity=picture.opacity * self._opacity)


class DrawnStage:
    """What changes in how a title is drawn was done where it begins: there is nothing left to do.

    Args:
        node: what changes.
        place: where.
    """

    def __init__(self, node: Typed | Rolled, place: Place) -> None:
        pass

    def run(self, picture: Picture) -> Picture:
        """The picture as it is."""
        return picture


class FilterStage:
    """Runs neighbouring FFmpeg filters of one kind.

    Args:
        nodes: all spatial, or none.
        width: of the canvas.
        height: of the canvas.
    """

    def __init__(self, nodes: Sequence[Filter], width: int, height: int) -> None:
        self._steps = steps(nodes)
        self._spatial = nodes[0].spatial
        self._canvas = (width, height)
        self._graph: FrameGraph | None = None

    def run(self, picture: Picture) -> Picture | None:
        """The filtered picture."""
        picture = picture.averaged()
        if picture.alpha is not None:
            picture = picture.on_canvas(*self._canvas).multiplied() if self._spatial else picture.divided()
        frame = tag(picture.to_frame())
        if self._graph is None or not self._graph.fits(frame):
            self._graph = FrameGraph(frame, [*self._steps, ("format", {"pix_fmts": frame.format.name})])
        return Picture.of(self._graph.run(frame), picture)


STAGES: Mapping[type[StillNode], Callable[[Any, Place], Stage]] = {
    Affine: AffineStage,
    Cell: lambda node, place: CellStage(node, place.width, place.height, soft=place.soft),
    Crop: lambda node, place: CropStage(node, soft=place.soft),
    Opacity: OpacityStage,
    BoxBlur: BoxBlurStage,
    ChromaKey: ChromaKeyStage,
    Edges: EdgesStage,
    Flare: FlareStage,
    Fringe: FringeStage,
    Glow: GlowStage,
    Grain: GrainStage,
    Lens: LensStage,
    LumaKey: LumaKeyStage,
    Mirror: MirrorStage,
    MotionBlur: MotionBlurStage,
    Pixelate: PixelateStage,
    Python: PythonStage,
    PythonClocked: PythonStage,
    Settle: SettleStage,
    Sharpen: SharpenStage,
    Smooth: SmoothStage,
    Vignette: VignetteStage,
    Rolled: DrawnStage,
    Typed: DrawnStage,
}
"""What runs each node of our own; movements and filters are gathered into stages that run several."""


class Stages:
    """A chain as stages for a canvas, from frame to frame: a stage whose nodes are what they were is used again.

    Args:
        nodes: of the shot.
        width: of the canvas.
        height: of the canvas.
        resource: gives the bytes of the files that nodes name.
        calls: see `Place`.
    """

    def __init__(
        self,
        nodes: Sequence[PictureNode],
        width: int,
        height: int,
        *,
        resource: Callable[[str], bytes] = no_resource,
        calls: Callable[[str], None] = lambda sha256: None,
    ) -> None:
        self._nodes = nodes
        self._resource, self._calls = resource, calls
        self._shared = Shared(resource)
        self._canvas = (width, height)
        self._built: list[tuple[Plan, Stage]] = []
        self.mode: BlendMode = "normal"
        self._ready = False
        self._is_still = not any(isinstance(node, Moving) or node.clocked for node in nodes)

    def at(self, i: int) -> list[Stage]:
        """The stages of frame `i` of the segment; `mode` is the layer's blend mode then."""
        if not self._ready or not self._is_still:
            self._ready = True
            old = self._built
            self._built = []
            links = links_at(self._nodes, i)
            modes = [link.node.mode for link in links if isinstance(link.node, Mode)]
            self.mode = modes[-1] if modes else "normal"
            for plan in plans([link for link in links if not isinstance(link.node, Mode)]):
                kept = next((n for n, (known, _) in enumerate(old) if known == plan), None)
                self._built.append((plan, self._made(plan)) if kept is None else old.pop(kept))
        return [stage for _, stage in self._built]

    def _made(self, plan: Plan) -> Stage:
        if plan.kind == "warp":
            return WarpStage(
                [node for node in plan.nodes if isinstance(node, Warp | Flip)], *self._canvas, soft=plan.soft
            )
        if plan.kind.startswith("rgb"):
            return RgbStage([node for node in plan.nodes if isinstance(node, ColourNode)], self._shared)
        (*_, node) = plan.nodes
        if not isinstance(node, Filter):
            return STAGES[type(node)](node, Place(*self._canvas, plan.soft, self._resource, self._calls))
        filters = [node for node in plan.nodes if isinstance(node, Filter)]
        return FilterStage(filters, *self._canvas)
