"""Handing in 自评填报: the list, the page of one task, drafts, submission, review, evidence."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from yiwang.domains.evaluation.planning import display
from yiwang.domains.evaluation.planning.forms import HandInInput, read_hand_in
from yiwang.domains.evaluation.planning.models import HandIn
from yiwang.domains.evaluation.planning.selectors import handins as reads
from yiwang.domains.evaluation.planning.selectors import plan as plans
from yiwang.domains.evaluation.planning.services import handins as services
from yiwang.domains.evaluation.planning.services.transfers import transfer
from yiwang.domains.evaluation.planning.views import sheets
from yiwang.domains.evaluation.planning.views.answers import choice, clean, go, page_of, posted, said, well
from yiwang.kernel.access import api as access
from yiwang.kernel.files import api as files
from yiwang.kernel.orgs import api as orgs
from yiwang.lib.clock import SHANGHAI
from yiwang.lib.problems import Problem

# Problems after which the form is gone; what was typed is then shown for copying.
CLOSED_CODES = frozenset({"handin_locked", "round_closed"})


@access.guard("s45.handin", "view")
def hand_ins_page(request: HttpRequest) -> HttpResponse:
    """Hand-ins of every round that the reader may see."""
    user = access.signed_in(request)
    plan = plans.the_plan()
    every: QuerySet[HandIn] = reads.hand_ins(user).order_by("-round__as_of", "due_on", "task_code", "id")
    rounds = [] if plan is None else list(reads.rounds(plan))
    picked = choice(request.GET.get("round", ""), [str(row.pk) for row in rounds])
    state = choice(request.GET.get("state", ""), [*HandIn.State.values, "open"])
    text = clean(request.GET.get("q", ""))
    rows = every.filter(round_id=picked) if picked else every
    if state == "open":
        rows = rows.filter(state__in=services.EDITABLE)
    elif state:
        rows = rows.filter(state=state)
    if text:
        rows = rows.filter(
            Q(task_code__icontains=text)
            | Q(unit__name_zh__icontains=text)
            | Q(unit__code__iexact=text)
            | Q(task_code__in=_tasks_named(text))
        )
    page = page_of(rows, request)
    titles = {} if plan is None else {task.code: task.title for task in plans.tasks(plans.version(plan))}
    context = {
        "page": page,
        "lines": [(row, titles.get(row.task_code, ""), display.STATE_TONE[row.state]) for row in page],
        "rounds": rounds,
        "picked": picked,
        "state": state,
        "states": HandIn.State.choices,
        "q": text,
        "any": every.exists(),
        "own": access.scope_of(user, "s45.handin", "view").kind != "all",
    }
    return render(request, "s45/hand_ins.html", context)


def _tasks_named(text: str) -> list[str]:
    plan = plans.the_plan()
    if plan is None:
        return []
    tasks = plans.tasks(plans.version(plan)).filter(Q(title_zh__icontains=text) | Q(title_en__icontains=text))
    return [task.code for task in tasks]


@access.guard("s45.handin", "view")
def hand_in_page(request: HttpRequest, pk: int) -> HttpResponse:
    """The form for who may write it now; else what was handed in."""
    row = reads.hand_in(access.signed_in(request), pk)
    if sheets.may_edit(access.signed_in(request), row):
        return sheets.form_page(request, row)
    return sheets.read_page(request, row)


@access.guard("s45.handin", "edit")
@posted("hand-in")
def hand_in_save(request: HttpRequest, pk: int) -> HttpResponse:
    """Save the draft; with ``Accept: application/json`` (the page's autosave) the answer is JSON."""
    row = reads.hand_in(access.signed_in(request), pk)
    typed = _typed(request, row)
    if request.headers.get("Accept") == "application/json":
        return _autosave(request, row, typed)
    refused = _keep(request, row, typed)
    if refused is not None:
        return refused
    well(request, _("草稿已保存，尚未报送。"))
    return go(request, "hand-in", pk=row.pk)


@access.guard("s45.handin", "edit")
@posted("hand-in")
def hand_in_submit(request: HttpRequest, pk: int) -> HttpResponse:
    """Hand in. Whatever is missing is listed at once, and what was typed is kept as the draft."""
    row = reads.hand_in(access.signed_in(request), pk)
    typed = _typed(request, row)
    refused = _keep(request, row, typed)
    if refused is not None:
        return refused
    row = reads.hand_in(access.signed_in(request), pk)
    try:
        version = services.submit(row, typed.content, revision=row.revision, actor=access.signed_in(request))
    except Problem as problem:
        if problem.code != "handin_incomplete":
            return _refused(request, row, typed, problem)
        return sheets.form_page(request, row, typed=typed, problems=_listed(problem), status=problem.status)
    well(request, _("已报送第 %(number)s 稿，等待规划评估主管审核。") % {"number": version.number})
    return go(request, "hand-in", pk=row.pk)


@access.guard("s45.handin", "edit")
@posted("hand-in")
def hand_in_preview(request: HttpRequest, pk: int) -> HttpResponse:
    """How the typed text will read; keeps nothing."""
    row = reads.hand_in(access.signed_in(request), pk)
    if not sheets.may_edit(access.signed_in(request), row):
        raise access.forbidden()
    return sheets.preview(request, row, _typed(request, row))


@access.guard("s45.handin", "review")
@posted("hand-in")
def hand_in_return(request: HttpRequest, pk: int) -> HttpResponse:
    """Send the version that was looked at back with a reason."""
    row = reads.hand_in(access.signed_in(request), pk)
    reason = request.POST.get("reason", "")
    try:
        if "\x00" in reason:
            raise _control()
        services.return_(row, number=_number(request), reason=reason, actor=access.signed_in(request))
    except Problem as problem:
        fresh = reads.hand_in(access.signed_in(request), pk)
        kept = reason.replace("\x00", "")
        return sheets.read_page(request, fresh, problem=problem, reason=kept, status=problem.status)
    well(request, _("已退回，并通知填报单位。"))
    return go(request, "hand-in", pk=row.pk)


@access.guard("s45.handin", "review")
@posted("hand-in")
def hand_in_accept(request: HttpRequest, pk: int) -> HttpResponse:
    """Accept the version that was looked at."""
    row = reads.hand_in(access.signed_in(request), pk)
    try:
        services.accept(row, number=_number(request), actor=access.signed_in(request))
    except Problem as problem:
        fresh = reads.hand_in(access.signed_in(request), pk)
        return sheets.read_page(request, fresh, problem=problem, status=problem.status)
    well(request, _("已采纳，数据已计入规划评估。"))
    return go(request, "hand-in", pk=row.pk)


@access.guard("s45.round", "manage")
@posted("hand-in")
def hand_in_transfer(request: HttpRequest, pk: int) -> HttpResponse:
    """Give the hand-in to the unit that has taken its unit's place."""
    user = access.signed_in(request)
    row = reads.hand_in(user, pk)
    try:
        code = clean(request.POST.get("transfer_unit", ""))
        if not code:
            raise Problem(
                "transfer_unit", "请选择接手单位。", "Choose the unit that takes over.", field="transfer_unit"
            )
        taker = orgs.unit(code)
        moved = transfer(row, unit=taker, reason=clean(request.POST.get("transfer_reason", "")), actor=user)
    except Problem as problem:
        fresh = reads.hand_in(user, pk)
        return sheets.read_page(request, fresh, problem=problem, status=problem.status)
    well(request, _("已移交给%(unit)s，并通知其联络员。") % {"unit": moved.unit.name})
    return go(request, "hand-in", pk=pk)


@access.guard("s45.handin", "view")
def hand_in_version(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """One handed-in version and what it changed."""
    return sheets.version_page(request, reads.hand_in(access.signed_in(request), pk), number)


@access.guard("s45.handin", "edit")
@posted("hand-in")
def evidence_add(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the chosen documents; the rest of the form, when it came along, is saved as the draft."""
    row = reads.hand_in(access.signed_in(request), pk)
    if not request.FILES and sheets.may_edit(access.signed_in(request), row):
        problem = Problem(
            "file_missing", "还没有选择文件，请先选择再上传。", "Choose a file before uploading.", field="file"
        )
        return sheets.form_page(request, row, typed=_typed(request, row), problems=[problem], status=400)
    refused = _keep(request, row, _typed(request, row))
    if refused is not None:
        return refused
    well(request, _("佐证材料已上传，其余内容已存为草稿。"))
    return go(request, "hand-in", pk=row.pk, anchor="evidence")


@access.guard("s45.handin", "view")
def evidence_download(request: HttpRequest, pk: int) -> HttpResponseBase:
    """A document as a download, for who may see its hand-in."""
    return files.download_response(reads.evidence(access.signed_in(request), pk).file)


@access.guard("s45.handin", "edit")
def evidence_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a document off the draft."""
    paper = reads.evidence(access.signed_in(request), pk)
    if request.method != "POST":
        return go(request, "hand-in", pk=paper.hand_in_id)
    row = reads.hand_in(access.signed_in(request), paper.hand_in_id)
    if "revision" in request.POST:
        refused = _keep(request, row, _typed(request, row))
        if refused is not None:
            return refused
    services.remove_evidence(paper, actor=access.signed_in(request))
    well(request, _("已移除“%(title)s”。") % {"title": paper.title})
    return go(request, "hand-in", pk=paper.hand_in_id, anchor="evidence")


def _typed(request: HttpRequest, row: HandIn) -> HandInInput:
    codes = [item.code for item in reads.task_indicators(row)]
    return read_hand_in({key: request.POST.get(key, "") for key in request.POST}, codes)


def _revision(request: HttpRequest) -> int:
    return _whole(request.POST.get("revision", ""))


def _number(request: HttpRequest) -> int:
    return _whole(request.POST.get("number", ""))


def _whole(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 9):
        raise Problem(
            "page_stale",
            "页面内容不完整或已过期，请刷新后再操作。",
            "The page is incomplete or out of date. Reload it and try again.",
        )
    return int(text)


def _control() -> Problem:
    return Problem(
        "text_control",
        "文字里有看不见的控制字符，无法保存。请先粘贴到记事本，再复制过来。",
        "The text holds invisible control characters. Paste it into a plain editor first.",
        field="reason",
    )


def _keep(request: HttpRequest, row: HandIn, typed: HandInInput) -> HttpResponse | None:
    """Save what was typed and the chosen documents. ``None`` when all is kept, else the page that says why not."""
    user = access.signed_in(request)
    if typed.problems and sheets.may_edit(user, row):
        return sheets.form_page(request, row, typed=typed, status=400)
    try:
        saved = services.save_draft(row, typed.content, revision=_revision(request), actor=user)
    except Problem as problem:
        return _refused(request, row, typed, problem)
    found = _take_files(request, saved)
    if found:
        fresh = reads.hand_in(user, row.pk)
        return sheets.form_page(request, fresh, typed=typed, problems=found, status=found[0].status)
    return None


def _take_files(request: HttpRequest, row: HandIn) -> list[Problem]:
    """Keep every chosen document: field ``file`` is for the task, ``file-F005`` for a figure. What was refused."""
    found = []
    for field in request.FILES:
        if field != "file" and not field.startswith("file-"):
            continue
        code = field.removeprefix("file").removeprefix("-")
        title = request.POST.get("evidence_title", "").replace("\x00", "")[:200] if field == "file" else ""
        for upload in request.FILES.getlist(field):
            name = upload.name or "file"
            try:
                services.add_evidence(row, upload, name, title=title, actor=access.signed_in(request), figure_code=code)
            except Problem as problem:
                found.append(_named(problem, name, field))
    return found


def _named(problem: Problem, filename: str, field: str) -> Problem:
    detail = {**problem.detail, "field": field}
    return Problem(problem.code, f"{filename}：{problem.zh}", f"{filename}: {problem.en}", problem.status, **detail)


def _refused(request: HttpRequest, row: HandIn, typed: HandInInput, problem: Problem) -> HttpResponse:
    """The page after a service refused to write; nothing that was typed is lost."""
    fresh = reads.hand_in(access.signed_in(request), row.pk)
    if problem.code == "handin_conflict" and sheets.may_edit(access.signed_in(request), fresh):
        return sheets.form_page(request, fresh, typed=typed, conflict=problem, status=problem.status)
    if problem.code in CLOSED_CODES | {"handin_conflict"}:
        return sheets.read_page(request, fresh, problem=problem, typed=typed, status=problem.status)
    raise problem


def _autosave(request: HttpRequest, row: HandIn, typed: HandInInput) -> JsonResponse:
    problem = typed.problems[0] if typed.problems else None
    if problem is None:
        try:
            saved = services.save_draft(
                row, typed.content, revision=_revision(request), actor=access.signed_in(request)
            )
        except Problem as refused:
            problem = refused
    if problem is not None:
        return JsonResponse({**problem.as_json(), "message": said(problem)}, status=problem.status)
    moment = timezone.localtime(saved.updated_at, SHANGHAI)
    message = _("已保存 %(time)s") % {"time": f"{moment:%H:%M}"}
    return JsonResponse({"revision": saved.revision, "message": message})


def _listed(problem: Problem) -> list[Problem]:
    """The problems inside ``handin_incomplete``."""
    errors = problem.detail["errors"]
    assert isinstance(errors, list)  # noqa: S101  # written by services.handins.submit
    return [Problem(item["code"], item["zh"], item["en"], field=item.get("field", "")) for item in errors]
