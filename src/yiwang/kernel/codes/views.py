"""The code lists and one of them."""

from __future__ import annotations

from datetime import date

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_GET

from yiwang.kernel.access.api import guard
from yiwang.kernel.audit import api as audit
from yiwang.lib.workbooks import CONTENT_TYPE, Sheet, workbook

from . import registry, selectors
from .types import CodeList, CodeValue
from .wording import CERTAINTY_NAMES, CERTAINTY_TONES

PAGE_SIZE = 100
HEADINGS = ("代码", "名称", "英文名称", "启用日期", "停用日期", "说明", "依据情况")


def _word(request: HttpRequest) -> str:
    return " ".join(request.GET.get("q", "").replace("\x00", "").split())[:60]


def _day(text: str) -> date | None:
    """The day asked for; an unreadable one counts as none, as the browser's own field never sends it."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None


def _badge(certainty: str) -> tuple[str, str]:
    return next((CERTAINTY_TONES[key], str(name)) for key, name in CERTAINTY_NAMES.items() if key == certainty)


@guard("codes.list", "view")
@require_GET
def lists_page(request: HttpRequest) -> HttpResponse:
    """Every code list; ``?q=`` a word of its name or source."""
    text, language, today = _word(request), get_language() or "zh", timezone.localdate()
    rows = [
        (found, found.title(language), len(found.values(today)), *_badge(found.certainty))
        for found in selectors.search_lists(text)
    ]
    context = {"rows": rows, "q": text, "total": len(registry.code_lists())}
    return render(request, "codes/list.html", context)


@guard("codes.list", "view")
@require_GET
def list_page(request: HttpRequest, name: str) -> HttpResponse:
    """One list with its values and their editions; ``?q=`` a word, ``?on=`` a day."""
    found, text, language = registry.code_list(name), _word(request), get_language() or "zh"
    on, today = _day(request.GET.get("on", "")), timezone.localdate()
    rows = [
        (row, row.label(language), row.holds(on or today), *_badge(row.certainty))
        for row in selectors.search_values(found, text, on)
    ]
    tone, certainty = _badge(found.certainty)
    context = {
        "list": found,
        "title": found.title(language),
        "page": Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page")),
        "q": text,
        "on": on,
        "total": len(selectors.all_editions(found)),
        "current": len(found.values(today)),
        "tone": tone,
        "certainty": certainty,
    }
    return render(request, "codes/detail.html", context)


@guard("codes.list", "view")
@require_GET
def export(request: HttpRequest, name: str) -> HttpResponse:
    """Every edition of the list as a workbook; the export is audited."""
    found = registry.code_list(name)
    rows = selectors.all_editions(found)
    actor, ip = audit.actor_of(request)
    audit.record(
        "codes.export", actor=actor, ip=ip, object_type="codes.list", object_id=found.name, detail={"rows": len(rows)}
    )
    response = HttpResponse(workbook([_sheet(found, rows)]), content_type=CONTENT_TYPE)
    response["Content-Disposition"] = f'attachment; filename="{found.name}.xlsx"'
    return response


def _sheet(found: CodeList, rows: list[CodeValue]) -> Sheet:
    cells = [
        (
            row.value,
            row.label_zh,
            row.label_en,
            row.edition_from,
            row.edition_to,
            row.note,
            _badge(row.certainty)[1],
        )
        for row in rows
    ]
    notes = [f"来源：{found.source}"] if found.source else []
    return Sheet(found.name, HEADINGS, cells, title=found.name_zh, notes=notes)
