"""`project.media`: the files of a project, and the handle of one of them."""

from __future__ import annotations

import html
import os
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from cutroom.api import arguments
from cutroom.api.arguments import text
from cutroom.app import App
from cutroom.edit.adopt import adopt
from cutroom.edit.operations import AddMedia, SetSettings
from cutroom.edit.relocate import portable
from cutroom.errors import UnknownNameError
from cutroom.media.library import checked_path
from cutroom.schema.media import AudioStream, Fingerprint, VideoStream
from cutroom.schema.media import Media as MediaValue
from cutroom.session import Session
from cutroom.telemetry import count

if TYPE_CHECKING:
    import pandas as pd

_PACKAGE = str(Path(__file__).parents[1])
"""Warnings point at the line outside of it that asked."""


@dataclass(frozen=True, slots=True)
class Media:
    """A media file of a project: a handle that reads the document live.

    Example:
        >>> media = project.media.add("beach.mp4")  # doctest: +SKIP
        >>> media.duration, media.video.display_size  # doctest: +SKIP
        (Fraction(341, 25), (1280, 720))
    """

    session: Session
    id: str

    @property
    def value(self) -> MediaValue:
        """What the document holds."""
        return self.session.document.find_media(self.id)

    @property
    def path(self) -> str:
        """Absolute path."""
        return str(self.session.media_path(self.id))

    @property
    def fingerprint(self) -> Fingerprint:
        """SHA-256 and size of its content."""
        return self.value.fingerprint

    @property
    def duration(self) -> Fraction:
        """Seconds."""
        return self.value.duration

    @property
    def video(self) -> VideoStream | None:
        """Its picture."""
        return self.value.video

    @property
    def audio(self) -> AudioStream | None:
        """Its sound."""
        return self.value.audio

    @property
    def warnings(self) -> tuple[str, ...]:
        """What the probe found wrong and could live with."""
        return self.value.warnings

    def __repr__(self) -> str:
        parts = []
        if self.video:
            width, height = self.video.display_size
            parts.append(f"{width}x{height} {self.video.codec} at {float(self.video.rate):g} fps")
        if self.audio:
            parts.append(f"{self.audio.codec} {self.audio.sample_rate} Hz {self.audio.layout}")
        return f"Media({Path(self.path).name}, {float(self.duration):.3f} s, {', '.join(parts)})"

    def _repr_html_(self) -> str:
        found = "".join(f"<br>⚠ {html.escape(text)}" for text in self.warnings)
        return f"<div>{html.escape(repr(self))}{found}</div>"


class MediaLibrary:
    """The media of a project, in the order they were added.

    Example:
        >>> project.media.add("beach.mp4")  # doctest: +SKIP
        Media(beach.mp4, 13.640 s, 1280x720 h264 at 25 fps, aac 48000 Hz stereo)
    """

    def __init__(self, session: Session, app: App) -> None:
        self._session = session
        self._app = app

    def add(self, path: str | os.PathLike[str]) -> Media:
        """Put a file into the project (once: the same content at the same path is the same media).

        The file is examined in a worker process; the first video gives the project the frame rate, the size and the
        sample rate that nobody chose. What is wrong with it and can be lived with (a file cut short, say) is a Python
        warning, and stands in `project.last`.

        Args:
            path: relative to the current folder, or absolute.

        Returns:
            What is known of it: streams, exact duration, digest, warnings.

        Raises:
            MediaNotFoundError, UnsupportedMediaError, DamagedMediaError: names the file and what to do.
        """
        return self.put(self.probe(path))

    def probe(self, path: str | os.PathLike[str]) -> MediaValue:
        """Examine a file, without putting it into the project: `path` of what is returned is absolute.

        Nothing is granted for later sessions before the file has proved to be a media.

        Raises:
            MediaNotFoundError, UnsupportedMediaError, DamagedMediaError: names the file and what to do.
        """
        absolute = arguments.path(path)
        checked_path(absolute)
        self._app.grant_read(absolute, remember=False)
        probed = self._app.probe(absolute)
        self._app.grant_read(absolute, remember=True)
        return probed

    def put(self, probed: MediaValue) -> Media:
        """Put what `probe` found into the project, where it is not in it yet; the user is warned of its faults."""
        absolute, session = Path(probed.path), self._session
        with session.edit(f"add media {absolute.name}"):
            document = session.document
            for media in document.media:
                if media.fingerprint == probed.fingerprint and session.media_path(media.id) == absolute:
                    return Media(session, media.id)
            made = probed.replace(path=portable(absolute, session.folder))
            session.apply(AddMedia(media=made))
            adopted = adopt(document.settings, made)
            if adopted != document.settings:
                session.apply(SetSettings(settings=adopted))
            for fault in made.warnings:
                session.note(f"{absolute.name}: {fault}")
                warnings.warn(f"{absolute.name}: {fault}", skip_file_prefixes=(_PACKAGE,))
            count("media_files_imported_total")
            return Media(session, made.id)

    def __iter__(self) -> Iterator[Media]:
        return iter([Media(self._session, media.id) for media in self._session.document.media])

    def __len__(self) -> int:
        return len(self._session.document.media)

    def __getitem__(self, name: str) -> Media:
        """A media by id, path or file name.

        Raises:
            UnknownNameError: there is none, or more than one.
        """
        found = [m for m in self if text("a media", name) in {m.id, m.value.path, m.path, Path(m.path).name}]
        if len(found) != 1:
            known = ", ".join(m.value.path for m in self)
            raise UnknownNameError(f"{len(found) or 'no'} media called {name!r}", value=name, hint=f"known: {known}")
        return found[0]

    def to_df(self) -> pd.DataFrame:
        """One row per media: id, path, duration (seconds), frames, rate, width, height, codecs, warnings."""
        import pandas as pd

        rows = [
            {
                "id": m.id,
                "path": m.value.path,
                "duration": float(m.duration),
                "frames": m.video.frames if m.video else None,
                "rate": float(m.video.rate) if m.video else None,
                "width": m.video.display_size[0] if m.video else None,
                "height": m.video.display_size[1] if m.video else None,
                "video_codec": m.video.codec if m.video else None,
                "audio_codec": m.audio.codec if m.audio else None,
                "sample_rate": m.audio.sample_rate if m.audio else None,
                "warnings": "; ".join(m.warnings),
            }
            for m in self
        ]
        columns = ["id", "path", "duration", "frames", "rate", "width", "height"]
        columns += ["video_codec", "audio_codec", "sample_rate", "warnings"]
        frame = pd.DataFrame(rows, columns=columns)
        return frame.astype(dict.fromkeys(("frames", "width", "height", "sample_rate"), "Int64") | {"rate": "float64"})

    def __repr__(self) -> str:
        return f"{len(self)} media: " + ", ".join(m.value.path for m in self)

    def _repr_html_(self) -> str:
        return str(self.to_df().to_html(index=False))
