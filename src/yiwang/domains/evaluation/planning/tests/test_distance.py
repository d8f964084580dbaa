"""How far behind: in percentage points and in the indicator's own unit; better or worse since an earlier round."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yiwang.domains.evaluation.planning.distance import NOWHERE, Distance, Turn, distance, turn
from yiwang.domains.evaluation.planning.judgement import judge, thresholds_on
from yiwang.domains.evaluation.planning.types import IndicatorFacts, Status, Target

START, END, HALF = date(2021, 1, 1), date(2025, 12, 31), date(2023, 6, 30)
YEARS = (20, 50, 80, 95, 100)


def facts(direction: str, baseline: int | None, *targets: int, upper: int | None = None) -> IndicatorFacts:
    last = None if upper is None else Decimal(upper)
    return IndicatorFacts(
        direction=direction,
        nature="expected",
        is_fact=False,
        baseline=None if baseline is None else Decimal(baseline),
        targets=tuple(
            Target(2025 - len(targets) + 1 + place, Decimal(value), last) for place, value in enumerate(targets)
        ),
        starts_on=START,
        ends_on=END,
    )


def behind(row: IndicatorFacts, value: str, decimals: int | None = 0, day: date = HALF) -> Distance:
    number = Decimal(value)
    return distance(row, judge(row, number, day, thresholds_on(day)), number, day, decimals)


def test_points_are_what_the_shown_percentages_differ_by() -> None:
    # 36.51 % reached, 64.88 % called for: 50 at the end of 2022 and 181 of 365 days of the way to 80.
    found = behind(facts("up", 0, *YEARS), "36.51", 2)
    assert found == Distance(Decimal("28.37"), Decimal("64.88"), Decimal("28.37"))


def test_what_is_missing_is_rounded_up_to_whole_services() -> None:
    # 12 at first, 40 at the end: 25.96 are called for, so 26; the 20 that there are lack 6.
    found = behind(facts("up", 12, 40), "20")
    assert (found.called_for, found.missing) == (Decimal(26), Decimal(6))


def test_what_must_fall_is_rounded_down_and_negative() -> None:
    # From 45 working days to 30: 37.52 are called for, so 37; 44 are 7 too many.
    found = behind(facts("down", 45, 30), "44")
    assert (found.called_for, found.missing) == (Decimal(37), Decimal(-7))


def test_a_count_starts_from_nothing_whatever_the_baseline_says() -> None:
    found = behind(facts("cumulative", 500, 1000), "100")
    assert (found.called_for, found.missing) == (Decimal(499), Decimal(399))


def test_without_a_way_from_the_baseline_there_are_no_points() -> None:
    for row in (facts("up", 100, 100), facts("up", None, 100)):
        assert behind(row, "93") == Distance(None, Decimal(100), Decimal(7))


@pytest.mark.parametrize(("value", "due", "missing"), [("7", 10, 3), ("25", 20, -5)])
def test_outside_an_interval_the_nearest_end_counts(value: str, due: int, missing: int) -> None:
    assert behind(facts("range", None, 10, upper=20), value) == Distance(None, Decimal(due), Decimal(missing))


def test_who_does_not_lag_is_at_no_distance() -> None:
    row = facts("up", 0, *YEARS)
    assert behind(row, "64.88", 2) == NOWHERE
    assert distance(row, judge(row, None, HALF, thresholds_on(HALF)), None, HALF) == NOWHERE


@given(
    value=st.decimals(-500, 500, places=2),
    direction=st.sampled_from(["up", "down", "cumulative"]),
    day=st.dates(START, END),
    decimals=st.sampled_from([None, 0, 1, 2]),
)
def test_who_makes_up_what_is_missing_no_longer_lags(
    value: Decimal, direction: str, day: date, decimals: int | None
) -> None:
    row = facts("down", 90, 10) if direction == "down" else facts(direction, 10, 90)
    found = behind(row, str(value), decimals, day)
    if found.missing is None:
        return
    assert found.called_for == value + found.missing
    reached = judge(row, value + found.missing, day, thresholds_on(day)).status
    assert reached in {Status.ON_PACE, Status.AHEAD, Status.DONE}


@pytest.mark.parametrize(
    ("before", "now", "wanted"),
    [
        (Status.LAGGING, Status.SERIOUS, Turn.WORSE),
        (Status.AHEAD, Status.LAGGING, Turn.WORSE),
        (Status.REGRESSED, Status.LAGGING, Turn.BETTER),
        (Status.BASICALLY, Status.ON_PACE, Turn.BETTER),
        (Status.ON_PACE, Status.AHEAD, Turn.SAME),
        (Status.SERIOUS, Status.SERIOUS, Turn.SAME),
        (Status.NO_DATA, Status.LAGGING, None),
        (Status.LAGGING, Status.NO_DATA, None),
    ],
)
def test_better_or_worse_goes_by_class(before: Status, now: Status, wanted: Turn | None) -> None:
    assert turn(before, now) is wanted
