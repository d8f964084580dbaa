"""Which record types there are."""

from __future__ import annotations

from yiwang.lib.problems import Problem

from .base import REGISTRY
from .types import RecordType


def record_types() -> tuple[RecordType, ...]:
    """Every record type, by key."""
    return tuple(REGISTRY[key] for key in sorted(REGISTRY))


def record_type(key: str) -> RecordType:
    """The record type with this key ("s05.kiosk"). Problem ``record_type_unknown`` (404)."""
    found = REGISTRY.get(key)
    if found is None:
        raise Problem(
            "record_type_unknown",
            f"没有“{key}”这种记录。请在“业务记录”页核对。",
            f'There is no record type "{key}". See the page "Records".',
            status=404,
            type=key,
        )
    return found
