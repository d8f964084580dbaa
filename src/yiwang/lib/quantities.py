"""Quantities as they are written in Chinese running text: 45122笔, 约29.90万人, 160余人次, 30个工作日以内."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal

_AROUND = {"约", "近", "将近", "超", "超过", "逾", "达", "共"}
_BOUNDS = {"至少", "至多", "不超过", "不少于", "不多于", "不低于", "不高于"}
HEDGES_BEFORE = frozenset(_AROUND | _BOUNDS)
HEDGES_BETWEEN = frozenset({"余", "多"})
HEDGES_AFTER = frozenset({"以上", "以下", "以内", "内", "左右", "上下"})
HEDGES = HEDGES_BEFORE | HEDGES_BETWEEN | HEDGES_AFTER

# Units that name a period need the measure word 个 before them when counted.
_COUNTED_WITH_GE = frozenset({"工作日", "自然日", "月", "小时", "村", "镇街"})


def percent(part: int, whole: int) -> Decimal | None:
    """``part`` of ``whole`` in per cent to two places, half to even (GB/T 8170); None of nothing (domain.md §0.4)."""
    return round(Decimal(part * 100) / whole, 2) if whole else None


def plain_digits(value: Decimal, decimals: int | None = None) -> str:
    """The digits of ``value`` without exponent and without thousands separators.

    ``decimals`` ``None`` keeps the digits as reported (``29.90`` stays ``29.90``); a number rounds to that many
    places, half to even (GB/T 8170-2008). Raises ``ValueError`` for NaN, infinity or negative ``decimals``.
    """
    if not value.is_finite():
        raise ValueError(f"not a finite number: {value}")
    if decimals is None:
        return format(value, "f")
    if decimals < 0:
        raise ValueError(f"decimals must be 0 or more, got {decimals}")
    return format(value.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_EVEN), "f")


def format_value(value: Decimal, unit: str, decimals: int | None = None, hedge: str = "") -> str:
    """A quantity with its unit and hedge in the order that Chinese text uses.

    约 and its like stand before the number (约299000人), 余 and 多 between number and unit (160余人次), 以上, 以内
    and their like at the end (2份以内). No thousands separators: GB/T 15835-2011 keeps them out of running text.
    Raises ``ValueError`` for a hedge that is not in :data:`HEDGES`.
    """
    digits = plain_digits(value, decimals)
    counted = f"个{unit}" if unit in _COUNTED_WITH_GE else unit
    if not hedge:
        return f"{digits}{counted}"
    if hedge in HEDGES_BEFORE:
        return f"{hedge}{digits}{counted}"
    if hedge in HEDGES_BETWEEN:
        return f"{digits}{hedge}{counted}"
    if hedge in HEDGES_AFTER:
        return f"{digits}{counted}{hedge}"
    raise ValueError(f"unknown hedge {hedge!r}; known: {'、'.join(sorted(HEDGES))}")
