"""What a source can give: how far a clip reaches into its media, and how much is left beyond a cut."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from cutroom.errors import EditError, HandlesError
from cutroom.schema.clip import Clip, CompoundSource, Source, TitleSource, TitleStyle, Transition
from cutroom.schema.document import Document
from cutroom.schema.track import Track, TrackKind

FADES_IN, FADES_OUT = frozenset({"fade_in"}), frozenset({"fade_out"})
"""Effects that belong to one edge of a clip: a split leaves each with the part that has the edge."""


def readable(seconds: Fraction) -> str:
    """Seconds for a message: short, and rounded only for the eye.

    Example:
        >>> readable(Fraction(1, 3))
        '0.333 s'
    """
    return f"{float(seconds):.3f}".rstrip("0").rstrip(".") + " s"


def source_end(document: Document, source: Source) -> Fraction | None:
    """The time of its own where a source ends; None for what never ends (a title, a still picture)."""
    if isinstance(source, TitleSource):
        return None
    if isinstance(source, CompoundSource):
        return document.compound(source.compound).timeline.duration
    media = document.find_media(source.media)
    return None if media.is_still else media.duration


def beyond(document: Document, clip: Clip) -> tuple[Fraction, Fraction]:
    """Seconds of media time by which a clip reaches out of its media: before its start, behind its end."""
    end = source_end(document, clip.source)
    if end is None:
        return Fraction(0), Fraction(0)
    return max(Fraction(0), -clip.start), max(Fraction(0), clip.end - end)


def check_range(document: Document, clip: Clip) -> None:
    """Refuse a clip that reaches beyond its media; one timeline frame of grace, which holds the last picture.

    Raises:
        HandlesError: says by how much.
    """
    early, late = beyond(document, clip)
    if early:
        raise HandlesError(
            f"clip {clip.id} lacks {readable(early)} of media before its in point",
            value=early,
            hint="the media starts there: take less",
        )
    if late > 1 / document.settings.fps:
        end = clip.end - late
        raise HandlesError(
            f"the media ends at {readable(end)}, {readable(late)} before the clip would",
            value=late,
            hint=f"take at most {readable(end - clip.start)} from {readable(clip.start)}"
            if clip.start < end
            else f"begin before {readable(end)}",
        )


def check_kind(document: Document, track: Track, source: Source) -> None:
    """Refuse sound on a picture track, a title on a sound track, and so on.

    Raises:
        EditError: names the track and what it can hold.
    """
    holds: dict[TrackKind, str] = {"video": "pictures and titles", "audio": "sound", "title": "titles"}
    if isinstance(source, TitleSource):
        what, fits = "a title", track.kind in {"video", "title"}
        require_font(document, source.style)
    elif isinstance(source, CompoundSource):
        compound = document.compound(source.compound)
        kinds = {inner.kind == "audio" for inner in compound.timeline.tracks}
        what, fits = compound.title, track.kind in {"video", "audio"} and (track.kind == "audio") in kinds
    else:
        media = document.find_media(source.media)
        what = media.path
        fits = (track.kind == "video" and media.video is not None) or (
            track.kind == "audio" and media.audio is not None
        )
    if not fits:
        raise EditError(
            f"{what} does not go on track {track.title}, which holds {holds.get(track.kind, 'subtitles')}",
            value=track.title,
            hint="choose another track, or add one with tl.add_track(...)",
        )


def require_font(document: Document, style: TitleStyle | None) -> None:
    """Make sure that the font of a title or a subtitle is among the resources.

    Raises:
        EditError: it is not, or it is something else.
    """
    if style is not None and style.font is not None and document.find_resource(style.font).kind != "font":
        title = document.find_resource(style.font).title
        raise EditError(f"{title} is no font", value=style.font, hint="project.resources.add(path) adds one")


def lacking(document: Document, clip: Clip, head: Fraction, tail: Fraction) -> Fraction:
    """Seconds of timeline that a clip lacks to play `head` before its start and `tail` behind its end.

    At speed 1 that is what its handles are short of; a held picture lacks nothing.
    """
    wider = clip.part(-head, -tail)
    early, late = beyond(document, wider)
    short = early + min(late, wider.end - clip.end)  # the frame of grace of the clip itself is none of this
    if not short:
        return short
    reached = wider.end - wider.start - (clip.end - clip.start)
    return min(head + tail, short * (head + tail) / reached)


def transition_parts(duration: Fraction, fps: Fraction) -> tuple[Fraction, Fraction]:
    """How a transition lies around its cut: whole frames, the odd one after the cut.

    Example:
        >>> transition_parts(Fraction(1, 2), Fraction(30))
        (Fraction(7, 30), Fraction(4, 15))
    """
    before = int(duration * fps / 2) / fps
    return before, duration - before


def check_transition(document: Document, left: Clip | None, right: Clip | None, duration: Fraction) -> None:
    """Refuse a transition for which a side is too short or has too little media beyond the cut.

    Raises:
        HandlesError: how much is missing, on which side.
    """
    faces_nothing = left is None or right is None
    before, after = transition_parts(duration, document.settings.fps)
    if faces_nothing:  # a fade from or to nothing lies inside its clip, all of it
        before = after = duration
    none = Fraction(0)
    for clip, inside, outside, side in (
        (left, before, (none, after), "after the out point of the left clip"),
        (right, after, (before, none), "before the in point of the right clip"),
    ):
        if clip is None:
            continue
        if clip.duration < inside:
            raise HandlesError(
                f"clip {clip.id} lasts {readable(clip.duration)}, too short for a transition of {readable(duration)}",
                value=inside - clip.duration,
                hint=f"make the transition {readable(clip.duration * (1 if faces_nothing else 2))} or less",
            )
        missing = none if faces_nothing else lacking(document, clip, *outside)
        if missing:
            raise HandlesError(
                f"a transition of {readable(duration)} lacks {readable(missing)} of media {side} ({clip.id})",
                value=missing,
                hint="shorten the transition, or trim that clip to leave media beyond the cut",
            )


def inside_parts(transition: Transition, fps: Fraction) -> tuple[Fraction, Fraction]:
    """How much of a transition lies inside its left clip, and inside its right one."""
    if transition.left is None or transition.right is None:
        whole = transition.duration
        return (whole if transition.left else Fraction(0)), (whole if transition.right else Fraction(0))
    return transition_parts(transition.duration, fps)


def check_overlaps(document: Document, track: Track, others: Sequence[Transition], transition: Transition) -> None:
    """Refuse a transition that would overlap another one inside a clip that they share.

    Args:
        document: of the frame rate.
        track: with their clips.
        others: the transitions that are there already, or those of them that share a clip with the new one.
        transition: the new one.

    Raises:
        HandlesError: says by how much the clip is too short for both.
    """
    fps = document.settings.fps
    for other in others:
        for first, second in ((other, transition), (transition, other)):
            if first.right is None or first.right != second.left:
                continue
            index = track.index_of(first.right)
            assert index is not None
            needed = inside_parts(first, fps)[1] + inside_parts(second, fps)[0]
            missing = needed - track.items[index].duration
            if missing > 0:
                raise HandlesError(
                    f"clip {first.right} is {readable(missing)} too short for a transition on both sides",
                    value=missing,
                    hint="shorten one of the transitions",
                )
