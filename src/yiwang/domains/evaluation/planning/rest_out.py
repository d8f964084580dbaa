"""Records of S45 as its REST interface shows them. Pure but for what the rows bring along."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from yiwang.domains.evaluation.planning import display, judgement
from yiwang.domains.evaluation.planning.models import (
    Adjustment,
    Evidence,
    HandIn,
    HandInVersion,
    Indicator,
    IndicatorValue,
    PlanVersion,
    ReportFile,
    Round,
    Task,
)
from yiwang.domains.evaluation.planning.rest_schemas import (
    AdjustmentOut,
    ChangeOut,
    ContentFigureOut,
    ContentOut,
    EvidenceOut,
    FigureOut,
    HandInOut,
    HandInRow,
    HandInVersionOut,
    JudgementOut,
    MeasureOut,
    QuantityOut,
    ReportOut,
    RoundOut,
    StepOut,
    TargetOut,
    TaskOut,
    UnitNameOut,
    ValueOut,
    VersionOut,
    WordsOut,
)
from yiwang.domains.evaluation.planning.types import HandInContent, Judgement, TaskStatus, TextChange
from yiwang.kernel.orgs.api import Unit
from yiwang.lib.quantities import format_value
from yiwang.lib.units import digits, to_base


def quantity(indicator: Indicator, value: Decimal, hedge: str = "") -> QuantityOut:
    """A number of ``indicator`` in base units and as shown."""
    base = to_base(value, indicator.unit)
    shown = format_value(display.tidy(value), indicator.unit, indicator.decimals, hedge)
    return QuantityOut(value=base.digits, unit=base.unit, shown=shown)


def unit_out(row: Unit) -> UnitNameOut:
    """A unit."""
    return UnitNameOut(code=row.code, name_zh=row.name_zh, name_en=row.name_en)


def version_out(row: PlanVersion) -> VersionOut:
    """A version."""
    return VersionOut(number=row.number, effective_on=row.effective_on, note=row.note, created_at=row.created_at)


def task_out(row: Task, state: TaskStatus | None) -> TaskOut:
    """A task with its declared state."""
    return TaskOut(
        code=row.code,
        chapter=row.chapter.number,
        title_zh=row.title_zh,
        title_en=row.title_en,
        requirement=row.requirement,
        lead_unit=unit_out(row.lead_unit),
        support_units=[unit_out(unit) for unit in row.support_units.all()],
        systems=list(row.systems),
        starts_on=row.starts_on,
        due_on=row.due_on,
        state=state,
        measures=[MeasureOut(code=measure.code, text=measure.text) for measure in row.measures.all()],
    )


def change_out(row: TextChange) -> ChangeOut:
    """A line of a comparison."""
    return ChangeOut(
        kind=row.kind,
        what=row.what,
        code=row.code,
        title=row.title,
        old=row.old,
        new=row.new,
        words=[WordsOut(kind=kind, text=text) for kind, text in row.words],
    )


def value_out(indicator: Indicator, row: IndicatorValue) -> ValueOut:
    """A value."""
    return ValueOut(
        quantity=quantity(indicator, row.value, row.hedge),
        origin=row.origin,
        numerator=None if row.numerator is None else digits(row.numerator),
        denominator=None if row.denominator is None else digits(row.denominator),
        rows=row.rows,
        snapshot=row.snapshot or None,
        hedge=row.hedge,
        as_of=row.as_of,
        as_of_stated=row.as_of_stated,
        is_target=row.is_target,
        period_start=row.period_start,
        reported_by=unit_out(row.unit),
        evidence=row.evidence,
        note=row.note,
        recorded_at=row.recorded_at,
        superseded_at=row.superseded_at,
        synthetic=row.synthetic,
    )


def judgement_out(verdict: Judgement) -> JudgementOut:
    """A judgement."""

    def share(value: Decimal | None) -> str | None:
        return None if value is None else str(judgement.percent(value))

    return JudgementOut(
        status=verdict.status.value,
        progress=share(verdict.progress),
        expected=share(verdict.expected),
        time=share(verdict.time),
        binding_behind=verdict.binding_behind,
        zh=verdict.zh,
        en=verdict.en,
    )


def figure_out(row: Indicator, value: IndicatorValue | None, verdict: Judgement | None) -> FigureOut:
    """A figure with its value and, where the reader may see it, its judgement."""
    return FigureOut(
        code=row.code,
        name_zh=row.name_zh,
        name_en=row.name_en,
        task=row.task.code,
        chapter=row.task.chapter.number,
        unit=row.unit,
        kind=row.kind,
        nature=row.nature,
        direction=row.direction,
        origin=row.origin,
        is_fact=row.is_fact,
        relation=row.relation,
        weight=f"{display.tidy(row.weight):f}",
        lead_unit=unit_out(row.lead_unit),
        baseline=None if row.baseline is None else quantity(row, row.baseline),
        targets=[
            TargetOut(
                year=target.year,
                value=quantity(row, target.value),
                upper=None if target.upper is None else quantity(row, target.upper),
            )
            for target in row.targets.all()
        ],
        synthetic_target=row.synthetic_target,
        value=None if value is None else value_out(row, value),
        judgement=None if verdict is None else judgement_out(verdict),
    )


def round_out(row: Round) -> RoundOut:
    """A round with its schedule."""
    return RoundOut(
        id=row.pk,
        title=row.title,
        as_of=row.as_of,
        opens_on=row.opens_on,
        due_on=row.due_on,
        state=row.state,
        plan_version=row.plan_version.number,
        work_plan=row.work_plan,
        closed_at=row.closed_at,
        steps=[StepOut(title=step.title, starts_on=step.starts_on, ends_on=step.ends_on) for step in row.steps.all()],
    )


def hand_in_row(row: HandIn) -> HandInRow:
    """A hand-in in a list."""
    return HandInRow(**_hand_in_fields(row))


def hand_in_out(
    row: HandIn,
    indicators: dict[str, Indicator],
    draft: HandInContent | None,
    versions: list[HandInVersion],
    evidence: list[Evidence],
) -> HandInOut:
    """A hand-in whole; ``indicators`` by code say the units of its figures."""
    return HandInOut(
        **_hand_in_fields(row),
        draft=None if draft is None else _content_out(draft, indicators),
        versions=[
            HandInVersionOut(
                number=version.number,
                submitted_at=version.submitted_at,
                submitted_by=version.submitted_by,
                decision=version.decision,
                decided_at=version.decided_at,
                decided_by=version.decided_by,
                reason=version.reason,
                content=_content_out(HandInContent.from_json(version.content), indicators),
            )
            for version in versions
        ],
        evidence=[
            EvidenceOut(
                id=paper.pk,
                figure=paper.figure_code,
                title=paper.title,
                filename=paper.file.filename,
                sha256=paper.file.sha256,
                size=paper.file.size,
            )
            for paper in evidence
        ],
    )


def adjustment_out(row: Adjustment) -> AdjustmentOut:
    """An adjustment."""
    return AdjustmentOut(
        number=row.number,
        kind=row.kind,
        task=row.task_code,
        measure=row.measure_code,
        old_text=row.old_text,
        new_text=row.new_text,
        reason=row.reason,
        basis=row.basis,
        unit=unit_out(row.unit),
        state=row.state,
        proposed_on=row.proposed_on,
        proposed_by=row.proposed_by,
        approver=row.approver,
        decided_on=row.decided_on,
        decision_note=row.decision_note,
        resulting_version=None if row.resulting_version is None else row.resulting_version.number,
    )


def report_out(row: ReportFile, url: str) -> ReportOut:
    """A written report."""
    return ReportOut(
        number=row.number,
        written_at=row.written_at,
        written_by=row.written_by,
        gaps=row.gaps,
        filename=row.file.filename,
        sha256=row.file.sha256,
        size=row.file.size,
        url=url,
    )


def _hand_in_fields(row: HandIn) -> dict[str, Any]:
    return {
        "id": row.pk,
        "round": row.round_id,
        "task": row.task_code,
        "unit": unit_out(row.unit),
        "state": row.state,
        "due_on": row.due_on,
        "revision": row.revision,
        "updated_at": row.updated_at,
    }


def _content_out(content: HandInContent, indicators: dict[str, Indicator]) -> ContentOut:
    return ContentOut(
        status=content.status,
        progress=content.progress,
        problems=content.problems,
        measures=content.measures,
        figures=[
            ContentFigureOut(
                code=entry.code,
                quantity=None
                if entry.value is None or entry.code not in indicators
                else quantity(indicators[entry.code], entry.value, entry.hedge),
                as_of=entry.as_of,
                period_start=entry.period_start,
                hedge=entry.hedge,
                evidence=entry.evidence,
                note=entry.note,
                cause=entry.cause,
                remedy=entry.remedy,
                remedy_due=entry.remedy_due,
            )
            for entry in content.figures
        ],
    )
