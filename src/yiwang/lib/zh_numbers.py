"""Chinese numerals and dates as official documents write them (GB/T 9704-2012, GB/T 15835-2011)."""

from __future__ import annotations

from datetime import date

_DIGITS = "零一二三四五六七八九"


def numeral(number: int) -> str:
    """``1`` → 一, ``10`` → 十, ``21`` → 二十一; for the numbering of headings and lists.

    Raises ``ValueError`` outside 1–99: no official document numbers further in Chinese numerals.
    """
    if not 1 <= number <= 99:
        raise ValueError(f"a Chinese heading numeral is 1 to 99, got {number}")
    tens, ones = divmod(number, 10)
    head = "" if tens == 0 else ("十" if tens == 1 else _DIGITS[tens] + "十")
    return head + (_DIGITS[ones] if ones else "")


def heading_number(level: int, number: int) -> str:
    """The number that opens a heading, by GB/T 9704-2012 §7.3.3: 一、 then （一） then 1. then （1）.

    Raises ``ValueError`` for a level other than 1–4.
    """
    if level == 1:
        return f"{numeral(number)}、"
    if level == 2:
        return f"（{numeral(number)}）"
    if level == 3:
        return f"{number}."
    if level == 4:
        return f"（{number}）"
    raise ValueError(f"official documents have heading levels 1 to 4, got {level}")


def chinese_date(day: date) -> str:
    """``2023-06-30`` → 2023年6月30日: Arabic digits without padding (GB/T 9704-2012 §7.3.5.4)."""
    return f"{day.year}年{day.month}月{day.day}日"


def chinese_month(day: date) -> str:
    """``2023-06-30`` → 2023年6月."""
    return f"{day.year}年{day.month}月"
