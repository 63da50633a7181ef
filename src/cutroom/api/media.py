"""`project.media`: the files of a project, and the handle of one of them."""

from __future__ import annotations

import html
import os
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from cutroom.api import arguments, media_files, media_frames, media_sequence, proxies
from cutroom.api.arguments import text
from cutroom.api.media_files import State
from cutroom.api.proxies import Proxy
from cutroom.app import App, app
from cutroom.edit.adopt import adopt
from cutroom.edit.operations import AddMedia, RemoveMedia, SetSettings
from cutroom.edit.relocate import portable
from cutroom.errors import MediaNotFoundError, UnknownNameError, warn
from cutroom.schema.media import AudioStream, Fingerprint, VideoStream
from cutroom.schema.media import Media as MediaValue
from cutroom.session import Session
from cutroom.telemetry import count

if TYPE_CHECKING:
    import pandas as pd


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
    def state(self) -> State:
        """Whether its file is as it was added: "ok", "missing" or "changed"; one that was touched is read for that."""
        return media_files.state(self.session, app(), self.value, thorough=True)

    @property
    def proxy(self) -> Proxy:
        """Its proxy: `path`, `state` ("none", "fresh", "stale" or "missing"), and whether it is `in_use`."""
        return proxies.proxy_of(self.session, app(), self.value, thorough=True)

    def remove(self) -> None:
        """Take it out of the project; the file stays where it is.

        Raises:
            EditError: a clip shows it; `.value` has the ids.

        Example:
            >>> project.media["beach.mp4"].remove()  # doctest: +SKIP
        """
        self.session.apply(RemoveMedia(media=self.id))

    def relink(self, path: str | os.PathLike[str], *, override: bool = False) -> Media:
        """Look for its content in another file from now on; clips stay as they are.

        Args:
            path: the file; it is examined.
            override: whether a file with another content may take its place (a better copy of the same recording).

        Raises:
            MediaNotFoundError, UnsupportedMediaError, DamagedMediaError: the file cannot be used.
            EditError: another content, and `override` is off; or a clip shows more than the file has.

        Example:
            >>> project.media["beach.mp4"].relink("/disk2/beach.mp4")  # doctest: +SKIP
        """
        replaces, old = arguments.truth("override", override), self.value
        media_files.put(self.session, old, media_files.probe(app(), path), override=replaces)
        return self

    @property
    def warnings(self) -> tuple[str, ...]:
        """What the probe found wrong and could live with."""
        return self.value.warnings

    def __repr__(self) -> str:
        parts = []
        if self.video:
            width, height = self.video.display_size
            rate = "" if self.value.is_still else f" at {float(self.video.rate):g} fps"
            parts.append(f"{width}x{height} {self.video.codec}{rate}")
        if self.audio:
            parts.append(f"{self.audio.codec} {self.audio.sample_rate} Hz {self.audio.layout}")
        length = "still" if self.value.is_still else f"{float(self.duration):.3f} s"
        stands = f", proxy of {Path(self.value.original.path).name}" if self.value.original else ""
        return f"Media({Path(self.path).name}, {length}, {', '.join(parts)}{stands})"

    def _repr_html_(self) -> str:
        found = "".join(f"<br>⚠ {html.escape(text)}" for text in self.warnings)
        return f"<div>{html.escape(repr(self))}{found}</div>"


class MediaLibrary:
    """The media of a project, in the order they were added.

    Example:
        >>> project.media.add("beach.mp4")  # doctest: +SKIP
        Media(beach.mp4, 13.640 s, 1280x720 h264 at 25 fps, aac 48000 Hz stereo)
    """

    def __init__(self, session: Session, services: App) -> None:
        self.session = session
        self.app = services

    def add(self, path: str | os.PathLike[str]) -> Media:
        """Put a file into the project (once: the same content at the same path is the same media, its proxy in use or
        not).

        The file is examined in a worker process. It may be a film, a sound, or a picture (PNG, JPEG, TIFF, BMP,
        WebP), which a clip shows for 5 seconds, or for as long as it is told to. The first video gives the project
        the frame rate, the size and the sample rate that nobody chose. What is wrong with it and can be lived with (a
        file cut short, say) is a Python warning, and stands in `project.last`.

        Args:
            path: relative to the current folder, or absolute.

        Returns:
            What is known of it: streams, exact duration, digest, warnings.

        Raises:
            MediaNotFoundError, UnsupportedMediaError, DamagedMediaError: names the file and what to do.
        """
        return self.put(self.probe(path))

    add_frames = media_frames.add_frames
    add_sequence = media_sequence.add_sequence
    make_proxies = proxies.make_proxies
    use_proxies = proxies.use_proxies
    use_originals = proxies.use_originals

    def probe(self, path: str | os.PathLike[str]) -> MediaValue:
        """Examine a file, without putting it into the project: `path` of what is returned is absolute.

        Nothing is granted for later sessions before the file has proved to be a media.

        Raises:
            MediaNotFoundError, UnsupportedMediaError, DamagedMediaError: names the file and what to do.
        """
        return media_files.probe(self.app, path)

    def put(self, probed: MediaValue) -> Media:
        """Put what `probe` found into the project, where it is not in it yet; the user is warned of its faults."""
        absolute, session = Path(probed.path), self.session
        with session.edit(f"add media {absolute.name}"):
            document = session.document
            for media in document.media:
                for known in (media, media.as_original()):
                    here = (session.folder / known.path).absolute()
                    if known.fingerprint == probed.fingerprint and here == absolute:
                        return Media(session, media.id)
            made = probed.replace(path=portable(absolute, session.folder))
            (added,) = session.apply(AddMedia(media=made)).created
            adopted, note = adopt(document, made)
            if adopted != document.settings:
                session.apply(SetSettings(settings=adopted))
            if note:
                session.note(note)
                warn(note)
            for fault in made.warnings:
                session.note(f"{absolute.name}: {fault}")
                warn(f"{absolute.name}: {fault}")
            count("media_files_imported_total")
            return Media(session, added)

    def scan(self, folder: str | os.PathLike[str], *, progress: bool = True) -> list[Media]:
        """Put all films and sounds of a folder and the folders in it into the project, as one step; no image files.

        What the project has already, by path or by content, is not added again. `project.last` names what was left out:
        files that cannot be used, and copies of others.

        Args:
            folder: relative to the current folder, or absolute.
            progress: whether to draw a bar.

        Returns:
            All media that were found there, by path: new ones, and those that the project had.

        Raises:
            MediaNotFoundError: there is no such folder.

        Example:
            >>> project.media.scan("footage/")  # doctest: +SKIP
        """
        return [Media(self.session, name) for name in media_files.scan(self, folder, progress=progress)]

    def relink(
        self,
        old: str | os.PathLike[str] | Media,
        new: str | os.PathLike[str] | None = None,
        *,
        override: bool = False,
        progress: bool = True,
    ) -> list[Media]:
        """Find media that were moved.

        Args:
            old: a media by handle, id, path or file name; alone: a folder, in which every media that is missing or
                changed, or whose proxy is in its place, is looked for by its content; of copies, by its name.
            new: the file that the media is now, or a folder, in which it is looked for by its content.
            override: whether `new` may have another content.
            progress: whether to draw a bar while a folder is searched.

        Returns:
            The media that were found anew.

        Raises:
            MediaNotFoundError: there is no such file or folder, or the folder does not hold the content.
            UnknownNameError: the project has no such media.
            EditError: another content, and `override` is off.

        Example:
            >>> project.media.relink("beach.mp4", "/disk2/beach 1.mp4")  # doctest: +SKIP
            >>> project.media.relink("/disk2/footage")  # doctest: +SKIP
        """
        replaces, draws = arguments.truth("override", override), arguments.truth("progress", progress)
        if new is None:
            folder = arguments.path(old)
            lost = [m for m in self if m.value.original is not None or m.state != "ok"]
            return media_files.search(self, lost, folder, progress=draws)
        target, media = arguments.path(new), self.named(old)
        if not target.is_dir():
            return [media.relink(target, override=replaces)]
        found = media_files.search(self, [media], target, progress=draws)
        if not found:
            raise MediaNotFoundError(
                f"no file in {target} has the content of {media.value.path}",
                value=str(target),
                hint="name the file itself, and pass override=True where another content will do",
            )
        return found

    def named(self, media: Media | str | os.PathLike[str]) -> Media:
        """A media by handle, id, path or file name.

        Raises:
            UnknownNameError: there is none, or more than one.
        """
        if isinstance(media, Media):
            return media
        return self[media if isinstance(media, str) else str(arguments.path(media))]

    def __iter__(self) -> Iterator[Media]:
        return iter([Media(self.session, media.id) for media in self.session.document.media])

    def __len__(self) -> int:
        return len(self.session.document.media)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, MediaLibrary) and self.session is other.session

    def __hash__(self) -> int:
        return hash(self.session)

    def _ipython_key_completions_(self) -> list[str]:
        return [media.value.path for media in self]

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
        """One row per media.

        `id`, `path`, `state` ("ok", "missing", or "changed" since it was added), `duration` (seconds), `frames`,
        `rate` (per second; none of a still picture), `width`, `height`, `video_codec`, `audio_codec`, `sample_rate`,
        `warnings`, `proxy` ("none", "fresh", "stale" or "missing"), `proxy_path`, `original_path` (where the proxy is
        in its place: `path` and what follows tell of the proxy then). A file that was touched since it was added is
        read whole, once, to tell whether it was changed.
        """
        return self._table(thorough=True)

    def _table(self, *, thorough: bool) -> pd.DataFrame:
        import pandas as pd

        found = {m.id: proxies.proxy_of(self.session, self.app, m.value, thorough=thorough) for m in self}
        rows = [
            {
                "id": m.id,
                "path": m.value.path,
                "state": media_files.state(self.session, self.app, m.value, thorough=thorough),
                "duration": float(m.duration),
                "frames": m.video.frames if m.video else None,
                "rate": float(m.video.rate) if m.video and not m.value.is_still else None,
                "width": m.video.display_size[0] if m.video else None,
                "height": m.video.display_size[1] if m.video else None,
                "video_codec": m.video.codec if m.video else None,
                "audio_codec": m.audio.codec if m.audio else None,
                "sample_rate": m.audio.sample_rate if m.audio else None,
                "warnings": "; ".join(m.warnings),
                "proxy": found[m.id].state,
                "proxy_path": found[m.id].path,
                "original_path": m.value.original and m.value.original.path,
            }
            for m in self
        ]
        columns = ["id", "path", "state", "duration", "frames", "rate", "width", "height"]
        columns += ["video_codec", "audio_codec", "sample_rate", "warnings", "proxy", "proxy_path", "original_path"]
        frame = pd.DataFrame(rows, columns=columns)
        return frame.astype(dict.fromkeys(("frames", "width", "height", "sample_rate"), "Int64") | {"rate": "float64"})

    def __repr__(self) -> str:
        return f"{len(self)} media: " + ", ".join(m.value.path for m in self)

    def _repr_html_(self) -> str:
        return str(self._table(thorough=False).to_html(index=False))
