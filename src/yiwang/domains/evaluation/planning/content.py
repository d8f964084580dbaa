"""What a hand-in must hold before it can be handed in. Pure checks; each finding is a Problem with its field."""

from __future__ import annotations

from collections.abc import Iterable

from yiwang.domains.evaluation.planning import tokens
from yiwang.domains.evaluation.planning.judgement import judge, thresholds_on
from yiwang.domains.evaluation.planning.models import HandIn, Indicator
from yiwang.domains.evaluation.planning.selectors.plan import facts_of
from yiwang.domains.evaluation.planning.types import FigureEntry, HandInContent, TaskStatus
from yiwang.lib.problems import Problem
from yiwang.lib.quantities import HEDGES


def check_content(
    hand_in: HandIn,
    content: HandInContent,
    indicators: Iterable[Indicator],
    plan_codes: Iterable[str],
    evidence_for: set[str],
) -> list[Problem]:
    """Everything that stands in the way of handing ``content`` in, in the order of the page; empty when complete.

    ``evidence_for`` holds the figure codes that have an uploaded document; ``""`` is a document for the whole task.
    """
    rows = list(indicators)
    found: list[Problem] = []
    found += _check_status(content)
    found += _check_texts(content, set(plan_codes))
    known = {row.code: row for row in rows}
    for entry in content.figures:
        if entry.code not in known:
            found.append(
                Problem(
                    "figure_foreign",
                    f"{entry.code} 不是本任务的指标或数据，不能在此填报",
                    f"{entry.code} is not an indicator or fact of this task.",
                    field=f"figure-{entry.code}-value",
                )
            )
    for row in rows:
        found += _check_figure(hand_in, row, content.figure(row.code), evidence_for)
    return found


def _check_status(content: HandInContent) -> list[Problem]:
    try:
        status = TaskStatus(content.status)
    except ValueError:
        return [Problem("status_missing", "请选择任务进展状态", "Choose the state of the task.", field="status")]
    missing = []
    if status.is_laggard:
        if not content.problems.strip():
            missing.append(("problems", "存在问题", "the problems"))
        if not content.measures.strip():
            missing.append(("measures", "下一步措施", "the measures"))
    return [
        Problem(
            "laggard_unexplained",
            f"任务进展滞后，请写明“{zh}”",
            f"The task lags: write {en}.",
            field=name,
        )
        for name, zh, en in missing
    ]


def _check_texts(content: HandInContent, plan_codes: set[str]) -> list[Problem]:
    found = []
    if not content.progress.strip():
        found.append(Problem("progress_missing", "请填写进展情况", "Write what has been done.", field="progress"))
    for field, label in (("progress", "进展情况"), ("problems", "存在问题"), ("measures", "下一步措施")):
        try:
            tokens.check(getattr(content, field), plan_codes, field, label)
        except Problem as problem:
            found.append(problem)
    return found


def _check_figure(hand_in: HandIn, row: Indicator, entry: FigureEntry | None, evidence_for: set[str]) -> list[Problem]:
    name, field = f"{row.code} {row.name_zh}", f"figure-{row.code}"
    if entry is None or entry.value is None:
        if entry is not None and entry.note.strip():
            return []
        return [
            Problem(
                "figure_missing",
                f"{name}：请填数值；确实没有的，在备注里写明原因",
                f"{row.code}: enter the value, or say in the note why there is none.",
                field=f"{field}-value",
            )
        ]
    found = []
    if entry.hedge and entry.hedge not in HEDGES:
        found.append(
            Problem(
                "figure_hedge",
                f"{name}：限定词“{entry.hedge}”不在可选范围",
                f'{row.code}: the hedge "{entry.hedge}" is not one of the choices.',
                field=f"{field}-hedge",
            )
        )
    as_of = hand_in.round.as_of
    if entry.as_of is None:
        found.append(
            Problem(
                "figure_no_date", f"{name}：请填数据截止日期", f"{row.code}: give the date.", field=f"{field}-as_of"
            )
        )
    elif entry.as_of > as_of and row.kind != Indicator.TARGET:
        found.append(
            Problem(
                "figure_after_round",
                f"{name}：数据截止日期 {entry.as_of} 晚于本轮评估的 {as_of}",
                f"{row.code}: its date {entry.as_of} is after the round's {as_of}.",
                field=f"{field}-as_of",
            )
        )
    if entry.as_of and entry.period_start and entry.period_start > entry.as_of:
        found.append(
            Problem(
                "figure_period",
                f"{name}：起始日期 {entry.period_start} 晚于截止日期 {entry.as_of}",
                f"{row.code}: its period starts on {entry.period_start}, after its end {entry.as_of}.",
                field=f"{field}-period_start",
            )
        )
    if not entry.evidence.strip() and not evidence_for & {"", row.code}:
        found.append(
            Problem(
                "figure_no_evidence",
                f"{name}：请写明数据来源，或上传佐证材料",
                f"{row.code}: name the source or upload evidence.",
                field=f"{field}-evidence",
            )
        )
    return found + _check_laggard(row, entry, field, name)


def _check_laggard(row: Indicator, entry: FigureEntry, field: str, name: str) -> list[Problem]:
    if entry.as_of is None:
        return []
    verdict = judge(facts_of(row), entry.value, entry.as_of, thresholds_on(entry.as_of))
    if not verdict.status.is_laggard or (entry.cause.strip() and entry.remedy.strip()):
        return []
    return [
        Problem(
            "indicator_unexplained",
            f"{name}：{verdict.zh}，属于滞后，请写明原因和整改措施",
            f"{row.code} lags ({verdict.en}): write the cause and the measure.",
            field=f"{field}-cause" if not entry.cause.strip() else f"{field}-remedy",
        )
    ]
