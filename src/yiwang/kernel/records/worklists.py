"""What the daily pages of systems share: the day they are asked for, the units they name, their list as a workbook."""

from __future__ import annotations

from datetime import date

from django.http import HttpRequest, HttpResponse

from yiwang.kernel.access import api as access
from yiwang.kernel.audit import api as audit
from yiwang.kernel.orgs import api as orgs
from yiwang.lib.problems import Problem
from yiwang.lib.workbooks import CONTENT_TYPE, Sheet, workbook

from .types import RecordType


def asked_day(text: str) -> date | None:
    """The day in an address, or None without one. Problem ``day_invalid``."""
    if not text:
        return None
    try:
        found = date.fromisoformat(text)
    except ValueError:
        found = date.min
    if not 1900 <= found.year <= 2999:
        raise Problem(
            "day_invalid",
            "截至日期应写作 2023-06-30，年份在 1900 至 2999 之间。",
            "Write the day as 2023-06-30, its year from 1900 to 2999.",
            field="as_of",
        )
    return found


def units_by_path() -> dict[str, orgs.Unit]:
    """Every unit by its path as records hold it, with the slash at its end."""
    return {unit.path + "/": unit for unit in orgs.Unit.objects.order_by("path")}


def as_workbook(request: HttpRequest, kind: RecordType, sheet: Sheet, count: int) -> HttpResponse:
    """A page's list as an .xlsx download; it leaves an entry in the audit trail as every export does."""
    user = access.signed_in(request)
    data = workbook([sheet])
    detail = {"format": "xlsx", "rows": count, "list": sheet.name}
    audit.record("records.export", actor=user.username, object_type=kind.key, detail=detail)
    answer = HttpResponse(data, content_type=CONTENT_TYPE)
    answer["Content-Disposition"] = f'attachment; filename="{kind.key}-worklist.xlsx"'
    return answer
