"""Snapshots that are kept for good because something rests on them (长期保留)."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from . import store
from .models import SnapshotPin
from .types import Snapshot


def pin(snapshot: Snapshot, holder: str, *, at: datetime) -> None:
    """Keep ``snapshot`` for ``holder`` ("s45.round.3") for good, if the caller's transaction commits.

    The caller holds it open (:func:`.reading.pinned`) until then.
    """
    files = [f"{table.key}/{file.name}" for table in snapshot.tables for file in table.files]
    SnapshotPin.objects.get_or_create(name=snapshot.name, holder=holder, defaults={"files": files, "pinned_at": at})


def holders() -> dict[str, list[str]]:
    """Who keeps which snapshot, by its name."""
    found: dict[str, list[str]] = {}
    for name, holder in SnapshotPin.objects.order_by("pinned_at", "id").values_list("name", "holder"):
        found.setdefault(name, []).append(holder)
    return found


def pinned_files() -> dict[str, set[Path]]:
    """The files of every snapshot that is kept for good, by its name."""
    found: dict[str, set[Path]] = {}
    for name, files in SnapshotPin.objects.values_list("name", "files"):
        found[name] = {store.path_of(*file.split("/", 1)) for file in files}
    return found
