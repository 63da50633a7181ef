"""The clips of a timeline as an edited table finds them."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from fractions import Fraction
from typing import Any, NamedTuple

from cutroom.schema.clip import Clip, CompoundSource, MediaSource, TitleSource
from cutroom.schema.document import Document
from cutroom.schema.resource import short_name
from cutroom.schema.track import Track

TIMES = ("start", "end", "duration", "source_start", "source_end")
TOLD_EMPTY = ("effects", "link", "group", "angle")
"""Columns that say something where they are empty, too."""
COLUMNS = (
    *("id", "track", *TIMES, "start_frame", "end_frame", "speed", "reverse", "text", "media", "compound"),
    *("kind", *TOLD_EMPTY),
)
"""What is read of a row; all other columns are for the eye."""

Values = Mapping[str, Any]


class Known(NamedTuple):
    """A clip that is on the timeline."""

    track: Track
    item: int
    """Its index there."""
    clip: Clip

    @property
    def start(self) -> Fraction:
        """Where it starts on the timeline."""
        return self.track.start_of(self.item)

    def is_as(self, values: Values, document: Document) -> bool:
        """Whether a row has the very values of `Timeline.to_df`; any other row deserves a closer look."""
        get, shown = values.get, self.shown(document)
        seen = tuple(map(get, COLUMNS[1:]))
        if (*map(type, seen),) == (*map(type, shown),) and seen == shown:
            return True
        for name, now in zip(COLUMNS[1:], shown, strict=True):
            value = get(name)
            if value is not None and (value.__class__ is not now.__class__ or value != now):
                return False
        last = zip(TOLD_EMPTY, shown[-len(TOLD_EMPTY) :], strict=True)
        return not any(now and name in values and values[name] is None for name, now in last)

    def shown(self, document: Document) -> tuple[Any, ...]:
        """What `Timeline.to_df` shows of it, in the order of `COLUMNS`, but for its id."""
        base, ticks, clip = self.track.grid.base, self.track.grid.ticks, self.clip
        start, end, source = ticks[self.item], ticks[self.item + 1], clip.source
        speed, (above, below) = clip.speed, clip.start.as_integer_ratio()
        plain = isinstance(speed, Fraction) and speed.numerator == speed.denominator
        whole, twice = base * document.settings.fps.denominator, 2 * document.settings.fps.numerator
        return (
            *(self.track.title, start / base, end / base, (end - start) / base, above / below),
            (above * base + (end - start) * below) / (below * base) if plain else float(clip.end),
            *((twice * start + whole) // (2 * whole), (twice * end + whole) // (2 * whole)),
            1.0 if plain else float(speed) if isinstance(speed, Fraction) else None,
            clip.reverse,
            source.text if isinstance(source, TitleSource) else None,
            document.find_media(source.media).path if isinstance(source, MediaSource) else None,
            document.compound(source.compound).title if isinstance(source, CompoundSource) else None,
            self.track.kind,
            ", ".join(short_name(effect.effect) for effect in clip.effects),
            clip.link,
            clip.group,
            angle_of(document, source) if isinstance(source, CompoundSource) else None,
        )


class Standing:
    """The clips of a timeline by their ids. Each is made up when it is asked for: a table asks for few of them."""

    def __init__(self, document: Document) -> None:
        self._tracks = document.tracks
        self._places = {
            clip.id: (t, i)
            for t, track in enumerate(document.tracks)
            for i, clip in enumerate(track.items)
            if clip.kind == "clip"
        }

    def __contains__(self, name: str) -> bool:
        return name in self._places

    def __getitem__(self, name: str) -> Known:
        t, i = self._places[name]
        clip = self._tracks[t].items[i]
        assert isinstance(clip, Clip)
        return Known(self._tracks[t], i, clip)

    def without(self, names: Container[str], tracks: Container[str]) -> list[str]:
        """The clips of some tracks, by title, that are not among some."""
        own = [track.title in tracks for track in self._tracks]
        return [name for name, (t, _) in self._places.items() if own[t] and name not in names]

    def linked(self, names: Iterable[str]) -> list[list[str]]:
        """The clips of each link that one of some clips has, pictures first."""
        asked = {self[name].clip.link for name in names if name in self} - {None}
        links: dict[str, list[str]] = {}
        for track in self._tracks if asked else ():
            for clip in track.items:
                if clip.kind == "clip" and clip.link is not None and clip.link in asked:
                    links.setdefault(clip.link, []).append(clip.id)
        return list(links.values())


def angle_of(document: Document, source: CompoundSource) -> str | None:
    """Title of the one track of its compound that a clip shows; None for all of them."""
    tracks = document.compound(source.compound).timeline.tracks
    return next((track.title for track in tracks if track.id == source.angle), None)
