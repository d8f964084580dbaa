"""Parts of metrics as Ibis expressions: one scan of a record type for all that is asked of it, at any number of days.

Nothing here names an engine: the same expressions are to run on DuckDB and on Spark (the second is not tried yet). What
engines do differently is kept out: no casts of moments (the lake has their days), no integer division, joins instead of
sub-queries in a condition.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import ibis

from yiwang.kernel.records import api as records

from .types import Condition, Count, CountDistinct, Part, Selection, Sum

TableOf = Callable[[str], Any]
Cell = tuple[Part, date]
# What a score is written as: up to 99 999 999 with four places.
SCORE = "decimal(12, 4)"
TOWN_DIGITS = 9


@dataclass(frozen=True)
class Counted:
    """A part at a day: its number, and how many records it was counted from."""

    number: Decimal
    rows: int


def count(table_of: TableOf, cells: Iterable[Cell], *, by: str = "") -> dict[str, dict[Cell, Counted]]:
    """Every cell by group: of all records under "", with ``by`` "unit" or "town" by unit path or town code."""
    by_record: dict[str, list[Cell]] = {}
    for cell in dict.fromkeys(cells):
        by_record.setdefault(cell[0].selection.record, []).append(cell)
    found: dict[str, dict[Cell, Counted]] = {}
    for record, asked in by_record.items():
        for row in _scan(table_of, record, asked, by):
            group = found.setdefault(row.get("group_") or "", {})
            for number, cell in enumerate(asked):
                group[cell] = Counted(Decimal(row[f"n{number}"] or 0), int(row[f"r{number}"]))
    return found


def _scan(table_of: TableOf, record: str, asked: Sequence[Cell], by: str) -> list[dict[str, Any]]:
    table, flags = _joined(table_of, record, asked)
    measures: dict[str, Any] = {}
    for number, (part, day) in enumerate(asked):
        where = _selected(table, part.selection, day, flags)
        measures[f"n{number}"] = _measure(table, part, day, where)
        measures[f"r{number}"] = table.count(where=where)
    if by:
        key = table.unit_path if by == "unit" else table.place.substr(0, TOWN_DIGITS)
        expression = table.group_by(group_=key).aggregate(**measures)
    else:
        expression = table.aggregate(**measures)
    rows: list[dict[str, Any]] = expression.to_pyarrow().to_pylist()
    return rows


def selected_rows(table_of: TableOf, selection: Selection, day: date) -> Any:
    """The table of the records that count at the end of the day."""
    table, flags = _joined(table_of, selection.record, [(Count(selection), day)])
    return table.filter(_selected(table, selection, day, flags))


Flags = dict[tuple[Condition, date], str]


def _joined(table_of: TableOf, record: str, asked: Iterable[Cell]) -> tuple[Any, Flags]:
    """The table with a column for each "among": the value when another record has it, else null."""
    table, flags = table_of(record), Flags()
    for part, day in asked:
        for condition in part.selection.where:
            if condition.others is None or (condition, day) in flags:
                continue
            name = flags[condition, day] = f"j{len(flags)}"
            there = table_of(condition.others.record)
            values = there.filter(_selected(there, condition.others, day, {}))
            values = values.select(**{name: values[condition.column_there]}).distinct()
            table = table.left_join(values, table[condition.column] == values[name])
    return table, flags


def _selected(table: Any, selection: Selection, day: date, flags: Flags) -> Any:
    """Whether a record counts at the end of the day."""
    kind = records.record_type(selection.record)
    begin, on = table[selection.day or kind.date_field], ibis.literal(day, type="date")
    where = begin <= on
    if selection.when == "year":
        where &= begin >= ibis.literal(day.replace(month=1, day=1), type="date")
    elif selection.when == "month":
        where &= begin >= ibis.literal(day.replace(day=1), type="date")
    elif selection.when == "standing" and kind.ends:
        where &= table[kind.ends].isnull() | (table[kind.ends] > on)
    for condition in selection.where:
        where &= _holds(table, condition, on, flags.get((condition, day), ""))
    return where


def _holds(table: Any, condition: Condition, on: Any, flag: str) -> Any:
    column = table[condition.column]
    if condition.op == "is":
        return column.isin(condition.values)
    if condition.op == "is_not":
        return column.isnull() | column.notin(condition.values)
    if condition.op == "given":
        return column.notnull() & (column != "") if column.type().is_string() else column.notnull()
    if condition.op == "by_day":
        return column.notnull() & (column <= on)
    return table[flag].notnull() if condition.op == "among" else table[flag].isnull()


def _measure(table: Any, part: Part, day: date, where: Any) -> Any:
    match part:
        case Count():
            return table.count(where=where)
        case CountDistinct():
            column = table[part.column]
            if part.months:
                column = column.year() * 100 + column.month()
            # Empty text stands for nothing.
            given = where & (column != "") if column.type().is_string() else where
            return column.nunique(where=given)
        case Sum():
            column = table[part.column]
            if part.scores is not None:
                scores = [(column == value, ibis.literal(score, type=SCORE)) for value, score in
                          part.scores(day).items()]  # fmt: skip
                column = ibis.cases(*scores, else_=ibis.literal(Decimal(0), type=SCORE))
            return column.sum(where=where)
