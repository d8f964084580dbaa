"""The audit trail as CSV or Excel."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator

from django.utils import timezone
from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from .models import AuditEntry

HEADINGS = ("序号", "时间", "账号", "操作", "对象类型", "对象", "结果", "来源地址", "明细", "哈希")
MAX_ROWS = 100_000


def cell(text: str) -> str:
    """``text`` fit for a spreadsheet: a leading sign cannot start a formula, control characters are gone."""
    text = ILLEGAL_CHARACTERS_RE.sub("", text)
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def rows(entries: Iterable[AuditEntry]) -> Iterator[list[str | int]]:
    """One row per entry, in the order of ``HEADINGS``."""
    for entry in entries:
        local = timezone.localtime(entry.at).strftime("%Y-%m-%d %H:%M:%S")
        detail = json.dumps(entry.detail, ensure_ascii=False, sort_keys=True) if entry.detail else ""
        texts = (
            entry.actor,
            entry.action,
            entry.object_type,
            entry.object_id,
            entry.result,
            entry.ip,
            detail,
            entry.hash,
        )
        yield [entry.seq, local, *(cell(text) for text in texts)]


def as_csv(entries: Iterable[AuditEntry]) -> bytes:
    """CSV in UTF-8 with a mark, so that Excel reads the Chinese."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(HEADINGS)
    writer.writerows(rows(entries))
    return out.getvalue().encode("utf-8-sig")


def as_xlsx(entries: Iterable[AuditEntry]) -> bytes:
    """An Excel workbook with one sheet."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("审计日志")
    sheet.append(HEADINGS)
    for row in rows(entries):
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
