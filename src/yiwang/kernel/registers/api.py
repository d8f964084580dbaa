"""Door of the register: pseudonyms, keeping people, masked and clear ids, the key."""

from __future__ import annotations

from .selectors import masked_ids, reveal
from .services import check_key, keep_people, person_key, rotate

__all__ = ["check_key", "keep_people", "masked_ids", "person_key", "reveal", "rotate"]
