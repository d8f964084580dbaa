"""Units of quantities as officials write them, and the base unit that numbers are compared in. Pure functions."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

# 万 and 亿 multiply the unit behind them. 千 and 百 do not: 千米 and 千瓦 are units of their own, 百分点 is no hundred.
_MULTIPLIERS = (("万亿", 12), ("亿", 8), ("万", 4))


@dataclass(frozen=True)
class Quantity:
    """A number with its unit."""

    value: Decimal
    unit: str

    @property
    def digits(self) -> str:
        """The number as :func:`digits`."""
        return digits(self.value)


def digits(value: Decimal) -> str:
    """A number as a decimal string: no exponent, no thousands separators, no zeros behind the fraction."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def to_base(value: Decimal, unit: str) -> Quantity:
    """``value`` in the base unit of ``unit``: 51209 万元 → 512090000 元; 16.95 亿元 → 1695000000 元.

    Percentages stay percentages (36.51 %), compound units (笔/台) keep their form. Exact for any precision.
    Raises ``ValueError`` for NaN and infinity.
    """
    if not value.is_finite():
        raise ValueError(f"not a finite number: {value}")
    for word, power in _MULTIPLIERS:
        rest = unit.removeprefix(word)
        if rest and rest != unit:
            return Quantity(_scaled(value, power), rest)
    return Quantity(value, unit)


def _scaled(value: Decimal, power: int) -> Decimal:
    """``value`` × 10^power without the context's rounding to 28 digits."""
    sign, digits, exponent = value.as_tuple()
    return Decimal((sign, digits, int(exponent) + power))


def from_base(value: Decimal, given: str, unit: str) -> Decimal:
    """``value`` that is given in ``given``, in ``unit``: the same unit, or its base unit (512090000 元 → 51209 万元).

    Raises ``ValueError`` where ``given`` is neither, and for NaN and infinity.
    """
    if not value.is_finite():
        raise ValueError(f"not a finite number: {value}")
    if given == unit:
        return value
    for word, power in _MULTIPLIERS:
        if word + given == unit and given:
            return _scaled(value, -power)
    raise ValueError(f"{given!r} is neither {unit!r} nor its base unit")
