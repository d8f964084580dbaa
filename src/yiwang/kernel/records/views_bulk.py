"""Correcting many records at once (批量更正): a column, its new value, why; how many change; then done, all or none."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from yiwang.kernel.access import api as access
from yiwang.kernel.audit import api as audit
from yiwang.lib.problems import Problem

from . import selectors, services
from .columns import CellFault, PersonColumn
from .forms import hint_of, reason_field, widget_of
from .guards import record_guard
from .selectors import PAGE
from .types import RecordType

# What a page of the list can select, four times over.
MOST = PAGE * 4


class BulkForm(forms.Form):
    """The column's new value and the reason."""

    def __init__(self, kind: RecordType, name: str, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        column = kind.column(name)
        self.fields["value"] = forms.CharField(
            label=_("新的%(column)s") % {"column": column.verbose_name},
            required=column.required,
            widget=widget_of(column),
            help_text=hint_of(column),
            error_messages={"required": _("必填，不能为空。")},
        )
        self.fields["reason"] = reason_field()


def selected(user: access.User, kind: RecordType, texts: list[str]) -> list[Any]:
    """The records that were ticked. Problems: ``none_selected``, ``too_many_selected``, ``record_unknown`` (404)."""
    pks = {int(text) for text in texts if text.isascii() and text.isdigit() and len(text) < 19}
    if not pks:
        raise Problem("none_selected", "请先在列表中勾选要更正的记录。", "Tick the records to correct first.")
    if len(pks) > MOST:
        raise Problem(
            "too_many_selected",
            f"一次最多更正 {MOST} 条，请分批办理。",
            f"At most {MOST} records at once; do it in parts.",
        )
    found = list(selectors.visible(user, kind).filter(pk__in=pks).order_by("pk"))
    if len(found) < len(pks):
        raise Problem(
            "record_unknown",
            "勾选的记录中有的已被撤回，或不在您的查看范围内。请刷新列表后重新勾选。",
            "Some of the records are withdrawn or not yours to see. Reload the list and tick again.",
            status=404,
        )
    return found


def _different(kind: RecordType, records: list[Any], name: str, cell: str) -> int:
    """How many of the records would change. Raises CellFault."""
    value = kind.column(name).clean_cell(cell)
    return sum(getattr(record, name) != value for record in records)


@require_POST
@record_guard("correct")
def bulk_page(request: HttpRequest, kind: RecordType) -> HttpResponse:
    """The steps one after another, each with what was chosen before; the last one writes, all or none."""
    user = access.signed_in(request)
    records = selected(user, kind, request.POST.getlist("pk"))
    # A person's id is one record's own; the same for many is never a correction.
    columns = [column for column in kind.columns if not isinstance(column, PersonColumn)]
    name = request.POST.get("column", "")
    context: dict[str, Any] = {
        "kind": kind,
        "records": records,
        "columns": [(column.name, str(column.verbose_name)) for column in columns],
    }
    if name not in {column.name for column in columns}:
        return render(request, "records/bulk.html", context)
    step = request.POST.get("step", "")
    form = BulkForm(kind, name, request.POST if step in {"preview", "apply"} else None)
    context |= {"column": name, "form": form, "label": str(kind.column(name).verbose_name)}
    if not form.is_valid():
        return render(request, "records/bulk.html", context, status=422 if form.errors else 200)
    cell, reason = form.cleaned_data["value"], form.cleaned_data["reason"]
    language = get_language() or "zh"
    try:
        different = _different(kind, records, name, cell)
        if step == "apply":
            done = services.correct_many(
                kind,
                [record.pk for record in records],
                {name: cell},
                actor=user,
                reason=reason,
                ip=audit.client_ip(request),
            )
            messages.success(request, _("已更正 %(count)s 条记录。") % {"count": done})
            return redirect("records:list", kind.key)
    except CellFault as error:
        form.add_error("value", error.fault.zh if language.startswith("zh") else error.fault.en)
        return render(request, "records/bulk.html", context, status=422)
    except Problem as problem:
        if problem.code not in {"record_invalid", "reason_missing"}:
            raise
        form.add_error(None, problem.message(language))
        return render(request, "records/bulk.html", context, status=422)
    column = kind.column(name)
    context |= {
        "different": different,
        "same": len(records) - different,
        "shown": column.show(column.clean_cell(cell)) or _("（空）"),
        "cell": cell,
        "reason": reason,
    }
    return render(request, "records/bulk.html", context)
