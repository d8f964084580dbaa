"""Pages, export and API of the composite score and of expert weights."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from yiwang.domains.evaluation.planning.models import Round, WeightSet
from yiwang.domains.evaluation.planning.selectors.composite import round_score, weights_of
from yiwang.domains.evaluation.planning.services import closing, handins, weights
from yiwang.domains.evaluation.planning.tests import factory
from yiwang.domains.evaluation.planning.tests.factory import World
from yiwang.domains.evaluation.planning.tests.pages import browser, get, post, rows_of
from yiwang.domains.evaluation.planning.tests.rest_calls import call
from yiwang.domains.evaluation.planning.types import TaskStatus
from yiwang.kernel.access.api import User
from yiwang.kernel.audit.api import entries
from yiwang.lib.clock import at_noon
from yiwang.lib.problems import Problem

pytestmark = pytest.mark.django_db
CODES = ("F001", "F003", "F004", "F006")


@pytest.fixture
def world() -> World:
    return factory.make_world()


@pytest.fixture
def evaluated(world: World) -> Round:
    """All tasks on track; F001, F003 and F006 keep pace, F004 reached 36.51 of 64.88 due."""
    round_ = factory.make_round(world)
    factory.accept_all(world, round_)
    return round_


def plain(*values: object) -> tuple[object, ...]:
    """Values side by side; a whole fraction equals its number."""
    return values


def api(user: User, pk: int, status: int = 200) -> Any:
    return call(user, "get", f"/rounds/{pk}/composite", status=status)


def record(world: World, *, effective_on: date = factory.STARTS_ON, at: Any = None, **changes: str) -> WeightSet:
    values = {code: Decimal(changes.get(code, "1")) for code in CODES}
    return weights.record(
        world.plan,
        values,
        method="delphi",
        source="七位专家两轮打分，取均值",
        effective_on=effective_on,
        actor=world.bureau,
        at=at,
    )


def test_the_score_stands_beside_its_coverage_and_its_bounds(world: World, evaluated: Round) -> None:
    found = round_score(world.bureau, evaluated)
    # Four indicators of 10 points: three in full, F004 36.51 / 64.88 of its 10. Four tasks of 10 in full. 20 empty.
    whole = found.whole
    assert plain(whole.full, whole.covered, whole.missing) == (100, 80, 0)
    assert whole.upper - whole.lower == 20
    assert round(float(whole.earned), 2) == 75.63
    page = get(world.bureau, "composite", evaluated.pk)
    for text in ("75.63", "95.63", "80.00%", "系统里还没有，分值空着", "待核实"):
        assert text in page


def test_what_is_not_accepted_counts_as_missing_and_gives_its_points_to_nobody(world: World) -> None:
    round_ = factory.make_round(world)
    row = factory.hand_in_for(round_, "T1-01")
    handins.accept(row, number=factory.submit(world, row).number, actor=world.bureau)
    whole = round_score(world.bureau, round_).whole
    assert plain(whole.covered, whole.earned, whole.missing) == (30, 30, 5)
    page = get(world.bureau, "composite", round_.pk, only="missing")
    assert "未采纳填报" in page
    assert "T1-01" not in page.split('id="items"')[1]


def test_a_task_that_is_to_be_cancelled_waits_and_lowers_coverage(world: World) -> None:
    round_ = factory.make_round(world)
    for code, status in (("T2-01", TaskStatus.TO_CANCEL), ("T2-02", TaskStatus.STALLED)):
        row = factory.hand_in_for(round_, code)
        version = factory.submit(world, row, factory.full_content(row, status=status))
        handins.accept(row, number=version.number, actor=world.bureau)
    scored = {line.code: line.scored for line in round_score(world.bureau, round_).lines}
    assert scored["T2-01"].earned is None
    assert scored["T2-02"].earned == 2


def test_without_a_plan_of_indicators_or_any_data_the_page_says_so(world: World) -> None:
    round_ = factory.make_round(world, tasks=())
    page = get(world.bureau, "composite", round_.pk)
    assert "0.00" in page
    assert get(world.liaison_health, "composite", round_.pk)


def test_a_unit_is_scored_on_its_own_and_told_so(world: World, evaluated: Round) -> None:
    page = get(world.liaison_police, "composite", evaluated.pk)
    assert "不是全区得分" in page
    assert "F004" in page
    assert "F001" not in page
    found = api(world.liaison_police, evaluated.pk)
    assert {row["code"] for row in found["items"]} == {"F004", "T1-02"}
    # Its indicator and its task have 10 points each in the whole, and nothing is weighed anew for the unit.
    assert (found["whole"]["full"], found["whole"]["earned"]) == ("20.00", "15.63")
    assert [row["full"] for row in found["layers"]] == ["10.00", "10.00", "0.00"]
    # What its items do to the whole score would tell how others stand.
    assert found["shaken"] is None
    assert {row["without"] for row in found["items"]} == {None}
    assert "这个分数有多稳" not in page
    get(world.viewer, "composite", evaluated.pk, expect=403)
    assert api(world.viewer, evaluated.pk, 403)["code"] == "forbidden"


def test_the_api_gives_points_as_decimal_strings(world: World, evaluated: Round) -> None:
    found = api(world.leader, evaluated.pk)
    assert found["whole"]["earned"] == "75.63"
    assert (found["whole"]["coverage"], found["whole"]["rate"]) == ("80.00", "94.53")
    assert [row["full"] for row in found["layers"]] == ["40.00", "40.00", "20.00"]
    item = next(row for row in found["items"] if row["code"] == "F004")
    assert (item["full"], item["earned"], item["status"]) == ("10.00", "5.63", "serious")
    assert item["without"] == "4.37"
    assert Decimal(found["shaken"]["low"]) < Decimal("75.63") < Decimal(found["shaken"]["high"])
    assert (found["normalise"], found["certainty"], found["expert_weights"]) == ("pace", "verify", None)


def test_the_export_follows_the_filters_and_is_audited(world: World, evaluated: Round) -> None:
    rows = rows_of(world.bureau, "composite-export", evaluated.pk)
    flat = [str(cell) for row in rows for cell in row if cell is not None]
    assert any("覆盖率 80.00%" in cell for cell in flat)
    assert {"F001", "T2-02"} <= set(flat)
    assert list(entries(action="export"))
    answer = browser(world.bureau).get(f"/evaluation/rounds/{evaluated.pk}/composite/export/", {"layer": "tasks"})
    assert answer.status_code == 200


def test_expert_weights_count_from_their_day_and_not_for_closed_rounds(world: World, evaluated: Round) -> None:
    before = round_score(world.bureau, evaluated).whole.earned
    later = record(world, effective_on=date(2024, 1, 1), F004="97")
    assert weights_of(evaluated) == (None, None)
    used = record(world, F004="97")
    assert weights_of(evaluated) == (used, None)
    heavy = round_score(world.bureau, evaluated).whole.earned
    assert heavy < before
    closing.close(evaluated, actor=world.bureau, at=at_noon(date(2027, 1, 1)))
    evaluated.refresh_from_db()
    record(world, F004="0", at=at_noon(date(2027, 1, 2)))
    weights.withdraw(used, actor=world.bureau, at=at_noon(date(2027, 1, 2)))
    evaluated.refresh_from_db()
    assert weights_of(evaluated)[0] == used
    assert round_score(world.bureau, evaluated).whole.earned == heavy
    with pytest.raises(Problem) as problem:
        weights.withdraw(used, actor=world.bureau)
    assert problem.value.code == "weights_withdrawn"
    assert later.withdrawn_at is None


def test_a_set_that_lacks_an_indicator_of_the_round_is_passed_over_and_the_page_says_so(
    world: World, evaluated: Round
) -> None:
    row = record(world)
    WeightSet.objects.filter(pk=row.pk).update(weights={"F001": "1"})
    assert weights_of(evaluated)[0] is None
    assert "没有采用" in get(world.bureau, "composite", evaluated.pk)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"F004": Decimal(-1)}, "weights_value"),
        ({"F004": Decimal("NaN")}, "weights_value"),
        ({"F004": Decimal("0.0001")}, "weights_value"),
        ({"F004": Decimal(1_000_000)}, "weights_value"),
        ({"F099": Decimal(1)}, "weights_unknown"),
        ({"F002": Decimal(1)}, "weights_unknown"),
        (dict.fromkeys(CODES, Decimal(0)), "weights_nothing"),
    ],
)
def test_bad_weights_are_refused_whole(world: World, changes: dict[str, Decimal], code: str) -> None:
    values = {**dict.fromkeys(CODES, Decimal(1)), **changes}
    with pytest.raises(Problem) as problem:
        weights.record(world.plan, values, method="ahp", source="专家", effective_on=factory.AS_OF, actor=world.bureau)
    assert problem.value.code == code
    assert not WeightSet.objects.exists()


def test_weights_need_a_source_every_indicator_and_a_day_in_the_plan(world: World) -> None:
    values = dict.fromkeys(CODES, Decimal(1))
    for changes, code in (
        ({"weights": {"F001": Decimal(1)}}, "weights_incomplete"),
        ({"source": " "}, "weights_source"),
        ({"effective_on": date(2030, 1, 1)}, "weights_date"),
    ):
        given: dict[str, Any] = {"weights": values, "source": "专家", "effective_on": factory.AS_OF, **changes}
        with pytest.raises(Problem) as problem:
            weights.record(world.plan, given.pop("weights"), method="ahp", actor=world.bureau, **given)
        assert problem.value.code == code


def test_weights_are_recorded_and_withdrawn_on_the_page(world: World) -> None:
    assert "还没有登记专家权重" in get(world.bureau, "weights")
    data = {"method": "ahp", "source": "判断矩阵一致", "effective_on": "2021-01-01"}
    data |= {f"weight-{code}": "2.5" for code in CODES}
    page = post(world.bureau, "weights-record", data={**data, "weight-F004": "很多"}, status=400).content.decode()
    assert 'value="很多"' in page
    assert not WeightSet.objects.exists()
    post(world.bureau, "weights-record", data=data)
    row = WeightSet.objects.get()
    assert row.weights == dict.fromkeys(CODES, "2.5")
    assert list(entries(action="weights.recorded"))
    assert "判断矩阵一致" in get(world.bureau, "weights")
    post(world.bureau, "weights-withdraw", row.pk)
    assert "已停用" in get(world.bureau, "weights")
    post(world.bureau, "weights-withdraw", 999, status=404)
    for user in (world.leader, world.liaison_data):
        get(user, "weights", expect=403)
        post(user, "weights-record", data=data, status=403)


def test_a_round_that_still_rests_on_older_figures_says_so(world: World, evaluated: Round) -> None:
    assert api(world.bureau, evaluated.pk)["older"] == 0
    later = factory.make_round(world, as_of=date(2023, 12, 31), tasks=("T1-01",), title="年度监测")
    assert api(world.bureau, later.pk)["older"] == 4
    assert "有 4 项指标的最新数据早于数据截止日期" in get(world.bureau, "composite", later.pk)
    assert api(world.liaison_police, later.pk)["older"] == 1
