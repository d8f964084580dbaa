"""Tables as Excel workbooks that open well in WPS and Excel. Pure: rows in, bytes out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import TYPE_CHECKING

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.cell.cell import Cell as StyledCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

if TYPE_CHECKING:
    from openpyxl.worksheet._write_only import WriteOnlyWorksheet

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Cell = str | int | Decimal | date | None

# A column is as wide as its heading (a Chinese character takes two) and never wider than a third of a screen.
_NARROWEST, _WIDEST = 10, 48
_TITLE, _BOLD, _HEADING = Font(bold=True, size=14), Font(bold=True), PatternFill("solid", fgColor="E8EEF7")
_MIDDLE, _TOP = Alignment(wrap_text=True, vertical="center"), Alignment(wrap_text=True, vertical="top")


@dataclass(frozen=True)
class Sheet:
    """One sheet: an optional title with notes above a frozen header, then ``rows``; ``widths`` by column."""

    name: str
    header: Sequence[str]
    rows: Iterable[Sequence[Cell]]
    title: str = ""
    notes: Sequence[str] = ()
    widths: Sequence[int] = field(default=())


def printable(text: str) -> str:
    """``text`` without the control characters that XML, and so a cell, cannot hold."""
    return ILLEGAL_CHARACTERS_RE.sub("", text)


def workbook(sheets: Iterable[Sheet]) -> bytes:
    """An .xlsx of ``sheets``. Text that begins like a formula stays text; characters XML cannot hold are dropped.

    Rows are written as they come, so that a long table (the audit trail: 100 000 rows) takes little memory.
    """
    book = Workbook(write_only=True)
    for sheet in sheets:
        _add(book, sheet)
    buffer = BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _add(book: Workbook, sheet: Sheet) -> None:
    page = book.create_sheet(sheet.name[:31])
    above = [[sheet.title], *([note] for note in sheet.notes), []] if sheet.title else []
    # A page that is written as it comes takes its columns and its frozen rows before its first row.
    widths = sheet.widths or [max(_NARROWEST, min(_WIDEST, len(name) * 2 + 6)) for name in sheet.header]
    for column, width in enumerate(widths, start=1):
        page.column_dimensions[get_column_letter(column)].width = width
    page.freeze_panes = f"A{len(above) + 2}"
    for number, line in enumerate(above):
        page.append([_cell(page, value, font=_TITLE if number == 0 else None) for value in line])
    page.append([_cell(page, name, font=_BOLD, fill=_HEADING, alignment=_MIDDLE) for name in sheet.header])
    for row in sheet.rows:
        page.append([_cell(page, value, alignment=_TOP) for value in row])


def _cell(
    page: WriteOnlyWorksheet,
    value: Cell,
    *,
    font: Font | None = None,
    fill: PatternFill | None = None,
    alignment: Alignment | None = None,
) -> StyledCell:
    cell = WriteOnlyCell(page)
    cell.value = printable(value) if isinstance(value, str) else value
    if isinstance(value, str):
        cell.data_type = "s"
    if font is not None:
        cell.font = font
    if fill is not None:
        cell.fill = fill
    if alignment is not None:
        cell.alignment = alignment
    return cell
