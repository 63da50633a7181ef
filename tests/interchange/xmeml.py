"""Small files of Final Cut Pro 7's XML, put together from their parts."""

from __future__ import annotations

from fractions import Fraction

from documents import make_media

from cutroom.interchange.formats import read_timeline
from cutroom.interchange.references import Reference, path_of
from cutroom.interchange.report import Report
from cutroom.schema.document import Document
from cutroom.schema.media import Media
from cutroom.schema.track import Track

RATE = "<rate><timebase>25</timebase><ntsc>FALSE</ntsc></rate>"
FILE = '<file id="f"><name>a.mov</name><pathurl>a.mov</pathurl><duration>1000</duration></file>'


def any_media(reference: Reference) -> Media | None:
    path = path_of(reference.url or "") or reference.title
    return make_media(f"m_{path}", path, seconds=1000)


def read(text: str | bytes) -> tuple[Document, Report]:
    data = text if isinstance(text, bytes) else text.encode()
    return read_timeline(data, format="fcp7", name="x.xml", find=any_media)


def sequence(video: str = "", audio: str = "", more: str = "", rate: str = RATE) -> str:
    return (
        f'<xmeml version="5"><sequence id="s"><name>S</name>{rate}<media><video>{video}</video>'
        f"<audio>{audio}</audio></media>{more}</sequence></xmeml>"
    )


def item(
    start: object, end: object, begin: object, out: object, more: str = "", name: str = "c", file: str = FILE
) -> str:
    return (
        f'<clipitem id="{name}"><name>{name}</name>{RATE}<start>{start}</start><end>{end}</end><in>{begin}</in>'
        f"<out>{out}</out>{file}{more}</clipitem>"
    )


def over(start: int, end: int, alignment: str, name: str = "Cross Dissolve") -> str:
    return (
        f"<transitionitem><start>{start}</start><end>{end}</end><alignment>{alignment}</alignment>"
        f"<effect><name>{name}</name></effect></transitionitem>"
    )


def remap(speed: object, reverse: str = "FALSE", more: str = "") -> str:
    return (
        "<filter><effect><name>Time Remap</name><effectid>timeremap</effectid>"
        f"<parameter><parameterid>speed</parameterid><value>{speed}</value></parameter>"
        f"<parameter><parameterid>reverse</parameterid><value>{reverse}</value></parameter>{more}</effect></filter>"
    )


def frames(track: Track, fps: int = 25) -> list[tuple[Fraction, Fraction, Fraction]]:
    """Start and end on the timeline, and the in point, in frames."""
    return [(at * fps, (at + clip.duration) * fps, clip.start * fps) for at, clip in track.clips()]
