"""The pages of adjustments: proposing, deciding together, the version that comes of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from yiwang.domains.evaluation.planning.models import Adjustment, PlanVersion
from yiwang.domains.evaluation.planning.selectors import plan as plans
from yiwang.domains.evaluation.planning.services import adjustments as services
from yiwang.domains.evaluation.planning.services.plans import MeasureSpec, TaskSpec, change_task, next_version
from yiwang.domains.evaluation.planning.tests.factory import World, make_world
from yiwang.domains.evaluation.planning.tests.pages import get, post, rows_of, sheet_of, text_of
from yiwang.kernel.access.testing import make_user
from yiwang.lib.clock import local_date, today
from yiwang.lib.problems import Problem

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return make_world()


def proposal(**changes: str) -> dict[str, Any]:
    return {
        "kind": "modify",
        "task_code": "T1-02",
        "measure_code": "T1-02-M1",
        "new_text": "房屋编码第一项举措，扩大到村居",
        "reason": "群众需要",
        "basis": "会议纪要〔2023〕5号",
        **changes,
    }


def propose(world: World, **changes: str) -> Adjustment:
    return services.propose(world.plan, actor=world.liaison_police, **proposal(**changes))


def test_choose_task_then_text_then_write(world: World) -> None:
    seen = get(world.liaison_police, "adjustment-new")
    assert "T1-02" in seen
    assert "T1-01" not in seen, "a liaison proposes for the own unit's tasks only"
    seen = get(world.liaison_police, "adjustment-new", task="T1-02")
    assert "房屋编码第二项举措" in seen
    seen = get(world.liaison_police, "adjustment-new", task="T1-02", target="T1-02-M2")
    assert '<p class="old-text">房屋编码第二项举措</p>' in seen
    assert 'name="measure_code" value="T1-02-M2"' in seen
    get(world.liaison_police, "adjustment-new", task="T1-01", target="", expect=403)
    get(world.liaison_police, "adjustment-new", task="T9", expect=404)
    assert 'data-code="measure_unknown"' in get(
        world.liaison_police, "adjustment-new", task="T1-02", target="T1-02-M9", expect=404
    )


def test_propose_by_role(world: World) -> None:
    post(world.liaison_police, "adjustment-new", data=proposal())
    row = Adjustment.objects.get()
    assert (row.number, row.old_text, row.unit.code) == (1, "房屋编码第一项举措", "police")
    assert row.new_text == "房屋编码第一项举措，扩大到村居"
    for user in (world.leader, world.approver, world.viewer, world.auditor):
        post(user, "adjustment-new", data=proposal(measure_code="T1-02-M2"), status=403)
    post(world.liaison_data, "adjustment-new", data=proposal(measure_code="T1-02-M2"), status=403)
    assert Adjustment.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"reason": " "}, "field-error"),
        ({"basis": ""}, "field-error"),
        ({"new_text": ""}, "还缺：调整后文字"),
        ({"new_text": "房屋编码第一项举措"}, "调整后文字与原文相同"),
        ({"kind": "destroy"}, "field-error"),
        ({"reason": "坏\x00字"}, "field-error"),
        ({"basis": "长" * 20_001}, "field-error"),
    ],
)
def test_proposal_refused(world: World, changes: dict[str, str], said: str) -> None:
    seen = text_of(post(world.liaison_police, "adjustment-new", data=proposal(**changes), status=400))
    assert said in seen
    assert "群众需要" in seen or "reason" in changes, "what was typed stays"
    assert not Adjustment.objects.exists()


def test_same_text_proposed_twice(world: World) -> None:
    propose(world)
    seen = text_of(post(world.liaison_police, "adjustment-new", data=proposal(), status=409))
    assert "已有一项调整建议等待审批" in seen
    assert Adjustment.objects.count() == 1


def test_list_and_page_by_scope(world: World) -> None:
    propose(world)
    for user in (world.bureau, world.leader, world.approver, world.liaison_police):
        assert "扩大到村居" in get(user, "adjustments")
        assert "<ins>，扩大到村居</ins>" in get(user, "adjustment", 1)
    assert "扩大到村居" not in get(world.liaison_health, "adjustments")
    assert "扩大到村居" not in get(world.liaison_health, "adjustment", 1, expect=404)
    for user in (world.viewer, world.sysadmin):
        assert "扩大到村居" not in get(user, "adjustments", expect=403)
        get(user, "adjustment", 1, expect=403)
    approve = reverse("s45:adjustments-approve")
    assert approve in get(world.approver, "adjustment", 1)
    for user in (world.bureau, world.leader, world.liaison_police):
        assert approve not in get(user, "adjustment", 1)
    assert "没有这种状态的调整建议" in get(world.bureau, "adjustments", state="approved")


def test_approve_several_together(world: World) -> None:
    propose(world)
    propose(world, kind="delete", measure_code="T1-02-M2", new_text="误填的文字")
    propose(world, kind="add", measure_code="", new_text="房屋编码第三项举措")
    data = {"numbers": ["1", "2", "3"], "effective_on": "2023-09-01", "note": "同意"}
    answer = post(world.approver, "adjustments-approve", data=data)
    assert answer["Location"] == reverse("s45:compare", args=[1, 2])
    version = PlanVersion.objects.get(number=2)
    assert version.effective_on == date(2023, 9, 1)
    texts = [row.text for row in plans.task(version, "T1-02").measures.all()]
    assert texts == ["房屋编码第一项举措，扩大到村居", "房屋编码第三项举措"], "deleting deletes whatever was typed"
    assert {row.state for row in Adjustment.objects.all()} == {"approved"}
    seen = get(world.liaison_police, "adjustment", 1)
    assert "规划第 2 版" in seen
    assert "同意" in seen


@pytest.mark.parametrize(
    ("data", "code", "status"),
    [
        ({}, "adjustment_none", 400),
        ({"numbers": "9"}, "adjustment_unknown", 404),
        ({"numbers": "one"}, "choice_invalid", 400),
        ({"numbers": "1", "effective_on": "someday"}, "date_invalid", 400),
    ],
)
def test_approval_refused(world: World, data: dict[str, str], code: str, status: int) -> None:
    propose(world)
    seen = text_of(post(world.approver, "adjustments-approve", data=data, status=status))
    assert f'data-code="{code}"' in seen
    assert not PlanVersion.objects.filter(number=2).exists()


def test_stale_adjustment_is_not_approved(world: World) -> None:
    propose(world)

    def reword(task: TaskSpec) -> TaskSpec:
        return replace(task, measures=(MeasureSpec("T1-02-M1", "已经改过的举措"), *task.measures[1:]))

    next_version(
        world.version,
        lambda spec: change_task(spec, "T1-02", reword),
        effective_on=date(2023, 8, 1),
        note="",
        actor="test",
    )
    for source in ("one", ""):
        data = {"numbers": "1", "from": source}
        seen = text_of(post(world.approver, "adjustments-approve", data=data, status=409))
        assert 'data-code="adjustment_stale"' in seen
    assert Adjustment.objects.get().state == "proposed"
    assert not PlanVersion.objects.filter(number=3).exists()


def test_nobody_decides_the_own_proposal(world: World) -> None:
    both = make_user(("bureau", "approver"), "cq/data")
    services.propose(world.plan, actor=both, **proposal())
    assert "要由另一位审批人审批" in get(both, "adjustment", 1)
    assert reverse("s45:adjustments-approve") not in get(both, "adjustment", 1)
    seen = text_of(post(both, "adjustments-approve", data={"numbers": "1", "from": "one"}, status=403))
    assert 'data-code="adjustment_own"' in seen
    seen = text_of(post(both, "adjustment-reject", 1, data={"note": "不必要"}, status=403))
    assert 'data-code="adjustment_own"' in seen
    assert Adjustment.objects.get().state == "proposed"


def test_reject_needs_the_reason(world: World) -> None:
    propose(world)
    seen = text_of(post(world.approver, "adjustment-reject", 1, data={"note": " "}, status=400))
    assert 'data-code="decision_note"' in seen
    post(world.approver, "adjustment-reject", 1, data={"note": "依据不足<b>"})
    seen = get(world.liaison_police, "adjustment", 1)
    assert "依据不足&lt;b&gt;" in seen
    assert "依据不足<b>" not in seen
    again = text_of(post(world.approver, "adjustment-reject", 1, data={"note": "再次"}, status=409))
    assert 'data-code="adjustment_decided"' in again


def test_withdraw(world: World) -> None:
    propose(world)
    assert 'data-code="forbidden"' in text_of(
        post(make_user("liaison", "cq/police"), "adjustment-withdraw", 1, status=403)
    )
    post(world.liaison_police, "adjustment-withdraw", 1)
    assert Adjustment.objects.get().state == "withdrawn"
    seen = text_of(post(world.approver, "adjustments-approve", data={"numbers": "1", "from": "one"}, status=409))
    assert 'data-code="adjustment_decided"' in seen


def test_texts_are_escaped(world: World) -> None:
    evil = "<script>alert(1)</script>"
    propose(world, new_text=evil, reason=evil, basis=evil)
    for name, args in (("adjustments", ()), ("adjustment", (1,))):
        seen = get(world.approver, name, *args)
        assert evil not in seen
        assert "&lt;script&gt;" in seen


def test_export_by_scope(world: World) -> None:
    propose(world)
    propose(world, measure_code="T1-02-M2", new_text="=1+1")
    sheet = sheet_of(world.bureau, "adjustments-export")
    rows = list(sheet.values)
    assert [row[0] for row in rows[-2:]] == [1, 2]
    assert rows[-1][5] == "=1+1"
    assert all(cell.data_type != "f" for line in sheet for cell in line), "text that looks like a formula stays text"
    assert not any(row[0] in {1, 2} for row in rows_of(world.liaison_health, "adjustments-export"))


def test_the_day_of_the_decision_is_not_the_day_it_takes_effect(world: World) -> None:
    row = propose(world)
    version = services.approve([row], actor=world.approver, effective_on=date(2025, 1, 1))
    row.refresh_from_db()
    assert version.effective_on == date(2025, 1, 1)
    assert row.decided_on == today()
    assert local_date(version.created_at) == today()


def test_a_version_takes_effect_no_earlier_than_the_one_it_changes(world: World) -> None:
    """Earlier, a day between the two would show changes that were not in force on it."""
    services.approve([propose(world)], actor=world.approver, effective_on=date(2023, 9, 1))
    row = propose(world, measure_code="T1-02-M2")
    data = {"numbers": str(row.number), "effective_on": "2023-08-31"}
    seen = text_of(post(world.approver, "adjustments-approve", data=data, status=400))
    assert 'data-code="effective_early"' in seen
    assert PlanVersion.objects.count() == 2


def test_proposals_are_locked_in_one_order(world: World) -> None:
    """Two approvers who chose the same ones would otherwise wait for each other until the database ends one."""
    rows = [propose(world), propose(world, measure_code="T1-02-M2")]
    with CaptureQueriesContext(connection) as queries:
        services.approve(reversed(rows), actor=world.approver)
    locks = [query["sql"] for query in queries if "s45_adjustment" in query["sql"] and "FOR UPDATE" in query["sql"]]
    wanted = [f'"s45_adjustment"."id" = {row.pk} ' for row in rows]
    assert [part in sql for part, sql in zip(wanted, locks, strict=True)] == [True, True]


def test_a_task_is_not_deleted_and_changed_in_one_approval(world: World) -> None:
    """The change would have been approved and have no effect."""
    next_version(
        world.version,
        lambda spec: replace(spec, indicators=tuple(row for row in spec.indicators if row.task != "T1-02")),
        effective_on=world.version.effective_on,
        note="",
        actor="test",
    )
    deletion = propose(world, kind="delete", measure_code="", new_text="")
    change = propose(world)
    with pytest.raises(Problem) as caught:
        services.approve([deletion, change], actor=world.approver)
    assert caught.value.code == "adjustment_task_gone"
    assert plans.version(world.plan).number == 2
    deletion.refresh_from_db()
    assert deletion.state == Adjustment.State.PROPOSED
