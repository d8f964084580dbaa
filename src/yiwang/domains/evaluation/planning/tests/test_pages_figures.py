"""Pages of figures: the table and one figure, by role and by both clocks."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from yiwang.domains.evaluation.planning.charts import Point, path_chart
from yiwang.domains.evaluation.planning.models import Indicator, Round
from yiwang.domains.evaluation.planning.tests import factory
from yiwang.domains.evaluation.planning.tests.factory import World
from yiwang.kernel.access.api import User
from yiwang.lib.clock import at_noon

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return factory.make_world()


@pytest.fixture
def evaluated(world: World) -> Round:
    round_ = factory.make_round(world)
    factory.accept_all(world, round_)
    return round_


@pytest.fixture
def corrected(world: World, evaluated: Round) -> Round:
    """33 was known from 2023-06-30, 31 from 2023-09-01."""
    factory.correct(
        world,
        factory.hand_in_for(evaluated, "T1-01"),
        {"F001": Decimal(31)},
        at=at_noon(date(2023, 9, 1)),
    )
    return evaluated


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def text(user: User, name: str, *args: Any, **query: Any) -> str:
    answer = browser(user).get(reverse(name, args=args), query)
    assert answer.status_code == 200, answer.content.decode()[:2000]
    return answer.content.decode()


def big(page: str) -> str:
    """The figure's value in large type."""
    return page.split('<p class="big-value', 1)[1].split("<strong>", 1)[1].split("</strong>", 1)[0]


def test_the_table_shows_every_figure_with_value_date_target_and_unit(world: World, evaluated: Round) -> None:
    page = text(world.viewer, "s45:indicators")
    for word in (
        "F001",
        "33项",
        "68部",
        "36.51%",
        "51209万元",
        "2023-06-30",
        "2025年 40项",
        "公安局",
        "共 6 条",
        "约束性",
    ):
        assert word in page


def test_judgement_columns_are_for_those_who_may_judge(world: World, evaluated: Round) -> None:
    assert "严重滞后</span>" in text(world.bureau, "s45:indicators")
    assert "严重滞后</span>" in text(world.liaison_police, "s45:indicators")
    assert "严重滞后</span>" not in text(world.liaison_data, "s45:indicators")
    page = text(world.viewer, "s45:indicators")
    assert "严重滞后" not in page
    assert 'id="figure-status"' not in page


def test_filters_and_order_come_from_the_address(world: World, evaluated: Round) -> None:
    page = text(world.bureau, "s45:indicators", kind="fact", chapter=2)
    assert "F005</span>" in page
    assert "F006</span>" not in page
    serious = text(world.bureau, "s45:indicators", status="serious")
    assert "F004</span>" in serious
    assert "F001</span>" not in serious
    down = text(world.bureau, "s45:indicators", sort="-code")
    assert down.index("F006</span>") < down.index("F001</span>")
    assert "没有符合条件的指标或数据" in text(world.bureau, "s45:indicators", q="没有的事")


def test_the_table_answers_htmx_with_the_list_only(world: World) -> None:
    answer = browser(world.bureau).get(reverse("s45:indicators"), headers={"HX-Request": "true"})
    assert answer.content.decode().strip().startswith('<div id="indicator-list">')


def test_the_table_as_of_a_date_as_known_on_a_date(world: World, corrected: Round) -> None:
    now = text(world.viewer, "s45:indicators")
    then = text(world.viewer, "s45:indicators", as_of="2023-06-30", known_at="2023-07-01")
    before = text(world.viewer, "s45:indicators", as_of="2023-06-29")
    assert "31项</a>" in now
    assert "33项</a>" in then
    assert "31项</a>" not in then
    assert "known_at=2023-07-01" in then
    assert before.count("〔缺数〕</a>") == 6


@pytest.mark.parametrize("day", ["2023-02-30", "昨天", "9999-12-31", "0001-01-01", "20230630x"])
def test_a_day_that_does_not_exist_is_refused_with_the_reason(world: World, day: str) -> None:
    places: tuple[tuple[str, list[str]], ...] = (("s45:indicators", []), ("s45:figure", ["F001"]))
    for name, args in places:
        for field in ("as_of", "known_at"):
            answer = browser(world.bureau).get(reverse(name, args=args), {field: day})
            assert answer.status_code == 400
            assert "date_invalid" in answer.content.decode()


def test_the_workbook_has_the_same_rows_and_the_right_to_it_is_checked(world: World, corrected: Round) -> None:
    answer = browser(world.liaison_police).get(
        reverse("s45:indicators-export"), {"chapter": "1", "as_of": "2023-06-30", "known_at": "2023-07-01"}
    )
    sheet = load_workbook(BytesIO(answer.content)).active
    assert sheet is not None
    rows = [list(row) for row in sheet.iter_rows(values_only=True)]
    head = next(index for index, row in enumerate(rows) if row[0] == "编号")
    found = {row[0]: dict(zip(rows[head], row, strict=True)) for row in rows[head + 1 :]}
    assert list(found) == ["F001", "F002", "F003", "F004"]
    assert found["F001"]["数值"] == 33
    assert found["F004"]["判断"] == "严重滞后"
    assert found["F004"]["完成进度（%）"] == 36.51
    assert found["F001"]["判断"] in ("", None)
    assert any("2023-07-01" in str(row[0]) for row in rows[:head])
    assert browser(world.viewer).get(reverse("s45:indicators-export")).status_code == 403


def test_a_figure_shows_value_origin_evidence_and_who_reported_it(world: World, evaluated: Round) -> None:
    page = text(world.viewer, "s45:figure", "F003")
    assert big(page) == "45122笔"
    for word in ("单位填报", "自助机累计办结台账", 'href="/units/data/"', "2023年6月30日", "T1-01", "全部记录"):
        assert word in page


def test_a_figure_hides_its_judgement_from_those_who_may_not_see_it(world: World, evaluated: Round) -> None:
    page = text(world.liaison_police, "s45:figure", "F004")
    for word in (
        "严重滞后",
        "约束性指标未达时序",
        "底数不清",
        "逐户核对",
        "90% 以上为基本达到",
        "60% 以上为滞后",
        "待核实",
        "内部评估口径",
    ):
        assert word in page
    for user in (world.viewer, world.liaison_data):
        hidden = text(user, "s45:figure", "F004")
        assert big(hidden) == "36.51%"
        for word in ("严重滞后", "底数不清", "引用它的文字"):
            assert word not in hidden


def test_a_corrected_figure_tells_both_clocks(world: World, corrected: Round) -> None:
    now = text(world.viewer, "s45:figure", "F001")
    assert big(now) == "31项"
    then = text(world.viewer, "s45:figure", "F001", as_of="2023-06-30", known_at="2023-07-01")
    assert big(then) == "33项"
    assert "按 2023-06-30 口径，系统在 2023-07-01 已知的数值" in then
    assert "同一口径目前已知的数值是" in then
    assert "同一口径目前已知的数值是" not in now
    history = now.split("全部记录", 1)[1]
    assert history.index("31项") < history.index("33项")
    assert "2023-06-30 12:00" in history
    assert history.count("2023-09-01 12:00") == 2
    assert "superseded" in history


def test_a_figure_without_a_value_says_so(world: World) -> None:
    page = text(world.bureau, "s45:figure", "F004")
    assert big(page) == "〔缺数〕"
    assert "还没有记录" in page
    assert "无法评价" in page


def test_a_figure_whose_date_was_not_stated_is_flagged(world: World, evaluated: Round) -> None:
    assert "填报时未注明日期" not in text(world.viewer, "s45:figure", "F002")
    world.plan.values.filter(code="F002").update(as_of_stated=False)
    assert "填报时未注明日期" in text(world.viewer, "s45:figure", "F002")
    assert "未注明" in text(world.viewer, "s45:indicators", q="F002")


def test_a_figure_shows_what_it_is_made_of_and_whether_it_adds_up(world: World, evaluated: Round) -> None:
    page = text(world.viewer, "s45:figure", "F004")
    assert "与本页数值不一致，请核对" in page
    assert 'href="/evaluation/figures/F003/?as_of=2023-06-30"' in page
    Indicator.objects.filter(code="F004").update(relation="F002+F005", unit="项")
    world.plan.values.filter(code="F004").update(value=Decimal(51277))
    assert "与本页数值一致" in text(world.viewer, "s45:figure", "F004")
    assert "用到它的数据" in text(world.viewer, "s45:figure", "F005")


def test_texts_that_name_a_figure_are_listed_within_scope(world: World, evaluated: Round) -> None:
    assert "T1-01 · 数据局" in text(world.leader, "s45:figure", "F001")
    assert "T1-01 · 数据局" in text(world.liaison_data, "s45:figure", "F001")
    assert "T1-01 · 数据局" not in text(world.liaison_health, "s45:figure", "F001")


def test_the_path_is_drawn_with_targets_values_and_words(world: World, evaluated: Round) -> None:
    page = text(world.viewer, "s45:figure", "F001")
    drawing = page.split('<svg class="path-chart" viewBox="0 0 640', 1)[1].split("</svg>", 1)[0]
    assert drawing.count('class="target-dot"') == 6
    assert drawing.count('class="actual-dot"') == 1
    assert "2025-12-31：40项" in drawing
    assert "style=" not in page
    assert "path-chart" not in text(world.viewer, "s45:figure", "F005")


def test_a_chart_survives_equal_and_negative_values() -> None:
    day = date(2023, 6, 30)
    flat = path_chart(date(2021, 1, 1), date(2025, 12, 31), [], [Point(day, Decimal(0), "0")], day, "平")
    below = path_chart(day, day, [Point(day, Decimal(-5), "-5")], [Point(day, Decimal(7), "7")], day, "负<值")
    assert "nan" not in f"{flat}{below}".lower()
    assert "负&lt;值" in below


def test_an_unknown_figure_is_not_found_and_strangers_sign_in(world: World) -> None:
    answer = browser(world.bureau).get(reverse("s45:figure", args=["F999"]))
    assert answer.status_code == 404
    assert "indicator_unknown" in answer.content.decode()
    assert browser(world.bureau).get("/evaluation/figures/%00/").status_code == 404
    for name, args in (("indicators", []), ("figure", ["F001"]), ("indicators-export", [])):
        url = reverse(f"s45:{name}", args=args)
        assert Client().get(url).status_code == 302
        for user in (world.sysadmin, world.auditor):
            assert browser(user).get(url).status_code == 403


def test_pages_cost_a_bounded_number_of_queries(
    world: World, corrected: Round, django_assert_max_num_queries: Any
) -> None:
    client = browser(world.bureau)
    for url, most in ((reverse("s45:indicators"), 18), (reverse("s45:figure", args=["F004"]), 32)):
        client.get(url)
        with django_assert_max_num_queries(most):
            client.get(url)


def test_a_target_is_not_taken_for_something_reached(world: World, evaluated: Round) -> None:
    world.plan.values.filter(code="F002").update(is_target=True, as_of=date(2025, 12, 31))
    page = text(world.viewer, "s45:figure", "F002")
    assert big(page) == "68部"
    assert "规划提出的目标，不是已达到的数值" in page
    assert "目标值" in text(world.viewer, "s45:indicators", q="F002")
    assert "目标值" not in text(world.viewer, "s45:indicators", q="F001")
