"""From cells to values: every column read, every rule of the type asked. Pure but for the code lists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from yiwang.kernel.orgs import api as orgs
from yiwang.lib.identifiers import Fault

from .columns import CellFault, Column, LinkColumn, PersonColumn, cell_text, citizen_id
from .types import Cleaned, RecordType, RowFault

LONGEST_SOURCE_ID = 80
# From so many different cells on a column whose cells are mostly new is no longer remembered.
_LOOK = 1000
# Those of a district: some 80 MB.
_MOST_PEOPLE = 250_000
# Codes of links that are remembered at a time: some 20 MB.
_MOST_LINKS = 100_000


class Cleaner:
    """Cells of many rows into values; what comes again and again (codes, days, people) is read once.

    Every batch of rows begins with :meth:`prepare`.
    """

    def __init__(self, kind: RecordType) -> None:
        self.rules = kind.options.rules
        self.readings = [
            _Link(column, kind) if isinstance(column, LinkColumn) else _Reading(column) for column in kind.columns
        ]
        # What a row asks of each column, without a look at the column's own reading: that is half of a row's time.
        self.steps = [(reading.name, reading.seen.get, reading.value) for reading in self.readings]
        self.own_links = [column for column in self.readings if isinstance(column, _Link) and column.own is not None]
        self.lasts = kind.date_field == "valid_from"

    def prepare(self, rows: Sequence[Mapping[str, object]]) -> None:
        """Look up at once what a batch of rows links to; without it each row asks the database by itself."""
        for reading in self.readings:
            reading.prepare(rows)

    def clean(self, cells: Mapping[str, object]) -> Cleaned:
        """Values of one row by field name, or all its faults. Cells without a column of the type are not looked at."""
        values: dict[str, Any] = {}
        faults: list[RowFault] = []
        cell_of = cells.get
        for name, seen, read in self.steps:
            cell = cell_of(name)
            value = seen(cell, _NEW)
            if value is _NEW:
                try:
                    value = read(cell)
                except CellFault as error:
                    faults.append(RowFault(name, error.fault))
                    continue
            values[name] = value
        if not faults:
            if self.lasts:
                faults += check_dates(values)
            for rule in self.rules:
                faults += rule(values)
        return Cleaned(values, faults)

    def note(self, values: Mapping[str, Any]) -> None:
        """A row that goes in: rows after it may link to it."""
        for link in self.own_links:
            link.note(values)


# No value of any cell.
_NEW: Any = object()


class _Reading:
    """One column's cells. What was read is remembered while at least every second cell was seen before.

    People come again late, in a file of millions, and cost most: they are remembered up to a number.
    """

    def __init__(self, column: Column) -> None:
        self.name, self.read = column.name, column.clean_cell
        self.seen: dict[object, Any] = {}
        self.remembers = True
        self.asked = 0
        self.least = _MOST_PEOPLE if isinstance(column, PersonColumn) else _LOOK

    def prepare(self, rows: Sequence[Mapping[str, object]]) -> None:
        """Before a batch: whether remembering was worth it until now."""
        if self.remembers and len(self.seen) >= self.least and len(self.seen) * 2 > self.asked:
            self.remembers = False
            self.seen.clear()
        self.asked += len(rows)

    def value(self, cell: object) -> Any:
        """The value of a cell that was not seen; CellFault."""
        found = self.read(cell)
        # Of other types different cells may be equal: 1, 1.0 and True.
        if self.remembers and (type(cell) is str or cell is None or type(cell) is date):
            self.seen[cell] = found
        return found


class _Link(_Reading):
    """A column of codes of other records, asked for by the batch; of the own type, rows that came before count too."""

    def __init__(self, column: LinkColumn, kind: RecordType) -> None:
        super().__init__(column)
        self.column = column
        self.own: set[str] | None = set() if column.to == kind.key else None
        self.code = kind.options.code
        self.unknown: set[str] = set()

    def prepare(self, rows: Sequence[Mapping[str, object]]) -> None:
        """Know which of these codes there are."""
        if len(self.seen) + len(self.unknown) > _MOST_LINKS:
            self.seen.clear()
            self.unknown.clear()
        name = self.name
        texts = {cell_text(row.get(name)) for row in rows}
        new = [text for text in texts if text and text not in self.seen and text not in self.unknown]
        found = self.column.known(new) if new else set()
        self.seen |= {text: text for text in found}
        self.unknown |= found.symmetric_difference(new)

    def note(self, values: Mapping[str, Any]) -> None:
        """Remember the code of a row that goes in."""
        if self.own is not None:
            self.own.add(values[self.code])

    def value(self, cell: object) -> Any:
        """The code; CellFault."""
        text = cell_text(cell)
        if text in self.seen or (self.own is not None and text in self.own):
            return text
        if text in self.unknown:
            raise self.column.unknown(text, above=self.own is not None)
        return self.read(cell)


def clean_row(kind: RecordType, cells: Mapping[str, object]) -> Cleaned:
    """One row alone, as :class:`Cleaner` does many."""
    return Cleaner(kind).clean(cells)


def check_dates(values: Mapping[str, Any]) -> list[RowFault]:
    """A state ends after it begins."""
    begin, end = values.get("valid_from"), values.get("valid_to")
    if begin is not None and end is not None and end <= begin:
        return [
            RowFault(
                "valid_to",
                Fault("dates_reversed", "终止日期应晚于起始日期。", "The end must be later than the beginning."),
            )
        ]
    return []


class Places:
    """Codes of the district's towns and villages, read once for many rows."""

    def __init__(self) -> None:
        self.names = dict(orgs.divisions().values_list("code12", "name"))

    def clean(self, cell: object) -> str:
        """The 12-digit code; nine digits of a town are brought to twelve. CellFault."""
        text = cell_text(cell)
        code = text + "000" if len(text) == 9 else text
        if code and code not in self.names:
            raise CellFault(
                "place_unknown",
                f"“{text[:20]}”不是本区镇街或村居的 12 位区划代码。",
                f'"{text[:20]}" is no 12-digit code of a town or village of this district.',
            )
        return code


class Units:
    """Paths of the units by code, credit code or name, read once for many rows."""

    def __init__(self) -> None:
        self.paths: dict[str, str] = {}
        for code, uscc, name, short, path in orgs.units().values_list("code", "uscc", "name_zh", "short_zh", "path"):
            for key in (short, name, uscc, code):
                if key:
                    self.paths[key] = path

    def clean(self, cell: object) -> str:
        """The path of the unit that a cell names. CellFault."""
        text = cell_text(cell)
        path = self.paths.get(text)
        if path is None:
            raise CellFault(
                "unit_unknown",
                f"没有单位“{text[:40]}”，请填写单位代码、统一社会信用代码或全称。" if text else "所属单位必填。",
                f'There is no unit "{text[:40]}"; give its code, credit code or full name.'
                if text
                else "A unit is required.",
            )
        return path


def person_columns(kind: RecordType) -> list[str]:
    """Names of the columns that name a person."""
    return [column.name for column in kind.columns if isinstance(column, PersonColumn)]


def person_of(name: str, cells: Mapping[str, object], values: Mapping[str, Any]) -> tuple[str, str]:
    """Citizen id and name of the person that the column ``name`` of a clean row names, for the register."""
    return citizen_id(cell_text(cells.get(name))), str(values.get(name.replace("_key", "_name")) or "")


def people_of(kind: RecordType, cells: Mapping[str, object], values: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Every person that a clean row names, as :func:`person_of`."""
    return [person_of(name, cells, values) for name in person_columns(kind) if values.get(name) is not None]
