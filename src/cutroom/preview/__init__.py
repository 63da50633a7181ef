"""Previews: the very pictures of an export, one at a time."""

from __future__ import annotations

from cutroom.preview.still import still, wanted

__all__ = ["still", "wanted"]
