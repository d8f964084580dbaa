"""Frozen values of the organisation room."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class LoadResult:
    """What a loader did: rows new, rows changed, rows that already stood there unchanged."""

    created: int
    updated: int
    unchanged: int
