"""The handle of a track, and of a subtitle on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from cutroom.api.arguments import drawable, number, text, truth, whole
from cutroom.api.clip_title import styled
from cutroom.api.handle import Handle, gone
from cutroom.api.times import step
from cutroom.edit import operations as ops
from cutroom.errors import TimeError
from cutroom.schema.clip import TitleStyle
from cutroom.schema.cue import SUBTITLE_STYLE
from cutroom.schema.cue import Cue as CueValue
from cutroom.schema.time import TimeLike, timecode
from cutroom.schema.track import Track as TrackValue

if TYPE_CHECKING:
    from cutroom.api.clip import Clip

MOST_TRACKS = 200


@dataclass(slots=True, unsafe_hash=True)
class Track(Handle):
    """A track of a timeline: a handle that reads the document live; its switches can be set.

    Example:
        >>> tl.track("A2").volume = 0.5  # doctest: +SKIP
        >>> tl.track("V2").hidden = True  # doctest: +SKIP
    """

    id: str

    @property
    def value(self) -> TrackValue:
        """The track as it is now.

        Raises:
            ClipGoneError: it was removed.
        """
        found = self._find()
        if found is None:
            raise gone(self.session, "track", self.id)
        return found

    def _find(self) -> TrackValue | None:
        return next((track for track in self.document.tracks if track.id == self.id), None)

    @property
    def kind(self) -> str:
        """video, audio, title or subtitle."""
        return self.value.kind

    @property
    def duration(self) -> Fraction:
        """Where its last clip or subtitle ends, in seconds."""
        return self.value.duration

    @property
    def clips(self) -> list[Clip]:
        """Its clips in order."""
        from cutroom.api.clip import Clip

        return [Clip(self.session, self.within, clip.id) for _, clip in self.value.clips()]

    @property
    def cues(self) -> list[Cue]:
        """The subtitles of a subtitle track, in order of time."""
        return [Cue(self.session, self.within, cue.id, self.id) for cue in self.value.cues]

    @property
    def title(self) -> str:
        """What people call it, 1 to 200 characters; no two tracks of a timeline have the same."""
        return self.value.title

    @title.setter
    def title(self, title: str) -> None:
        self._set(title=text("title", title))

    @property
    def muted(self) -> bool:
        """Whether a sound track is silent."""
        return self.value.muted

    @muted.setter
    def muted(self, on: bool) -> None:
        self._set(muted=truth("muted", on))

    @property
    def solo(self) -> bool:
        """Whether only this sound track, and others that are solo, are heard."""
        return self.value.solo

    @solo.setter
    def solo(self, on: bool) -> None:
        self._set(solo=truth("solo", on))

    @property
    def locked(self) -> bool:
        """Whether nothing on it can be changed; a ripple leaves it where it is."""
        return self.value.locked

    @locked.setter
    def locked(self, on: bool) -> None:
        self._set(locked=truth("locked", on))

    @property
    def hidden(self) -> bool:
        """Whether its pictures, titles or subtitles are not shown."""
        return self.value.hidden

    @hidden.setter
    def hidden(self, on: bool) -> None:
        self._set(hidden=truth("hidden", on))

    @property
    def sync_lock(self) -> bool:
        """Whether a ripple on another track shifts this one too."""
        return self.value.sync_lock

    @sync_lock.setter
    def sync_lock(self, on: bool) -> None:
        self._set(sync_lock=truth("sync_lock", on))

    @property
    def volume(self) -> float:
        """How loud a sound track is: 0 silent, 1 as recorded, up to 2."""
        return self.value.volume

    @volume.setter
    def volume(self, factor: float) -> None:
        self._set(volume=number("volume", factor, 0, 2))

    @property
    def pan(self) -> float:
        """Where a sound track is heard: -1 left, 0 in the middle, 1 right."""
        return self.value.pan

    @pan.setter
    def pan(self, side: float) -> None:
        self._set(pan=number("pan", side, -1, 1))

    def _set(self, **switch: Any) -> None:
        _ = self.value
        (name,) = switch
        self.apply(ops.SetTrack.checked(track=self.id, **switch), f"set {name.replace('_', ' ')}")

    def move(self, index: int) -> Track:
        """Give it another place, counted from the bottom, 0 first: what lies over what changes, and nothing else.

        ::

            before  V1 V2 A1
            after   V2 V1 A1    tl.track("V1").move(1)

        Raises:
            ValidationError: not a whole number from 0.
            EditError: there are not so many tracks.
        """
        _ = self.value
        self.apply(ops.MoveTrack(track=self.id, index=whole("index", index, 0, MOST_TRACKS)))
        return self

    def remove(self) -> None:
        """Take it away with everything on it; linked clips of other tracks stay, without the link.

        Where it is gone already, nothing happens.

        Raises:
            LockedTrackError: it is locked.
        """
        if self.exists:
            self.apply(ops.RemoveTrack(track=self.id))

    def __repr__(self) -> str:
        value = self.value
        what = f"{len(value.cues)} subtitles" if value.kind == "subtitle" else f"{len(value.clips())} clips"
        return f"Track({value.title!r}, {value.kind}, {what}, {float(value.duration):.3f} s)"


@dataclass(slots=True, unsafe_hash=True)
class Cue(Handle):
    """One subtitle: a handle that reads the document live; its text and its times can be set.

    Example:
        >>> cue = tl.add_subtitle("Good morning.", 1, 2.5)  # doctest: +SKIP
        >>> cue.end = 3  # doctest: +SKIP
    """

    id: str
    _track: str

    @property
    def track(self) -> Track:
        """The track it stands on."""
        return Track(self.session, self.within, self._track)

    @property
    def value(self) -> CueValue:
        """The subtitle as it is now.

        Raises:
            ClipGoneError: it was removed.
        """
        found = self._find()
        if found is None:
            raise gone(self.session, "subtitle", self.id)
        return found

    def _find(self) -> CueValue | None:
        tracks = (track for track in self.document.tracks if track.id == self._track)
        return next((cue for track in tracks for cue in track.cues if cue.id == self.id), None)

    @property
    def text(self) -> str:
        """What it says."""
        return self.value.text

    @text.setter
    def text(self, words: str) -> None:
        value = self.value
        font = value.style and value.style.font
        self._put(value.replace(text=drawable("text", words, font=font), spans=()), "set subtitle")

    @property
    def style(self) -> TitleStyle:
        """How it looks; set it to a `TitleStyle`, or to what changes: `{"size": 0.06, "font": "MyFont.ttf"}`.

        Raises:
            ValidationError: on setting: a value that does not fit.
            MediaNotFoundError, UnsupportedMediaError: on setting: what is wrong with the path of the font.
        """
        return self.value.style or SUBTITLE_STYLE

    @style.setter
    def style(self, style: TitleStyle | Mapping[str, Any]) -> None:
        with self.session.edit("style subtitle"):
            self._put(self.value.replace(style=styled(self.session, self.style, style)), "style subtitle")

    @property
    def start(self) -> Fraction:
        """Seconds on the timeline."""
        return self.value.start

    @start.setter
    def start(self, time: TimeLike) -> None:
        with step(self, "trim subtitle", "subtitle") as clock:
            self._put(lasting(self.value, clock.at(time), self.end), "trim subtitle")

    @property
    def end(self) -> Fraction:
        """Seconds on the timeline, exclusive."""
        return self.value.end

    @end.setter
    def end(self, time: TimeLike) -> None:
        with step(self, "trim subtitle", "subtitle") as clock:
            self._put(lasting(self.value, self.start, clock.at(time)), "trim subtitle")

    def remove(self) -> None:
        """Take it away; where it is gone already, nothing happens."""
        if self.exists:
            self._put(None, "remove subtitle")

    def _put(self, changed: CueValue | None, label: str) -> None:
        cues = self.track.value.cues
        left = (changed if cue.id == self.id else cue for cue in cues)
        self.apply(ops.SetCues(track=self._track, cues=tuple(cue for cue in left if cue is not None)), label)

    def __repr__(self) -> str:
        fps = self.document.settings.fps
        return f"Cue({self.text!r}, {timecode(self.start, fps)} to {timecode(self.end, fps)})"


def lasting(cue: CueValue, start: Fraction, end: Fraction) -> CueValue:
    """A subtitle at other times.

    Raises:
        TimeError: it would end before it starts.
    """
    if end <= start:
        raise TimeError("a subtitle must end after it starts", value=end, hint="it lasts at least one frame")
    return cue.evolve(start=start, end=end)
