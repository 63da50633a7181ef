"""`project.timeline`: editors' words on an exact timeline."""

from __future__ import annotations

import math
import os
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from cutroom.api import (
    arguments,
    interchange,
    proxies,
    split_screens,
    timeline_cutting,
    timeline_placing,
    timeline_table,
    timeline_text,
    timeline_ties,
)
from cutroom.api.clip import Clip
from cutroom.api.handle import Handle
from cutroom.api.marker import Marker
from cutroom.api.picture import Frame
from cutroom.api.place import LETTER
from cutroom.api.tables import (
    clips_table,
    cues_table,
    effects_table,
    keyframes_table,
    markers_table,
    tracks_table,
    transitions_table,
)
from cutroom.api.times import Clock, picture_at, span_of
from cutroom.api.track import Track
from cutroom.api.transition import Transition
from cutroom.app import App
from cutroom.edit import operations as ops
from cutroom.effects.registry import Registry
from cutroom.errors import nearest
from cutroom.jobs.bar import late_bar
from cutroom.schema.time import TimeLike, parse_time
from cutroom.schema.track import TrackKind

if TYPE_CHECKING:
    import pandas as pd

    from cutroom.api.names import PresetName
    from cutroom.api.project import Project
    from cutroom.render.report import Report


@dataclass(slots=True, unsafe_hash=True)
class Timeline(Handle):
    """The timeline of a project.

    Times are seconds, timecodes or `cr.frames(n)`; picture times snap to the frame grid, sound to samples, and
    `project.last` says what a call did beside what was asked.

    Example:
        >>> tl = project.timeline  # doctest: +SKIP
        >>> clip = tl.append("beach.mp4", source=(2, 5))  # doctest: +SKIP
        >>> tl.keep([(0, 1), (2, 3)])  # doctest: +SKIP
    """

    app: App

    @property
    def project(self) -> Project:
        """The project that it belongs to: its steps, media, `save_as` and all.

        Example:
            >>> tl = cr.timeline("a.mp4")  # doctest: +SKIP
            >>> tl.project.save_as("a.tlp")  # doctest: +SKIP
        """
        from cutroom.api.project import Project

        return Project(self.session, self.app)

    @property
    def clips(self) -> list[Clip]:
        """All clips, by track and then by time."""
        return [clip for track in self.tracks for clip in track.clips]

    @property
    def tracks(self) -> list[Track]:
        """Tracks from bottom to top, sound last."""
        return [Track(self.session, self.within, track.id) for track in self.document.tracks]

    @property
    def markers(self) -> list[Marker]:
        """Markers in order of time."""
        return [Marker(self.session, self.within, marker.id) for marker in self.document.timeline.markers]

    @property
    def transitions(self) -> list[Transition]:
        """Transitions, track by track."""
        return [
            Transition(self.session, self.within, one.id) for track in self.document.tracks for one in track.transitions
        ]

    @property
    def duration(self) -> Fraction:
        """Seconds."""
        return self.document.duration

    @property
    def fps(self) -> Fraction:
        """Frames per second."""
        return self.document.settings.fps

    def clip(self, clip_id: str) -> Clip:
        """The handle of a clip id.

        Raises:
            ClipGoneError: no such clip.
        """
        clip = Clip(self.session, self.within, arguments.text("clip_id", clip_id))
        _ = clip.value
        return clip

    def track(self, name: str) -> Track:
        """A track by title or id.

        Raises:
            EditError: no such track.
        """
        document = self.document
        return Track(self.session, self.within, document.tracks[document.track_index(arguments.text("track", name))].id)

    def at(self, time: TimeLike) -> list[Clip]:
        """The clips under a timeline time, from bottom to top."""
        exact = parse_time(time, rate=self.fps)
        found = []
        for track in self.document.tracks:
            index = track.index_at(exact)
            if index < len(track.items) and track.items[index].kind == "clip":
                found.append(Clip(self.session, self.within, track.items[index].id))  # type: ignore[union-attr]  # kind says clip
        return found

    def add_track(self, kind: TrackKind, *, name: str | None = None) -> Track:
        """Add a track above the others of its kind; without a name it is V2, A2 and so on.

        Raises:
            UnknownNameError: no such kind.
            EditError: there is a track of that name.

        Example:
            >>> tl.add_track("audio", name="Music").volume = 0.4  # doctest: +SKIP
        """
        if arguments.text("kind", kind) not in LETTER:
            raise nearest(kind, LETTER, what="kind of track")
        titles = {track.title for track in self.document.tracks}
        number = 1 + sum(track.kind == kind for track in self.document.tracks)
        while name is None and f"{LETTER[kind]}{number}" in titles:
            number += 1
        title = f"{LETTER[kind]}{number}" if name is None else arguments.text("name", name)
        made = self.apply(ops.AddTrack.checked(track=kind, title=title))
        return Track(self.session, self.within, made.created[0])

    append = timeline_placing.append
    insert = timeline_placing.insert
    overwrite = timeline_placing.overwrite
    fill = timeline_placing.fill
    split = timeline_cutting.split
    lift = timeline_cutting.lift
    extract = timeline_cutting.extract
    cut = timeline_cutting.cut
    keep = timeline_cutting.keep
    link = timeline_ties.link
    group = timeline_ties.group
    nest = timeline_ties.nest
    add_transition = timeline_ties.add_transition
    split_screen = split_screens.split_screen
    add_title = timeline_text.add_title
    add_subtitle = timeline_text.add_subtitle
    add_marker = timeline_text.add_marker
    add_subtitles = interchange.add_subtitles
    export_subtitles = interchange.export_subtitles
    export_timeline = interchange.export_timeline
    import_timeline = interchange.import_timeline
    apply_df = timeline_table.apply_df

    def frame(self, time: TimeLike, *, size: tuple[int, int] | None = None, proxy: bool = False) -> Frame:
        """The picture at a timeline time, through the same compiler as an export.

        What effects such as `stabilize` go by is measured first, with a progress bar, and kept.

        Args:
            time: timeline time.
            size: (width, height) to draw it at; None: the project's.
            proxy: whether to show the proxies of media that have fresh ones: quicker, and not as sharp.

        Returns:
            A frame: `.array` is (height, width, 3) uint8 RGB; it draws itself in a notebook.

        Raises:
            TimeError: at or beyond the end of the timeline.
        """
        document, box = self.document, None if size is None else arguments.size(size)
        exact = picture_at(document, time)
        shown = proxies.shown(self.session, self.app, document) if arguments.truth("proxy", proxy) else document
        with late_bar("frame") as tell:
            array = self.app.still(shown, self.session.paths(shown), exact, size=box, on_progress=tell)
        return Frame(array, exact, document.settings.fps)

    def frames(self, span: Any = None, *, every: TimeLike | None = None) -> Iterable[Frame]:
        """The pictures of a span, one every `every` (a frame where that is None), one at a time.

        Raises:
            TimeError: the span reaches beyond the timeline; before the first picture.
        """
        clock = Clock.of(self.document, "video")
        start, end = (Fraction(0), self.duration) if span is None else span_of(span, clock)
        if span is not None:
            picture_at(self.document, end - 1 / self.fps)
        pause = 1 / self.fps if every is None else clock.length(every, what="step")
        count = math.ceil((end - start) / pause)
        return (self.frame(start + n * pause) for n in range(count))

    def render(self, output: str | os.PathLike[str], *, preset: PresetName | str = "h264", **options: Any) -> Report:
        """Export the timeline; `Renderer(project).render(output)` with its defaults."""
        from cutroom.api.renderer import Renderer

        return Renderer(self, preset=preset).render(output, **options)

    def to_df(self) -> pd.DataFrame:
        """One row per clip, by track and then by time; `apply_df` takes it back when it was edited.

        `id`, `track`, `kind` (of the track), `media` (its path), `text` (of a title), `start`, `end`, `duration`
        (seconds), `start_frame`, `end_frame` (Int64, frames of the timeline), `source_start`, `source_end` (media
        seconds), `speed` (NaN for a ramp), `reverse`, `link`, `group`, `compound`, `angle` (titles), `effects`.
        """
        return clips_table(self.document)

    def effects_df(self) -> pd.DataFrame:
        """One row per effect parameter of every clip: id, clip, place, effect, enabled, parameter, value, set (whether
        it was, or has its default), keyframes (how many; 0 where it stays at its value).
        """
        clips = ((track.kind, clip) for track in self.document.tracks for _, clip in track.clips())
        return effects_table(self.document, self.app.get(Registry), clips)

    def keyframes_df(self) -> pd.DataFrame:
        """One row per keyframe of every clip.

        `id` (of the effect), `clip`, `effect`, `parameter`, `time` (float64, seconds after the clip's start; below 0
        or beyond its end where a cut took that part away), `time_frame` (Int64), `value` (float64), `easing` (to the
        next key: a word, or `cubic_bezier(x1, y1, x2, y2)`).
        """
        clips = (clip for track in self.document.tracks for _, clip in track.clips())
        return keyframes_table(self.document, [(clip.id, clip.effects) for clip in clips])

    def transitions_df(self) -> pd.DataFrame:
        """One row per transition.

        `id`, `track`, `start`, `end`, `duration` (seconds), `start_frame`, `end_frame`, `transition`, and the ids of
        the clips to its `left` and `right` (missing where nothing is).
        """
        return transitions_table(self.document)

    def tracks_df(self) -> pd.DataFrame:
        """One row per track, from the bottom.

        `id`, `place`, `title`, `kind`, `clips` (how many), `duration` (seconds), `muted`, `solo`, `locked`, `hidden`,
        `sync_lock`, `volume`, `pan`.
        """
        return tracks_table(self.document)

    def markers_df(self) -> pd.DataFrame:
        """One row per marker: id, time (seconds), time_frame, title, kind."""
        return markers_table(self.document)

    def cues_df(self) -> pd.DataFrame:
        """One row per subtitle: id, track, start, end, duration (seconds), start_frame, end_frame, text."""
        return cues_table(self.document)

    def __repr__(self) -> str:
        settings = self.document.settings
        clips = sum(len(track.clips()) for track in self.document.tracks)
        return (
            f"Timeline({float(self.duration):.3f} s, {settings.width}x{settings.height} at {float(settings.fps):g} fps,"
            f" {len(self.document.tracks)} tracks, {clips} clips)"
        )

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        """The live timeline where there is a widget manager; a poster and a table everywhere else."""
        if self.within is not None:  # widgets show the project's own timeline
            return {"text/plain": repr(self), "text/html": str(self.to_df().to_html(index=False))}
        from cutroom.widgets import TimelineWidget

        return TimelineWidget(self)._repr_mimebundle_(**kwargs)
