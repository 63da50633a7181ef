"""One clip's part in the picture: its source, its place on the canvas, and its chain of nodes."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from pydantic import TypeAdapter

from cutroom.edit.limits import lacking
from cutroom.effects.analysis import Film
from cutroom.effects.compiler.chain import Scene, Stretch, chain
from cutroom.effects.compiler.film import media_film
from cutroom.effects.compiler.fit import fit, full_range
from cutroom.effects.compiler.layout import Layout, Window
from cutroom.effects.compiler.travel import travel_of
from cutroom.effects.nodes import PictureNode
from cutroom.effects.segment import CompoundPicture, Fit, MediaPicture, Shot, TitlePicture, VideoInput
from cutroom.errors import EditError, HandlesError
from cutroom.media.colours import matrix_of
from cutroom.media.light import light_of
from cutroom.schema.clip import Clip, CompoundSource, TitleSource
from cutroom.schema.document import Document
from cutroom.schema.speed import NORMAL

_NODES: TypeAdapter[tuple[PictureNode, ...]] = TypeAdapter(tuple[PictureNode, ...])


def picture_shot(
    scene: Scene,
    clip: Clip,
    stretch: Stretch,
    inner: CompoundPicture | None = None,
    inner_film: Callable[[int], Film] | None = None,
) -> Shot:
    """A clip's picture in a stretch of it.

    Args:
        scene: the document, the effects, the canvas.
        clip: the clip.
        stretch: which frames.
        inner: what a compound shows.
        inner_film: a compound as it is measured, from so many frames before the stretch's first on.

    Raises:
        EditError: the clip's media has no picture.
        UnknownNameError, ValidationError: its effects are not right.
        AnalysisNeededError: something must be measured first.
    """

    def film(place: int, lead: int) -> Film | None:
        if inner_film is not None:
            return inner_film(lead)
        return None if clip.media is None else media_film(scene, clip, stretch, lead, _picture(scene, clip, clip.media))

    found, preroll, lead = chain(scene, clip, "video", film, stretch)
    nodes = _NODES.validate_python(found) if found else ()
    width, height = scene.setting.width, scene.setting.height
    whole = Fit(x=0, y=0, width=width, height=height)
    if isinstance(clip.source, TitleSource):
        title = TitlePicture(text=clip.source.text, style=clip.source.style, spans=clip.source.spans)
        return Shot(source=title, fit=whole, nodes=nodes, preroll=preroll, lead=lead)
    if isinstance(clip.source, CompoundSource):
        assert inner is not None
        return Shot(source=inner, fit=whole, nodes=nodes, preroll=preroll, lead=lead)
    picture, place = _picture(scene, clip, clip.source.media)
    if picture.input.stream.still:  # the same at all times: every stretch of it is one and the same
        travel = {"step": Fraction(0)}
    elif clip.speed == NORMAL and not clip.reverse:
        travel = {"start": clip.start + stretch.offset * scene.step}
    else:
        travel = travel_of(clip, stretch.offset, lead, scene.document.settings.fps)
    source = picture.model_copy(update=travel)  # fractions: nothing to validate
    return Shot(source=source, fit=place, nodes=nodes, preroll=preroll, lead=lead)


def _picture(scene: Scene, clip: Clip, media_id: str) -> tuple[MediaPicture, Fit]:
    found = scene.shown.get(media_id)
    if found is not None:
        return found
    media = scene.document.find_media(media_id)
    if media.video is None:
        raise EditError(
            f"clip {clip.id} shows {media.path}, which has no picture", value=clip.id, hint="put it on a sound track"
        )
    picture = MediaPicture(
        input=VideoInput(sha256=media.fingerprint.sha256, stream=media.video),
        start=Fraction(0),
        step=scene.step,
        matrix=matrix_of(media.video.colour, media.video.width, media.video.height),
        full_range=full_range(media.video),
        light=light_of(media.video.colour),
    )
    scene.shown[media_id] = found = picture, fit(media.video, scene.setting.width, scene.setting.height)
    return found


def require_handles(document: Document, layout: Layout, window: Window, grid: Fraction) -> None:
    """Make sure that both clips of a transition have media beyond the cut for it.

    Args:
        document: the project.
        layout: of the track.
        window: the transition, on a grid of `grid` positions per second.
        grid: frames or samples per second.

    Raises:
        HandlesError: says how much is missing, on which side.
    """
    left, right = layout.clip(window.left), layout.clip(window.right)
    if left is None or right is None:  # inside the clip: it needs nothing beyond
        return
    none = Fraction(0)
    for clip, beyond, where in (
        (left, (none, (window.end - window.cut) / grid), "after the out point of the left clip"),
        (right, ((window.cut - window.begin) / grid, none), "before the in point of the right clip"),
    ):
        missing = lacking(document, clip, *beyond)
        if missing > 1 / (2 * document.settings.fps):  # what rounding to frames can cost
            raise HandlesError(
                f"the {window.transition.transition} lacks {float(missing):.3f} s of media {where} ({clip.id})",
                value=missing,
                hint="shorten the transition, or trim that clip to leave media beyond the cut",
            )
