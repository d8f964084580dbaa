"""Numerals as officials write them: Arabic, full-width and Chinese, to exact decimals."""

from __future__ import annotations

from decimal import Decimal

_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2, "俩": 2, "○": 0}
_SMALL = {"十": 10, "百": 100, "千": 1000}
MULTIPLIERS = {
    "": 1,
    "十": 10,
    "百": 100,
    "千": 1000,
    "万": 10**4,
    "十万": 10**5,
    "百万": 10**6,
    "千万": 10**7,
    "亿": 10**8,
    "十亿": 10**9,
    "百亿": 10**10,
    "千亿": 10**11,
    "万亿": 10**12,
}
_FULL_WIDTH = str.maketrans("０１２３４５６７８９．，", "0123456789.,")


def arabic(text: str) -> Decimal:
    """Read an Arabic numeral, full-width or with thousands separators: ``１２,３４５.6`` is 12345.6."""
    return Decimal(text.translate(_FULL_WIDTH).replace(",", ""))


def decimals(text: str) -> int:
    """Count the printed decimal places of an Arabic numeral."""
    plain = text.translate(_FULL_WIDTH)
    return len(plain.rsplit(".", 1)[1]) if "." in plain else 0


def chinese(text: str) -> Decimal | None:
    """Read a Chinese numeral: 两百三十五 235, 三万五 35000, 二〇二三 2023, 三点六 3.6; ``None`` when it is not one."""
    whole, _, fraction = text.partition("点")
    value = _whole(whole)
    if value is None or any(c not in _DIGITS for c in fraction) or (not fraction and "点" in text):
        return None
    if not fraction:
        return Decimal(value)
    return Decimal(f"{value}.{''.join(str(_DIGITS[c]) for c in fraction)}")


def _whole(text: str) -> int | None:
    if not text:
        return None
    if all(c in _DIGITS for c in text):
        return int("".join(str(_DIGITS[c]) for c in text))
    total = section = 0
    digit: int | None = None
    last_unit = 1
    for c in text:
        if c in _DIGITS:
            if digit not in (None, 0):
                return None
            digit = _DIGITS[c]
        elif c in _SMALL:
            section += (1 if digit is None or (digit == 0 and section == 0) else digit) * _SMALL[c]
            digit, last_unit = None, _SMALL[c]
        elif c in "万亿":
            scale = 10**4 if c == "万" else 10**8
            section += digit or 0
            if section == 0 and total == 0:
                section = 1
            total = (total + section) * scale if c == "亿" else total + section * scale
            section, digit, last_unit = 0, None, scale
        else:
            return None
    if digit is not None:
        # 三百五 is 350 and 三万五 is 35000: a last digit without 零 takes the next lower place.
        tail = digit * last_unit // 10 if last_unit >= 100 and text[-2] not in "零〇" else digit
        section += tail
    return total + section


def plain(value: Decimal) -> str:
    """Write a decimal without exponent and without trailing zeros: ``1695000000``, ``73.68``, ``0.5``."""
    out = format(value, "f")
    return (out.rstrip("0").rstrip(".") or "0") if "." in out else out
