"""Results as pages show them: counted once for a snapshot, then remembered, for what a snapshot says never changes.

The engine and Ibis (0.7 s, 100 MB) are imported when something has to be counted, so a web process that only shows what
is known never carries them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from itertools import product
from typing import Any

from yiwang.kernel.lake import api as lake

from .models import MetricResult
from .types import Metric, Part, Sum, Value, divided

Key = tuple[str, date]
# Answers that a web process keeps: the pages of all metrics at one day are 124; a list of them is 250 kB.
KEPT = 200


@dataclass(frozen=True)
class Told:
    """Values by group ("" for all records) of the snapshot of this name, as known at the end of ``known_at``."""

    snapshot: str
    known_at: date | None
    groups: dict[str, dict[tuple[str, date], Value]]

    def value(self, metric: Metric, day: date, group: str = "") -> Value:
        """A metric's value at the end of a day."""
        found = self.groups.get(group, {}).get((metric.code, day))
        if found is not None:
            return found
        nothing = Decimal(0)
        bottom = None if metric.denominator is None else nothing
        return Value(metric, day, self.known_at, nothing, bottom, divided(metric, nothing, bottom), 0)


def digest(metric: Metric, day: date) -> str:
    """Names what the metric counts on the day, scores included: two definitions that count the same share results."""
    return hashlib.sha256(repr([_plain(part, day) for part in metric.parts]).encode()).hexdigest()


def _plain(part: Part, day: date) -> Any:
    if isinstance(part, Sum) and part.scores is not None:
        return ("Sum", part.selection, part.column, sorted(part.scores(day).items()))
    return part


def told(
    wanted: Sequence[Metric], days: Sequence[date], known_at: date | None = None, by: str = "", snapshot: str = ""
) -> Told:
    """Each metric at the end of each day, of all records or ``by`` "unit" or "town"; the newest snapshot by default.

    Problems: ``lake_empty``, ``snapshot_unknown``, ``known_later``, ``lake_lacks``.
    """
    name = snapshot or lake.newest_name()
    if not name:
        raise lake.empty()
    digests = tuple(digest(metric, day) for metric, day in product(wanted, days))
    return _told(tuple(wanted), tuple(days), known_at, by, name, digests)


@lru_cache(KEPT)
def _told(
    wanted: tuple[Metric, ...],
    days: tuple[date, ...],
    known_at: date | None,
    by: str,
    name: str,
    named: tuple[str, ...],
) -> Told:
    """Of the snapshot of this name, where ``named`` are the digests in the order of metrics and days."""
    digests = {(metric.code, day): key for (metric, day), key in zip(product(wanted, days), named, strict=True)}
    held = _held(name, set(digests.values()), days, known_at, by)
    missing = [(metric, day) for metric, day in product(wanted, days)
               if (digests[metric.code, day], day) not in held]  # fmt: skip
    if missing:
        metrics = list(dict.fromkeys(metric for metric, _day in missing))
        counted = _count(metrics, sorted({day for _metric, day in missing}), known_at, by, name)
        rows = {}
        for metric, day in missing:
            groups = {group: cells[metric.code, day] for group, cells in counted.items()}
            held[digests[metric.code, day], day] = rows[digests[metric.code, day], day] = {
                group: [str(value.numerator), None if value.denominator is None else str(value.denominator), value.rows]
                for group, value in groups.items()
            }
        MetricResult.objects.bulk_create(
            [
                MetricResult(snapshot=name, digest=key, as_of=day, known_at=known_at, by=by, groups=groups)
                for (key, day), groups in rows.items()
            ],
            ignore_conflicts=True,
        )
    found: dict[str, dict[Key, Value]] = {}
    for metric, day in product(wanted, days):
        for group, (top, bottom, rows_) in held[digests[metric.code, day], day].items():
            numerator, denominator = Decimal(top), None if bottom is None else Decimal(bottom)
            value = divided(metric, numerator, denominator)
            found.setdefault(group, {})[metric.code, day] = Value(
                metric, day, known_at, numerator, denominator, value, rows_
            )
    return Told(name, known_at, found)


def _held(name: str, digests: set[str], days: Sequence[date], known_at: date | None, by: str) -> dict[Key, Any]:
    rows = MetricResult.objects.filter(
        snapshot=name, digest__in=digests, as_of__in=days, known_at=known_at, by=by
    ).values_list("digest", "as_of", "groups")
    return {(key, day): groups for key, day, groups in rows}


def _count(
    metrics: Sequence[Metric], days: Sequence[date], known_at: date | None, by: str, name: str
) -> dict[str, dict[Key, Value]]:
    from . import values as counting

    with counting.reading(known_at, name) as found:
        groups = counting.by_group(found, metrics, days, by) if by else {"": counting.values(found, metrics, days)}
    return {group: {(value.metric.code, value.as_of): value for value in told} for group, told in groups.items()}


def forget(kept: Sequence[str]) -> int:
    """Take away results of snapshots that are no longer kept; how many."""
    return MetricResult.objects.exclude(snapshot__in=kept).delete()[0]
