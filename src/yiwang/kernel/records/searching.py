"""What the search box means: the id of a person by its keyed hash, else every word somewhere in the search columns.

Which way the newest rows with some words are found, :mod:`.finding` decides.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from django.db.models import BooleanField, DateField, IntegerField, Q
from django.db.models.expressions import OrderBy, RawSQL

from .columns import CellFault, PersonColumn, citizen_id
from .types import RecordType

LONGEST = 60
# Three letters, digits or Chinese characters in a row: what the index of triples (pg_trgm) knows.
_TRIPLE = re.compile(r"[^\W_]{3}")
# A month of thirty days is one letter, thrice: a Korean syllable, of which there are enough for 900 years.
MONTH_DAYS, EPOCH = 30, date(2000, 1, 1)
_FIRST_LETTER, _EPOCH_LETTER, _LAST_LETTER = 0xAC00, 0xB700, 0xD7A3
_MONTH_LETTER = re.compile(f"[{chr(_FIRST_LETTER)}-{chr(_LAST_LETTER)}]")


def text(kind: RecordType) -> str:
    """What is looked in, in lower case."""
    joined = " || ' ' || ".join(f'"{name}"' for name in kind.options.search)
    return f"lower({joined})"


def month_letters(kind: RecordType) -> str:
    """The letter, thrice, of the month of the business date."""
    number = f"{_EPOCH_LETTER} + (\"{kind.date_field}\" - '{EPOCH}'::date) / {MONTH_DAYS}"
    return f"repeat(chr(greatest({_FIRST_LETTER}, least({_LAST_LETTER}, {number}))), 3)"


def _text_and_month(kind: RecordType) -> str:
    """What the indexes know."""
    return f"{text(kind)} || ' ' || {month_letters(kind)}"


def month(day: date) -> int:
    """The letter, as a number, of the month that the day lies in; a later month has a higher one."""
    # PostgreSQL divides towards zero.
    number = _EPOCH_LETTER + int((day - EPOCH).days / MONTH_DAYS)
    return max(_FIRST_LETTER, min(_LAST_LETTER, number))


def indexes(kind: RecordType) -> dict[str, str]:
    """Statement of each index of words by its name: of single characters, and of every three in a row.

    Chinese names have two or three characters, so triples alone would leave most searches to a scan; characters alone
    find numbers badly, because every row has all ten digits (300 ms on 1.4 million rows; triples take 1).
    """
    if not kind.options.search:
        return {}
    known, table = _text_and_month(kind), kind.table
    return {
        f"{table}_chars": f"USING gin (string_to_array({known}, NULL))",
        f"{table}_words": f"USING gin (({known}) gin_trgm_ops)",
    }


def found_by(kind: RecordType, words: str) -> Q:
    """The condition; words of any length are found, in the middle of a name too."""
    words = _trimmed(words)
    key = _person(kind, words)
    if key is not None:
        found = Q()
        for name in _people(kind):
            found |= Q(**{name: key})
        return found
    if not kind.options.search:
        return Q(source_id=words)
    known = _text_and_month(kind)
    found = Q()
    for word in words.lower().split():
        pattern = _pattern(word)
        if not _TRIPLE.search(word):
            # The index holds the characters; the text is looked at again for their order.
            found &= _raw(f"string_to_array({known}, NULL) @> string_to_array(%s, NULL)", word)
            found &= _raw(f"{text(kind)} LIKE %s", pattern)
            continue
        found &= _raw(f"({known}) LIKE %s", pattern)
        if _MONTH_LETTER.search(word):
            found &= _raw(f"{text(kind)} LIKE %s", pattern)
    return found


def in_month(kind: RecordType, words: str, number: str) -> str:
    """Condition that a row is of the month with this number (SQL), as the index that finds the words knows it."""
    known = _text_and_month(kind)
    if all(_TRIPLE.search(word) for word in words.split()):
        # Of our own columns and a number: there is no value in it, and so its per cent signs are doubled.
        return f"({known}) LIKE '%%' || repeat(chr({number}), 3) || '%%'"
    return f"string_to_array({known}, NULL) @> ARRAY[chr({number})]"


def read_through(kind: RecordType, words: str) -> Q:
    """The condition for rows that are read one after another: no index, and nothing but the text."""
    found = Q()
    for word in _trimmed(words).lower().split():
        found &= _raw(f"{text(kind)} LIKE %s", _pattern(word))
    return found


def guessed(kind: RecordType, words: str) -> Q:
    """The condition in the words of which the planner guesses best how many rows have them."""
    found = Q()
    for word in _trimmed(words).lower().split():
        found &= _raw(f"({_text_and_month(kind)}) LIKE %s", _pattern(word))
    return found


def means_text(kind: RecordType, words: str) -> bool:
    """Whether the words are looked for in a text: not a person's id, and the type has a text to look in."""
    return bool(kind.options.search) and _person(kind, _trimmed(words)) is None


def by_sorting(kind: RecordType) -> tuple[OrderBy, OrderBy]:
    """Newest business date first, in words that no index answers."""
    day = RawSQL(f'"{kind.table}"."{kind.date_field}" + 0', [], output_field=DateField())  # noqa: S611  (own columns)
    key = RawSQL(f'"{kind.table}"."id" + 0', [], output_field=IntegerField())  # noqa: S611  (own columns)
    return OrderBy(day, descending=True), OrderBy(key, descending=True)


def _raw(clause: str, value: str) -> Q:
    return Q(RawSQL(f"({clause})", [value], output_field=BooleanField()))  # noqa: S611  (own columns)


def _pattern(word: str) -> str:
    return "%" + word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"


def _trimmed(words: str) -> str:
    return words.replace("\x00", "")[:LONGEST].strip()


def _people(kind: RecordType) -> list[str]:
    return [column.name for column in kind.columns if isinstance(column, PersonColumn)]


def _person(kind: RecordType, words: str) -> Any:
    """Key of the person whose id the words are; None for other words, and where records name no people."""
    from yiwang.kernel.registers import api as registers

    if len(words) not in (15, 18) or not _people(kind):
        return None
    try:
        return registers.person_key(citizen_id(words))
    except CellFault:
        return None
