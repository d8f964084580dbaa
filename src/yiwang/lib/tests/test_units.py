"""Units and the base unit that numbers are compared in."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yiwang.lib.units import Quantity, from_base, to_base


@pytest.mark.parametrize(
    ("value", "unit", "digits", "base"),
    [
        ("51209", "万元", "512090000", "元"),
        ("16.95", "亿元", "1695000000", "元"),
        ("29.900000", "万人", "299000", "人"),
        ("1.2", "万亿元", "1200000000000", "元"),
        ("36.510000", "%", "36.51", "%"),
        ("663.56", "笔/台", "663.56", "笔/台"),
        ("68.000000", "部", "68", "部"),
        ("0", "万元", "0", "元"),
        ("5", "", "5", ""),
        ("3", "千米", "3", "千米"),
        ("0.5", "百分点", "0.5", "百分点"),
        ("7", "万", "7", "万"),
    ],
)
def test_a_number_is_given_in_its_base_unit(value: str, unit: str, digits: str, base: str) -> None:
    found = to_base(Decimal(value), unit)
    assert (found.digits, found.unit) == (digits, base)


def test_what_is_no_number_is_refused() -> None:
    with pytest.raises(ValueError, match="finite"):
        to_base(Decimal("NaN"), "元")
    with pytest.raises(ValueError, match="finite"):
        from_base(Decimal("Infinity"), "元", "万元")


def test_a_number_is_taken_in_its_own_or_its_base_unit_only() -> None:
    assert from_base(Decimal(512090000), "元", "万元") == Decimal(51209)
    assert from_base(Decimal(51209), "万元", "万元") == Decimal(51209)
    for given_unit in ("", "亿元", "笔"):
        with pytest.raises(ValueError, match="neither"):
            from_base(Decimal(1), given_unit, "万元")


def test_digits_are_never_in_exponent_form() -> None:
    assert Quantity(Decimal("1E+9"), "元").digits == "1000000000"


@given(
    st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=-(10**17), max_value=10**17),
    st.sampled_from(["万元", "亿元", "万亿元", "元", "%", "笔/台"]),
)
def test_there_and_back_is_exact(value: Decimal, unit: str) -> None:
    base = to_base(value, unit)
    assert from_base(base.value, base.unit, unit) == value
    assert Decimal(base.digits) == base.value
