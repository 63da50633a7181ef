"""`cr.loudness`: how loud something is, by EBU R 128."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from cutroom.api.arguments import truth
from cutroom.api.clip import Clip
from cutroom.api.media import Media, MediaLibrary
from cutroom.api.timeline import Timeline
from cutroom.api.times import Clock, span_of
from cutroom.app import app
from cutroom.errors import UnsupportedMediaError, ValidationError
from cutroom.jobs.bar import late_bar
from cutroom.schema.base import new_id
from cutroom.schema.clip import Clip as ClipValue
from cutroom.schema.clip import MediaSource
from cutroom.schema.document import Document, ProjectSettings
from cutroom.schema.time import to_sample
from cutroom.session import Session

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cutroom.effects.analysis import Loudness

Source = str | os.PathLike[str] | Media | Clip | Timeline


def loudness(source: Source, *, span: Any = None, progress: bool = True) -> Loudness:
    """How loud something is, by EBU R 128; measured once, and kept.

    A mono file is measured as one channel; on a stereo timeline both speakers play it, and that is 3.01 LUFS louder by
    ITU-R BS.1770: -18.7 for the file, -15.7 for its clip and in the export. `.channels` says what was heard.

    Args:
        source: a path or a media: its own sound, of more than two channels as they are mixed to stereo. A clip: its
            sound by itself, after its effects; of a picture, that of the clip linked to it. A timeline: the whole mix.
        span: of a timeline: only from start to end.
        progress: whether to draw a bar where it takes long.

    Returns:
        `.integrated` (LUFS; None where it is silent, or shorter than 0.4 s), `.range` (LU), `.true_peak` (dBTP),
        `.channels` (1 or 2).

    Raises:
        UnsupportedMediaError: there is no sound in it.
        ValidationError: something else than a source, or a span of what is no timeline.
        MediaError: a file that is missing, was changed, or cannot be read.

    Example:
        >>> cr.loudness("talk.mp4")  # doctest: +SKIP
        Loudness(-19.6 LUFS, range 5.2 LU, true peak -2.1 dBTP)
    """
    from cutroom.effects.compiler.needed import heard, needed_to_hear

    if span is not None and not isinstance(source, Timeline):
        raise ValidationError("only a timeline is measured in a span", value=span, hint="give a clip of that part")
    document, paths = _document(source)
    samples = _samples(document, span)

    with late_bar("loudness") if truth("progress", progress) else _Silence() as tell:
        results = app().measured(document, lambda known: needed_to_hear(document, samples, known), paths, tell)
    found: Any = results.get(heard(document, samples, results).key)
    result: Loudness = found
    return result


class _Silence:
    def __enter__(self) -> None:
        return None

    def __exit__(self, *_: object) -> None:
        pass


def _samples(document: Document, span: Any) -> tuple[int, int]:
    rate = document.settings.sample_rate
    if span is None:
        return 0, to_sample(document.duration, rate)
    start, end = span_of(span, Clock.of(document, "audio"))
    return to_sample(start, rate), to_sample(end, rate)


def _document(source: Source) -> tuple[Document, Mapping[str, str]]:
    """What is heard, as a timeline, and where its files are."""
    from cutroom.effects.compiler.sound import alone

    if isinstance(source, Timeline):
        return source.document, source.session.paths(source.document)
    if isinstance(source, Clip):
        clips = [clip for clip in (source, *source.linked) if clip.track.kind == "audio"]
        if not clips:
            raise UnsupportedMediaError(
                f"{source!r} has no sound", value=source.id, hint="give a clip of a sound track"
            )
        document = alone(clips[0].document, clips[0].value)
        return document, source.session.paths(document)
    if isinstance(source, str | os.PathLike):
        source = MediaLibrary(Session(Document(id=new_id("p"))), app()).add(source)
    if not isinstance(source, Media):
        raise ValidationError(
            f"not a source: {source!r}", value=source, hint="give a path, a media, a clip or a timeline"
        )
    media, stream = source.value, source.value.audio
    if stream is None:
        raise UnsupportedMediaError(f"{media.path} has no sound", value=media.path, hint="loudness needs sound")
    rate = min(max(stream.sample_rate, 8000), 192_000)
    options = ProjectSettings(sample_rate=rate, channels=1 if stream.channels == 1 else 2)
    clip = ClipValue(id="sound", source=MediaSource(media=media.id), duration=stream.start + stream.duration)
    document = alone(Document(id="sound", settings=options, media=(media,)), clip)
    return document, {media.fingerprint.sha256: source.path}
