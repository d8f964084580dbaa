"""Door of the records room."""

from __future__ import annotations

from .base import Record
from .known import Mention, of_organisation, of_person, search
from .loading import NewRow, load, load_once
from .picked import Picked, picked
from .registry import record_type, record_types
from .selectors import Listing, Query, can, in_force, listing, listing_known, one, scope, select, versions, visible
from .services import correct, correct_many, create, restore, withdraw, written_by
from .sync import PAST_CHANGES
from .types import RecordType
from .worklists import as_workbook, asked_day, units_by_path

__all__ = [
    "PAST_CHANGES",
    "Listing",
    "Mention",
    "NewRow",
    "Picked",
    "Query",
    "Record",
    "RecordType",
    "as_workbook",
    "asked_day",
    "can",
    "correct",
    "correct_many",
    "create",
    "in_force",
    "listing",
    "listing_known",
    "load",
    "load_once",
    "of_organisation",
    "of_person",
    "one",
    "picked",
    "record_type",
    "record_types",
    "restore",
    "scope",
    "search",
    "select",
    "units_by_path",
    "versions",
    "visible",
    "withdraw",
    "written_by",
]
