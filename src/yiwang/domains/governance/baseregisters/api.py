"""Door of S21: what the site and bridges may call."""

from __future__ import annotations

from .models import Address, Declaration, House, Organisation, ResidenceTask, Resident

__all__ = ["Address", "Declaration", "House", "Organisation", "ResidenceTask", "Resident"]
