"""Rounds 评估轮次: the list, a new one, the round at work, asking, reminding, closing."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from yiwang.domains.evaluation.planning import display, exports
from yiwang.domains.evaluation.planning.forms import RoundForm, StepFormSet
from yiwang.domains.evaluation.planning.models import HandIn, Round
from yiwang.domains.evaluation.planning.selectors import handins as reads
from yiwang.domains.evaluation.planning.selectors import plan as plans
from yiwang.domains.evaluation.planning.selectors import rounds as work
from yiwang.domains.evaluation.planning.services import closing
from yiwang.domains.evaluation.planning.services import rounds as services
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
from yiwang.kernel.orgs import api as orgs
from yiwang.lib.clock import local_date, today
from yiwang.lib.problems import Problem

ROUND_TONE = {Round.State.DRAFT: "muted", Round.State.OPEN: "info", Round.State.CLOSED: "ok"}


@access.guard("s45.round", "view")
def rounds_page(request: HttpRequest) -> HttpResponse:
    """Every round of the plan, newest first."""
    user = access.signed_in(request)
    plan = plans.the_plan()
    rows = [] if plan is None else list(reads.rounds(plan))
    lines = [(row, ROUND_TONE[Round.State(row.state)], _counts(request, row)) for row in rows]
    context = {"lines": lines, "plan": plan, "may_manage": access.can(user, "s45.round", "manage")}
    return render(request, "s45/rounds.html", context)


def _counts(request: HttpRequest, round_: Round) -> work.Counts:
    return work.counts(reads.hand_ins(access.signed_in(request), round_), today())


@access.guard("s45.round", "manage")
def round_new(request: HttpRequest) -> HttpResponse:
    """Prepare a round on the newest version of the plan."""
    version = plans.version(plans.require_plan())
    form, steps = RoundForm(request.POST or None), StepFormSet(request.POST or None, prefix="steps")
    status = 200
    if request.method == "POST":
        status = 400
        if form.is_valid() and steps.is_valid():
            lines = [line.cleaned_data for line in steps if line.cleaned_data.get("title")]
            try:
                made = services.create_round(
                    version,
                    actor=access.signed_in(request),
                    **form.cleaned_data,
                    steps=[(line["title"], line["starts_on"], line["ends_on"]) for line in lines],
                )
            except Problem as problem:
                onto(form, problem)
            else:
                well(request, _("评估轮次已建立。下一步：选择任务下发给各单位。"))
                return go(request, "round", pk=made.pk, anchor="ask")
    context = {"form": form, "steps": steps, "version": version}
    return render(request, "s45/round_new.html", context, status=status)


@access.guard("s45.round", "view")
def round_page(request: HttpRequest, pk: int) -> HttpResponse:
    """A round at work."""
    return _page(request, reads.round_by_id(pk))


def _page(request: HttpRequest, round_: Round, problem: Problem | None = None) -> HttpResponse:
    user = access.signed_in(request)
    every = list(reads.hand_ins(user, round_))
    titles = {task.code: task for task in plans.tasks(round_.plan_version)}
    picked = _filters(request, round_, every)
    page = page_of(work.filtered(user, round_, **picked), request)
    day = today()
    context: dict[str, Any] = {
        "round": round_,
        "tone": ROUND_TONE[Round.State(round_.state)],
        "steps": [(step, _moment(step.starts_on <= day, step.ends_on < day)) for step in round_.steps.all()],
        "counts": work.counts(every, day),
        "matrix": [(row.unit_name, f"?unit={row.unit_code}#hand-ins", row.cells) for row in work.matrix(every)],
        "columns": HandIn.State.labels,
        "page": page,
        "lines": [(row, titles.get(row.task_code), display.STATE_TONE[row.state]) for row in page],
        "picked": picked,
        "filtering": any(value for key, value in picked.items() if key != "sort"),
        "states": HandIn.State.choices,
        "units": sorted({(row.unit.code, row.unit.name) for row in every}, key=lambda unit: unit[1]),
        "chapters": round_.plan_version.chapters.all(),
        "may_export": access.can(user, "s45.plan", "export"),
        "may_review": access.can(user, "s45.handin", "review"),
        "all_units": access.scope_of(user, "s45.handin", "view").kind == "all",
        **about(problem),
    }
    if access.can(user, "s45.round", "manage") and round_.state != Round.State.CLOSED:
        context |= _management(round_, titles.values(), every)
    return render(request, "s45/round.html", context, status=problem.status if problem else 200)


def _management(round_: Round, tasks: Any, every: list[HandIn]) -> dict[str, Any]:
    hindrances = work.hindrances(round_)
    waiting = sum(1 for row in every if row.state not in work.HANDED_IN)
    return {
        "manage": True,
        "unasked": work.unasked(round_),
        "all_tasks": list(tasks),
        "ask_units": orgs.units().order_by("path"),
        "waiting": waiting,
        "hindrances": hindrances,
        "closable": not any(item.open for item in hindrances),
    }


def _moment(begun: bool, over: bool) -> str:
    return "is-past" if over else "is-now" if begun else "is-next"


def _filters(request: HttpRequest, round_: Round, rows: list[HandIn]) -> dict[str, str]:
    numbers = [str(number) for number in round_.plan_version.chapters.values_list("number", flat=True)]
    sorts = [*work.SORTS, *(f"-{name}" for name in work.SORTS)]
    return {
        "state": choice(request.GET.get("state", ""), ["open", *HandIn.State.values]),
        "unit": choice(request.GET.get("unit", ""), [row.unit.code for row in rows]),
        "chapter": choice(request.GET.get("chapter", ""), numbers),
        "q": clean(request.GET.get("q", "")),
        "sort": choice(request.GET.get("sort", ""), sorts),
    }


@access.guard("s45.round", "manage")
@posted("round")
def round_ask(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask units: chosen tasks, whole chapters or all that are left; or one task of another unit."""
    round_ = reads.round_by_id(pk)
    try:
        asked = services.ask(
            round_,
            _chosen_tasks(request, round_),
            actor=access.signed_in(request),
            unit=_unit(request.POST.get("unit", "")),
            due_on=day_of(request.POST.get("due_on", ""), "due_on"),
        )
    except Problem as problem:
        return _page(request, reads.round_by_id(pk), problem)
    text = ngettext(
        "已下发 %(count)s 项填报任务，并通知单位联络员。", "已下发 %(count)s 项填报任务，并通知单位联络员。", len(asked)
    )
    well(request, text % {"count": len(asked)})
    return go(request, "round", pk=pk)


def _chosen_tasks(request: HttpRequest, round_: Round) -> list[str]:
    """Codes that were posted: ``tasks``, ``chapters`` (numbers) or ``all``. Problem ``tasks_none`` for nothing."""
    left = work.unasked(round_)
    chapters = set(numbers_of(request, "chapters"))
    everything = "all" in request.POST
    codes = [task.code for task in left if everything or task.chapter.number in chapters]
    codes += [clean(code) for code in request.POST.getlist("tasks")]
    if not codes:
        raise Problem("tasks_none", "还没有选择任务，请至少勾选一项。", "Choose at least one task.", field="tasks")
    return list(dict.fromkeys(codes))


def _unit(code: str) -> orgs.Unit | None:
    return orgs.unit(clean(code)) if code.strip() else None


@access.guard("s45.round", "manage")
@posted("round")
def round_remind(request: HttpRequest, pk: int) -> HttpResponse:
    """Remind everybody who has not handed in, or the chosen ones; at most once a day each."""
    user = access.signed_in(request)
    round_ = reads.round_by_id(pk)
    try:
        picked = numbers_of(request, "hand_ins")
        chosen = reads.hand_ins(user, round_).filter(pk__in=picked) if picked else None
        count = services.remind(round_, actor=user, hand_ins=chosen)
    except Problem as problem:
        return _page(request, reads.round_by_id(pk), problem)
    if count:
        text = ngettext("已催报 %(count)s 项。", "已催报 %(count)s 项。", count)
        well(request, text % {"count": count})
    else:
        well(request, _("没有新的催报：已报送的不催，同一项每天最多催一次。"))
    return go(request, "round", pk=pk)


@access.guard("s45.round", "manage")
@posted("round")
def round_close(request: HttpRequest, pk: int) -> HttpResponse:
    """Close the round; what stands in the way is said on the page."""
    try:
        closing.close(reads.round_by_id(pk), actor=access.signed_in(request))
    except Problem as problem:
        return _page(request, reads.round_by_id(pk), problem)
    well(request, _("本轮评估已办结，内容不再改动。"))
    return go(request, "round", pk=pk)


@access.guard("s45.round", "view")
def round_export(request: HttpRequest, pk: int) -> HttpResponse:
    """The round's hand-ins as a workbook, as far as the reader may see them."""
    user = access.signed_in(request)
    access.require(user, "s45.plan", "export")
    round_ = reads.round_by_id(pk)
    titles = {task.code: task for task in plans.tasks(round_.plan_version)}
    rows = []
    for row in work.filtered(user, round_):
        task = titles.get(row.task_code)
        version = row.versions.order_by("-number").first()
        rows.append(
            (
                row.task_code,
                "" if task is None else task.title_zh,
                "" if task is None else task.chapter.name_zh,
                row.unit.name_zh,
                row.get_state_display(),
                row.due_on,
                None if version is None else version.number,
                None if version is None else local_date(version.submitted_at),
            )
        )
    header = [
        _("任务编号"),
        _("任务"),
        _("篇章"),
        _("填报单位"),
        _("状态"),
        _("报送期限"),
        _("最新稿次"),
        _("报送日期"),
    ]
    notes = [_("数据截止 %(day)s") % {"day": round_.as_of}]
    return exports.response(user, f"round-{round_.pk}", round_.title, notes, header, rows)
