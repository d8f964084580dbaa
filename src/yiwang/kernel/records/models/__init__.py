"""Tables of the room itself; those of the record types belong to their systems."""

from __future__ import annotations

from .imports import ImportRun
from .saved import SavedView

__all__ = ["ImportRun", "SavedView"]
