"""Lanes of an FCPXML sequence as tracks: pictures from the lowest lane up, then sound, then captions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal

from opentimelineio import core, schema

from cutroom.errors import InterchangeError
from cutroom.interchange.moments import to_moment, to_range
from cutroom.interchange.to_otio import SUBTITLES

Kind = Literal["picture", "sound"]
MOST_LAYERS = 150
"""Tracks that things which overlap in one lane may need."""


@dataclass
class Lane:
    """What stands in a lane."""

    items: list[tuple[Fraction, Fraction, core.Item]] = field(default_factory=list)
    """Start and length on the timeline."""
    cuts: dict[Fraction, tuple[Fraction, Fraction]] = field(default_factory=dict)
    """Start and length of transitions, by their cut."""
    title: str = ""


@dataclass
class Lanes:
    """What stands in a sequence, while it is read."""

    fps: Fraction
    lanes: dict[tuple[Kind, int], Lane] = field(default_factory=dict)
    captions: dict[str, list[tuple[Fraction, Fraction, str]]] = field(default_factory=dict)
    """Start, length and text, by role."""

    def lane(self, kind: Kind, number: int) -> Lane:
        """The lane of a kind with a number; the spine is 0."""
        return self.lanes.setdefault((kind, number), Lane())

    def tracks(self) -> Iterable[schema.Track]:
        """All of it as tracks."""
        filled = {key: lane for key, lane in self.lanes.items() if lane.items}
        pictures = sorted(key for key in filled if key[0] == "picture")
        sounds = sorted((key for key in filled if key[0] == "sound"), key=lambda key: (key[1] < 0, abs(key[1])))
        for keys, letter, kind in ((pictures, "V", schema.TrackKind.Video), (sounds, "A", schema.TrackKind.Audio)):
            for number, key in enumerate(keys, start=1):
                yield from self._tracks(filled[key], filled[key].title or f"{letter}{number}", kind)
        for role, rows in self.captions.items():
            made = schema.Track(name=role, kind=SUBTITLES)
            for start, length, text in sorted(rows):
                made.markers.append(schema.Marker(name=text, marked_range=to_range(start, length, self.fps)))
            yield made

    def _tracks(self, lane: Lane, title: str, kind: str) -> Iterable[schema.Track]:
        """The track of a lane; more where things in it overlap."""
        layers: list[list[tuple[Fraction, Fraction, core.Item]]] = []
        for one in sorted(lane.items, key=lambda item: item[0]):
            free = next((layer for layer in layers if layer[-1][0] + layer[-1][1] <= one[0]), None)
            if free is None:
                if len(layers) == MOST_LAYERS:
                    what = f"more than {MOST_LAYERS} clips of a lane lie over each other"
                    raise InterchangeError(what, value=title, hint="export the timeline anew")
                layers.append([one])
            else:
                free.append(one)
        for number, layer in enumerate(layers, start=1):
            yield self._track(lane, layer, title if number == 1 else f"{title} {number}", kind)

    def _track(
        self, lane: Lane, layer: list[tuple[Fraction, Fraction, core.Item]], title: str, kind: str
    ) -> schema.Track:
        track, position = schema.Track(name=title, kind=kind), Fraction(0)
        before = False
        for start, length, item in layer:
            if start > position:
                self._transition(track, lane, position, before)
                track.append(schema.Gap(source_range=to_range(Fraction(0), start - position, self.fps)))
            self._transition(track, lane, start, True)
            track.append(item)
            position, before = start + length, True
        self._transition(track, lane, position, before)
        return track

    def _transition(self, track: schema.Track, lane: Lane, at: Fraction, beside: bool) -> None:
        """Add the transition that lies over a cut beside a clip."""
        if beside and at in lane.cuts:
            start, length = lane.cuts.pop(at)
            made = schema.Transition(
                transition_type=schema.TransitionTypes.SMPTE_Dissolve,
                in_offset=to_moment(max(Fraction(0), at - start), self.fps),
                out_offset=to_moment(max(Fraction(0), start + length - at), self.fps),
            )
            track.append(made)
