"""The pages of rounds and of the judgement: who sees what; asking, reminding, explaining, closing."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from yiwang.domains.evaluation.planning.models import Explanation, HandIn, Round
from yiwang.domains.evaluation.planning.selectors import judgements
from yiwang.domains.evaluation.planning.services import rounds as services
from yiwang.domains.evaluation.planning.tests.factory import (
    ENDS_ON,
    World,
    accept_all,
    hand_in_for,
    make_round,
    make_world,
    submit,
)
from yiwang.domains.evaluation.planning.tests.pages import browser, get, post, rows_of, text_of
from yiwang.kernel.notices import api as notices

pytestmark = pytest.mark.django_db

NEW_ROUND = {
    "title": "2023年中期评估",
    "as_of": "2023-06-30",
    "opens_on": "2023-07-01",
    "due_on": "2023-08-31",
    "work_plan": "分三步开展。",
    "steps-TOTAL_FORMS": "2",
    "steps-INITIAL_FORMS": "0",
    "steps-0-title": "自评填报",
    "steps-0-starts_on": "2023-07-01",
    "steps-0-ends_on": "2023-07-31",
    "steps-1-title": "",
    "steps-1-starts_on": "",
    "steps-1-ends_on": "",
}


@pytest.fixture
def world() -> World:
    return make_world()


def test_empty_list_says_what_to_do(world: World) -> None:
    assert reverse("s45:round-new") in get(world.bureau, "rounds")
    seen = get(world.leader, "rounds")
    assert "还没有开展过评估" in seen
    assert reverse("s45:round-new") not in seen


def test_pages_without_a_plan(world: World) -> None:
    world.version.delete()
    world.plan.delete()
    for name in ("rounds", "hand-ins", "adjustments"):
        get(world.bureau, name)
    assert 'data-code="plan_missing"' in get(world.bureau, "round-new", expect=404)


def test_new_round(world: World) -> None:
    post(world.bureau, "round-new", data=NEW_ROUND)
    made = Round.objects.get()
    assert (made.title, made.as_of, made.state) == ("2023年中期评估", date(2023, 6, 30), "draft")
    assert [step.title for step in made.steps.all()] == ["自评填报"]
    seen = get(world.bureau, "round", made.pk)
    assert "分三步开展。" in seen
    assert "还没有下发填报任务" in seen
    assert "还有 4 项未下发" in seen


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"as_of": "2030-01-01"}, "不在规划期"),
        ({"due_on": "2023-06-01"}, "早于启动日期"),
        ({"title": ""}, "field-error"),
        ({"title": "长" * 201}, "field-error"),
        ({"title": "坏\x00字"}, "field-error"),
        ({"as_of": "2023-02-30"}, "field-error"),
        ({"steps-0-ends_on": ""}, "请把这一环节的名称、开始和结束日期填全"),
        ({"steps-0-ends_on": "2023-06-01"}, "结束日期早于开始日期"),
    ],
)
def test_new_round_refused(world: World, change: dict[str, str], said: str) -> None:
    seen = text_of(post(world.bureau, "round-new", data={**NEW_ROUND, **change}, status=400))
    assert said in seen
    assert "分三步开展。" in seen, "what was typed must stay"
    assert not Round.objects.exists()


def test_only_the_bureau_manages(world: World) -> None:
    round_ = make_round(world, tasks=("T1-01",))
    for user in (world.liaison_data, world.leader, world.approver):
        seen = get(user, "round", round_.pk)
        assert reverse("s45:round-ask", args=[round_.pk]) not in seen
        assert reverse("s45:round-close", args=[round_.pk]) not in seen
        get(user, "round-new", expect=403)
        for name in ("round-ask", "round-remind", "round-close"):
            post(user, name, round_.pk, data={"tasks": "T1-02"}, status=403)
    assert HandIn.objects.count() == 1


def test_strangers_see_nothing(world: World) -> None:
    round_ = make_round(world)
    for user in (world.viewer, world.integrator, world.sysadmin, world.auditor):
        for name, args in (("rounds", ()), ("round", (round_.pk,)), ("hand-ins", ()), ("judgement", (round_.pk,))):
            seen = get(user, name, *args, expect=403)
            assert "主题服务" not in seen
            assert round_.title not in seen
    answer = Client().get(reverse("s45:round", args=[round_.pk]))
    assert answer.status_code == 302
    assert "sign-in" in answer["Location"]


def test_liaison_counts_only_own_unit(world: World) -> None:
    round_ = make_round(world)
    whole, own = get(world.bureau, "round", round_.pk), get(world.liaison_police, "round", round_.pk)
    for code in ("T1-01", "T1-02", "T2-01", "T2-02"):
        assert code in whole
    assert "T1-02" in own
    for code in ("T1-01", "T2-01", "T2-02"):
        assert code not in own
    assert "以下只统计您单位的填报" in own
    assert "各单位进展" in whole
    assert "各单位进展" not in own


def test_ask_chapter_then_rest(world: World) -> None:
    round_ = make_round(world, tasks=())
    post(world.bureau, "round-ask", round_.pk, data={"chapters": "1", "due_on": "2023-10-10"})
    asked = {(row.task_code, str(row.due_on)) for row in HandIn.objects.all()}
    assert asked == {("T1-01", "2023-10-10"), ("T1-02", "2023-10-10")}
    assert notices.unread_count(world.liaison_police) == 1
    seen = text_of(post(world.bureau, "round-ask", round_.pk, data={"all": "1"}, follow=True, status=200))
    assert "已下发 2 项" in seen
    assert HandIn.objects.count() == 4


def test_ask_another_unit(world: World) -> None:
    round_ = make_round(world)
    post(world.bureau, "round-ask", round_.pk, data={"tasks": "T2-02", "unit": "police"})
    assert HandIn.objects.filter(task_code="T2-02", unit__code="police").count() == 1


@pytest.mark.parametrize(
    ("data", "code", "status"),
    [
        ({}, "tasks_none", 400),
        ({"tasks": "T1-01"}, "handin_already_asked", 409),
        ({"tasks": "T9-99"}, "task_unknown", 404),
        ({"tasks": "T1-01", "unit": "nowhere"}, "unit_unknown", 404),
        ({"tasks": "T1-02", "due_on": "2023-13-01"}, "date_invalid", 400),
        ({"chapters": "first"}, "choice_invalid", 400),
    ],
)
def test_ask_refused(world: World, data: dict[str, str], code: str, status: int) -> None:
    round_ = make_round(world, tasks=("T1-01",))
    seen = text_of(post(world.bureau, "round-ask", round_.pk, data=data, status=status))
    assert f'data-code="{code}"' in seen
    assert HandIn.objects.count() == 1


def test_remind_once_a_day(world: World) -> None:
    round_ = make_round(world)
    submit(world, hand_in_for(round_, "T1-01"))
    chosen = hand_in_for(round_, "T1-02")
    first = text_of(
        post(world.bureau, "round-remind", round_.pk, data={"hand_ins": chosen.pk}, follow=True, status=200)
    )
    assert "已催报 1 项" in first
    rest = text_of(post(world.bureau, "round-remind", round_.pk, follow=True, status=200))
    assert "已催报 2 项" in rest
    again = text_of(post(world.bureau, "round-remind", round_.pk, follow=True, status=200))
    assert "没有新的催报" in again


def test_filters_and_order(world: World) -> None:
    round_ = make_round(world)
    submit(world, hand_in_for(round_, "T1-01"))
    cases: list[tuple[dict[str, Any], str, str]] = [
        ({"state": "submitted"}, "T1-01", "T1-02"),
        ({"state": "open"}, "T1-02", "T1-01"),
        ({"unit": "health"}, "T2-01", "T1-01"),
        ({"chapter": "2"}, "T2-02", "T1-01"),
        ({"q": "房屋"}, "T1-02", "T1-01"),
    ]
    for query, there, gone in cases:
        table = get(world.bureau, "round", round_.pk, **query).partition("<tbody>")[2].partition("</tbody>")[0]
        assert there in table, query
        assert gone not in table, query
    assert "没有符合条件的填报" in get(world.bureau, "round", round_.pk, q="没有这个")
    table = get(world.bureau, "round", round_.pk, sort="-task").partition("<tbody>")[2]
    assert table.index("T2-02") < table.index("T1-01")
    get(world.bureau, "round", round_.pk, state="x", chapter="9", unit="'", sort="--", page="99", q="\x00")


def test_close_shows_what_is_in_the_way_then_closes(world: World) -> None:
    round_ = make_round(world)
    seen = get(world.bureau, "round", round_.pk)
    assert "还有 4 项填报未采纳" in seen
    assert " disabled" in seen.partition('id="close"')[2]
    refused = text_of(post(world.bureau, "round-close", round_.pk, status=409))
    assert 'data-code="round_incomplete"' in refused
    accept_all(world, round_)
    Explanation.objects.all().delete()
    seen = get(world.bureau, "round", round_.pk)
    assert "还有 1 项滞后指标没有写原因和措施" in seen
    assert "F004" in seen.partition('id="close"')[2]
    refused = text_of(post(world.bureau, "round-close", round_.pk, status=409))
    assert 'data-code="round_laggards_unexplained"' in refused
    services.explain(round_, "F004", cause="底数不清", measure="逐户核对", due_on=ENDS_ON, actor=world.bureau)
    post(world.bureau, "round-close", round_.pk)
    round_.refresh_from_db()
    assert round_.state == Round.State.CLOSED
    seen = get(world.bureau, "round", round_.pk)
    assert reverse("s45:round-close", args=[round_.pk]) not in seen
    late = text_of(post(world.bureau, "round-remind", round_.pk, status=409))
    assert 'data-code="round_closed"' in late


def test_get_on_posted_addresses_leads_to_the_page(world: World) -> None:
    round_ = make_round(world)
    answer = browser(world.bureau).get(reverse("s45:round-ask", args=[round_.pk]))
    assert answer["Location"] == reverse("s45:round", args=[round_.pk])


def test_export(world: World) -> None:
    round_ = make_round(world)
    rows = rows_of(world.bureau, "round-export", round_.pk)
    assert [row[0] for row in rows[-4:]] == ["T1-01", "T1-02", "T2-01", "T2-02"]
    own = rows_of(world.liaison_health, "round-export", round_.pk)
    assert [row[0] for row in own if str(row[0]).startswith("T")] == ["T2-01"]


def test_unknown_round(world: World) -> None:
    for name in ("round", "judgement", "report"):
        assert 'data-code="round_unknown"' in get(world.bureau, name, 999, expect=404)


def judged(world: World) -> Round:
    round_ = make_round(world)
    accept_all(world, round_)
    return round_


def test_judgement_lists_worst_first_and_counts(world: World) -> None:
    round_ = judged(world)
    seen = get(world.bureau, "judgement", round_.pk)
    table = seen.partition("<tbody>")[2]
    assert table.index("F004") < min(table.index(code) for code in ("F001", "F002", "F003", "F005", "F006"))
    assert "严重滞后" in table
    assert "完成目标的 36.51%，时序应达 64.88%" in table
    shares = judgements.shares(judgements.lines(world.bureau, round_))
    assert (shares.total, shares.lagging, shares.no_data, shares.facts, shares.facts_known) == (4, 1, 0, 2, 2)
    assert (shares.computed, shares.reported, shares.coverage) == (0, 6, Decimal(100))


def test_judgement_of_a_liaison_is_own_and_says_so(world: World) -> None:
    round_ = judged(world)
    seen = get(world.liaison_health, "judgement", round_.pk)
    assert "这里只有卫健局负责的指标" in seen
    assert "F005" in seen
    for code in ("F001", "F004", "F006"):
        assert code not in seen
    assert judgements.shares(judgements.lines(world.liaison_health, round_)).total == 0


def test_judgement_filters(world: World) -> None:
    round_ = judged(world)
    cases: list[tuple[dict[str, Any], str, str]] = [
        ({"status": "laggard"}, "F004", "F001"),
        ({"unit": "health"}, "F005", "F001"),
        ({"chapter": "2"}, "F006", "F001"),
        ({"q": "自助机累计"}, "F003", "F001"),
    ]
    for query, there, gone in cases:
        seen = get(world.bureau, "judgement", round_.pk, **query).partition("filter-bar")[2]
        assert f'id="row-{there}"' in seen, query
        assert f'id="row-{gone}"' not in seen, query
    assert "没有符合条件的指标" in get(world.bureau, "judgement", round_.pk, q="无此指标")


EXPLAINED = {"cause": "底数不清<b>", "measure": "逐户核对", "due_on": "2024-06-30"}


def test_explain_with_and_without_htmx(world: World) -> None:
    round_ = judged(world)
    Explanation.objects.all().delete()
    assert "没有说明" in get(world.bureau, "judgement", round_.pk)
    answer = post(world.liaison_police, "explain", round_.pk, "F004", data=EXPLAINED)
    assert answer["Location"].endswith("#row-F004")
    row = Explanation.objects.get()
    assert (row.cause, row.measure, str(row.due_on)) == ("底数不清<b>", "逐户核对", "2024-06-30")
    seen = get(world.bureau, "judgement", round_.pk)
    assert "底数不清&lt;b&gt;" in seen
    assert "底数不清<b>" not in seen
    part = text_of(
        post(
            world.bureau,
            "explain",
            round_.pk,
            "F004",
            data={**EXPLAINED, "cause": "新原因"},
            status=200,
            HX_Request="true",
        )
    )
    assert "新原因" in part
    assert "<html" not in part


@pytest.mark.parametrize("missing", ["cause", "measure", "due_on"])
def test_explain_incomplete(world: World, missing: str) -> None:
    round_ = judged(world)
    Explanation.objects.all().delete()
    seen = text_of(post(world.bureau, "explain", round_.pk, "F004", data={**EXPLAINED, missing: " "}, status=400))
    assert "F004-error" in seen
    assert not Explanation.objects.exists()


def test_explain_is_for_the_unit_and_the_bureau(world: World) -> None:
    round_ = judged(world)
    Explanation.objects.all().delete()
    assert 'data-code="forbidden"' in text_of(
        post(world.liaison_data, "explain", round_.pk, "F004", data=EXPLAINED, status=403)
    )
    post(world.leader, "explain", round_.pk, "F004", data=EXPLAINED, status=403)
    post(world.bureau, "explain", round_.pk, "F999", data=EXPLAINED, status=404)
    assert not Explanation.objects.exists()


def test_judgement_export(world: World) -> None:
    round_ = judged(world)
    rows = rows_of(world.bureau, "judgement-export", round_.pk)
    assert rows[-6][0] == "F004"
    own = rows_of(world.liaison_police, "judgement-export", round_.pk)
    assert [row[0] for row in own if str(row[0]).startswith("F0")] == ["F004"]
