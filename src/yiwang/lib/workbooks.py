"""Tables as Excel workbooks that open well in WPS and Excel. Pure: rows in, bytes out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from io import BytesIO

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Cell = str | int | Decimal | date | None

# A column is as wide as its heading (a Chinese character takes two) and never wider than a third of a screen.
_NARROWEST, _WIDEST = 10, 48


@dataclass(frozen=True)
class Sheet:
    """One sheet: an optional title with notes above a frozen header, then ``rows``; ``widths`` by column."""

    name: str
    header: Sequence[str]
    rows: Iterable[Sequence[Cell]]
    title: str = ""
    notes: Sequence[str] = ()
    widths: Sequence[int] = field(default=())


def workbook(sheets: Iterable[Sheet]) -> bytes:
    """An .xlsx of ``sheets``. Text that begins like a formula stays text; characters XML cannot hold are dropped."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for sheet in sheets:
        _add(book, sheet)
    buffer = BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _add(book: Workbook, sheet: Sheet) -> None:
    page = book.create_sheet(sheet.name[:31])
    if sheet.title:
        page.append([sheet.title])
        page["A1"].font = Font(bold=True, size=14)
        for note in sheet.notes:
            page.append([note])
        page.append([])
    top = page.max_row + 1 if sheet.title else 1
    for column, name in enumerate(sheet.header, start=1):
        cell = page.cell(row=top, column=column, value=name)
        cell.font = Font(bold=True)
        cell.fill = PatternFill("solid", fgColor="E8EEF7")
        cell.alignment = Alignment(wrap_text=True, vertical="center")
    for number, row in enumerate(sheet.rows, start=top + 1):
        for column, value in enumerate(row, start=1):
            clean = ILLEGAL_CHARACTERS_RE.sub("", value) if isinstance(value, str) else value
            cell = page.cell(row=number, column=column, value=clean)
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            if isinstance(clean, str):
                cell.data_type = "s"
    page.freeze_panes = page.cell(row=top + 1, column=1)
    widths = sheet.widths or [max(_NARROWEST, min(_WIDEST, len(name) * 2 + 6)) for name in sheet.header]
    for column, width in enumerate(widths, start=1):
        page.column_dimensions[get_column_letter(column)].width = width
