"""FCPXML as an OpenTimelineIO timeline: lanes become tracks, picture and sound of one clip two linked ones."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from opentimelineio import schema

from cutroom.errors import InterchangeError
from cutroom.interchange.fcpxml_lanes import Lanes
from cutroom.interchange.fcpxml_layout import DEEPEST, Layout
from cutroom.interchange.fcpxml_sources import STORY
from cutroom.interchange.fcpxml_times import seconds_of
from cutroom.interchange.moments import to_moment
from cutroom.interchange.pairs import link_pairs
from cutroom.interchange.read_items import SHELF
from cutroom.interchange.report import Loss
from cutroom.interchange.to_otio import MOST_ITEMS
from cutroom.schema.time import timecode

_HINT = "export it as FCPXML 1.8 to 1.11 from the program that made it"


def read(text: str) -> tuple[schema.Timeline, list[Loss]]:
    """The first project of a file that passed the guard.

    Raises:
        InterchangeError: no project in it, or one that refers to what is not there.
    """
    root = ElementTree.fromstring(text)  # noqa: S314 - `guard.check_xml` refused entities and document types
    if root.tag != "fcpxml":
        raise InterchangeError(f"this is no FCPXML but <{root.tag}>", value=root.tag, hint=_HINT)
    projects = list(root.iter("project"))
    sequence = projects[0].find("sequence") if projects else None
    if sequence is None:
        count = sum(child.tag in STORY for child in root)
        what = f"the file holds {count} clips, but" if count else "the file holds"
        raise InterchangeError(f"{what} no project with a sequence", value=None, hint="export a project")
    resources = {one.get("id", ""): one for shelf in root.iter("resources") for one in shelf}
    rate = _rate(sequence, resources)
    losses = [
        Loss(what=f"project {other.get('name', '')}", where="file", why="left out: the first is read")
        for other in projects[1:]
    ]
    reader = Reader(resources, rate, losses)
    start = seconds_of(sequence.get("tcStart"))
    if start:
        losses.append(Loss(what="start timecode", where=timecode(start, rate), why="the timeline starts at 0"))
    timeline = schema.Timeline(name=projects[0].get("name", ""), global_start_time=to_moment(Fraction(0), rate))
    timeline.tracks = reader.stack(sequence, ())
    timeline.metadata[SHELF] = reader.shelf
    return timeline, losses


def _rate(sequence: Element, resources: dict[str, Element]) -> Fraction:
    named = resources.get(sequence.get("format", ""))
    length = seconds_of(named.get("frameDuration")) if named is not None else Fraction(0)
    if not Fraction(1, 240) <= length <= 1:
        raise InterchangeError("the sequence has no frame rate", value=sequence.get("format"), hint=_HINT)
    return 1 / length


def _begins(spine: Element, timecode: Fraction) -> Fraction:
    """From where the offsets in a storyline count: the timecode at which it starts, unless they lie before that."""
    first = seconds_of(spine[0].get("offset")) if len(spine) else Fraction(0)
    return timecode if first >= timecode else Fraction(0)


@dataclass
class Reader:
    """Reads one file: its sequences, and the compounds and multi-cameras that they show."""

    resources: dict[str, Element]
    fps: Fraction
    losses: list[Loss]
    shelf: dict[str, schema.Stack] = field(default_factory=dict)
    """What is shown like a file, by the id of its resource."""
    angles: dict[tuple[str, str, str], str] = field(default_factory=dict)
    """Titles of the tracks of multi-cameras, by resource, angle and kind."""
    made: int = 0
    sizes: dict[str, int] = field(default_factory=dict)

    def stack(self, sequence: Element, under: tuple[str, ...]) -> schema.Stack:
        """The tracks and markers of a sequence."""
        found = Lanes(self.fps)
        made = schema.Stack(name=sequence.get("name", ""))
        spine = sequence.find("spine")
        if spine is not None:
            layout = Layout(self, found, under)
            layout.storyline(spine, -_begins(spine, seconds_of(sequence.get("tcStart"))), 0)
            made.markers.extend(layout.markers)
        return self._laid(made, found)

    def inline(self, element: Element, inside: list[Element], under: tuple[str, ...]) -> tuple[str, Fraction]:
        """The key of a timeline that stands in the clip that shows it, and the time at which it begins."""
        key = f"inside {len(self.shelf)} {element.get('name', '')}"
        found = Lanes(self.fps)
        layout = Layout(self, found, under)
        line = list(inside[0]) if [one.tag for one in inside] == ["spine"] else inside
        begins = seconds_of(line[0].get("offset")) if line else Fraction(0)
        layout.storyline(line, -begins, 0)
        made = schema.Stack(name=element.get("name") or element.tag)
        made.markers.extend(layout.markers)
        self.shelf[key] = self._laid(made, found)
        return key, begins

    def _laid(self, made: schema.Stack, found: Lanes) -> schema.Stack:
        for track in found.tracks():
            made.append(track)
        link_pairs(made, self.fps)
        return made

    def shared(self, element: Element, under: tuple[str, ...]) -> tuple[str, Fraction]:
        """The key of the compound or multi-camera that an element refers to, and the timecode at which that begins.

        Raises:
            InterchangeError: it has none, or shows itself.
        """
        key, name = element.get("ref", ""), element.get("name", "")
        found = self.resource(element)
        sequence, multicam = found.find("sequence"), found.find("multicam")
        inner = sequence if sequence is not None else multicam
        if inner is None or key in under or len(under) > DEEPEST:
            raise InterchangeError(f"compound clip {name} has no sequence of its own", value=key, hint=_HINT)
        self.count(self.size(key, ()))
        if key not in self.shelf:
            if _rate(inner, self.resources) != self.fps:
                self.lose(f"frame rate of {name}", name, "it counts in the frames of the project")
            below = (*under, key)
            made = self.stack(inner, below) if sequence is not None else self._multicam(inner, key, below)
            made.name = found.get("name", name)
            self.shelf[key] = made
        return key, seconds_of(inner.get("tcStart"))

    def _multicam(self, multicam: Element, key: str, under: tuple[str, ...]) -> schema.Stack:
        """Angles as tracks: of each its picture and its sound."""
        made = schema.Stack()
        made.metadata["cutroom_multicam"] = True
        start = seconds_of(multicam.get("tcStart"))
        for number, angle in enumerate(multicam.findall("mc-angle"), start=1):
            name = angle.get("name") or f"angle {number}"
            found = Lanes(self.fps)
            layout = Layout(self, found, under)
            layout.storyline(angle, -_begins(angle, start), 0)
            made.markers.extend(layout.markers)
            for track in found.tracks():
                kind = "sound" if track.kind == schema.TrackKind.Audio else "picture"
                title = f"{name} sound" if kind == "sound" else name
                if (place := (key, angle.get("angleID", ""), kind)) in self.angles:
                    self.lose(f"track of angle {name}", multicam.get("name", ""), "left out: an angle has one")
                    continue
                while title in self.angles.values():
                    title += f" {number}"
                track.name = self.angles[place] = title
                made.append(track)
        return made

    def resource(self, element: Element) -> Element:
        """What an element refers to.

        Raises:
            InterchangeError: it is not there.
        """
        found = self.resources.get(element.get("ref", ""))
        if found is None:
            name = element.get("name", element.tag)
            raise InterchangeError(
                f"{name} refers to {element.get('ref')!r}, which the file does not hold", value=element.get("ref"),
                hint=_HINT,
            )  # fmt: skip
        return found

    def size(self, key: str, under: tuple[str, ...]) -> int:
        """How many clips a compound unfolds to, worked out before any of it is made."""
        if len(under) > DEEPEST:
            raise InterchangeError(f"compounds nest deeper than {DEEPEST}", value=key, hint=_HINT)
        if key not in self.sizes:
            found = self.resources.get(key)
            inner = [] if found is None or key in under else [one for one in found.iter() if one.tag in STORY]
            nested = (one.get("ref", "") for one in inner if one.tag in {"ref-clip", "mc-clip"})
            self.sizes[key] = len(inner) + sum(self.size(one, (*under, key)) for one in nested)
        return self.sizes[key]

    def count(self, clips: int) -> None:
        """Keep within measure what compounds in compounds unfold to.

        Raises:
            InterchangeError: too many clips.
        """
        self.made += clips
        if self.made > MOST_ITEMS:
            what = f"the compounds unfold to more than {MOST_ITEMS:,} clips"
            raise InterchangeError(what, value=MOST_ITEMS, hint=_HINT)

    def lose(self, what: str, where: str, why: str) -> None:
        """Note a loss."""
        self.losses.append(Loss(what=what, where=where, why=why))
