"""The handle of a clip, read live; its verbs are functions of their own, by theme."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from cutroom.api import clip_edges, clip_speed, clip_ties, clip_title
from cutroom.api.arguments import number, pair, text
from cutroom.api.effect import Effect, EffectChain
from cutroom.api.handle import Handle, gone
from cutroom.api.media import Media
from cutroom.api.track import Track
from cutroom.edit import operations as ops
from cutroom.errors import ClipGoneError
from cutroom.schema.clip import Clip as ClipValue
from cutroom.schema.clip import CompoundSource, TitleSource, TitleStyle
from cutroom.schema.effect import Scalar
from cutroom.schema.speed import Ramp
from cutroom.schema.time import timecode


@dataclass(slots=True, unsafe_hash=True)
class Clip(Handle):
    """A clip on the timeline: a handle that reads the document live.

    Example:
        >>> clip = tl.append("beach.mp4", source=(2, 5))  # doctest: +SKIP
        >>> left, right = clip.split(at=1.5)  # doctest: +SKIP
    """

    id: str

    @property
    def value(self) -> ClipValue:
        """The clip as it is now.

        Raises:
            ClipGoneError: it was removed; the message names the step.
        """
        try:
            return self.document.clip(self.id)
        except ClipGoneError:
            raise gone(self.session, "clip", self.id) from None

    def _find(self) -> object | None:
        return self.document.locate(self.id)

    @property
    def start(self) -> Fraction:
        """Seconds on the timeline."""
        return self.document.clip_start(self.value.id)

    @property
    def end(self) -> Fraction:
        """Seconds on the timeline, exclusive."""
        return self.start + self.duration

    @property
    def duration(self) -> Fraction:
        """Seconds."""
        return self.value.duration

    @property
    def source(self) -> tuple[Fraction, Fraction]:
        """In and out point in seconds of media time."""
        return self.value.start, self.value.end

    @property
    def media(self) -> Media | None:
        """The media it shows; None for a title."""
        media = self.value.media
        return Media(self.session, media) if media else None

    @property
    def text(self) -> str | None:
        """A title's text, up to 10,000 characters; None for what is no title. Where it stands, and for how long, stays.

        Raises:
            EditError: on setting: it is no title.
            ValidationError: on setting: not a text, or one with letters that cannot be drawn.

        Example:
            >>> import cutroom as cr
            >>> project = cr.Project.create(fps=25, size=(640, 360), sample_rate=48_000)
            >>> title = project.timeline.add_title("Hello", at=0, duration=2, size=0.12)
            >>> title.text = "Goodbye"
            >>> title.style = {"colour": "#ffcc00"}
            >>> title.text, title.style.colour, title.style.size
            ('Goodbye', '#ffcc00', 0.12)
        """
        source = self.value.source
        return source.text if isinstance(source, TitleSource) else None

    @text.setter
    def text(self, words: str) -> None:
        clip_title.set_text(self, words)

    @property
    def style(self) -> TitleStyle | None:
        """How a title looks: size, colour, outline, … as `tl.add_title` takes them; None for what is no title.

        It is set by a mapping of some of them; what is not named stays as it is.

        Raises:
            EditError: on setting: it is no title.
            ValidationError: on setting: a style value that does not fit.
        """
        source = self.value.source
        return source.style if isinstance(source, TitleSource) else None

    @style.setter
    def style(self, style: TitleStyle | Mapping[str, Any]) -> None:
        clip_title.set_style(self, style)

    @property
    def track(self) -> Track:
        """The track it stands on."""
        _ = self.value
        index, _ = self.document.locate(self.id)
        return Track(self.session, self.within, self.document.tracks[index].id)

    @property
    def linked(self) -> list[Clip]:
        """The clips linked to it: a picture's sound, a sound's picture."""
        link = self.value.link
        if link is None:
            return []
        document = self.document
        found = (track.items[i] for track in document.tracks for i in track.linked(link))
        return [self.other(clip.id) for clip in found if clip.kind == "clip" and clip.id != self.id]

    @property
    def group(self) -> str | None:
        """Id of the group that it is moved and deleted with; None: it is in none."""
        return self.value.group

    @property
    def grouped(self) -> list[Clip]:
        """The clips that are grouped with it."""
        group = self.group
        if group is None:
            return []
        clips = (clip for track in self.document.tracks for _, clip in track.clips())
        return [self.other(clip.id) for clip in clips if clip.group == group and clip.id != self.id]

    @property
    def speed(self) -> Fraction | dict[Fraction, Fraction]:
        """Seconds of media per second of timeline; of a ramp the speeds by seconds after the clip's start."""
        speed = self.value.speed
        return {key.time: key.speed for key in speed.keys} if isinstance(speed, Ramp) else speed

    @property
    def reversed(self) -> bool:
        """Whether it plays from its out point to its in point."""
        return self.value.reverse

    @property
    def keep_pitch(self) -> bool:
        """Whether its sound, at another speed, stays as high as it is; see `retime`."""
        return self.value.keep_pitch

    @property
    def compound(self) -> str | None:
        """Title of the compound that it shows; `project.compound(title)` is its timeline."""
        source = self.value.source
        return self.document.compound(source.compound).title if isinstance(source, CompoundSource) else None

    @property
    def angle(self) -> str | None:
        """Title of the one track of its compound that it shows; None: all. Setting it shows another.

        Raises:
            EditError: on setting: it shows no compound, or that has no such track for it.
        """
        source = self.value.source
        if not isinstance(source, CompoundSource):
            return None
        tracks = self.document.compound(source.compound).timeline.tracks
        return next((track.title for track in tracks if track.id == source.angle), None)

    @angle.setter
    def angle(self, angle: str | None) -> None:
        _ = self.value
        named = None if angle is None else text("angle", angle)
        self.apply(ops.SetAngle(clip=self.id, angle=named), "switch angle")

    @property
    def effects(self) -> EffectChain:
        """Its chain of effects."""
        return EffectChain(self)

    @property
    def clock_kind(self) -> str:
        """The kind of track whose grid its times are on: "audio" where no picture goes along with it."""
        kinds = {clip.track.kind for clip in (self, *self.linked, *self.grouped)}
        return "audio" if kinds == {"audio"} else "video"

    def other(self, clip_id: str) -> Clip:
        """A clip of the same timeline."""
        return Clip(self.session, self.within, clip_id)

    split = clip_edges.split
    trim = clip_edges.trim
    ripple = clip_edges.ripple
    roll = clip_edges.roll
    slip = clip_edges.slip
    slide = clip_edges.slide
    move = clip_edges.move
    delete = clip_edges.delete
    retime = clip_speed.retime
    reverse = clip_speed.reverse
    freeze = clip_speed.freeze
    unlink = clip_ties.unlink
    ungroup = clip_ties.ungroup
    unnest = clip_ties.unnest
    switch = clip_ties.switch

    def transform(self, **parameters: Scalar | tuple[float, float]) -> Effect:
        """Scale, place, turn, fade and blend its picture; a second call replaces the first.

        Args:
            parameters: scale (1 = fitted), position (canvas fractions from the centre, y down), rotation (degrees
                clockwise), opacity (0 to 1), blend ("multiply", "screen", "overlay", … with what is below);
                `cr.effects.get("transform")` lists them all.
        """
        flat: dict[str, Scalar] = {}
        for name, value in parameters.items():
            if name == "position" or isinstance(value, tuple):
                x, y = pair(name, value, "a pair (x, y)")
                flat |= {f"{name}_x": number(name, x), f"{name}_y": number(name, y)}
            else:
                flat[name] = value
        return self.effects.replace("transform", **flat)

    def crop(self, **parameters: float) -> Effect:
        """Cut off `left`, `top`, `right`, `bottom`, in fractions of the picture; a second call replaces the first."""
        return self.effects.replace("crop", **parameters)

    def __repr__(self) -> str:
        if not self.exists:
            return f"Clip({self.id!r}, gone)"
        fps = self.document.settings.fps
        named = f"compound {self.compound!r}" if self.compound else f"title {self.text!r}"
        what = self.media.value.path if self.media else named
        span = f"{timecode(self.start, fps)} to {timecode(self.end, fps)}"
        return f"Clip({self.id!r}, {what}, {self.track.title} {span})"
