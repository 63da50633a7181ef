"""The document that the edit tests start from."""

from __future__ import annotations

import pytest
from editing import build

from cutroom.schema.document import Document


@pytest.fixture
def document() -> Document:
    return build()
