"""What a task holds of its own job while it runs."""

from __future__ import annotations

import time
from dataclasses import dataclass

from django.db.models import F

from .models import Job

# People look once a second; a write for each batch of a quick task would be more than the work.
EVERY_SECONDS = 0.5


class Cancelled(Exception):
    """Somebody asked for the job to end."""


@dataclass
class Running:
    """The job that is running, for its task."""

    job: int
    told: float = 0.0

    def progress(self, done: int, total: int = 0) -> None:
        """Say how far the work is. Call it outside transactions. Raises Cancelled when somebody asked for the end."""
        now = time.monotonic()
        if now - self.told < EVERY_SECONDS and done != total:
            return
        self.told = now
        Job.objects.filter(pk=self.job).update(done=done, total=total or F("total"))
        if Job.objects.filter(pk=self.job, cancel_asked=True).exists():
            raise Cancelled
