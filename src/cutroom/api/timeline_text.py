"""Verbs of a timeline that write on it: titles, subtitles, markers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cutroom.api import arguments
from cutroom.api.clip import Clip
from cutroom.api.clip_title import written
from cutroom.api.marker import Marker, kind_of
from cutroom.api.place import ensure_track
from cutroom.api.times import span_of, step
from cutroom.api.title_animation import Animate, animated
from cutroom.api.title_style import styled_values
from cutroom.api.track import Cue
from cutroom.edit import operations as ops
from cutroom.effects.title_templates import TitleTemplate, title_template
from cutroom.schema.base import new_id
from cutroom.schema.clip import TitleSource
from cutroom.schema.cue import SUBTITLE_STYLE
from cutroom.schema.cue import Cue as CueValue
from cutroom.schema.document import MarkerKind
from cutroom.schema.time import TimeLike

if TYPE_CHECKING:
    from cutroom.api.names import TitleTemplateName
    from cutroom.api.timeline import Timeline


def add_title(
    timeline: Timeline,
    text: str,
    at: TimeLike = 0,
    duration: TimeLike | None = None,
    *,
    template: TitleTemplateName | str | None = None,
    subtitle: str = "",
    animate_in: Animate = None,
    animate_out: Animate = None,
    track: str | None = None,
    **style: Any,
) -> Clip:
    """Put a title over the picture.

    ::

        before  V1 [A~~~~~~]
        after   T1 ··[Hello]  V1 [A~~~~~~]

    Args:
        text: what it says, not blank; lines are kept, long ones are broken between words; in Thai, Lao, Khmer and
            Burmese, which have no spaces between them, at zero-width spaces (U+200B), or wherever a line is full.
        at: timeline time.
        duration: how long it stands; None: as its template says, or 4 seconds.
        template: how it looks and comes and goes, a name of `cr.templates.to_df()`: "title", "intro", "outro",
            "lower_third", "caption", "quote", "chapter", "credits".
        subtitle: a line below, in smaller letters.
        animate_in: how it comes: "fade", "slide_up", "slide_down", "slide_left", "slide_right", "zoom", "pop", "blur",
            "typewriter", "roll", or "none"; with a time it takes so long: ("fade", 1); without, half a second, or less
            where the title is too short. The keyframes are those of effects on the clip, and can be edited there. None:
            as the template says.
        animate_out: how it goes.
        track: a title or picture track; None: "T1", made when it is missing.
        style: size (fraction of the canvas height), colour ("#ffcc00", or a name of CSS such as "white"), outline,
            outline_colour, background, align, position (canvas fractions from the centre, y down: (0.5, 0.5) is the
            corner at the bottom right), anchor (the point of the text that lies there: "bottom_right"), margin (kept
            free at the canvas's edges), font (path of a .ttf or .otf), and whatever else `cr.ops.TitleStyle` has.

    Raises:
        UnknownNameError: there is no such template or animation.
        ValidationError: letters that no font has, a blank text, a style value that does not fit, or a title too short
            to come and go for the times that are given.
        MediaNotFoundError, UnsupportedMediaError: what is wrong with the path of the font.

    Example:
        >>> tl.add_title("At the beach", at=0, duration=2, size=0.12)  # doctest: +SKIP
        >>> corner = {"anchor": "bottom_right", "position": (0.5, 0.5), "margin": 0.05}
        >>> tl.add_title("Live", at=0, **corner)  # doctest: +SKIP
        >>> tl.add_title("Ada Lovelace", at=3, template="lower_third", subtitle="mathematician")  # doctest: +SKIP
    """
    made_by = _PLAIN if template is None else title_template(arguments.text("template", template))
    font = style.get("font")
    first = written(text, font)
    words, spans = made_by.words(first, arguments.drawable("subtitle", subtitle, font=font))
    name = "T1" if track is None else arguments.text("track", track)
    with step(timeline, "add title", "title") as clock:
        look = made_by.look(**styled_values(timeline.session, style))
        source = TitleSource.checked(text=words, style=look, spans=spans)
        ensure_track(timeline, name, "title")
        length = clock.length(made_by.duration if duration is None else duration)
        made = timeline.apply(ops.Overwrite(track=name, at=clock.at(at), source=source, duration=length))
        clip = Clip(timeline.session, timeline.within, made.created[0])
        coming = made_by.coming if animate_in is None else animate_in
        animated(clip, coming, made_by.going if animate_out is None else animate_out)
    return clip


_PLAIN = TitleTemplate("plain", "A title without a template.")


def add_subtitle(
    timeline: Timeline, text: str, start: TimeLike, end: TimeLike, *, track: str | None = None, **style: Any
) -> Cue:
    """Put a subtitle over the picture; unlike clips, subtitles of a track may overlap.

    ::

        before  S1 ·[Hi.]
        after   S1 ·[Hi.]··[Who is there?]

    Args:
        text: what it says, 1 to 10,000 characters.
        start: timeline time.
        end: timeline time, exclusive.
        track: a subtitle track; None: "S1", made when it is missing.
        style: as for a title; what is left out looks like a subtitle does: white, outlined, at the foot of the picture.

    Returns:
        The subtitle; all of a track are `track.cues`.

    Raises:
        ValidationError: no text, letters that cannot be drawn, or a style value that does not fit.
        TimeError: it does not end after it starts.
        EditError: the track holds something else.

    Example:
        >>> tl.add_subtitle("Good morning.", 1, 2.5)  # doctest: +SKIP
    """
    name = "S1" if track is None else arguments.text("track", track)
    words = arguments.drawable("text", text, font=style.get("font"))
    with step(timeline, "add subtitle", "subtitle") as clock:
        look = SUBTITLE_STYLE.replace(**styled_values(timeline.session, style)) if style else None
        first, last = span_of((start, end), clock)
        ensure_track(timeline, name, "subtitle")
        stands = timeline.track(name)
        cue = CueValue.checked(id=new_id("u"), start=first, end=last, text=words, style=look)
        timeline.apply(ops.SetCues.checked(track=stands.id, cues=(*stands.value.cues, cue)))
    return Cue(timeline.session, timeline.within, cue.id, stands.id)


def add_marker(timeline: Timeline, at: TimeLike, title: str = "", *, kind: MarkerKind = "note") -> Marker:
    """Name a moment of the timeline; a ripple moves it along.

    ::

        before  [A~~~~~~~~~]
        after   [A~~!~~~~~~]        nothing moves

    Args:
        at: timeline time.
        title: up to 500 characters.
        kind: chapter, section, note or export.

    Returns:
        The marker; all of them are `tl.markers`.

    Raises:
        ValidationError: a title that is too long.
        UnknownNameError: there is no such kind.

    Example:
        >>> tl.add_marker(3, "chapter 1", kind="chapter")  # doctest: +SKIP
    """
    what = kind_of(kind)
    with step(timeline, "add marker", "video") as clock:
        made = timeline.apply(
            ops.AddMarker.checked(time=clock.at(at), title=arguments.text("title", title), marker=what)
        )
    return Marker(timeline.session, timeline.within, made.created[0])
