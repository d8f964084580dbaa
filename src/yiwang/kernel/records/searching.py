"""What the search box means: the id of a person by its keyed hash, else every word somewhere in the search columns."""

from __future__ import annotations

import re
from typing import Any

from django.db.models import BooleanField, DateField, IntegerField, Q
from django.db.models.expressions import OrderBy, RawSQL

from .columns import CellFault, PersonColumn, citizen_id
from .types import RecordType

LONGEST = 60
# Three letters, digits or Chinese characters in a row: what the index of triples (pg_trgm) knows.
_TRIPLE = re.compile(r"[^\W_]{3}")


def expression(kind: RecordType) -> str:
    """What is looked in, in lower case."""
    joined = " || ' ' || ".join(f'"{name}"' for name in kind.options.search)
    return f"lower({joined})"


def indexes(kind: RecordType) -> dict[str, str]:
    """Statement of each index of words by its name: of single characters, and of every three in a row.

    Chinese names have two or three characters, so triples alone would leave most searches to a scan; characters alone
    find numbers badly, because every row has all ten digits (300 ms on 1.4 million rows; triples take 1).
    """
    if not kind.options.search:
        return {}
    words, table = expression(kind), kind.table
    return {
        f"{table}_search": f"USING gin (string_to_array({words}, NULL))",
        f"{table}_triples": f"USING gin ({words} gin_trgm_ops)",
    }


def found_by(kind: RecordType, words: str) -> Q:
    """The condition; words of any length are found, in the middle of a name too."""
    words = words.replace("\x00", "")[:LONGEST].strip()
    people = [column.name for column in kind.columns if isinstance(column, PersonColumn)]
    key = _person(words) if people else None
    if key is not None:
        found = Q()
        for name in people:
            found |= Q(**{name: key})
        return found
    if not kind.options.search:
        return Q(source_id=words)
    text = expression(kind)
    found = Q()
    for word in words.lower().split():
        pattern = "%" + word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
        clause, values = f"{text} LIKE %s", [pattern]
        if not _TRIPLE.search(word):
            # The index holds the characters; the text is looked at again for their order.
            clause, values = f"string_to_array({text}, NULL) @> string_to_array(%s, NULL) AND {clause}", [word, pattern]
        found &= Q(RawSQL(f"({clause})", values, output_field=BooleanField()))  # noqa: S611  (own columns)
    return found


def by_sorting(kind: RecordType) -> tuple[OrderBy, OrderBy]:
    """Newest business date first, in words that no index answers."""
    day = RawSQL(f'"{kind.table}"."{kind.date_field}" + 0', [], output_field=DateField())  # noqa: S611  (own columns)
    key = RawSQL(f'"{kind.table}"."id" + 0', [], output_field=IntegerField())  # noqa: S611  (own columns)
    return OrderBy(day, descending=True), OrderBy(key, descending=True)


def _person(words: str) -> Any:
    from yiwang.kernel.registers import api as registers

    if len(words) not in (15, 18):
        return None
    try:
        return registers.person_key(citizen_id(words))
    except CellFault:
        return None
