"""The verb that shows several clips at once, each in a part of the canvas."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import TYPE_CHECKING, Literal

from cutroom.api import arguments
from cutroom.api.clip import Clip
from cutroom.api.times import seconds, step
from cutroom.edit import operations as ops
from cutroom.effects import templates
from cutroom.effects.colour_names import hexadecimal
from cutroom.effects.layouts import arranged
from cutroom.effects.templates import Template
from cutroom.errors import ValidationError, nearest
from cutroom.schema.clip import Clip as ClipValue
from cutroom.schema.document import Document
from cutroom.schema.effect import Scalar
from cutroom.schema.time import TimeLike
from cutroom.schema.track import Track, TrackKind

if TYPE_CHECKING:
    from cutroom.api.names import SplitScreenName
    from cutroom.api.timeline import Timeline

NAMED = 5
"""Templates that a hint names."""


def split_screen(
    timeline: Timeline,
    template: SplitScreenName | str | Template,
    clips: Iterable[Clip],
    *,
    at: TimeLike | None = None,
    length: Literal["shortest", "keep"] = "shortest",
    fit: Literal["fill", "fit", "stretch"] = "fill",
    align: tuple[float, float] = (0.5, 0.5),
    gap: float = 0.0,
    border: float = 0.0,
    border_colour: str = "#ffffff",
) -> list[Clip]:
    """Show clips at the same time, each on a track of its own and in a cell of a template.

    ::

        before  V1 [A][B~~~][C]
        after   V2 [B]
                V1 [A]······[C]     tl.split_screen("vertical-2", [a, b]); nothing else moves

    Their sounds go along, and are all heard. Each clip gets an effect `cell` at the beginning of its chain; a clip that
    has one keeps its place in the chain. `clip.effects["cell"].set(align_x=0)` changes one of them afterwards.

    Args:
        template: a name of `cr.templates.to_df()`, or what `cr.templates.custom` gives.
        clips: as many as it has cells, in their order; the first lies lowest.
        at: timeline time; None: where the first clip starts.
        length: `"shortest"`: longer clips end with the shortest one; `"keep"`: they last as long as they do, and leave
            their cell empty afterwards.
        fit: whether a picture fills its cell, fits into it as a whole, or is stretched to its shape.
        align: what is seen of a picture that is too large, and where a smaller one lies: (0, 0) top left to (1, 1).
        gap: between cells, as a fraction of the canvas's height, 0 to 0.5; what is below is seen there.
        border: a line inside of each cell that is not the whole canvas, as a fraction of the canvas's height, 0 to 0.5.
        border_colour: of the line, and of what a picture leaves of its cell, where there is a line.

    Returns:
        The clips.

    Raises:
        UnknownNameError: there is no such template.
        ValidationError: more or fewer clips than cells, sound among them, or a value out of range.
        EditError: a clip cannot go there.

    Example:
        >>> tl.split_screen("grid-2x2", tl.clips[:4], gap=0.01)  # doctest: +SKIP
    """
    layout = (
        template if isinstance(template, Template) else templates.split_screen(arguments.text("template", template))
    )
    chosen = _chosen(timeline, layout, clips)
    if length not in ("shortest", "keep"):
        raise nearest(str(length), ["shortest", "keep"], what="length")
    x, y = arguments.pair("align", align, "a pair (x, y)")
    look: dict[str, Scalar] = {
        "fit": arguments.text("fit", fit),
        "align_x": arguments.number("align", x, 0, 1),
        "align_y": arguments.number("align", y, 0, 1),
        "border": arguments.number("border", border, 0, 0.5),
        "border_colour": hexadecimal(arguments.text("border_colour", border_colour)) or border_colour,
    }
    settings = timeline.document.settings
    cells = arranged(layout, settings.width, settings.height, arguments.number("gap", gap, 0, 0.5))
    with step(timeline, f"split screen {layout.template}", "video") as clock:
        start = chosen[0].start if at is None else clock.at(at)
        if length == "shortest":
            _shorten(timeline, chosen)
        _stack(timeline, chosen, start)
        for clip, cell in zip(chosen, cells, strict=True):
            # below a picture in picture: no line around the canvas
            line = {"border": 0.0} if cell["width"] == cell["height"] == 1 else {}
            _put_cell(clip, {**cell, **look, **line})
    return chosen


def _chosen(timeline: Timeline, template: Template, clips: Iterable[Clip]) -> list[Clip]:
    """The clips, once each; all of them pictures of this timeline, and as many as there are cells."""
    found = arguments.several("clips", clips)
    for clip in found:
        if not isinstance(clip, Clip) or not clip.beside(timeline):
            raise arguments.wrong("clips", "clips of this timeline (tl.append(path) makes one)", clip)
        if clip.track.kind == "audio":
            raise arguments.wrong("clips", "pictures, and their sound goes along", clip)
    if len({clip.id for clip in found}) < len(found):
        raise arguments.wrong("clips", "each clip once", [clip.id for clip in found])
    if len(found) != len(template.cells):
        table = templates.to_df()
        fitting = table[(table["cells"] == len(found)) & (table["kind"] == template.kind)]["template"].tolist()
        raise ValidationError(
            f"{template.template} has {len(template.cells)} cells, and {len(found)} clips were given",
            value=len(found),
            hint=f"for {len(found)} clips there are {', '.join(fitting[:NAMED])}" if fitting else "give one for each",
        )
    return found


def _shorten(timeline: Timeline, clips: list[Clip]) -> None:
    shortest = min(clip.duration for clip in clips)
    longer = [clip for clip in clips if clip.duration > shortest]
    for clip in longer:
        timeline.apply(ops.Trim(clip=clip.id, edge="end", to=clip.start + shortest))
    if longer:
        ended = f"{len(longer)} clip{' was' if len(longer) == 1 else 's were'}"
        timeline.session.note(f"{ended} shortened to {seconds(shortest)}, as long as the shortest is")


def _stack(timeline: Timeline, clips: list[Clip], start: Fraction) -> None:
    """Lay them over each other from `start`, each on the lowest track above the one before that has room."""
    document = timeline.document
    pictures = [document.clip(clip.id) for clip in clips]
    moves = [(picture, start) for picture in pictures]
    sounds = [
        (document.clip(sound.id), start + sound.start - clip.start)
        for clip in clips
        for sound in clip.linked
        if sound.track.kind == "audio"
    ]
    leaving = {clip.id for clip, _ in (*moves, *sounds)}
    placed: list[ops.Placed] = []
    kinds: tuple[tuple[TrackKind, list[tuple[ClipValue, Fraction]]], ...] = (("video", moves), ("audio", sounds))
    for kind, rows in kinds:
        room = _room(timeline, kind)
        for clip, to in rows:
            track = next(one for one in room if _is_free(one, leaving, to, to + clip.duration))
            placed.append(ops.Placed(track=track.id, at=to, clip=clip))
    document = timeline.document
    sources = {document.tracks[document.locate(clip)[0]].id for clip in leaving}
    named = {track.id for track in document.tracks} & (sources | {row.track for row in placed})
    order = tuple(track.id for track in document.tracks if track.id in named)
    timeline.apply(ops.Arrange.checked(tracks=order, placed=tuple(placed), gone=()))


def _room(timeline: Timeline, kind: TrackKind) -> Iterator[Track]:
    """The tracks of a kind that are in use, from the bottom, and then new ones; each once."""
    for track in timeline.document.tracks:
        if track.kind == kind and not track.locked and not track.hidden:
            yield track
    while True:
        made = timeline.add_track(kind)
        yield _track(timeline.document, made.id)


def _track(document: Document, track_id: str) -> Track:
    return document.tracks[document.track_index(track_id)]


def _is_free(track: Track, leaving: set[str], start: Fraction, end: Fraction) -> bool:
    """Whether nothing that stays stands there."""
    return not any(at < end and start < at + clip.duration for at, clip in track.clips() if clip.id not in leaving)


def _put_cell(clip: Clip, values: dict[str, Scalar]) -> None:
    old = [effect for effect in clip.value.effects if effect.effect == "cell"]
    if old:
        clip.apply(ops.SetEffect.checked(clip=clip.id, effect=old[0].id, parameters=values, enabled=True))
    else:
        clip.apply(ops.AddEffect.checked(clip=clip.id, effect="cell", parameters=values, index=0))
