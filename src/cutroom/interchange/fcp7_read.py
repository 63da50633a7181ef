"""Final Cut Pro 7's XML as a document: its sequence, and what that shows of others.

A clip beside a transition gives no start or no end (-1): its material reaches to the far end of the transition. Here
a transition lies half on each side of its cut, so the cut is put there, wherever the file has it; the picture is the
same.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from cutroom.errors import InterchangeError
from cutroom.interchange.fcp7_items import Context, ItemMaker
from cutroom.interchange.fcp7_library import Library, check_nesting
from cutroom.interchange.fcp7_tracks import tracks_of
from cutroom.interchange.fcp7_values import HINT, frames_of, named, rate_of, seconds, words
from cutroom.interchange.guard import values_that_fit
from cutroom.interchange.reader import Reader
from cutroom.interchange.references import Find
from cutroom.interchange.report import Loss, shortened
from cutroom.schema.base import new_id
from cutroom.schema.document import Compound, Document, Marker, ProjectSettings, Timeline
from cutroom.schema.time import timecode


def read(text: str, find: Find) -> tuple[Document, list[Loss]]:
    """The sequence of a file that passed the guard; of several, the first that no other shows.

    Raises:
        InterchangeError: no sequence in it, or one that makes no sense; names the element.
    """
    root = ElementTree.fromstring(text)  # noqa: S314 - `guard.check_xml` refused entities and document types
    if root.tag != "xmeml":
        raise InterchangeError(f"this is no XML of Final Cut Pro 7 but <{root.tag}>", value=root.tag, hint=HINT)
    library = Library.of(root)
    chosen, others = library.sequences(root)
    if chosen is None:
        raise InterchangeError("the file holds no sequence", value=None, hint=HINT)
    reader = Reader(rate_of(chosen, None), find)
    for other in others:
        reader.lose(named(other), "file", "left out: the first is read")
    sequences = _Sequences(reader, library)
    with values_that_fit():
        settings = _settings(chosen, reader)
        timeline = sequences.timeline(chosen, settings, "")
        document = Document(
            id=new_id("p"), settings=settings, media=tuple(reader.media.values()), timeline=timeline,
            compounds=tuple(sequences.compounds.values()),
        )  # fmt: skip
    return document, list(dict.fromkeys(reader.losses))


def _settings(sequence: Element, reader: Reader) -> ProjectSettings:
    """Rate, size and sample rate, as far as the sequence says them."""
    settings = ProjectSettings(fps=reader.fps, adopt=("size", "sample_rate"))
    picture = sequence.find("media/video/format/samplecharacteristics")
    sound = sequence.find("media/audio/format/samplecharacteristics")
    width, height = (frames_of(picture, side) if picture is not None else None for side in ("width", "height"))
    samples = frames_of(sound, "samplerate") if sound is not None else None
    if width and height:
        if min(width, height) >= 16 and max(width, height) <= 8192:
            settings = settings.replace(width=int(width), height=int(height), adopt=("sample_rate",))
        else:
            reader.lose(f"size {width} x {height}", named(sequence), "left out: Cutroom has no such canvas")
    if samples and 8_000 <= samples <= 192_000:
        kept = tuple(name for name in settings.adopt if name != "sample_rate")
        settings = settings.replace(sample_rate=int(samples), adopt=kept)
    start = sequence.find("timecode")
    if start is not None and (first := frames_of(start, "frame")):
        at = seconds(first, rate_of(start, reader.fps), start, "frame")
        reader.lose("start timecode", timecode(at, reader.fps), "the timeline starts at 0")
    return settings


@dataclass
class _Sequences:
    """Sequences as timelines; each that others show is a compound, made once."""

    reader: Reader
    library: Library
    compounds: dict[str, Compound] = field(default_factory=dict)
    made: dict[Element, str] = field(default_factory=dict)
    under: list[Element] = field(default_factory=list)

    def timeline(self, sequence: Element, settings: ProjectSettings, where: str) -> Timeline:
        """Tracks and markers of a sequence."""
        rate = rate_of(sequence, None)
        if rate != self.reader.fps:
            self.reader.lose(f"frame rate of {named(sequence)}", where, "cuts are on the nearest frame")
        context = Context(
            reader=self.reader, library=self.library, rate=rate, canvas=(settings.width, settings.height), where=where,
            compound=lambda element: self.compound(element, settings, where),
        )  # fmt: skip
        self.under.append(sequence)
        maker = ItemMaker(context)
        tracks = tracks_of(sequence, maker)
        self.under.pop()
        markers = [self.marker(one, rate, where) for one in sequence.findall("marker")]
        found = [one for one in (*markers, *maker.markers) if one is not None]
        return Timeline(tracks=tuple(tracks), markers=tuple(sorted(found, key=lambda marker: marker.time)))

    def compound(self, element: Element, settings: ProjectSettings, where: str) -> str:
        """The id of the compound that a sequence inside of a clip is."""
        sequence = self.library.resolved(element)
        check_nesting(sequence, self.under)
        if sequence not in self.made:
            self.library.measure(sequence)
            title = shortened(words(sequence, "name") or "sequence", 200, where or "timeline", self.reader.lose)
            inner = self.timeline(sequence, settings, f"{where}/{title}" if where else title)
            name = self.made[sequence] = new_id("n")
            self.compounds[name] = Compound(id=name, title=title, timeline=inner)
        return self.made[sequence]

    def marker(self, element: Element, rate: Fraction, where: str) -> Marker | None:
        """A marker of the sequence."""
        begin, end = frames_of(element, "in") or Fraction(0), frames_of(element, "out")
        name, comment = words(element, "name"), words(element, "comment")
        place = where or "timeline"
        title = shortened(name or comment, 500, place, self.reader.lose)
        if begin < 0:
            self.reader.lose(f"marker {title}", place, "left out: before the start")
            return None
        if end is not None and end > begin + 1:
            self.reader.lose(f"marker {title}", place, "it marks a moment here, the start of its range")
        if name and comment:
            self.reader.lose(f"comment of marker {title}", place, f"left out: {comment[:100]}")
        return Marker(id=new_id("m"), time=seconds(begin, rate, element, "in"), title=title)
