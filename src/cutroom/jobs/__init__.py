"""Background jobs: exports in kernels that outlive the notebook, known to every process of the user.

Example:
    >>> import cutroom as cr
    >>> cr.jobs.to_df().columns[:3].tolist()  # doctest: +SKIP
    ['id', 'kind', 'state']
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cutroom.errors import JobNotFoundError
from cutroom.jobs.service import Jobs, default_jobs
from cutroom.schema.time import shown

if TYPE_CHECKING:
    import pandas as pd

    from cutroom.jobs.job import Job

__all__ = ["Jobs", "attach", "default_jobs", "to_df"]


def to_df() -> pd.DataFrame:
    """One row per job, newest first: id, kind, state, title, done, total, created, started, finished, error."""
    return default_jobs().to_df()


def attach(job_id: str) -> Job:
    """A handle on a job that any process started.

    Raises:
        JobNotFoundError: no such job.
    """
    if not isinstance(job_id, str) or not job_id.isascii():
        raise JobNotFoundError(f"not the id of a job: {shown(job_id)}", value=job_id, hint="cr.jobs.to_df() lists them")
    return default_jobs().attach(job_id)
