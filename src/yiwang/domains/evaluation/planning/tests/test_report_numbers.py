"""The numbers of the written report: where each comes from, and that its link shows it again later."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone, translation

from yiwang.domains.evaluation.planning.judgement import judge, thresholds_on
from yiwang.domains.evaluation.planning.models import Indicator, IndicatorValue, Round
from yiwang.domains.evaluation.planning.report.context import FigureRef
from yiwang.domains.evaluation.planning.report.plain_text import as_text
from yiwang.domains.evaluation.planning.selectors import handins, values
from yiwang.domains.evaluation.planning.selectors import plan as plans
from yiwang.domains.evaluation.planning.selectors.report import report_context
from yiwang.domains.evaluation.planning.selectors.report_numbers import COUNTED, DEFAULT_OVERALL, Figures
from yiwang.domains.evaluation.planning.selectors.values import Judged
from yiwang.domains.evaluation.planning.tests.factory import (
    AS_OF,
    World,
    accept_all,
    correct,
    hand_in_for,
    make_round,
    make_world,
)
from yiwang.domains.evaluation.planning.tests.pages import browser
from yiwang.lib.clock import at_noon, local_date

pytestmark = pytest.mark.django_db

KNOWN_ON = date(2023, 8, 1)
WAY = "现值与基期值之差除以目标值与基期值之差"


@pytest.fixture(autouse=True)
def home(settings: Any, tmp_path: Path) -> Path:
    """A state folder of the test's own."""
    settings.YIWANG_HOME = tmp_path
    return tmp_path


@pytest.fixture
def world() -> World:
    return make_world()


@pytest.fixture
def round_(world: World) -> Round:
    found = make_round(world)
    accept_all(world, found)
    return found


def figures(round_: Round) -> Figures:
    judged = values.judge_all(round_.plan_version, round_.as_of, KNOWN_ON)
    return Figures(round_, judged, handins.declared(round_), KNOWN_ON)


def row_of(round_: Round, code: str, **changes: Any) -> Judged:
    """The indicator with its value, judged anew after ``changes`` to its definition."""
    row = next(row for row in values.judge_all(round_.plan_version, round_.as_of) if row.indicator.code == code)
    for name, value in changes.items():
        setattr(row.indicator, name, value)
    assert row.value is not None
    verdict = judge(plans.facts_of(row.indicator), row.value.value, row.value.as_of, thresholds_on(row.value.as_of))
    return replace(row, judgement=verdict)


def some(figure: FigureRef | None) -> FigureRef:
    assert figure is not None
    return figure


def test_a_reported_figure_has_unit_evidence_dates_and_parts_but_no_definition(round_: Round) -> None:
    found = some(figures(round_).ref("F004"))
    assert found.url == "/evaluation/figures/F004/?as_of=2023-06-30&known_at=2023-08-01"
    assert (found.origin, found.reported_by, found.evidence) == ("reported", "公安局", "房屋编码完成率台账")
    assert (found.as_of, found.known_at, found.definition, found.snapshot) == (AS_OF, KNOWN_ON, "", "")
    assert (found.numerator, found.denominator) == ("自助机累计办结45122笔", "自助机68部")


def test_a_computed_figure_is_told_by_what_stands_behind_it(round_: Round) -> None:
    row = row_of(round_, "F002")
    assert row.value is not None
    Indicator.objects.filter(code="F004").update(origin="computed")
    item = plans.indicator(round_.plan_version, "F004")
    value = IndicatorValue(
        code="F004", origin="computed", as_of=AS_OF, value=Decimal(68), numerator=Decimal(68), rows=68,
        unit=row.value.unit, snapshot="0123456789abcdef" * 4,
    )  # fmt: skip
    judged = Judged(item, value, row.judgement)
    found = some(Figures(round_, [judged], {}, KNOWN_ON).ref("F004"))
    assert (found.origin, found.definition) == ("computed", "当日有效的自助机的条数")
    assert (found.rows, found.snapshot, found.numerator) == (68, "0123456789ab", "")
    value.denominator = Decimal("2.5")
    found = some(Figures(round_, [judged], {}, KNOWN_ON).ref("F004"))
    assert (found.numerator, found.denominator) == ("68", "2.5")


def test_figures_of_the_plan_say_whether_they_are_invented(round_: Round) -> None:
    item = plans.indicator(round_.plan_version, "F001")
    numbers = figures(round_)
    baseline, target = some(numbers.baseline(item)), some(numbers.target(item))
    assert (baseline.text, baseline.origin, baseline.as_of) == ("12", "planned", date(2020, 12, 31))
    assert (target.text, target.value, target.as_of) == ("2025年 40项", Decimal(40), date(2025, 12, 31))
    assert target.definition == "《小城数字化规划》第1版所列目标值"
    item.synthetic_target = True
    assert some(numbers.target(item)).definition.endswith("（演示拟定，并非规划原文）")
    fact = plans.indicator(round_.plan_version, "F002")
    assert numbers.baseline(fact) is None
    assert numbers.target(fact) is None


@pytest.mark.parametrize(
    ("code", "changes", "text", "definition", "parts"),
    [
        ("F001", {}, "75.00%", "现值与基期值之差除以目标值与基期值之差", ("33项减12项", "40项减12项")),
        ("F003", {}, "45.12%", "现值除以目标值", ("45122笔", "100000笔")),
        (
            "F006",
            {},
            "100.00%",
            "现值与基期值之差除以目标值与基期值之差",
            ("30个工作日减45个工作日", "30个工作日减45个工作日"),
        ),
        ("F001", {"direction": "range"}, "0.00%", "现值在目标区间内为100%，不在为0%", ("", "")),
    ],
)
def test_progress_says_how_it_is_counted(
    round_: Round, code: str, changes: dict[str, str], text: str, definition: str, parts: tuple[str, str]
) -> None:
    row = row_of(round_, code, **changes)
    found = some(figures(round_).progress(row))
    assert (found.text, found.definition, (found.numerator, found.denominator)) == (text, definition, parts)
    assert found.value == Decimal(text.removesuffix("%"))
    assert some(figures(round_).expected(row)).text.endswith("%")


def test_where_progress_is_undefined_there_is_none(round_: Round) -> None:
    row = row_of(round_, "F001", baseline=Decimal(40))
    assert figures(round_).progress(row) is None
    assert figures(round_).expected(row) is None


def test_counts_of_the_overall_judgement_open_pages_that_a_reader_may_see(world: World, round_: Round) -> None:
    runs = [run for run in figures(round_).counted_text(DEFAULT_OVERALL) if isinstance(run, FigureRef)]
    assert [run.text for run in runs] == ["49.86%", "4", "4", "0", "4", "3", "1", "0", "100.00%"]
    assert (runs[0].numerator, runs[0].denominator) == ("910天", "1825天")
    for figure in figures(round_).counts.values():
        if isinstance(figure, FigureRef):
            assert figure.definition
            assert browser(world.leader).get(figure.url).status_code == 200
    assert set(figures(round_).counts) == {"as_of", *COUNTED}


def test_other_braces_stay_as_they_are(round_: Round) -> None:
    runs = figures(round_).counted_text("{nonsense}、{as_of}和{F001}")
    assert runs[:-1] == ("{nonsense}", "、", "2023年6月30日", "和")
    assert isinstance(runs[-1], FigureRef)


def test_what_was_known_later_is_not_in_an_earlier_report(world: World, round_: Round) -> None:
    context = report_context(round_, written_at=at_noon(KNOWN_ON))
    correct(world, hand_in_for(round_, "T1-01"), {"F001": Decimal(36)}, at=at_noon(KNOWN_ON + timedelta(days=1)))
    assert (
        some(report_context(round_, written_at=at_noon(KNOWN_ON)).figures["F001"]).text == context.figures["F001"].text
    )
    assert report_context(round_).figures["F001"].text == "36项"


def test_a_link_shows_the_printed_number_after_it_was_corrected(world: World, round_: Round) -> None:
    now: datetime = timezone.now()
    figure = report_context(round_, written_at=now).figures["F001"]
    assert figure.text == "33项"
    correct(world, hand_in_for(round_, "T1-01"), {"F001": Decimal(36)}, at=now + timedelta(days=1))
    page = browser(world.leader).get(figure.url).content.decode()
    assert "<strong>33项</strong>" in page
    assert f"系统在 {local_date(now)} 已知的数值" in page


def test_the_report_is_in_chinese_whatever_its_writer_reads(round_: Round) -> None:
    with translation.override("en"):
        english = as_text(report_context(round_, written_at=at_noon(KNOWN_ON)))
    assert english == as_text(report_context(round_, written_at=at_noon(KNOWN_ON)))
    assert "达到时序" in english
