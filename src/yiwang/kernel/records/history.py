"""The history of a record as people read it: each version with what changed, who, when and why; both clocks drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from django.utils.translation import gettext as _

from yiwang.lib.clock import local_date, today

from .columns import PersonColumn
from .showing import COMMON, Known, business_days, label_of, text_of
from .types import RecordType

Act = Literal["created", "corrected", "withdrawn", "restored"]


@dataclass(frozen=True)
class Change:
    """A column that became different; personal values stay masked, so both may read alike."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class Step:
    """Something that happened to a record. ``changes`` are those of a correction."""

    act: Act
    version: int
    at: datetime
    by: str
    reason: str
    changes: tuple[Change, ...] = ()


def steps(kind: RecordType, rows: Sequence[Any], known: Known) -> list[Step]:
    """What happened, newest first. ``rows`` are all versions, oldest first: the former ones, then the current one."""
    found: list[Step] = []
    before: Any = None
    gone = False
    for row in rows:
        # The first one here need not be the first there was: former rows may lie outside the reader's scope.
        act: Act = "restored" if gone else ("created" if row.version == 1 else "corrected")
        changes = changes_between(kind, before, row, known) if before is not None else ()
        reason = row.reason if row.version > 1 else ""
        found.append(Step(act, row.version, row.recorded_at, row.recorded_by, reason, changes))
        gone = getattr(row, "superseded_kind", "") == "withdrawn"
        if gone:
            found.append(Step("withdrawn", row.version, row.superseded_at, row.superseded_by, row.superseded_reason))
        before = row
    return found[::-1]


def changes_between(kind: RecordType, before: Any, after: Any, known: Known) -> tuple[Change, ...]:
    """The columns whose values differ."""
    names = [column.name for column in kind.columns] + [name for name in COMMON if name in ("unit_path", "place")]
    return tuple(
        Change(
            label_of(kind, name),
            text_of(kind, before, name, known) or _("（空）"),
            text_of(kind, after, name, known) or _("（空）"),
        )
        for name in names
        if getattr(before, name) != getattr(after, name)
    )


def people(kind: RecordType, rows: Sequence[Any]) -> set[Any]:
    """Pseudonyms of every person that any version names."""
    names = [column.name for column in kind.columns if isinstance(column, PersonColumn)]
    return {getattr(row, name) for row in rows for name in names} - {None}


@dataclass(frozen=True)
class Span:
    """A bar of the drawing: left edge and width in percent of its length."""

    left: int
    width: int
    label: str
    open: bool = False


@dataclass(frozen=True)
class Timeline:
    """Both clocks on one axis: when it held (业务时间) and when the platform knew it (入库时间)."""

    begin: date
    end: date
    business: Span
    known: tuple[Span, ...]


def timeline(kind: RecordType, rows: Sequence[Any]) -> Timeline:
    """The drawing of a record's newest business dates and of all its versions."""
    last = rows[-1]
    first_day, last_day = business_days(kind, last)
    recorded = [local_date(row.recorded_at) for row in rows]
    until = [local_date(row.superseded_at) if hasattr(row, "superseded_at") else None for row in rows]
    begin = min(first_day, recorded[0])
    end = max(today(), first_day, last_day or first_day, *recorded)
    days = max(1, (end - begin).days)

    def span(start: date, stop: date | None, label: str) -> Span:
        left = round((start - begin).days * 100 / days)
        right = 100 if stop is None else round((stop - begin).days * 100 / days)
        # A day is drawn wide enough to be seen, and inside the drawing.
        left = min(left, 98)
        return Span(left, max(2, right - left), label, stop is None)

    return Timeline(
        begin=begin,
        end=end,
        business=span(first_day, last_day, _period(first_day, last_day)),
        known=tuple(
            span(day, stop, _("第 %(version)s 版") % {"version": row.version})
            for row, day, stop in zip(rows, recorded, until, strict=True)
        ),
    )


def _period(first: date, last: date | None) -> str:
    if last is None:
        return _("%(day)s 起") % {"day": first.isoformat()}
    return first.isoformat() if first == last else f"{first.isoformat()} — {last.isoformat()}"
