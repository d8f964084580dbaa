"""What a hand-in must hold before it can be handed in. Pure checks; each finding is a Problem with its field."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal

from yiwang.domains.evaluation.planning import display, tokens
from yiwang.domains.evaluation.planning.judgement import judge, thresholds_on
from yiwang.domains.evaluation.planning.models import HandIn, Indicator, IndicatorValue
from yiwang.domains.evaluation.planning.selectors.plan import facts_of
from yiwang.domains.evaluation.planning.selectors.values import disputed
from yiwang.domains.evaluation.planning.types import FigureEntry, HandInContent, TaskStatus
from yiwang.lib.problems import Problem
from yiwang.lib.quantities import HEDGES


def check_content(
    hand_in: HandIn,
    content: HandInContent,
    indicators: Iterable[Indicator],
    plan_codes: Iterable[str],
    evidence_for: set[str],
    computed: Mapping[str, IndicatorValue],
) -> list[Problem]:
    """Everything that stands in the way of handing ``content`` in, in the order of the page; empty when complete.

    ``evidence_for`` holds the figure codes that have an uploaded document; ``""`` is a document for the whole task.
    ``computed`` is what the records say, by code: such a figure need not be given, and who gives another number gives
    a reason and evidence with it 异议须附理由和佐证.
    """
    rows = list(indicators)
    found: list[Problem] = []
    found += _check_status(content)
    found += _check_texts(content, set(plan_codes))
    known = {row.code: row for row in rows}
    for given in content.figures:
        if given.code not in known:
            found.append(
                Problem(
                    "figure_foreign",
                    f"{given.code} 不是本任务的指标或数据，不能在此填报",
                    f"{given.code} is not an indicator or fact of this task.",
                    field=f"figure-{given.code}-value",
                )
            )
    for row in rows:
        entry, counted = content.figure(row.code), computed.get(row.code)
        if counted is None:
            found += _check_figure(hand_in, row, entry, evidence_for)
        else:
            found += _check_counted(hand_in, row, entry, evidence_for, counted)
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
    found = _check_given(hand_in, row, entry, name)
    if _lacks_evidence(row, entry, evidence_for):
        found.append(
            Problem(
                "figure_no_evidence",
                f"{name}：请写明数据来源，或上传佐证材料",
                f"{row.code}: name the source or upload evidence.",
                field=f"{field}-evidence",
            )
        )
    return found + _check_laggard(row, entry, entry.value, entry.as_of, name)


def _check_counted(
    hand_in: HandIn, row: Indicator, entry: FigureEntry | None, evidence_for: set[str], counted: IndicatorValue
) -> list[Problem]:
    """A figure that the records tell: what they tell is judged, whatever the unit gives beside it."""
    name, field = f"{row.code} {row.name_zh}", f"figure-{row.code}"
    found = []
    if entry is not None and entry.value is not None:
        found = _check_given(hand_in, row, entry, name)
        if disputed(row, counted, entry):
            said = display.value_text(row, counted)
            if not entry.note.strip():
                found.append(
                    Problem(
                        "figure_disagrees",
                        f"{name}：填报与记录计算的 {said} 不一致，请在备注里写明理由；没有异议请清空数值",
                        f"{row.code}: the records say {said}; say in the note why yours differs, or leave it empty.",
                        field=f"{field}-note",
                    )
                )
            if _lacks_evidence(row, entry, evidence_for):
                found.append(
                    Problem(
                        "figure_no_evidence",
                        f"{name}：填报与记录计算的 {said} 不一致，请写明数据来源，或上传佐证材料",
                        f"{row.code}: the records say {said}; name your source or upload evidence.",
                        field=f"{field}-evidence",
                    )
                )
    return found + _check_laggard(row, entry, counted.value, counted.as_of, name)


def _lacks_evidence(row: Indicator, entry: FigureEntry, evidence_for: set[str]) -> bool:
    return not entry.evidence.strip() and not evidence_for & {"", row.code}


def _check_given(hand_in: HandIn, row: Indicator, entry: FigureEntry, name: str) -> list[Problem]:
    """Hedge and dates of a number that is given."""
    field = f"figure-{row.code}"
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
    return found


def _check_laggard(
    row: Indicator, entry: FigureEntry | None, value: Decimal | None, as_of: date | None, name: str
) -> list[Problem]:
    if as_of is None:
        return []
    verdict = judge(facts_of(row), value, as_of, thresholds_on(as_of))
    cause, remedy = ("", "") if entry is None else (entry.cause.strip(), entry.remedy.strip())
    if not verdict.status.is_laggard or (cause and remedy):
        return []
    return [
        Problem(
            "indicator_unexplained",
            f"{name}：{verdict.zh}，属于滞后，请写明原因和整改措施",
            f"{row.code} lags ({verdict.en}): write the cause and the measure.",
            field=f"figure-{row.code}-remedy" if cause else f"figure-{row.code}-cause",
        )
    ]
