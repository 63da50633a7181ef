"""`project.timeline`: editors' words on an exact timeline."""

from __future__ import annotations

import math
import os
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from cutroom.api import arguments
from cutroom.api.clip import Clip, Track
from cutroom.api.picture import Frame
from cutroom.api.place import LETTER, MediaLike, Placing, ensure_track, linked_cut, place
from cutroom.api.spans import on_timeline
from cutroom.api.tables import clips_table, effects_table
from cutroom.api.times import Clock, picture_at, seconds, span_of, step
from cutroom.app import App
from cutroom.edit import operations as ops
from cutroom.effects.registry import Registry
from cutroom.errors import EditError, nearest
from cutroom.schema.clip import TitleSource, TitleStyle
from cutroom.schema.spans import Spans
from cutroom.schema.time import TimeLike, parse_time
from cutroom.schema.track import TrackKind
from cutroom.session import Session

if TYPE_CHECKING:
    import pandas as pd

    from cutroom.render.report import Report


@dataclass(frozen=True, slots=True)
class Timeline:
    """The timeline of a project.

    Times are seconds, timecodes or `cr.frames(n)`; picture times snap to the frame grid, sound to samples, and
    `project.last` says what a call did beside what was asked.

    Example:
        >>> tl = project.timeline  # doctest: +SKIP
        >>> clip = tl.append("beach.mp4", source=(2, 5))  # doctest: +SKIP
        >>> tl.keep([(0, 1), (2, 3)])  # doctest: +SKIP
    """

    session: Session
    app: App

    @property
    def clips(self) -> list[Clip]:
        """All clips, by track and then by time."""
        return [clip for track in self.tracks for clip in track.clips]

    @property
    def tracks(self) -> list[Track]:
        """Tracks from bottom to top, sound last."""
        return [Track(self.session, track.id) for track in self.session.document.tracks]

    @property
    def duration(self) -> Fraction:
        """Seconds."""
        return self.session.document.duration

    @property
    def fps(self) -> Fraction:
        """Frames per second."""
        return self.session.document.settings.fps

    def clip(self, clip_id: str) -> Clip:
        """The handle of a clip id.

        Raises:
            ClipGoneError: no such clip.
        """
        clip = Clip(self.session, arguments.text("clip_id", clip_id))
        _ = clip.value
        return clip

    def track(self, name: str) -> Track:
        """A track by title or id.

        Raises:
            EditError: no such track.
        """
        document = self.session.document
        return Track(self.session, document.tracks[document.track_index(arguments.text("track", name))].id)

    def at(self, time: TimeLike) -> list[Clip]:
        """The clips under a timeline time, from bottom to top."""
        exact = parse_time(time, rate=self.fps)
        found = []
        for track in self.session.document.tracks:
            index = track.index_at(exact)
            if index < len(track.items) and track.items[index].kind == "clip":
                found.append(Clip(self.session, track.items[index].id))  # type: ignore[union-attr]  # kind says clip
        return found

    def add_track(self, kind: TrackKind, *, name: str | None = None) -> Track:
        """Add a track above the others of its kind; without a name it is V2, A2 and so on.

        Raises:
            UnknownNameError: no such kind.
            EditError: there is a track of that name.
        """
        if arguments.text("kind", kind) not in LETTER:
            raise nearest(kind, LETTER, what="kind of track")
        titles = {track.title for track in self.session.document.tracks}
        number = 1 + sum(track.kind == kind for track in self.session.document.tracks)
        while name is None and f"{LETTER[kind]}{number}" in titles:
            number += 1
        title = f"{LETTER[kind]}{number}" if name is None else arguments.text("name", name)
        made = self.session.apply(ops.AddTrack.checked(track=kind, title=title))
        return Track(self.session, made.created[0])

    def append(
        self,
        media: MediaLike,
        *,
        source: tuple[TimeLike, TimeLike | None] | None = None,
        track: str | None = None,
        sound: str | bool | None = True,
    ) -> Clip:
        """Put a stretch of a media at the end.

        ::

            before  [A][B]
            after   [A][B][C]

        Args:
            media: a path, or a media of the project.
            source: (in point, out point) in media time; None takes all of it.
            track: where the picture (or a sound file) goes: "V1", "A1"; made when it is missing.
            sound: the track of the linked sound; True: the sound track of the same number; None or False: no sound.

        Returns:
            The clip; its sound is `clip.linked`.

        Raises:
            MediaNotFoundError, UnsupportedMediaError, DamagedMediaError: the file cannot be used.
            HandlesError: the media is shorter than that; says by how much.
        """
        return place(self, "append", media, None, Placing(source, track, sound))

    def insert(
        self,
        media: MediaLike,
        at: TimeLike,
        *,
        source: tuple[TimeLike, TimeLike | None] | None = None,
        track: str | None = None,
        sound: str | bool | None = True,
    ) -> Clip:
        """Put a stretch of a media at a time; what follows moves right on every sync-locked track.

        ::

            before  [A~~~~~~][B]
            after   [A~][C][A'~][B]
        """
        return place(self, "insert", media, at, Placing(source, track, sound))

    def overwrite(
        self,
        media: MediaLike,
        at: TimeLike,
        *,
        source: tuple[TimeLike, TimeLike | None] | None = None,
        track: str | None = None,
        sound: str | bool | None = True,
    ) -> Clip:
        """Put a stretch of a media at a time, over whatever is there.

        ::

            before  [A~~~~~~][B]
            after   [A~][C][A'][B]
        """
        return place(self, "overwrite", media, at, Placing(source, track, sound))

    def add_title(self, text: str, at: TimeLike, duration: TimeLike, *, track: str | None = None, **style: Any) -> Clip:
        """Put a title over the picture.

        Args:
            text: lines are kept, long ones are broken.
            at: timeline time.
            duration: how long it stands.
            track: a title or picture track; None: "T1", made when it is missing.
            style: size (fraction of the canvas height), colour ("#ffffff"), outline, outline_colour, background,
                align, position (canvas fractions from the centre, y down), max_width.

        Raises:
            ValidationError: a style value that does not fit.
        """
        source = TitleSource.checked(text=arguments.text("text", text), style=TitleStyle.checked(**style))
        name = "T1" if track is None else arguments.text("track", track)
        with step(self.session, "add title", "title") as clock:
            ensure_track(self.session, name, "title")
            made = self.session.apply(
                ops.Overwrite(track=name, at=clock.at(at), source=source, duration=clock.length(duration))
            )
        return Clip(self.session, made.created[0])

    def split(self, at: TimeLike | Iterable[TimeLike]) -> Timeline:
        """Cut every clip of the unlocked tracks at a timeline time, or at many.

        Of many, those where nothing is to be cut are passed over; a note says how many.

        Raises:
            EditError: nothing is to be cut at the one time.
        """
        moments = [at] if isinstance(at, str) or not isinstance(at, Iterable) else list(at)
        one, idle = isinstance(at, str) or not isinstance(at, Iterable), 0
        with step(self.session, "split", "video") as clock:
            for moment in moments:
                time = clock.at(moment)
                if 0 < time < self.duration and (one or self._splits(time)):
                    self.session.apply(ops.Split(clip=None, at=time))
                elif one:
                    raise EditError(
                        f"there is nothing to split at {seconds(time)}", value=moment, hint="choose another time"
                    )
                else:
                    idle += 1
            if idle:
                self.session.note(f"nothing to split at {idle} of {len(moments)} times")
        return self

    def _splits(self, time: Fraction) -> bool:
        return any(
            (i := track.index_at(time)) < len(track.items)
            and track.items[i].kind == "clip"
            and track.start_of(i) < time
            for track in self.session.document.tracks
            if not track.locked
        )

    def lift(self, span: Any, *, tracks: Iterable[str] | None = None) -> Timeline:
        """Remove a span and leave a gap.

        ::

            before  [A~~~~~][B~~~]
            after   [A~]········[B']
        """
        named = arguments.names("tracks", tracks)
        with step(self.session, "lift", "video") as clock:
            self.session.apply(ops.Lift(spans=(span_of(span, clock),), tracks=named))
        return self

    def extract(self, span: Any, *, tracks: Iterable[str] | None = None) -> Timeline:
        """Remove a span and close up.

        ::

            before  [A~~~~~][B~~~]
            after   [A~][B']
        """
        named = arguments.names("tracks", tracks)
        with step(self.session, "extract", "video") as clock:
            self.session.apply(ops.Extract(spans=(span_of(span, clock),), tracks=named))
        return self

    def cut(self, spans: Spans | Iterable[Any], *, tracks: Iterable[str] | None = None) -> Timeline:
        """Extract many spans at once; media spans are mapped through every clip on these tracks that shows the media.

        Raises:
            StaleSpansError: timeline spans that were measured before the last edit.
        """
        named, clock = arguments.names("tracks", tracks), Clock.of(self.session.document, "video")
        found = on_timeline(spans, self.session, named, clock)
        if found:
            self._extract(f"cut {len(found)} spans", found, named, clock)
        return self

    def _extract(
        self, label: str, spans: list[tuple[Fraction, Fraction]], tracks: tuple[str, ...] | None, clock: Clock
    ) -> None:
        with self.session.edit(label):
            self.session.apply(ops.Extract(spans=tuple(spans), tracks=tracks))
            clock.tell(self.session)

    def keep(self, spans: Spans | Iterable[Any], *, tracks: Iterable[str] | None = None) -> Timeline:
        """Extract all but these spans; media spans are mapped through every clip on these tracks that shows the media.

        Raises:
            EditError: none of the spans is on the timeline: nothing would be left.
            StaleSpansError: timeline spans that were measured before the last edit.
        """
        named, clock = arguments.names("tracks", tracks), Clock.of(self.session.document, "video")
        found = on_timeline(spans, self.session, named, clock)
        if not found:
            raise EditError(
                "none of the spans is on the timeline: nothing would be left",
                hint="look at spans.to_df(); lower the confidence, or ask for something else",
            )
        rest = []
        position = Fraction(0)
        for start, end in found:
            if start > position:
                rest.append((position, start))
            position = max(position, end)
        if position < self.duration:
            rest.append((position, self.duration))
        if rest:
            self._extract(f"keep {len(found)} spans", rest, named, clock)
        return self

    def add_transition(
        self, transition: str = "dissolve", left: Clip | None = None, right: Clip | None = None, *,
        duration: TimeLike = 0.5,
    ) -> str:  # fmt: skip
        """Attach a transition to the cut between two clips, and to the cut between their linked sounds.

        Args:
            transition: a name of `cr.transitions.to_df()`.
            left: the clip before the cut; None where nothing is.
            right: the clip after the cut; None where nothing is.
            duration: half of it lies on each side of the cut.

        Returns:
            Id of the transition.

        Raises:
            HandlesError: not enough media beyond the cut; says how much is missing on which side.
        """
        for side, clip in (("left", left), ("right", right)):
            if clip is not None and not isinstance(clip, Clip):
                raise arguments.wrong(side, "a clip, or None where nothing is", clip)
        self.app.get(Registry).transition(arguments.text("transition", transition))
        with step(self.session, f"add {transition}", "video") as clock:
            length = clock.length(duration)
            made = self.session.apply(
                ops.AddTransition(
                    transition=transition,
                    left=left.id if left else None,
                    right=right.id if right else None,
                    duration=length,
                )
            )
            sounds = linked_cut(left, right)
            if sounds:
                self.session.apply(
                    ops.AddTransition(transition=transition, left=sounds[0], right=sounds[1], duration=length)
                )
        return made.created[0]

    def frame(self, time: TimeLike, *, size: tuple[int, int] | None = None) -> Frame:
        """The picture at a timeline time, through the same compiler as an export.

        Args:
            time: timeline time.
            size: (width, height) to draw it at; None: the project's.

        Returns:
            A frame: `.array` is (height, width, 3) uint8 RGB; it draws itself in a notebook.

        Raises:
            TimeError: at or beyond the end of the timeline.
        """
        document, box = self.session.document, None if size is None else arguments.size(size)
        exact = picture_at(document, time)
        return Frame(self.app.still(document, self.session.paths(), exact, size=box), exact, document.settings.fps)

    def frames(self, span: Any = None, *, every: TimeLike | None = None) -> Iterable[Frame]:
        """The pictures of a span, one every `every` (a frame where that is None), one at a time.

        Raises:
            TimeError: the span reaches beyond the timeline; before the first picture.
        """
        clock = Clock.of(self.session.document, "video")
        start, end = (Fraction(0), self.duration) if span is None else span_of(span, clock)
        if span is not None:
            picture_at(self.session.document, end - 1 / self.fps)
        pause = 1 / self.fps if every is None else clock.length(every, what="step")
        count = math.ceil((end - start) / pause)
        return (self.frame(start + n * pause) for n in range(count))

    def render(self, output: str | os.PathLike[str], *, preset: str = "h264", **options: Any) -> Report:
        """Export the timeline; `Renderer(project).render(output)` with its defaults."""
        from cutroom.api.renderer import Renderer

        return Renderer(self, preset=preset).render(output, **options)

    def to_df(self) -> pd.DataFrame:
        """One row per clip: id, track, kind, media, text, start, end, duration (seconds, and frames), source, link.

        `*_frame` columns are Int64 frame numbers of the timeline; `source_start` and `source_end` are media seconds.
        """
        return clips_table(self.session.document)

    def effects_df(self) -> pd.DataFrame:
        """One row per effect parameter of every clip: id, clip, place, effect, enabled, parameter, value."""
        clips = (clip for track in self.session.document.tracks for _, clip in track.clips())
        return effects_table([(clip.id, clip.effects) for clip in clips])

    def __repr__(self) -> str:
        settings = self.session.document.settings
        clips = sum(len(track.clips()) for track in self.session.document.tracks)
        return (
            f"Timeline({float(self.duration):.3f} s, {settings.width}x{settings.height} at {float(settings.fps):g} fps,"
            f" {len(self.session.document.tracks)} tracks, {clips} clips)"
        )

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        """The live timeline where there is a widget manager; a poster and a table everywhere else."""
        from cutroom.widgets import TimelineWidget

        return TimelineWidget(self)._repr_mimebundle_(**kwargs)
