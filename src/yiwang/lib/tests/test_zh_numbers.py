from datetime import date

import pytest

from yiwang.lib.zh_numbers import chinese_date, chinese_month, heading_number, numeral


@pytest.mark.parametrize(
    ("number", "written"),
    [(1, "一"), (9, "九"), (10, "十"), (11, "十一"), (20, "二十"), (21, "二十一"), (90, "九十"), (99, "九十九")],
)
def test_numeral(number: int, written: str) -> None:
    assert numeral(number) == written


def test_numerals_are_all_different() -> None:
    assert len({numeral(number) for number in range(1, 100)}) == 99


@pytest.mark.parametrize("number", [0, -1, 100])
def test_numeral_outside_the_range_is_refused(number: int) -> None:
    with pytest.raises(ValueError, match="1 to 99"):
        numeral(number)


@pytest.mark.parametrize(("level", "written"), [(1, "三、"), (2, "（三）"), (3, "3."), (4, "（3）")])
def test_heading_number(level: int, written: str) -> None:
    assert heading_number(level, 3) == written


def test_heading_level_five_is_refused() -> None:
    with pytest.raises(ValueError, match="levels 1 to 4"):
        heading_number(5, 1)


def test_dates_have_no_padding() -> None:
    assert chinese_date(date(2023, 6, 5)) == "2023年6月5日"
    assert chinese_month(date(2023, 6, 30)) == "2023年6月"
