"""Values of metrics at the end of a day, from a snapshot of the lake (指标取值)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from yiwang.kernel.lake import api as lake
from yiwang.kernel.records import api as records
from yiwang.lib.clock import local_date
from yiwang.lib.problems import Problem

from . import compiling
from .compiling import Question, Sides, View, columns_of, rule_of
from .counting import Cell, Counted, Scan, by_rule, scores
from .engines import Engine, EngineName, Rows, opened
from .holding import Holding, Range
from .types import Count, Difference, Differences, Metric, Part, Row, Value, divided

_NONE = Counted(Decimal(0), 0)
COLUMNS = ("id", "version", "source", "source_id", "unit_path", "place")


@dataclass(frozen=True)
class Reading:
    """An open snapshot with the records that are looked at: as known on a day, of a unit or a place."""

    engine: Engine
    held: Holding
    _views: dict[tuple[Holding, str], str] = field(default_factory=dict)

    @property
    def snapshot(self) -> lake.Snapshot:
        """The open snapshot."""
        return self.engine.snapshot

    @property
    def known_at(self) -> date | datetime | None:
        """The day (its end) or moment at which the records were known so; None: as in the snapshot."""
        return self.held.known_at

    def at(self, held: Holding) -> Reading:
        """The same snapshot, other records of it. Problem ``known_later``."""
        taken = self.snapshot.taken_at
        known = held.known_at
        if known is not None and (known > taken if isinstance(known, datetime) else known > local_date(taken)):
            raise Problem(
                "known_later",
                f"数据湖快照取于 {local_date(taken)}，说不出 {known} 已知的情况。"
                "请执行 yiwang lake refresh 或改用更早日期。",
                f"The snapshot was taken on {local_date(taken)} and cannot tell what was known on {known}. Run yiwang "
                "lake refresh, or ask for an earlier day.",
            )
        return Reading(self.engine, held, self._views)

    def question(self, parts: Collection[Part], places: int, by: str = "") -> Question:
        """What statements about these parts, all of one rule, have in common. Problem ``lake_lacks``."""
        rule = rule_of(next(iter(parts)).selection)
        needed = {column for part in parts for column in columns_of(part)}
        counted = self._view(rule.record, self.held, needed)
        # Other records are looked among whichever units the counted ones are of.
        everybody = Holding(self.known_at)
        others = tuple((record, self._view(record, everybody, needed)) for record in rule.others)
        return Question(self.engine.dialect, counted, others, rule, places, by)

    def _view(self, record: str, held: Holding, needed: set[tuple[str, str]]) -> View:
        """The view of the record type's records that are held, which has the columns that are needed."""
        table = self.snapshot.table(record)
        if table is None:
            raise _lacks(self.snapshot, records.record_type(record).name)
        lacking = {column for key, column in needed if key == record} - {column for column, _kind in table.columns}
        if lacking:
            raise _lacks(self.snapshot, f"{records.record_type(record).name} · {min(lacking)}")
        name = self._views.get((held, table.key))
        if name is None:
            name = self._views[held, table.key] = f"held_{len(self._views)}"
            where, source = held.where(self.engine.moment), self.engine.versions(table)
            self.engine.run(" ".join(("CREATE TEMPORARY VIEW", name, "AS SELECT * FROM", source, "WHERE", where)))
        return View(name, table.columns)


def _lacks(snapshot: lake.Snapshot, what: str) -> Problem:
    return Problem(
        "lake_lacks",
        f"{snapshot.taken_at:%Y-%m-%d} 的数据湖快照里没有“{what}”：快照比这个问题旧，或该列已取消。"
        "请执行 yiwang lake refresh 后再查，或修改指标定义。",
        f'The snapshot of {snapshot.taken_at:%Y-%m-%d} has no "{what}": it is older than the question, or the column '
        "is gone. Run yiwang lake refresh, or change the metric.",
        status=409,
    )


@contextmanager
def reading(
    known_at: date | datetime | None = None,
    snapshot: str = "",
    *,
    units: Range | None = None,
    places: Range | None = None,
    engine: EngineName = "duckdb",
) -> Iterator[Reading]:
    """Open the newest snapshot, or the named one, with the records of a range of unit paths, or of place codes.

    Problems: those of :func:`lake.open_lake`; ``known_later`` when the snapshot was taken before ``known_at``;
    ``spark_missing``.
    """
    with opened(engine, snapshot) as found:
        yield Reading(found, Holding()).at(Holding(known_at, units, places))


def values(found: Reading, wanted: Sequence[Metric], days: Sequence[date]) -> list[Value]:
    """Each metric at the end of each day, in this order."""
    counted = _count(found, _cells(wanted, days)).get("", {})
    return [_value(metric, day, found.known_at, counted) for metric in wanted for day in days]


def by_group(found: Reading, wanted: Sequence[Metric], days: Sequence[date], by: str) -> dict[str, list[Value]]:
    """Each metric at the end of each day by "unit" (its path) or "town" (nine digits; "" where none is known)."""
    counted = _count(found, _cells(wanted, days), by)
    return {
        group: [_value(metric, day, found.known_at, cells) for metric in wanted for day in days]
        for group, cells in sorted(counted.items())
    }


def _count(found: Reading, cells: Sequence[Cell], by: str = "") -> dict[str, dict[Cell, Counted]]:
    told: dict[str, dict[Cell, Counted]] = defaultdict(dict)
    for days, asked in by_rule(cells):
        question = found.question({part for part, _day in asked}, len(days), by)
        Scan(found.engine, question, days).count(asked, told)
    return told


def _cells(wanted: Sequence[Metric], days: Sequence[date]) -> list[Cell]:
    return [(part, day) for metric in wanted for part in metric.parts for day in days]


def _value(metric: Metric, day: date, known_at: date | datetime | None, counted: dict[Cell, Counted]) -> Value:
    top = counted.get((metric.numerator, day), _NONE)
    bottom = None if metric.denominator is None else counted.get((metric.denominator, day), _NONE).number
    return Value(metric, day, known_at, top.number, bottom, divided(metric, top.number, bottom), top.rows)


def rows_behind(found: Reading, part: Part, day: date, *, after: int = 0, most: int = 100) -> list[Row]:
    """Records that the part was counted from at the end of the day, in the order of their ids, from after one on."""
    kind = records.record_type(part.selection.record)
    rows = _listed(found, part, day, (*COLUMNS, kind.date_field), after, most)
    return [Row(*row.values()) for row in rows]


def keys_behind(found: Reading, part: Part, day: date, *, after: int = 0, most: int = 100) -> list[tuple[int, int]]:
    """Id and version of the same records: half the time, for little else of the file is read."""
    return [(row["id"], row["version"]) for row in _listed(found, part, day, ("id", "version"), after, most)]


def _listed(found: Reading, part: Part, day: date, columns: tuple[str, ...], after: int, most: int) -> Rows:
    statement = compiling.listed(found.question([part], 1), part.selection, columns)
    return found.engine.rows(compiling.paged(compiling.dated(statement, [day]), after, most))


def count_of(found: Reading, part: Part, day: date) -> int:
    """From how many records the part is counted at the end of the day."""
    cell = (Count(part.selection), day)
    return _count(found, [cell]).get("", {}).get(cell, _NONE).rows


def differences(then: Reading, now: Reading, part: Part, day: date, *, after: int = 0, most: int = 100) -> Differences:
    """Records that make the part's number at the end of the day another one now than it was known to be then.

    Both readings are of one open snapshot (:meth:`Reading.at`). All are counted by kind, some are listed by id.
    """
    scoped_and_all = (then, now, then.at(Holding(then.known_at)), now.at(Holding(now.known_at)))
    sides = Sides(*(side.question([part], 1) for side in scoped_and_all))
    statement = compiling.dated(compiling.differing(sides, part, scores(part, day)), [day])
    counted = now.engine.rows(compiling.summed(statement))
    rows = now.engine.rows(compiling.paged(statement, after, most))
    return Differences(
        {row["kind"]: (int(row["n"]), Decimal(row["effect"] or 0)) for row in counted},
        tuple(Difference(**row | {"adds": Decimal(row["adds"])}) for row in rows),
    )
