"""How the services of a process are made, and stopped again; `app` hands them out."""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Iterator
from typing import Any, TypeVar

import svcs

from cutroom.effects.registry import Registry, default_registry
from cutroom.jobs.service import Jobs, default_jobs
from cutroom.media.fingerprint import Digests
from cutroom.media.sources import Sources
from cutroom.render.analysis_store import AnalysisStore
from cutroom.render.cache import SegmentCache
from cutroom.settings import private_folder, settings
from cutroom.workers import WorkerPool
from cutroom.workers.grantbook import GrantBook

T = TypeVar("T")
_log = logging.getLogger(__name__)
MEDIA_TASKS = (  # not what measures: SciPy's filters take as long to load as all of these, and few edits need them
    "cutroom.media.tasks",
    "cutroom.render.tasks",
    "cutroom.render.frame_tasks",
    "cutroom.preview.tasks",
    "cutroom.preview.proxy_tasks",
    "cutroom.detection.watch",
    "cutroom.detection.listen",
    "cutroom.detection.align",
)
MODEL_TASKS = ("cutroom.detection.tasks",)


class MediaWorkers(WorkerPool):
    """Workers that decode, filter and encode."""


class PreviewWorkers(WorkerPool):
    """One worker for stills: an export does not keep a person waiting, and its decoders stay warm."""


class ModelWorkers(WorkerPool):
    """Workers that run detection models."""


def build_registry() -> svcs.Registry:
    """How each service is made, and stopped again."""
    registry = svcs.Registry()
    registry.register_value(Registry, default_registry())

    def grant_book() -> Iterator[GrantBook]:
        made = GrantBook(private_folder(settings().data_dir) / "grants.db")
        yield made
        made.close()

    registry.register_factory(GrantBook, grant_book)

    def pool(kind: type[WorkerPool], child: Any, workers: int | None, preload: tuple[str, ...]) -> None:
        def make(container: svcs.Container) -> Iterator[WorkerPool]:
            made = kind(child, workers=workers, preload=preload, grants=container.get(GrantBook).grants)
            yield made
            made.abandon()  # whoever waits for a result keeps the process alive; nobody else needs one

        registry.register_factory(kind, make)

    pool(MediaWorkers, "media", None, MEDIA_TASKS)  # as many as there are cores
    pool(PreviewWorkers, "media", 1, MEDIA_TASKS)
    pool(ModelWorkers, "model", 1, MODEL_TASKS)

    registry.register_factory(SegmentCache, lambda: SegmentCache(private_folder(settings().cache_dir) / "segments"))
    registry.register_factory(AnalysisStore, lambda: AnalysisStore(private_folder(settings().cache_dir) / "analyses"))
    registry.register_factory(Digests, lambda: Digests(private_folder(settings().cache_dir) / "digests.db"))
    registry.register_factory(Sources, lambda svcs_container: Sources(svcs_container.get(Digests)))

    def jobs() -> Iterator[Jobs]:
        made = default_jobs()
        yield made
        made.close()

    registry.register_factory(Jobs, jobs)
    return registry


class Services:
    """The services of one process, made when they are first asked for, stopped in reverse order.

    Args:
        registry: how they are made; None: as in production.
    """

    def __init__(self, registry: svcs.Registry | None = None) -> None:
        self._container = svcs.Container(registry or build_registry())
        self._lock = threading.RLock()

    def get(self, service: type[T]) -> T:
        """A service; made on the first call."""
        with self._lock:
            return self._container.get(service)

    def start_ahead(self, workers: type[WorkerPool]) -> None:
        """In a notebook, start a worker while its user still types; a script starts only what it uses."""
        if "ipykernel" in sys.modules:
            try:
                self.get(workers).start()
            except Exception:  # whatever it is: what needs one will tell
                _log.debug("no worker was started ahead of its work", exc_info=True)

    def close(self) -> None:
        """Stop everything that was started, the last first."""
        with self._lock:
            self._container.close()
