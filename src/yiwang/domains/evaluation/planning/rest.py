"""REST of S45, to read: plan, figures by both clocks, rounds, hand-ins, adjustments, reports. Scope as on the pages.

What writes is in :mod:`~yiwang.domains.evaluation.planning.rest_write`; the score, interviews, problems and follow-up
have modules of their own. All share one router, because one address (``/rounds``) takes both GET and POST.
"""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import reverse
from ninja import Path

from yiwang.domains.evaluation.planning import rest_frozen, rest_out, rest_write
from yiwang.domains.evaluation.planning.models import Plan
from yiwang.domains.evaluation.planning.rest_in import (
    ChapterNumber,
    Code,
    Cursor,
    Day,
    Id,
    Limit,
    Number,
    Word,
)
from yiwang.domains.evaluation.planning.rest_schemas import (
    AdjustmentOut,
    AdjustmentsOut,
    ChapterOut,
    ComparisonOut,
    FigureOut,
    FiguresOut,
    HandInOut,
    HandInsOut,
    HistoryOut,
    JudgedOut,
    PlanOut,
    ReportsOut,
    RoundJudgementOut,
    RoundOut,
    RoundsOut,
    TaskOut,
    TasksOut,
    VersionsOut,
)
from yiwang.domains.evaluation.planning.selectors import adjustments, board, figures, handins, judgements, values
from yiwang.domains.evaluation.planning.selectors import plan as plans
from yiwang.domains.evaluation.planning.selectors.board import TaskFilter
from yiwang.domains.evaluation.planning.selectors.figures import FigureFilter
from yiwang.domains.evaluation.planning.types import TaskStatus
from yiwang.kernel.access import api as access
from yiwang.kernel.access.api import User
from yiwang.lib.paging import cursor_page

router = rest_frozen.router


def _reader(request: HttpRequest, resource: str) -> User:
    user = access.signed_in(request)
    access.require(user, resource, "view")
    return user


@router.get("/plan", response=PlanOut, operation_id="s45_plan", summary="规划")
def get_plan(request: HttpRequest, version: Number | None = None) -> PlanOut:
    """The plan with its chapters; ``version`` chooses an older text."""
    _reader(request, "s45.plan")
    plan = plans.require_plan()
    found = plans.version(plan, version)
    return PlanOut(
        code=plan.code,
        title_zh=plan.title_zh,
        title_en=plan.title_en,
        starts_on=plan.starts_on,
        ends_on=plan.ends_on,
        basis=plan.basis,
        synthetic_note=plan.synthetic_note,
        version=rest_out.version_out(found),
        chapters=[
            ChapterOut(number=row.number, key=row.key, name_zh=row.name_zh, name_en=row.name_en, slogan=row.slogan)
            for row in found.chapters.all()
        ],
    )


@router.get("/plan/versions", response=VersionsOut, operation_id="s45_versions", summary="规划版本")
def list_versions(request: HttpRequest) -> VersionsOut:
    """Every version of the plan's text, newest first."""
    _reader(request, "s45.plan")
    rows = plans.require_plan().versions.order_by("-number")
    return VersionsOut(items=[rest_out.version_out(row) for row in rows])


@router.get("/plan/compare", response=ComparisonOut, operation_id="s45_compare", summary="版本对比")
def compare_versions(request: HttpRequest, old: Number, new: Number) -> ComparisonOut:
    """What changed from version ``old`` to version ``new``, by character."""
    _reader(request, "s45.plan")
    plan = plans.require_plan()
    changes = plans.compare(plans.version(plan, old), plans.version(plan, new))
    return ComparisonOut(old=old, new=new, changes=[rest_out.change_out(row) for row in changes])


@router.get("/tasks", response=TasksOut, operation_id="s45_tasks", summary="规划任务")
def list_tasks(
    request: HttpRequest,
    version: Number | None = None,
    chapter: ChapterNumber | None = None,
    unit: Word = "",
    system: Word = "",
    q: Word = "",
    cursor: Cursor = "",
    limit: Limit = 100,
) -> TasksOut:
    """Tasks of the plan with what their units declared in the last evaluated round."""
    _reader(request, "s45.plan")
    plan = plans.require_plan()
    chosen = TaskFilter(chapter=chapter, unit=unit, system=system, q=q)
    page = cursor_page(board.chosen_tasks(plans.version(plan, version), chosen), cursor, limit)
    states = _declared(plan)
    items = [rest_out.task_out(row, states.get(row.code)) for row in page.items]
    return TasksOut(items=items, next_cursor=page.next_cursor)


@router.get("/tasks/{code}", response=TaskOut, operation_id="s45_task", summary="一项任务")
def get_task(request: HttpRequest, code: Path[Code], version: Number | None = None) -> TaskOut:
    """One task of the plan."""
    _reader(request, "s45.plan")
    plan = plans.require_plan()
    found = plans.task(plans.version(plan, version), code)
    return rest_out.task_out(found, _declared(plan).get(found.code))


@router.get("/figures", response=FiguresOut, operation_id="s45_figures", summary="指标与数据")
def list_figures(
    request: HttpRequest,
    as_of: Day | None = None,
    known_at: Day | None = None,
    unit: Word = "",
    chapter: ChapterNumber | None = None,
    q: Word = "",
    cursor: Cursor = "",
    limit: Limit = 100,
) -> FiguresOut:
    """Indicators and facts with their values as of the end of ``as_of``, as the system knew them on ``known_at``.

    Without ``as_of`` it is the cut-off of the last evaluated round; without ``known_at`` it is now.
    """
    user = _reader(request, "s45.value")
    plan = plans.require_plan()
    day = as_of or figures.default_as_of(plan)
    chosen = FigureFilter(chapter=chapter, unit=unit, q=q)
    page = cursor_page(figures.chosen_indicators(plans.version(plan), chosen), cursor, limit)
    rows = [figures.shown(user, row) for row in values.judge_rows(page.items, plan, day, known_at)]
    return FiguresOut(
        as_of=day,
        known_at=known_at,
        items=[rest_out.figure_out(row.indicator, row.value, row.judgement) for row in rows],
        next_cursor=page.next_cursor,
    )


@router.get("/figures/{code}", response=FigureOut, operation_id="s45_figure", summary="一项指标或数据")
def get_figure(
    request: HttpRequest,
    code: Path[Code],
    as_of: Day | None = None,
    known_at: Day | None = None,
) -> FigureOut:
    """One figure as of a date, as known on a date."""
    user = _reader(request, "s45.value")
    plan = plans.require_plan()
    item = figures.indicator(plan, code)
    judged = values.judge_rows([item], plan, as_of or figures.default_as_of(plan), known_at)[0]
    row = figures.shown(user, judged)
    return rest_out.figure_out(row.indicator, row.value, row.judgement)


@router.get("/figures/{code}/history", response=HistoryOut, operation_id="s45_history", summary="全部记录")
def get_history(request: HttpRequest, code: Path[Code]) -> HistoryOut:
    """Every value of a figure that was ever recorded, corrected ones included."""
    _reader(request, "s45.value")
    plan = plans.require_plan()
    item = figures.indicator(plan, code)
    return HistoryOut(code=item.code, items=[rest_out.value_out(item, row) for row in values.history(plan, item.code)])


@router.get("/rounds", response=RoundsOut, operation_id="s45_rounds", summary="评估轮次")
def list_rounds(request: HttpRequest, cursor: Cursor = "", limit: Limit = 100) -> RoundsOut:
    """Evaluation rounds, newest first."""
    _reader(request, "s45.round")
    rows = handins.rounds(plans.require_plan()).prefetch_related("steps")
    page = cursor_page(rows, cursor, limit, key="-id")
    return RoundsOut(items=[rest_out.round_out(row) for row in page.items], next_cursor=page.next_cursor)


@router.get("/rounds/{pk}", response=RoundOut, operation_id="s45_round", summary="一个评估轮次")
def get_round(request: HttpRequest, pk: Path[Id]) -> RoundOut:
    """One round with its schedule."""
    _reader(request, "s45.round")
    return rest_out.round_out(handins.round_by_id(pk))


@router.get("/rounds/{pk}/judgement", response=RoundJudgementOut, operation_id="s45_judgement", summary="进度判断")
def get_judgement(request: HttpRequest, pk: Path[Id]) -> RoundJudgementOut:
    """Judgement of the indicators that the reader may see, worst first; counts and coverage are over these."""
    user = _reader(request, "s45.judgement")
    round_ = handins.round_by_id(pk)
    lines = [line for line in judgements.lines(user, round_) if not line.indicator.is_fact]
    shares = judgements.shares(lines)
    return RoundJudgementOut(
        round=round_.pk,
        as_of=round_.as_of,
        indicators=shares.total,
        on_pace=shares.on_pace,
        lagging=shares.lagging,
        no_data=shares.no_data,
        coverage=None if shares.coverage is None else str(shares.coverage),
        items=[_judged_out(line) for line in lines],
    )


@router.get("/hand-ins", response=HandInsOut, operation_id="s45_hand_ins", summary="填报")
def list_hand_ins(
    request: HttpRequest,
    round: Id | None = None,
    task: Word = "",
    unit: Word = "",
    state: Word = "",
    cursor: Cursor = "",
    limit: Limit = 100,
) -> HandInsOut:
    """Hand-ins that the reader may see."""
    user = _reader(request, "s45.handin")
    rows = handins.hand_ins(user)
    chosen = {"round_id": round, "task_code": task, "unit__code": unit, "state": state}
    page = cursor_page(rows.filter(**{key: value for key, value in chosen.items() if value}), cursor, limit)
    return HandInsOut(items=[rest_out.hand_in_row(row) for row in page.items], next_cursor=page.next_cursor)


@router.get("/hand-ins/{pk}", response=HandInOut, operation_id="s45_hand_in", summary="一项填报")
def get_hand_in(request: HttpRequest, pk: Path[Id]) -> HandInOut:
    """One hand-in with everything that was handed in; the draft only for those who may write it."""
    return rest_write.hand_in_answer(_reader(request, "s45.handin"), pk)


@router.get("/adjustments", response=AdjustmentsOut, operation_id="s45_adjustments", summary="调整建议")
def list_adjustments(request: HttpRequest, state: Word = "", cursor: Cursor = "", limit: Limit = 100) -> AdjustmentsOut:
    """Adjustments that the reader may see, newest first."""
    user = _reader(request, "s45.adjustment")
    rows = adjustments.adjustments(user, plans.require_plan())
    page = cursor_page(rows.filter(state=state) if state else rows, cursor, limit, key="-id")
    return AdjustmentsOut(items=[rest_out.adjustment_out(row) for row in page.items], next_cursor=page.next_cursor)


@router.get("/adjustments/{number}", response=AdjustmentOut, operation_id="s45_adjustment", summary="一项调整建议")
def get_adjustment(request: HttpRequest, number: Path[Number]) -> AdjustmentOut:
    """One adjustment."""
    user = _reader(request, "s45.adjustment")
    return rest_out.adjustment_out(adjustments.adjustment(user, plans.require_plan(), number))


@router.get("/rounds/{pk}/report", response=ReportsOut, operation_id="s45_reports", summary="已生成报告")
def list_reports(request: HttpRequest, pk: Path[Id]) -> ReportsOut:
    """Reports that were written of a round, newest first."""
    _reader(request, "s45.report")
    rows = handins.round_by_id(pk).reports.select_related("file").order_by("-number")
    return ReportsOut(
        items=[rest_out.report_out(row, reverse("s45:report-download", args=[pk, row.number])) for row in rows]
    )


def _declared(plan: Plan) -> dict[str, TaskStatus]:
    round_ = handins.last_evaluated(plan)
    return {} if round_ is None else handins.declared(round_)


def _judged_out(line: judgements.JudgedLine) -> JudgedOut:
    item, note = line.indicator, line.explanation
    value = line.judged.value
    return JudgedOut(
        code=item.code,
        name_zh=item.name_zh,
        name_en=item.name_en,
        lead_unit=rest_out.unit_out(item.lead_unit),
        value=None if value is None else rest_out.value_out(item, value),
        judgement=rest_out.judgement_out(line.judged.judgement),
        cause="" if note is None else note.cause,
        measure="" if note is None else note.measure,
        due_on=None if note is None else note.due_on,
    )
