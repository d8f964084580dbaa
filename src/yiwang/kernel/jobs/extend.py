"""What a room or system declares in its module ``tasks``."""

from __future__ import annotations

from .registry import task
from .running import Cancelled, Running

__all__ = ["Cancelled", "Running", "task"]
