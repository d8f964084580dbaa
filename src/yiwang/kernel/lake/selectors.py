"""What there is in the lake."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from . import store
from .types import Snapshot


@dataclass(frozen=True)
class Status:
    """The newest snapshot and its age, and name and moment of all that are kept, newest first."""

    newest: Snapshot
    age: timedelta
    kept: tuple[tuple[int, str, datetime], ...]

    @property
    def versions(self) -> int:
        """Versions of records in all."""
        return sum(table.versions for table in self.newest.tables)

    @property
    def current(self) -> int:
        """Current records in all."""
        return sum(table.current for table in self.newest.tables)

    @property
    def bytes(self) -> int:
        """Size of the newest snapshot's files."""
        return sum(table.bytes for table in self.newest.tables)


def status() -> Status | None:
    """The state of the lake, None when there is no snapshot yet. Problem ``lake_damaged``."""
    found = [store.read(path) for _number, path in store.manifests()][::-1]
    if not found:
        return None
    kept = tuple((snapshot.number, snapshot.name, snapshot.taken_at) for snapshot in found)
    return Status(found[0], timezone.now() - found[0].taken_at, kept)
