"""Tables as Excel workbooks, with what they are, as of when, and by whom in the first rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO

from django.http import HttpResponse
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from yiwang.kernel.access.api import User
from yiwang.kernel.audit import api as audit
from yiwang.lib.clock import SHANGHAI

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Cell = str | int | Decimal | date | None


def workbook(title: str, notes: Sequence[str], header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """An .xlsx with a title, notes, a frozen header and ``rows``. Text that looks like a formula stays text."""
    book = Workbook()
    sheet = book.active
    sheet.title = title[:31]
    sheet.append([title])
    sheet["A1"].font = Font(bold=True, size=14)
    for note in notes:
        sheet.append([note])
    sheet.append([])
    sheet.append(list(header))
    top = sheet.max_row
    for cell in sheet[top]:
        cell.font = Font(bold=True)
        cell.fill = PatternFill("solid", fgColor="E8EEF7")
        cell.alignment = Alignment(wrap_text=True, vertical="center")
    for row in rows:
        sheet.append(list(row))
        for cell in sheet[sheet.max_row]:
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            if isinstance(cell.value, str) and cell.value[:1] in "=+-@":
                cell.data_type = "s"
    sheet.freeze_panes = sheet.cell(row=top + 1, column=1)
    for index, name in enumerate(header, start=1):
        sheet.column_dimensions[get_column_letter(index)].width = max(10, min(48, len(str(name)) * 2 + 6))
    buffer = BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def response(
    user: User, name: str, title: str, notes: Sequence[str], header: Sequence[str], rows: Iterable[Sequence[Cell]]
) -> HttpResponse:
    """The workbook as a download, noted in the audit trail as an export by ``user``."""
    moment = datetime.now(SHANGHAI)
    stamped = [*notes, f"导出：{user.display_name}，{moment:%Y-%m-%d %H:%M}"]
    audit.record("export", actor=user.username, object_type="table", object_id=name, detail={"title": title})
    found = HttpResponse(workbook(title, stamped, header, rows), content_type=XLSX)
    found["Content-Disposition"] = f'attachment; filename="{name}-{moment:%Y%m%d}.xlsx"'
    return found
