"""Door of S15: what the site and bridges may call."""

from __future__ import annotations

from .models import Bill, Hospital

__all__ = ["Bill", "Hospital"]
