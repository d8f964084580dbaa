"""A report's figures beside the metrics of the records."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from yiwang.domains.evaluation.reportcheck import selectors
from yiwang.domains.evaluation.reportcheck.records import STATUS_ZH
from yiwang.domains.evaluation.reportcheck.types import RecordStatus
from yiwang.kernel.access.api import guard, signed_in
from yiwang.kernel.audit import api as audit
from yiwang.lib.problems import Problem
from yiwang.lib.workbooks import CONTENT_TYPE, Cell, Sheet, workbook

_BEFORE = 16
_ORDER: tuple[RecordStatus, ...] = ("differs", "no_value", "confirmed", "no_metric")


def _asked_day(request: HttpRequest) -> date | None:
    """The day in ``?as_of=``; Problem ``day_wrong`` when it is none."""
    asked = request.GET.get("as_of", "")
    if not asked:
        return None
    try:
        return date.fromisoformat(asked)
    except ValueError as error:
        raise Problem(
            "day_wrong",
            f"“{asked[:20]}”不是日期，请写成 2023-06-30 这样。",
            f'"{asked[:20]}" is not a day; write it like 2023-06-30.',
            field="as_of",
        ) from error


@require_GET
@guard("s46.records", "view")
def records_page(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Which figures the records confirm; ``?as_of=`` for those without a date, ``?status=`` keeps one kind."""
    user = signed_in(request)
    check = selectors.check_by_key(user, key)
    problem, day = None, None
    try:
        day = _asked_day(request)
    except Problem as found:
        problem = found
    beside = selectors.beside_records(user, check, day)
    places, text = selectors.places(check), check.result["document"]["text"]
    chosen = request.GET.get("status", "")
    chosen = chosen if chosen in STATUS_ZH else ""
    rows = sorted(beside.figures, key=lambda row: (_ORDER.index(row.status), row.start))
    context = {
        "check": check,
        "report": check.report,
        "beside": beside,
        "rows": [
            (row, selectors.line_of(places, row.start), _words_before(text, row.start))
            for row in rows
            if (not chosen and row.code) or row.status == chosen
        ],
        "counts": [(status, beside.count(status)) for status in _ORDER],
        "status": chosen,
        "as_of": day,
        "problem": problem,
    }
    return render(request, "s46/records.html", context, status=problem.status if problem else 200)


def _words_before(text: str, start: int) -> str:
    """A few words of the line before a figure."""
    words: str = text[max(0, start - _BEFORE) : start].rpartition("\n")[2]
    return f"…{words}" if len(words) == _BEFORE else words


@require_GET
@guard("s46.records", "view")
def records_export(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Every figure beside the records as a workbook."""
    user = signed_in(request)
    check = selectors.check_by_key(user, key)
    places = selectors.places(check)
    rows = [
        _row(row, places(row.start).zh) for row in selectors.beside_records(user, check, _asked_day(request)).figures
    ]
    header = ["结论", "报告原文", "指标", "图号", "截至", "档案数", "单位", "说明", "位置"]
    sheet = Sheet(name="与档案比对", header=header, rows=rows, widths=[12, 18, 30, 8, 12, 18, 10, 30, 24])
    audit.record("export", actor=user.username, object_type="s46.records", object_id=str(check.pk))
    response = HttpResponse(workbook([sheet]), content_type=CONTENT_TYPE)
    response["Content-Disposition"] = 'attachment; filename="report-check-records.xlsx"'
    return response


def _row(row: Any, place: str) -> list[Cell]:
    return [
        STATUS_ZH[row.status],
        row.text,
        row.name_zh,
        row.figure,
        row.as_of,
        row.value,
        row.unit,
        row.reason_zh,
        place,
    ]
