"""Frozen values of the audit room."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class VerifyResult:
    """Outcome of checking the chain. ``broken_at`` is the sequence number of the first wrong entry.

    ``head`` is the hash of the last good entry: kept elsewhere, it also proves that the end was not cut off.
    """

    ok: bool
    checked: int
    broken_at: int | None = None
    reason_zh: str = ""
    reason_en: str = ""
    head: str = ""
