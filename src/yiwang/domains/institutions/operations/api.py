"""Door of S43: what the site and bridges may call."""

from __future__ import annotations

from .models import Incident, OperationRule, Service

__all__ = ["Incident", "OperationRule", "Service"]
