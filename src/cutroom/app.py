"""The composition root: has the services and registries of a process built, hands them out, stops them in order.

Nothing below this module reaches for a service; what a room needs is passed in from here. A test builds an `App` over a
registry of its own in which it has replaced a service.
"""

from __future__ import annotations

import atexit
import threading
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import svcs

from cutroom.access import Access, require_there
from cutroom.edit import operations as ops
from cutroom.effects.accept import accept
from cutroom.effects.checks import check
from cutroom.effects.python.granted import require_code, used_code
from cutroom.effects.registry import Registry
from cutroom.jobs.places import tidy
from cutroom.jobs.service import Jobs
from cutroom.media.fingerprint import Digests
from cutroom.open_projects import OpenProjects
from cutroom.render.analysis_store import AnalysisStore
from cutroom.render.cache import SegmentCache
from cutroom.schema.base import Frozen
from cutroom.schema.document import Document
from cutroom.schema.export import ExportSettings
from cutroom.schema.resource import ResourceKind
from cutroom.schema.time import Seconds
from cutroom.services import MediaWorkers, PreviewWorkers, Services
from cutroom.workers.context import OnProgress
from cutroom.workers.grantbook import GrantBook

if TYPE_CHECKING:
    from fractions import Fraction

    import numpy as np
    from numpy.typing import NDArray

    from cutroom.detection.align import Alignment
    from cutroom.effects.analysis import Request, Result, Results
    from cutroom.jobs.run import Control
    from cutroom.render.planned import Plan
    from cutroom.render.report import Report
    from cutroom.schema.media import Media

_NOTHING: Mapping[str, Any] = MappingProxyType({})


class Snapshot(Frozen):
    """What an export needs of a project, frozen: edits made meanwhile do not reach it."""

    document: Document
    paths: dict[str, str]
    """Absolute path of each media and resource, by the SHA-256 of its content."""
    protected: tuple[str, ...] = ()
    """Absolute paths that no export may overwrite: the project's own files, and all its media."""
    settings: ExportSettings
    span: tuple[Seconds, Seconds] | None = None


class App(Services):
    """The services of one process, and what they do together.

    Args:
        registry: how they are made; None: as in production.
    """

    def __init__(self, registry: svcs.Registry | None = None) -> None:
        super().__init__(registry)
        self.access = Access(self)
        self.projects = OpenProjects(self.check)

    def check(self, operation: ops.Operation, document: Document) -> None:
        """Refuse what could never be shown; see `effects.accept` and `Session`."""
        accept(operation, document, self.get(Registry))

    def check_document(self, document: Document) -> None:
        """Refuse a document with effects or transitions that the registry does not know, inside of compounds as well.

        Raises:
            UnknownNameError, ValidationError: names what does not fit.
        """
        for compound in (None, *(compound.id for compound in document.compounds)):
            check(document.inside(compound), self.get(Registry))

    def probe(self, path: Path) -> Media:
        """What a media file is; examined in a worker."""
        from cutroom.media import probe

        return probe(str(path), self.get(MediaWorkers), digests=self.get(Digests))

    def require_resource(self, path: str, kind: ResourceKind) -> None:
        """Make sure, in a worker, that a font or a look-up table can be read.

        Raises:
            UnsupportedMediaError: it is no font, or its letters have no outlines.
            ValidationError: a table that is broken; names the line.
        """
        from cutroom.preview.tasks import ResourceTask, look_at_resource

        self.get(PreviewWorkers).run(look_at_resource, ResourceTask(path, kind))

    def align(
        self, media: Sequence[Media], paths: Sequence[str], on_progress: OnProgress | None = None
    ) -> list[Alignment]:
        """Where recordings begin on the clock of the first, by what all heard; found in workers. See `detection.align`.

        Raises:
            ValidationError: one has no sound, or shares none with the first.
            MediaError: a file has changed, or cannot be decoded.
        """
        from cutroom.detection.align import align

        self.access.require_unchanged({one.fingerprint.sha256: path for one, path in zip(media, paths, strict=True)})
        return align(media, paths, self.get(MediaWorkers), on_progress=on_progress)

    def still(
        self,
        document: Document,
        paths: Mapping[str, str],
        time: Fraction,
        *,
        size: tuple[int, int] | None = None,
        on_progress: OnProgress | None = None,
    ) -> NDArray[np.uint8]:
        """A picture of a timeline: (height, width, 3) uint8 RGB. What its effects go by is measured first."""
        array: NDArray[np.uint8] = self._still(document, paths, time, size, "array", on_progress)
        return array

    def still_jpeg(
        self, document: Document, paths: Mapping[str, str], time: Fraction, *, size: tuple[int, int]
    ) -> bytes:
        """A picture of a timeline as JPEG, for players and posters."""
        jpeg: bytes = self._still(document, paths, time, size, "jpeg", None)
        return jpeg

    def _still(  # noqa: PLR0917  what the two above are given
        self,
        document: Document,
        paths: Mapping[str, str],
        time: Fraction,
        size: tuple[int, int] | None,
        format: Any,
        on_progress: OnProgress | None,
    ) -> Any:
        from cutroom.preview import still, wanted

        require_there(document, paths)
        self.access.require_unchanged(paths)
        paths = self.access.supplied(document, paths)
        registry = self.get(Registry)
        results = self.measured(document, wanted(document, time, registry), paths, on_progress)
        workers = self.get(PreviewWorkers)
        return still(document, paths, time, workers, size=size, format=format, registry=registry, results=results)

    def measured(
        self,
        document: Document,
        wanted: Callable[[Results], Sequence[Request]],
        paths: Mapping[str, str],
        on_progress: OnProgress | None = None,
    ) -> Mapping[str, Result]:
        """Have measured what is wanted and not known yet; see `cutroom.render.analyses.measured`."""
        if not wanted(_NOTHING):
            return _NOTHING
        from cutroom.render.analyses import measured

        return measured(
            wanted,
            self.get(AnalysisStore),
            paths,
            self.get(MediaWorkers),
            document=document,
            on_progress=on_progress,
            require=self.access.require_unchanged,
        )

    def plan(self, snapshot: Snapshot, on_progress: OnProgress | None = None, *, measure: bool = True) -> Plan:
        """What an export of a snapshot would do; see `cutroom.render.plan.plan`.

        Args:
            snapshot: of a project.
            on_progress: told of what must be measured first.
            measure: whether to measure that; else what goes by it is planned as if it did nothing.
        """
        from cutroom.render.plan import plan

        require_code(snapshot.document, self.get(GrantBook))
        cache, registry = self.get(SegmentCache), self.get(Registry)
        results = self.analysed(snapshot, on_progress) if measure else None
        return plan(
            snapshot.document, snapshot.settings, snapshot.span, cache=cache, registry=registry, results=results
        )

    def analysed(self, snapshot: Snapshot, on_progress: OnProgress | None = None) -> Mapping[str, Result]:
        """What the plan of an export goes by, measured where it was not known."""
        from cutroom.render.plan import wanted

        wants = wanted(snapshot.document, snapshot.settings, snapshot.span, self.get(Registry))
        paths = self.access.supplied(snapshot.document, snapshot.paths)
        return self.measured(snapshot.document, wants, paths, on_progress)

    def require_output(self, snapshot: Snapshot, output: Path) -> None:
        """Make sure that an export can be written there, before anything is done for it.

        Raises:
            OutputError: a folder, no folder to write in, or a file that belongs to the project.
        """
        from cutroom.render.publish import Part

        Part(output, [*snapshot.paths.values(), *snapshot.protected]).discard()

    def export(
        self,
        snapshot: Snapshot,
        output: Path,
        *,
        executor: Any = None,
        on_progress: Callable[[dict[str, Any]], None] | None = None,
        cancelled: Callable[[], bool] | None = None,
    ) -> Report:
        """Export a snapshot of a project; see `cutroom.render.export.export`."""
        from cutroom.render.export import export

        require_there(snapshot.document, snapshot.paths)
        self.access.require_unchanged(snapshot.paths)
        paths = self.access.supplied(snapshot.document, snapshot.paths)
        with self.access.writing() as grant:
            return export(
                snapshot.document,
                paths,
                output,
                snapshot.settings,
                executor or self.get(MediaWorkers),
                self.get(SegmentCache),
                span=snapshot.span,
                registry=self.get(Registry),
                on_progress=on_progress,
                cancelled=cancelled,
                grant=grant,
                require=self.access.require_unchanged,
                protected=snapshot.protected,
                analyses=self.get(AnalysisStore),
            )


_first = threading.Lock()


def app() -> App:
    """The services of this process."""
    with _first:  # a cache alone would let threads that come at once make one each
        return _only()


@cache
def _only() -> App:
    made = App()
    atexit.register(made.close)
    return made


def run_job(job_id: str) -> None:
    """Do a queued job in this process, a background kernel, and leave."""
    from cutroom.jobs.run import run

    services = app()

    def export(spec: dict[str, Any], control: Control) -> dict[str, Any]:
        snapshot = Snapshot.model_validate(spec["snapshot"])
        book = services.get(GrantBook)
        for path in snapshot.paths.values():  # the process that submitted the job held these grants
            book.grants.allow_read(path)
        for resource in used_code(snapshot.document):
            book.allow_code(resource.sha256, remember=False)
        report = services.export(
            snapshot, Path(spec["output"]), on_progress=control.progress, cancelled=control.cancelled
        )
        return report.model_dump(mode="json")

    try:
        run(services.get(Jobs).store, job_id, {"export": export})
    finally:
        services.close()
        tidy(job_id)
