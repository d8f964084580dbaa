"""Door of S28."""

from __future__ import annotations

from .models import Position, SilenceCheck, Vessel, Violation

__all__ = ["Position", "SilenceCheck", "Vessel", "Violation"]
