"""Adjustments of the plan 规划调整: the list, a new proposal, its page and the decision on it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from yiwang.domains.evaluation.planning import exports
from yiwang.domains.evaluation.planning.forms import AdjustmentForm
from yiwang.domains.evaluation.planning.models import Adjustment, Plan, Task
from yiwang.domains.evaluation.planning.selectors import adjustments as reads
from yiwang.domains.evaluation.planning.selectors import plan as plans
from yiwang.domains.evaluation.planning.selectors.report import person_name
from yiwang.domains.evaluation.planning.services import adjustments as services
from yiwang.domains.evaluation.planning.views.answers import (
    about,
    choice,
    clean,
    day_of,
    go,
    numbers_of,
    onto,
    page_of,
    posted,
    well,
)
from yiwang.kernel.access import api as access
from yiwang.kernel.access.api import User
from yiwang.lib.clock import today
from yiwang.lib.problems import Problem

STATE_TONE = {
    Adjustment.State.PROPOSED: "info",
    Adjustment.State.APPROVED: "ok",
    Adjustment.State.REJECTED: "danger",
    Adjustment.State.WITHDRAWN: "muted",
}


@access.guard("s45.adjustment", "view")
def adjustments_page(request: HttpRequest) -> HttpResponse:
    """Proposals and decisions; the approver approves several together."""
    return _list(request)


def _list(request: HttpRequest, problem: Problem | None = None) -> HttpResponse:
    user, plan = access.signed_in(request), plans.the_plan()
    state = choice(request.GET.get("state", ""), Adjustment.State.values)
    every = Adjustment.objects.none() if plan is None else reads.adjustments(user, plan)
    page = page_of(every.filter(state=state) if state else every, request)
    may_decide = access.can(user, "s45.adjustment", "decide")
    lines = [(row, STATE_TONE[Adjustment.State(row.state)], may_decide and _may_decide(user, row)) for row in page]
    context = {
        "page": page,
        "lines": lines,
        "any": every.exists(),
        "state": state,
        "states": Adjustment.State.choices,
        "may_propose": plan is not None and access.can(user, "s45.adjustment", "propose"),
        "may_export": access.can(user, "s45.plan", "export"),
        "selectable": any(may for *_row, may in lines),
        "today": today(),
        "picked": request.POST.getlist("numbers"),
        **about(problem),
    }
    return render(request, "s45/adjustments.html", context, status=problem.status if problem else 200)


def _may_decide(user: User, row: Adjustment) -> bool:
    return row.state == Adjustment.State.PROPOSED and row.proposed_by != user.username


@access.guard("s45.adjustment", "propose")
def adjustment_new(request: HttpRequest) -> HttpResponse:
    """Choose a task, then what of it is to change, then write the proposal beside the old text."""
    user, plan = access.signed_in(request), plans.require_plan()
    tasks = reads.proposable_tasks(user, plan)
    source = request.POST if request.method == "POST" else request.GET
    code = clean(source.get("task_code", "") or source.get("task", ""))
    task = next((row for row in tasks if row.code == code), None)
    if task is None:
        if code:
            plans.task(plans.version(plan), code)
            raise access.forbidden()
        return render(request, "s45/adjustment_new.html", {"tasks": tasks})
    target = source.get("measure_code", "") if request.method == "POST" else source.get("target", "")
    context: dict[str, Any] = {"tasks": tasks, "task": task}
    if request.method != "POST" and "target" not in request.GET:
        return render(request, "s45/adjustment_new.html", context)
    return _proposal(request, plan, task, clean(target), context)


def _proposal(request: HttpRequest, plan: Plan, task: Task, target: str, context: dict[str, Any]) -> HttpResponse:
    adding = request.GET.get("kind") == Adjustment.Kind.ADD or request.POST.get("kind") == Adjustment.Kind.ADD
    old = "" if adding else plans.planned_text(task, target)
    status = 200
    if request.method == "POST":
        form = AdjustmentForm(request.POST)
        status = 400
        if form.is_valid():
            try:
                made = services.propose(plan, actor=access.signed_in(request), **form.cleaned_data)
            except Problem as problem:
                onto(form, problem)
                status = problem.status
            else:
                well(request, _("调整建议第 %(number)s 项已提交，等待审批。") % {"number": made.number})
                return go(request, "adjustment", made.number)
    else:
        form = AdjustmentForm(
            initial={
                "kind": Adjustment.Kind.ADD if adding else Adjustment.Kind.MODIFY,
                "task_code": task.code,
                "measure_code": "" if adding else target,
                "new_text": old,
            }
        )
    kinds = [kind for kind in Adjustment.Kind if (kind == Adjustment.Kind.ADD) is adding]
    # The field is a choice field; the stubs know only Field.
    form.fields["kind"].choices = [(kind.value, kind.label) for kind in kinds]  # type: ignore[attr-defined]
    context |= {"form": form, "old_text": old, "adding": adding, "target": target}
    return render(request, "s45/adjustment_new.html", context, status=status)


@access.guard("s45.adjustment", "view")
def adjustment_page(request: HttpRequest, number: int) -> HttpResponse:
    """A proposal with the difference it makes, and the decision for who may take it."""
    return _one(request, number)


def _one(request: HttpRequest, number: int, problem: Problem | None = None, note: str = "") -> HttpResponse:
    user, plan = access.signed_in(request), plans.require_plan()
    row = reads.adjustment(user, plan, number)
    task = plans.tasks(plans.version(plan)).filter(code=row.task_code).first()
    open_ = row.state == Adjustment.State.PROPOSED
    own = row.proposed_by == user.username
    decides = access.can(user, "s45.adjustment", "decide")
    context = {
        "row": row,
        "tone": STATE_TONE[Adjustment.State(row.state)],
        "task": task,
        "words": plans.words(row.old_text, row.new_text),
        "by": person_name(row.proposed_by),
        "decided_by": person_name(row.approver) if row.approver else "",
        "may_decide": open_ and decides and not own,
        "own_proposal": open_ and decides and own,
        "may_withdraw": open_ and (own or access.can(user, "s45.round", "manage")),
        "today": today(),
        "note": note,
        **about(problem),
    }
    return render(request, "s45/adjustment.html", context, status=problem.status if problem else 200)


@access.guard("s45.adjustment", "decide")
@posted("adjustments")
def adjustments_approve(request: HttpRequest) -> HttpResponse:
    """Approve the chosen proposals together: one new version of the plan."""
    user, plan = access.signed_in(request), plans.require_plan()
    numbers: list[int] = []
    try:
        numbers = numbers_of(request, "numbers")
        rows = [reads.adjustment(user, plan, number) for number in numbers]
        version = services.approve(
            rows,
            actor=user,
            effective_on=day_of(request.POST.get("effective_on", ""), "effective_on"),
            note=clean(request.POST.get("note", "")),
        )
    except Problem as problem:
        if request.POST.get("from") == "one" and len(numbers) == 1 and problem.status != 404:
            return _one(request, numbers[0], problem)
        return _list(request, problem)
    text = _("已批准 %(count)s 项调整，规划第 %(number)s 版自 %(day)s 起生效。")
    well(request, text % {"count": len(rows), "number": version.number, "day": version.effective_on})
    return go(request, "compare", version.number - 1, version.number)


@access.guard("s45.adjustment", "decide")
@posted("adjustment")
def adjustment_reject(request: HttpRequest, number: int) -> HttpResponse:
    """Decide against a proposal, with the reason."""
    user, note = access.signed_in(request), request.POST.get("note", "").replace("\x00", "")
    try:
        services.reject(reads.adjustment(user, plans.require_plan(), number), actor=user, note=note)
    except Problem as problem:
        return _one(request, number, problem, note)
    well(request, _("已记录：不批准。"))
    return go(request, "adjustment", number)


@access.guard("s45.adjustment", "propose")
@posted("adjustment")
def adjustment_withdraw(request: HttpRequest, number: int) -> HttpResponse:
    """Take a proposal back."""
    user = access.signed_in(request)
    try:
        services.withdraw(reads.adjustment(user, plans.require_plan(), number), actor=user)
    except Problem as problem:
        return _one(request, number, problem)
    well(request, _("调整建议已撤回。"))
    return go(request, "adjustment", number)


@access.guard("s45.adjustment", "view")
def adjustments_export(request: HttpRequest) -> HttpResponse:
    """The adjustments that the reader may see, as a workbook."""
    user, plan = access.signed_in(request), plans.require_plan()
    access.require(user, "s45.plan", "export")
    rows = [
        (
            row.number,
            row.get_kind_display(),
            row.task_code,
            row.measure_code,
            row.old_text,
            row.new_text,
            row.reason,
            row.basis,
            row.unit.name_zh,
            row.proposed_on,
            row.get_state_display(),
            person_name(row.approver) if row.approver else "",
            row.decided_on,
            row.decision_note,
        )
        for row in reads.adjustments(user, plan).order_by("number")
    ]
    header = [
        _("序号"),
        _("类型"),
        _("任务"),
        _("举措"),
        _("原文"),
        _("调整后"),
        _("理由"),
        _("依据"),
        _("提出单位"),
        _("提出日期"),
        _("状态"),
        _("审批人"),
        _("审批日期"),
        _("审批意见"),
    ]
    return exports.response(user, "adjustments", _("规划调整建议"), [plan.title], header, rows)
