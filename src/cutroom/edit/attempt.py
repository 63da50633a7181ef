"""`apply` for what comes from outside: a value that the schema refuses is told in Cutroom's words."""

from __future__ import annotations

import pydantic

from cutroom.edit.apply import Applied, Checker, apply
from cutroom.edit.operations import Operation
from cutroom.errors import EditError
from cutroom.schema.document import Document


def attempt(document: Document, operation: Operation, check: Checker | None = None) -> Applied:
    """Apply one operation; see `apply`.

    Raises:
        EditError: what stands in the way; for a value that fits the operation and not the document, its field.
    """
    try:
        return apply(document, operation, check)
    except pydantic.ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        field = ".".join(str(part) for part in first["loc"])
        raise EditError(
            f"{operation.op.replace('_', ' ')}: {error.title} {field}: {first['msg'].removeprefix('Value error, ')}",
            value=field,
            hint="nothing was changed",
        ) from None
