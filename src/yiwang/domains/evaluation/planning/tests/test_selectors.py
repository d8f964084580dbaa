"""Reads of S45: two clocks, corrections, scopes, comparison of versions. On PostgreSQL, through the services."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from yiwang.domains.evaluation.planning.models import Adjustment, IndicatorValue, PlanVersion
from yiwang.domains.evaluation.planning.selectors import board, figures, handins, people, values
from yiwang.domains.evaluation.planning.selectors import plan as plans
from yiwang.domains.evaluation.planning.selectors.board import TaskFilter
from yiwang.domains.evaluation.planning.selectors.figures import FigureFilter
from yiwang.domains.evaluation.planning.services import adjustments
from yiwang.domains.evaluation.planning.services import handins as writing
from yiwang.domains.evaluation.planning.tests import factory
from yiwang.domains.evaluation.planning.tests.factory import AS_OF, World
from yiwang.domains.evaluation.planning.types import Status, TaskStatus
from yiwang.kernel.access.api import User
from yiwang.lib.clock import at_noon, today
from yiwang.lib.problems import Problem

pytestmark = pytest.mark.django_db

CORRECTED_ON = date(2023, 9, 1)


@pytest.fixture
def world() -> World:
    return factory.make_world()


def value(world: World, code: str, as_of: date, known_on: date | None = None) -> Decimal | None:
    found = values.values_as_of(world.plan, as_of, known_on, [code]).get(code)
    return None if found is None else found.value


def change_plan(world: World) -> PlanVersion:
    """Three adjustments approved together on 2023-10-01: a deletion, a change, an addition."""
    told: dict[str, Any] = {"reason": "上级文件调整", "basis": "会议纪要", "on": date(2023, 8, 1)}
    rows = [
        adjustments.propose(
            world.plan, actor=world.bureau, kind="delete", task_code="T1-01", measure_code="T1-01-M1", **told
        ),
        adjustments.propose(
            world.plan,
            actor=world.bureau,
            kind="modify",
            task_code="T1-02",
            measure_code="T1-02-M2",
            new_text="房屋编码第二项举措（扩面）",
            **told,
        ),
        adjustments.propose(
            world.plan, actor=world.bureau, kind="add", task_code="T2-01", new_text="卫生应急新增举措", **told
        ),
    ]
    return adjustments.approve(rows, actor=world.approver, effective_on=date(2023, 10, 1))


def test_a_value_counts_from_its_day_until_a_later_one(world: World) -> None:
    factory.accept_all(world, factory.make_round(world))
    later = factory.make_round(world, as_of=date(2023, 12, 31), tasks=("T1-01",), title="年度评估")
    hand_in = factory.hand_in_for(later, "T1-01")
    version = factory.submit(world, hand_in, factory.full_content(hand_in, {"F001": Decimal(36)}))
    writing.accept(hand_in, number=version.number, actor=world.bureau, at=at_noon(date(2024, 1, 5)))
    assert value(world, "F001", date(2023, 6, 29)) is None
    assert value(world, "F001", AS_OF) == 33
    assert value(world, "F001", date(2023, 12, 30)) == 33
    assert value(world, "F001", date(2023, 12, 31)) == 36
    assert value(world, "F004", date(2024, 6, 30)) == Decimal("36.51")


def test_a_correction_changes_what_is_known_now_and_not_what_was_known_then(world: World) -> None:
    round_ = factory.make_round(world)
    factory.accept_all(world, round_)
    factory.correct(world, factory.hand_in_for(round_, "T1-01"), {"F001": Decimal(31)}, at=at_noon(CORRECTED_ON))
    assert value(world, "F001", AS_OF, date(2023, 6, 29)) is None
    assert value(world, "F001", AS_OF, AS_OF) == 33
    assert value(world, "F001", AS_OF, date(2023, 8, 31)) == 33
    assert value(world, "F001", AS_OF, CORRECTED_ON) == 31
    assert value(world, "F001", AS_OF) == 31
    recorded = list(values.history(world.plan, "F001"))
    assert [row.value for row in recorded] == [31, 33]
    assert recorded[1].superseded_at == recorded[0].recorded_at == at_noon(CORRECTED_ON)


def test_a_figure_that_was_not_corrected_keeps_its_row(world: World) -> None:
    round_ = factory.make_round(world)
    factory.accept_all(world, round_)
    factory.correct(world, factory.hand_in_for(round_, "T1-01"), {"F001": Decimal(31)}, at=at_noon(CORRECTED_ON))
    assert IndicatorValue.objects.filter(code="F002").count() == 1


def test_a_late_entry_is_unknown_before_it_was_recorded(world: World) -> None:
    round_ = factory.make_round(world, tasks=("T1-02",))
    factory.accept_all(world, round_, at=at_noon(date(2023, 11, 15)))
    assert value(world, "F004", AS_OF, date(2023, 11, 14)) is None
    assert value(world, "F004", AS_OF, date(2023, 11, 15)) == Decimal("36.51")


def test_a_value_of_an_earlier_day_is_judged_against_that_day(world: World) -> None:
    factory.accept_all(world, factory.make_round(world))
    then = {row.indicator.code: row.judgement for row in values.judge_all(world.version, AS_OF)}
    later = {row.indicator.code: row.judgement for row in values.judge_all(world.version, date(2025, 6, 30))}
    assert later["F001"] == then["F001"]
    assert later["F001"].status is Status.ON_PACE


def test_coverage_falls_where_data_is_missing_and_weights_stay(world: World) -> None:
    factory.accept_all(world, factory.make_round(world, tasks=("T1-01",)))
    found = values.coverage(values.judge_all(world.version, AS_OF))
    assert (found.indicators, found.judged, found.facts, found.facts_known) == (4, 2, 2, 1)
    assert found.share == Decimal("0.5")


def test_the_liaison_sees_only_the_judgement_of_its_own_unit(world: World) -> None:
    factory.accept_all(world, factory.make_round(world))
    rows = {row.indicator.code: row for row in figures.figure_rows(world.liaison_police, world.version, AS_OF)}
    assert rows["F004"].judgement is not None
    assert rows["F001"].judgement is None
    assert rows["F001"].value is not None
    assert all(row.judgement is None for row in figures.figure_rows(world.viewer, world.version, AS_OF))


def test_filtering_by_judgement_does_not_betray_what_may_not_be_seen(world: World) -> None:
    factory.accept_all(world, factory.make_round(world))
    chosen = FigureFilter(status="serious")
    assert [row.indicator.code for row in figures.figure_rows(world.bureau, world.version, AS_OF, None, chosen)] == [
        "F004"
    ]
    assert figures.figure_rows(world.liaison_data, world.version, AS_OF, None, chosen) == []


@pytest.mark.parametrize(
    ("chosen", "codes"),
    [
        (FigureFilter(kind="fact"), ["F002", "F005"]),
        (FigureFilter(chapter=2), ["F005", "F006"]),
        (FigureFilter(unit="police"), ["F004"]),
        (FigureFilter(q="自助机"), ["F002", "F003"]),
        (FigureFilter(q="f00"), ["F001", "F002", "F003", "F004", "F005", "F006"]),
        (FigureFilter(origin="computed"), []),
        (FigureFilter(q="t1-02"), ["F004"]),
    ],
)
def test_figures_are_filtered(world: World, chosen: FigureFilter, codes: list[str]) -> None:
    rows = figures.figure_rows(world.bureau, world.version, AS_OF, None, chosen)
    assert [row.indicator.code for row in rows] == codes


def test_figures_are_sorted_with_those_without_data_last(world: World) -> None:
    factory.accept_all(world, factory.make_round(world))
    rows = figures.figure_rows(world.bureau, world.version, AS_OF)

    def order(key: str) -> list[str]:
        return [row.indicator.code for row in figures.sort_rows(rows, key)]

    assert order("progress") == ["F004", "F003", "F001", "F006", "F002", "F005"]
    assert order("-progress") == ["F006", "F001", "F003", "F004", "F002", "F005"]
    assert order("-code")[0] == "F006"
    assert order("no-such-key") == order("code")


@pytest.mark.parametrize(
    ("chosen", "codes"),
    [
        (TaskFilter(), ["T1-01", "T1-02", "T2-01", "T2-02"]),
        (TaskFilter(chapter=1), ["T1-01", "T1-02"]),
        (TaskFilter(unit="police"), ["T1-02", "T2-02"]),
        (TaskFilter(system="S05"), ["T1-01"]),
        (TaskFilter(q="编码第二项"), ["T1-02"]),
        (TaskFilter(state="slow"), ["T1-02"]),
        (TaskFilter(state="lagging"), ["T1-02"]),
        (TaskFilter(state=board.UNREPORTED), ["T2-01", "T2-02"]),
        (TaskFilter(state="no-such"), []),
    ],
)
def test_tasks_are_filtered(world: World, chosen: TaskFilter, codes: list[str]) -> None:
    round_ = factory.make_round(world)
    for code, status in (("T1-01", TaskStatus.ON_TRACK), ("T1-02", TaskStatus.SLOW)):
        hand_in = factory.hand_in_for(round_, code)
        factory.submit(world, hand_in, factory.full_content(hand_in, status=status))
        writing.accept(hand_in, number=1, actor=world.bureau)
    rows = board.task_rows(world.bureau, world.version, round_, chosen)
    assert [row.task.code for row in rows] == codes


def test_the_board_shows_laggards_to_those_who_may_see_them(world: World) -> None:
    round_ = factory.make_round(world)
    factory.accept_all(world, round_)

    def laggards(user: User) -> dict[str, list[str]]:
        rows = board.task_rows(user, world.version, round_, TaskFilter())
        return {row.task.code: [item.indicator.code for item in row.laggards] for row in rows if row.laggards}

    assert laggards(world.bureau) == laggards(world.liaison_police) == {"T1-02": ["F004"]}
    assert laggards(world.liaison_data) == laggards(world.viewer) == {}


def test_a_comparison_names_what_was_removed_changed_and_added(world: World) -> None:
    new = change_plan(world)
    changes = {row.code: row for row in plans.compare(world.version, new)}
    assert {code: row.kind for code, row in changes.items()} == {
        "T1-01-M1": "removed",
        "T1-02-M2": "changed",
        "T2-01-M3": "added",
    }
    assert changes["T1-02-M2"].words == (("same", "房屋编码第二项举措"), ("added", "（扩面）"))
    assert plans.compare(new, new) == []
    back = {row.code: row.kind for row in plans.compare(new, world.version)}
    assert back == {"T1-01-M1": "added", "T1-02-M2": "changed", "T2-01-M3": "removed"}


def test_measures_show_what_adjustments_did_to_them(world: World) -> None:
    version = change_plan(world)

    def measures(code: str, user: User | None = None) -> list[tuple[str, bool, list[int]]]:
        changes = board.adjustments(user or world.bureau, version, code)
        rows = board.measure_rows(plans.task(version, code), changes)
        return [(row.code, row.removed, [change.number for change in row.adjustments]) for row in rows]

    assert measures("T1-01") == [("T1-01-M2", False, []), ("T1-01-M1", True, [1])]
    assert measures("T1-02") == [("T1-02-M1", False, []), ("T1-02-M2", False, [2])]
    assert measures("T2-01")[2] == ("T2-01-M3", False, [3])
    assert measures("T1-01", world.liaison_police) == [("T1-01-M2", False, [])]


def test_a_pending_adjustment_is_shown_beside_its_measure_and_a_withdrawn_one_is_not(world: World) -> None:
    row = adjustments.propose(
        world.plan,
        actor=world.bureau,
        kind="delete",
        task_code="T1-01",
        measure_code="T1-01-M1",
        reason="重复",
        basis="会议纪要",
    )
    task = plans.task(world.version, "T1-01")
    marked = board.measure_rows(task, board.adjustments(world.bureau, world.version, "T1-01"))[0]
    assert [change.state for change in marked.adjustments] == [Adjustment.State.PROPOSED]
    adjustments.withdraw(row, actor=world.bureau)
    assert board.measure_rows(task, board.adjustments(world.bureau, world.version, "T1-01"))[0].adjustments == ()


def test_a_figure_tells_everything_that_the_reader_may_know(world: World) -> None:
    round_ = factory.make_round(world)
    factory.accept_all(world, round_)
    found = figures.detail(world.bureau, "F004", AS_OF)
    assert found.value is not None
    assert found.judgement is not None
    assert found.explanation is not None
    assert found.explanation.cause == "底数不清"
    assert found.relation is not None
    assert [part.indicator.code for part in found.relation.parts] == ["F003", "F002"]
    assert found.relation.agrees is False
    assert [row.title for row in found.mentions] == ["T1-02 · 公安局"]
    assert [row.code for row in figures.detail(world.bureau, "F002", AS_OF).used_by] == ["F004"]
    hidden = figures.detail(world.liaison_data, "F004", AS_OF)
    assert hidden.value == found.value
    assert (hidden.judgement, hidden.explanation, hidden.mentions, hidden.evidence) == (None, None, (), ())


def test_documents_behind_a_value_are_shown_to_those_who_may_open_them(world: World) -> None:
    round_ = factory.make_round(world, tasks=("T1-02",))
    hand_in = factory.hand_in_for(round_, "T1-02")
    writing.add_evidence(
        hand_in,
        "编码,状态\n1,完成\n".encode(),
        "台账.csv",
        title="房屋编码台账",
        actor=world.liaison_police,
        figure_code="F004",
        at=at_noon(AS_OF),
    )
    factory.accept_all(world, round_)
    assert [row.title for row in figures.detail(world.leader, "F004", AS_OF).evidence] == ["房屋编码台账"]
    assert figures.detail(world.liaison_data, "F004", AS_OF).evidence == ()
    assert figures.detail(world.viewer, "F004", AS_OF).evidence == ()


def test_a_figure_says_when_it_has_been_corrected_since(world: World) -> None:
    round_ = factory.make_round(world)
    factory.accept_all(world, round_)
    factory.correct(world, factory.hand_in_for(round_, "T1-01"), {"F001": Decimal(31)}, at=at_noon(CORRECTED_ON))
    then = figures.detail(world.viewer, "F001", AS_OF, date(2023, 8, 1))
    assert then.value is not None
    assert then.value_now is not None
    assert (int(then.value.value), int(then.value_now.value), then.corrected) == (33, 31, True)
    assert not figures.detail(world.viewer, "F001", AS_OF).corrected
    assert not figures.detail(world.viewer, "F001", AS_OF, CORRECTED_ON).corrected


def test_a_figure_that_the_newest_version_lacks_is_found_in_the_last_that_has_it(world: World) -> None:
    newest = change_plan(world)
    newest.indicators.filter(code="F005").delete()
    assert figures.indicator(world.plan, "F005").version == world.version
    assert figures.indicator(world.plan, "F001").version == newest


@pytest.mark.parametrize("code", ["F999", "", "F001\x00", "x" * 5000])
def test_an_unknown_figure_is_a_problem(world: World, code: str) -> None:
    with pytest.raises(Problem) as caught:
        figures.detail(world.bureau, code, AS_OF)
    assert (caught.value.code, caught.value.status) == ("indicator_unknown", 404)


def test_accepted_texts_are_read_within_scope(world: World) -> None:
    round_ = factory.make_round(world)
    factory.accept_all(world, round_)
    assert [row.hand_in.unit.code for row in board.accepted_texts(world.leader, round_, "T1-02")] == ["police"]
    assert len(board.accepted_texts(world.liaison_police, round_, "T1-02")) == 1
    assert board.accepted_texts(world.liaison_data, round_, "T1-02") == []
    assert board.accepted_texts(world.viewer, round_, "T1-02") == []


def test_the_default_date_is_the_cut_off_of_the_last_evaluated_round(world: World) -> None:
    # The machine's day is what the default is compared with.
    assert figures.default_as_of(world.plan) == min(today(), world.plan.ends_on)
    factory.make_round(world)
    assert figures.default_as_of(world.plan) == AS_OF
    assert handins.last_evaluated(world.plan) is not None


def test_names_come_in_one_query_and_gone_accounts_keep_their_username(
    world: World, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(1):
        found = people.names([world.bureau.username, "gone", ""])
    assert found == {world.bureau.username: world.bureau.display_name, "gone": "gone"}
