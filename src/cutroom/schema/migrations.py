"""Project files of older versions of the schema: one function for each step, from a version to the next.

A new field with a default is no new version: every file that does not have it reads as before. A field that is renamed,
moved or means something else is one: raise `SCHEMA_VERSION`, and put the function that rewrites the old JSON in `STEPS`
under the version that it takes. Files that were written once must open for ever: see `tests/edit/files`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from cutroom.schema.document import SCHEMA_VERSION

Step = Callable[[dict[str, Any]], dict[str, Any]]
"""Takes the JSON of one version, and gives that of the next; neither looks at `schema_version`."""

STEPS: Mapping[int, Step] = {}
"""By the version that each takes. Version 1 is the first."""


def upgraded(plain: dict[str, Any], *, steps: Mapping[int, Step] = STEPS) -> dict[str, Any]:
    """The JSON of a project as this version of Cutroom reads it.

    Args:
        plain: of any version that there are steps for; is not changed.
        steps: one for each older version.

    Raises:
        ValueError: there was never such a version.

    Example:
        >>> upgraded({"schema_version": 0, "name": "p"}, steps={0: lambda old: {"id": old["name"]}})
        {'id': 'p', 'schema_version': 1}
    """
    version = plain["schema_version"]
    while version < SCHEMA_VERSION:
        if version not in steps:
            raise ValueError(f"there was never a schema {version}")
        plain, version = {**steps[version](dict(plain)), "schema_version": version + 1}, version + 1
    return plain
