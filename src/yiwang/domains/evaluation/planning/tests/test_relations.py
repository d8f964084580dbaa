"""How figures follow from one another."""

from __future__ import annotations

from decimal import Decimal

import pytest

from yiwang.domains.evaluation.planning.relations import Relation, agrees, evaluate, parse


@pytest.mark.parametrize(
    ("text", "relation"),
    [
        ("F005/F004", Relation("/", ("F005", "F004"), True)),
        ("F032+F033+F034", Relation("+", ("F032", "F033", "F034"), True)),
        ("F056/months", Relation("/", ("F056",), False)),
        ("", None),
        ("F005", None),
        ("a/b", None),
        ("F001/F002/F003", None),
    ],
)
def test_a_relation_is_a_quotient_or_a_sum(text: str, relation: Relation | None) -> None:
    assert parse(text) == relation


def computed(text: str, unit: str, **values: str) -> Decimal | None:
    relation = parse(text)
    assert relation is not None
    return evaluate(relation, {code: Decimal(value) for code, value in values.items()}, unit)


def test_a_percentage_is_a_quotient_times_a_hundred() -> None:
    found = computed("F092/F091", "%", F092="56", F091="99")
    assert found is not None
    assert agrees(found, Decimal("56.57"), 2)
    assert not agrees(found, Decimal("56.56"), 2)


def test_a_sum_must_be_exact_to_its_last_place() -> None:
    found = computed("F080+F081", "条", F080="7399", F081="234228")
    assert found == Decimal(241627)
    assert agrees(Decimal(241627), Decimal("241627.000000"), 0)
    assert not agrees(Decimal(241627), Decimal(241628), 0)


def test_without_all_parts_nothing_is_computed() -> None:
    assert computed("F005/F004", "笔/台", F005="45122") is None
    assert computed("F005/F004", "笔/台", F005="45122", F004="0") is None
    assert computed("F056/months", "份/月", F056="49954") is None


def test_both_ways_of_rounding_a_half_agree_and_places_come_from_the_number_where_nothing_says_them() -> None:
    assert agrees(Decimal("2.5"), Decimal(2), 0)
    assert agrees(Decimal("2.5"), Decimal(3), 0)
    assert agrees(Decimal("663.5588"), Decimal("663.56"), None)
    assert not agrees(Decimal("663.5688"), Decimal("663.56"), None)
