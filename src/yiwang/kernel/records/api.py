"""Door of the records room."""

from __future__ import annotations

from .base import Record
from .registry import record_type, record_types
from .selectors import Listing, Query, can, listing, one, select, versions, visible
from .services import correct, correct_many, create, restore, withdraw, written_by
from .types import RecordType

__all__ = [
    "Listing",
    "Query",
    "Record",
    "RecordType",
    "can",
    "correct",
    "correct_many",
    "create",
    "listing",
    "one",
    "record_type",
    "record_types",
    "restore",
    "select",
    "versions",
    "visible",
    "withdraw",
    "written_by",
]
