"""What a source can give: how far a clip reaches into its media, and how much is left beyond a cut."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from cutroom.errors import EditError, HandlesError
from cutroom.schema.clip import Clip, Source, TitleSource, Transition
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
    """Media time where a source ends; None for what never ends (a title)."""
    return None if isinstance(source, TitleSource) else document.find_media(source.media).duration


def check_range(document: Document, clip: Clip) -> None:
    """Refuse a clip that reaches beyond its media; one timeline frame of grace, which holds the last picture.

    Raises:
        HandlesError: says by how much.
    """
    end = source_end(document, clip.source)
    if end is None:
        return
    missing = clip.end - end
    if missing > 1 / document.settings.fps:
        raise HandlesError(
            f"the media ends at {readable(end)}, {readable(missing)} before the clip would",
            value=missing,
            hint=f"take at most {readable(end - clip.start)} from {readable(clip.start)}",
        )


def check_kind(document: Document, track: Track, source: Source) -> None:
    """Refuse sound on a picture track, a title on a sound track, and so on.

    Raises:
        EditError: names the track and what it can hold.
    """
    holds: dict[TrackKind, str] = {"video": "pictures and titles", "audio": "sound", "title": "titles"}
    if isinstance(source, TitleSource):
        fits = track.kind in {"video", "title"}
    else:
        media = document.find_media(source.media)
        fits = (track.kind == "video" and media.video is not None) or (
            track.kind == "audio" and media.audio is not None
        )
    if not fits:
        what = "a title" if isinstance(source, TitleSource) else document.find_media(source.media).path
        raise EditError(
            f"{what} does not go on track {track.title}, which holds {holds.get(track.kind, 'subtitles')}",
            value=track.title,
            hint="choose another track, or add one with tl.add_track(...)",
        )


def handle_before(clip: Clip) -> Fraction | None:
    """Seconds of media before the in point; None for a source without end."""
    return None if clip.media is None else clip.start


def handle_after(document: Document, clip: Clip) -> Fraction | None:
    """Seconds of media after the out point; None for a source without end."""
    end = source_end(document, clip.source)
    return None if end is None else max(Fraction(0), end - clip.end)


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
    for clip, inside, outside, handle, side in (
        (left, before, after, handle_after(document, left) if left else None, "after the out point of the left clip"),
        (right, after, before, handle_before(right) if right else None, "before the in point of the right clip"),
    ):
        if clip is None:
            continue
        if clip.duration < inside:
            raise HandlesError(
                f"clip {clip.id} lasts {readable(clip.duration)}, too short for a transition of {readable(duration)}",
                value=inside - clip.duration,
                hint=f"make the transition {readable(clip.duration * (1 if faces_nothing else 2))} or less",
            )
        if not faces_nothing and handle is not None and handle < outside:
            raise HandlesError(
                f"a transition of {readable(duration)} lacks {readable(outside - handle)} of media {side} ({clip.id})",
                value=outside - handle,
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
