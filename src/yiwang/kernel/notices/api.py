"""Door of the message room."""

from __future__ import annotations

from .models import Notice
from .services import for_user, mark_read, notify, unread_count

__all__ = ["Notice", "for_user", "mark_read", "notify", "unread_count"]
