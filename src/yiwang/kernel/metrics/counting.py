"""Numbers of parts at days: what the engine counted by place, added up day by day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from . import compiling
from .compiling import MOST_DAYS, Question, Rule, Scores, overlap, rule_of
from .engines import Engine, Rows
from .types import Count, CountDistinct, Part, Sum

Cell = tuple[Part, date]
# (part or selection, place of the day) -> group -> number
Numbers = dict[tuple[Any, int], dict[str, Any]]


@dataclass(frozen=True)
class Counted:
    """A part at a day: its number, and how many records it was counted from."""

    number: Decimal
    rows: int


@dataclass(frozen=True)
class Scan:
    """What is asked of the records of one type by one rule, at some days."""

    engine: Engine
    question: Question
    days: tuple[date, ...]

    @property
    def rule(self) -> Rule:
        """The rule by which records count."""
        return self.question.rule

    def count(self, asked: Iterable[Cell], found: dict[str, dict[Cell, Counted]]) -> None:
        """Put the number of every cell whose day is one of the scan's into ``found``, by group."""
        cells = [(part, self.days.index(day)) for part, day in asked if day in self.days]
        numbers, rows = self._sums(cells)
        for counted in {part for part, _place in cells if isinstance(part, CountDistinct)}:
            numbers |= self._distinct(counted)
        for part, place in cells:
            for group, number in rows[part.selection, place].items():
                told = number if isinstance(part, Count) else numbers.get((part, place), {}).get(group, 0)
                found[group][part, self.days[place]] = Counted(Decimal(told), int(number))

    def _rows(self, statement: str) -> Rows:
        return self.engine.rows(compiling.dated(statement, self.days))

    def _sums(self, cells: Sequence[tuple[Part, int]]) -> tuple[Numbers, Numbers]:
        """Sums by part and place, and how many records by selection and place."""
        selections = tuple(dict.fromkeys(part.selection for part, _place in cells))
        scored = tuple(dict.fromkeys((part, scores(part, self.days[place])) for part, place in cells
                                     if isinstance(part, Sum)))  # fmt: skip
        rows: Numbers = defaultdict(lambda: defaultdict(int))
        sums: Numbers = defaultdict(lambda: defaultdict(int))
        for row, places in self._told(compiling.sums(self.question, selections, scored)):
            group = row.get("group_", "")
            for place in places:
                for number, selection in enumerate(selections):
                    rows[selection, place][group] += row[f"r{number}"]
                for number, (part, worth) in enumerate(scored):
                    if row[f"s{number}"] is not None and worth == scores(part, self.days[place]):
                        sums[part, place][group] += row[f"s{number}"]
        return sums, rows

    def _distinct(self, part: CountDistinct) -> Numbers:
        """How many different values at each place."""
        statement = compiling.distinct(self.question, part)
        numbers: Numbers = defaultdict(lambda: defaultdict(int))
        if overlap(part):
            for row in self._rows(statement):
                for place in range(len(self.days)):
                    numbers[part, place][row.get("group_", "")] = row[f"n{place}"]
            return numbers
        for row, places in self._told(statement):
            for place in places:
                numbers[part, place][row.get("group_", "")] += row["n"]
        return numbers

    def _told(self, statement: str) -> Iterator[tuple[dict[str, Any], list[int]]]:
        """Rows of the answer, each with the places at which its records count."""
        bits = list(zip(self.rule.bits, self.rule.wanted, strict=True))
        for row in self._rows(statement):
            yield row, [
                place for place in range(row["from_"], row["to_"])
                if all(bool(row[name] >> place & 1) == wanted for name, wanted in bits)
            ]  # fmt: skip


def scores(part: Part, day: date) -> Scores:
    """What each value counts on the day; None where the column itself is summed or nothing is."""
    return tuple(part.scores(day).items()) if isinstance(part, Sum) and part.scores is not None else None


def by_rule(cells: Iterable[Cell]) -> Iterator[tuple[tuple[date, ...], set[Cell]]]:
    """Cells that one scan can answer together, after its days."""
    found: dict[Rule, set[Cell]] = defaultdict(set)
    for cell in cells:
        found[rule_of(cell[0].selection)].add(cell)
    for asked in found.values():
        days = sorted({day for _part, day in asked})
        for first in range(0, len(days), MOST_DAYS):
            yield tuple(days[first : first + MOST_DAYS]), asked
