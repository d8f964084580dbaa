"""Values of metrics at the end of a day, from a snapshot of the lake (指标取值)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import ibis

from yiwang.kernel.lake import api as lake
from yiwang.kernel.records import api as records
from yiwang.lib.clock import local_date
from yiwang.lib.problems import Problem

from .compiling import Cell, Counted, TableOf, count, selected_rows
from .types import Metric, Part, Row, Value

_NONE = Counted(Decimal(0), 0)


@dataclass(frozen=True)
class Reading:
    """An open snapshot as it was known at the end of a day: its tables, and which snapshot it is."""

    snapshot: lake.Snapshot
    known_at: date | None
    table_of: TableOf


@contextmanager
def reading(known_at: date | None = None, snapshot: str = "", *, unit: str = "", place: str = "") -> Iterator[Reading]:
    """Open the newest snapshot, or the named one, with the records of a unit and those below it, or of a place.

    Problems: those of :func:`lake.open_lake`; ``known_later`` when the snapshot was taken before the day ``known_at``.
    """
    with lake.open_lake(snapshot) as opened:
        taken = local_date(opened.snapshot.taken_at)
        if known_at is not None and known_at > taken:
            raise Problem(
                "known_later",
                f"数据湖快照取于 {taken}，说不出 {known_at} 已知的情况。请执行 yiwang lake refresh 或改用更早日期。",
                f"The snapshot was taken on {taken} and cannot tell what was known on {known_at}. Run yiwang lake "
                "refresh, or ask for an earlier day.",
            )
        engine = ibis.duckdb.from_connection(opened.connection)

        def table_of(key: str) -> Any:
            versions = engine.table(key, database="versions")
            if known_at is None:
                held = versions.superseded_at.isnull()
            else:
                on = ibis.literal(known_at, type="date")
                held = (versions.recorded_at_day <= on) & (
                    versions.superseded_at.isnull() | (versions.superseded_at_day > on)
                )
            if unit:
                held &= versions.unit_path.startswith(unit)
            if place:
                held &= versions.place.startswith(place)
            return versions.filter(held)

        yield Reading(opened.snapshot, known_at, table_of)


def values(found: Reading, wanted: Sequence[Metric], days: Sequence[date]) -> list[Value]:
    """Each metric at the end of each day, in this order."""
    counted = count(found.table_of, _cells(wanted, days)).get("", {})
    return [_value(metric, day, found.known_at, counted) for metric in wanted for day in days]


def by_group(found: Reading, metric: Metric, day: date, by: str) -> dict[str, Value]:
    """The metric at the end of the day by "unit" (its path) or "town" (nine digits; "" where none is known)."""
    counted = count(found.table_of, _cells([metric], [day]), by=by)
    return {group: _value(metric, day, found.known_at, cells) for group, cells in sorted(counted.items())}


def _cells(wanted: Sequence[Metric], days: Sequence[date]) -> list[Cell]:
    return [(part, day) for metric in wanted for part in metric.parts for day in days]


def _value(metric: Metric, day: date, known_at: date | None, counted: dict[Cell, Counted]) -> Value:
    top = counted.get((metric.numerator, day), _NONE)
    bottom = None if metric.denominator is None else counted.get((metric.denominator, day), _NONE).number
    return Value(metric, day, known_at, top.number, bottom, divided(metric, top.number, bottom), top.rows)


def divided(metric: Metric, numerator: Decimal, denominator: Decimal | None) -> Decimal | None:
    """The value, rounded half up to the metric's places; None where there is nothing to divide by."""
    if denominator is not None:
        if not denominator:
            return None
        numerator = numerator * (100 if metric.percent else 1) / denominator
    return numerator.quantize(Decimal(1).scaleb(-metric.places), ROUND_HALF_UP)


def rows_behind(found: Reading, part: Part, day: date, *, after: int = 0, most: int = 100) -> list[Row]:
    """Records that the part was counted from at the end of the day, in the order of their ids, from after one on."""
    kind = records.record_type(part.selection.record)
    rows = selected_rows(found.table_of, part.selection, day)
    rows = rows.filter(rows.id > after).order_by("id").limit(most)
    columns = ("id", "version", "source", "source_id", "unit_path", "place", kind.date_field)
    return [Row(*row.values()) for row in rows.select(*columns).to_pyarrow().to_pylist()]
