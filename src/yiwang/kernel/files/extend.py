"""What a scanner of uploads must offer."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from .types import ScanResult


class Scanner(Protocol):
    """Looks for malicious code in a file (恶意代码防范)."""

    def scan(self, path: Path) -> ScanResult:
        """The verdict on the file at ``path``. Problem ``scan_unavailable`` (503) when none can be had."""
        ...
