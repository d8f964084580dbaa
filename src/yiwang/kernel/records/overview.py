"""What record types there are for a reader, with how many records and when they last changed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from yiwang.kernel.access import api as access
from yiwang.kernel.systems import api as systems

from . import selectors
from .selectors import COUNTED
from .types import RecordType


@dataclass(frozen=True)
class Entry:
    """A record type; ``count`` stops at :data:`selectors.COUNTED` (``more`` says that there are more)."""

    kind: RecordType
    count: int
    more: bool
    changed: datetime | None
    system: str


@dataclass(frozen=True)
class Group:
    """The record types of a chapter (章)."""

    name_zh: str
    name_en: str
    entries: tuple[Entry, ...]


def entry(user: access.User, kind: RecordType, system: str) -> Entry:
    """Count and last change within the reader's scope.

    The last change is that of the newest record or of the newest former row, both found at the end of a primary key: a
    maximum over the record clock would read every row.
    """
    rows = selectors.visible(user, kind)
    count = rows.order_by()[: COUNTED + 1].count()
    former = selectors.visible(user, kind, kind.history)
    newest = rows.order_by("-id").values_list("recorded_at", flat=True).first() if count else None
    corrected = former.order_by("-row").values_list("superseded_at", flat=True).first()
    moments = [moment for moment in (newest, corrected) if moment is not None]
    return Entry(kind, min(count, COUNTED), count > COUNTED, max(moments, default=None), system)


def groups(user: access.User, kinds: Iterable[RecordType]) -> list[Group]:
    """The record types by chapter, in the order of the plan; those of no installed system come last."""
    named = {found.id: found for found in systems.installed()}
    chosen = [(kind, named.get(kind.system)) for kind in kinds]
    found = []
    for chapter in systems.chapters():
        entries = tuple(
            entry(user, kind, f"{system.id} {system.name_zh}")
            for kind, system in chosen
            if system is not None and system.chapter == chapter.key
        )
        if entries:
            found.append(Group(chapter.name_zh, chapter.name_en, entries))
    rest = tuple(entry(user, kind, "") for kind, system in chosen if system is None)
    return [*found, Group("其他", "Other", rest)] if rest else found
