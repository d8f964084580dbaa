"""Door of S37."""

from __future__ import annotations

from .models import CloudRequest, CloudUse, GovSystem, MigrationStep

__all__ = ["CloudRequest", "CloudUse", "GovSystem", "MigrationStep"]
