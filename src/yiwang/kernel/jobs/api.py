"""Door of the room of jobs."""

from __future__ import annotations

from .models import Job
from .services import cancel
from .tasks import start, work

__all__ = ["Job", "cancel", "start", "work"]
