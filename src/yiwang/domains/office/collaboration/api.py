"""Door of S31: what the site and bridges may call."""

from __future__ import annotations

from .models import Account, Activity, Member

__all__ = ["Account", "Activity", "Member"]
