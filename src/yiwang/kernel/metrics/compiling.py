"""Statements for parts of metrics, made with Ibis: one scan of a record type for all that is asked by one rule of time.

A record counts from one of the days that are asked about up to another, exclusive: the engine works out both places in
the list of days and counts records by place, ``counting`` adds up day by day. So 24 days cost one scan and not 24.
Whether another record has a value (``among``) is a number whose bits are the days.

Nothing here names an engine: the same expressions become statements of DuckDB and of Spark. What engines do differently
is kept out: no casts of moments (the lake has their days), no division, joins instead of sub-queries in a condition.
A statement is made once for a question and a number of days and kept: making it takes longer than running it. In it
stand marks for the days.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

import ibis
from ibis.backends.sql.datatypes import PostgresType

from yiwang.kernel.records import api as records

from .types import Condition, Count, CountDistinct, Part, Selection, Sum, When

# A grade's worth by value; None where the column itself is summed.
Scores = tuple[tuple[str, Decimal], ...] | None
# What a score is written as: up to 99 999 999 with four places.
SCORE = "decimal(12, 4)"
TOWN_DIGITS = 9
# Days of one scan: each is a bit of a signed 64-bit number.
MOST_DAYS = 60
STATEMENTS = 2000
_MARK = re.compile(r"⟦([dym])([0-9]+)⟧")


@dataclass(frozen=True)
class Rule:
    """When a record counts: its time, and the conditions that hold on one day and not on another."""

    record: str
    when: When
    day: str
    by_day: tuple[Condition, ...]
    among: tuple[Condition, ...]

    @property
    def bits(self) -> tuple[str, ...]:
        """The columns that say at which places other records have the value."""
        return tuple(f"bits_{number}" for number in range(len(self.among)))

    @property
    def wanted(self) -> tuple[bool, ...]:
        """Whether each of these bits is to be set."""
        return tuple(condition.op == "among" for condition in self.among)

    @property
    def others(self) -> tuple[str, ...]:
        """The types of other records that conditions look among."""
        return tuple(dict.fromkeys(condition.others.record for condition in self.among if condition.others))


def rule_of(selection: Selection) -> Rule:
    """The rule of a selection's time."""
    by_day = tuple(condition for condition in selection.where if condition.op == "by_day")
    among = tuple(condition for condition in selection.where if condition.others is not None)
    return Rule(selection.record, selection.when, selection.day, by_day, among)


def columns_of(part: Part) -> set[tuple[str, str]]:
    """Every column that the part looks at, with its record type."""
    found = set() if isinstance(part, Count) else {(part.selection.record, part.column)}
    return found | _columns_of(part.selection)


def _columns_of(selection: Selection) -> set[tuple[str, str]]:
    kind = records.record_type(selection.record)
    names = {selection.day or kind.date_field, *(condition.column for condition in selection.where)}
    if selection.when == "standing" and kind.ends:
        names.add(kind.ends)
    found = {(selection.record, name) for name in names}
    for condition in selection.where:
        if condition.others is not None:
            found |= {(condition.others.record, condition.column_there)} | _columns_of(condition.others)
    return found


@dataclass(frozen=True)
class View:
    """A view of the engine's with its columns and their types in PostgreSQL."""

    name: str
    columns: tuple[tuple[str, str], ...]

    def table(self) -> Any:
        """The view in an expression."""
        return ibis.table({column: PostgresType.from_string(kind) for column, kind in self.columns}, name=self.name)


@dataclass(frozen=True)
class Question:
    """What all statements of a scan have in common: the view that is counted, views of others by record type, days.

    The others are all records that were known, whichever units the counted ones are of: what counts in the whole counts
    in its parts.
    """

    dialect: str
    counted: View
    others: tuple[tuple[str, View], ...]
    rule: Rule
    places: int
    by: str = ""

    @property
    def group(self) -> tuple[str, ...]:
        """The column of the group, when it is asked by one."""
        return ("group_",) if self.by else ()


def dated(statement: str, days: Sequence[date]) -> str:
    """The statement with its days."""
    first = {"d": {}, "y": {"month": 1, "day": 1}, "m": {"day": 1}}
    return _MARK.sub(lambda mark: days[int(mark[2])].replace(**first[mark[1]]).isoformat(), statement)


@lru_cache(STATEMENTS)
def sums(asked: Question, selections: tuple[Selection, ...], scored: tuple[tuple[Sum, Scores], ...]) -> str:
    """How many records of each selection (``r0``…) and what they sum up to (``s0``…), by place and group."""
    table = _grouped(asked)
    measures = {f"r{number}": table.count(where=_holds(table, selection)) for number, selection in
                enumerate(selections)}  # fmt: skip
    for number, (part, scores) in enumerate(scored):
        measures[f"s{number}"] = _worth(table, part, scores).sum(where=_holds(table, part.selection))
    return _text(asked, table.group_by(*asked.group, "from_", "to_", *asked.rule.bits).aggregate(**measures))


def overlap(part: CountDistinct) -> bool:
    """Whether records with the same value may count at the same place though they cease to count at different ones."""
    rule = rule_of(part.selection)
    return rule.when == "standing" or any(condition.column != part.column for condition in rule.among)


@lru_cache(STATEMENTS)
def distinct(asked: Question, part: CountDistinct) -> str:
    """How many different values there are: at each place (``n0``…) when they :func:`overlap`, else ``n`` by place."""
    table, rule = _grouped(asked), asked.rule
    value = table[part.column]
    # Empty text stands for nothing.
    given = _given(value) & _holds(table, part.selection)
    table = table.mutate(value_=value.year() * 100 + value.month() if part.months else value).filter(given)
    if overlap(part):
        once = table.select(*asked.group, "value_", "from_", "to_", *rule.bits).distinct()
        measures = {f"n{place}": once.value_.nunique(where=_here(once, rule, place)) for place in range(asked.places)}
        told = once.group_by(*asked.group).aggregate(**measures) if asked.group else once.aggregate(**measures)
        return _text(asked, told)
    # Records that cease to count on the same day count together from the first of them on.
    first = table.group_by(*asked.group, "value_", "to_", *rule.bits).aggregate(from_=table.from_.min())
    return _text(asked, first.group_by(*asked.group, "from_", "to_", *rule.bits).aggregate(n=first.count()))


@lru_cache(STATEMENTS)
def listed(asked: Question, selection: Selection, columns: tuple[str, ...]) -> str:
    """The records that count at the one day, with these columns."""
    return _text(asked, _selected(asked, selection).select(*columns))


def paged(statement: str, after: int, most: int) -> str:
    """The statement's rows in the order of their ids, from after one on."""
    return " ".join(("SELECT * FROM (", statement, f") AS listed WHERE id > {after:d} ORDER BY id LIMIT {most:d}"))


def summed(statement: str) -> str:
    """How many rows of each kind there are, and what they add."""
    columns = "SELECT kind, count(*) AS n, sum(adds) AS effect FROM ("
    return " ".join((columns, statement, ") AS differing GROUP BY kind"))


@dataclass(frozen=True)
class Sides:
    """The same records as they were known then and as they are known now, all of them and those of the scope."""

    then: Question
    now: Question
    all_then: Question
    all_now: Question


@lru_cache(STATEMENTS)
def differing(sides: Sides, part: Part, scores: Scores) -> str:
    """Records that count differently then and now: id, ``kind``, what each ``adds``, the day it was ``learned``.

    ``kind`` is late (was not known then at all), deleted (is no longer known at all) or corrected.
    """
    then = _selected(sides.then, part.selection)
    now = _selected(sides.now, part.selection)
    then = then.select(then_id=then.id, then_worth=_added(then, part, scores), ended=then.superseded_at_day)
    now = now.select(now_id=now.id, now_worth=_added(now, part, scores), entered=now.recorded_at_day)
    both = then.outer_join(now, then.then_id == now.now_id)
    both = both.mutate(id=ibis.coalesce(both.now_id, both.then_id))
    both = both.filter(~both.then_worth.identical_to(both.now_worth) | both.then_id.isnull() | both.now_id.isnull())
    for side, name in ((sides.all_then, "held_then"), (sides.all_now, "held_now")):
        table = side.counted.table()
        table = table.select(**{name: table.id})
        both = both.left_join(table, both.id == table[name])
    kind = ibis.cases((both.held_then.isnull(), "late"), (both.held_now.isnull(), "deleted"), else_="corrected")
    told = both.select(
        "id", kind=kind, learned=ibis.coalesce(both.entered, both.ended),
        then_counts=both.then_id.notnull(), now_counts=both.now_id.notnull(),
        adds=ibis.literal(0) if isinstance(part, CountDistinct)
        else both.now_worth.fill_null(0) - both.then_worth.fill_null(0),
    )  # fmt: skip
    return _text(sides.now, told)


def _added(table: Any, part: Part, scores: Scores) -> Any:
    """What a record brings to the part's number; of different values the value itself."""
    match part:
        case CountDistinct():
            return table[part.column]
        case Sum():
            return _worth(table, part, scores)
    return ibis.literal(1)


def _text(asked: Question, expression: Any) -> str:
    return str(ibis.to_sql(expression, dialect=asked.dialect, pretty=False))


def _grouped(asked: Question) -> Any:
    table = _placed(asked, asked.rule, asked.counted)
    if not asked.by:
        return table
    return table.mutate(group_=table.unit_path if asked.by == "unit" else table.place.substr(0, TOWN_DIGITS))


def _selected(asked: Question, selection: Selection) -> Any:
    """The records that count at the one day."""
    table = _placed(asked, asked.rule, asked.counted)
    bits = zip(asked.rule.bits, asked.rule.wanted, strict=True)
    return table.filter(_holds(table, selection), *(table[name] == int(wanted) for name, wanted in bits))


def _placed(asked: Question, rule: Rule, view: View) -> Any:
    """Records of the view that count at one of the days: from the place ``from_`` in the list up to ``to_``, exclusive.

    ``bits_0`` and so on: at which of the places another record has the value that the condition looks for.
    """
    table = view.table()
    kind = records.record_type(rule.record)
    places = range(asked.places)
    begin = table[rule.day or kind.date_field]
    by_day = [table[condition.column] for condition in rule.by_day]
    table = table.filter(*(column.notnull() for column in (begin, *by_day)), begin <= _day("d", places[-1]))
    starts = ibis.greatest(begin, *by_day) if by_day else begin
    ends: Any = ibis.literal(asked.places)
    if rule.when == "standing" and kind.ends:
        ends = _place([table[kind.ends] <= _day("d", place) for place in places])
    elif rule.when in ("year", "month"):
        ends = _place([begin < _day(rule.when[0], place) for place in places])
    table = table.mutate(from_=_place([starts <= _day("d", place) for place in places]), to_=ends)
    table = table.filter(table.from_ < table.to_)
    for number, condition in enumerate(rule.among):
        others = condition.others
        assert others is not None  # noqa: S101  (rule_of takes those that have others)
        there = _placed(asked, rule_of(others), dict(asked.others)[others.record])
        there = there.filter(_holds(there, others))
        value, bits = f"value_{number}", f"bits_{number}"
        here = {f"here_{number}_{place}": _here(there, rule_of(others), place).max() for place in places}
        there = there.group_by(**{value: there[condition.column_there]}).aggregate(**here)
        powers = [ibis.cases((there[name], _number(2**place)), else_=_number(0)) for place, name in enumerate(here)]
        there = there.select(value, **{bits: sum(powers[1:], powers[0])})
        table = table.left_join(there, table[condition.column] == there[value])
        table = table.mutate(**{bits: table[bits].fill_null(0)})
    return table


def _here(table: Any, rule: Rule, place: int) -> Any:
    """Whether a placed record counts at the place."""
    where = (table.from_ <= place) & (table.to_ > place)
    for name, wanted in zip(rule.bits, rule.wanted, strict=True):
        where &= (table[name] & _number(2**place)) == (2**place if wanted else 0)
    return where


def _number(number: int) -> Any:
    return ibis.literal(number, type="int64")


def _day(of: str, place: int) -> Any:
    """A mark: the day at the place, or the first of its year or month."""
    return ibis.literal(f"⟦{of}{place}⟧").cast("date")


def _place(reached: Sequence[Any]) -> Any:
    """The first place whose condition holds, else the number of places."""
    return ibis.cases(*((condition, place) for place, condition in enumerate(reached)), else_=len(reached))


def _holds(table: Any, selection: Selection) -> Any:
    """Whether the conditions hold that are the same on every day."""
    where = ibis.literal(True)
    for condition in selection.where:
        column = table[condition.column]
        if condition.op == "is":
            where &= column.isin(condition.values)
        elif condition.op == "is_not":
            where &= column.isnull() | column.notin(condition.values)
        elif condition.op == "given":
            where &= _given(column)
    return where


def _given(column: Any) -> Any:
    return column.notnull() & (column != "") if column.type().is_string() else column.notnull()


def _worth(table: Any, part: Sum, scores: Scores) -> Any:
    """What a record adds to the sum."""
    column = table[part.column]
    if scores is None:
        return column
    worth = [(column == value, ibis.literal(score, type=SCORE)) for value, score in scores]
    return ibis.cases(*worth, else_=ibis.literal(Decimal(0), type=SCORE))
