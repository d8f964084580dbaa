from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yiwang.lib.quantities import format_value, plain_digits


@pytest.mark.parametrize(
    ("value", "unit", "decimals", "hedge", "written"),
    [
        ("45122", "笔", None, "", "45122笔"),
        ("299000", "人", None, "约", "约299000人"),
        ("29.90", "万人", None, "约", "约29.90万人"),
        ("29.9", "万人", 2, "约", "约29.90万人"),
        ("663.56", "笔/台", None, "", "663.56笔/台"),
        ("36.51", "%", None, "", "36.51%"),
        ("160", "人次", None, "余", "160余人次"),
        ("20", "个", None, "多", "20多个"),
        ("2", "份", None, "以内", "2份以内"),
        ("30", "工作日", None, "内", "30个工作日内"),
        ("0.5", "工作日", None, "", "0.5个工作日"),
        ("1", "工作日", None, "不超过", "不超过1个工作日"),
        ("500", "Mbps", None, "不低于", "不低于500Mbps"),
        ("1E+3", "项", None, "", "1000项"),
        ("7", "", None, "", "7"),
    ],
)
def test_format_value(value: str, unit: str, decimals: int | None, hedge: str, written: str) -> None:
    assert format_value(Decimal(value), unit, decimals, hedge) == written


@pytest.mark.parametrize(("value", "written"), [("56.565", "56.56"), ("56.575", "56.58"), ("56.5651", "56.57")])
def test_rounding_is_half_to_even(value: str, written: str) -> None:
    assert plain_digits(Decimal(value), 2) == written


def test_unknown_hedge_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match=r"大概.*约"):
        format_value(Decimal(1), "项", None, "大概")


@pytest.mark.parametrize("value", ["NaN", "Infinity"])
def test_what_is_no_number_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match="finite"):
        plain_digits(Decimal(value))


def test_negative_decimals_are_refused() -> None:
    with pytest.raises(ValueError, match="decimals"):
        plain_digits(Decimal(1), -1)


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=0, max_value=10**12, places=4))
def test_reported_digits_are_kept(value: Decimal) -> None:
    assert Decimal(plain_digits(value)) == value
    assert "E" not in plain_digits(value)
    assert "," not in format_value(value, "元")
