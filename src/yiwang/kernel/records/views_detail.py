"""Pages of one record: all its columns and history, adding, correcting, withdrawing, and the clear values."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yiwang.kernel.access import api as access
from yiwang.kernel.audit import api as audit
from yiwang.kernel.orgs import api as orgs
from yiwang.kernel.registers import api as registers
from yiwang.lib.problems import Problem

from . import history, revealing, selectors, services, showing
from .forms import CorrectForm, NewForm, ReasonForm
from .guards import record_guard
from .names import PLACES, UNITS
from .types import RecordType

# Faults of what was written, which the form shows where they belong; other problems get their page.
IN_FORM = frozenset({"record_invalid", "reason_missing", "record_exists", "nothing_changed", "place_unknown"})
ACTIONS = ("correct", "withdraw", "unmask")


@require_GET
@record_guard("view")
def record_page(request: HttpRequest, kind: RecordType, pk: int) -> HttpResponse:
    """One record with everything known of it; a withdrawn one answers with its history."""
    return _record(request, kind, pk)


def _record(
    request: HttpRequest,
    kind: RecordType,
    pk: int,
    *,
    clear: dict[str, str] | None = None,
    problem: Problem | None = None,
) -> HttpResponse:
    user = access.signed_in(request)
    former = selectors.versions(user, kind, pk)[::-1] if pk < 2**63 else []
    try:
        current = selectors.one(user, kind, pk)
    except Problem as error:
        if error.code != "record_unknown" or not former:
            raise
        current = None
    rows = [*former, current] if current is not None else former
    item = rows[-1]
    people = history.people(kind, rows)
    known = showing.Known(
        units=UNITS.of({row.unit_path for row in rows}),
        places=PLACES.of({row.place for row in rows}),
        people=registers.masked_ids(list(people)) if people else {},
    )
    path = item.unit_path.rstrip("/")
    context: dict[str, Any] = {
        "kind": kind,
        "item": item,
        "withdrawn": current is None,
        "title": showing.title_of(kind, item, known),
        "facts": showing.facts(kind, item, known),
        "unit": showing.text_of(kind, item, "unit_path", known),
        "place": showing.text_of(kind, item, "place", known),
        "steps": history.steps(kind, rows, known),
        "timeline": history.timeline(kind, rows),
        "may": {action: selectors.may_write(user, kind, action, path, item.place) for action in ACTIONS},
        "personal": any(column.personal and getattr(item, column.name) for column in kind.columns),
        "withdraw_form": ReasonForm(initial={"version": item.version}, auto_id="withdraw_%s"),
        "clear": [(showing.label_of(kind, name), text) for name, text in (clear or {}).items()],
        "problem": problem,
        "message": problem.message(get_language() or "zh") if problem else "",
    }
    return render(request, "records/record.html", context, status=problem.status if problem else 200)


@require_POST
@never_cache
@record_guard("unmask")
def reveal(request: HttpRequest, kind: RecordType, pk: int) -> HttpResponse:
    """The record with its personal values in the clear, this once; kept by nobody."""
    user = access.signed_in(request)
    record = selectors.one(user, kind, pk)
    try:
        clear = revealing.reveal(record, actor=user, reason=request.POST.get("reason", ""), ip=audit.client_ip(request))
    except Problem as problem:
        if not problem.code.startswith("reason_"):
            raise
        return _record(request, kind, pk, problem=problem)
    return _record(request, kind, pk, clear=clear)


@require_http_methods(["GET", "POST"])
@record_guard("add")
def new_page(request: HttpRequest, kind: RecordType) -> HttpResponse:
    """The form of a new record."""
    user = access.signed_in(request)
    form = NewForm(kind, user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            record = services.create(
                kind,
                form.cells(),
                actor=user,
                unit=orgs.unit(form.cleaned_data["unit"]),
                place=form.cleaned_data["place"],
                ip=audit.client_ip(request),
            )
        except Problem as problem:
            if problem.code not in IN_FORM:
                raise
            form.refuse(problem)
        else:
            messages.success(request, _("已登记。"))
            return redirect("records:record", kind.key, record.pk)
    return render(request, "records/form.html", {"kind": kind, "form": form}, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@record_guard("correct")
def correct_page(request: HttpRequest, kind: RecordType, pk: int) -> HttpResponse:
    """The form of a correction. What somebody else corrected meanwhile is not overwritten (409)."""
    user = access.signed_in(request)
    item = selectors.one(user, kind, pk)
    if not selectors.may_write(user, kind, "correct", item.unit_path.rstrip("/"), item.place):
        raise access.forbidden()
    known = showing.known_of(kind, [item])
    form = CorrectForm(kind, request.POST or None, item=item, known=known)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            services.correct(
                item,
                form.cells(),
                actor=user,
                reason=form.cleaned_data["reason"],
                version=form.cleaned_data["version"],
                ip=audit.client_ip(request),
            )
        except Problem as problem:
            if problem.code not in IN_FORM | {"record_changed"}:
                raise
            form.refuse(problem)
            status = problem.status
        else:
            messages.success(request, _("已更正，原内容保留在历史中。"))
            return redirect("records:record", kind.key, pk)
    context = {
        "kind": kind,
        "form": form,
        "item": item,
        "title": showing.title_of(kind, item, known),
    }
    return render(request, "records/form.html", context, status=422 if form.errors and status == 200 else status)


@require_POST
@record_guard("withdraw")
def withdraw(request: HttpRequest, kind: RecordType, pk: int) -> HttpResponse:
    """Take a record back, with the reason."""
    user = access.signed_in(request)
    item = selectors.one(user, kind, pk)
    form = ReasonForm(request.POST)
    form.is_valid()
    services.withdraw(
        item,
        actor=user,
        reason=form.cleaned_data.get("reason", ""),
        version=form.cleaned_data.get("version"),
        ip=audit.client_ip(request),
    )
    messages.success(request, _("已撤回。记录不再计入统计，历史保留。"))
    return redirect("records:record", kind.key, pk)


@require_POST
@record_guard("withdraw")
def restore(request: HttpRequest, kind: RecordType, pk: int) -> HttpResponse:
    """Bring a withdrawn record back."""
    user = access.signed_in(request)
    if not selectors.versions(user, kind, pk):
        selectors.one(user, kind, pk)
    services.restore(kind, pk, actor=user, reason=request.POST.get("reason", ""), ip=audit.client_ip(request))
    messages.success(request, _("已恢复。"))
    return redirect("records:record", kind.key, pk)
