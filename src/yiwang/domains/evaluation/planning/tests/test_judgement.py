"""Judgement: each guard of domain.md §9.2, and what must hold for every indicator."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from yiwang.domains.evaluation.planning.judgement import (
    all_thresholds,
    judge,
    path_value,
    percent,
    thresholds_on,
    time_progress,
)
from yiwang.domains.evaluation.planning.types import IndicatorFacts, Judgement, Status, Target

START, END, HALF = date(2021, 1, 1), date(2025, 12, 31), date(2023, 6, 30)
LIMITS = thresholds_on(HALF)


def facts(
    direction: str = "up",
    baseline: str | None = "0",
    targets: tuple[Target, ...] = (Target(2025, Decimal(100)),),
    nature: str = "expected",
    *,
    is_fact: bool = False,
) -> IndicatorFacts:
    return IndicatorFacts(
        direction=direction,
        nature=nature,
        is_fact=is_fact,
        baseline=None if baseline is None else Decimal(baseline),
        targets=targets,
        starts_on=START,
        ends_on=END,
    )


def judged(row: IndicatorFacts, value: str | None, as_of: date = HALF) -> Judgement:
    return judge(row, None if value is None else Decimal(value), as_of, LIMITS)


def test_half_of_the_plan_is_49_86_percent_of_its_time() -> None:
    assert percent(time_progress(START, END, HALF)) == Decimal("49.86")


@pytest.mark.parametrize(("day", "share"), [(date(2019, 1, 1), 0), (START, 0), (END, 1), (date(2030, 1, 1), 1)])
def test_time_stays_between_nothing_and_all(day: date, share: int) -> None:
    assert time_progress(START, END, day) == share


@pytest.mark.parametrize(
    ("value", "status"),
    [
        ("100", Status.AHEAD),
        ("60", Status.ON_PACE),
        ("49.88", Status.ON_PACE),
        ("47", Status.BASICALLY),
        ("44.87", Status.LAGGING),
        ("29.9", Status.SERIOUS),
        ("0", Status.SERIOUS),
        ("-1", Status.REGRESSED),
    ],
)
def test_an_upward_indicator_is_classed_by_the_share_of_what_is_due(value: str, status: Status) -> None:
    # Straight line from 2021-01-01 to 2025-12-31: 49.8630 is due; 90 % of it is 44.8767, 60 % is 29.9178.
    assert judged(facts(), value).status is status


def test_a_downward_indicator_counts_the_way_down() -> None:
    row = facts("down", "45", (Target(2025, Decimal(30)),))
    assert judged(row, "30").status is Status.AHEAD
    assert judged(row, "37.5").progress == Decimal("0.5")
    assert judged(row, "45").status is Status.SERIOUS
    assert judged(row, "46").status is Status.REGRESSED


def test_a_cumulative_indicator_starts_from_nothing_whatever_its_baseline_says() -> None:
    row = facts("cumulative", "900", (Target(2025, Decimal(1000)),))
    assert judged(row, "500").progress == Decimal("0.5")
    assert judged(row, "500").status is Status.ON_PACE


def test_a_milestone_is_the_share_that_has_been_reached() -> None:
    row = facts("milestone", None, (Target(2025, Decimal(4)),))
    assert judged(row, "1").progress == Decimal("0.25")
    assert judged(row, "1").status is Status.SERIOUS
    assert judged(row, "4").status is Status.AHEAD


@pytest.mark.parametrize(
    ("value", "status"), [("90", Status.ON_PACE), ("110", Status.ON_PACE), ("89.9", Status.LAGGING)]
)
def test_a_range_is_kept_or_missed_by_a_distance(value: str, status: Status) -> None:
    row = facts("range", None, (Target(2025, Decimal(90), Decimal(110)),))
    assert judged(row, value).status is status


def test_a_missed_range_says_by_how_much_on_either_side() -> None:
    row = facts("range", None, (Target(2025, Decimal(90), Decimal(110)),))
    assert "0.1" in judged(row, "89.9").zh
    assert "2.5" in judged(row, "112.5").zh


def test_a_target_equal_to_the_baseline_is_met_or_not_without_a_share() -> None:
    row = facts("up", "100", (Target(2025, Decimal(100)),), nature="binding")
    met, missed = judged(row, "100"), judged(row, "99")
    assert (met.status, met.progress) == (Status.DONE, None)
    assert (missed.status, missed.progress, missed.binding_behind) == (Status.LAGGING, None, True)
    falling = facts("down", "3", (Target(2025, Decimal(3)),))
    assert judged(falling, "2").status is Status.DONE
    assert judged(falling, "4").status is Status.LAGGING


def test_without_a_baseline_there_is_no_share() -> None:
    assert judged(facts("up", None), "100").status is Status.DONE
    assert judged(facts("up", None), "50").progress is None


def test_what_is_reached_before_the_end_is_ahead_and_at_the_end_done() -> None:
    assert judged(facts(), "120").status is Status.AHEAD
    assert judged(facts(), "120", END).status is Status.DONE


def test_the_yearly_targets_and_not_the_straight_line_say_what_is_due() -> None:
    late = facts(targets=(Target(2022, Decimal(10)), Target(2025, Decimal(100))))
    due = path_value(late, Decimal(0), HALF)
    # 10 at the end of 2022, 100 at the end of 2025: 181 of 1096 days into the last stretch.
    assert due.quantize(Decimal("0.01")) == Decimal("24.86")
    assert judged(late, "26").status is Status.ON_PACE
    assert judged(facts(), "26").status is Status.SERIOUS


def test_a_binding_indicator_behind_its_time_is_marked_even_when_it_is_nearly_there() -> None:
    row = facts(nature="binding")
    assert judged(row, "47").binding_behind
    assert judged(row, "47").status is Status.BASICALLY
    assert not judged(row, "50").binding_behind
    assert not judged(facts(), "47").binding_behind


def test_no_data_is_said_and_not_counted_as_nothing() -> None:
    found = judged(facts(), None)
    assert (found.status, found.progress, found.expected) == (Status.NO_DATA, None, None)


@pytest.mark.parametrize("row", [facts(is_fact=True), facts(targets=()), facts("none")])
def test_facts_are_not_judged(row: IndicatorFacts) -> None:
    assert judged(row, "5").status is Status.FACT
    assert judged(row, None).status is Status.FACT


def test_thresholds_are_dated_and_the_oldest_serve_for_days_before_them() -> None:
    assert all_thresholds()[0].certainty == "verify"
    assert thresholds_on(date(1999, 1, 1)) == all_thresholds()[0]
    assert LIMITS.lagging < LIMITS.basically < LIMITS.on_pace


values = st.decimals(min_value=-1000, max_value=1000, places=2)
days = st.dates(START, END)


@st.composite
def indicators(draw: st.DrawFn) -> IndicatorFacts:
    """An indicator whose path goes one way from its baseline to its end target."""
    rising = draw(st.booleans())
    steps = sorted(draw(st.lists(values, min_size=2, max_size=6, unique=True)), reverse=not rising)
    baseline, *targets = steps
    years = range(2026 - len(targets), 2026)
    return facts(
        "up" if rising else "down",
        str(baseline),
        tuple(Target(year, value) for year, value in zip(years, targets, strict=True)),
    )


@given(indicators(), days)
def test_what_is_due_is_between_nothing_and_all(row: IndicatorFacts, day: date) -> None:
    found = judge(row, row.targets[0].value, day, LIMITS)
    assert found.expected is not None
    assert 0 <= found.expected <= 1


@given(indicators(), days, st.integers(1, 400))
def test_what_is_due_never_falls_as_time_goes(row: IndicatorFacts, day: date, later: int) -> None:
    value = row.targets[0].value
    then = min(END, day + timedelta(days=later))
    first, second = judge(row, value, day, LIMITS).expected, judge(row, value, then, LIMITS).expected
    assert first is not None
    assert second is not None
    assert first <= second


RANK = (
    Status.REGRESSED,
    Status.SERIOUS,
    Status.LAGGING,
    Status.BASICALLY,
    Status.ON_PACE,
    Status.AHEAD,
    Status.DONE,
)


@given(indicators(), values, values, days)
def test_a_better_value_is_never_judged_worse(row: IndicatorFacts, one: Decimal, other: Decimal, day: date) -> None:
    assume(one != other)
    worse, better = sorted((one, other), reverse=row.direction == "down")
    low, high = judge(row, worse, day, LIMITS), judge(row, better, day, LIMITS)
    assert low.progress is not None
    assert high.progress is not None
    assert low.progress <= high.progress
    assert RANK.index(low.status) <= RANK.index(high.status)
