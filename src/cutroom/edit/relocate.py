"""Where a project lies, and the paths of its media as its file stores them: relative where they lie beneath it."""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from pathlib import Path

from cutroom.edit.history import History
from cutroom.edit.operations import AddMedia, AddResource, Batch, Operation, SetMedia
from cutroom.schema.document import Document
from cutroom.schema.media import Media
from cutroom.schema.resource import Resource


def real(path: Path) -> Path:
    """The file itself: through a symbolic link it would have a second lock, and a save would replace the link."""
    return Path(os.path.realpath(path))


def files(document: Document, folder: Path) -> list[Path]:
    """Absolute paths of all media, of their proxies, of the originals of proxies, and of resources."""
    named = [path for media in document.media for path in media.paths]
    named += [resource.path for resource in document.resources if resource.path is not None]
    return [(folder / path).absolute() for path in named]


def shown_files(document: Document, folder: Path) -> dict[str, str]:
    """Absolute path of every media and resource that a timeline shows, by SHA-256."""
    resources = {
        resource.sha256: str((folder / resource.path).absolute())
        for resource in document.resources
        if resource.path is not None and resource.sha256 in document.used_resources
    }
    return resources | {
        media.fingerprint.sha256: str((folder / media.path).absolute())
        for media in document.media
        if media.id in document.used_media
    }


def portable(media: Path, folder: Path) -> str:
    """A media path as a project file in `folder` stores it: relative where the media lies beneath it, else absolute.

    The folder may have been named through a symbolic link, and the media through another.

    Example:
        >>> portable(Path("/films/trip/raw/beach.mp4"), Path("/films/trip"))
        'raw/beach.mp4'
        >>> portable(Path("/films/beach.mp4"), Path("/films/trip"))
        '/films/beach.mp4'
    """
    named = media.absolute()
    real = Path(os.path.realpath(named.parent)) / named.name
    for path, base in ((named, folder.absolute()), (real, Path(os.path.realpath(folder)))):
        try:
            return path.relative_to(base).as_posix()
        except ValueError:
            continue
    return str(named)


@dataclass(slots=True)
class Move:
    """A project that goes from one folder to another: its documents, past and present, with their paths still true.

    What is one value before is one value after, so that the steps of a history share what did not change.
    """

    old: Path
    new: Path
    _media: dict[int, tuple[Media, ...]] = field(default_factory=dict)
    _documents: dict[int, Document] = field(default_factory=dict)

    def document(self, value: Document) -> Document:
        """A document as it is in the new folder."""
        if (made := self._documents.get(id(value))) is None:
            if (media := self._media.get(id(value.media))) is None:
                media = self._media[id(value.media)] = tuple(self._moved(one) for one in value.media)
            resources = tuple(self._resource(one) for one in value.resources)
            made = self._documents[id(value)] = value.evolve(media=media, resources=resources)
        return made

    def history(self, value: History) -> History:
        """A history as it is in the new folder; its steps can be replayed there."""
        steps = tuple(
            replace(
                step,
                operation=self._operation(step.operation),
                before=self.document(step.before),
                after=self.document(step.after),
            )
            for step in value.steps
        )
        return replace(value, steps=steps)

    def _operation(self, value: Operation) -> Operation:
        if isinstance(value, AddMedia | SetMedia):
            return value.evolve(media=self._moved(value.media))
        if isinstance(value, AddResource):
            return value.evolve(resource=self._resource(value.resource))
        if isinstance(value, Batch):
            return value.evolve(operations=tuple(self._operation(inner) for inner in value.operations))
        return value

    def _resource(self, value: Resource) -> Resource:
        return value if value.path is None else value.evolve(path=portable(self.old / value.path, self.new))

    def _moved(self, media: Media) -> Media:
        proxy, original = (
            other and other.evolve(path=portable(self.old / other.path, self.new))
            for other in (media.proxy, media.original)
        )
        return media.evolve(path=portable(self.old / media.path, self.new), proxy=proxy, original=original)
