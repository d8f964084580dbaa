"""Which metric a figure of a report is, and whether the metric's value is what is printed: with stubbed values."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from yiwang.domains.evaluation.reportcheck.engine.model import Figure, Report
from yiwang.domains.evaluation.reportcheck.engine.understand import understand
from yiwang.domains.evaluation.reportcheck.records import agrees, day_of, judged, metric_of, names
from yiwang.kernel.metrics.types import Count, Metric, Selection, Value

DAY = date(2023, 6, 30)
COUNT = Count(Selection("s05.kiosk", "standing"))
KIOSKS = Metric("s05.kiosks", "自助机", "Kiosks", "部", COUNT, figure="F004")
PER_KIOSK = Metric("s05.per-kiosk", "台均业务量", "Per kiosk", "笔/台", COUNT, COUNT, places=2)
FINES = Metric("s28.fines", "行政处罚金额", "Fines", "元", COUNT)
RATE = Metric("s31.activation", "激活率", "Activation", "%", COUNT, COUNT, percent=True, places=2)
USERS = Metric("s04.citizens", "粤省事实名注册用户", "Users", "人", COUNT)
STREETS = Metric("s21.streets", "街路巷", "Streets", "条", COUNT)
METRICS = (KIOSKS, PER_KIOSK, FINES, RATE, USERS, STREETS)


def only(text: str) -> tuple[Report, Figure]:
    """The last figure of a text."""
    report = understand(text)
    return report, report.figures[-1]


def matched(text: str) -> str:
    metric = metric_of(*only(text), names(METRICS))
    return metric.code if metric else ""


def value(metric: Metric, top: str, bottom: str | None = None, told: str = "") -> Value:
    return Value(metric, DAY, None, Decimal(top), Decimal(bottom) if bottom else None, Decimal(told or top), 1)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("全区安装“粤智助”政务服务自助机68部。", "s05.kiosks"),
        ("全区安装自助机68台。", "s05.kiosks"),
        ("渔港巡查查处违规渔船93艘，行政处罚136.84万元。", "s28.fines"),
        ("“粤政易”推广到各单位，激活率99.66%。", "s31.activation"),
        ("“粤省事”实名注册用户数约29.90万人。", "s04.citizens"),
        ("整理标准地址241627条，其中街路巷7399条。", "s21.streets"),
        # The unit is another, the platform is another, or another thing is counted.
        ("自助机办结业务68笔。", ""),
        ("某平台激活率99.66%。", ""),
        ("新增自助机12部。", ""),
        ("自助机68部，其中24小时自助机12部。", ""),
        ("马宫街道自助机12部。", ""),
        ("下一步，力争到2025年安装自助机90部。", ""),
        ("建成书屋45个。", ""),
    ],
)
def test_a_figure_is_known_by_name_unit_and_context(text: str, code: str) -> None:
    assert matched(text) == code


def test_all_towns_together_are_the_district() -> None:
    assert matched("各镇（街道）安装自助机68部。") == "s05.kiosks"


@pytest.mark.parametrize(
    ("text", "counted", "right"),
    [
        ("自助机68部。", value(KIOSKS, "68"), True),
        ("自助机68部。", value(KIOSKS, "69"), False),
        ("自助机近70部。", value(KIOSKS, "68"), True),
        ("自助机60余部。", value(KIOSKS, "68"), True),
        ("违规渔船行政处罚136.84万元。", value(FINES, "1368449"), True),
        ("违规渔船行政处罚136.84万元。", value(FINES, "1368460"), False),
        ("违规渔船行政处罚约137万元。", value(FINES, "1368460"), True),
        ("粤政易激活率99.7%。", value(RATE, "8994", "9025", "99.66"), True),
        ("粤政易激活率99.65%。", value(RATE, "8994", "9025", "99.66"), False),
        ("台均业务量663.56笔/台。", value(PER_KIOSK, "45122", "68", "663.56"), True),
        ("“粤省事”实名注册用户数约29.90万人。", value(USERS, "298977"), True),
        ("“粤省事”实名注册用户数29.90万人。", value(USERS, "298400"), False),
    ],
)
def test_a_value_is_right_to_the_precision_that_is_printed(text: str, counted: Value, right: bool) -> None:
    _, figure = only(text)
    assert agrees(figure, counted) is right


def test_the_day_is_the_stated_one_and_the_asked_one_where_none_is_stated() -> None:
    _, stated = only("截至2023年6月30日，全区有自助机68部。")
    asked = date(2024, 1, 1)
    assert day_of(stated, asked) == DAY
    assert day_of(replace(stated, date_source="inferred"), asked) == asked
    assert day_of(replace(stated, date_source="inferred"), None) == DAY


def test_what_is_told_of_a_figure() -> None:
    _, figure = only("截至2023年6月30日，全区有自助机68部。")
    cases: list[tuple[Callable[[], object], str]] = [
        (lambda: judged(figure, KIOSKS, DAY, value(KIOSKS, "68")).status, "confirmed"),
        (lambda: judged(figure, KIOSKS, DAY, value(KIOSKS, "70")).status, "differs"),
        (lambda: judged(figure, None, DAY, None).status, "no_metric"),
        (lambda: judged(figure, KIOSKS, DAY, None).status, "no_value"),
        (lambda: judged(figure, KIOSKS, None, None).status, "no_value"),
        (lambda: judged(figure, RATE, DAY, replace(value(RATE, "0", "1"), value=None)).status, "no_value"),
    ]
    assert [made() for made, _ in cases] == [status for _, status in cases]
    told = judged(figure, KIOSKS, DAY, value(KIOSKS, "70")).to_json()
    assert (told["text"], told["value"], told["unit"], told["as_of"], told["figure"]) == (
        "68部", "70", "部", "2023-06-30", "F004",
    )  # fmt: skip


def test_the_real_report_is_matched_with_every_metric_and_no_other(real_report: Path) -> None:
    """Each of the 41 metrics finds the figure that it answers: same published value, and none takes another's."""
    import csv

    from yiwang.kernel.metrics.api import metrics

    report = understand((real_report / "midterm-report.txt").read_text("utf-8"))
    with (real_report / "figures.csv").open(encoding="utf-8", newline="") as stream:
        published = {row["id"]: Decimal(row["value"]) for row in csv.DictReader(stream)}
    money = {"F100": Decimal(10) ** 4}
    found: dict[str, set[Decimal]] = {}
    for figure in report.figures:
        metric = metric_of(report, figure, names(metrics()))
        if metric is not None:
            found.setdefault(metric.figure, set()).add(figure.value)
    wanted = {metric.figure: {published[metric.figure] * money.get(metric.figure, 1)} for metric in metrics()}
    print(f"\nreal report: metrics matched with their figures {len(found)}/{len(wanted)}")
    assert found == wanted
