"""Door of the registers: pseudonyms, entering, looking up, merging, masked and clear ids, the key."""

from __future__ import annotations

from .keeping import NewAddress, NewHouse, NewOrganisation, NewPerson, keep_addresses, keep_houses, keep_organisations
from .locks import apply as apply_locks
from .reasons import checked_reason
from .searching import search
from .selectors import masked_ids, named_people, reveal
from .services import check_key, keep_people, person_key, rotate

__all__ = [
    "NewAddress",
    "NewHouse",
    "NewOrganisation",
    "NewPerson",
    "apply_locks",
    "check_key",
    "checked_reason",
    "keep_addresses",
    "keep_houses",
    "keep_organisations",
    "keep_people",
    "masked_ids",
    "named_people",
    "person_key",
    "reveal",
    "rotate",
    "search",
]
