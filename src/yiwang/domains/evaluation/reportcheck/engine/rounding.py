"""What a printed figure may stand for, and whether an arithmetic relation can hold within rounding.

A count is exact; a figure with decimals or with 万/亿 stands for half its last place on either side (so half-up and
half-even are both accepted); a hedge widens it to what the word allows.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from yiwang.domains.evaluation.reportcheck.engine.model import Figure
from yiwang.domains.evaluation.reportcheck.engine.numerals import plain

_ABOUT = {"约", "大约", "约为", "左右", "上下"}
_NEARLY = {"近", "将近", "接近", "不足"}
_MORE = {"余", "多", "超过", "超出", "超", "逾", "突破", "不少于", "不低于", "不小于", "至少", "最低", "以上", "高达"}
_LESS = {"不超过", "不高于", "不多于", "不大于", "至多", "最多", "最高", "以内", "以下", "之内", "内", "低于", "少于"}
Interval = tuple[Decimal, Decimal]


def interval(figure: Figure) -> Interval:
    """The least and the greatest quantity the printed figure may stand for."""
    half = Decimal(0) if figure.exact else figure.step / 2
    value = figure.value
    if figure.hedge in _ABOUT:
        slack = max(abs(value) / 20, half)
        return value - slack, value + slack
    if figure.hedge in _NEARLY:
        return value * Decimal("0.85"), value + half
    if figure.hedge in _MORE:
        return value - half, value * Decimal("1.2") + half
    if figure.hedge in _LESS:
        return Decimal(0), value + half
    return value - half, value + half


def printed(figure: Figure) -> Interval:
    """The quantities that round to a derived figure (a rate, an average): half its last place on either side."""
    if figure.hedge:
        low, high = interval(figure)
        return low - figure.step / 2, high + figure.step / 2
    return figure.value - figure.step / 2, figure.value + figure.step / 2


def quotient(top: Interval, bottom: Interval, scale: int = 1) -> Interval | None:
    """The interval of ``scale × top ÷ bottom``; ``None`` when the bottom may be zero."""
    if bottom[0] <= 0:
        return None
    return scale * top[0] / bottom[1], scale * top[1] / bottom[0]


def meets(first: Interval, second: Interval) -> bool:
    """Whether two intervals touch."""
    return first[0] <= second[1] and second[0] <= first[1]


def total(parts: list[Interval]) -> Interval:
    """The interval of a sum."""
    return sum((p[0] for p in parts), Decimal(0)), sum((p[1] for p in parts), Decimal(0))


def rounded(value: Decimal, step: Decimal) -> str:
    """``value`` to the places of ``step``, half up, written plainly but with its places (56.57, 8326)."""
    return format(value.quantize(step if step <= 1 else Decimal(1), ROUND_HALF_UP), "f")


def shown(value: Decimal) -> str:
    """A quotient as shown in a message: at most four places, no trailing zeros."""
    return plain(value.quantize(Decimal("0.0001"), ROUND_HALF_UP))


def power_of_ten(first: Decimal, second: Decimal, tolerance: Decimal = Decimal("0.006")) -> int:
    """The power k (±1…±8) of ten by which ``first`` exceeds ``second`` within a relative tolerance, else 0."""
    if first <= 0 or second <= 0:
        return 0
    for k in range(1, 9):
        for sign in (k, -k):
            if abs(first / (second.scaleb(sign)) - 1) <= tolerance:
                return sign
    return 0


def slip(stated: Decimal, expected: Decimal) -> tuple[str, str]:
    """A sentence (Chinese, English) when stated and expected differ by a power of ten; empty otherwise."""
    k = power_of_ten(stated, expected)
    if not k:
        return "", ""
    times = plain(Decimal(10) ** abs(k))
    return (
        f"两者相差 {times} 倍，疑为小数点或“万”“亿”单位写错。",
        f" They differ by a factor of {times}: probably a slipped decimal point or unit.",
    )
