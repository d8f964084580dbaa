"""Everything that the written report says, gathered from a round."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from yiwang.domains.evaluation.planning import display, tokens
from yiwang.domains.evaluation.planning.judgement import percent, time_progress
from yiwang.domains.evaluation.planning.models import Adjustment, HandIn, Indicator, ReportFile, Round, RoundText, Task
from yiwang.domains.evaluation.planning.report import context as doc
from yiwang.domains.evaluation.planning.selectors import handins, values
from yiwang.domains.evaluation.planning.selectors import plan as plans
from yiwang.domains.evaluation.planning.selectors.values import Coverage, Judged
from yiwang.domains.evaluation.planning.types import HandInContent, Status, TaskStatus
from yiwang.kernel.access import api as access
from yiwang.kernel.orgs import api as orgs
from yiwang.kernel.orgs.api import Unit
from yiwang.lib.problems import Problem
from yiwang.lib.zh_numbers import chinese_date


class _Figures:
    """Figures of a round by code, as the report prints them."""

    def __init__(self, round_: Round, judged: Iterable[Judged]) -> None:
        self.round = round_
        self.judged = {row.indicator.code: row for row in judged}

    def ref(self, code: str) -> doc.FigureRef | None:
        """The figure's printed form with its page, or ``None`` where there is no data."""
        row = self.judged.get(code)
        if row is None or row.value is None:
            return None
        path = reverse("s45:figure", args=[code])
        return doc.FigureRef(
            code=code,
            name=row.indicator.name_zh,
            text=display.value_text(row.indicator, row.value),
            url=f"{settings.YIWANG_BASE_URL}{path}?as_of={self.round.as_of}",
            origin="computed" if row.indicator.origin == Indicator.Origin.COMPUTED else "reported",
            as_of=row.value.as_of,
            reported_by=_short(row.value.unit),
            evidence=row.value.evidence,
            value=display.tidy(row.value.value),
            unit=row.indicator.unit,
        )

    def text(self, source: str) -> doc.Text:
        """A text with its tokens replaced; a figure without data reads 〔缺数 F005〕."""
        runs: list[str | doc.FigureRef] = []
        for run in tokens.parse(source):
            if isinstance(run, str):
                runs.append(run)
            else:
                runs.append(self.ref(run.code) or f"〔缺数 {run.code}〕")
        return tuple(runs)

    def optional(self, source: str) -> doc.Text | None:
        """:meth:`text`, or ``None`` for an empty source."""
        return self.text(source) if source.strip() else None


def report_file(round_pk: int, number: int) -> ReportFile:
    """The written report ``number`` of a round. Problem ``report_unknown`` (404)."""
    found = ReportFile.objects.filter(round_id=round_pk, number=number).select_related("file").first()
    if found is None:
        raise Problem(
            "report_unknown",
            f"本轮没有第 {number} 稿报告。",
            f"There is no report {number} of this round.",
            status=404,
        )
    return found


def report_context(round_: Round, *, written_at: datetime | None = None) -> doc.ReportContext:
    """The report's content as of the round's date, from accepted hand-ins and the bureau's texts."""
    version = round_.plan_version
    judged = values.judge_all(version, round_.as_of)
    figures = _Figures(round_, judged)
    contents = handins.accepted_contents(round_)
    declared = handins.declared(round_)
    tasks = list(plans.tasks(version))
    towns = set(orgs.units(kind="town").values_list("code", flat=True))
    moment = written_at or timezone.now()
    return doc.ReportContext(
        district=_district_name(),
        plan_title=version.plan.title_zh,
        round_title=round_.title,
        as_of=round_.as_of,
        generated_at=moment,
        known_at=moment,
        plan_version=version.number,
        base_url=settings.YIWANG_BASE_URL,
        judgement=doc.OverallJudgement(paragraphs=_overall(round_, figures, judged)),
        chapters=_chapters(round_, tasks, contents, declared, figures, towns),
        indicators=tuple(_indicator_row(row, figures) for row in judged if row.judgement.status is not Status.FACT),
        environment=tuple(figures.text(row.text) for row in _texts(round_, RoundText.Section.ENVIRONMENT)),
        problems=tuple(
            doc.ProblemItem(title=row.title, text=figures.text(row.text))
            for row in _texts(round_, RoundText.Section.PROBLEM)
        ),
        next_steps=_proposals(round_, RoundText.Section.NEXT_STEP, figures),
        suggestions=_proposals(round_, RoundText.Section.SUGGESTION, figures),
        adjustments=tuple(_adjustment_row(row) for row in _adjustments(round_)),
        task_list=tuple(_task_row(row, declared.get(row.code), towns) for row in tasks),
        gaps=tuple(_gaps(tasks, judged, contents)),
        facts=tuple(
            doc.FactRow(figure=ref, kind_text=row.indicator.get_origin_display())
            for row in sorted(judged, key=lambda row: row.indicator.code)
            if (ref := figures.ref(row.indicator.code)) is not None
        ),
        compiled_by=_district_name(),
        is_demo=bool(version.plan.synthetic_note),
    )


def overall_numbers(judged: list[Judged], tasks: int, declared: dict[str, TaskStatus]) -> dict[str, str]:
    """Counted numbers that the overall judgement's text may name by placeholder."""
    found: Coverage = values.coverage(judged)
    by_status = [row.judgement.status for row in judged]
    pace = {Status.AHEAD, Status.DONE, Status.ON_PACE, Status.BASICALLY}
    all_figures = len(judged)
    return {
        "tasks_total": str(tasks),
        "tasks_reported": str(len(declared)),
        "tasks_lagging": str(sum(1 for state in declared.values() if state.is_laggard)),
        "indicators_total": str(found.indicators),
        "indicators_judged": str(found.judged),
        "ahead": str(sum(1 for status in by_status if status in {Status.AHEAD, Status.DONE})),
        "on_pace": str(sum(1 for status in by_status if status in pace)),
        "lagging": str(sum(1 for status in by_status if status.is_laggard)),
        "no_data": str(sum(1 for status in by_status if status is Status.NO_DATA)),
        "coverage": "—" if found.share is None else f"{percent(found.share)}%",
        "facts_total": str(found.facts),
        "computed_share": f"{percent(_share(found.computed, all_figures))}%",
    }


def _share(part: int, whole: int) -> Decimal:
    return Decimal(part) / Decimal(whole) if whole else Decimal(0)


def named_numbers(round_: Round, judged: list[Judged], declared: dict[str, TaskStatus]) -> dict[str, str]:
    """Every number and date that the overall judgement's text may name, in the order of :data:`OVERALL_NAMES`."""
    numbers = overall_numbers(judged, round_.plan_version.tasks.count(), declared)
    plan = round_.plan_version.plan
    numbers["time_progress"] = f"{percent(time_progress(plan.starts_on, plan.ends_on, round_.as_of))}%"
    numbers["as_of"] = chinese_date(round_.as_of)
    return {name: numbers[name] for name in OVERALL_NAMES}


def _overall(round_: Round, figures: _Figures, judged: list[Judged]) -> tuple[doc.Text, ...]:
    numbers = named_numbers(round_, judged, handins.declared(round_))
    written = list(_texts(round_, RoundText.Section.OVERALL))
    sources = [row.text for row in written] or [DEFAULT_OVERALL]
    return tuple(figures.text(fill(source, numbers)) for source in sources)


DEFAULT_OVERALL = (
    "截至{as_of}，规划时序进度为{time_progress}。全部{tasks_total}项任务中，{tasks_reported}项已报送进展，"
    "其中{tasks_lagging}项进展滞后；{indicators_total}项考核指标中，{on_pace}项达到或基本达到时序要求，"
    "{lagging}项滞后，{no_data}项因缺少数据无法评价，数据覆盖率{coverage}。"
)


OVERALL_NAMES = (
    "as_of",
    "time_progress",
    "tasks_total",
    "tasks_reported",
    "tasks_lagging",
    "indicators_total",
    "indicators_judged",
    "ahead",
    "on_pace",
    "lagging",
    "no_data",
    "coverage",
    "facts_total",
    "computed_share",
)


def fill(text: str, numbers: dict[str, str]) -> str:
    """Replace ``{name}`` by its counted number; what is not a name of ``numbers`` stays (figure tokens among them)."""
    for name, value in numbers.items():
        text = text.replace(f"{{{name}}}", value)
    return text


def _chapters(
    round_: Round,
    tasks: list[Task],
    contents: dict[str, list[tuple[HandIn, HandInContent]]],
    declared: dict[str, TaskStatus],
    figures: _Figures,
    towns: set[str],
) -> tuple[doc.Chapter, ...]:
    intros = {row.position: row.text for row in _texts(round_, RoundText.Section.CHAPTER)}
    return tuple(
        doc.Chapter(
            number=chapter.number,
            name=chapter.name_zh,
            slogan=chapter.slogan,
            intro=figures.optional(intros.get(chapter.number, "")),
            tasks=tuple(
                _section(task, [content for _, content in contents.get(task.code, [])], declared, figures, towns)
                for task in tasks
                if task.chapter_id == chapter.pk
            ),
        )
        for chapter in round_.plan_version.chapters.all()
    )


def _section(
    task: Task,
    contents: list[HandInContent],
    declared: dict[str, TaskStatus],
    figures: _Figures,
    towns: set[str],
) -> doc.TaskSection:
    def joined(field: str) -> str:
        return "\n".join(text for content in contents if (text := getattr(content, field).strip()))

    state = declared.get(task.code)
    return doc.TaskSection(
        code=task.code,
        title=task.title_zh,
        status_text=str(display.TASK_TEXT[state]) if state else "未报送",
        progress=figures.optional(joined("progress")) or ("〔未报送〕",),
        problems=figures.optional(joined("problems")),
        measures=figures.optional(joined("measures")),
        lead_unit=_short(task.lead_unit),
        support_units=tuple(_names(task.support_units.all(), towns)),
    )


def _indicator_row(row: Judged, figures: _Figures) -> doc.IndicatorRow:
    item, verdict = row.indicator, row.judgement
    baseline = "—" if item.baseline is None else f"{display.tidy(item.baseline):f}"
    return doc.IndicatorRow(
        code=item.code,
        name=item.name_zh,
        unit=item.unit,
        baseline=baseline,
        target_text=display.target_text(item),
        value=figures.ref(item.code),
        progress_text="—" if verdict.progress is None else f"{percent(verdict.progress)}%",
        status_text=str(display.STATUS_TEXT[verdict.status]),
        lead_unit=_short(item.lead_unit),
        origin_text=item.get_origin_display(),
        nature_text=item.get_nature_display(),
    )


def _texts(round_: Round, section: RoundText.Section) -> list[RoundText]:
    return list(round_.texts.filter(section=section).order_by("position"))


def _proposals(round_: Round, section: RoundText.Section, figures: _Figures) -> tuple[doc.ProposalItem, ...]:
    return tuple(doc.ProposalItem(title=row.title, text=figures.text(row.text)) for row in _texts(round_, section))


def _adjustments(round_: Round) -> list[Adjustment]:
    """Adjustments that this round's report proposes: those made while the evaluated version was in force."""
    version = round_.plan_version
    rows = Adjustment.objects.filter(plan=version.plan).exclude(
        state__in=[Adjustment.State.WITHDRAWN, Adjustment.State.REJECTED]
    )
    following = version.plan.versions.filter(number__gt=version.number).order_by("number").first()
    rows = rows.filter(proposed_on__gte=max(version.effective_on, round_.opens_on))
    if following is not None:
        rows = rows.filter(proposed_on__lte=following.effective_on)
    return list(rows.order_by("number"))


def _adjustment_row(row: Adjustment) -> doc.AdjustmentRow:
    return doc.AdjustmentRow(
        number=str(row.number),
        kind=row.get_kind_display(),
        task=row.task_code,
        old=row.old_text,
        new=row.new_text,
        reason=row.reason,
        basis=row.basis,
        approver=person_name(row.approver) if row.approver else row.get_state_display(),
        decided_on=row.decided_on,
    )


def person_name(username: str) -> str:
    """The name of who holds the account ``username``; the account's name itself when it is gone."""
    found = access.User.objects.filter(username=username).select_related("person").first()
    return username if found is None else found.display_name


def _task_row(task: Task, state: TaskStatus | None, towns: set[str]) -> doc.TaskListRow:
    return doc.TaskListRow(
        code=task.code,
        title=task.title_zh,
        requirement=task.requirement,
        lead=_short(task.lead_unit),
        support="、".join(_names(task.support_units.all(), towns)),
        due=chinese_date(task.due_on),
        status=str(display.TASK_TEXT[state]) if state else "未报送",
    )


def _gaps(
    tasks: list[Task], judged: list[Judged], contents: dict[str, list[tuple[HandIn, HandInContent]]]
) -> Iterable[doc.GapRow]:
    for task in tasks:
        if task.code not in contents:
            yield doc.GapRow(
                code=task.code, name=task.title_zh, unit_name=_short(task.lead_unit), what="未报送或未采纳进展"
            )
    for row in judged:
        item = row.indicator
        if row.value is None:
            yield doc.GapRow(code=item.code, name=item.name_zh, unit_name=_short(item.lead_unit), what="没有数据")
        elif not row.value.as_of_stated:
            yield doc.GapRow(
                code=item.code, name=item.name_zh, unit_name=_short(row.value.unit), what="填报时未写明数据截止日期"
            )


def _short(unit: Unit) -> str:
    """The unit as colleagues call it: full names of twenty units would fill a table's page."""
    return unit.short_zh or unit.name_zh


def _names(units: Iterable[Unit], towns: set[str]) -> list[str]:
    """Short names of ``units``; when every town of the district is among them they are written as 各镇街."""
    rows = list(units)
    if not towns or not towns <= {unit.code for unit in rows}:
        return [_short(unit) for unit in rows]
    return [*(_short(unit) for unit in rows if unit.code not in towns), "各镇街"]


def _district_name() -> str:
    return orgs.units(kind="district").get().name_zh
