"""The audit trail as CSV or Excel."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator

from django.utils import timezone

from yiwang.lib import workbooks
from yiwang.lib.workbooks import Sheet, workbook

from .models import AuditEntry

HEADINGS = ("序号", "时间", "账号", "操作", "对象类型", "对象", "结果", "来源地址", "明细", "哈希")
# In characters: a hash of 64 is told apart by its beginning.
WIDTHS = (8, 20, 16, 24, 18, 24, 10, 16, 48, 20)
MAX_ROWS = 100_000


def rows(entries: Iterable[AuditEntry]) -> Iterator[list[str | int]]:
    """One row per entry, in the order of ``HEADINGS``; times in Asia/Shanghai."""
    for entry in entries:
        yield [
            entry.seq,
            timezone.localtime(entry.at).strftime("%Y-%m-%d %H:%M:%S"),
            entry.actor,
            entry.action,
            entry.object_type,
            entry.object_id,
            entry.result,
            entry.ip,
            json.dumps(entry.detail, ensure_ascii=False, sort_keys=True) if entry.detail else "",
            entry.hash,
        ]


def as_csv(entries: Iterable[AuditEntry]) -> bytes:
    """CSV in UTF-8 with a mark, so that Excel reads the Chinese; a leading sign cannot start a formula."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(HEADINGS)
    writer.writerows([_unarmed(value) for value in row] for row in rows(entries))
    return out.getvalue().encode("utf-8-sig")


def as_xlsx(entries: Iterable[AuditEntry]) -> bytes:
    """An Excel workbook with one sheet."""
    return workbook([Sheet("审计日志", HEADINGS, rows(entries), widths=WIDTHS)])


def _unarmed(value: str | int) -> str | int:
    if isinstance(value, int):
        return value
    text = workbooks.printable(value)
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text
