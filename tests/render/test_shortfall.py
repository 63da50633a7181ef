"""An export says which clips asked for more than their media has, and where that shows."""

from __future__ import annotations

from fractions import Fraction

from cutroom.render.shortfall import shortfalls, spans
from cutroom.schema.clip import Clip, CompoundSource
from cutroom.schema.document import Compound, Document, Timeline
from cutroom.workers import WorkerPool

from .conftest import FPS, Desk, Film, track


def shorter(film: Film, document: Document, seconds: Fraction) -> Document:
    """As if the media were shorter: what is known of it says so."""
    media = film.media
    assert media.video is not None
    assert media.audio is not None
    video = media.video.replace(duration=seconds, frames=int(seconds * FPS))
    audio = media.audio.replace(duration=seconds)
    return document.replace(media=(media.replace(video=video, audio=audio),))


def test_the_report_names_the_clip_the_media_and_the_time(desk: Desk, film: Film) -> None:
    document = shorter(film, film.cuts((0, 30), (60, 120)), Fraction(3))
    for _ in range(2):  # from the cache as well
        report = desk.export(document)
        assert report.warnings == (
            "clip c_1 is clear from 2.033 s to 3 s: the picture of film.mp4 ends at 3 s",
            "clip a_1 is silent from 2 s to 3 s: the sound of film.mp4 ends at 3 s",
        )
    assert report.segments_encoded == 0
    decoded = desk.decode()
    assert decoded.numbers[:61] == [*range(30), *range(60, 90), 90]
    assert decoded.frames[62:].max() < 4


def test_a_span_before_it_says_nothing(desk: Desk, film: Film) -> None:
    document = shorter(film, film.cuts((0, 30), (60, 120)), Fraction(3))
    assert desk.export(document, span=(Fraction(0), Fraction(2))).warnings == ()


def test_a_media_that_has_less_than_it_says(desk: Desk, film: Film, pool: WorkerPool) -> None:
    media = film.media
    assert media.video is not None
    video = media.video.replace(duration=Fraction(12), frames=360)
    long = media.replace(video=video, duration=Fraction(12))
    document = film.document(track("video", [film.clip(210, 270)])).replace(media=(long,))
    end = Fraction(media.video.duration)
    for executor in (None, None, pool):
        report = desk.export(document, executor=executor)
        (warning,) = report.warnings
        assert warning.startswith(f"film.mp4 says that it lasts 12 s, and ends at {float(end):.3f} s")
    assert report.segments_encoded > 0  # what is lacking is not kept, so that nobody misses the warning
    assert desk.decode().frames[32:].max() < 4


def test_whole_media_are_not_spoken_of(desk: Desk, film: Film) -> None:
    assert desk.export(film.cuts((0, 240))).warnings == ()


def test_what_is_short_inside_of_a_compound_is_told_once_with_its_name(film: Film) -> None:
    inner = Timeline(tracks=(track("video", [film.clip(60, 120, id="c_in")]),))
    clips = [Clip(id=f"c_{n}", source=CompoundSource(compound="k_1"), duration=Fraction(2)) for n in range(2)]
    document = film.document(track("video", clips))
    document = document.replace(compounds=(Compound(id="k_1", title="Scene 1", timeline=inner),))
    assert list(shortfalls(shorter(film, document, Fraction(3)), Fraction(0), Fraction(4))) == [
        "clip c_in is clear in Scene 1 from 1.033 s to 2 s: the picture of film.mp4 ends at 3 s"
    ]


def test_of_many_stretches_the_first_eight_are_told() -> None:
    def told(count: int) -> str:
        return spans((Fraction(2 * n), Fraction(2 * n + 1)) for n in range(count))

    assert told(8).count("from") == told(9).count("from") == told(20).count("from") == 8
    assert told(8).endswith("from 14 s to 15 s")
    assert told(9) == told(8) + " and in 1 more place"
    assert told(20) == told(8) + " and in 12 more places"
