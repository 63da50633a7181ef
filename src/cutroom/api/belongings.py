"""What a project must not lose to its own exports."""

from __future__ import annotations

from cutroom.edit.journal_files import own_files
from cutroom.session import Session

_OF_SQLITE = ("-wal", "-shm", "-journal")


def belongings(session: Session) -> tuple[str, ...]:
    """The files that nothing which a project writes may replace: its own, and all its media and their proxies."""
    own: tuple[str, ...] = ()
    if session.path is not None:
        project, journal, lock = map(str, own_files(session.path))
        own = (project, lock, journal, *(journal + suffix for suffix in _OF_SQLITE))
    return (*own, *map(str, session.files()))
