"""The rows of an import that come back (错误行): as they were, with what is wrong beside them, to be mended."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import get_column_letter

from yiwang.lib.workbooks import printable

from .columns import cell_text
from .reading import Line, safe
from .types import RecordType, RowFault

if TYPE_CHECKING:
    from .importing import Outcome

FAULTS = "错误"
SHOWN = 20
# A sheet ends at 1,048,576 rows; what comes after goes to a next one.
MOST_IN_SHEET = 1_000_000
_WRONG, _BOLD = PatternFill("solid", fgColor="FBE3E4"), Font(bold=True)


def label(kind: RecordType, column: str) -> str:
    """What people call a column."""
    return str(kind.column(column).verbose_name) if column in {found.name for found in kind.columns} else column


def told(kind: RecordType, faults: Sequence[RowFault]) -> str:
    """All faults of a row in one cell, in both languages."""
    zh = "；".join(f"{label(kind, row.column)}：{row.fault.zh}" if row.column else row.fault.zh for row in faults)
    return f"{zh} / {'; '.join(row.fault.en for row in faults)}"


class Refused:
    """Counts the bad rows, shows the first, writes all of them to a file when one is named: .xlsx, else CSV."""

    def __init__(
        self, kind: RecordType, texts: Sequence[str], fields: Sequence[str], path: Path | None, outcome: Outcome
    ) -> None:
        self.kind, self.texts, self.outcome, self.path = kind, texts, outcome, path
        self.places = {name: place for place, name in enumerate(fields) if name}
        self.places |= {label(kind, name): place for name, place in self.places.items()}
        self.places |= {text: place for place, text in enumerate(texts)}
        self.stack = ExitStack()
        self.file: _Sheets | _Lines | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.stack.close()

    def take(self, line: Line, faults: Sequence[RowFault]) -> None:
        """One row more."""
        self.outcome.bad += 1
        room = SHOWN - len(self.outcome.shown)
        self.outcome.shown += [(line.number, label(self.kind, row.column), row.fault) for row in faults[:room]]
        if self.path is None:
            return
        if self.file is None:
            heading = [*self.texts, FAULTS]
            if self.path.suffix == ".xlsx":
                self.file = self.stack.enter_context(_Sheets(self.path, self.kind.name_zh, heading))
            else:
                self.file = self.stack.enter_context(_Lines(self.path, heading))
        cells = [printable(cell_text(cell)) for cell in _fit(line.cells, len(self.texts))]
        wrong = {self.places[row.column] for row in faults if row.column in self.places}
        self.file.add([*cells, told(self.kind, faults)], wrong)


def _fit(cells: Iterable[object], width: int) -> list[object]:
    found = list(cells)[:width]
    return found + [""] * (width - len(found))


class _Lines:
    """A CSV that WPS and Excel open."""

    def __init__(self, path: Path, heading: list[str]) -> None:
        self.handle = path.open("w", encoding="utf-8-sig", newline="")
        self.writer = csv.writer(self.handle)
        self.writer.writerow(heading)

    def add(self, cells: list[str], wrong: set[int]) -> None:
        """A line; what a spreadsheet would run is marked as text."""
        self.writer.writerow([safe(cell) for cell in cells])

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.handle.close()


class _Sheets:
    """A workbook, written as its rows come; cells at fault are coloured."""

    def __init__(self, path: Path, name: str, heading: list[str]) -> None:
        self.path, self.name, self.heading = path, name, heading
        self.book = Workbook(write_only=True)
        self.sheet: Any = None
        self.rows = 0

    def add(self, cells: list[str], wrong: set[int]) -> None:
        """A row of text cells: a formula stays text."""
        if self.rows % MOST_IN_SHEET == 0:
            self._next()
        self.rows += 1
        made: list[Any] = []
        for place, cell in enumerate(cells):
            text = WriteOnlyCell(self.sheet, cell)
            text.data_type = "s"
            if place in wrong:
                text.fill = _WRONG
            made.append(text)
        self.sheet.append(made)

    def _next(self) -> None:
        number = self.rows // MOST_IN_SHEET
        self.sheet = self.book.create_sheet(f"{self.name[:25]}{number + 1 if number else ''}")
        self.sheet.freeze_panes = "A2"
        for place in range(1, len(self.heading) + 1):
            self.sheet.column_dimensions[get_column_letter(place)].width = 60 if place == len(self.heading) else 18
        heads = [WriteOnlyCell(self.sheet, text) for text in self.heading]
        for head in heads:
            head.font = _BOLD
        self.sheet.append(heads)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.book.save(self.path)
