"""How figures hang together: ``F005/F004`` is a quotient, ``F032+F033+F034`` a sum. Pure functions."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

_CODE = re.compile(r"[A-Za-z]\d{1,10}")


@dataclass(frozen=True)
class Relation:
    """``operator`` is ``/`` or ``+``; ``parts`` are codes in order; ``countable`` is False when a part is a word."""

    operator: str
    parts: tuple[str, ...]
    countable: bool


def parse(text: str) -> Relation | None:
    """The relation that ``text`` writes, or ``None`` for an empty one and for what is not a quotient or a sum."""
    operator = "/" if "/" in text else "+" if "+" in text else ""
    if not operator:
        return None
    pieces = [piece.strip() for piece in text.split(operator)]
    if operator == "/" and len(pieces) != 2:
        return None
    codes = tuple(piece.upper() for piece in pieces if _CODE.fullmatch(piece))
    return Relation(operator, codes, len(codes) == len(pieces)) if codes else None


def evaluate(relation: Relation, values: Mapping[str, Decimal], unit: str) -> Decimal | None:
    """What the parts give: a sum, or a quotient (times 100 where ``unit`` is %). ``None`` when a part is unknown."""
    if not relation.countable or any(code not in values for code in relation.parts):
        return None
    numbers = [values[code] for code in relation.parts]
    if relation.operator == "+":
        return sum(numbers, Decimal(0))
    top, bottom = numbers
    if bottom == 0:
        return None
    return top / bottom * (100 if unit == "%" else 1)


def agrees(computed: Decimal, stated: Decimal, decimals: int | None) -> bool:
    """Whether ``stated`` is ``computed`` rounded to its last place, half up and half to even both accepted.

    ``decimals`` is the number of places that the figure is written with; ``None`` takes those of ``stated``.
    """
    exponent = stated.normalize().as_tuple().exponent
    places = decimals if decimals is not None else max(0, -exponent) if isinstance(exponent, int) else 0
    return abs(computed - stated) <= Decimal(5).scaleb(-places - 1)
