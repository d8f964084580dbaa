"""The composite score: examples that an official can check by hand, and the laws that hold for every plan."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from yiwang.domains.evaluation.planning.composite import (
    FULL,
    Composite,
    Item,
    Layer,
    Normalise,
    add,
    all_parameters,
    effects,
    parameters_on,
    points,
    score,
    shaken,
    share_of,
)
from yiwang.domains.evaluation.planning.types import Judgement, Status, TaskStatus

LAYERS = {Layer.INDICATORS: Fraction(40), Layer.TASKS: Fraction(40), Layer.PROJECTS: Fraction(20)}
SHIFT = Fraction(1, 5)


def item(layer: Layer, code: str, weight: str, share: str | None) -> Item:
    return Item(layer, code, Decimal(weight), None if share is None else Fraction(share))


def verdict(status: Status, progress: str | None = None, expected: str | None = None) -> Judgement:
    return Judgement(
        status,
        None if progress is None else Decimal(progress),
        None if expected is None else Decimal(expected),
        None,
        False,
        "",
        "",
    )


def plain(*values: object) -> tuple[object, ...]:
    """Values side by side; a whole fraction equals its number."""
    return values


SMALL = (
    item(Layer.INDICATORS, "F1", "3", "1"),
    item(Layer.INDICATORS, "F2", "1", "0.5"),
    item(Layer.TASKS, "T1", "1", "0.6"),
    item(Layer.TASKS, "T2", "1", None),
)


def test_a_small_plan_by_hand() -> None:
    # Indicators: 40 points as 30 + 10, earned 30 + 5. Tasks: 20 + 20, earned 12, the other has no data.
    # Projects: nothing there, 20 points stay empty.
    found = score(SMALL, LAYERS)
    assert [row.full for row in found.rows] == [30, 10, 20, 20]
    assert [row.earned for row in found.rows] == [30, 5, 12, None]
    whole = found.whole
    assert plain(whole.full, whole.covered, whole.earned) == (100, 60, 47)
    assert plain(whole.lower, whole.upper) == (47, 87)
    assert whole.coverage == Fraction(60, 100)
    assert whole.rate == Fraction(47, 60)
    assert plain(whole.items, whole.missing) == (4, 1)
    projects = found.layers[Layer.PROJECTS]
    assert plain(projects.full, projects.covered, projects.earned, projects.items) == (20, 0, 0, 0)


def test_leaving_an_item_out_and_moving_its_weight_by_hand() -> None:
    found = score(SMALL, LAYERS)
    by_code = {effect.row.item.code: effect for effect in effects(found, SHIFT)}
    # Without F2 the 40 points are F1's and all earned: 40 + 12. Without F1 they are F2's: 20 + 12.
    assert plain(by_code["F2"].without, by_code["F1"].without) == (52, 32)
    # Without T2 all 40 points of the tasks are T1's: 24 instead of 12.
    assert by_code["T2"].without == 35 + 24
    # F2 at 1.2: weights 3 and 1.2, earned (3 + 0.6) / 4.2 of 40.
    assert by_code["F2"].heavier == Fraction(36, 42) * 40 + 12
    assert effects(found, SHIFT)[0].row.item.code == "F1"


def test_the_only_item_of_a_layer_leaves_its_points_empty() -> None:
    found = score([item(Layer.TASKS, "T1", "1", "0.5")], LAYERS)
    only = effects(found, SHIFT)[0]
    assert plain(found.whole.earned, only.without, only.lighter, only.heavier) == (20, 0, 20, 20)


@pytest.mark.parametrize(
    "items",
    [(), (item(Layer.TASKS, "T1", "0", "1"),), (item(Layer.INDICATORS, "F1", "0", None),)],
    ids=["nothing", "no weight", "no weight and no data"],
)
def test_without_weights_nothing_is_covered_and_nothing_divided_by(items: tuple[Item, ...]) -> None:
    found = score(items, LAYERS)
    assert plain(found.whole.full, found.whole.covered, found.whole.earned) == (100, 0, 0)
    assert plain(found.whole.coverage, found.whole.rate) == (0, None)
    assert plain(found.whole.lower, found.whole.upper) == (0, 100)
    assert effects(found, SHIFT) == []
    assert plain(*shaken(found, SHIFT)) == (0, 0)


def test_layers_without_weight_score_nothing() -> None:
    found = score(SMALL, dict.fromkeys(Layer, Fraction(0)))
    assert plain(found.whole.full, found.whole.coverage, found.whole.rate) == (0, None, None)
    assert plain(*shaken(found, SHIFT)) == (0, 0)


@pytest.mark.parametrize(
    ("judged", "rule", "share"),
    [
        (verdict(Status.NO_DATA), Normalise.PACE, None),
        (verdict(Status.FACT), Normalise.PACE, None),
        (verdict(Status.REGRESSED, "-0.2", "0.5"), Normalise.PACE, Fraction(0)),
        (verdict(Status.DONE), Normalise.PACE, Fraction(1)),
        (verdict(Status.LAGGING), Normalise.PACE, Fraction(0)),
        (verdict(Status.LAGGING, "0.3", "0.4"), Normalise.PACE, Fraction(3, 4)),
        (verdict(Status.LAGGING, "0.3", "0.4"), Normalise.END, Fraction(3, 10)),
        (verdict(Status.ON_PACE, "0.6", "0.5"), Normalise.PACE, Fraction(1)),
        (verdict(Status.AHEAD, "1.7", "0.5"), Normalise.END, Fraction(1)),
        (verdict(Status.ON_PACE, "0", "0"), Normalise.PACE, Fraction(1)),
        (verdict(Status.ON_PACE, "0", "0"), Normalise.END, Fraction(0)),
    ],
)
def test_what_an_indicator_earns(judged: Judgement, rule: Normalise, share: Fraction | None) -> None:
    assert share_of(judged, rule) == share


def test_parameters_are_dated_whole_and_say_that_they_are_to_be_verified() -> None:
    for row in all_parameters():
        assert set(row.layers) == set(Layer)
        assert sum(row.layers.values()) == 100
        assert all(0 <= value <= 1 for value in row.task_scores.values())
        assert 0 < row.shift < 1
        assert row.basis
        assert row.certainty == "verify"
        # A task that is to be cancelled is not scored before that is decided.
        assert set(TaskStatus) - set(row.task_scores) == {TaskStatus.TO_CANCEL}
    assert parameters_on(date(1999, 1, 1)) == all_parameters()[0]


def test_points_are_rounded_half_to_even() -> None:
    assert [str(points(Fraction(n, 1000))) for n in (5, 15, 71235, 71245)] == ["0.00", "0.02", "71.24", "71.24"]


# --- laws -------------------------------------------------------------------------------------------------------------

shares = st.none() | st.fractions(0, 1, max_denominator=1000)
weights = st.decimals(0, 1000, places=3)


@st.composite
def plans(draw: st.DrawFn) -> list[Item]:
    """Items of any layer with any weight and data."""
    rows = draw(st.lists(st.tuples(st.sampled_from(Layer), weights, shares), max_size=12))
    return [Item(layer, f"X{number}", weight, share) for number, (layer, weight, share) in enumerate(rows)]


def by_code(found: Composite) -> dict[str, Fraction]:
    return {row.item.code: row.full for row in found.rows}


@given(plans())
def test_points_are_whole_and_the_score_lies_between_its_bounds(items: list[Item]) -> None:
    whole = score(items, LAYERS).whole
    assert whole.full == FULL
    assert 0 <= whole.earned <= whole.covered <= whole.full
    assert whole.lower <= whole.upper
    assert whole.upper - whole.lower == whole.full - whole.covered
    assert whole.missing <= whole.items


@given(plans())
def test_the_whole_is_the_sum_of_its_items(items: list[Item]) -> None:
    found = score(items, LAYERS)
    together = add(found.rows)
    assert (together.earned, together.covered) == (found.whole.earned, found.whole.covered)
    assert together.full <= found.whole.full


@given(plans(), st.data())
def test_losing_a_datum_lowers_coverage_and_changes_no_other_points(items: list[Item], data: st.DataObject) -> None:
    assume(items)
    lost = data.draw(st.integers(0, len(items) - 1))
    before = score(items, LAYERS)
    after = score([replace(row, share=None) if n == lost else row for n, row in enumerate(items)], LAYERS)
    assert by_code(after) == by_code(before)
    assert after.whole.covered <= before.whole.covered
    assert after.whole.lower <= before.whole.lower
    assert after.whole.upper >= before.whole.upper
    others = {row.item.code: row.earned for row in before.rows if row.item.code != items[lost].code}
    assert {row.item.code: row.earned for row in after.rows if row.item.code != items[lost].code} == others


@given(plans(), st.data(), st.fractions(0, 1, max_denominator=1000))
def test_whatever_a_missing_datum_turns_out_to_be_the_score_stays_within_the_bounds(
    items: list[Item], data: st.DataObject, truth: Fraction
) -> None:
    before = score(items, LAYERS).whole
    known = [replace(row, share=truth) if row.share is None else row for row in items]
    after = score(known, LAYERS).whole
    assert before.lower <= after.earned <= before.upper


@given(plans(), st.data(), st.fractions(0, 1, max_denominator=1000))
def test_doing_better_never_scores_less(items: list[Item], data: st.DataObject, better: Fraction) -> None:
    judged = [n for n, row in enumerate(items) if row.share is not None]
    assume(judged)
    chosen = data.draw(st.sampled_from(judged))
    raised = replace(items[chosen], share=max(items[chosen].share or Fraction(0), better))
    after = score([raised if n == chosen else row for n, row in enumerate(items)], LAYERS)
    assert after.whole.earned >= score(items, LAYERS).whole.earned


@given(plans(), st.integers(1, 50))
def test_only_the_ratio_of_weights_counts(items: list[Item], factor: int) -> None:
    grown = [replace(row, weight=row.weight * factor) for row in items]
    assert score(grown, LAYERS).whole == score(items, LAYERS).whole
    assert score(items, {layer: value * factor for layer, value in LAYERS.items()}).whole == score(items, LAYERS).whole


@given(plans())
def test_effects_are_what_scoring_anew_gives(items: list[Item]) -> None:
    found = score(items, LAYERS)
    for effect in effects(found, SHIFT):
        code = effect.row.item.code

        def again(factor: Decimal, code: str = code) -> Fraction:
            moved = [replace(row, weight=row.weight * factor) if row.code == code else row for row in items]
            return score(moved, LAYERS).whole.earned

        assert effect.without == again(Decimal(0))
        assert effect.lighter == again(Decimal("0.8"))
        assert effect.heavier == again(Decimal("1.2"))


@given(plans(), st.data())
def test_no_shift_of_weights_leaves_the_shaken_range(items: list[Item], data: st.DataObject) -> None:
    found = score(items, LAYERS)
    low, high = shaken(found, SHIFT)
    assert 0 <= low <= found.whole.earned <= high <= 100
    factors = st.sampled_from([Decimal("0.8"), Decimal("0.9"), Decimal(1), Decimal("1.1"), Decimal("1.2")])
    moved = [replace(row, weight=row.weight * data.draw(factors)) for row in items]
    layers = {layer: value * Fraction(data.draw(factors)) for layer, value in LAYERS.items()}
    assert low <= score(moved, layers).whole.earned <= high
