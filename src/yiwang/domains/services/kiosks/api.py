"""Door of S05."""

from __future__ import annotations

from .models import Kiosk, KioskDay, KioskFault, Transaction

__all__ = ["Kiosk", "KioskDay", "KioskFault", "Transaction"]
