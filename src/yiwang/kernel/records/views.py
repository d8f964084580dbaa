"""Pages of lists: the record types, one type's records, its search box, the reader's own views."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from yiwang.kernel.access import api as access
from yiwang.lib.identifiers import names_a_person
from yiwang.lib.problems import Problem

from . import asked as asking
from . import fragments, overview, saving, selectors, showing
from .asked import Asked
from .forms import SaveViewForm
from .guards import record_guard
from .types import RecordType

PERMITTED = ("add", "correct", "import", "export")


@require_GET
@access.guard("records.type", "view")
def types_page(request: HttpRequest) -> HttpResponse:
    """The record types that the reader may see, by chapter."""
    user = access.signed_in(request)
    return render(request, "records/types.html", {"groups": overview.groups(user, selectors.readable(user))})


@require_GET
@record_guard("view")
def list_page(request: HttpRequest, kind: RecordType) -> HttpResponse:
    """The records within the reader's scope: filtered, a page at a time, as known today or on another day."""
    wanted = asking.read(kind, request.GET)
    return _list(request, kind, wanted)


@require_POST
@never_cache
@record_guard("view")
def search_page(request: HttpRequest, kind: RecordType) -> HttpResponse:
    """The list's form. A citizen's id is answered at once and stands in no address; anything else becomes one."""
    wanted = asking.read(kind, request.POST, secret=True)
    if names_a_person(wanted.words):
        return _list(request, kind, replace(wanted, words=wanted.words.replace(" ", "")), hidden=True)
    return redirect(_address(kind, wanted.address()))


def _address(kind: RecordType, query: str = "") -> str:
    address = reverse("records:list", args=[kind.key])
    return f"{address}?{query}" if query else address


def _list(request: HttpRequest, kind: RecordType, wanted: Asked, *, hidden: bool = False) -> HttpResponse:
    user = access.signed_in(request)
    try:
        query = wanted.query()
        found = (
            selectors.listing(user, kind, query)
            if wanted.known is None
            else selectors.listing_known(user, kind, query, wanted.known)
        )
        problem = None
    except Problem as error:
        if error.code not in {"unit_unknown", "filter_invalid", "cursor_invalid"}:
            raise
        problem, found = error, selectors.Listing([], "", 0, more=False)
    views = saving.views_of(user, kind)
    names = saving.columns_of(kind, wanted, views)
    plain = replace(wanted, words="", columns=()) if hidden else wanted
    language = get_language() or "zh"
    # What was known on an earlier day is read only.
    pick = wanted.known is None and selectors.can(user, kind, "correct")
    context: dict[str, Any] = {
        "kind": kind,
        "asked": plain,
        "hidden": hidden,
        "found": found,
        "problem": problem,
        "message": problem.message(language) if problem else "",
        "lead": showing.label_of(kind, kind.options.title),
        "heads": showing.heads(kind, [name for name in names if name != kind.options.title]),
        "body": showing.rows_html(kind, found.items, names, _address(kind), pick=pick),
        "pick": pick,
        "forms": fragments.forms_of(request, kind, plain, names, hidden=hidden),
        "next": "" if hidden or not found.next_cursor else "?" + wanted.address(cursor=found.next_cursor),
        "first": "?" + wanted.address() if wanted.cursor else "",
        "query": plain.address(),
        "views": [(view, _view_address(view.query, view.columns)) for view in views],
        "may": {action: selectors.can(user, kind, action) for action in PERMITTED},
    }
    return render(request, "records/list.html", context, status=problem.status if problem else 200)


def _view_address(query: str, columns: list[str]) -> str:
    return "?" + "&".join(part for part in (query, "&".join(f"cols={name}" for name in columns)) if part)


@require_POST
@record_guard("view")
def save_view(request: HttpRequest, kind: RecordType) -> HttpResponse:
    """Keep the list as it is shown under a name."""
    wanted = asking.read(kind, request.POST)
    form = SaveViewForm(request.POST)
    form.is_valid()
    view = saving.save_view(
        access.signed_in(request),
        kind,
        form.cleaned_data.get("name", ""),
        wanted,
        default=bool(form.cleaned_data.get("default")),
    )
    messages.success(request, _("已保存视图“%(name)s”。") % {"name": view.name})
    return redirect(_address(kind, wanted.address()))


@require_POST
@record_guard("view")
def delete_view(request: HttpRequest, kind: RecordType, pk: int) -> HttpResponse:
    """Delete an own view."""
    name = saving.delete_view(access.signed_in(request), kind, pk)
    messages.success(request, _("已删除视图“%(name)s”。") % {"name": name})
    return redirect(_address(kind))
