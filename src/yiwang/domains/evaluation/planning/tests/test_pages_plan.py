"""Pages of the plan, its tasks and versions, as each role sees them."""

from __future__ import annotations

from datetime import date
from io import BytesIO
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from yiwang.domains.evaluation.planning.models import Indicator, Plan, Round
from yiwang.domains.evaluation.planning.services import adjustments
from yiwang.domains.evaluation.planning.tests import factory
from yiwang.domains.evaluation.planning.tests.factory import World
from yiwang.kernel.access.api import User
from yiwang.kernel.access.testing import make_user
from yiwang.kernel.audit.api import entries

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return factory.make_world()


@pytest.fixture
def evaluated(world: World) -> Round:
    round_ = factory.make_round(world)
    factory.accept_all(world, round_)
    return round_


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def text(user: User, name: str, *args: Any, **query: Any) -> str:
    answer = browser(user).get(reverse(name, args=args), query)
    assert answer.status_code == 200, answer.content.decode()[:2000]
    return answer.content.decode()


def sheet(data: bytes) -> list[list[Any]]:
    """The values of a workbook's first sheet."""
    active = load_workbook(BytesIO(data)).worksheets[0]
    return [list(row) for row in active.iter_rows(values_only=True)]


def adjust(world: World) -> None:
    """One approved deletion (version 2) and one proposal that waits."""
    told: dict[str, Any] = {"reason": "上级文件调整", "basis": "会议纪要", "on": date(2023, 8, 1)}
    row = adjustments.propose(
        world.plan, actor=world.bureau, kind="delete", task_code="T1-01", measure_code="T1-01-M1", **told
    )
    adjustments.approve([row], actor=world.approver, effective_on=date(2023, 9, 1))
    adjustments.propose(
        world.plan, actor=world.bureau, kind="modify", task_code="T1-02", new_text="全部房屋编码", **told
    )


def test_the_plan_shows_its_tasks_under_their_chapters(world: World, evaluated: Round) -> None:
    page = text(world.viewer, "s45:plan")
    for word in (
        "小城数字化规划",
        "便民服务",
        "社会治理",
        "T1-01",
        "主题服务",
        "公安局",
        "2025年12月31日",
        "进展顺利",
        "第 1 版",
    ):
        assert word in page
    assert page.index("便民服务</strong>") < page.index("T1-02</span>") < page.index("社会治理</strong>")
    assert "49.86%" in page


def test_only_those_who_may_see_judgements_see_laggards(world: World, evaluated: Round) -> None:
    mark = 'href="/evaluation/figures/F004/"'
    for user in (world.bureau, world.leader, world.approver, world.liaison_police):
        assert mark in text(user, "s45:plan")
    for user in (world.viewer, world.integrator, world.liaison_data):
        assert mark not in text(user, "s45:plan")


def test_tasks_are_filtered_by_the_address(world: World, evaluated: Round) -> None:
    page = text(world.bureau, "s45:plan", chapter=1, unit="police")
    assert "T1-02</span>" in page
    assert "T1-01</span>" not in page
    assert "T2-02</span>" not in page
    assert '<option value="police" selected>' in page
    assert "没有符合条件的任务" in text(world.bureau, "s45:plan", q="没有的事")
    assert "T2-01</span>" in text(world.bureau, "s45:plan", state="on_track", q="卫生应急第二项")


def test_a_filter_by_htmx_answers_with_the_list_only(world: World) -> None:
    answer = browser(world.bureau).get(reverse("s45:plan"), {"chapter": 2}, headers={"HX-Request": "true"})
    page = answer.content.decode()
    assert page.strip().startswith('<div id="plan-list">')
    assert "T2-01</span>" in page
    assert "T1-01</span>" not in page
    assert "HX-Request" in answer["Vary"]
    restored = browser(world.bureau).get(
        reverse("s45:plan"), headers={"HX-Request": "true", "HX-History-Restore-Request": "true"}
    )
    assert "<html" in restored.content.decode()


@pytest.mark.parametrize("query", [{"chapter": "一"}, {"chapter": "99999"}, {"version": "-1"}, {"version": "x"}])
def test_an_address_that_makes_no_sense_says_so(world: World, query: dict[str, str]) -> None:
    answer = browser(world.bureau).get(reverse("s45:plan"), query)
    assert answer.status_code == 400
    assert "number_invalid" in answer.content.decode()


def test_an_unknown_version_is_not_found(world: World) -> None:
    assert browser(world.bureau).get(reverse("s45:plan"), {"version": 7}).status_code == 404


@pytest.mark.parametrize("query", [{"q": "a\x00b"}, {"unit": "\x00"}, {"system": "\x00'"}, {"state": "\x00"}])
def test_what_the_database_cannot_hold_finds_nothing_and_breaks_nothing(world: World, query: dict[str, str]) -> None:
    assert browser(world.bureau).get(reverse("s45:plan"), query).status_code == 200
    assert browser(world.bureau).get("/evaluation/tasks/%00/").status_code == 404


def test_before_a_plan_is_loaded_the_page_says_what_to_do() -> None:
    assert not Plan.objects.exists()
    assert "系统里还没有规划" in text(make_user("bureau", "cq/data"), "s45:plan")


def test_strangers_are_sent_to_sign_in_and_administrators_refused(world: World) -> None:
    for name, args in (("plan", []), ("task", ["T1-01"]), ("versions", []), ("compare", [1, 2]), ("plan-export", [])):
        url = reverse(f"s45:{name}", args=args)
        away = Client().get(url)
        assert away.status_code == 302
        assert away["Location"].startswith("/sign-in/")
        for user in (world.sysadmin, world.auditor):
            refused = browser(user).get(url)
            assert refused.status_code == 403
            assert "小城" not in refused.content.decode()


def test_the_export_opens_and_is_kept_from_those_without_the_right(world: World, evaluated: Round) -> None:
    rows = sheet(browser(world.bureau).get(reverse("s45:plan-export"), {"chapter": 1}).content)
    head = next(index for index, row in enumerate(rows) if row[1] == "编号")
    assert [row[1] for row in rows[head + 1 :]] == ["T1-01", "T1-02"]
    laggards = rows[head].index("滞后指标")
    assert [row[laggards] or "" for row in rows[head + 1 :]] == ["", "F004"]
    assert rows[head + 2][rows[head].index("牵头单位")] == "公安局"
    assert entries().filter(action="export", object_id="plan", actor=world.bureau.username).count() == 1

    assert "导出 Excel" in text(world.bureau, "s45:plan")
    for user in (world.viewer, world.integrator):
        assert "导出 Excel" not in text(user, "s45:plan")
        assert browser(user).get(reverse("s45:plan-export")).status_code == 403
    for user, seen in ((world.liaison_police, True), (world.liaison_data, False)):
        cells = {cell for row in sheet(browser(user).get(reverse("s45:plan-export")).content) for cell in row}
        assert "T1-02" in cells
        assert ("F004" in cells) is seen


def test_a_task_tells_requirement_measures_figures_and_systems(world: World, evaluated: Round) -> None:
    page = text(world.viewer, "s45:task", "T1-01")
    for word in ("主题服务的规划要求", "主题服务第一项举措", "T1-01-M2", "33项", "45122笔", "/systems/#S05", "数据局"):
        assert word in page
    assert "提出调整" not in page


def test_what_a_unit_wrote_is_read_with_live_figures_by_those_who_may(world: World, evaluated: Round) -> None:
    figure = 'href="/evaluation/figures/F004/?as_of=2023-06-30"'
    for user in (world.bureau, world.leader, world.liaison_police):
        page = text(user, "s45:task", "T1-02")
        assert "T1-02已推进，房屋编码完成率<a" in page
        assert figure in page
        assert "36.51%</a>" in page
        assert "填报记录" in page
    for user in (world.viewer, world.liaison_data):
        page = text(user, "s45:task", "T1-02")
        assert "已推进" not in page
        assert "填报记录" not in page


def test_only_those_who_may_see_the_judgement_of_a_task_see_it(world: World, evaluated: Round) -> None:
    assert "严重滞后" in text(world.liaison_police, "s45:task", "T1-02")
    assert "严重滞后" not in text(world.liaison_data, "s45:task", "T1-02")
    assert "严重滞后" not in text(world.viewer, "s45:task", "T1-02")


def test_a_task_marks_what_adjustments_did_and_links_them(world: World) -> None:
    adjust(world)
    page = text(world.bureau, "s45:task", "T1-01")
    assert "<del>主题服务第一项举措</del>" in page
    assert 'href="/evaluation/adjustments/1/"' in page
    hidden = text(world.viewer, "s45:task", "T1-01")
    assert "主题服务第一项举措" not in hidden
    assert "/evaluation/adjustments/" not in hidden
    old = text(world.viewer, "s45:task", "T1-01", version=1)
    assert "主题服务第一项举措" in old
    assert "现行为第 2 版" in old


def test_the_liaison_may_propose_for_its_own_tasks_only(world: World) -> None:
    assert "提出调整" in text(world.liaison_police, "s45:task", "T1-02")
    assert "提出调整" not in text(world.liaison_police, "s45:task", "T1-01")


def test_an_unknown_task_is_not_found(world: World) -> None:
    answer = browser(world.bureau).get(reverse("s45:task", args=["T9-99"]))
    assert answer.status_code == 404
    assert "task_unknown" in answer.content.decode()


def test_versions_are_listed_with_what_made_them(world: World) -> None:
    adjust(world)
    page = text(world.bureau, "s45:versions")
    assert "第 2 版" in page
    assert "与第 1 版相比" in page
    assert 'href="/evaluation/adjustments/1/"' in page
    assert 'href="/evaluation/adjustments/1/"' not in text(world.viewer, "s45:versions")
    chosen = browser(world.bureau).get(reverse("s45:versions"), {"old": 2, "new": 1})
    assert chosen["Location"] == reverse("s45:compare", args=[1, 2])


def test_a_comparison_marks_the_characters_and_names_the_adjustment(world: World) -> None:
    adjust(world)
    adjustments.approve(world.plan.adjustments.filter(number=2), actor=world.approver, effective_on=date(2023, 10, 1))
    page = text(world.bureau, "s45:compare", 1, 3)
    assert "<del>主题服务第一项举措</del>" in page
    assert "<ins>全部</ins>" in page
    assert "共 2 处差异" in page
    assert 'id="measure-T1-01-M1"' in page
    assert page.count('href="/evaluation/adjustments/2/"') == 2
    seen = text(world.viewer, "s45:compare", 1, 3)
    assert "<ins>全部</ins>" in seen
    assert "/evaluation/adjustments/" not in seen


def test_measures_that_fell_with_their_task_name_the_adjustment_too(world: World) -> None:
    Indicator.objects.filter(task__code="T2-02").delete()
    told: dict[str, Any] = {"kind": "delete", "task_code": "T2-02", "reason": "不再需要", "basis": "会议纪要"}
    row = adjustments.propose(world.plan, actor=world.bureau, **told)
    adjustments.approve([row], actor=world.approver)
    page = text(world.bureau, "s45:compare", 1, 2)
    assert "共 3 处差异" in page
    # Once in the list at the top, once at the task and at each of its two measures.
    assert page.count('href="/evaluation/adjustments/1/"') == 4


def test_a_comparison_needs_two_versions_that_exist(world: World) -> None:
    adjust(world)
    client = browser(world.bureau)
    assert client.get(reverse("s45:compare", args=[2, 1]))["Location"] == reverse("s45:compare", args=[1, 2])
    assert client.get(reverse("s45:compare", args=[1, 1])).status_code == 400
    assert client.get(reverse("s45:compare", args=[1, 9])).status_code == 404
    assert client.get("/evaluation/versions/1/99999999999999999999/").status_code == 404


def test_pages_speak_english_too(world: World, evaluated: Round) -> None:
    client = browser(world.bureau)
    client.cookies["django_language"] = "en"
    page = client.get(reverse("s45:task", args=["T1-01"])).content.decode()
    assert "Bundles" in page
    assert "Unit data" in page


def test_a_page_costs_a_bounded_number_of_queries(
    world: World, evaluated: Round, django_assert_max_num_queries: Any
) -> None:
    adjust(world)
    client = browser(world.bureau)
    for url, most in (
        (reverse("s45:plan"), 30),
        (reverse("s45:task", args=["T1-01"]), 34),
        (reverse("s45:versions"), 16),
        (reverse("s45:compare", args=[1, 2]), 28),
    ):
        client.get(url)
        with django_assert_max_num_queries(most):
            client.get(url)


def test_queries_do_not_grow_with_the_plan(world: World, evaluated: Round) -> None:
    client = browser(world.bureau)
    url = reverse("s45:plan")
    client.get(url)
    with CaptureQueriesContext(connection) as one_task:
        client.get(url, {"q": "T2-01"})
    with CaptureQueriesContext(connection) as all_tasks:
        client.get(url)
    assert len(all_tasks) == len(one_task)
