"""Everything that the written report says, gathered from a round."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from django.conf import settings
from django.utils import timezone, translation

from yiwang.domains.evaluation.planning import display
from yiwang.domains.evaluation.planning.models import Adjustment, HandIn, ReportFile, Round, RoundText, Task
from yiwang.domains.evaluation.planning.report import context as doc
from yiwang.domains.evaluation.planning.selectors import handins, values
from yiwang.domains.evaluation.planning.selectors import plan as plans
from yiwang.domains.evaluation.planning.selectors.report_numbers import (
    DEFAULT_OVERALL,
    Figures,
    Page,
    page_of,
    short_name,
)
from yiwang.domains.evaluation.planning.selectors.values import Judged
from yiwang.domains.evaluation.planning.types import HandInContent, Status, TaskStatus
from yiwang.kernel.access import api as access
from yiwang.kernel.orgs import api as orgs
from yiwang.kernel.orgs.api import Unit
from yiwang.lib.clock import local_date
from yiwang.lib.problems import Problem
from yiwang.lib.zh_numbers import chinese_date


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
    """The report's content as of the round's date, from accepted hand-ins and the bureau's texts.

    Figures are those known at the end of the day of ``written_at`` (default: now), which their links name; of a closed
    round those that were known when it was closed. The report is in Chinese, whatever language its writer reads.
    """
    with translation.override("zh-hans"):
        return _context(round_, written_at or timezone.now())


def _context(round_: Round, moment: datetime) -> doc.ReportContext:
    version = round_.plan_version
    known: date | datetime = round_.closed_at or local_date(moment)
    judged = values.judge_all(version, round_.as_of, known)
    contents = handins.accepted_contents(round_)
    declared = handins.declared(round_)
    figures = Figures(round_, judged, declared, local_date(round_.closed_at or moment))
    tasks = list(plans.tasks(version))
    towns = set(orgs.units(kind="town").values_list("code", flat=True))
    return doc.ReportContext(
        district=_district_name(),
        plan_title=version.plan.title_zh,
        round_title=round_.title,
        as_of=round_.as_of,
        generated_at=moment,
        known_at=round_.closed_at or moment,
        plan_version=version.number,
        base_url=settings.YIWANG_BASE_URL,
        indicators_url=page_of(round_, Page.INDICATORS),
        figures_url=page_of(round_, Page.FIGURES),
        tasks_url=page_of(round_, Page.TASKS),
        judgement=doc.OverallJudgement(paragraphs=_overall(round_, figures)),
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
            doc.FactRow(figure=ref, kind_text=row.origin_text)
            for row in sorted(judged, key=lambda row: row.indicator.code)
            if (ref := figures.ref(row.indicator.code)) is not None
        ),
        compiled_by=_district_name(),
        is_demo=bool(version.plan.synthetic_note),
    )


def _overall(round_: Round, figures: Figures) -> tuple[doc.Text, ...]:
    sources = [row.text for row in _texts(round_, RoundText.Section.OVERALL)] or [DEFAULT_OVERALL]
    return tuple(figures.counted_text(source) for source in sources)


def _chapters(
    round_: Round,
    tasks: list[Task],
    contents: dict[str, list[tuple[HandIn, HandInContent]]],
    declared: dict[str, TaskStatus],
    figures: Figures,
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
    figures: Figures,
    towns: set[str],
) -> doc.TaskSection:
    def joined(field: str) -> str:
        return "\n".join(text for content in contents if (text := getattr(content, field).strip()))

    state = declared.get(task.code)
    return doc.TaskSection(
        code=task.code,
        title=task.title_zh,
        status=state,
        status_text=str(display.TASK_TEXT[state]) if state else "未报送",
        progress=figures.optional(joined("progress")) or ("〔未报送〕",),
        problems=figures.optional(joined("problems")),
        measures=figures.optional(joined("measures")),
        lead_unit=short_name(task.lead_unit),
        support_units=tuple(_names(task.support_units.all(), towns)),
    )


def _indicator_row(row: Judged, figures: Figures) -> doc.IndicatorRow:
    item, verdict = row.indicator, row.judgement
    return doc.IndicatorRow(
        code=item.code,
        name=item.name_zh,
        chapter=item.task.chapter.number,
        unit=item.unit,
        baseline=figures.baseline(item),
        target=figures.target(item),
        value=figures.ref(item.code),
        progress=figures.progress(row),
        expected=figures.expected(row),
        status=verdict.status,
        status_text=str(display.STATUS_TEXT[verdict.status]),
        lead_unit=short_name(item.lead_unit),
        origin_text=row.origin_text,
        nature_text=item.get_nature_display(),
    )


def _texts(round_: Round, section: RoundText.Section) -> list[RoundText]:
    return list(round_.texts.filter(section=section).order_by("position"))


def _proposals(round_: Round, section: RoundText.Section, figures: Figures) -> tuple[doc.ProposalItem, ...]:
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
        lead=short_name(task.lead_unit),
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
                code=task.code, name=task.title_zh, unit_name=short_name(task.lead_unit), what="未报送或未采纳进展"
            )
    for row in judged:
        item = row.indicator
        if row.value is None:
            yield doc.GapRow(code=item.code, name=item.name_zh, unit_name=short_name(item.lead_unit), what="没有数据")
        elif row.is_disputed and row.reported is not None:
            stated = display.value_text(item, row.reported)
            yield doc.GapRow(
                code=item.code,
                name=item.name_zh,
                unit_name=short_name(row.reported.unit),
                what=f"单位填报{stated}，与记录计算的{display.value_text(item, row.value)}不一致",
            )
        elif not row.value.as_of_stated:
            yield doc.GapRow(
                code=item.code, name=item.name_zh, unit_name=short_name(row.value.unit), what="填报时未写明数据截止日期"
            )


def _names(units: Iterable[Unit], towns: set[str]) -> list[str]:
    """Short names of ``units``; when every town of the district is among them they are written as 各镇街."""
    rows = list(units)
    if not towns or not towns <= {unit.code for unit in rows}:
        return [short_name(unit) for unit in rows]
    return [*(short_name(unit) for unit in rows if unit.code not in towns), "各镇街"]


def _district_name() -> str:
    return orgs.units(kind="district").get().name_zh
