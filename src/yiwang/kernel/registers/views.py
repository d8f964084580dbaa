"""Pages of the registers: search, everything known of one subject, merging and taking apart, the clear values."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from yiwang.kernel.access import api as access
from yiwang.kernel.audit import api as audit
from yiwang.lib.identifiers import names_a_person
from yiwang.lib.problems import Problem

from . import merging, revealing, selectors, showing
from .forms import MergeForm, UnmergeForm
from .kinds import ADDRESS, HOUSE, KINDS, ORGANISATION, PERSON, Kind, kind_of
from .revealing import Clear
from .selectors import Found, Subject

# Whoever may look into the registers at all; what each page shows is limited by the resource of its register.
may_look = access.guard("registers.subject", "view")
IN_FORM = frozenset(
    {"already_one", "not_merged", "register_unknown", "reason_missing", "reason_personal"}
    | {"register_code_form", "person_key_form", "uscc_length", "uscc_characters", "uscc_check"}
)


@require_GET
@may_look
def search_page(request: HttpRequest) -> HttpResponse:
    """What a search finds. A citizen's id in the address is refused."""
    words = request.GET.get("q", "").replace("\x00", "").strip()[: selectors.LONGEST_SEARCH]
    if names_a_person(words):
        raise Problem(
            "id_in_address",
            "公民身份号码不能放在网址里。请在查询框中输入后查询。",
            "A citizen id does not belong into an address. Use the search box.",
        )
    return _search(request, request.GET.get("kind", ""), words)


@require_POST
@never_cache
@may_look
def ask(request: HttpRequest) -> HttpResponse:
    """The search form. A citizen's id leads to the person's page, whose address is a pseudonym; it is kept nowhere."""
    words = request.POST.get("q", "").replace("\x00", "").strip()[: selectors.LONGEST_SEARCH]
    kind = request.POST.get("kind", "")
    if not names_a_person(words):
        return redirect(f"{reverse('registers:search')}?{urlencode({'kind': kind, 'q': words})}")
    try:
        found = selectors.subject(access.signed_in(request), PERSON, words)
    except Problem as problem:
        if problem.code != "register_unknown":
            raise
        return _search(request, PERSON.key, "", hidden=True)
    return redirect("registers:person", found.code)


def _search(request: HttpRequest, key: str, words: str, *, hidden: bool = False) -> HttpResponse:
    user = access.signed_in(request)
    kinds = selectors.readable(user)
    kind = KINDS.get(key)
    if kind not in kinds:
        kind = ORGANISATION if ORGANISATION in kinds else kinds[0] if kinds else ORGANISATION
    found = selectors.search(user, kind, words)
    context = {
        "kinds": kinds,
        "kind": kind,
        "q": words,
        "hidden": hidden,
        "hits": showing.hits(kind, found.rows),
        "more": found.more,
        "shown": selectors.SHOWN,
    }
    return render(request, "registers/search.html", context)


@require_GET
@may_look
def subject_page(request: HttpRequest, key: str, code: str | UUID) -> HttpResponse:
    """Everything known of a subject; an old code leads to the one that stands for it today."""
    kind = kind_of(key)
    found = selectors.subject(access.signed_in(request), kind, str(code))
    if found.code != str(code):
        if selectors.dropped(kind, [str(code)]):
            messages.info(request, _("所查的编码已合并，以下是合并后的登记。"))
        return redirect(showing.address_of(kind, found.code))
    return _subject(request, found)


def _subject(
    request: HttpRequest,
    found: Subject,
    *,
    form: MergeForm | None = None,
    clear: Clear | None = None,
    problem: Problem | None = None,
) -> HttpResponse:
    user = access.signed_in(request)
    kind = found.kind
    masked = selectors.masked_ids([UUID(code) for code in found.codes]) if kind is PERSON else {}
    may = {
        action: found.row is not None and selectors.reach(user, kind, action).filter(pk=found.code).exists()
        for action in ("merge", "unmask")
    }
    former = [(old, masked.get(UUID(old), "") if kind is PERSON else old) for old, _kept in found.former]
    context: dict[str, Any] = {
        "subject": found,
        "kind": kind,
        "title": showing.heading(found, masked),
        "facts": showing.facts(user, found, masked),
        "former": former,
        "merged": [
            (label, UnmergeForm(initial={"code": old}, auto_id=f"unmerge_{number}_%s"))
            for number, (old, label) in enumerate(former)
            if may["merge"]
        ],
        "steps": showing.steps(found),
        "chain": _chain(user, found),
        "lists": _lists(user, found),
        "may": may,
        "form": form or MergeForm(kind, auto_id="merge_%s"),
        "clear": clear,
        "problem": problem,
        "message": problem.message(get_language() or "zh") if problem else "",
    }
    return render(request, "registers/subject.html", context, status=problem.status if problem else 200)


def _chain(user: access.User, found: Subject) -> list[tuple[str, str]]:
    """The addresses that an address or house lies in."""
    if found.row is None or found.kind not in (ADDRESS, HOUSE):
        return []
    above = found.row.parent if found.kind is ADDRESS else found.row.address
    return [(row.name, showing.address_of(ADDRESS, row.code)) for row in selectors.above(user, above)]


def _lists(user: access.User, found: Subject) -> list[tuple[Kind, list[showing.Hit], bool]]:
    """What lies in an address, by register."""
    if found.kind is not ADDRESS or found.row is None:
        return []
    inside: dict[Kind, Found] = selectors.below(user, found.codes)
    return [(kind, showing.hits(kind, part.rows), part.more) for kind, part in inside.items() if part.rows]


@require_POST
@never_cache
@may_look
def merge(request: HttpRequest, key: str, code: str) -> HttpResponse:
    """Show both before they become one; with ``confirmed``, merge."""
    user = access.signed_in(request)
    kind = kind_of(key)
    access.require(user, kind.resource, "merge")
    found = selectors.subject(user, kind, code)
    form = MergeForm(kind, request.POST, auto_id="merge_%s")
    if not form.is_valid():
        return _refused(request, found, form)
    drop, reason = form.cleaned_data["drop"], form.cleaned_data["reason"]
    try:
        if not request.POST.get("confirmed"):
            return _compare(request, found, drop, reason)
        merging.merge(kind, found.code, drop, actor=user, reason=reason, ip=audit.client_ip(request))
    except Problem as problem:
        if problem.code not in IN_FORM:
            raise
        field = problem.detail.get("field")
        form.add_error("reason" if field == "reason" else "drop", problem.message(get_language() or "zh"))
        return _refused(request, found, form)
    messages.success(request, _("已合并。旧编码查询时转到本页，可以撤销。"))
    return redirect(showing.address_of(kind, found.code))


def _refused(request: HttpRequest, found: Subject, form: MergeForm) -> HttpResponse:
    answer = _subject(request, found, form=form)
    answer.status_code = 422
    return answer


def _compare(request: HttpRequest, found: Subject, drop: str, reason: str) -> HttpResponse:
    user = access.signed_in(request)
    kind = found.kind
    other = selectors.subject(user, kind, selectors.clean_code(kind, drop))
    if other.row is None or found.row is None:
        raise selectors.unknown(kind)
    if other.code == found.code:
        raise Problem("already_one", "这两个编码已经是同一项，无需合并。", "These are one entry already.", status=409)
    sides = []
    for side in (found, other):
        masked = selectors.masked_ids([UUID(side.code)]) if kind is PERSON else {}
        count = sum(mention.count for mention in side.mentions)
        sides.append((showing.heading(side, masked), showing.facts(user, side, masked), count, side.former))
    context = {"kind": kind, "subject": found, "other": other, "sides": sides, "reason": reason}
    context["back"] = showing.address_of(kind, found.code)
    return render(request, "registers/merge.html", context)


@require_POST
@never_cache
@may_look
def unmerge(request: HttpRequest, key: str, code: str) -> HttpResponse:
    """Take an old code out again."""
    user = access.signed_in(request)
    kind = kind_of(key)
    access.require(user, kind.resource, "merge")
    found = selectors.subject(user, kind, code)
    try:
        own = merging.unmerge(
            kind, request.POST.get("code", ""), actor=user, reason=request.POST.get("reason", ""),
            ip=audit.client_ip(request),
        )  # fmt: skip
    except Problem as problem:
        if problem.code not in IN_FORM:
            raise
        return _subject(request, found, problem=problem)
    messages.success(request, _("已撤销合并，两项各自独立。"))
    return redirect(showing.address_of(kind, own))


@require_POST
@never_cache
@may_look
def reveal(request: HttpRequest, code: UUID) -> HttpResponse:
    """A person's id and name in the clear, this once."""
    user = access.signed_in(request)
    found = selectors.subject(user, PERSON, str(code))
    try:
        clear = revealing.reveal_person(
            found.code, actor=user, reason=request.POST.get("reason", ""), ip=audit.client_ip(request)
        )
    except Problem as problem:
        if not problem.code.startswith("reason_"):
            raise
        return _subject(request, found, problem=problem)
    return _subject(request, found, clear=clear)
