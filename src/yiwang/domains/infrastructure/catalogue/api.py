"""Door of S40."""

from __future__ import annotations

from .models import Attachment, DataItem, DataResource, DataUpdate

__all__ = ["Attachment", "DataItem", "DataResource", "DataUpdate"]
