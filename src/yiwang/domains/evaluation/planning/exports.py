"""Tables of S45 as downloads, with what they are, as of when, and who took them in the first rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.http import HttpResponse

from yiwang.kernel.access.api import User
from yiwang.kernel.audit import api as audit
from yiwang.lib.clock import SHANGHAI
from yiwang.lib.workbooks import CONTENT_TYPE, Cell, Sheet, workbook


def response(
    user: User, name: str, title: str, notes: Sequence[str], header: Sequence[str], rows: Iterable[Sequence[Cell]]
) -> HttpResponse:
    """The workbook as a download, noted in the audit trail as an export by ``user``."""
    moment = datetime.now(SHANGHAI)
    stamped = [*notes, f"导出：{user.display_name}，{moment:%Y-%m-%d %H:%M}"]
    audit.record("export", actor=user.username, object_type="table", object_id=name, detail={"title": title})
    data = workbook([Sheet(name=title, title=title, notes=stamped, header=header, rows=rows)])
    found = HttpResponse(data, content_type=CONTENT_TYPE)
    found["Content-Disposition"] = f'attachment; filename="{name}-{moment:%Y%m%d}.xlsx"'
    return found
