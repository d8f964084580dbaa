"""What there is in the lake."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone

from . import pinning, store
from .store import Manifest
from .types import Snapshot


@dataclass(frozen=True)
class Status:
    """The newest snapshot and its age, all that are kept, newest first, and by name who keeps which for good."""

    newest: Snapshot
    age: timedelta
    kept: tuple[Manifest, ...]
    holders: dict[str, list[str]]

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
    newest = store.latest()
    if newest is None:
        return None
    return Status(newest, timezone.now() - newest.taken_at, tuple(reversed(store.manifests())), pinning.holders())
