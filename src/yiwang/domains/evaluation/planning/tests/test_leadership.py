"""The leadership page: what lags, by how much, whose it is, for whom; its export and its empty states."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from yiwang.domains.evaluation.planning.models import Round
from yiwang.domains.evaluation.planning.selectors import leadership as reads
from yiwang.domains.evaluation.planning.selectors.leadership import Leadership, lateness, leadership
from yiwang.domains.evaluation.planning.services import closing, handins, problems
from yiwang.domains.evaluation.planning.services.problems import CountermeasureEntry, ProblemEntry
from yiwang.domains.evaluation.planning.tests import factory
from yiwang.domains.evaluation.planning.tests.factory import World
from yiwang.domains.evaluation.planning.tests.pages import browser, get, rows_of
from yiwang.domains.evaluation.planning.types import TaskStatus
from yiwang.kernel.access.api import User
from yiwang.kernel.access.testing import make_unit, make_user
from yiwang.kernel.audit.api import entries
from yiwang.kernel.orgs import api as orgs
from yiwang.lib.clock import at_noon

pytestmark = pytest.mark.django_db
CLOSED_ON, LATER = date(2023, 8, 1), date(2023, 12, 31)
OPENING = "什么滞后，差多少"


@pytest.fixture
def world() -> World:
    return factory.make_world()


@pytest.fixture
def evaluated(world: World) -> Round:
    """Closed. F004 of the police lags (36.51 % against 64.88 %); its remedy and a measure of health's are noted."""
    round_ = factory.make_round(world)
    due = date(2023, 10, 31)
    entry = ProblemEntry("底数不清", text="底数不清", countermeasures=(measure("补齐台账", "health", due),))
    problems.save(round_, entry, actor=world.bureau)
    factory.accept_all(world, round_)
    return closing.close(round_, actor=world.bureau, at=at_noon(CLOSED_ON))


def measure(text: str, unit: str, due_on: date) -> CountermeasureEntry:
    return CountermeasureEntry(text, orgs.unit(unit), due_on)


def accept(world: World, round_: Round, task: str, status: TaskStatus = TaskStatus.ON_TRACK, **values: str) -> None:
    row = factory.hand_in_for(round_, task)
    content = factory.full_content(row, {code: Decimal(value) for code, value in values.items()}, status=status)
    version = factory.submit(world, row, content)
    handins.accept(row, number=version.number, actor=world.bureau, at=at_noon(round_.as_of))


def loads(found: Leadership) -> list[tuple[str, int, int, int]]:
    return [(row.unit.code, len(row.indicators), len(row.tasks), len(row.measures)) for row in found.units]


# --- what lags, by how much -------------------------------------------------------------------------------------------


def test_a_leader_sees_what_lags_by_how_much_and_whose_it_is(world: World, evaluated: Round) -> None:
    page = get(world.leader, "leadership")
    for text in (
        "4 项指标，<em>1 项滞后</em>，其中 1 项严重滞后或倒退，1 项是约束性指标",
        "时序进度 49.86%",
        "房屋编码完成率",
        "36.51% → 2025年 100.00%",
        "应达 64.88%",
        "进度差 28.37 个百分点",
        "现应 64.88%，少 28.37 个百分点",
        "公安局",
        "原因：底数不清",
        "整改期限 2025年12月31日",
        "系统计算 0 项，单位填报 6 项",
        "数据截至2023年6月30日",
        "75.63",
    ):
        assert text in page, text
    assert "/evaluation/figures/F004/?as_of=2023-06-30" in page
    assert "与上轮" not in page


def test_the_worst_comes_first_and_what_must_fall_is_too_much(world: World) -> None:
    round_ = factory.make_round(world)
    accept(world, round_, "T1-01", F001="20", F003="45122")
    accept(world, round_, "T1-02")
    accept(world, round_, "T2-02", F006="50")
    found = leadership(world.leader, round_)
    # F006 has gone backwards (more working days than at first); F004 has reached 56 % of what is due, F001 44 %.
    assert [row.indicator.code for row in found.laggards] == ["F006", "F001", "F004"]
    assert [row.rank for row in found.laggards] == [1, 2, 3]
    days, services, _houses = found.laggards
    assert (days.called_for_text, days.missing_text) == ("32个工作日", "多 18个工作日")
    assert (services.called_for_text, services.missing_text) == ("27项", "少 7项")
    assert (found.shares.lagging, found.shares.on_pace, found.shares.no_data, found.severe) == (3, 1, 0, 3)
    page = get(world.leader, "leadership", round=round_.pk)
    assert page.index("审批时限") < page.index("主题服务上线") < page.index("房屋编码完成率")


def test_the_chapters_count_their_own(world: World, evaluated: Round) -> None:
    first, second = leadership(world.leader, evaluated).chapters
    assert (first.shares.lagging, first.shares.on_pace, first.late_tasks) == (1, 2, 0)
    assert (second.shares.lagging, second.shares.on_pace, second.late_tasks) == (0, 1, 0)


def test_data_older_than_the_round_is_said_to_be(world: World, evaluated: Round) -> None:
    running = factory.make_round(world, as_of=LATER, title="年度监测")
    page = get(world.leader, "leadership", round=running.pk)
    assert "4 项的数据早于截止日期" in page
    assert "数据日期 2023年6月30日" in page
    assert "早于截止日期" not in get(world.leader, "leadership", round=evaluated.pk)


# --- whose it is ------------------------------------------------------------------------------------------------------


def test_units_are_ranked_by_all_that_they_owe(world: World, evaluated: Round) -> None:
    # The running round asks after the measures of the closed one: the one of health and the remedy of the police.
    running = factory.make_round(world, as_of=LATER, title="年度监测")
    found = leadership(world.leader, evaluated)
    assert found.asked_in == running
    assert loads(found) == [("police", 1, 0, 1), ("health", 0, 0, 1)]
    accept(world, running, "T2-01", TaskStatus.STALLED)
    found = leadership(world.leader, running)
    # Of the running round: health's stalled task and overdue measure, and three hand-ins overdue since 2023-12-31.
    assert loads(found) == [("police", 1, 1, 1), ("data", 0, 2, 0), ("health", 0, 1, 1)]
    page = get(world.leader, "leadership", round=running.pk)
    for text in ("停滞", "逾期未报送", "补齐台账", "期限 2023年10月31日", "没有说明原因"):
        assert text in page, text


def test_how_the_remedy_stands_is_shown_once_a_later_round_asks(world: World, evaluated: Round) -> None:
    (row,) = leadership(world.leader, evaluated).laggards
    assert row.remedy is None
    factory.make_round(world, as_of=LATER, title="年度监测")
    (row,) = leadership(world.leader, evaluated).laggards
    assert row.remedy is not None
    assert row.remedy.standing_text == "待反馈"


@pytest.mark.parametrize(
    ("state", "due_on", "text"),
    [
        (TaskStatus.SLOW, factory.ENDS_ON, "进展缓慢"),
        (TaskStatus.NOT_STARTED, factory.ENDS_ON, "未启动"),
        (TaskStatus.ON_TRACK, factory.AS_OF - timedelta(days=1), "到期未完成"),
        (TaskStatus.ON_TRACK, factory.AS_OF, None),
        (TaskStatus.DONE, factory.STARTS_ON, None),
        (TaskStatus.CONTINUOUS, factory.STARTS_ON, None),
        (TaskStatus.TO_CANCEL, factory.STARTS_ON, None),
        (None, factory.STARTS_ON, None),
    ],
)
def test_why_a_task_is_late(state: TaskStatus | None, due_on: date, text: str | None) -> None:
    found = lateness(state, due_on, factory.AS_OF)
    assert (None if found is None else found[0]) == text


@dataclass(frozen=True)
class Owed:
    """Only as much of a measure as the order looks at."""

    unit: Any


def test_equal_loads_go_by_lagging_indicators_then_by_the_districts_order(world: World, evaluated: Round) -> None:
    (laggard,) = leadership(world.leader, evaluated).laggards
    owed: Any = [Owed(orgs.unit("health")), Owed(orgs.unit("data"))]
    found = reads.by_load([laggard], [], owed)
    assert [row.unit.code for row in found] == ["police", "data", "health"]
    found = reads.by_load([laggard], [], [*owed, owed[0]])
    assert [row.unit.code for row in found] == ["health", "police", "data"]
    assert reads.by_load([], [], []) == ()


# --- since the round before -------------------------------------------------------------------------------------------


def test_newer_data_is_compared_with_the_round_before(world: World, evaluated: Round) -> None:
    running = factory.make_round(world, as_of=LATER, title="年度监测")
    # Nothing new yet: nothing to compare.
    assert leadership(world.leader, running).change is None
    accept(world, running, "T1-01", F001="20", F003="70000")
    accept(world, running, "T1-02", F004="60")
    found = leadership(world.leader, running)
    assert found.change is not None
    # F001 fell from pace to serious, F004 rose from serious to lagging, F003 stays on pace.
    assert (found.change.compared, found.change.worse, found.change.better) == (3, 1, 1)
    page = get(world.leader, "leadership", round=running.pk)
    for text in ("相比，3 项有新数据：<b>转差 1 项</b>，转好 1 项", "比上轮转差", "比上轮转好"):
        assert text in page, text


# --- who sees what ----------------------------------------------------------------------------------------------------


def test_a_unit_sees_its_own_and_the_leaders_all(world: World, evaluated: Round) -> None:
    factory.make_round(world, as_of=LATER, title="年度监测")
    for user in (world.leader, world.bureau, world.approver):
        page = get(user, "leadership")
        for text in ("房屋编码完成率", "公安局", "补齐台账", "4 项指标"):
            assert text in page, text
        assert "这里只有" not in page
    police = get(world.liaison_police, "leadership")
    assert "这里只有公安局负责的指标、任务和措施" in police
    assert "房屋编码完成率" in police
    assert "1 项指标，" in police
    for text in ("补齐台账", "卫健局", "4 项指标", "75.63"):
        assert text not in police, text
    health = get(world.liaison_health, "leadership")
    assert "补齐台账" in health
    for text in ("房屋编码完成率", "公安局", "28.37"):
        assert text not in health, text
    for user in (world.viewer, world.integrator, world.sysadmin, world.auditor):
        get(user, "leadership", expect=403)
        get(user, "leadership-export", expect=403)


def test_the_home_page_leads_leaders_to_it_and_nobody_who_may_not_see_it(world: World, evaluated: Round) -> None:
    assert 'href="/evaluation/leadership/"' in home(world.leader)
    assert "/evaluation/leadership/" not in home(world.viewer)


def home(user: User) -> str:
    return str(browser(user).get("/").content.decode())


# --- export -----------------------------------------------------------------------------------------------------------


def test_what_lags_is_exported_as_it_stands(world: World, evaluated: Round) -> None:
    rows = rows_of(world.leader, "leadership-export")
    said = "\n".join(str(cell) for row in rows for cell in row if cell is not None)
    assert "考核指标 4 项：滞后 1 项，按时序 3 项，无数据 0 项" in said
    (line,) = [row for row in rows if row[1] == "F004"]
    assert line[0] == 1
    assert line[2:8] == ("房屋编码完成率", "约束性", "便民服务", "公安局", "36.51%", "2025年 100.00%")
    assert [float(cell) for cell in line[8:11]] == [36.51, 64.88, 28.37]
    assert line[11:16] == ("64.88%", "少 28.37 个百分点", "严重滞后", None, "底数不清")
    assert not [row for row in rows_of(world.liaison_health, "leadership-export") if row[1] == "F004"]
    assert [entry.object_id for entry in entries(action="export")] == [f"lagging-{evaluated.pk}"] * 2


def test_queries_do_not_grow_with_what_lags(world: World, evaluated: Round) -> None:
    # Only F004 lags in the closed round; in the later one F001 and F006 do as well, and three tasks are late.
    later = factory.make_round(world, as_of=LATER, title="年度监测")
    accept(world, later, "T1-01", TaskStatus.SLOW, F001="20", F003="1000")
    accept(world, later, "T2-02", TaskStatus.STALLED, F006="44")
    client = browser(world.leader)
    url = reverse("s45:leadership")
    client.get(url, {"round": later.pk})
    with CaptureQueriesContext(connection) as few:
        client.get(url, {"round": evaluated.pk})
    with CaptureQueriesContext(connection) as many:
        client.get(url, {"round": later.pk})
    # The later round judges the round before it and looks for overdue hand-ins as well.
    assert len(many) <= len(few) + 6


# --- nothing to show, and addresses that are wrong --------------------------------------------------------------------


def test_without_a_plan_the_page_says_so() -> None:
    make_unit("cq", kind="district", name_zh="小城区")
    leader = make_user("leader", make_unit("cq"))
    assert "系统里还没有规划" in get(leader, "leadership")
    get(leader, "leadership-export", expect=404)


def test_without_a_round_the_page_says_so(world: World) -> None:
    page = get(world.leader, "leadership")
    assert "还没有开展过评估" in page
    assert "新建一轮评估" not in page
    assert "新建一轮评估" in get(world.bureau, "leadership")
    get(world.leader, "leadership-export", expect=404)


def test_without_data_nothing_is_said_to_keep_pace(world: World) -> None:
    factory.make_round(world, tasks=())
    page = get(world.leader, "leadership")
    assert "4 项指标都还没有数据" in page
    assert "还没有数据可判断" in page
    assert "没有指标滞后" not in page


def test_when_nothing_lags_the_page_says_so(world: World) -> None:
    round_ = factory.make_round(world)
    accept(world, round_, "T1-02", F004="70")
    page = get(world.leader, "leadership")
    assert "有数据的 1 项指标没有滞后" in page
    assert "没有指标滞后" in page
    assert "导出 Excel" not in page


def test_a_unit_without_indicators_is_told(world: World, evaluated: Round) -> None:
    page = get(world.liaison_health, "leadership")
    assert "没有考核指标" in page
    assert OPENING in page


@pytest.mark.parametrize(
    ("given", "status", "text"),
    [("x", 400, "应为 0 至 9999 的整数"), ("-1", 400, "应为 0 至 9999 的整数"), ("9999", 404, "没有这个评估轮次")],
)
def test_a_round_that_is_not_there_is_refused(
    world: World, evaluated: Round, given: str, status: int, text: str
) -> None:
    for name in ("leadership", "leadership-export"):
        assert text in get(world.leader, name, expect=status, round=given)


def test_the_last_evaluated_round_is_shown_unless_another_is_chosen(world: World, evaluated: Round) -> None:
    running = factory.make_round(world, as_of=LATER, title="年度监测")
    assert f'<option value="{evaluated.pk}" selected>' in get(world.leader, "leadership")
    assert f'<option value="{running.pk}" selected>' in get(world.leader, "leadership", round=running.pk)
