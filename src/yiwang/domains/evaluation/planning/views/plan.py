"""Pages of the plan: its tasks, one task, its versions and what changed between two of them."""

from __future__ import annotations

from itertools import groupby

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from yiwang.domains.evaluation.planning import display, exports
from yiwang.domains.evaluation.planning.judgement import percent, time_progress
from yiwang.domains.evaluation.planning.models import Adjustment
from yiwang.domains.evaluation.planning.rendering import shown_figures
from yiwang.domains.evaluation.planning.selectors import board, figures, handins, problems
from yiwang.domains.evaluation.planning.selectors import plan as plans
from yiwang.domains.evaluation.planning.selectors.board import TaskFilter, TaskRow
from yiwang.domains.evaluation.planning.types import TextChange
from yiwang.domains.evaluation.planning.views import reading
from yiwang.kernel.access import api as access
from yiwang.kernel.systems import api as systems
from yiwang.lib.problems import Problem
from yiwang.lib.workbooks import Cell
from yiwang.ui.fragments import is_fragment, respond


@access.guard("s45.plan", "view")
def plan_page(request: HttpRequest) -> HttpResponse:
    """Chapters and tasks of a version, with filters."""
    user = access.signed_in(request)
    plan = plans.the_plan()
    if plan is None:
        return render(request, "s45/plan_missing.html", {"may_import": access.can(user, "s45.plan", "import")})
    version = plans.version(plan, reading.number(request, "version"))
    chosen = _chosen(request)
    rows = board.task_rows(user, version, handins.last_evaluated(plan), chosen)
    context = {
        "plan": plan,
        "version": version,
        "newest": plans.version(plan),
        "chapters": board.by_chapter(rows),
        "count": len(rows),
        "chosen": chosen,
        "may_export": access.can(user, "s45.plan", "export"),
    }
    if not is_fragment(request):
        context |= {
            "all_chapters": version.chapters.all(),
            "units": board.units_of(version),
            "systems": _system_names(board.systems_of(version)),
            "states": _state_choices(),
            "as_of": (as_of := figures.default_as_of(plan)),
            "time": percent(time_progress(plan.starts_on, plan.ends_on, as_of)),
            "changes": board.adjustments(user, version)[:3],
        }
    return respond(request, "s45/plan.html", "s45/_plan_list.html", context)


@access.guard("s45.plan", "export")
def plan_export(request: HttpRequest) -> HttpResponse:
    """The same list as a workbook."""
    user = access.signed_in(request)
    plan = plans.require_plan()
    version = plans.version(plan, reading.number(request, "version"))
    round_ = handins.last_evaluated(plan)
    rows = board.task_rows(user, version, round_, _chosen(request))
    notes = [
        _("%(plan)s，第 %(number)s 版（%(day)s 起施行）")
        % {"plan": plan.title, "number": version.number, "day": version.effective_on},
        _("进展状态取自：%(round)s") % {"round": "—" if round_ is None else round_.title},
    ]
    header = [
        _("篇章"),
        _("编号"),
        _("任务"),
        _("规划要求"),
        _("举措"),
        _("牵头单位"),
        _("配合单位"),
        _("起始日期"),
        _("完成期限"),
        _("进展状态"),
        _("指标和数据"),
        _("滞后指标"),
        _("系统"),
    ]
    return exports.response(user, "plan", _("规划任务清单"), notes, header, (_sheet_row(row) for row in rows))


@access.guard("s45.plan", "view")
def task_page(request: HttpRequest, code: str) -> HttpResponse:
    """One task: what the plan asks, how it stands, what was handed in."""
    user = access.signed_in(request)
    plan = plans.require_plan()
    version = plans.version(plan, reading.number(request, "version"))
    task = plans.task(version, _code(code))
    round_ = handins.last_evaluated(plan)
    texts = [] if round_ is None else board.accepted_texts(user, round_, task.code)
    as_of = figures.default_as_of(plan)
    words = [text for row in texts for text in (row.content.progress, row.content.problems, row.content.measures)]
    changes = board.adjustments(user, version, task.code)
    context = {
        "plan": plan,
        "version": version,
        "newest": plans.version(plan),
        "task": task,
        "state": None if round_ is None else handins.declared(round_).get(task.code),
        "round": round_,
        "as_of": as_of,
        "texts": texts,
        "shown": shown_figures(version, as_of, words),
        "measures": board.measure_rows(task, changes),
        "changes": changes,
        "figures": figures.task_rows(user, task, as_of) if access.can(user, "s45.value", "view") else [],
        "judges": access.can(user, "s45.judgement", "view"),
        "systems": _system_names(task.systems),
        "hand_ins": board.hand_in_history(user, task.code),
        "problems": problems.about(user, plan, [task.code, *(row.code for row in task.measures.all())]),
        "may_propose": access.in_scope(user, "s45.adjustment", "propose", task.lead_unit),
        "time": percent(time_progress(task.starts_on, task.due_on, as_of)),
    }
    return render(request, "s45/task.html", context)


@access.guard("s45.plan", "view")
def versions_page(request: HttpRequest) -> HttpResponse:
    """Versions of the plan; choosing two leads to their comparison."""
    user = access.signed_in(request)
    plan = plans.require_plan()
    old, new = reading.number(request, "old"), reading.number(request, "new")
    if old is not None and new is not None:
        return redirect("s45:compare", old=min(old, new), new=max(old, new))
    rows = board.versions(plans.version(plan))
    visible = {row.pk for row in board.adjustments(user, plans.version(plan))}
    context = {
        "plan": plan,
        "versions": [(row, [change for change in row.adjustments.all() if change.pk in visible]) for row in rows],
    }
    return render(request, "s45/versions.html", context)


@access.guard("s45.plan", "view")
def compare_page(request: HttpRequest, old: int, new: int) -> HttpResponse:
    """What changed between two versions, and which adjustments made it."""
    user = access.signed_in(request)
    plan = plans.require_plan()
    if old == new:
        raise Problem(
            "versions_same",
            f"第 {old} 版与自身没有差异，请选择两个不同的版本。",
            f"Version {old} cannot differ from itself; choose two versions.",
        )
    if old > new:
        return redirect("s45:compare", old=new, new=old)
    left, right = plans.version(plan, old), plans.version(plan, new)
    made = [
        row
        for row in board.adjustments(user, right)
        if row.resulting_version is not None and old < row.resulting_version.number <= new
    ]
    changes = plans.compare(left, right)
    groups = [
        (what, [(change, _made(change, made)) for change in rows])
        for what, rows in groupby(changes, key=lambda change: change.what)
    ]
    context = {
        "plan": plan,
        "old": left,
        "new": right,
        "groups": groups,
        "count": len(changes),
        "made": list(reversed(made)),
        "versions": plan.versions.order_by("-number"),
    }
    return render(request, "s45/compare.html", context)


def _chosen(request: HttpRequest) -> TaskFilter:
    return TaskFilter(
        chapter=reading.number(request, "chapter"),
        unit=reading.words(request, "unit"),
        state=reading.words(request, "state"),
        system=reading.words(request, "system"),
        q=reading.words(request, "q"),
    )


def _code(text: str) -> str:
    """A code from an address; with what the database cannot hold (NUL) replaced it names nothing."""
    return text.replace("\x00", "\ufffd")


def _state_choices() -> list[tuple[str, str]]:
    return [
        ("lagging", _("进展滞后（缓慢、未启动、停滞）")),
        *((state.value, str(text)) for state, text in display.TASK_TEXT.items()),
        (board.UNREPORTED, _("未报送")),
    ]


def _system_names(codes: list[str]) -> list[tuple[str, str]]:
    """(code, name) of systems, in order; a code that the catalogue lacks keeps its code."""
    english = (get_language() or "zh").startswith("en")
    names = {row.id: (row.name_en if english else row.name_zh) for row in systems.catalogue()}
    return [(code, names.get(code, code)) for code in codes]


def _made(change: TextChange, made: list[Adjustment]) -> list[Adjustment]:
    """The adjustments behind ``change``: of the measure, of the task, or of the whole task removed."""
    return [row for row in made if row.task_code == change.task and _concerns(change, row)]


def _concerns(change: TextChange, row: Adjustment) -> bool:
    whole = not row.measure_code
    if row.kind == Adjustment.Kind.ADD:
        return change.what == "measure" and row.new_text == change.new
    if change.what == "task":
        return whole
    removes_task = whole and row.kind == Adjustment.Kind.DELETE
    return row.measure_code == change.code or removes_task


def _sheet_row(row: TaskRow) -> list[Cell]:
    task = row.task
    return [
        f"{task.chapter.number} {task.chapter.name}",
        task.code,
        task.title,
        task.requirement,
        "\n".join(measure.text for measure in task.measures.all()),
        task.lead_unit.name,
        "、".join(unit.name for unit in task.support_units.all()),
        task.starts_on,
        task.due_on,
        _("未报送") if row.state is None else str(display.TASK_TEXT[row.state]),
        row.figures,
        "、".join(item.indicator.code for item in row.laggards),
        "、".join(task.systems),
    ]
