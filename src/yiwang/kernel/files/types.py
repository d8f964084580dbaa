"""Frozen values of the file room."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

ScanStatus = Literal["not_scanned", "clean", "refused"]


@dataclass(frozen=True)
class ScanResult:
    """What a scanner said; ``signature`` names what it found."""

    status: ScanStatus
    signature: str = ""
